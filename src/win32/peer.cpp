#include "logging.hpp"
#include "pipe_impl.hpp"
#include "security.hpp"
#include "wide.hpp"

#include <windows.h>

#include <string>

/// \file
/// Who is at the other end of a pipe.

namespace isthmus::detail {

namespace {

/// Lets this thread act as the client for a moment, to see who that is. A thread may have been
/// impersonating somebody before, on its program's own account; it does so again afterwards.
std::wstring user_of_client(HANDLE file) {
    win32::handle before;
    OpenThreadToken(GetCurrentThread(), TOKEN_IMPERSONATE, TRUE, before.out());
    if (ImpersonateNamedPipeClient(file) == 0) {
        return {};
    }
    win32::handle token;
    OpenThreadToken(GetCurrentThread(), TOKEN_QUERY, TRUE, token.out());
    if (SetThreadToken(nullptr, before.get()) == 0 && RevertToSelf() == 0) {
        // The client acts at identification level, unless it is careless, and so can this thread
        // now.
        log(spdlog::level::err, "a thread could not stop impersonating a client (Win32 error {})",
            GetLastError());
    }
    return token ? win32::user_of(token.get()) : std::wstring();
}

} // namespace

peer_identity pipe::peer(std::error_code& ec) const {
    const auto& self = *impl_;
    const std::lock_guard lock(self.mutex);
    ec.clear();
    if (self.broken || !self.file) {
        ec = win32_error(operation::query_channel,
                         self.broken ? ERROR_BROKEN_PIPE : ERROR_PIPE_NOT_CONNECTED);
        return {};
    }
    ULONG process = 0;
    std::wstring user;
    if (self.server) {
        if (GetNamedPipeClientProcessId(self.file.get(), &process) != 0) {
            user = user_of_client(self.file.get());
        }
    } else if (GetNamedPipeServerProcessId(self.file.get(), &process) == 0) {
        process = 0;
    }
    if (process != 0 && user.empty()) {
        // The server's end cannot be asked, and before Windows 10 a client only once it has
        // written.
        user = win32::user_of_process(process);
    }
    if (process == 0 || user.empty()) {
        ec = win32_error(operation::query_channel, GetLastError());
        return {};
    }
    return {.process_id = process, .user = win32::to_utf8(user)};
}

} // namespace isthmus::detail
