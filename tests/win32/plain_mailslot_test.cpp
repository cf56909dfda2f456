#include "slot_testing.hpp"
#include "win32/plain_win32.hpp"

#include <windows.h>

/// \file
/// Slots against plain Win32 programs, in both roles.

namespace isthmus::test {
namespace {

using namespace std::chrono_literals;

std::wstring mailslot_path(const std::string& name) {
    return LR"(\\.\mailslot\)" + std::wstring(name.begin(), name.end());
}

plain::file create_mailslot(const std::string& name, DWORD max_message, DWORD timeout) {
    return plain::file(CreateMailslotW(mailslot_path(name).c_str(), max_message, timeout, nullptr),
                       "CreateMailslot");
}

plain::file open_mailslot(const std::string& name) {
    return plain::file(CreateFileW(mailslot_path(name).c_str(), GENERIC_WRITE, FILE_SHARE_READ,
                                   nullptr, OPEN_EXISTING, FILE_ATTRIBUTE_NORMAL, nullptr),
                       "CreateFile");
}

/// As the textbook reads: asks for the size first.
std::string next_of(const plain::file& mailslot) {
    DWORD size = 0;
    plain::check(GetMailslotInfo(mailslot.get(), nullptr, &size, nullptr, nullptr),
                 "GetMailslotInfo");
    if (size == MAILSLOT_NO_MESSAGE) {
        return "(nothing)";
    }
    const auto got = plain::read_part(mailslot, size);
    return got.error == ERROR_SUCCESS ? text(got.data) : "error " + std::to_string(got.error);
}

/// Reads until it is told to end, by the plain calls alone. Argument: name.
const child_role plain_reader("plain_mailslot_reader", [](const auto& arguments) {
    const auto mailslot = create_mailslot(arguments.at(0), 0, 60'000);
    tell_test("ready");
    for (;;) {
        const auto got = plain::read_part(mailslot, 1000);
        if (got.error != ERROR_SUCCESS) {
            return static_cast<int>(got.error);
        }
        tell_test("heard " + text(got.data));
        if (text(got.data) == "end") {
            return 0;
        }
    }
});

/// Writes what it hears from the test, by the plain calls alone. Argument: name.
const child_role plain_writer("plain_mailslot_writer", [](const auto& arguments) {
    const auto mailslot = open_mailslot(arguments.at(0));
    while (const auto line = hear_test()) {
        plain::write(mailslot, bytes(*line));
        tell_test("sent");
    }
    return 0;
});

TEST(PlainMailslot, HearsAWriter) {
    const auto name = unique_name("plain") + R"(\nested)";
    const auto mailslot = create_mailslot(name, 0, 0);
    auto writer = slot_writer::open(name);
    EXPECT_EQ(next_of(mailslot), "(nothing)");
    const auto large = pattern(60'000);
    writer.write(bytes("first"));
    writer.write(bytes("second"));
    writer.write(large);
    EXPECT_EQ(next_of(mailslot), "first");
    EXPECT_EQ(next_of(mailslot), "second");
    EXPECT_EQ(next_of(mailslot), text(large));
    EXPECT_EQ(plain::read_part(mailslot, 10).error, static_cast<DWORD>(ERROR_SEM_TIMEOUT));
    EXPECT_EQ(creation_error(name), errc::already_exists);
}

TEST(PlainMailslot, HearsBroadcasts) {
    const auto name = unique_name("plain") + R"(\nested)";
    const auto mailslot = create_mailslot(name, 0, 0);
    auto reader = broadcast_reader::create(name);
    auto writer = slot_writer::open(R"(\\*\mailslot\)" + name);
    writer.write(bytes("for all"));
    slot_writer::open(R"(\\localhost\mailslot\)" + name).write(bytes("for one"));
    EXPECT_EQ(next_of(mailslot), "for all");
    EXPECT_EQ(next_of(mailslot), "for one");
    EXPECT_EQ(waiting_message(reader), "for all");
    EXPECT_EQ(waiting_message(reader), "(nothing)");
}

TEST(PlainMailslot, InAnotherProcessHearsAWriter) {
    const auto name = unique_name("plain");
    auto child = child_process::start("plain_mailslot_reader", {name});
    ASSERT_EQ(child.read_line(), "ready");
    auto writer = slot_writer::open(name);
    for (const auto* line : {"one", "two", "end"}) {
        writer.write(bytes(line));
        EXPECT_EQ(child.read_line(), std::string("heard ") + line);
    }
    EXPECT_EQ(child.wait(), 0);
}

TEST(PlainMailslot, RefusesALargeMessageOfAWriter) {
    if (under_wine()) {
        GTEST_SKIP() << "Wine 8: the maximum size is ignored";
    }
    const auto name = unique_name("plain");
    const auto mailslot = create_mailslot(name, 5, 0);
    auto writer = slot_writer::open(name);
    EXPECT_EQ(writing_error(writer, "sixsix"), errc::message_too_large);
    writer.write(bytes("fives"));
    EXPECT_EQ(next_of(mailslot), "fives");
}

TEST(PlainMailslot, ThatIsClosedBreaksAWriter) {
    if (under_wine()) {
        GTEST_SKIP() << "Wine 8: an open writer keeps a slot alive whose reader is gone";
    }
    const auto name = unique_name("plain");
    auto mailslot = create_mailslot(name, 0, 0);
    auto writer = slot_writer::open(name);
    mailslot.close();
    EXPECT_EQ(writing_error(writer), errc::broken);
}

TEST(PlainMailslotWriter, IsHeard) {
    auto reader = slot_reader::create(unique_name("plain") + R"(\nested)");
    const auto mailslot = open_mailslot(reader.name());
    plain::write(mailslot, bytes("first"));
    plain::write(mailslot, bytes("second"));
    EXPECT_EQ(reader.info().next, 5U);
    std::vector<std::byte> buffer(100);
    EXPECT_EQ(reader.read(buffer), 5U);
    EXPECT_EQ(next_message(reader), "second");
    EXPECT_EQ(reader.read_for(buffer, 5ms), std::nullopt);
}

TEST(PlainMailslotWriter, InAnotherProcessIsHeard) {
    auto reader = slot_reader::create(unique_name("plain"));
    auto child = child_process::start("plain_mailslot_writer", {reader.name()});
    for (const auto* line : {"one", "two"}) {
        auto reading = in_background([&] { return next_message(reader); });
        child.write_line(line);
        EXPECT_EQ(child.read_line(), "sent");
        EXPECT_EQ(reading.get(), line);
    }
    child.close_input();
    EXPECT_EQ(child.wait(), 0);
}

TEST(PlainMailslotWriter, KeepsAMessageThatAShortReadRefuses) {
    if (under_wine()) {
        GTEST_SKIP() << "Wine 8: a short read takes a part, and loses the rest";
    }
    auto reader = slot_reader::create(unique_name("plain"));
    const auto mailslot = open_mailslot(reader.name());
    plain::write(mailslot, bytes("message"));
    std::vector<std::byte> buffer(3);
    EXPECT_EQ(error_of([&](auto& ec) { reader.read(buffer, ec); }), errc::buffer_too_small);
    EXPECT_EQ(next_message(reader), "message");
}

TEST(PlainMailslotWriter, IsRefusedALargeMessage) {
    if (under_wine()) {
        GTEST_SKIP() << "Wine 8: the maximum size is ignored";
    }
    auto reader = slot_reader::create(unique_name("plain"), {.max_message = 5});
    const auto mailslot = open_mailslot(reader.name());
    DWORD size = 0;
    EXPECT_EQ(WriteFile(mailslot.get(), "sixsix", 6, &size, nullptr), FALSE);
    EXPECT_EQ(GetLastError(), static_cast<DWORD>(ERROR_INVALID_PARAMETER));
    plain::write(mailslot, bytes("fives"));
    EXPECT_EQ(next_message(reader), "fives");
}

TEST(PlainMailslotWriter, FindsALibrarysNameInUse) {
    const auto reader = slot_reader::create(unique_name("plain"));
    const HANDLE second = CreateMailslotW(mailslot_path(reader.name()).c_str(), 0, 0, nullptr);
    const DWORD code = GetLastError();
    EXPECT_EQ(second, INVALID_HANDLE_VALUE);
    EXPECT_EQ(code, static_cast<DWORD>(ERROR_ALREADY_EXISTS));
}

} // namespace
} // namespace isthmus::test
