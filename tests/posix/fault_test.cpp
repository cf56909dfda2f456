#include "fault_testing.hpp"
#include "support/data.hpp"
#include "support/fault.hpp"

#include <isthmus/anonymous_pipe.hpp>
#include <isthmus/channel.hpp>
#include <isthmus/error.hpp>

#include <gtest/gtest.h>

#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

/// \file
/// Every system call fails once, wherever it is made in the life of a channel. Each time there is
/// an error, or the call did not matter; what failed works when it is tried again on the same
/// object, or the object says that it is gone; nothing leaks; and the name can be used afterwards.

namespace isthmus::test {
namespace {

using namespace std::chrono_literals;

constexpr auto patience = 5s;

bool says_gone(const std::error_code& ec) {
    return ec == errc::broken || ec == errc::not_connected || ec == errc::protocol_error;
}

std::string read_text(channel& from, std::error_code& ec) {
    std::array<std::byte, 64> buffer{};
    const auto got = from.read_for(buffer, patience, ec);
    return got ? text(std::span(buffer).first(got->size)) : std::string();
}

/// One conversation over a connection that is not accepted yet.
bool converse(life& course, channel& client, channel& server, bool up, bool down, bool messages) {
    bool good = true;
    if (up) {
        good = course.step("read", [&](auto& ec) {
            const auto got = read_text(server, ec);
            if (!ec)
                course.expect<std::string>(got, "request");
        });
    }
    if (good && down) {
        good = course.step("write back", [&](auto& ec) {
            server.write_for(bytes("reply"), patience, ec);
        }) && course.step("peek", [&](auto& ec) {
            client.peek({}, ec);
        }) && course.step("read back", [&](auto& ec) {
            std::string got;
            if (messages) {
                got =
                    text(client.read_message_for(patience, ec).value_or(std::vector<std::byte>()));
            } else {
                got = read_text(client, ec);
            }
            if (!ec)
                course.expect<std::string>(got, "reply");
        }) && course.step("flush", [&](auto& ec) {
            server.flush_for(patience, ec);
        }) && course.step("waiting read", [&](auto& ec) {
            std::array<std::byte, 4> buffer{};
            client.read_for(buffer, 1ms, ec);
            forgive_timeout(ec);
        });
    }
    if (good && messages) {
        // The answer comes after the time has run out: one thread plays both sides.
        good = course.step("transact", [&](auto& ec) {
            client.transact_for(bytes("question"), 1ms, ec);
            forgive_timeout(ec);
        }) && course.step("answer", [&](auto& ec) {
            const auto got = server.read_message_for(patience, ec);
            if (!ec)
                course.expect(text(*got), std::string("question"));
        });
    }
    return good;
}

life live(const listener_options& options) {
    life course;
    const bool up = options.direction != channel_direction::outbound;
    const bool down = options.direction != channel_direction::inbound;
    const bool messages = options.mode == channel_mode::message;
    channel_listener listener;
    channel client;
    channel server;
    const auto connect = [&](auto& ec) {
        client = channel::connect("faulty", {.mode = options.mode}, ec);
    };
    const auto write = [&](auto& ec) {
        if (up)
            client.write_for(bytes("request"), patience, ec);
    };
    bool good =
        course.step(
            "create",
            [&](auto& ec) { listener = channel_listener::create("faulty", options, ec); }) &&
        course.step("wait", [&](auto& ec) { wait_for_channel_for("faulty", patience, ec); }) &&
        course.step("connect", connect) && course.step("write", write) &&
        course.step("accept",
                    [&](auto& ec) {
                        auto accepted = listener.accept_for(patience, ec);
                        server = std::move(accepted).value_or(channel());
                    }) &&
        converse(course, client, server, up, down, messages) &&
        course.step("disconnect", [&](auto& ec) { server.disconnect(ec); }) &&
        // A FIFO that is open for reading has a client.
        course.step("close", [&](auto&) { client.close(); }) &&
        course.step("listen again", [&](auto& ec) {
            server.accept_for(0ms, ec);
            forgive_timeout(ec);
        });
    if (good && course.step("connect again", connect) && course.step("write again", write) &&
        course.step("accept again", [&](auto& ec) { server.accept_for(patience, ec); }) && up) {
        course.step("read again", [&](auto& ec) {
            const auto got = read_text(server, ec);
            if (!ec)
                course.expect<std::string>(got, "request");
        });
    }
    return course;
}

const harmless may_pass_unnoticed[] = {
    {"close", {}, "there is nobody to tell; the next use of the name tidies up"},
    {"accept", {}, "made the listener's next instance: the next accept makes it, or tells"},
    {"", {"close"}, "what is closed is closed, whatever close says"},
    {"", {"grow_send_buffer", "set_pipe_size"}, "a hint"},
    {"", {"set_patience", "set_nonblocking"}, "waits are made by polling then"},
    {"create", {"unlinkat"}, "removes what may have been left; usually there is nothing"},
    {"create",
     {"symlinkat", "readlinkat", "renameat"},
     "no link for programs that do not use the library: in the log"},
    {"wait", {"openat", "read"}, "the properties: only a wait without a time needs them"},
    {"wait", {"flock"}, "gives back a lock that closing the file gives back, too"},
    {"", {"pread"}, "a word of a link in a file: what could not be read has not been told yet"},
    {"", {"pwrite"}, "the same: tried again at once, for the peer may wait for it"},
    {"peek", {"recv", "read"}, "what was received before is shown; the next read tells"},
    {"flush", {"bytes_to_read"}, "looks once more"},
    {"disconnect", {"unlinkat"}, "the old file is nobody's, and removed by the next count"},
    {"disconnect", {"shutdown"}, "the connection is closed as well"},
    {"disconnect",
     {"open", "openat", "fstat", "flock"},
     "the namespace lock: without it only a count in this very moment could be wrong"},
    {"listen again", {"open", "openat", "fstat", "flock"}, "as above"},
    {"listen again", {"poll"}, "looks for a client once more"},
    {"accept again", {"open", "openat", "fstat", "flock"}, "as above"},
    {"accept again", {"poll"}, "looks for a client once more"},
    {"accept again",
     {"readdir", "ofd_get_lock", "renameat"},
     "whose file is whose: the client is served all the same, and holds its claim"},
    {"accept again",
     {"recv", "recvmsg", "dup_cloexec"},
     "the hello, which the first read hears if this step does not"},
};

/// Runs `scenario` once for each call it makes of each kind, with that call failing.
void fail_every_call(const std::function<life()>& scenario) {
    const temporary_runtime_directory directory;
    // Also: what is opened once for all is open now.
    ASSERT_EQ(scenario().first_error, std::error_code());
    const auto descriptors = descriptor_count();
    std::size_t failures = 0;
    for_each_system_call([&]<auto Kind>(const std::string& kind) {
        int calls = 0;
        {
            const fault<Kind> counting(0, 0);
            ASSERT_EQ(scenario().first_error, std::error_code());
            calls = counting.count();
        }
        for_each_failure(calls, [&](int nth, int error) {
            SCOPED_TRACE(kind + " number " + std::to_string(nth) + " of " + std::to_string(calls));
            const life course = live_with_failure<Kind>(nth, error, scenario);
            failures += course.first_error ? 1 : 0;
            judge(course, kind, may_pass_unnoticed);
            EXPECT_TRUE(!course.second_error || says_gone(course.second_error))
                << course.where << ", then " << course.second_error.message();
            EXPECT_EQ(descriptor_count(), descriptors) << "after " << course.where;
            // Usable again, and tidied up by that use.
            const auto again = scenario();
            EXPECT_EQ(again.first_error, std::error_code())
                << again.where << ": " << again.first_error.message() << ", after " << course.where;
            EXPECT_TRUE(again.right);
            EXPECT_EQ(files_in(directory), 0U) << "after " << course.where;
        });
    });
    EXPECT_GT(failures, 5U);
}

TEST(ChannelFault, TheTestsKnowEveryCall) {
    std::size_t count = 0;
    for_each_system_call([&]<auto Kind>(const std::string&) { ++count; });
    EXPECT_EQ(count, sizeof(posix::system_calls) / sizeof(posix::system_calls::close));
}

TEST(ChannelFault, InAMessageChannel) {
    fail_every_call([] { return live({.mode = channel_mode::message, .max_instances = 2}); });
}

TEST(ChannelFault, InAByteChannelOfBuffersOfItsOwn) {
    fail_every_call([] { return live({.buffer_size = 256 * 1024}); });
}

TEST(ChannelFault, InAnInboundFifo) {
    fail_every_call(
        [] { return live({.direction = channel_direction::inbound, .carrier = transport::fifo}); });
}

TEST(ChannelFault, InAnOutboundFifo) {
    fail_every_call([] {
        return live({.direction = channel_direction::outbound, .carrier = transport::fifo});
    });
}

TEST(ChannelFault, InAnAnonymousPipe) {
    fail_every_call([] {
        life course;
        anonymous_pipe pipe;
        std::optional<inheritable_end> shared;
        std::array<std::byte, 16> buffer{};
        if (!course.step("create", [&](auto& ec) { pipe = make_anonymous_pipe(128 * 1024, ec); }) ||
            !course.step("write",
                         [&](auto& ec) { pipe.writer.write_for(bytes("text"), patience, ec); }) ||
            !course.step("share",
                         [&](auto& ec) { shared.emplace(pipe.writer.share_with_child(ec)); })) {
            return course;
        }
        // As the child would get it.
        const int inherited = ::dup(std::stoi(shared->token()));
        pipe_writer opened;
        if (!course.step("open", [&](auto& ec) {
                opened = pipe_writer::from_token(std::to_string(inherited), ec);
            })) {
            ::close(inherited);
            return course;
        }
        course.step("read", [&](auto& ec) {
            const auto got = pipe.reader.read_for(buffer, patience, ec);
            if (got)
                course.expect(text(std::span(buffer).first(*got)), std::string("text"));
        });
        return course;
    });
}

TEST(ChannelFault, WithoutDescriptorsIsSaidSo) {
    const temporary_runtime_directory directory;
    auto listener = channel_listener::create("faulty");
    auto client = channel::connect("faulty");
    std::error_code ec;
    {
        const fault<&posix::system_calls::accept> failing(1, EMFILE);
        EXPECT_FALSE(listener.accept_for(patience, ec).has_value());
    }
    EXPECT_EQ(ec, errc::too_many_handles);
    EXPECT_EQ(ec.value(), EMFILE);
    // The client that could not be taken is still there.
    EXPECT_TRUE(listener.accept_for(patience, ec).has_value());
    EXPECT_EQ(ec, std::error_code());
}

TEST(ChannelFault, OfAFullFileSystemIsSaidSo) {
    const temporary_runtime_directory directory;
    std::error_code ec;
    {
        const fault<&posix::system_calls::pwrite> failing(1, ENOSPC);
        channel_listener::create("faulty", {}, ec);
    }
    EXPECT_EQ(ec, errc::no_space);
    EXPECT_EQ(files_in(directory), 0U);
}

} // namespace
} // namespace isthmus::test
