#include "utf8.hpp"

#include <isthmus/winapi/winapi_language.h>

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

/// \file
/// The `main` of a program that has a `wmain` (with UNICODE, a `_tmain`) instead. It is in a
/// library of its own, from which the linker takes it only if the program has no `main`.

// A program whose wchar_t has 16 bits has its wmain under another name (minwindef.h), and in C++
// the symbol tells the parameters. Whichever the program has is not null.
// NOLINTBEGIN(bugprone-macro-parentheses): a type
#define ISTHMUS_WMAIN(name, unit, symbol)                                                          \
    extern "C" int name(int, unit**, unit**) ISTHMUS_NAMED(symbol) __attribute__((weak))
// NOLINTEND(bugprone-macro-parentheses)

ISTHMUS_WMAIN(wmain_c, char32_t, "wmain");
ISTHMUS_WMAIN(wmain_cpp, char32_t, "_Z5wmainiPPw");
ISTHMUS_WMAIN(wmain_const, char32_t, "_Z5wmainiPPKw");
ISTHMUS_WMAIN(wmain_environment, char32_t, "_Z5wmainiPPwS0_");
ISTHMUS_WMAIN(wmain_none, char32_t, "_Z5wmainv");
ISTHMUS_WMAIN(wmain_16_c, char16_t, "isthmus_wmain_16");
ISTHMUS_WMAIN(wmain_16_cpp, char16_t, "_Z16isthmus_wmain_16iPPw");
ISTHMUS_WMAIN(wmain_16_const, char16_t, "_Z16isthmus_wmain_16iPPKw");
ISTHMUS_WMAIN(wmain_16_environment, char16_t, "_Z16isthmus_wmain_16iPPwS0_");
ISTHMUS_WMAIN(wmain_16_none, char16_t, "_Z16isthmus_wmain_16v");

namespace {

template <class Unit>
using entry_point = int (*)(int, Unit**, Unit**);

/// What is no UTF-8 becomes U+FFFD.
template <class Unit>
std::basic_string<Unit> wide(std::string_view text) {
    std::basic_string<Unit> result;
    while (!text.empty()) {
        auto character = isthmus::detail::take_character(text);
        if (!character) {
            text.remove_prefix(1);
            character = U'\xFFFD';
        }
        if (sizeof(Unit) == 2 && *character >= 0x10000) {
            result += static_cast<Unit>(0xD800 + ((*character - 0x10000) >> 10U));
            result += static_cast<Unit>(0xDC00 + ((*character - 0x10000) & 0x3FFU));
        } else {
            result += static_cast<Unit>(*character);
        }
    }
    return result;
}

/// A list that ends with null.
template <class Unit>
class wide_list {
public:
    explicit wide_list(char** texts) {
        for (; *texts != nullptr; ++texts) {
            texts_.push_back(wide<Unit>(*texts));
        }
        for (auto& text : texts_) {
            pointers_.push_back(text.data());
        }
        pointers_.push_back(nullptr);
    }

    Unit** pointers() noexcept { return pointers_.data(); }

private:
    std::vector<std::basic_string<Unit>> texts_;
    std::vector<Unit*> pointers_;
};

// The entry has the parameters that the program gave it, which may be fewer, or of other types.
#ifdef __clang__
#    define ISTHMUS_CALLS_ANY_ENTRY __attribute__((no_sanitize("function")))
#else
#    define ISTHMUS_CALLS_ANY_ENTRY
#endif

template <class Unit>
ISTHMUS_CALLS_ANY_ENTRY bool run(std::initializer_list<entry_point<Unit>> candidates,
                                 int argc,
                                 char** argv,
                                 char** environment,
                                 int& status) {
    for (const auto entry : candidates) {
        if (entry != nullptr) {
            // Never destroyed: the program may have kept pointers to them.
            static auto& arguments = *new wide_list<Unit>(argv);
            static auto& variables = *new wide_list<Unit>(environment);
            status = entry(argc, arguments.pointers(), variables.pointers());
            return true;
        }
    }
    return false;
}

} // namespace

int main(int argc, char** argv, char** environment) {
    int status = EXIT_FAILURE;
    if (!run<char32_t>({wmain_c, wmain_cpp, wmain_const, wmain_environment, wmain_none}, argc, argv,
                       environment, status) &&
        !run<char16_t>(
            {wmain_16_c, wmain_16_cpp, wmain_16_const, wmain_16_environment, wmain_16_none}, argc,
            argv, environment, status)) {
        std::fputs("isthmus: the program has neither main nor wmain\n", stderr);
    }
    return status;
}
