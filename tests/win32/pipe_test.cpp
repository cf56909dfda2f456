#include "channel_testing.hpp"
#include "pipe.hpp"

#include <windows.h>

#include <thread>

/// \file
/// The inner interface of the Win32 back end: several operations started on one end, taken in any
/// order, given up, and left behind by threads that end.

namespace isthmus::test {
namespace {

using namespace std::chrono_literals;
using detail::pipe;
using detail::pipe_operation;

class Win32Pipe : public testing::Test {
protected:
    Win32Pipe() {
        std::error_code ec;
        server_ = pipe::create(address_, options_, ec);
        if (!ec) {
            client_ = pipe::connect(address_, options_.mode, std::nullopt, ec);
        }
        if (ec) {
            throw std::system_error(ec);
        }
        accept();
    }

    void accept() {
        pipe_operation op;
        server_->start_listen(op);
        server_->complete(op, deadline::after(in_good_time));
        if (op.error) {
            throw std::system_error(op.error);
        }
    }

    static std::error_code write(pipe& to,
                                 std::span<const std::byte> data,
                                 const deadline& until = deadline::after(in_good_time)) {
        pipe_operation op;
        to.start_write(op, data);
        to.complete(op, until);
        return op.error;
    }

    static std::string read_message(pipe& from, std::error_code& ec) {
        pipe_operation op;
        std::vector<std::byte> message;
        from.start_read_message(op, message);
        from.complete(op, deadline::after(in_good_time));
        ec = op.error;
        return ec ? "" : text(message);
    }

    static std::string read_message(pipe& from) {
        std::error_code ec;
        auto result = read_message(from, ec);
        return ec ? ec.message() : result;
    }

    const channel_address address_ = channel_address::parse(unique_name("pipe"));
    const listener_options options_ = {.mode = channel_mode::message, .buffer_size = 4096};
    std::unique_ptr<pipe> server_;
    std::unique_ptr<pipe> client_;
    std::array<std::byte, 16> a_{};
    std::array<std::byte, 16> b_{};
};

std::string text_of(const pipe_operation& op, std::span<const std::byte> buffer) {
    return op.error ? op.error.message() : text(buffer.first(op.transferred));
}

TEST_F(Win32Pipe, ReadsAreServedInTheirOrderAndTakenInAny) {
    pipe_operation first;
    pipe_operation second;
    server_->start_read(first, a_);
    server_->start_read(second, b_);
    EXPECT_TRUE(first.pending);
    EXPECT_TRUE(second.pending);
    EXPECT_FALSE(server_->try_complete(second));
    ASSERT_FALSE(write(*client_, bytes("one")));
    ASSERT_FALSE(write(*client_, bytes("two")));
    server_->complete(second, deadline::after(in_good_time));
    EXPECT_FALSE(second.pending);
    EXPECT_EQ(text_of(second, b_), "two");
    EXPECT_TRUE(server_->try_complete(first));
    EXPECT_EQ(text_of(first, a_), "one");
}

TEST_F(Win32Pipe, AReadBehindAnotherCanBeGivenUp) {
    pipe_operation first;
    pipe_operation second;
    pipe_operation third;
    std::array<std::byte, 16> c{};
    server_->start_read(first, a_);
    server_->start_read(second, b_);
    server_->start_read(third, c);
    server_->cancel(second);
    EXPECT_EQ(second.error, errc::canceled);
    server_->cancel(first);
    EXPECT_EQ(first.error, errc::canceled);
    ASSERT_FALSE(write(*client_, bytes("data")));
    server_->complete(third, deadline::after(in_good_time));
    EXPECT_EQ(text_of(third, c), "data");
}

TEST_F(Win32Pipe, AWholeMessageIsNotSharedWithAReadBehindIt) {
    const auto large = pattern(100'000);
    std::vector<std::byte> message;
    pipe_operation whole;
    pipe_operation part;
    server_->start_read_message(whole, message);
    server_->start_read(part, a_);
    auto writing = in_background([&] {
        const auto ec = write(*client_, large);
        return ec ? ec : write(*client_, bytes("next"));
    });
    server_->complete(part, deadline::after(in_good_time));
    EXPECT_EQ(text_of(part, a_), "next");
    server_->complete(whole, deadline::after(in_good_time));
    EXPECT_FALSE(whole.error);
    EXPECT_TRUE(message == large);
    EXPECT_FALSE(writing.get());
}

TEST_F(Win32Pipe, OperationsGoOnWhenTheThreadThatStartedThemEnds) {
    // Windows cancels what a thread has pending when it ends.
    pipe_operation reading;
    std::thread([&] { server_->start_read(reading, a_); }).join();
    EXPECT_TRUE(reading.pending);
    EXPECT_FALSE(server_->try_complete(reading));
    ASSERT_FALSE(write(*client_, bytes("data")));
    server_->complete(reading, deadline::after(in_good_time));
    EXPECT_EQ(text_of(reading, a_), "data");

    std::error_code ec;
    server_->disconnect(ec);
    ASSERT_FALSE(ec);
    pipe_operation listening;
    std::thread([&] { server_->start_listen(listening); }).join();
    client_ = pipe::connect(address_, channel_mode::message, std::nullopt, ec);
    if (ec == errc::busy) {
        // The listen was cancelled with its thread; completing it starts it anew.
        EXPECT_FALSE(server_->try_complete(listening));
        client_ = pipe::connect(address_, channel_mode::message, std::nullopt, ec);
    }
    ASSERT_FALSE(ec);
    server_->complete(listening, deadline::after(in_good_time));
    EXPECT_FALSE(listening.error);
}

TEST_F(Win32Pipe, ManyThreadsReadWholeMessages) {
    const int count = static_cast<int>(scaled(300));
    constexpr int threads = 4;
    std::vector<std::future<int>> reading;
    reading.reserve(threads);
    for (int t = 0; t < threads; ++t) {
        reading.push_back(in_background([&, t] {
            int whole = 0;
            for (;;) {
                std::vector<std::byte> message;
                pipe_operation op;
                server_->start_read_message(op, message);
                // Some of them give up again and again, which must lose nothing.
                const auto until = t % 2 == 0 ? deadline::never()
                                              : deadline::after(std::chrono::microseconds(300));
                server_->complete(op, until);
                if (op.error == errc::timed_out) {
                    continue;
                }
                if (op.error) {
                    return whole;
                }
                const bool same = std::ranges::all_of(
                    message, [&](std::byte each) { return each == message.front(); });
                whole += same && message.size() % 5000 == 1 ? 1 : -1'000'000;
            }
        }));
    }
    std::vector<std::future<void>> writing;
    writing.reserve(threads);
    for (int t = 0; t < threads; ++t) {
        writing.push_back(in_background([&, t] {
            for (int i = 0; i < count; ++i) {
                const std::size_t size = static_cast<std::size_t>(i % 4) * 5000 + 1;
                EXPECT_FALSE(
                    write(*client_, std::vector<std::byte>(size, static_cast<std::byte>(t))));
            }
        }));
    }
    for (auto& each : writing) {
        each.get();
    }
    client_.reset();
    int whole = 0;
    for (auto& each : reading) {
        whole += each.get();
    }
    EXPECT_EQ(whole, threads * count);
}

TEST_F(Win32Pipe, AWriteGivenUpBehindUnreadDataWroteNothing) {
    const auto full = pattern(4096);
    ASSERT_FALSE(write(*client_, full));
    EXPECT_EQ(write(*client_, full, deadline::after(20ms)), errc::timed_out);
    EXPECT_EQ(read_message(*server_), text(full));
    ASSERT_FALSE(write(*client_, bytes("next")));
    EXPECT_EQ(read_message(*server_), "next");
}

TEST_F(Win32Pipe, AWriteGivenUpInItsMiddleBreaksThePipe) {
    pipe_operation op;
    const auto large = pattern(100'000);
    server_->start_write(op, large);
    EXPECT_TRUE(op.pending);
    pipe_operation part;
    client_->start_read(part, a_);
    client_->complete(part, deadline::after(in_good_time));
    EXPECT_TRUE(part.more_data);
    server_->complete(op, deadline::after(20ms));
    EXPECT_EQ(op.error, errc::timed_out);

    // This end knows, and so does the other: what follows is not the rest of the message.
    auto ec = write(*server_, bytes("x"));
    EXPECT_EQ(ec, errc::broken);
    EXPECT_EQ(ec.value(), ERROR_NO_DATA);
    EXPECT_EQ(read_message(*client_, ec), "");
    EXPECT_EQ(ec, errc::broken);
    server_->peek({}, ec);
    EXPECT_EQ(ec, errc::broken);
    server_->flush(deadline::after(in_good_time), ec);
    EXPECT_EQ(ec, errc::broken);

    // The instance can serve another client.
    server_->disconnect(ec);
    ASSERT_FALSE(ec);
    pipe_operation early;
    server_->start_read(early, a_);
    EXPECT_EQ(early.error, errc::not_connected);
    pipe_operation listening;
    server_->start_listen(listening);
    client_ = pipe::connect(address_, channel_mode::message, std::nullopt, ec);
    ASSERT_FALSE(ec);
    server_->complete(listening, deadline::after(in_good_time));
    ASSERT_FALSE(listening.error);
    ASSERT_FALSE(write(*server_, bytes("again")));
    EXPECT_EQ(read_message(*client_), "again");
}

TEST_F(Win32Pipe, OthersWaitingOnAPipeThatBreaksAreTold) {
    pipe_operation op;
    const auto large = pattern(100'000);
    server_->start_write(op, large);
    pipe_operation part;
    client_->start_read(part, a_);
    client_->complete(part, deadline::after(in_good_time));
    auto reading = in_background([&] {
        std::error_code ec;
        read_message(*server_, ec);
        return ec;
    });
    auto writing = in_background([&] { return write(*server_, bytes("behind")); });
    auto flushing = in_background([&] {
        std::error_code ec;
        server_->flush(deadline::after(in_good_time), ec);
        return ec;
    });
    EXPECT_TRUE(still_blocked(reading));
    server_->cancel(op);
    EXPECT_EQ(op.error, errc::canceled);
    EXPECT_EQ(reading.get(), errc::broken);
    EXPECT_EQ(writing.get(), errc::broken);
    // With the write withdrawn nothing is unread, so that a flush may also just return before it.
    const auto flushed = flushing.get();
    EXPECT_TRUE(!flushed || flushed == errc::broken) << flushed.message();
}

TEST_F(Win32Pipe, LeavesNothingOpen) {
    const auto once = [&] {
        for (int i = 0; i < 3; ++i) {
            pipe_operation first;
            pipe_operation second;
            server_->start_read(first, a_);
            server_->start_read(second, b_);
            server_->cancel(first);
            server_->complete(second, deadline::after(1ms));
            std::error_code ec;
            ASSERT_FALSE(write(*client_, bytes("x")));
            client_->flush(deadline::after(1ms), ec);
            EXPECT_EQ(ec, errc::timed_out);
            EXPECT_EQ(read_message(*server_), "x");
            server_->peer(ec);
            EXPECT_FALSE(ec);
        }
    };
    once();
    const auto before = descriptor_count();
    for (int i = 0; i < 10; ++i) {
        once();
    }
    // The system's thread pool, whose timers end the flushes, comes and goes with a few of its own.
    constexpr std::size_t of_the_pool = 8;
    EXPECT_LE(descriptor_count(), before + of_the_pool);
}

} // namespace
} // namespace isthmus::test
