#include "support/data.hpp"
#include "support/environment.hpp"
#include "support/fault.hpp"
#include "support/runtime_directory.hpp"

#include <isthmus/anonymous_pipe.hpp>
#include <isthmus/channel.hpp>
#include <isthmus/error.hpp>

#include <gtest/gtest.h>

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <filesystem>
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

/// Whether the call that is to fail has done so.
std::function<bool()> call_has_failed = [] { return false; };

/// A life from creation to close. A step that fails is tried again, once: by then the call that
/// failed works. The life ends early when the object says that it is gone.
class life {
public:
    std::error_code first_error;
    std::string where = "nowhere";
    std::string failing = "close"; ///< the step in which the call failed
    bool right = true;             ///< what both ends saw, as far as it went
    std::error_code second_error;

    /// True if the step has succeeded, at the first or the second try.
    template <class Body>
    bool step(const char* name, Body body) {
        std::error_code ec;
        const bool failed_before = call_has_failed();
        body(ec);
        if (call_has_failed() && !failed_before)
            failing = name;
        if (!ec)
            return true;
        if (!first_error) {
            first_error = ec;
            where = name;
            ec.clear();
            body(ec);
            if (!ec)
                return true;
        }
        second_error = ec;
        return false;
    }

    template <class Value>
    void expect(const Value& seen, const Value& expected) {
        right = right && seen == expected;
    }
};

/// A wait that is meant to run out of time.
void forgive_timeout(std::error_code& ec) {
    if (ec == errc::timed_out)
        ec.clear();
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

std::size_t files_in(const temporary_runtime_directory& directory) {
    std::size_t count = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(directory.path())) {
        if (!entry.is_directory())
            ++count;
    }
    return count;
}

/// Failures that need not be the caller's, by step and kind of call, and why. An empty name stands
/// for all.
struct harmless {
    std::string step;
    std::set<std::string> kinds;
    std::string why;
};

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

bool may_be_lost(const std::string& step, const std::string& kind) {
    return std::ranges::any_of(may_pass_unnoticed, [&](const harmless& each) {
        return (each.step.empty() || each.step == step) &&
               (each.kinds.empty() || each.kinds.contains(kind));
    });
}

/// Runs `scenario` once for each call it makes of each kind, with that call failing.
template <class Scenario>
void fail_every_call(Scenario scenario) {
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
        // Every call, but not where each takes ages (qemu).
        const int stride = static_cast<int>(std::max<std::size_t>(1, 6 / scaled(20)));
        for (int nth = 1; nth <= calls; nth += stride) {
            const int error = nth % 2 == 0 ? EMFILE : EIO;
            SCOPED_TRACE(kind + " number " + std::to_string(nth) + " of " + std::to_string(calls));
            life course;
            {
                const fault<Kind> failing(nth, error);
                call_has_failed = [&] { return failing.count() >= nth; };
                course = scenario();
                call_has_failed = [] { return false; };
            }
            if (course.first_error) {
                ++failures;
                EXPECT_NE(course.first_error.message(), "");
            } else {
                EXPECT_TRUE(may_be_lost(course.failing, kind))
                    << "the failure was lost in " << course.failing;
            }
            EXPECT_TRUE(course.right) << "after " << course.where;
            EXPECT_TRUE(!course.second_error || says_gone(course.second_error))
                << course.where << ", then " << course.second_error.message();
            EXPECT_EQ(descriptor_count(), descriptors) << "after " << course.where;
            // Usable again, and tidied up by that use.
            const auto again = scenario();
            EXPECT_EQ(again.first_error, std::error_code())
                << again.where << ": " << again.first_error.message() << ", after " << course.where;
            EXPECT_TRUE(again.right);
            EXPECT_EQ(files_in(directory), 0U) << "after " << course.where;
        }
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
        const fault<&posix::system_calls::write> failing(1, ENOSPC);
        channel_listener::create("faulty", {}, ec);
    }
    EXPECT_EQ(ec, errc::no_space);
    EXPECT_EQ(files_in(directory), 0U);
}

} // namespace
} // namespace isthmus::test
