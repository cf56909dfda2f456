#include "support/support.hpp"
#include "win32/overlapped_reads.hpp"
#include "win32/plain_win32.hpp"

#include <gtest/gtest.h>

#include <windows.h>

#include <algorithm>
#include <array>
#include <atomic>

/// \file
/// Reads with deadlines from an overlapped handle. A slot uses them on Windows, but not under Wine,
/// whose mailslots are not overlapped; so they are tested with pipes, on both.

namespace isthmus::test {
namespace {

using namespace std::chrono_literals;

class OverlappedReads : public testing::Test {
protected:
    struct result {
        DWORD code = 0;
        std::string data;

        friend bool operator==(const result&, const result&) = default;
    };

    result read(const deadline& until, std::size_t room = 100) {
        std::array<std::byte, 100> buffer{};
        std::size_t size = 0;
        const DWORD code = reads_.read(server_.get(), std::span(buffer).first(room), until, size);
        return {code, code == ERROR_SUCCESS ? text(std::span(buffer).first(size)) : ""};
    }

    std::string name_ = unique_name("overlapped");
    plain::file server_ = plain::create(name_, true, PIPE_ACCESS_INBOUND | FILE_FLAG_OVERLAPPED);
    plain::file client_ = plain::open(name_, false, GENERIC_WRITE);
    win32::overlapped_reads reads_;
};

TEST_F(OverlappedReads, TakesWhatIsThere) {
    plain::write(client_, bytes("one"));
    plain::write(client_, bytes("two"));
    EXPECT_EQ(read(deadline::never()), (result{ERROR_SUCCESS, "one"}));
    EXPECT_EQ(read(deadline::after(0ms)), (result{ERROR_SUCCESS, "two"}));
    EXPECT_EQ(read(deadline::after(0ms)), (result{ERROR_SEM_TIMEOUT, ""}));
}

TEST_F(OverlappedReads, WaitsForItsTime) {
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_EQ(read(deadline::after(30ms)), (result{ERROR_SEM_TIMEOUT, ""}));
    EXPECT_GE(std::chrono::steady_clock::now() - begin, 30ms);
    auto reading = in_background([&] { return read(deadline::after(in_good_time)); });
    EXPECT_TRUE(still_blocked(reading));
    plain::write(client_, bytes("late"));
    EXPECT_EQ(reading.get(), (result{ERROR_SUCCESS, "late"}));
}

TEST_F(OverlappedReads, AreCancelledWhileTheyWait) {
    reads_.cancel(server_.get());
    EXPECT_EQ(read(deadline::after(1ms)), (result{ERROR_SEM_TIMEOUT, ""}));
    std::vector<std::future<result>> reading;
    for (int i = 0; i < 3; ++i) {
        reading.push_back(in_background(
            [&, i] { return read(i == 0 ? deadline::never() : deadline::after(in_good_time)); }));
    }
    for (auto& each : reading) {
        EXPECT_EQ(cancel_until_done(each, [&] { reads_.cancel(server_.get()); }),
                  (result{ERROR_OPERATION_ABORTED, ""}));
    }
    plain::write(client_, bytes("after"));
    EXPECT_EQ(read(deadline::never()), (result{ERROR_SUCCESS, "after"}));
}

TEST_F(OverlappedReads, LoseNothingToACancellationOrDeadline) {
    const auto count = scaled(3000);
    std::atomic<bool> done = false;
    auto canceling = in_background([&] {
        while (!done) {
            reads_.cancel(server_.get());
            std::this_thread::yield();
        }
    });
    auto writing = in_background([&] {
        for (std::size_t i = 0; i < count; ++i) {
            plain::write(client_, bytes(std::to_string(i)));
        }
    });
    std::size_t next = 0;
    std::size_t round = 0;
    const auto until = deadline::after(in_good_time);
    while (next < count && !until.expired()) {
        const auto got = read(++round % 2 == 0 ? deadline::after(50us) : until);
        if (got.code == ERROR_SUCCESS) {
            ASSERT_EQ(got.data, std::to_string(next++));
        } else {
            ASSERT_TRUE(got.code == ERROR_OPERATION_ABORTED || got.code == ERROR_SEM_TIMEOUT)
                << got.code;
        }
    }
    done = true;
    canceling.get();
    writing.get();
    EXPECT_EQ(next, count);
}

TEST_F(OverlappedReads, OfManyThreadsGetOneMessageEach) {
    std::vector<std::future<result>> reading;
    for (int i = 0; i < 5; ++i) {
        reading.push_back(in_background([&] { return read(deadline::after(in_good_time)); }));
    }
    for (int i = 0; i < 5; ++i) {
        plain::write(client_, bytes(std::to_string(i)));
    }
    std::string all;
    for (auto& each : reading) {
        all += each.get().data;
    }
    std::sort(all.begin(), all.end());
    EXPECT_EQ(all, "01234");
}

TEST_F(OverlappedReads, TellWhatTheSystemSays) {
    plain::write(client_, bytes("message"));
    EXPECT_EQ(read(deadline::never(), 3), (result{ERROR_MORE_DATA, ""}));
    EXPECT_EQ(read(deadline::never()), (result{ERROR_SUCCESS, "sage"}));
    auto reading = in_background([&] { return read(deadline::never()); });
    client_.close();
    EXPECT_EQ(reading.get(), (result{ERROR_BROKEN_PIPE, ""}));
}

} // namespace
} // namespace isthmus::test
