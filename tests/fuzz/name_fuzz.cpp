// Names come from everywhere: none may crash the parsers, and what is accepted is harmless and
// stable.

#include "case_fold.hpp"
#include "name_refusal.hpp"
#include "utf8.hpp"

#include <isthmus/error.hpp>
#include <isthmus/name.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <type_traits>

namespace {

void require(bool condition) {
    if (!condition) {
        std::abort();
    }
}

/// Nothing in an accepted name may lead out of a directory or end a C string early.
void require_harmless(const std::string& name, bool separators) {
    require(!name.empty() && isthmus::detail::is_utf8(name));
    require(name.find('\0') == std::string::npos);
    require(name != "." && name != "..");
    if (separators) {
        require(("\\" + name + "\\").find("\\..\\") == std::string::npos);
        require(("\\" + name + "\\").find("\\\\") == std::string::npos);
        require(name.find('/') == std::string::npos);
    } else {
        require(name.find('\\') == std::string::npos);
    }
}

template <class Name>
void check(std::string_view text, std::string_view refusal) {
    std::error_code ec;
    const auto parsed = Name::parse(text, ec);
    require(static_cast<bool>(ec) == !refusal.empty());
    if (ec) {
        require(ec == isthmus::errc::invalid_name || ec == isthmus::errc::name_too_long);
        require(parsed.name().empty());
        try {
            Name::parse(text);
            std::abort();
        } catch (const isthmus::error& thrown) {
            require(thrown.code() == ec && isthmus::detail::is_utf8(thrown.what()));
        }
        return;
    }
    require_harmless(parsed.name(), !std::is_same_v<Name, isthmus::object_name>);
    const auto again = Name::parse(parsed.text(), ec);
    require(!ec && again.text() == parsed.text() && again.name() == parsed.name());
    if constexpr (!std::is_same_v<Name, isthmus::object_name>) {
        require(again.key() == parsed.key() && again.host() == parsed.host());
        // Another spelling of the case is the same name.
        require(Name::parse(parsed.key(), ec).key() == parsed.key() && !ec);
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(data, data + size);
    check<isthmus::object_name>(text, isthmus::detail::object_name_refusal(text));
    check<isthmus::channel_address>(text, isthmus::detail::channel_address_refusal(text));
    check<isthmus::slot_address>(text, isthmus::detail::slot_address_refusal(text));
    return 0;
}
