#pragma once

#include <isthmus/deadline.hpp>
#include <isthmus/export.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>

/// \file
/// Anonymous pipes: a one-way byte stream to or from a child process.
/// https://learn.microsoft.com/windows/win32/ipc/anonymous-pipes

namespace isthmus {

namespace detail {
class pipe_end;
}

/// An inheritable duplicate of one end of a pipe, to be handed to a child process.
///
/// Nothing else of this library is ever inherited. Make it, pass `token()` to the child (command
/// line, environment), start the child with handle inheritance on, then destroy it: while it
/// exists, every process started inherits it, and the pipe does not end. Not thread-safe.
class ISTHMUS_EXPORT inheritable_end {
public:
    inheritable_end(inheritable_end&&) noexcept;
    inheritable_end& operator=(inheritable_end&&) noexcept;
    ~inheritable_end();

    /// The handle's number in the child, as text: a descriptor on POSIX, a HANDLE on Windows.
    std::string token() const;

private:
    friend class pipe_reader;
    friend class pipe_writer;
    explicit inheritable_end(std::unique_ptr<detail::pipe_end> end) noexcept;

    std::unique_ptr<detail::pipe_end> end_;
};

/// The reading end. Not inherited by child processes. Calls from several threads are served one
/// after the other; moving, closing and destroying need exclusive use.
class ISTHMUS_EXPORT pipe_reader {
public:
    pipe_reader() noexcept;
    pipe_reader(pipe_reader&&) noexcept;
    pipe_reader& operator=(pipe_reader&&) noexcept;
    ~pipe_reader();

    /// In the child: takes over the end that the parent handed over. Errors: `invalid_handle` (no
    /// such handle, or not a pipe's reading end), `invalid_argument` (not a number).
    static pipe_reader from_token(std::string_view token);
    static pipe_reader from_token(std::string_view token, std::error_code& ec);

    /// Reads what there is, at most `buffer.size()` bytes; blocks while there is nothing. Zero
    /// bytes for a buffer that is not empty means the end: all writers are closed (ReadFile, where
    /// that is ERROR_BROKEN_PIPE).
    std::size_t read(std::span<std::byte> buffer);
    std::size_t read(std::span<std::byte> buffer, std::error_code& ec);
    /// Nothing if the time ran out.
    std::optional<std::size_t> read_until(std::span<std::byte> buffer, const deadline& until);
    std::optional<std::size_t> read_until(std::span<std::byte> buffer,
                                          const deadline& until,
                                          std::error_code& ec);
    template <class Rep, class Period>
    std::optional<std::size_t> read_for(std::span<std::byte> buffer,
                                        const std::chrono::duration<Rep, Period>& timeout) {
        return read_until(buffer, deadline::after(timeout));
    }
    template <class Rep, class Period>
    std::optional<std::size_t> read_for(std::span<std::byte> buffer,
                                        const std::chrono::duration<Rep, Period>& timeout,
                                        std::error_code& ec) {
        return read_until(buffer, deadline::after(timeout), ec);
    }

    /// Makes an inheritable duplicate (DuplicateHandle, dup).
    inheritable_end share_with_child() const;
    inheritable_end share_with_child(std::error_code& ec) const;

    /// Makes every call that blocks on this end at this moment fail with `canceled`. Thread-safe.
    void cancel() noexcept;
    bool is_open() const noexcept { return end_ != nullptr; }
    void close() noexcept;

private:
    friend ISTHMUS_EXPORT struct anonymous_pipe make_anonymous_pipe(std::size_t buffer_size,
                                                                    std::error_code& ec);
    explicit pipe_reader(std::unique_ptr<detail::pipe_end> end) noexcept;

    std::unique_ptr<detail::pipe_end> end_;
};

/// The writing end; otherwise as pipe_reader.
class ISTHMUS_EXPORT pipe_writer {
public:
    pipe_writer() noexcept;
    pipe_writer(pipe_writer&&) noexcept;
    pipe_writer& operator=(pipe_writer&&) noexcept;
    ~pipe_writer();

    static pipe_writer from_token(std::string_view token);
    static pipe_writer from_token(std::string_view token, std::error_code& ec);

    /// Writes all of `data`; blocks while the pipe is full (WriteFile). Errors: `broken` (all
    /// readers are closed; SIGPIPE is not raised). If the time runs out or the call is cancelled
    /// after a part was written, the next writes are `broken`.
    void write(std::span<const std::byte> data);
    void write(std::span<const std::byte> data, std::error_code& ec);
    /// False if the time ran out.
    bool write_until(std::span<const std::byte> data, const deadline& until);
    bool write_until(std::span<const std::byte> data, const deadline& until, std::error_code& ec);
    template <class Rep, class Period>
    bool write_for(std::span<const std::byte> data,
                   const std::chrono::duration<Rep, Period>& timeout) {
        return write_until(data, deadline::after(timeout));
    }
    template <class Rep, class Period>
    bool write_for(std::span<const std::byte> data,
                   const std::chrono::duration<Rep, Period>& timeout,
                   std::error_code& ec) {
        return write_until(data, deadline::after(timeout), ec);
    }

    inheritable_end share_with_child() const;
    inheritable_end share_with_child(std::error_code& ec) const;

    void cancel() noexcept;
    bool is_open() const noexcept { return end_ != nullptr; }
    void close() noexcept;

private:
    friend ISTHMUS_EXPORT struct anonymous_pipe make_anonymous_pipe(std::size_t buffer_size,
                                                                    std::error_code& ec);
    explicit pipe_writer(std::unique_ptr<detail::pipe_end> end) noexcept;

    std::unique_ptr<detail::pipe_end> end_;
};

/// Both ends of a new pipe.
struct anonymous_pipe {
    pipe_reader reader;
    pipe_writer writer;
};

/// Makes a pipe (CreatePipe,
/// https://learn.microsoft.com/windows/win32/api/namedpipeapi/nf-namedpipeapi-createpipe).
/// `buffer_size` is a hint in bytes; 0 is the system's default.
ISTHMUS_EXPORT anonymous_pipe make_anonymous_pipe(std::size_t buffer_size = 0);
ISTHMUS_EXPORT anonymous_pipe make_anonymous_pipe(std::size_t buffer_size, std::error_code& ec);

} // namespace isthmus
