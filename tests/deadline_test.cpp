#include <isthmus/deadline.hpp>

#include <gtest/gtest.h>

#include <limits>
#include <thread>

namespace isthmus {
namespace {

using namespace std::chrono_literals;
using clock = deadline::clock;

TEST(Deadline, NeverIsNever) {
    const auto never = deadline::never();
    EXPECT_TRUE(never.is_never());
    EXPECT_FALSE(never.expired());
}

TEST(Deadline, AfterATime) {
    const auto before = clock::now();
    const auto until = deadline::after(20ms);
    EXPECT_FALSE(until.is_never());
    EXPECT_GE(until.when(), before + 20ms);
    // Some systems' sleeps end a little before their time.
    while (clock::now() < until.when())
        std::this_thread::sleep_until(until.when());
    EXPECT_TRUE(until.expired());
    EXPECT_EQ(until.remaining(), clock::duration::zero());
}

TEST(Deadline, ZeroAndNegativeAreNow) {
    EXPECT_TRUE(deadline::after(0s).expired());
    EXPECT_TRUE(deadline::after(-5s).expired());
    EXPECT_TRUE(deadline::after(std::chrono::hours::min()).expired());
    EXPECT_TRUE(deadline::after(std::chrono::duration<double>(-1e300)).expired());
    EXPECT_EQ(deadline::after(-5s).remaining(), clock::duration::zero());
}

TEST(Deadline, LongWaitsStayFiniteAndFar) {
    const auto far = [](const deadline& until) {
        return !until.is_never() && !until.expired() && until.remaining() > 24h * 365 * 40;
    };
    EXPECT_TRUE(far(deadline::after(std::chrono::hours::max())));
    EXPECT_TRUE(far(deadline::after(std::chrono::nanoseconds::max())));
    EXPECT_TRUE(far(deadline::after(std::chrono::duration<double>(1e300))));
    EXPECT_TRUE(far(
        deadline::after(std::chrono::duration<double>(std::numeric_limits<double>::infinity()))));
    EXPECT_TRUE(far(deadline::after(std::chrono::years(60))));
}

TEST(Deadline, NotANumberIsNow) {
    EXPECT_TRUE(
        deadline::after(std::chrono::duration<double>(std::numeric_limits<double>::quiet_NaN()))
            .expired());
}

TEST(Deadline, FractionsRoundUp) {
    using third_of_nanosecond = std::chrono::duration<std::int64_t, std::ratio<1, 3'000'000'000>>;
    const auto before = clock::now();
    EXPECT_GE(deadline::after(third_of_nanosecond(1)).when(), before + clock::duration(1));
    EXPECT_GE(deadline::after(std::chrono::duration<float, std::milli>(1.5F)).when(),
              before + 1500us);
}

TEST(Deadline, FromATimePoint) {
    const auto when = clock::now() + 1h;
    const deadline until = when;
    EXPECT_EQ(until.when(), when);
    EXPECT_GT(until.remaining(), 59min);
    EXPECT_TRUE(deadline(clock::now() - 1h).expired());
}

TEST(Deadline, FromAnotherClock) {
    const deadline until = std::chrono::system_clock::now() + 1h;
    EXPECT_GT(until.remaining(), 59min);
    EXPECT_LT(until.remaining(), 61min);
    EXPECT_TRUE(deadline(std::chrono::system_clock::now() - 1s).expired());
}

TEST(Deadline, FromTheEndsOfAnotherClock) {
    EXPECT_FALSE(deadline(std::chrono::system_clock::time_point::max()).expired());
    EXPECT_TRUE(deadline(std::chrono::system_clock::time_point::min()).expired());
}

} // namespace
} // namespace isthmus
