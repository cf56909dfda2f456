#include "pipe_end.hpp"

#include "blocking_calls.hpp"
#include "handle.hpp"
#include "inheritable_handle.hpp"
#include "native.hpp"
#include "native_error.hpp"
#include "security.hpp"

#include <windows.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <limits>
#include <mutex>

/// \file
/// Anonymous pipes by CreatePipe. Their handles are for blocking use, as every child process
/// expects that gets one for its standard input or output, or for ReadFile and WriteFile without
/// OVERLAPPED; blocking_calls gives them deadlines.

namespace isthmus::detail {

namespace {

using win32::blocking_calls;

/// At most so much in one system call: between two, it is known how far a write has come.
constexpr std::size_t longest_part = std::size_t{1} << 20;

DWORD part_size(std::size_t left) noexcept {
    return static_cast<DWORD>(std::min(left, longest_part));
}

DWORD code_of(blocking_calls::ending ending) noexcept {
    return ending == blocking_calls::ending::timed_out ? win32_code::wait_timeout
                                                       : win32_code::operation_aborted;
}

} // namespace

struct pipe_end::impl {
    win32::handle file;
    blocking_calls blocking;

    std::mutex mutex;
    std::condition_variable turn;
    bool taken = false;
    std::uint64_t cancellations = 0;
    bool broken = false; ///< a write was given up in its middle

    explicit impl(win32::handle end) noexcept : file(std::move(end)) {}

    /// Calls of several threads are served one after the other. A thread that waited for another in
    /// the system instead (which serializes them too) could not be interrupted.
    DWORD take_turn(const deadline& until) {
        std::unique_lock lock(mutex);
        const auto generation = cancellations;
        const auto ready = [&] { return !taken || cancellations != generation; };
        if (until.is_never()) {
            turn.wait(lock, ready);
        } else if (!turn.wait_until(lock, until.when(), ready)) {
            return win32_code::wait_timeout;
        }
        if (cancellations != generation) {
            return win32_code::operation_aborted;
        }
        taken = true;
        return ERROR_SUCCESS;
    }

    void end_turn() noexcept {
        const std::lock_guard lock(mutex);
        taken = false;
        turn.notify_one();
    }

    /// One read with something in it, or the end.
    DWORD read(std::span<std::byte> buffer, const deadline& until, DWORD& size) {
        DWORD code = ERROR_SUCCESS;
        const auto ending = blocking.run(until, [&](const blocking_calls::call& self) {
            do {
                // No bytes and no error: somebody has written nothing. That is not the end.
                code = ReadFile(file.get(), buffer.data(), part_size(buffer.size()), &size,
                                nullptr) != 0
                           ? ERROR_SUCCESS
                           : GetLastError();
            } while (code == ERROR_SUCCESS && size == 0 && !blocking.interrupted(self));
        });
        if (ending == blocking_calls::ending::failed) {
            return GetLastError();
        }
        const bool given_up =
            code == ERROR_OPERATION_ABORTED || (code == ERROR_SUCCESS && size == 0);
        return given_up ? code_of(ending) : code;
    }

    DWORD write(std::span<const std::byte> data, const deadline& until) {
        if (broken) {
            return ERROR_NO_DATA;
        }
        DWORD code = ERROR_SUCCESS;
        std::size_t done = 0;
        const auto ending = blocking.run(until, [&](const blocking_calls::call& self) {
            // The first part is tried even if the time has run out: it may fit.
            while (done < data.size()) {
                if (done > 0 && blocking.interrupted(self)) {
                    code = ERROR_OPERATION_ABORTED;
                    return;
                }
                DWORD size = 0;
                if (WriteFile(file.get(), data.data() + done, part_size(data.size() - done), &size,
                              nullptr) == 0) {
                    code = GetLastError();
                    return;
                }
                done += size;
            }
        });
        if (ending == blocking_calls::ending::failed) {
            return GetLastError();
        }
        if (code == ERROR_OPERATION_ABORTED) {
            // The system does not tell how much of a withdrawn write has been read: nothing, if
            // older data is still unread.
            broken = done > 0 || !has_unread_data();
            return code_of(ending);
        }
        return code == ERROR_BROKEN_PIPE ? ERROR_NO_DATA : code;
    }

    /// True if the reader has surely not read yet all that was written before.
    bool has_unread_data() {
        DWORD code = ERROR_SUCCESS;
        blocking.run(deadline::after(std::chrono::milliseconds(1)), [&](const auto&) {
            code = FlushFileBuffers(file.get()) != 0 ? ERROR_SUCCESS : GetLastError();
        });
        return code == ERROR_OPERATION_ABORTED;
    }
};

pipe_end::pipe_end(std::unique_ptr<impl> state) noexcept : impl_(std::move(state)) {}
pipe_end::~pipe_end() = default;

std::pair<std::unique_ptr<pipe_end>, std::unique_ptr<pipe_end>> pipe_end::create(
    std::size_t buffer_size, std::error_code& ec) {
    constexpr std::size_t largest = std::numeric_limits<int>::max();
    ec.clear();
    // An anonymous pipe has a name after all, in the system's own tree: only its owner may use it.
    win32::security security;
    win32::handle reader;
    win32::handle writer;
    if (!win32::security::build(access::owner, win32::pipe_rights, security) ||
        CreatePipe(reader.out(), writer.out(), security.attributes(),
                   static_cast<DWORD>(std::min(buffer_size, largest))) == 0) {
        ec = win32_error(operation::create_pipe, GetLastError());
        return {};
    }
    const auto make = [](win32::handle& end) {
        return std::unique_ptr<pipe_end>(new pipe_end(std::make_unique<impl>(std::move(end))));
    };
    return {make(reader), make(writer)};
}

std::unique_ptr<pipe_end> pipe_end::from_token(std::string_view token,
                                               role expected,
                                               std::error_code& ec) {
    const auto inherited = win32::handle_of_token(token, operation::open_pipe, ec);
    if (!inherited) {
        return nullptr;
    }
    const ACCESS_MASK needed = expected == role::reader ? FILE_READ_DATA : FILE_WRITE_DATA;
    if (GetFileType(*inherited) != FILE_TYPE_PIPE ||
        (win32::granted_access(*inherited) & needed) == 0) {
        ec = win32_error(operation::open_pipe, ERROR_INVALID_HANDLE);
        return nullptr;
    }
    return std::unique_ptr<pipe_end>(
        new pipe_end(std::make_unique<impl>(win32::take_over(*inherited))));
}

std::size_t pipe_end::read(std::span<std::byte> buffer,
                           const deadline& until,
                           std::error_code& ec) {
    ec.clear();
    if (buffer.empty()) {
        return 0;
    }
    DWORD size = 0;
    DWORD code = impl_->take_turn(until);
    if (code == ERROR_SUCCESS) {
        code = impl_->read(buffer, until, size);
        impl_->end_turn();
    }
    if (code == ERROR_BROKEN_PIPE) {
        return 0; // the end
    }
    if (code != ERROR_SUCCESS) {
        ec = win32_error(operation::read_pipe, code);
        return 0;
    }
    return size;
}

void pipe_end::write(std::span<const std::byte> data, const deadline& until, std::error_code& ec) {
    ec.clear();
    DWORD code = impl_->take_turn(until);
    if (code == ERROR_SUCCESS) {
        code = impl_->write(data, until);
        impl_->end_turn();
    }
    if (code != ERROR_SUCCESS) {
        ec = win32_error(operation::write_pipe, code);
    }
}

std::unique_ptr<pipe_end> pipe_end::duplicate_inheritable(std::error_code& ec) const {
    ec.clear();
    win32::handle duplicate;
    if (DuplicateHandle(GetCurrentProcess(), impl_->file.get(), GetCurrentProcess(),
                        duplicate.out(), 0, TRUE, DUPLICATE_SAME_ACCESS) == 0) {
        ec = win32_error(operation::share_pipe, GetLastError());
        return nullptr;
    }
    return std::unique_ptr<pipe_end>(new pipe_end(std::make_unique<impl>(std::move(duplicate))));
}

std::string pipe_end::token() const {
    return std::to_string(reinterpret_cast<std::uintptr_t>(impl_->file.get()));
}

void pipe_end::cancel() noexcept {
    {
        const std::lock_guard lock(impl_->mutex);
        ++impl_->cancellations;
        impl_->turn.notify_all();
    }
    impl_->blocking.cancel_all();
}

} // namespace isthmus::detail
