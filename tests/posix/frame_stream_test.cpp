#include "channel_testing.hpp"
#include "pipe.hpp"
#include "posix/data_path.hpp"
#include "posix/descriptor.hpp"
#include "posix/frame.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <random>

/// Streams of messages of any sizes, cut anywhere, read with buffers of any sizes, and undone now
/// and then: what was read ahead, or straight into a buffer, must never show.

namespace isthmus::test {
namespace {

using detail::pipe_operation;
using posix::data_path;
using posix::descriptor;

using bytes_vector = std::vector<std::byte>;

class FrameStream : public testing::Test {
protected:
    void connect(channel_mode read_mode) {
        std::array<int, 2> pair{};
        ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, pair.data()), 0);
        peer_ = descriptor(pair[0]);
        path_.emplace(data_path::setup{
            .fd = descriptor(pair[1]), .type = channel_mode::message, .read_mode = read_mode});
    }

    std::size_t up_to(std::size_t most) {
        return std::uniform_int_distribution<std::size_t>(0, most)(random_);
    }
    bool one_in(std::size_t count) { return up_to(count - 1) == 0; }

    /// Runs of equal sizes, as programs send them, and mixtures.
    void make_messages(std::size_t count) {
        std::size_t size = 0;
        for (std::size_t i = 0; i < count; ++i) {
            if (one_in(3)) {
                constexpr std::array<std::size_t, 6> kinds = {0, 1, 100, 8 * 1024, 20'000, 70'000};
                size = up_to(kinds.at(up_to(kinds.size() - 1)));
            }
            messages_.push_back(pattern(size, static_cast<unsigned>(i)));
            append_header(static_cast<std::uint32_t>(size));
            stream_.insert(stream_.end(), messages_.back().begin(), messages_.back().end());
        }
    }

    void append_header(std::uint32_t length) {
        const auto header = posix::encode_frame_header(length);
        stream_.insert(stream_.end(), header.begin(), header.end());
    }

    /// Sends some more; at the end of the stream it leaves.
    void send_some() {
        if (sent_ == stream_.size()) {
            peer_.reset();
            return;
        }
        const auto most = one_in(3) ? std::size_t{20} : std::size_t{200'000};
        const auto size = std::min(1 + up_to(most), stream_.size() - sent_);
        const auto done =
            ::send(peer_.get(), stream_.data() + sent_, size, MSG_DONTWAIT | posix::no_signal);
        sent_ += done > 0 ? static_cast<std::size_t>(done) : 0;
    }

    /// Reads once; what is found not to be finished is undone.
    bool read(pipe_operation& op, bytes_vector& buffer) {
        op.what = one_in(4) ? pipe_operation::kind::read_message : pipe_operation::kind::read;
        if (op.what == pipe_operation::kind::read) {
            buffer.resize(one_in(3) ? up_to(300) : up_to(90'000));
            op.in = buffer;
        } else {
            buffer.clear();
            op.message = &buffer;
        }
        for (std::size_t tries = up_to(2);; --tries) {
            if (path_->step_read(op)) {
                buffer.resize(op.transferred);
                return true;
            }
            if (tries == 0)
                break;
            send_some();
        }
        path_->undo_read(op);
        if (one_in(2)) {
            std::error_code ignored;
            bytes_vector seen(up_to(1000));
            path_->peek(seen, ignored);
        }
        send_some();
        return false;
    }

    /// Everything until the error that ends it.
    std::error_code read_all(std::vector<bytes_vector>& got) {
        got.emplace_back();
        for (;;) {
            pipe_operation op;
            bytes_vector buffer;
            if (!read(op, buffer))
                continue;
            if (op.error)
                return op.error;
            got.back().insert(got.back().end(), buffer.begin(), buffer.end());
            if (!op.more_data)
                got.emplace_back();
        }
    }

    std::mt19937 random_{20240607};
    descriptor peer_;
    std::optional<data_path> path_;
    std::vector<bytes_vector> messages_;
    bytes_vector stream_;
    std::size_t sent_ = 0;
};

TEST_F(FrameStream, KeepsEveryBoundary) {
    for (std::size_t round = 0; round < scaled(60); ++round) {
        messages_.clear();
        stream_.clear();
        sent_ = 0;
        ASSERT_NO_FATAL_FAILURE(connect(channel_mode::message));
        make_messages(100);
        std::vector<bytes_vector> got;
        EXPECT_EQ(read_all(got), errc::broken);
        got.pop_back(); // begun, and never there
        ASSERT_TRUE(got == messages_) << "round " << round;
    }
}

TEST_F(FrameStream, KeepsEveryByteAcrossBoundaries) {
    for (std::size_t round = 0; round < scaled(60); ++round) {
        messages_.clear();
        stream_.clear();
        sent_ = 0;
        ASSERT_NO_FATAL_FAILURE(connect(channel_mode::byte));
        make_messages(100);
        std::vector<bytes_vector> got;
        // A read that has no room gives nothing, one that has gives something: all is one stream.
        EXPECT_EQ(read_all(got), errc::broken);
        bytes_vector all;
        for (const auto& part : got)
            all.insert(all.end(), part.begin(), part.end());
        bytes_vector expected;
        for (const auto& message : messages_)
            expected.insert(expected.end(), message.begin(), message.end());
        ASSERT_TRUE(all == expected) << "round " << round;
    }
}

TEST_F(FrameStream, AReadUndoneEveryTimeFindsTheEnd) {
    ASSERT_NO_FATAL_FAILURE(connect(channel_mode::message));
    append_header(20'000);
    stream_.resize(stream_.size() + 10'000); // the rest never comes
    bytes_vector buffer(30'000);
    while (peer_)
        send_some();
    std::error_code end;
    for (std::size_t i = 0; i < 10 && !end; ++i) {
        pipe_operation op;
        op.what = pipe_operation::kind::read;
        op.in = buffer;
        if (path_->step_read(op)) {
            end = op.error;
        } else {
            path_->undo_read(op);
        }
    }
    EXPECT_EQ(end, errc::broken);
}

TEST_F(FrameStream, EndsWithTheFirstThingThatIsNoHeader) {
    for (std::size_t round = 0; round < scaled(60); ++round) {
        messages_.clear();
        stream_.clear();
        sent_ = 0;
        ASSERT_NO_FATAL_FAILURE(connect(channel_mode::message));
        make_messages(20);
        if (one_in(2)) {
            append_header(max_message_size + 1);
        } else {
            stream_.insert(stream_.end(), 8, std::byte{0});
        }
        stream_.resize(stream_.size() + up_to(100'000));
        std::vector<bytes_vector> got;
        EXPECT_EQ(read_all(got), errc::protocol_error);
        got.pop_back();
        ASSERT_TRUE(got == messages_) << "round " << round;
    }
}

} // namespace
} // namespace isthmus::test
