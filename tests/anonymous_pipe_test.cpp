#include "channel_testing.hpp"

#include <isthmus/anonymous_pipe.hpp>
#include <isthmus/error.hpp>

#include <algorithm>
#include <atomic>
#include <limits>
#include <thread>

namespace isthmus::test {
namespace {

using namespace std::chrono_literals;
using clock = std::chrono::steady_clock;

std::string read_to_end(pipe_reader& from) {
    std::string result;
    std::vector<std::byte> buffer(64 * 1024);
    while (const auto got = from.read_for(buffer, in_good_time)) {
        if (*got == 0)
            return result;
        result += text(std::span(buffer).first(*got));
    }
    return result + "(and then nothing more, but no end)";
}

std::string next_text(pipe_reader& from) {
    std::vector<std::byte> buffer(4096);
    const auto got = from.read_for(buffer, in_good_time);
    return got ? text(std::span(buffer).first(*got)) : "(nothing)";
}

const std::size_t much = more_than_fits;

// --- within a process

TEST(AnonymousPipe, CarriesBytesOneWay) {
    auto [reader, writer] = make_anonymous_pipe();
    EXPECT_TRUE(reader.is_open());
    EXPECT_TRUE(writer.is_open());
    writer.write(bytes("hello"));
    EXPECT_EQ(next_text(reader), "hello");
}

TEST(AnonymousPipe, GivesWhatThereIsUpToTheBuffer) {
    auto [reader, writer] = make_anonymous_pipe();
    writer.write(bytes("0123456789"));
    std::vector<std::byte> buffer(4);
    EXPECT_EQ(reader.read(buffer), 4U);
    EXPECT_EQ(text(buffer), "0123");
    EXPECT_EQ(next_text(reader), "456789");
}

TEST(AnonymousPipe, EndsWhenTheWriterCloses) {
    auto [reader, writer] = make_anonymous_pipe();
    writer.write(bytes("last"));
    writer.close();
    EXPECT_FALSE(writer.is_open());
    EXPECT_EQ(next_text(reader), "last");
    std::vector<std::byte> buffer(4);
    EXPECT_EQ(reader.read(buffer), 0U);
    EXPECT_EQ(reader.read(buffer), 0U);
    EXPECT_EQ(reader.read_for(buffer, 0ms), 0U);
}

TEST(AnonymousPipe, ABlockedReaderSeesTheEnd) {
    auto [reader, writer] = make_anonymous_pipe();
    auto reading = in_background([&end = reader] { return read_to_end(end); });
    EXPECT_TRUE(still_blocked(reading));
    writer.close();
    EXPECT_EQ(reading.get(), "");
}

TEST(AnonymousPipe, AWriteWithoutReadersIsBrokenAndNoSignal) {
    auto [reader, writer] = make_anonymous_pipe();
    reader.close();
    for (int i = 0; i < 2; ++i) {
        std::error_code ec;
        writer.write(bytes("x"), ec);
        EXPECT_EQ(ec, errc::broken);
    }
    EXPECT_THROW(writer.write(bytes("x")), error);
}

TEST(AnonymousPipe, ABlockedWriterSeesTheReaderGo) {
    auto [reader, writer] = make_anonymous_pipe();
    auto writing = in_background(
        [&end = writer] { return error_of([&](auto& ec) { end.write(pattern(much), ec); }); });
    EXPECT_TRUE(still_blocked(writing));
    reader.close();
    EXPECT_EQ(writing.get(), errc::broken);
}

TEST(AnonymousPipe, CarriesMuchMoreThanItHolds) {
    for (const std::size_t buffer_size : {std::size_t{0}, std::size_t{1}, std::size_t{1} << 20}) {
        auto [reader, writer] = make_anonymous_pipe(buffer_size);
        const auto data = pattern(much);
        auto writing = in_background([&data, end = std::move(writer)]() mutable {
            end.write(data);
            end.close();
        });
        EXPECT_TRUE(read_to_end(reader) == text(data));
        writing.get();
    }
}

TEST(AnonymousPipe, AnEmptyWriteDisturbsNothing) {
    auto [reader, writer] = make_anonymous_pipe();
    writer.write({});
    writer.write(bytes("a"));
    writer.write({});
    writer.write(bytes("b"));
    std::vector<std::byte> buffer(1);
    for (const auto* expected : {"a", "b"}) {
        ASSERT_EQ(reader.read_for(buffer, in_good_time), 1U);
        EXPECT_EQ(text(buffer), expected);
    }
}

TEST(AnonymousPipe, AClosedEndIsAnInvalidHandle) {
    pipe_reader reader;
    pipe_writer writer;
    std::vector<std::byte> buffer(4);
    EXPECT_FALSE(reader.is_open());
    EXPECT_FALSE(writer.is_open());
    EXPECT_EQ(error_of([&](auto& ec) { reader.read(buffer, ec); }), errc::invalid_handle);
    EXPECT_EQ(error_of([&](auto& ec) { writer.write(buffer, ec); }), errc::invalid_handle);
    EXPECT_EQ(error_of([&](auto& ec) { reader.share_with_child(ec); }), errc::invalid_handle);
    EXPECT_EQ(error_of([&](auto& ec) { writer.share_with_child(ec); }), errc::invalid_handle);
    reader.cancel();
    writer.cancel();
    reader.close();
    writer.close();
}

TEST(AnonymousPipe, LeavesNothingOpen) {
    make_anonymous_pipe();
    const auto before = descriptor_count();
    for (int i = 0; i < 20; ++i) {
        auto [reader, writer] = make_anonymous_pipe();
        const auto one = reader.share_with_child();
        const auto two = writer.share_with_child();
        EXPECT_GT(descriptor_count(), before);
    }
    EXPECT_EQ(descriptor_count(), before);
}

// --- timeouts and cancellation

TEST(AnonymousPipeTimeout, OfARead) {
    auto [reader, writer] = make_anonymous_pipe();
    std::vector<std::byte> buffer(4);
    const auto start = clock::now();
    EXPECT_EQ(reader.read_for(buffer, 30ms), std::nullopt);
    EXPECT_GE(clock::now() - start, 30ms);
    std::error_code ec;
    EXPECT_EQ(reader.read_for(buffer, 1ms, ec), std::nullopt);
    EXPECT_EQ(ec, errc::timed_out);
    EXPECT_EQ(reader.read_for(buffer, 0ms), std::nullopt);
    EXPECT_EQ(reader.read_for(buffer, -1h), std::nullopt);
    EXPECT_EQ(reader.read_until(buffer, clock::now()), std::nullopt);
    writer.write(bytes("ab"));
    EXPECT_EQ(reader.read_for(buffer, 0ms), 2U);
}

TEST(AnonymousPipeTimeout, OfAWrite) {
    auto [reader, writer] = make_anonymous_pipe();
    const auto data = pattern(much);
    const auto start = clock::now();
    EXPECT_FALSE(writer.write_for(data, 30ms));
    EXPECT_GE(clock::now() - start, 30ms);
    // A part was written: the stream cannot go on.
    EXPECT_EQ(error_of([&end = writer](auto& ec) { end.write(bytes("x"), ec); }), errc::broken);
    writer.close();
    const auto got = read_to_end(reader);
    EXPECT_LT(got.size(), data.size());
    EXPECT_TRUE(std::equal(got.begin(), got.end(), text(data).begin()));
}

TEST(AnonymousPipeTimeout, OfAWriteThatFitsIsNone) {
    auto [reader, writer] = make_anonymous_pipe();
    EXPECT_TRUE(writer.write_for(bytes("small"), 0ms));
    std::error_code ec;
    EXPECT_TRUE(writer.write_for(bytes("er"), -1s, ec));
    EXPECT_EQ(text(bytes(next_text(reader))).substr(0, 5), "small");
}

TEST(AnonymousPipeTimeout, HugeOnesWait) {
    const deadline all[] = {
        deadline::never(), deadline::after(std::chrono::nanoseconds::max()),
        deadline::after(std::chrono::years(5000)), deadline(clock::time_point::max()),
        deadline::after(std::chrono::duration<double>(std::numeric_limits<double>::infinity()))};
    for (const auto& until : all) {
        auto [reader, writer] = make_anonymous_pipe();
        auto reading = in_background([&end = reader, &until] {
            std::vector<std::byte> buffer(4);
            return end.read_until(buffer, until);
        });
        EXPECT_TRUE(still_blocked(reading));
        writer.write(bytes("x"));
        EXPECT_EQ(reading.get(), 1U);
        auto writing = in_background(
            [&end = writer, &until] { return end.write_until(pattern(much), until); });
        EXPECT_TRUE(still_blocked(writing));
        std::vector<std::byte> buffer(much);
        for (std::size_t have = 0; have < much;)
            have += reader.read(buffer);
        EXPECT_TRUE(writing.get());
    }
}

TEST(AnonymousPipeCancel, EndsABlockedRead) {
    auto [reader, writer] = make_anonymous_pipe();
    auto reading = in_background([&end = reader] {
        std::vector<std::byte> buffer(4);
        return error_of([&](auto& ec) { end.read(buffer, ec); });
    });
    EXPECT_EQ(cancel_until_done(reading, [&end = reader] { end.cancel(); }), errc::canceled);
    writer.write(bytes("still works"));
    EXPECT_EQ(next_text(reader), "still works");
}

TEST(AnonymousPipeCancel, EndsABlockedWrite) {
    auto [reader, writer] = make_anonymous_pipe();
    auto writing = in_background(
        [&end = writer] { return error_of([&](auto& ec) { end.write(pattern(much), ec); }); });
    std::vector<std::byte> beginning(1);
    EXPECT_EQ(reader.read(beginning), 1U); // it is half done
    EXPECT_EQ(cancel_until_done(writing, [&end = writer] { end.cancel(); }), errc::canceled);
    EXPECT_EQ(error_of([&end = writer](auto& ec) { end.write(bytes("x"), ec); }), errc::broken);
}

TEST(AnonymousPipeCancel, WithNothingBlockedHasNoEffect) {
    auto [reader, writer] = make_anonymous_pipe();
    reader.cancel();
    writer.cancel();
    writer.write(bytes("x"));
    EXPECT_EQ(next_text(reader), "x");
}

TEST(AnonymousPipeThreads, AReadThatGivesUpLosesNothing) {
    auto [reader, writer] = make_anonymous_pipe();
    const auto data = pattern(scaled(400'000));
    std::atomic<bool> done = false;
    auto cancelling = in_background([&end = reader, &done] {
        while (!done) {
            end.cancel();
            std::this_thread::sleep_for(100us);
        }
    });
    auto writing = in_background([&data, end = std::move(writer)]() mutable {
        for (std::size_t at = 0; at < data.size(); at += 1000) {
            end.write(std::span(data).subspan(at, std::min<std::size_t>(1000, data.size() - at)));
        }
        end.close();
    });
    std::string got;
    std::vector<std::byte> buffer(700);
    for (bool end = false; !end;) {
        std::error_code ec;
        const auto size = reader.read_for(buffer, 200us, ec);
        ASSERT_TRUE(size || ec == errc::canceled || ec == errc::timed_out) << ec.message();
        end = size == 0U;
        if (size)
            got += text(std::span(buffer).first(*size));
    }
    done = true;
    cancelling.get();
    writing.get();
    EXPECT_TRUE(got == text(data));
}

TEST(AnonymousPipeThreads, WritesOfManyThreadsStayWhole) {
    auto [reader, writer] = make_anonymous_pipe();
    constexpr std::size_t block = 100'003;
    const auto each = static_cast<int>(scaled(20));
    std::vector<std::future<void>> writing;
    for (int t = 0; t < 4; ++t) {
        writing.push_back(in_background([&end = writer, t, each] {
            for (int i = 0; i < each; ++i) {
                end.write(std::vector<std::byte>(block, static_cast<std::byte>(t)));
            }
        }));
    }
    std::vector<std::byte> buffer(block);
    for (int i = 0; i < 4 * each; ++i) {
        for (std::size_t have = 0; have < block;) {
            have += reader.read(std::span(buffer).subspan(have));
        }
        ASSERT_TRUE(std::all_of(buffer.begin(), buffer.end(),
                                [&](auto byte) { return byte == buffer.front(); }));
    }
    for (auto& thread : writing)
        thread.get();
}

// --- a child process

/// Tells what it reads, to the end. Argument: token.
const child_role reading_child("pipe_reader", [](const std::vector<std::string>& arguments) {
    auto reader = pipe_reader::from_token(arguments.at(0));
    tell_test("ready");
    const auto got = read_to_end(reader);
    tell_test(std::to_string(got.size()) + ' ' + got.substr(0, 100));
    return 0;
});

/// Writes `count` times a text. Arguments: token, text, count.
const child_role writing_child("pipe_writer", [](const std::vector<std::string>& arguments) {
    auto writer = pipe_writer::from_token(arguments.at(0));
    for (auto left = std::stoul(arguments.at(2)); left > 0; --left) {
        std::error_code ec;
        writer.write(bytes(arguments.at(1)), ec);
        if (ec == errc::broken)
            return 3;
        if (ec)
            return 4;
    }
    return 0;
});

/// Holds what it inherited.
const child_role idle_child("idle", [](const std::vector<std::string>&) {
    tell_test("ready");
    wait_for_test_to_end();
    return 0;
});

/// Tells how the token is refused. Arguments: token, "reader" or "writer".
const child_role picky_child("picky", [](const std::vector<std::string>& arguments) {
    std::error_code ec;
    if (arguments.at(1) == "reader") {
        pipe_reader::from_token(arguments.at(0), ec);
    } else {
        pipe_writer::from_token(arguments.at(0), ec);
    }
    tell_test(!ec                            ? "taken"
              : ec == errc::invalid_handle   ? "invalid handle"
              : ec == errc::invalid_argument ? "invalid argument"
                                             : ec.message());
    return 0;
});

TEST(AnonymousPipeChild, ReadsWhatTheParentWrites) {
    auto [reader, writer] = make_anonymous_pipe();
    child_process child;
    {
        const auto shared = reader.share_with_child();
        child = child_process::start("pipe_reader", {shared.token()}, {.inherit = true});
    }
    reader.close();
    ASSERT_EQ(child.read_line(), "ready");
    writer.write(bytes("hello "));
    writer.write(bytes("child"));
    writer.close();
    EXPECT_EQ(child.read_line(), "11 hello child");
    EXPECT_EQ(child.wait(), 0);
}

TEST(AnonymousPipeChild, WritesWhatTheParentReads) {
    auto [reader, writer] = make_anonymous_pipe();
    child_process child;
    {
        const auto shared = writer.share_with_child();
        child = child_process::start("pipe_writer", {shared.token(), "hello parent ", "3"},
                                     {.inherit = true});
    }
    writer.close();
    EXPECT_EQ(read_to_end(reader), "hello parent hello parent hello parent ");
    EXPECT_EQ(child.wait(), 0);
}

TEST(AnonymousPipeChild, ABlockedChildIsBrokenWhenTheParentLeaves) {
    auto [reader, writer] = make_anonymous_pipe();
    child_process child;
    {
        const auto shared = writer.share_with_child();
        child = child_process::start(
            "pipe_writer", {shared.token(), std::string(1000, 'x'), "1000000"}, {.inherit = true});
    }
    writer.close();
    next_text(reader);
    reader.close();
    EXPECT_EQ(child.wait(), 3); // an ordinary exit: no signal killed it
}

TEST(AnonymousPipeChild, AChildThatDiesIsTheEnd) {
    auto [reader, writer] = make_anonymous_pipe();
    child_process child;
    {
        const auto shared = writer.share_with_child();
        child = child_process::start("pipe_writer", {shared.token(), "x", "1000000000"},
                                     {.inherit = true});
    }
    writer.close();
    EXPECT_EQ(next_text(reader).front(), 'x');
    auto reading = in_background([&end = reader] { return read_to_end(end); });
    child.kill();
    EXPECT_EQ(reading.get().find_first_not_of('x'), std::string::npos);
}

TEST(AnonymousPipeChild, NothingElseIsInherited) {
    auto [reader, writer] = make_anonymous_pipe();
    auto [other_reader, other_writer] = make_anonymous_pipe();
    const auto shared = other_reader.share_with_child();
    auto child = child_process::start("idle", {}, {.inherit = true});
    ASSERT_EQ(child.read_line(), "ready");
    // The child lives, but has neither end of the first pipe.
    writer.close();
    EXPECT_EQ(read_to_end(reader), "");
    // Of the second it has only what was shared.
    other_writer.close();
    EXPECT_EQ(read_to_end(other_reader), "");
}

TEST(AnonymousPipeChild, AnEndIsInheritedNoLongerThanItIsShared) {
    auto [reader, writer] = make_anonymous_pipe();
    {
        const auto shared = writer.share_with_child();
        EXPECT_FALSE(shared.token().empty());
    }
    auto child = child_process::start("idle", {}, {.inherit = true});
    ASSERT_EQ(child.read_line(), "ready");
    writer.close();
    EXPECT_EQ(read_to_end(reader), "");
}

TEST(AnonymousPipeChild, ASharedEndKeepsThePipeOpen) {
    auto [reader, writer] = make_anonymous_pipe();
    {
        auto shared = writer.share_with_child();
        writer.close();
        std::vector<std::byte> buffer(1);
        EXPECT_EQ(reader.read_for(buffer, 10ms), std::nullopt);
    }
    EXPECT_EQ(read_to_end(reader), "");
}

TEST(AnonymousPipeChild, ATokenIsGoodOnlyForItsOwnDirection) {
    auto [reader, writer] = make_anonymous_pipe();
    const auto reading = reader.share_with_child();
    const auto writing = writer.share_with_child();
    const auto outcome = [](const std::string& token, const std::string& as) {
        return child_process::start("picky", {token, as}, {.inherit = true}).read_line();
    };
    EXPECT_EQ(outcome(reading.token(), "reader"), "taken");
    EXPECT_EQ(outcome(reading.token(), "writer"), "invalid handle");
    EXPECT_EQ(outcome(writing.token(), "writer"), "taken");
    EXPECT_EQ(outcome(writing.token(), "reader"), "invalid handle");
}

TEST(AnonymousPipeChild, ATokenThatWasNotInheritedIsAnInvalidHandle) {
    auto [reader, writer] = make_anonymous_pipe();
    const auto shared = reader.share_with_child();
    auto child = child_process::start("picky", {shared.token(), "reader"}, {.inherit = false});
    EXPECT_EQ(child.read_line(), "invalid handle");
}

class AnonymousPipeToken : public testing::TestWithParam<std::string> {};

INSTANTIATE_TEST_SUITE_P(Nonsense,
                         AnonymousPipeToken,
                         testing::Values("",
                                         "x",
                                         "12x",
                                         "x12",
                                         " 1",
                                         "1 ",
                                         "+1",
                                         "-1",
                                         "0x10",
                                         "1.0",
                                         "99999999999999999999999",
                                         "-99999999999999999999999",
                                         std::string("1\0", 2)));

TEST_P(AnonymousPipeToken, IsRefused) {
    EXPECT_EQ(error_of([](auto& ec) { pipe_reader::from_token(GetParam(), ec); }),
              errc::invalid_argument);
    EXPECT_EQ(error_of([](auto& ec) { pipe_writer::from_token(GetParam(), ec); }),
              errc::invalid_argument);
    EXPECT_THROW(pipe_reader::from_token(GetParam()), error);
}

TEST(AnonymousPipeTokens, OfNoHandleIsAnInvalidHandle) {
    for (const auto* token : {"987654", "2147483647", "4294967295", "4294967296", "99999999999"}) {
        const auto ec = error_of([&](auto& e) { pipe_reader::from_token(token, e); });
        EXPECT_TRUE(ec == errc::invalid_handle || ec == errc::invalid_argument)
            << token << ": " << ec.message();
    }
}

} // namespace
} // namespace isthmus::test
