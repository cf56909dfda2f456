#include "case_fold.hpp"
#include "name_refusal.hpp"
#include "native_error.hpp"
#include "utf8.hpp"

#include <isthmus/error.hpp>
#include <isthmus/name.hpp>

#include <algorithm>
#include <cstddef>

namespace isthmus {

namespace {

/// Why a name is refused; no reason if it is not.
struct verdict {
    std::string_view reason;
    bool too_long = false;

    bool refused() const noexcept { return !reason.empty(); }
};

struct object_parts {
    object_name::scope where = object_name::scope::local;
    std::string_view name;
};

/// Of `\\host\kind\name`; the host is empty if there is no such prefix.
struct address_parts {
    std::string_view host;
    std::string_view name;
};

/// What channels and slots differ in.
struct address_rules {
    std::string_view kind;      // as in the prefix
    std::string_view other;     // the other one's
    std::string_view not_other; // the reason for refusing that
    bool broadcast = false;     // `\\*\`
    std::size_t prefix_length = 0;
    std::string_view prefixes; // the reason for refusing others
    std::string_view too_long;
};

constexpr std::size_t longest_object_name = 260; // MAX_PATH
constexpr std::size_t longest_address = 256;     // CreateNamedPipe's limit, prefix included
constexpr std::size_t longest_host = 255;        // DNS

constexpr std::string_view local_prefix = "Local\\";
constexpr std::string_view global_prefix = "Global\\";

constexpr address_rules channel_rules{
    .kind = "pipe",
    .other = "mailslot",
    .not_other = "this is the name of a slot, not of a channel",
    .broadcast = false,
    .prefix_length = 9,
    .prefixes = R"(only \\.\pipe\ and \\host\pipe\ are prefixes)",
    .too_long = R"(the name is longer than 256 UTF-16 units as \\.\pipe\...)",
};
constexpr address_rules slot_rules{
    .kind = "mailslot",
    .other = "pipe",
    .not_other = "this is the name of a channel, not of a slot",
    .broadcast = true,
    .prefix_length = 13,
    .prefixes = R"(only \\.\mailslot\, \\*\mailslot\ and \\name\mailslot\ are prefixes)",
    .too_long = R"(the name is longer than 256 UTF-16 units as \\.\mailslot\...)",
};

/// In paths of channels and slots, as in every Win32 path.
constexpr bool is_separator(char character) noexcept {
    return character == '\\' || character == '/';
}

std::size_t find_separator(std::string_view text) noexcept {
    return text.find_first_of("\\/");
}

bool equals_ignoring_case(std::string_view left, std::string_view right) noexcept {
    const auto lower = [](char character) {
        return character >= 'A' && character <= 'Z' ? static_cast<char>(character - 'A' + 'a')
                                                    : character;
    };
    return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                      [&](char a, char b) { return lower(a) == lower(b); });
}

bool is_host(std::string_view text) noexcept {
    const auto allowed = [](char character) {
        return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z') ||
               (character >= '0' && character <= '9') || character == '-' || character == '.' ||
               character == '_';
    };
    return !text.empty() && text.size() <= longest_host &&
           std::all_of(text.begin(), text.end(), allowed) && text.front() != '.' &&
           text.back() != '.' && text.find("..") == std::string_view::npos;
}

verdict check_characters(std::string_view text) noexcept {
    if (text.empty()) {
        return {"the name is empty"};
    }
    if (text.find('\0') != std::string_view::npos) {
        return {"the name contains a NUL character"};
    }
    if (!detail::is_utf8(text)) {
        return {"the name is not valid UTF-8"};
    }
    const auto is_control = [](char character) {
        return static_cast<unsigned char>(character) < 0x20 || character == '\x7F';
    };
    if (std::any_of(text.begin(), text.end(), is_control)) {
        return {"the name contains a control character"};
    }
    return {};
}

verdict split_object_name(std::string_view text, object_parts& parts) noexcept {
    if (const auto found = check_characters(text); found.refused()) {
        return found;
    }
    parts.name = text;
    if (text.starts_with(local_prefix)) {
        parts.name.remove_prefix(local_prefix.size());
    } else if (text.starts_with(global_prefix)) {
        parts.where = object_name::scope::global;
        parts.name.remove_prefix(global_prefix.size());
    } else if (text.starts_with("\\\\")) {
        return {"this is the name of a channel or slot, not of an object"};
    } else if (const auto end = text.find('\\'); end != std::string_view::npos) {
        const auto prefix = text.substr(0, end + 1);
        if (equals_ignoring_case(prefix, local_prefix) ||
            equals_ignoring_case(prefix, global_prefix)) {
            return {"the prefixes Local\\ and Global\\ are case-sensitive"};
        }
        return {"a backslash may only end the prefix Local\\ or Global\\"};
    }
    if (parts.name.empty()) {
        return {"there is no name after the prefix"};
    }
    if (parts.name.find('\\') != std::string_view::npos) {
        return {"a backslash may only end the prefix Local\\ or Global\\"};
    }
    if (parts.name == "." || parts.name == "..") {
        return {"`.` and `..` are not names"};
    }
    const auto prefix = parts.where == object_name::scope::local ? local_prefix : global_prefix;
    if (prefix.size() + detail::utf16_length(parts.name) > longest_object_name) {
        return {"the name is longer than 260 UTF-16 units with its prefix", true};
    }
    return {};
}

/// Windows takes `..` apart and drops dots and spaces at the end before it looks for a pipe or
/// mailslot: such a name would not be the one that it seems to be.
verdict check_components(std::string_view name) noexcept {
    for (;;) {
        const auto end = find_separator(name);
        const auto component = name.substr(0, end);
        if (component.empty()) {
            return {"the name has an empty component"};
        }
        if (component == "." || component == "..") {
            return {"`.` and `..` are not names"};
        }
        if (component.back() == '.' || component.back() == ' ') {
            return {"a component of the name ends with a dot or a space"};
        }
        if (end == std::string_view::npos) {
            return {};
        }
        name.remove_prefix(end + 1);
    }
}

/// Takes `\\host\kind\` off the name.
verdict split_prefix(std::string_view text,
                     const address_rules& rules,
                     address_parts& parts) noexcept {
    text.remove_prefix(2);
    const auto host_end = find_separator(text);
    parts.host = text.substr(0, host_end);
    if (parts.host == "?") {
        parts.host = "."; // the other spelling of the device namespace
    }
    const bool special = parts.host == "." || (rules.broadcast && parts.host == "*");
    if (!special && !is_host(parts.host)) {
        return {"the host is not a valid host name"};
    }
    text.remove_prefix(std::min(text.size(), parts.host.size() + 1));
    const auto kind_end = find_separator(text);
    const auto kind = text.substr(0, kind_end);
    if (equals_ignoring_case(kind, rules.other)) {
        return {rules.not_other};
    }
    if (!equals_ignoring_case(kind, rules.kind)) {
        return {rules.prefixes};
    }
    parts.name = text.substr(std::min(text.size(), kind.size() + 1));
    if (parts.name.empty()) {
        return {"there is no name after the prefix"};
    }
    return {};
}

verdict split_address(std::string_view text,
                      const address_rules& rules,
                      address_parts& parts) noexcept {
    if (const auto found = check_characters(text); found.refused()) {
        return found;
    }
    if (text.size() >= 2 && is_separator(text[0]) && is_separator(text[1])) {
        if (const auto found = split_prefix(text, rules, parts); found.refused()) {
            return found;
        }
    } else {
        parts.name = text;
    }
    if (const auto found = check_components(parts.name); found.refused()) {
        return found;
    }
    if (rules.prefix_length + detail::utf16_length(parts.name) > longest_address) {
        return {rules.too_long, true};
    }
    return {};
}

std::string with_backslashes(std::string_view name) {
    std::string result(name);
    std::replace(result.begin(), result.end(), '/', '\\');
    return result;
}

std::error_code code_of(const verdict& found) noexcept {
    namespace code = detail::win32_code;
    return detail::win32_error(detail::operation::parse_name,
                               found.too_long ? code::filename_exceeds_range : code::invalid_name);
}

/// The throwing form by way of the other one; only it looks for the reason.
template <class Name>
Name parse_or_throw(std::string_view text, std::string_view (*reason)(std::string_view) noexcept) {
    std::error_code ec;
    auto result = Name::parse(text, ec);
    if (ec) {
        throw error(ec, std::string(operation_text(detail::operation::parse_name)),
                    std::string(text), reason(text));
    }
    return result;
}

} // namespace

namespace detail {

std::string_view object_name_refusal(std::string_view text) noexcept {
    object_parts parts;
    return split_object_name(text, parts).reason;
}

std::string_view channel_address_refusal(std::string_view text) noexcept {
    address_parts parts;
    return split_address(text, channel_rules, parts).reason;
}

std::string_view slot_address_refusal(std::string_view text) noexcept {
    address_parts parts;
    return split_address(text, slot_rules, parts).reason;
}

} // namespace detail

object_name object_name::parse(std::string_view text) {
    return parse_or_throw<object_name>(text, detail::object_name_refusal);
}

object_name object_name::parse(std::string_view text, std::error_code& ec) {
    object_parts parts;
    object_name result;
    if (const auto found = split_object_name(text, parts); found.refused()) {
        ec = code_of(found);
        return result;
    }
    ec.clear();
    result.scope_ = parts.where;
    result.name_ = parts.name;
    return result;
}

std::string object_name::text() const {
    return std::string(scope_ == scope::local ? local_prefix : global_prefix) + name_;
}

channel_address channel_address::parse(std::string_view text) {
    return parse_or_throw<channel_address>(text, detail::channel_address_refusal);
}

channel_address channel_address::parse(std::string_view text, std::error_code& ec) {
    address_parts parts;
    channel_address result;
    if (const auto found = split_address(text, channel_rules, parts); found.refused()) {
        ec = code_of(found);
        return result;
    }
    ec.clear();
    if (parts.host != ".") {
        result.host_ = parts.host;
    }
    result.name_ = with_backslashes(parts.name);
    result.key_ = detail::fold_case(result.name_);
    return result;
}

std::string channel_address::text() const {
    return "\\\\" + (host_.empty() ? "." : host_) + "\\pipe\\" + name_;
}

slot_address slot_address::parse(std::string_view text) {
    return parse_or_throw<slot_address>(text, detail::slot_address_refusal);
}

slot_address slot_address::parse(std::string_view text, std::error_code& ec) {
    address_parts parts;
    slot_address result;
    if (const auto found = split_address(text, slot_rules, parts); found.refused()) {
        ec = code_of(found);
        return result;
    }
    ec.clear();
    if (parts.host == "*") {
        result.reach_ = reach::everywhere;
    } else if (!parts.host.empty() && parts.host != ".") {
        result.reach_ = reach::remote;
        result.host_ = detail::fold_case(parts.host);
    }
    result.name_ = with_backslashes(parts.name);
    result.key_ = detail::fold_case(result.name_);
    return result;
}

std::string slot_address::text() const {
    std::string host = host_;
    if (reach_ != reach::remote) {
        host = reach_ == reach::local ? "." : "*";
    }
    return "\\\\" + host + "\\mailslot\\" + name_;
}

} // namespace isthmus
