#include "support/data.hpp"
#include "support/environment.hpp"
#include "support/fault.hpp"
#include "support/runtime_directory.hpp"

#include <isthmus/anonymous_pipe.hpp>
#include <isthmus/channel.hpp>
#include <isthmus/error.hpp>

#include <gtest/gtest.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <filesystem>
#include <functional>
#include <set>
#include <string>
#include <system_error>
#include <vector>

/// \file
/// Every system call fails once, wherever it is made in the life of a channel: each time there is
/// an error or the call did not matter, nothing leaks, and the name can be used afterwards.

namespace isthmus::test {
namespace {

using namespace std::chrono_literals;

constexpr auto patience = 5s;

/// A life from creation to close, up to the first error. `broken_end` says whether what both ends
/// saw was right as far as it went.
struct outcome {
    std::error_code ec;
    std::string where = "nowhere";
    bool right = true;

    bool failed(const char* step) {
        if (ec)
            where = step;
        return static_cast<bool>(ec);
    }
};

outcome live(const listener_options& options) {
    outcome result;
    auto& ec = result.ec;
    const bool one_way = options.direction == channel_direction::inbound;
    auto listener = channel_listener::create("faulty", options, ec);
    if (result.failed("create"))
        return result;
    auto client = channel::connect("faulty", {.mode = options.mode}, ec);
    if (result.failed("connect"))
        return result;
    client.write_for(bytes("request"), patience, ec);
    if (result.failed("write"))
        return result;
    auto server = listener.accept_for(patience, ec);
    if (result.failed("accept"))
        return result;
    std::array<std::byte, 64> buffer{};
    auto got = server->read_for(buffer, patience, ec);
    if (result.failed("read"))
        return result;
    result.right = got && text(std::span(buffer).first(got->size)) == "request";
    if (!one_way) {
        server->write_for(bytes("reply"), patience, ec);
        if (result.failed("write back"))
            return result;
        client.peek({}, ec);
        if (result.failed("peek"))
            return result;
        got = client.read_for(buffer, patience, ec);
        if (result.failed("read back"))
            return result;
        result.right = result.right && got && text(std::span(buffer).first(got->size)) == "reply";
        server->flush_for(patience, ec);
        if (result.failed("flush"))
            return result;
        // A read that has to wait, and gives up.
        client.read_for(buffer, 1ms, ec);
        if (ec == errc::timed_out)
            ec.clear();
        if (result.failed("waiting read"))
            return result;
    }
    server->disconnect(ec);
    result.failed("disconnect");
    return result;
}

std::size_t files_in(const temporary_runtime_directory& directory) {
    std::size_t count = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(directory.path())) {
        if (!entry.is_directory())
            ++count;
    }
    return count;
}

/// Calls whose failure need not be the caller's: tidying up, hints, and what is tried again.
const std::set<std::string> may_pass_unnoticed = {"close",
                                                  "set_patience",
                                                  "dup_cloexec",
                                                  "unlinkat",
                                                  "symlinkat",
                                                  "readlinkat",
                                                  "grow_send_buffer",
                                                  "renameat",
                                                  "flock",
                                                  "openat",
                                                  "open",
                                                  "fstat",
                                                  "fstatat",
                                                  "fdopendir",
                                                  "poll",
                                                  "set_nonblocking",
                                                  "ofd_get_lock",
                                                  "pread",
                                                  "pwrite",
                                                  "recvmsg",
                                                  "recv",
                                                  "fchmod",
                                                  "read",
                                                  "write"};

/// Runs `scenario` once for each call it makes of each kind, with that call failing.
template <class Scenario>
void fail_every_call(Scenario scenario) {
    const temporary_runtime_directory directory;
    ASSERT_EQ(scenario().ec, std::error_code()); // also: what is opened once for all is open now
    const auto descriptors = descriptor_count();
    std::size_t failures = 0;
    for_each_system_call([&]<auto Kind>(const std::string& kind) {
        int calls = 0;
        {
            const fault<Kind> counting(0, 0);
            ASSERT_EQ(scenario().ec, std::error_code());
            calls = counting.count();
        }
        for (int nth = 1; nth <= calls; ++nth) {
            const int error = nth % 2 == 0 ? EMFILE : EIO;
            SCOPED_TRACE(kind + " number " + std::to_string(nth) + " of " + std::to_string(calls));
            outcome result;
            {
                const fault<Kind> failing(nth, error);
                result = scenario();
            }
            if (result.ec) {
                ++failures;
                EXPECT_NE(result.ec.message(), "");
            } else {
                EXPECT_TRUE(result.right);
                EXPECT_TRUE(may_pass_unnoticed.contains(kind)) << "the failure was lost";
            }
            EXPECT_EQ(descriptor_count(), descriptors) << "after " << result.where;
            // Usable again, and tidied up by that use.
            const auto again = scenario();
            EXPECT_EQ(again.ec, std::error_code())
                << again.where << ": " << again.ec.message() << ", after " << result.where;
            EXPECT_TRUE(again.right);
            EXPECT_EQ(files_in(directory), 0U) << "after " << result.where;
        }
    });
    EXPECT_GT(failures, 5U);
}

TEST(ChannelFault, InAMessageChannel) {
    fail_every_call([] { return live({.mode = channel_mode::message, .max_instances = 2}); });
}

TEST(ChannelFault, InAByteChannelOfBuffersOfItsOwn) {
    fail_every_call([] { return live({.buffer_size = 256 * 1024}); });
}

TEST(ChannelFault, InAFifo) {
    fail_every_call(
        [] { return live({.direction = channel_direction::inbound, .carrier = transport::fifo}); });
}

TEST(ChannelFault, InAnAnonymousPipe) {
    fail_every_call([] {
        outcome result;
        auto pipe = make_anonymous_pipe(0, result.ec);
        if (result.failed("create"))
            return result;
        pipe.writer.write_for(bytes("text"), patience, result.ec);
        if (result.failed("write"))
            return result;
        const auto shared = pipe.writer.share_with_child(result.ec);
        if (result.failed("share"))
            return result;
        std::array<std::byte, 16> buffer{};
        const auto got = pipe.reader.read_for(buffer, patience, result.ec);
        if (result.failed("read"))
            return result;
        result.right = got && text(std::span(buffer).first(*got)) == "text";
        return result;
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
