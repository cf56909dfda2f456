#pragma once

#include "native_error.hpp"
#include "object.hpp"
#include "object_file.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>

/// \file
/// Handing objects to child processes: a descriptor has the same number in a child that inherits
/// it.

namespace isthmus::posix {

/// A token, taken apart: a descriptor that was inherited, and what else the child has to know.
struct inherited {
    int fd = -1;
    char rights = 0;
    /// Of a file; 0: it is an object's file. With a mutex, semaphore or event: the descriptor that
    /// keeps its table.
    std::uint64_t size = 0;
};

/// Sets `ec` if it is no token.
inherited parse_token(std::string_view token, detail::operation what, std::error_code& ec);

/// A description of the object's file for a child, with a lock of its own. Null with `ec`.
std::unique_ptr<detail::inheritable_handle> make_inheritable(const object_file& object,
                                                             char rights,
                                                             detail::operation what,
                                                             std::error_code& ec);
/// The same of an object that is in a table, which would not outlive its last user.
std::unique_ptr<detail::inheritable_handle> make_inheritable(const object_file& object,
                                                             const object_file& table,
                                                             char rights,
                                                             detail::operation what,
                                                             std::error_code& ec);
/// The same of any file.
std::unique_ptr<detail::inheritable_handle> make_inheritable(
    int fd, char rights, std::uint64_t size, detail::operation what, std::error_code& ec);

/// In the child: opens the object that the descriptor stands for, and closes the descriptor. Empty
/// with `ec` if it is no object of the kind.
object_file take_over(const inherited& from,
                      detail::object_kind kind,
                      detail::operation what,
                      std::error_code& ec);

/// In the child, which uses the table now: closes the descriptor that kept it.
void end_keeping_table(const inherited& from, const object_file& table) noexcept;

/// The same for any file that is at least as long as the token says.
descriptor take_over_file(const inherited& from, detail::operation what, std::error_code& ec);

} // namespace isthmus::posix
