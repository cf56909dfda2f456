#include "handle_table.hpp"
#include "last_error.hpp"
#include "pipe_file.hpp"

#include <isthmus/winapi/namedpipeapi.h>

#include <cstring>

/// \file
/// The functions that take the handle of a pipe.

namespace isthmus::winapi {

namespace {

/// Calls `use` with the pipe behind the handle.
template <class Use>
BOOL with_pipe(HANDLE handle, ACCESS_MASK needed, Use use) noexcept {
    return report(no_throw([&]() -> DWORD {
        DWORD code = ERROR_SUCCESS;
        const auto pipe = reference<pipe_file>(handle, needed, code);
        return pipe ? use(*pipe) : code;
    }));
}

/// The first that fails ends it.
template <class Value, class Call>
DWORD tell(Value* where, Call call) {
    return where != nullptr ? call(*where) : ERROR_SUCCESS;
}

DWORD copy_user_name(pipe_file& pipe, char* buffer, DWORD size) {
    std::string name;
    const DWORD code = pipe.client_user(name);
    if (code != ERROR_SUCCESS)
        return code;
    if (size <= name.size())
        return ERROR_INSUFFICIENT_BUFFER;
    std::memcpy(buffer, name.c_str(), name.size() + 1);
    return ERROR_SUCCESS;
}

} // namespace

} // namespace isthmus::winapi

using isthmus::winapi::pipe_file;
using isthmus::winapi::tell;
using isthmus::winapi::with_pipe;

BOOL WINAPI ConnectNamedPipe(HANDLE hNamedPipe, LPOVERLAPPED lpOverlapped) {
    return with_pipe(hNamedPipe, 0, [&](pipe_file& pipe) -> DWORD {
        return lpOverlapped != nullptr ? ERROR_CALL_NOT_IMPLEMENTED : pipe.connect();
    });
}

BOOL WINAPI DisconnectNamedPipe(HANDLE hNamedPipe) {
    return with_pipe(hNamedPipe, 0, [](pipe_file& pipe) { return pipe.disconnect(); });
}

BOOL WINAPI PeekNamedPipe(HANDLE hNamedPipe,
                          LPVOID lpBuffer,
                          DWORD nBufferSize,
                          LPDWORD lpBytesRead,
                          LPDWORD lpTotalBytesAvail,
                          LPDWORD lpBytesLeftThisMessage) {
    return with_pipe(hNamedPipe, FILE_READ_DATA, [&](pipe_file& pipe) -> DWORD {
        const std::size_t size = lpBuffer != nullptr ? nBufferSize : 0;
        pipe_file::peeked seen;
        const DWORD code = pipe.peek({static_cast<std::byte*>(lpBuffer), size}, seen);
        if (code != ERROR_SUCCESS)
            return code;
        const auto store = [](LPDWORD where, DWORD value) {
            if (where != nullptr)
                *where = value;
        };
        store(lpBytesRead, seen.size);
        store(lpTotalBytesAvail, seen.available);
        store(lpBytesLeftThisMessage, seen.message_left);
        return ERROR_SUCCESS;
    });
}

BOOL WINAPI TransactNamedPipe(HANDLE hNamedPipe,
                              LPVOID lpInBuffer,
                              DWORD nInBufferSize,
                              LPVOID lpOutBuffer,
                              DWORD nOutBufferSize,
                              LPDWORD lpBytesRead,
                              LPOVERLAPPED lpOverlapped) {
    constexpr ACCESS_MASK needed = FILE_READ_DATA | FILE_WRITE_DATA;
    return with_pipe(hNamedPipe, needed, [&](pipe_file& pipe) -> DWORD {
        if (lpOverlapped != nullptr)
            return ERROR_CALL_NOT_IMPLEMENTED;
        DWORD transferred = 0;
        const DWORD code =
            pipe.transact({static_cast<const std::byte*>(lpInBuffer), nInBufferSize},
                          {static_cast<std::byte*>(lpOutBuffer), nOutBufferSize}, transferred);
        if (lpBytesRead != nullptr)
            *lpBytesRead = transferred;
        return code;
    });
}

// NOLINTBEGIN(readability-non-const-parameter): the signatures are Windows'

BOOL WINAPI SetNamedPipeHandleState(HANDLE hNamedPipe,
                                    LPDWORD lpMode,
                                    LPDWORD lpMaxCollectionCount,
                                    LPDWORD lpCollectDataTimeout) {
    return with_pipe(hNamedPipe, FILE_WRITE_ATTRIBUTES, [&](pipe_file& pipe) -> DWORD {
        const DWORD code = lpMode != nullptr ? pipe.change_mode(*lpMode) : ERROR_SUCCESS;
        const bool collects = lpMaxCollectionCount != nullptr || lpCollectDataTimeout != nullptr;
        return code == ERROR_SUCCESS && collects ? ERROR_INVALID_PARAMETER : code;
    });
}

BOOL WINAPI GetNamedPipeHandleStateA(HANDLE hNamedPipe,
                                     LPDWORD lpState,
                                     LPDWORD lpCurInstances,
                                     LPDWORD lpMaxCollectionCount,
                                     LPDWORD lpCollectDataTimeout,
                                     LPSTR lpUserName,
                                     DWORD nMaxUserNameSize) {
    return with_pipe(hNamedPipe, FILE_READ_ATTRIBUTES, [&](pipe_file& pipe) -> DWORD {
        DWORD code = tell(lpState, [&](DWORD& flags) { return pipe.mode(flags); });
        if (code == ERROR_SUCCESS)
            code = tell(lpCurInstances, [&](DWORD& count) { return pipe.instances(count); });
        if (code == ERROR_SUCCESS &&
            (lpMaxCollectionCount != nullptr || lpCollectDataTimeout != nullptr)) {
            code = ERROR_INVALID_PARAMETER;
        }
        if (code == ERROR_SUCCESS && lpUserName != nullptr)
            code = isthmus::winapi::copy_user_name(pipe, lpUserName, nMaxUserNameSize);
        return code;
    });
}

// NOLINTEND(readability-non-const-parameter)

BOOL WINAPI GetNamedPipeInfo(HANDLE hNamedPipe,
                             LPDWORD lpFlags,
                             LPDWORD lpOutBufferSize,
                             LPDWORD lpInBufferSize,
                             LPDWORD lpMaxInstances) {
    return with_pipe(hNamedPipe, FILE_READ_ATTRIBUTES, [&](pipe_file& pipe) -> DWORD {
        pipe_file::description about;
        const DWORD code = pipe.describe(about);
        if (code != ERROR_SUCCESS)
            return code;
        const auto store = [](LPDWORD where, DWORD value) {
            if (where != nullptr)
                *where = value;
        };
        store(lpFlags, about.flags);
        store(lpOutBufferSize, about.out_buffer);
        store(lpInBufferSize, about.in_buffer);
        store(lpMaxInstances, about.max_instances);
        return ERROR_SUCCESS;
    });
}

BOOL WINAPI GetNamedPipeClientProcessId(HANDLE Pipe, PULONG ClientProcessId) {
    return with_pipe(Pipe, 0, [&](pipe_file& pipe) -> DWORD {
        return ClientProcessId != nullptr ? pipe.client_process(*ClientProcessId)
                                          : ERROR_INSUFFICIENT_BUFFER;
    });
}

BOOL WINAPI GetNamedPipeServerProcessId(HANDLE Pipe, PULONG ServerProcessId) {
    return with_pipe(Pipe, 0, [&](pipe_file& pipe) -> DWORD {
        return ServerProcessId != nullptr ? pipe.server_process(*ServerProcessId)
                                          : ERROR_INSUFFICIENT_BUFFER;
    });
}
