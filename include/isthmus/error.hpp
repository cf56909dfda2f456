#pragma once

#include <isthmus/export.hpp>

#include <string>
#include <string_view>
#include <system_error>

/// \file
/// Errors: portable conditions over the raw codes of the operating system.
///
/// Every operation of the library comes in two forms: one that throws isthmus::error and one with a
/// trailing `std::error_code&`. The error code keeps the *raw* code (`value()`): a Win32 code where
/// the situation is one that Win32 defines, on every OS (a broken channel reads 109 and writes 232
/// on Linux as well), else the errno of the system call that failed. Programs compare it with the
/// portable condition:
///
///     if (ec == isthmus::errc::busy) ...

namespace isthmus {

/// Portable conditions. The Win32 codes in brackets are the usual raw codes; which condition a raw
/// code means depends on the operation (231 is `busy` when opening, `unread_data` in a
/// transaction).
enum class errc {
    not_found = 1,      ///< no object of that name (2, 3)
    already_exists,     ///< exclusive creation of a name that is in use (183)
    wrong_kind,         ///< the name belongs to an object of another kind (6 when opening)
    access_denied,      ///< the caller may not do that (5)
    busy,               ///< all instances are taken (231)
    timed_out,          ///< the time given was not enough (121, 258)
    canceled,           ///< cancelled by another thread (995)
    broken,             ///< the other end is closed (109 reading, 232 writing)
    not_connected,      ///< disconnected by the server, or nobody connected yet (233, 536)
    invalid_argument,   ///< an argument that can never work (87)
    invalid_name,       ///< a name that can never be valid (123, 161)
    name_too_long,      ///< a name over the length that Windows accepts (206)
    wrong_mode,         ///< an operation of message mode on a byte channel, or one-way (230)
    unread_data,        ///< a transaction while unread data waits (231 in transact)
    buffer_too_small,   ///< the message does not fit and stays where it is (122)
    message_too_large,  ///< over the limit; refused as a whole
    quota_exceeded,     ///< the queue is full (1816)
    not_owner,          ///< released by a thread that does not own it (288)
    limit_exceeded,     ///< a semaphore released past its maximum (298)
    invalid_handle,     ///< the object is closed or was moved from (6)
    too_many_handles,   ///< out of descriptors or handles (4; EMFILE, ENFILE)
    out_of_memory,      ///< (8, 14, 1450; ENOMEM)
    no_space,           ///< the file system is full (39, 112; ENOSPC)
    not_supported,      ///< not to be had on this system (50, 120)
    protocol_error,     ///< the peer does not follow the protocol
    insecure_directory, ///< the runtime directory cannot be trusted; nothing was used of it
    io_error,           ///< any other failure; the raw code tells
};

/// The category of the portable conditions. Thread-safe.
ISTHMUS_EXPORT const std::error_category& condition_category() noexcept;

/// Makes the condition comparable with error codes: `ec == errc::busy`.
inline std::error_condition make_error_condition(errc condition) noexcept {
    return {static_cast<int>(condition), condition_category()};
}

/// True if the raw code (`code.value()`) is a Win32 code, false if it is an errno (or not ours).
ISTHMUS_EXPORT bool is_win32_code(const std::error_code& code) noexcept;

/// What the throwing forms throw. `what()` names the operation, the object and the reason:
/// "connect channel `orders`: no such channel (Win32 error 2)". Immutable, so thread-safe.
class ISTHMUS_EXPORT error : public std::system_error {
public:
    /// `reason` says it better than the code's own message; empty: that message.
    error(std::error_code code,
          std::string operation,
          std::string object,
          std::string_view reason = {});

    /// The operation that failed, for example "connect channel".
    const std::string& operation() const noexcept { return operation_; }
    /// The name of the object as the caller gave it; empty if it has none.
    const std::string& object() const noexcept { return object_; }
    const char* what() const noexcept override { return text_.c_str(); }

private:
    std::string operation_;
    std::string object_;
    std::string text_;
};

} // namespace isthmus

template <>
struct std::is_error_condition_enum<isthmus::errc> : std::true_type {};
