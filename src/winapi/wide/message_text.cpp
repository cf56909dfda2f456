#include "message_text.hpp"

#include "convert.hpp"
#include "format.hpp"

#include <isthmus/winapi/winerror.h>

#include <algorithm>
#include <optional>
#include <vector>

namespace isthmus::winapi {
inline namespace ISTHMUS_WIDE_NAMESPACE {

namespace {

/// The values of one insert after the other: of its width and precision, if they are `*`, and its
/// own. The first of them has the insert's number, the others come after all that was used so far.
/// As on Windows, with a list (and not with an array) the last of several takes the number of the
/// one before: `%1!*d!` is followed by %2, though it took two values.
class insert_values final : public format_values {
public:
    explicit insert_values(const message_inserts& inserts) noexcept : inserts_(inserts) {}

    void start_at(std::size_t number) noexcept { number_ = number; }

    std::int32_t next_extent() override {
        const DWORD_PTR value = get(number_);
        number_ = 0;
        return static_cast<std::int32_t>(value);
    }
    std::int32_t next_int() override { return static_cast<std::int32_t>(next()); }
    std::int64_t next_int64() override { return static_cast<std::int64_t>(next()); }
    const void* next_pointer() override {
        return reinterpret_cast<const void*>(next()); // NOLINT(performance-no-int-to-ptr)
    }
    // Windows knows no floating-point inserts.
    double next_double() override { return static_cast<double>(next_int64()); }
    long double next_long_double() override { return static_cast<long double>(next_int64()); }

private:
    DWORD_PTR next() {
        if (number_ == 0 && inserts_.array == nullptr) {
            read_.pop_back();
            last_ = read_.size();
        }
        return get(number_);
    }

    /// 0: the one after all that were used.
    DWORD_PTR get(std::size_t number) {
        number = number != 0 ? number : last_ + 1;
        last_ = std::max(last_, number);
        if (inserts_.array != nullptr) {
            return inserts_.array[number - 1];
        }
        while (read_.size() < number) {
            // NOLINTNEXTLINE(clang-analyzer-valist.Uninitialized): the caller has started it
            read_.push_back(va_arg(*inserts_.list, DWORD_PTR));
        }
        return read_[number - 1];
    }

    const message_inserts& inserts_;
    std::vector<DWORD_PTR> read_; ///< of the list
    std::size_t last_ = 0;        ///< the largest number used
    std::size_t number_ = 0;      ///< of what comes next; 0: see `get`
};

/// Lines of a result.
class line_writer {
public:
    line_writer(std::string& result, std::size_t width) noexcept : result_(result), width_(width) {}

    /// A line break of the text.
    void text_break() {
        if (width_ == 0) {
            hard_break();
        } else {
            put(" ");
        }
    }

    void hard_break() {
        result_ += "\r\n";
        line_ = result_.size();
        space_ = std::string::npos;
    }

    void put(std::string_view text) {
        if (width_ == 0 || width_ == all) {
            result_ += text;
            return;
        }
        for (const char each : text) {
            put_broken(each);
        }
    }

    static constexpr std::size_t all = 0xFF;

private:
    void put_broken(char each) {
        if (each == ' ') {
            space_ = result_.size();
        }
        result_ += each;
        if (result_.size() - line_ < width_) {
            return;
        }
        if (space_ == std::string::npos) {
            hard_break();
            return;
        }
        result_.replace(space_, 1, "\r\n");
        line_ = space_ + 2;
        space_ = std::string::npos;
    }

    std::string& result_;
    std::size_t width_;
    std::size_t line_ = 0;                  ///< where it starts
    std::size_t space_ = std::string::npos; ///< the last one of it
};

class message_builder {
public:
    message_builder(const message_inserts& inserts, std::size_t width, std::string& result) noexcept
        : inserts_(inserts), values_(inserts_), lines_(result, width) {}

    DWORD run(std::string_view text) {
        while (!text.empty()) {
            const char character = text.front();
            text.remove_prefix(1);
            if (character == '%') {
                if (text.empty()) {
                    return ERROR_INVALID_PARAMETER;
                }
                if (text.front() == '0') {
                    break; // the end, without a line break
                }
                const DWORD code = escape(text);
                if (code != ERROR_SUCCESS) {
                    return code;
                }
            } else if (character == '\r' || character == '\n') {
                if (character == '\r' && text.starts_with('\n')) {
                    text.remove_prefix(1);
                }
                lines_.text_break();
            } else {
                lines_.put(std::string_view(&character, 1));
            }
        }
        return ERROR_SUCCESS;
    }

private:
    /// What comes after `%`.
    DWORD escape(std::string_view& text) {
        const char character = text.front();
        if (character >= '1' && character <= '9') {
            return inserts_.ignored ? keep(text) : insert(text);
        }
        text.remove_prefix(1);
        switch (character) {
        case 'n':
            lines_.hard_break();
            break;
        case 'r':
            lines_.put("\r");
            break;
        case 't':
            lines_.put("\t");
            break;
        default: {
            const std::string both = {'%', character};
            lines_.put(inserts_.ignored ? both : both.substr(1));
            break;
        }
        }
        return ERROR_SUCCESS;
    }

    DWORD keep(std::string_view& text) {
        lines_.put("%");
        lines_.put(text.substr(0, 1));
        text.remove_prefix(1);
        return ERROR_SUCCESS;
    }

    /// `%1` to `%99`, and a format between exclamation marks.
    DWORD insert(std::string_view& text) {
        std::size_t number = 0;
        for (int digits = 0;
             digits != 2 && !text.empty() && text.front() >= '0' && text.front() <= '9'; ++digits) {
            number = number * 10 + static_cast<std::size_t>(text.front() - '0');
            text.remove_prefix(1);
        }
        std::string format = "%s";
        if (text.starts_with('!')) {
            const auto end = text.find('!', 1);
            if (end == std::string_view::npos) {
                return ERROR_INVALID_PARAMETER;
            }
            format = '%' + std::string(text.substr(1, end - 1));
            text.remove_prefix(end + 1);
        }
        if (inserts_.array == nullptr && inserts_.list == nullptr) {
            return ERROR_INVALID_PARAMETER;
        }
        values_.start_at(number);
        const auto inserted = format_text({.wide = inserts_.wide}, format, values_);
        if (!inserted) {
            return ERROR_INVALID_PARAMETER;
        }
        lines_.put(*inserted);
        return ERROR_SUCCESS;
    }

    message_inserts inserts_;
    insert_values values_;
    line_writer lines_;
};

} // namespace

DWORD build_message(std::string_view text,
                    const message_inserts& inserts,
                    std::size_t width,
                    std::string& result) {
    return message_builder(inserts, width, result).run(text);
}

} // namespace ISTHMUS_WIDE_NAMESPACE
} // namespace isthmus::winapi
