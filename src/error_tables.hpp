#pragma once

#include "native_error.hpp"

#include <array>
#include <cerrno>
#include <cstdint>
#include <optional>
#include <string_view>
#include <system_error>

/// \file
/// What raw codes mean, operation by operation, and how failures are described. Data only; a
/// further mechanism adds its operations and its rows.

namespace isthmus::detail {

/// What an operation works on; part of its texts.
enum class subject : std::uint8_t {
    any,
    name,
    channel,
    pipe,
    region,
    mutex,
    semaphore,
    event,
    slot
};

constexpr std::string_view text_of(subject what) noexcept {
    constexpr std::array<std::string_view, 9> texts{
        "object", "name", "channel", "pipe", "region", "mutex", "semaphore", "event", "slot"};
    return texts[static_cast<std::size_t>(what)];
}

struct operation_row {
    operation what;
    std::string_view id;   // in the name of its categories
    std::string_view text; // in errors
    subject on;
};

inline constexpr std::array operations{
    operation_row{operation::parse_name, "parse_name", "parse name", subject::name},
    operation_row{operation::create_channel, "create_channel", "create channel", subject::channel},
    operation_row{operation::connect_channel, "connect_channel", "connect channel",
                  subject::channel},
    operation_row{operation::wait_channel, "wait_channel", "wait for channel", subject::channel},
    operation_row{operation::accept_channel, "accept_channel", "accept on channel",
                  subject::channel},
    operation_row{operation::read_channel, "read_channel", "read channel", subject::channel},
    operation_row{operation::write_channel, "write_channel", "write channel", subject::channel},
    operation_row{operation::peek_channel, "peek_channel", "peek channel", subject::channel},
    operation_row{operation::transact_channel, "transact_channel", "transact on channel",
                  subject::channel},
    operation_row{operation::call_channel, "call_channel", "call channel", subject::channel},
    operation_row{operation::flush_channel, "flush_channel", "flush channel", subject::channel},
    operation_row{operation::disconnect_channel, "disconnect_channel", "disconnect channel",
                  subject::channel},
    operation_row{operation::query_channel, "query_channel", "query channel", subject::channel},
    operation_row{operation::create_pipe, "create_pipe", "create pipe", subject::pipe},
    operation_row{operation::open_pipe, "open_pipe", "open pipe", subject::pipe},
    operation_row{operation::read_pipe, "read_pipe", "read pipe", subject::pipe},
    operation_row{operation::write_pipe, "write_pipe", "write pipe", subject::pipe},
    operation_row{operation::share_pipe, "share_pipe", "share pipe", subject::pipe},
    operation_row{operation::create_region, "create_region", "create region", subject::region},
    operation_row{operation::open_region, "open_region", "open region", subject::region},
    operation_row{operation::map_region, "map_region", "map region", subject::region},
    operation_row{operation::flush_region, "flush_region", "flush region", subject::region},
    operation_row{operation::share_region, "share_region", "share region", subject::region},
    operation_row{operation::inherit_region, "inherit_region", "inherit region", subject::region},
    operation_row{operation::create_mutex, "create_mutex", "create mutex", subject::mutex},
    operation_row{operation::open_mutex, "open_mutex", "open mutex", subject::mutex},
    operation_row{operation::wait_mutex, "wait_mutex", "wait for mutex", subject::mutex},
    operation_row{operation::unlock_mutex, "unlock_mutex", "unlock mutex", subject::mutex},
    operation_row{operation::share_mutex, "share_mutex", "share mutex", subject::mutex},
    operation_row{operation::inherit_mutex, "inherit_mutex", "inherit mutex", subject::mutex},
    operation_row{operation::create_semaphore, "create_semaphore", "create semaphore",
                  subject::semaphore},
    operation_row{operation::open_semaphore, "open_semaphore", "open semaphore",
                  subject::semaphore},
    operation_row{operation::wait_semaphore, "wait_semaphore", "wait for semaphore",
                  subject::semaphore},
    operation_row{operation::release_semaphore, "release_semaphore", "release semaphore",
                  subject::semaphore},
    operation_row{operation::share_semaphore, "share_semaphore", "share semaphore",
                  subject::semaphore},
    operation_row{operation::inherit_semaphore, "inherit_semaphore", "inherit semaphore",
                  subject::semaphore},
    operation_row{operation::create_event, "create_event", "create event", subject::event},
    operation_row{operation::open_event, "open_event", "open event", subject::event},
    operation_row{operation::wait_event, "wait_event", "wait for event", subject::event},
    operation_row{operation::set_event, "set_event", "set event", subject::event},
    operation_row{operation::reset_event, "reset_event", "reset event", subject::event},
    operation_row{operation::pulse_event, "pulse_event", "pulse event", subject::event},
    operation_row{operation::share_event, "share_event", "share event", subject::event},
    operation_row{operation::inherit_event, "inherit_event", "inherit event", subject::event},
    operation_row{operation::create_slot, "create_slot", "create slot", subject::slot},
    operation_row{operation::open_slot, "open_slot", "open slot", subject::slot},
    operation_row{operation::read_slot, "read_slot", "read slot", subject::slot},
    operation_row{operation::write_slot, "write_slot", "write slot", subject::slot},
    operation_row{operation::query_slot, "query_slot", "query slot", subject::slot},
    operation_row{operation::wait_object, "wait_object", "wait for object", subject::any},
    operation_row{operation::share_object, "share_object", "share object", subject::any},
    operation_row{operation::wait_any, "wait_any", "wait for any object", subject::any},
    operation_row{operation::wait_all, "wait_all", "wait for all objects", subject::any},
};

inline constexpr std::size_t operation_count = static_cast<std::size_t>(operation::count_);

constexpr bool in_order() noexcept {
    for (std::size_t i = 0; i < operations.size(); ++i) {
        if (static_cast<std::size_t>(operations[i].what) != i) {
            return false;
        }
    }
    return true;
}
static_assert(operations.size() == operation_count && in_order(), "one row for each operation");

constexpr const operation_row& row_of(operation what) noexcept {
    return operations[static_cast<std::size_t>(what)];
}

/// A meaning of a raw code; in one operation, or in all that have no row of their own.
struct code_row {
    std::uint32_t code = 0;
    errc meaning{};
    std::optional<operation> only = std::nullopt;
};

inline constexpr std::array win32_codes{
    // The same code, another meaning.
    code_row{231, errc::unread_data, operation::transact_channel}, // PIPE_BUSY
    code_row{6, errc::wrong_kind, operation::create_region},       // INVALID_HANDLE
    code_row{6, errc::wrong_kind, operation::open_region},
    code_row{6, errc::wrong_kind, operation::create_mutex},
    code_row{6, errc::wrong_kind, operation::open_mutex},
    code_row{6, errc::wrong_kind, operation::create_semaphore},
    code_row{6, errc::wrong_kind, operation::open_semaphore},
    code_row{6, errc::wrong_kind, operation::create_event},
    code_row{6, errc::wrong_kind, operation::open_event},
    code_row{87, errc::message_too_large, operation::write_slot}, // INVALID_PARAMETER

    code_row{1, errc::not_supported},    // INVALID_FUNCTION
    code_row{2, errc::not_found},        // FILE_NOT_FOUND
    code_row{3, errc::not_found},        // PATH_NOT_FOUND
    code_row{4, errc::too_many_handles}, // TOO_MANY_OPEN_FILES
    code_row{5, errc::access_denied},    // ACCESS_DENIED
    code_row{6, errc::invalid_handle},   // INVALID_HANDLE
    code_row{8, errc::out_of_memory},    // NOT_ENOUGH_MEMORY
    code_row{14, errc::out_of_memory},   // OUTOFMEMORY
    code_row{32, errc::busy},     // SHARING_VIOLATION: a file that its opener shares with nobody
    code_row{38, errc::broken},   // HANDLE_EOF
    code_row{39, errc::no_space}, // HANDLE_DISK_FULL
    code_row{50, errc::not_supported},     // NOT_SUPPORTED
    code_row{53, errc::not_found},         // BAD_NETPATH: no such host
    code_row{64, errc::broken},            // NETNAME_DELETED: the host is gone
    code_row{65, errc::access_denied},     // NETWORK_ACCESS_DENIED
    code_row{67, errc::not_found},         // BAD_NET_NAME
    code_row{87, errc::invalid_argument},  // INVALID_PARAMETER
    code_row{109, errc::broken},           // BROKEN_PIPE
    code_row{112, errc::no_space},         // DISK_FULL
    code_row{120, errc::not_supported},    // CALL_NOT_IMPLEMENTED
    code_row{121, errc::timed_out},        // SEM_TIMEOUT
    code_row{122, errc::buffer_too_small}, // INSUFFICIENT_BUFFER
    code_row{123, errc::invalid_name},     // INVALID_NAME
    code_row{161, errc::invalid_name},     // BAD_PATHNAME
    code_row{170, errc::busy},             // BUSY
    code_row{183, errc::already_exists},   // ALREADY_EXISTS
    code_row{206, errc::name_too_long},    // FILENAME_EXCED_RANGE
    code_row{230, errc::wrong_mode},       // BAD_PIPE
    code_row{231, errc::busy},             // PIPE_BUSY
    code_row{232, errc::broken},           // NO_DATA: the pipe is being closed
    code_row{233, errc::not_connected},    // PIPE_NOT_CONNECTED
    code_row{234, errc::buffer_too_small}, // MORE_DATA, where there is no partial read
    code_row{258, errc::timed_out},        // WAIT_TIMEOUT
    code_row{288, errc::not_owner},        // NOT_OWNER
    code_row{298, errc::limit_exceeded},   // TOO_MANY_POSTS
    code_row{535, errc::invalid_argument}, // PIPE_CONNECTED: accept on a connected instance
    code_row{536, errc::not_connected},    // PIPE_LISTENING
    code_row{995, errc::canceled},         // OPERATION_ABORTED
    code_row{998, errc::invalid_argument}, // NOACCESS: a buffer that is not there
    code_row{1314, errc::access_denied},   // PRIVILEGE_NOT_HELD
    code_row{1326, errc::access_denied},   // LOGON_FAILURE: a remote host does not know us
    code_row{1450, errc::out_of_memory},   // NO_SYSTEM_RESOURCES
    code_row{1453, errc::out_of_memory},   // WORKING_SET_QUOTA
    code_row{1455, errc::out_of_memory},   // COMMITMENT_LIMIT
    code_row{1460, errc::timed_out},       // TIMEOUT
    code_row{1784, errc::out_of_memory},   // INVALID_USER_BUFFER: too much input/output pending
    code_row{1816, errc::quota_exceeded},  // NOT_ENOUGH_QUOTA
};

/// The same for errno. Some systems lack some of them, and some have one number for two names; the
/// first row wins.
inline constexpr std::array errno_codes{
    // A Unix socket without a server behind it is what a crashed server leaves.
    code_row{ECONNREFUSED, errc::not_found, operation::connect_channel},
    code_row{ECONNREFUSED, errc::not_found, operation::wait_channel},
    code_row{ECONNREFUSED, errc::not_found, operation::call_channel},
    // A full queue of clients that nobody has accepted.
    code_row{EAGAIN, errc::busy, operation::connect_channel},
    code_row{EAGAIN, errc::busy, operation::wait_channel},
    code_row{EAGAIN, errc::busy, operation::call_channel},
    // Opening a FIFO for writing that nobody reads, or a socket as if it were a file.
    code_row{ENXIO, errc::not_found, operation::connect_channel},
    code_row{ENXIO, errc::not_found, operation::wait_channel},
    code_row{ENXIO, errc::not_found, operation::call_channel},
    // Something else sits where the channel's socket belongs.
    code_row{ENOTSOCK, errc::wrong_kind, operation::connect_channel},
    code_row{EPROTOTYPE, errc::wrong_kind, operation::connect_channel},

    code_row{ENOENT, errc::not_found},
    code_row{EACCES, errc::access_denied},
    code_row{EPERM, errc::access_denied},
    code_row{EROFS, errc::access_denied},
    code_row{EEXIST, errc::already_exists},
    code_row{EADDRINUSE, errc::already_exists},
    code_row{EBUSY, errc::busy},
    code_row{ETIMEDOUT, errc::timed_out},
    code_row{ECANCELED, errc::canceled},
    code_row{EPIPE, errc::broken},
    code_row{ECONNRESET, errc::broken},
    code_row{ECONNABORTED, errc::broken},
#ifdef ESHUTDOWN
    code_row{ESHUTDOWN, errc::broken},
#endif
    code_row{ENOTCONN, errc::not_connected},
    code_row{EINVAL, errc::invalid_argument},
    code_row{EFAULT, errc::invalid_argument},
    code_row{EILSEQ, errc::invalid_name},
    code_row{ENAMETOOLONG, errc::name_too_long},
    code_row{EMSGSIZE, errc::message_too_large},
    code_row{EBADF, errc::invalid_handle},
    code_row{EMFILE, errc::too_many_handles},
    code_row{ENFILE, errc::too_many_handles},
#ifdef ETOOMANYREFS
    code_row{ETOOMANYREFS, errc::too_many_handles}, // too many descriptors on their way
#endif
    code_row{ENOMEM, errc::out_of_memory},
    code_row{ENOBUFS, errc::out_of_memory},
    code_row{ENOLCK, errc::out_of_memory}, // the kernel's table of locks
    code_row{ENOSPC, errc::no_space},
#ifdef EDQUOT
    code_row{EDQUOT, errc::no_space},
#endif
    code_row{EFBIG, errc::no_space}, // the limit on file sizes
    code_row{ENOSYS, errc::not_supported},
    code_row{EOPNOTSUPP, errc::not_supported},
    code_row{ENOTSUP, errc::not_supported},
    code_row{EAFNOSUPPORT, errc::not_supported},
    code_row{EPROTONOSUPPORT, errc::not_supported},
    code_row{EPROTO, errc::protocol_error},
    code_row{EBADMSG, errc::protocol_error},
    // Directories are opened without following links: somebody put something else there.
    code_row{ELOOP, errc::insecure_directory},
    code_row{ENOTDIR, errc::insecure_directory},
};

/// Conditions: how they read (`%` is the subject), and the standard library's word for them.
struct condition_row {
    errc condition;
    std::string_view text;
    std::optional<std::errc> standard = std::nullopt;
};

inline constexpr std::array conditions{
    condition_row{errc::not_found, "no such %", std::errc::no_such_file_or_directory},
    condition_row{errc::already_exists, "the % exists already", std::errc::file_exists},
    condition_row{errc::wrong_kind, "the name belongs to an object of another kind"},
    condition_row{errc::access_denied, "access denied", std::errc::permission_denied},
    condition_row{errc::busy, "the % is in use", std::errc::device_or_resource_busy},
    condition_row{errc::timed_out, "timed out", std::errc::timed_out},
    condition_row{errc::canceled, "canceled", std::errc::operation_canceled},
    condition_row{errc::broken, "the other end is closed", std::errc::broken_pipe},
    condition_row{errc::not_connected, "not connected", std::errc::not_connected},
    condition_row{errc::invalid_argument, "invalid argument", std::errc::invalid_argument},
    condition_row{errc::invalid_name, "invalid name", std::errc::invalid_argument},
    condition_row{errc::name_too_long, "the name is too long", std::errc::filename_too_long},
    condition_row{errc::wrong_mode, "not possible in the mode or direction of the %"},
    condition_row{errc::unread_data, "unread data waits in the %"},
    condition_row{errc::buffer_too_small, "the buffer is too small", std::errc::message_size},
    condition_row{errc::message_too_large, "the message is too large", std::errc::message_size},
    condition_row{errc::quota_exceeded, "the quota is exceeded"},
    condition_row{errc::not_owner, "owned by another thread", std::errc::operation_not_permitted},
    condition_row{errc::limit_exceeded, "the maximum is exceeded"},
    condition_row{errc::invalid_handle, "the % is not open", std::errc::bad_file_descriptor},
    condition_row{errc::too_many_handles, "too many open handles", std::errc::too_many_files_open},
    condition_row{errc::out_of_memory, "out of memory", std::errc::not_enough_memory},
    condition_row{errc::no_space, "no space left", std::errc::no_space_on_device},
    condition_row{errc::not_supported, "not supported on this system", std::errc::not_supported},
    condition_row{errc::protocol_error, "the other end does not follow the protocol",
                  std::errc::protocol_error},
    condition_row{errc::insecure_directory, "the runtime directory cannot be trusted"},
    condition_row{errc::io_error, "unexpected failure", std::errc::io_error},
};

/// Better words where the operation is known.
struct text_row {
    operation what;
    errc condition;
    std::string_view text;
};

inline constexpr std::array texts{
    text_row{operation::create_channel, errc::busy, "the maximum of instances is reached"},
    text_row{operation::create_channel, errc::already_exists, "the name is in use"},
    text_row{operation::connect_channel, errc::busy, "all instances are in use"},
    text_row{operation::call_channel, errc::busy, "all instances are in use"},
    text_row{operation::wait_channel, errc::timed_out, "no instance became free in time"},
    text_row{operation::accept_channel, errc::timed_out, "no client came in time"},
    text_row{operation::accept_channel, errc::invalid_argument,
             "only a disconnected server end can accept"},
    text_row{operation::accept_channel, errc::busy, "the maximum of instances is reached"},
    text_row{operation::read_channel, errc::wrong_mode, "the channel is not read in message mode"},
    text_row{operation::read_channel, errc::access_denied, "the channel's direction is the other"},
    text_row{operation::write_channel, errc::access_denied, "the channel's direction is the other"},
    text_row{operation::transact_channel, errc::wrong_mode,
             "the channel is not duplex, or not read in message mode"},
    text_row{operation::call_channel, errc::wrong_mode, "not a duplex message channel"},
    text_row{operation::disconnect_channel, errc::invalid_argument,
             "only the server end can disconnect"},
    text_row{operation::open_pipe, errc::invalid_handle, "no such end of a pipe"},
    text_row{operation::map_region, errc::invalid_argument, "not within the region"},
    text_row{operation::map_region, errc::access_denied, "the region was opened read-only"},
    text_row{operation::wait_any, errc::invalid_argument, "1 to 64 objects, and no handle twice"},
    text_row{operation::wait_all, errc::invalid_argument, "1 to 64 objects, and no object twice"},
    text_row{operation::open_pipe, errc::invalid_argument, "the token is not a number"},
    text_row{operation::inherit_region, errc::invalid_argument, "the token is not a number"},
    text_row{operation::inherit_region, errc::invalid_handle, "no such handle, or not of a region"},
    text_row{operation::inherit_mutex, errc::invalid_argument, "the token is not a number"},
    text_row{operation::inherit_mutex, errc::invalid_handle, "no such handle, or not of a mutex"},
    text_row{operation::inherit_semaphore, errc::invalid_argument, "the token is not a number"},
    text_row{operation::inherit_semaphore, errc::invalid_handle,
             "no such handle, or not of a semaphore"},
    text_row{operation::inherit_event, errc::invalid_argument, "the token is not a number"},
    text_row{operation::inherit_event, errc::invalid_handle, "no such handle, or not of an event"},
    text_row{operation::create_region, errc::invalid_argument, "a region has at least one byte"},
    text_row{operation::open_region, errc::invalid_argument, "the file is empty"},
    text_row{operation::create_semaphore, errc::invalid_argument,
             "the maximum is at least 1, the initial count 0 to the maximum"},
    text_row{operation::release_semaphore, errc::invalid_argument, "not a number above 0"},
    text_row{operation::create_slot, errc::invalid_argument, "the quota is 1 byte to 1 GiB"},
    text_row{operation::open_slot, errc::not_found, "nobody reads a slot of that name"},
    text_row{operation::read_slot, errc::timed_out, "no message came in time"},
    text_row{operation::read_slot, errc::buffer_too_small, "the message is larger than the buffer"},
    text_row{operation::write_slot, errc::broken, "the reader is gone"},
    text_row{operation::unlock_mutex, errc::not_owner, "the thread does not own it"},
};

} // namespace isthmus::detail
