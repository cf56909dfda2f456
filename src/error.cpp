#include "error_tables.hpp"
#include "immortal.hpp"
#include "name_refusal.hpp"
#include "native_error.hpp"
#include "utf8.hpp"

#include <isthmus/error.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

namespace isthmus {

namespace detail {

namespace {

/// Where a raw value comes from.
enum class family : std::uint8_t { win32, posix, library };
constexpr std::array<std::string_view, 3> family_ids{"win32", "errno", "library"};

errc look_up(std::span<const code_row> rows, operation what, std::uint32_t code) noexcept {
    for (const auto& row : rows) {
        if (row.code == code && row.only == what) {
            return row.meaning;
        }
    }
    for (const auto& row : rows) {
        if (row.code == code && !row.only) {
            return row.meaning;
        }
    }
    return errc::io_error;
}

errc condition_of(family from, operation what, int value) noexcept {
    switch (from) {
    case family::win32:
        return look_up(win32_codes, what, static_cast<std::uint32_t>(value));
    case family::posix:
        return look_up(errno_codes, what, static_cast<std::uint32_t>(value));
    case family::library:
        break;
    }
    return static_cast<errc>(value);
}

const condition_row* row_of(errc condition) noexcept {
    const auto* const found =
        std::find_if(conditions.begin(), conditions.end(),
                     [&](const condition_row& each) { return each.condition == condition; });
    return found != conditions.end() ? found : nullptr;
}

std::string describe(errc condition, subject on) {
    const auto* const row = row_of(condition);
    std::string text(row != nullptr ? row->text : "unknown condition");
    if (const auto at = text.find('%'); at != std::string::npos) {
        text.replace(at, 1, text_of(on));
    }
    return text;
}

std::string describe(errc condition, operation what) {
    const auto* const better = std::find_if(texts.begin(), texts.end(), [&](const text_row& each) {
        return each.what == what && each.condition == condition;
    });
    return better != texts.end() ? std::string(better->text) : describe(condition, row_of(what).on);
}

constexpr std::size_t longest_category_name = 47;
static_assert(std::all_of(operations.begin(), operations.end(), [](const operation_row& each) {
    return std::string_view("isthmus.library.").size() + each.id.size() <= longest_category_name;
}));

/// The category of the codes of one family in one operation.
class operation_category final : public std::error_category {
public:
    operation_category(family from, operation what) noexcept : from_(from), what_(what) {
        std::size_t length = 0;
        const std::array<std::string_view, 4> parts{
            "isthmus.", family_ids[static_cast<std::size_t>(from)], ".", row_of(what).id};
        for (const auto part : parts) {
            for (const char character : part) {
                name_[length++] = character;
            }
        }
    }

    family from() const noexcept { return from_; }
    operation what() const noexcept { return what_; }

    const char* name() const noexcept override { return name_.data(); }

    std::string message(int value) const override {
        return value == 0 ? "no error" : describe(condition_of(from_, what_, value), what_);
    }

    std::error_condition default_error_condition(int value) const noexcept override {
        if (value == 0) {
            return {0, condition_category()};
        }
        return make_error_condition(condition_of(from_, what_, value));
    }

    /// Our conditions, and where they have a counterpart the standard library's.
    bool equivalent(int value, const std::error_condition& condition) const noexcept override {
        if (condition.category() != std::generic_category()) {
            return default_error_condition(value) == condition;
        }
        if (value == 0 || condition.value() == 0) {
            return value == condition.value();
        }
        if (from_ == family::posix && value == condition.value()) {
            return true;
        }
        const auto* const row = row_of(condition_of(from_, what_, value));
        return row != nullptr && row->standard &&
               std::make_error_condition(*row->standard) == condition;
    }

private:
    using std::error_category::equivalent;

    family from_;
    operation what_;
    std::array<char, longest_category_name + 1> name_{};
};

/// All of them: family by family, operation by operation.
struct category_table {
    category_table() noexcept : category_table(std::make_index_sequence<count>()) {}

    const operation_category& get(family from, operation what) const noexcept {
        return all[static_cast<std::size_t>(from) * operation_count +
                   static_cast<std::size_t>(what)];
    }

private:
    static constexpr std::size_t count = family_ids.size() * operation_count;

    template <std::size_t... Index>
    explicit category_table(std::index_sequence<Index...> /*all*/) noexcept
        : all{{static_cast<family>(Index / operation_count),
               static_cast<operation>(Index % operation_count)}...} {}

    operation_category all[count];
};

const operation_category& category_of(family from, operation what) noexcept {
    return immortal<category_table>().get(from, what);
}

/// Before there are threads: where processes fork, a child of the moment in which another thread
/// made it would wait for ever.
[[maybe_unused]] const auto& made_at_start = immortal<category_table>();
[[maybe_unused]] const auto& conditions_at_start = condition_category();

/// Null if the code is not one of ours.
const operation_category* our_category(const std::error_code& code) noexcept {
    return dynamic_cast<const operation_category*>(&code.category());
}

class portable_category final : public std::error_category {
public:
    const char* name() const noexcept override { return "isthmus"; }
    std::string message(int value) const override {
        return value == 0 ? "no error" : describe(static_cast<errc>(value), subject::any);
    }
};

/// " (Win32 error 231)"; nothing where there is no raw code.
std::string raw_code_text(const std::error_code& code) {
    const auto* const category = our_category(code);
    if (category == nullptr || category->from() == family::library) {
        return {};
    }
    if (category->from() == family::win32) {
        return " (Win32 error " + std::to_string(static_cast<std::uint32_t>(code.value())) + ')';
    }
    return " (errno " + std::to_string(code.value()) + ": " +
           std::generic_category().message(code.value()) + ')';
}

/// Names in texts end up in logs and on terminals: nothing in them may act there.
std::string printable(std::string_view name) {
    constexpr std::size_t longest = 300;
    constexpr std::string_view digits = "0123456789abcdef";
    const bool shortened = name.size() > longest;
    if (shortened) {
        name = name.substr(0, longest);
        // Not in the middle of a character.
        while (!name.empty() && (static_cast<unsigned char>(name.back()) & 0xC0U) == 0x80) {
            name.remove_suffix(1);
        }
        if (!name.empty() && static_cast<unsigned char>(name.back()) >= 0xC0) {
            name.remove_suffix(1);
        }
    }
    const bool text = is_utf8(name);
    std::string result;
    for (const char character : name) {
        const auto byte = static_cast<unsigned char>(character);
        if (byte < 0x20 || byte == 0x7F || (byte >= 0x80 && !text)) {
            result += {'\\', 'x', digits[byte >> 4U], digits[byte & 15U]};
        } else {
            result += character;
        }
    }
    return shortened ? result + "..." : result;
}

std::string full_text(const std::error_code& code,
                      std::string_view operation,
                      std::string_view object,
                      std::string_view reason) {
    std::string text(operation);
    if (!object.empty()) {
        text.append(" `").append(printable(object)).append("`");
    }
    if (!text.empty()) {
        text += ": ";
    }
    text += reason.empty() ? code.message() : std::string(reason);
    return text + raw_code_text(code);
}

std::string_view refusal_of(operation what, const std::error_code& code, std::string_view object) {
    if (code != errc::invalid_name && code != errc::name_too_long) {
        return {};
    }
    switch (row_of(what).on) {
    case subject::channel:
        break;
    case subject::region:
    case subject::mutex:
    case subject::semaphore:
    case subject::event:
        return object_name_refusal(object);
    default:
        return {};
    }
    const auto reason = channel_address_refusal(object);
    if (reason.empty() && what == operation::create_channel && code == errc::invalid_name) {
        return "a channel can only be created on this machine";
    }
    return reason;
}

} // namespace

std::string_view operation_text(operation what) noexcept {
    return row_of(what).text;
}

std::error_code win32_error(operation what, std::uint32_t code) noexcept {
    if (code == 0)
        return {}; // in a category of its own it would not be equal to no error
    return {static_cast<int>(code), category_of(family::win32, what)};
}

std::error_code posix_error(operation what, int code) noexcept {
    if (code == 0)
        return {};
    return {code, category_of(family::posix, what)};
}

std::error_code library_error(operation what, errc condition) noexcept {
    return {static_cast<int>(condition), category_of(family::library, what)};
}

std::error_code as_failure_of(operation what, const std::error_code& code) noexcept {
    const auto* const category = our_category(code);
    return category == nullptr ? code
                               : std::error_code(code.value(), category_of(category->from(), what));
}

void throw_error(const std::error_code& code, operation what, std::string_view object) {
    throw error(code, std::string(operation_text(what)), std::string(object),
                refusal_of(what, code, object));
}

} // namespace detail

const std::error_category& condition_category() noexcept {
    return detail::immortal<detail::portable_category>();
}

bool is_win32_code(const std::error_code& code) noexcept {
    const auto* const category = detail::our_category(code);
    return category != nullptr && category->from() == detail::family::win32;
}

error::error(std::error_code code,
             std::string operation,
             std::string object,
             std::string_view reason)
    : std::system_error(code),
      operation_(std::move(operation)),
      object_(std::move(object)),
      text_(detail::full_text(code, operation_, object_, reason)) {}

} // namespace isthmus
