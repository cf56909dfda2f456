#pragma once

#include <isthmus/export.hpp>

#include <string>
#include <string_view>
#include <system_error>

/// \file
/// Names of objects, channels and slots, in the spellings of Windows.
///
/// All text is UTF-8. A name is refused with `invalid_name` (empty, not UTF-8, control characters,
/// an empty component, `.` or `..` as a component, a prefix that does not belong there; in channels
/// and slots also a component that ends with a dot or a space, which Windows would drop) or
/// `name_too_long`, before any system call. The reason is in the exception's text.

namespace isthmus {

/// The name of a region, mutex, semaphore or event. Case-sensitive.
///
/// Accepts `orders`, `Local\orders` and `Global\orders` (prefixes are case-sensitive too); the name
/// holds no further backslash, a slash is an ordinary character; at most 260 UTF-16 units with its
/// prefix, the default one included.
/// Win32: https://learn.microsoft.com/windows/win32/sync/object-names
class ISTHMUS_EXPORT object_name {
public:
    enum class scope {
        local,  ///< the session's on Windows, the user's on POSIX; the default
        global, ///< the machine's
    };

    /// Throws isthmus::error.
    static object_name parse(std::string_view text);
    /// As above; on failure sets `ec` and returns an empty name.
    static object_name parse(std::string_view text, std::error_code& ec);

    scope where() const noexcept { return scope_; }
    /// Without prefix.
    const std::string& name() const noexcept { return name_; }
    /// With prefix, `Local\` or `Global\`.
    std::string text() const;

private:
    scope scope_ = scope::local;
    std::string name_;
};

/// The name of a channel. Case-insensitive (Unicode simple case mapping); may contain backslashes.
///
/// Accepts `orders`, `\\.\pipe\orders` (also spelled `\\?\pipe\orders`) and `\\host\pipe\orders`; a
/// slash counts as a backslash; at most 256 UTF-16 units as `\\.\pipe\...`. A host is made of
/// letters, digits, `-`, `_` and `.`: an IPv6 address is written as on Windows,
/// `2001-db8--1.ipv6-literal.net`. Win32: https://learn.microsoft.com/windows/win32/ipc/pipe-names
class ISTHMUS_EXPORT channel_address {
public:
    /// Throws isthmus::error.
    static channel_address parse(std::string_view text);
    /// As above; on failure sets `ec` and returns an empty address.
    static channel_address parse(std::string_view text, std::error_code& ec);

    /// Empty for this machine.
    const std::string& host() const noexcept { return host_; }
    bool is_local() const noexcept { return host_.empty(); }
    /// Without prefix, its case as it was given, a slash as a backslash.
    const std::string& name() const noexcept { return name_; }
    /// The name with its case folded: equal for equal channels.
    const std::string& key() const noexcept { return key_; }
    /// `\\.\pipe\name` or `\\host\pipe\name`.
    std::string text() const;

    /// Where a program that does not use this library finds the channel: `\\.\pipe\name` on
    /// Windows; on POSIX the path of the Unix socket that a server of the calling user binds
    /// (docs/channels.md describes how it follows from the name). Does not touch the file system.
    std::string native_path() const;

private:
    std::string host_;
    std::string name_;
    std::string key_;
};

/// The name of a broadcast slot. Case-insensitive; may contain backslashes.
///
/// Accepts `alerts`, `\\.\mailslot\alerts`, `\\*\mailslot\alerts`, `\\DOMAIN\mailslot\alerts` (also
/// a host's name; which of the two it is, the network decides); otherwise as channel_address, at
/// most 256 UTF-16 units as `\\.\mailslot\...`.
/// Win32: https://learn.microsoft.com/windows/win32/ipc/mailslot-names
class ISTHMUS_EXPORT slot_address {
public:
    enum class reach {
        local,      ///< `\\.\`: this machine
        remote,     ///< `\\NAME\`: a host or a domain
        everywhere, ///< `\\*\`: the primary domain
    };

    /// Throws isthmus::error.
    static slot_address parse(std::string_view text);
    /// As above; on failure sets `ec` and returns an empty address.
    static slot_address parse(std::string_view text, std::error_code& ec);

    reach where() const noexcept { return reach_; }
    /// The host or domain, folded; empty unless remote.
    const std::string& host() const noexcept { return host_; }
    const std::string& name() const noexcept { return name_; }
    const std::string& key() const noexcept { return key_; }
    std::string text() const;

private:
    reach reach_ = reach::local;
    std::string host_;
    std::string name_;
    std::string key_;
};

} // namespace isthmus
