#pragma once

#include <isthmus/error.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <system_error>

/// \file
/// How the library makes its error codes: a raw code, and the operation that decides what it means.

namespace isthmus::detail {

/// The operations of the library. One error category each (times Win32 code or errno), because a
/// raw code means different things in different calls.
enum class operation {
    parse_name,
    create_channel,
    connect_channel,
    wait_channel,
    accept_channel,
    read_channel,
    write_channel,
    peek_channel,
    transact_channel,
    call_channel,
    flush_channel,
    disconnect_channel,
    query_channel,
    create_pipe,
    open_pipe,
    read_pipe,
    write_pipe,
    share_pipe,
    create_region,
    open_region,
    map_region,
    flush_region,
    share_region,
    inherit_region,
    create_mutex,
    open_mutex,
    wait_mutex,
    unlock_mutex,
    share_mutex,
    inherit_mutex,
    create_semaphore,
    open_semaphore,
    wait_semaphore,
    release_semaphore,
    share_semaphore,
    inherit_semaphore,
    create_event,
    open_event,
    wait_event,
    set_event,
    reset_event,
    pulse_event,
    share_event,
    inherit_event,
    create_slot,
    open_slot,
    read_slot,
    write_slot,
    query_slot,
    wait_object,
    share_object,
    wait_any,
    wait_all,
    count_,
};

/// "connect channel"
std::string_view operation_text(operation what) noexcept;

/// A raw Win32 code. 0 gives `std::error_code()`.
std::error_code win32_error(operation what, std::uint32_t code) noexcept;

/// A raw errno. 0 gives `std::error_code()`.
std::error_code posix_error(operation what, int code) noexcept;

/// A failure that the library itself found and no OS has a code for: `value()` is the condition.
std::error_code library_error(operation what, errc condition) noexcept;

/// The same raw code, seen as the failure of another operation (transact, made of write and read).
std::error_code as_failure_of(operation what, const std::error_code& code) noexcept;

/// Throws isthmus::error. `object` is the name as the caller gave it; if it is the name that was
/// refused, the text says why.
[[noreturn]] void throw_error(const std::error_code& code, operation what, std::string_view object);

/// The same if `code` is an error. Inline: locking a mutex that is free is a matter of nanoseconds.
inline void throw_if_error(const std::error_code& code, operation what, std::string_view object) {
    if (code) {
        throw_error(code, what, object);
    }
}

/// For the throwing forms with a deadline: running out of time is a result there, not an error.
template <class Result>
Result throw_unless_timed_out(Result result,
                              const std::error_code& code,
                              operation what,
                              std::string_view object) {
    if (code != errc::timed_out)
        throw_if_error(code, what, object);
    return result;
}

/// The throwing form of an operation, made of the other one: `call(ec)`.
template <class Call>
auto throwing(operation what, std::string_view object, Call call) {
    std::error_code ec;
    auto result = call(ec);
    throw_if_error(ec, what, object);
    return result;
}

/// The Win32 codes that the library uses on every OS.
namespace win32_code {
inline constexpr std::uint32_t file_not_found = 2;
inline constexpr std::uint32_t too_many_open_files = 4;
inline constexpr std::uint32_t access_denied = 5;
inline constexpr std::uint32_t invalid_handle = 6;
inline constexpr std::uint32_t not_enough_memory = 8;
inline constexpr std::uint32_t handle_eof = 38;
inline constexpr std::uint32_t not_supported = 50;
inline constexpr std::uint32_t invalid_parameter = 87;
inline constexpr std::uint32_t broken_pipe = 109;
inline constexpr std::uint32_t semaphore_timeout = 121;
inline constexpr std::uint32_t insufficient_buffer = 122;
inline constexpr std::uint32_t invalid_name = 123;
inline constexpr std::uint32_t already_exists = 183;
inline constexpr std::uint32_t filename_exceeds_range = 206;
inline constexpr std::uint32_t bad_pipe = 230;
inline constexpr std::uint32_t pipe_busy = 231;
inline constexpr std::uint32_t no_data = 232;
inline constexpr std::uint32_t pipe_not_connected = 233;
inline constexpr std::uint32_t more_data = 234;
inline constexpr std::uint32_t wait_timeout = 258;
inline constexpr std::uint32_t not_owner = 288;
inline constexpr std::uint32_t too_many_posts = 298;
inline constexpr std::uint32_t pipe_listening = 536;
inline constexpr std::uint32_t operation_aborted = 995;
inline constexpr std::uint32_t not_enough_quota = 1816;
} // namespace win32_code

} // namespace isthmus::detail
