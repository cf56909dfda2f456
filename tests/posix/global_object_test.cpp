#include "support/runtime_directory.hpp"
#include "sync_testing.hpp"

/// \file
/// `Global\` objects and other users.

namespace isthmus::test {
namespace {

template <class Object, class... Size>
void expect_not_supported(Size... size) {
    const temporary_runtime_directory directory;
    for (const auto who : {access::group, access::everyone}) {
        EXPECT_EQ(
            error_of([&](auto& ec) { Object::create("Global\\x", size..., {.who = who}, ec); }),
            errc::not_supported);
        EXPECT_EQ(error_of([&](auto& ec) {
                      Object::open_or_create("Global\\x", size..., {.who = who}, ec);
                  }),
                  errc::not_supported);
        // What is there is found, and keeps its own access.
        const auto own = Object::create("Global\\x", size...);
        EXPECT_EQ(error_of([&](auto& ec) {
                      EXPECT_FALSE(
                          Object::open_or_create("Global\\x", size..., {.who = who}, ec).created);
                  }),
                  std::error_code());
    }
}

TEST(GlobalObject, ForOthersIsNotSilentlyOnesOwn) {
    expect_not_supported<shared_region>(std::uint64_t{1});
    expect_not_supported<mutex>();
    expect_not_supported<semaphore>();
    expect_not_supported<event>();
}

} // namespace
} // namespace isthmus::test
