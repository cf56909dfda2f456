#include "native_error.hpp"

#include <isthmus/error.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <set>
#include <string>
#include <vector>

namespace isthmus {
namespace {

using detail::as_failure_of;
using detail::library_error;
using detail::operation;
using detail::operation_text;
using detail::posix_error;
using detail::throw_if_error;
using detail::win32_error;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

const std::vector<operation>& all_operations() {
    static const std::vector<operation> all = [] {
        std::vector<operation> result;
        result.reserve(static_cast<std::size_t>(operation::count_));
        for (int i = 0; i < static_cast<int>(operation::count_); ++i) {
            result.push_back(static_cast<operation>(i));
        }
        return result;
    }();
    return all;
}

std::string text_thrown(const std::error_code& code, operation what, std::string_view object) {
    try {
        throw_if_error(code, what, object);
    } catch (const error& thrown) {
        EXPECT_EQ(thrown.code(), code);
        EXPECT_EQ(thrown.object(), object);
        EXPECT_EQ(thrown.operation(), operation_text(what));
        return thrown.what();
    }
    return "nothing thrown";
}

// Error codes must work before main(): this runs in no particular order with the library's own.
const std::error_code made_early = win32_error(operation::connect_channel, 231);
const bool compared_early = made_early == errc::busy;

TEST(ErrorCode, CanBeMadeDuringStaticInitialization) {
    EXPECT_TRUE(compared_early);
    EXPECT_EQ(made_early, win32_error(operation::connect_channel, 231));
}

TEST(ErrorCode, ZeroIsSuccess) {
    for (const auto each : all_operations()) {
        EXPECT_FALSE(win32_error(each, 0));
        EXPECT_FALSE(posix_error(each, 0));
        EXPECT_EQ(win32_error(each, 0), std::error_code());
        EXPECT_EQ(posix_error(each, 0), std::error_code());
        EXPECT_NE(win32_error(each, 0), std::errc::invalid_argument);
        EXPECT_NO_THROW(throw_if_error(win32_error(each, 0), each, "x"));
        EXPECT_NO_THROW(throw_if_error({}, each, "x"));
    }
}

TEST(ErrorCode, CategoriesAreDistinctAndNamed) {
    std::set<std::string> names;
    for (const auto each : all_operations()) {
        names.insert(win32_error(each, 1).category().name());
        names.insert(posix_error(each, 1).category().name());
        names.insert(library_error(each, errc::broken).category().name());
    }
    EXPECT_EQ(names.size(), all_operations().size() * 3);
    EXPECT_EQ(names.count("isthmus.win32.connect_channel"), 1U);
    EXPECT_EQ(names.count("isthmus.errno.read_pipe"), 1U);
    EXPECT_EQ(names.count("isthmus.library.parse_name"), 1U);
    EXPECT_STREQ(condition_category().name(), "isthmus");
}

TEST(ErrorCode, TellsWhereTheRawCodeComesFrom) {
    EXPECT_TRUE(is_win32_code(win32_error(operation::read_channel, 109)));
    EXPECT_FALSE(is_win32_code(posix_error(operation::read_channel, EPIPE)));
    EXPECT_FALSE(is_win32_code(library_error(operation::read_channel, errc::broken)));
    EXPECT_FALSE(is_win32_code(std::make_error_code(std::errc::broken_pipe)));
    EXPECT_FALSE(is_win32_code({}));
    EXPECT_EQ(win32_error(operation::read_channel, 109).value(), 109);
    EXPECT_EQ(posix_error(operation::read_channel, EPIPE).value(), EPIPE);
    EXPECT_EQ(static_cast<std::uint32_t>(win32_error(operation::read_channel, 0xC0000005U).value()),
              0xC0000005U);
}

TEST(Win32Codes, MeanTheSameInMostOperations) {
    const std::vector<std::pair<std::uint32_t, errc>> table{
        {1, errc::not_supported},      {2, errc::not_found},          {3, errc::not_found},
        {4, errc::too_many_handles},   {5, errc::access_denied},      {32, errc::busy},
        {8, errc::out_of_memory},      {14, errc::out_of_memory},     {39, errc::no_space},
        {50, errc::not_supported},     {53, errc::not_found},         {64, errc::broken},
        {67, errc::not_found},         {109, errc::broken},           {112, errc::no_space},
        {120, errc::not_supported},    {121, errc::timed_out},        {122, errc::buffer_too_small},
        {123, errc::invalid_name},     {161, errc::invalid_name},     {183, errc::already_exists},
        {206, errc::name_too_long},    {230, errc::wrong_mode},       {232, errc::broken},
        {233, errc::not_connected},    {234, errc::buffer_too_small}, {258, errc::timed_out},
        {288, errc::not_owner},        {298, errc::limit_exceeded},   {535, errc::invalid_argument},
        {536, errc::not_connected},    {995, errc::canceled},         {1450, errc::out_of_memory},
        {1460, errc::timed_out},       {1816, errc::quota_exceeded},  {31, errc::io_error},
        {0xC0000005U, errc::io_error},
    };
    for (const auto what : all_operations()) {
        for (const auto& [code, meaning] : table) {
            EXPECT_EQ(win32_error(what, code), meaning) << operation_text(what) << ' ' << code;
        }
    }
}

TEST(Win32Codes, AnInvalidParameterOfAMailslotsWriteIsTheMessage) {
    for (const auto what : all_operations()) {
        EXPECT_EQ(win32_error(what, 87),
                  what == operation::write_slot ? errc::message_too_large : errc::invalid_argument)
            << operation_text(what);
    }
}

TEST(Win32Codes, AnInvalidHandleIsAnotherKindsNameWhereNamesAreLookedUp) {
    const std::set<operation> looking_up{operation::create_region,    operation::open_region,
                                         operation::create_mutex,     operation::open_mutex,
                                         operation::create_semaphore, operation::open_semaphore,
                                         operation::create_event,     operation::open_event};
    for (const auto what : all_operations()) {
        EXPECT_EQ(win32_error(what, 6),
                  looking_up.contains(what) ? errc::wrong_kind : errc::invalid_handle)
            << operation_text(what);
    }
}

TEST(Win32Codes, BusyInATransactionIsUnreadData) {
    for (const auto what : all_operations()) {
        EXPECT_EQ(win32_error(what, 231),
                  what == operation::transact_channel ? errc::unread_data : errc::busy)
            << operation_text(what);
    }
}

TEST(ErrnoCodes, MeanTheSameInMostOperations) {
    const std::vector<std::pair<int, errc>> table{
        {ENOENT, errc::not_found},
        {EACCES, errc::access_denied},
        {EPERM, errc::access_denied},
        {EROFS, errc::access_denied},
        {EEXIST, errc::already_exists},
        {EBUSY, errc::busy},
        {ETIMEDOUT, errc::timed_out},
        {ECANCELED, errc::canceled},
        {EPIPE, errc::broken},
        {ECONNRESET, errc::broken},
        {ENOTCONN, errc::not_connected},
        {EINVAL, errc::invalid_argument},
        {EBADF, errc::invalid_handle},
        {EMFILE, errc::too_many_handles},
        {ENFILE, errc::too_many_handles},
        {ENOMEM, errc::out_of_memory},
        {ENOBUFS, errc::out_of_memory},
        {ENOSPC, errc::no_space},
        {EFBIG, errc::no_space},
        {ENAMETOOLONG, errc::name_too_long},
        {EMSGSIZE, errc::message_too_large},
        {ENOSYS, errc::not_supported},
        {EOPNOTSUPP, errc::not_supported},
        {EPROTO, errc::protocol_error},
        {ELOOP, errc::insecure_directory},
        {ENOTDIR, errc::insecure_directory},
        {EIO, errc::io_error},
        {EDOM, errc::io_error},
    };
    for (const auto what : all_operations()) {
        for (const auto& [code, meaning] : table) {
            EXPECT_EQ(posix_error(what, code), meaning) << operation_text(what) << ' ' << code;
        }
    }
}

TEST(ErrnoCodes, FindingAServer) {
    for (const auto what :
         {operation::connect_channel, operation::wait_channel, operation::call_channel}) {
        EXPECT_EQ(posix_error(what, ECONNREFUSED), errc::not_found);
        EXPECT_EQ(posix_error(what, EAGAIN), errc::busy);
        EXPECT_EQ(posix_error(what, ENXIO), errc::not_found);
    }
    EXPECT_EQ(posix_error(operation::read_channel, EAGAIN), errc::io_error);
    EXPECT_EQ(posix_error(operation::connect_channel, ENOTSOCK), errc::wrong_kind);
}

TEST(LibraryCodes, AreTheirCondition) {
    for (int value = 1; value <= static_cast<int>(errc::io_error); ++value) {
        const auto condition = static_cast<errc>(value);
        const auto code = library_error(operation::read_channel, condition);
        EXPECT_EQ(code, condition);
        EXPECT_EQ(code.value(), value);
        EXPECT_NE(code.message(), "unknown condition");
        EXPECT_NE(make_error_condition(condition).message(), "unknown condition");
    }
}

TEST(ErrorCode, ComparesWithStandardConditions) {
    const auto code = [](std::uint32_t raw) {
        return win32_error(operation::connect_channel, raw);
    };
    EXPECT_EQ(code(2), std::errc::no_such_file_or_directory);
    EXPECT_EQ(code(5), std::errc::permission_denied);
    EXPECT_EQ(code(121), std::errc::timed_out);
    EXPECT_EQ(code(109), std::errc::broken_pipe);
    EXPECT_EQ(code(995), std::errc::operation_canceled);
    EXPECT_EQ(code(87), std::errc::invalid_argument);
    EXPECT_NE(code(231), std::errc::broken_pipe);
    // The raw errno counts as well as what it means.
    const auto reset = posix_error(operation::read_channel, ECONNRESET);
    EXPECT_EQ(reset, std::errc::connection_reset);
    EXPECT_EQ(reset, std::errc::broken_pipe);
    EXPECT_EQ(posix_error(operation::create_channel, EPERM), std::errc::operation_not_permitted);
    EXPECT_EQ(posix_error(operation::create_channel, EPERM), std::errc::permission_denied);
    // A Win32 code is no errno, though the numbers may be equal.
    EXPECT_NE(code(ENOSPC), std::errc::no_space_on_device);
    EXPECT_EQ(library_error(operation::read_channel, errc::protocol_error),
              std::errc::protocol_error);
}

TEST(ErrorCode, BecomesTheFailureOfAnotherOperation) {
    const auto written = win32_error(operation::write_channel, 232);
    const auto transacted = as_failure_of(operation::transact_channel, written);
    EXPECT_EQ(transacted, win32_error(operation::transact_channel, 232));
    EXPECT_EQ(transacted, errc::broken);
    EXPECT_EQ(as_failure_of(operation::call_channel, posix_error(operation::read_channel, EIO)),
              posix_error(operation::call_channel, EIO));
    EXPECT_EQ(as_failure_of(operation::call_channel,
                            library_error(operation::read_channel, errc::protocol_error)),
              library_error(operation::call_channel, errc::protocol_error));
    EXPECT_FALSE(as_failure_of(operation::call_channel, {}));
    const auto foreign = std::make_error_code(std::errc::io_error);
    EXPECT_EQ(as_failure_of(operation::call_channel, foreign), foreign);
}

TEST(ErrorText, NamesOperationObjectAndReason) {
    EXPECT_EQ(text_thrown(win32_error(operation::connect_channel, 2), operation::connect_channel,
                          "orders"),
              "connect channel `orders`: no such channel (Win32 error 2)");
    EXPECT_EQ(text_thrown(win32_error(operation::connect_channel, 231), operation::connect_channel,
                          "orders"),
              "connect channel `orders`: all instances are in use (Win32 error 231)");
    EXPECT_EQ(
        text_thrown(win32_error(operation::create_channel, 231), operation::create_channel,
                    R"(\\.\pipe\a)"),
        R"(create channel `\\.\pipe\a`: the maximum of instances is reached (Win32 error 231))");
    EXPECT_EQ(text_thrown(library_error(operation::read_channel, errc::protocol_error),
                          operation::read_channel, "a"),
              "read channel `a`: the other end does not follow the protocol");
    EXPECT_EQ(text_thrown(win32_error(operation::read_pipe, 109), operation::read_pipe, ""),
              "read pipe: the other end is closed (Win32 error 109)");
    const auto full =
        text_thrown(posix_error(operation::create_channel, EMFILE), operation::create_channel, "a");
    EXPECT_THAT(full, StartsWith("create channel `a`: too many open handles (errno " +
                                 std::to_string(EMFILE) + ": "));
    EXPECT_THAT(full, EndsWith(")"));
}

TEST(ErrorText, SaysWhyANameIsRefused) {
    const auto refused = [](std::string_view name, std::uint32_t code = 123) {
        return text_thrown(win32_error(operation::connect_channel, code),
                           operation::connect_channel, name);
    };
    EXPECT_EQ(refused("a..b\\..\\c"),
              "connect channel `a..b\\..\\c`: `.` and `..` are not names (Win32 error 123)");
    EXPECT_THAT(refused(""), HasSubstr("the name is empty"));
    EXPECT_THAT(refused(std::string(300, 'x'), 206), HasSubstr("longer than 256"));
    // An acceptable name that was refused all the same.
    EXPECT_EQ(refused("fine"), "connect channel `fine`: invalid name (Win32 error 123)");
    EXPECT_THAT(text_thrown(win32_error(operation::create_channel, 123), operation::create_channel,
                            R"(\\host\pipe\a)"),
                HasSubstr("only be created on this machine"));
}

TEST(ErrorText, SaysWhyTheNameOfAnObjectIsRefused) {
    for (const auto what : {operation::open_region, operation::create_mutex,
                            operation::open_semaphore, operation::create_event}) {
        const auto text = text_thrown(win32_error(what, 123), what, "a\\b");
        EXPECT_THAT(text, StartsWith(std::string(operation_text(what)) + " `a\\b`: "));
        EXPECT_THAT(text, testing::Not(HasSubstr("invalid name")));
        EXPECT_THAT(text_thrown(win32_error(what, 123), what, "fine"),
                    HasSubstr("`fine`: invalid name"));
    }
}

TEST(ErrorText, OfHandingOverAndWaitingForMany) {
    EXPECT_EQ(text_thrown(win32_error(operation::inherit_event, 6), operation::inherit_event, "7"),
              "inherit event `7`: no such handle, or not of an event (Win32 error 6)");
    EXPECT_EQ(
        text_thrown(win32_error(operation::inherit_region, 87), operation::inherit_region, "x"),
        "inherit region `x`: the token is not a number (Win32 error 87)");
    EXPECT_EQ(text_thrown(win32_error(operation::wait_any, 87), operation::wait_any, ""),
              "wait for any object: 1 to 64 objects, and no handle twice (Win32 error 87)");
    EXPECT_EQ(text_thrown(win32_error(operation::wait_object, 6), operation::wait_object, ""),
              "wait for object: the object is not open (Win32 error 6)");
    EXPECT_EQ(text_thrown(win32_error(operation::map_region, 5), operation::map_region, "prices"),
              "map region `prices`: the region was opened read-only (Win32 error 5)");
}

TEST(ErrorText, ShowsNamesHarmlessly) {
    const auto shown = [](std::string_view name) {
        return text_thrown(win32_error(operation::connect_channel, 2), operation::connect_channel,
                           name);
    };
    using namespace std::string_view_literals;
    EXPECT_THAT(shown("a\0b\x1B[2J\n"sv), HasSubstr("`a\\x00b\\x1b[2J\\x0a`"));
    EXPECT_THAT(shown("\xFFz"), HasSubstr("`\\xffz`"));
    EXPECT_THAT(shown("gr\xC3\xBCn"), HasSubstr("`gr\xC3\xBCn`"));
    EXPECT_LT(shown(std::string(1'000'000, 'x')).size(), 400U);
    // Cut between characters.
    std::string wide = "x";
    while (wide.size() < 400) {
        wide += "\xE2\x82\xAC";
    }
    EXPECT_THAT(shown(wide), HasSubstr("\xE2\x82\xAC...`"));
}

TEST(ErrorText, OwnReason) {
    const error made(win32_error(operation::parse_name, 123), "parse name", "x", "not today");
    EXPECT_STREQ(made.what(), "parse name `x`: not today (Win32 error 123)");
}

TEST(ErrorText, IsAStandardSystemError) {
    EXPECT_THROW(
        throw_if_error(win32_error(operation::read_channel, 109), operation::read_channel, "x"),
        std::system_error);
}

TEST(ErrorText, EveryOperationHasOne) {
    std::set<std::string_view> all;
    for (const auto each : all_operations()) {
        EXPECT_FALSE(operation_text(each).empty());
        all.insert(operation_text(each));
    }
    EXPECT_EQ(all.size(), all_operations().size());
}

} // namespace
} // namespace isthmus
