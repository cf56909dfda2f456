#include "sync_testing.hpp"

#include <gmock/gmock.h>

#include <iterator>
#include <ostream>

/// \file
/// The one namespace of regions, mutexes, semaphores and events, and how long things live in it.

namespace isthmus::test {
namespace {

using namespace std::chrono_literals;

/// Whatever it is, it is held as long as this lives.
using holder = std::shared_ptr<void>;

template <class Object>
holder hold(Object object) {
    return object.is_open() ? std::make_shared<Object>(std::move(object)) : nullptr;
}

struct kind {
    std::string name;
    holder (*create)(std::string_view, std::error_code&);
    holder (*open)(std::string_view, std::error_code&);
    std::pair<holder, bool> (*open_or_create)(std::string_view, std::error_code&);

    friend std::ostream& operator<<(std::ostream& out, const kind& each) {
        return out << each.name;
    }
};

template <class Object>
kind kind_of(std::string name) {
    return {std::move(name),
            [](std::string_view text, std::error_code& ec) {
                return hold(Object::create(text, {}, ec));
            },
            [](std::string_view text, std::error_code& ec) {
                return hold(Object::open(text, sync_rights::wait_and_modify, ec));
            },
            [](std::string_view text, std::error_code& ec) {
                auto result = Object::open_or_create(text, {}, ec);
                return std::pair(hold(std::move(result.object)), result.created);
            }};
}

const std::vector<kind>& all_kinds() {
    static const std::vector<kind> all{
        kind_of<mutex>("mutex"), kind_of<semaphore>("semaphore"), kind_of<event>("event"),
        kind{"region",
             [](std::string_view text, std::error_code& ec) {
                 return hold(shared_region::create(text, 100, {}, ec));
             },
             [](std::string_view text, std::error_code& ec) {
                 return hold(shared_region::open(text, rights::read_write, ec));
             },
             [](std::string_view text, std::error_code& ec) {
                 auto result = shared_region::open_or_create(text, 100, {}, ec);
                 return std::pair(hold(std::move(result.object)), result.created);
             }}};
    return all;
}

const kind& find_kind(const std::string& name) {
    return *std::find_if(all_kinds().begin(), all_kinds().end(),
                         [&](const auto& each) { return each.name == name; });
}

class ObjectName : public testing::TestWithParam<kind> {
protected:
    static holder create(std::string_view name) {
        std::error_code ec;
        auto result = GetParam().create(name, ec);
        EXPECT_FALSE(ec) << name << ": " << ec.message();
        return result;
    }
    static holder open(std::string_view name) {
        std::error_code ec;
        auto result = GetParam().open(name, ec);
        EXPECT_FALSE(ec) << name << ": " << ec.message();
        return result;
    }
    static std::error_code create_error(std::string_view name) {
        return error_of([&](auto& ec) { GetParam().create(name, ec); });
    }
    static std::error_code open_error(std::string_view name) {
        return error_of([&](auto& ec) { GetParam().open(name, ec); });
    }
    static std::error_code open_or_create_error(std::string_view name) {
        return error_of([&](auto& ec) { GetParam().open_or_create(name, ec); });
    }
};

INSTANTIATE_TEST_SUITE_P(Kinds, ObjectName, testing::ValuesIn(all_kinds()), [](const auto& each) {
    return each.param.name;
});

TEST_P(ObjectName, CreatingIsExclusive) {
    const auto name = unique_name("object");
    const auto first = create(name);
    ASSERT_TRUE(first);
    const auto ec = create_error(name);
    EXPECT_EQ(ec, errc::already_exists);
    EXPECT_EQ(ec.value(), 183);
    EXPECT_TRUE(is_win32_code(ec));
    EXPECT_TRUE(open(name));
}

TEST_P(ObjectName, OpeningFindsWhatIsThere) {
    const auto name = unique_name("object");
    const auto ec = open_error(name);
    EXPECT_EQ(ec, errc::not_found);
    EXPECT_EQ(ec.value(), 2);
    const auto first = create(name);
    EXPECT_TRUE(open(name));
}

TEST_P(ObjectName, OpenOrCreateSaysWhichItDid) {
    const auto name = unique_name("object");
    std::error_code ec;
    const auto [first, created] = GetParam().open_or_create(name, ec);
    EXPECT_TRUE(first);
    EXPECT_TRUE(created);
    const auto [second, again] = GetParam().open_or_create(name, ec);
    EXPECT_TRUE(second);
    EXPECT_FALSE(again);
    EXPECT_FALSE(ec);
    EXPECT_EQ(create_error(name), errc::already_exists);
}

TEST_P(ObjectName, ANameIsOfOneKind) {
    for (const auto& other : all_kinds()) {
        if (other.name == GetParam().name) {
            continue;
        }
        const auto name = unique_name("object");
        std::error_code ec;
        const auto held = other.create(name, ec);
        ASSERT_TRUE(held);
        for (const auto& failure :
             {create_error(name), open_error(name), open_or_create_error(name)}) {
            EXPECT_EQ(failure, errc::wrong_kind) << other.name;
            EXPECT_EQ(failure.value(), 6);
        }
        EXPECT_TRUE(other.open(name, ec)) << "it is still there";
    }
}

TEST_P(ObjectName, CaseMatters) {
    const auto name = unique_name("Object");
    auto lower = name;
    lower.front() = 'o';
    const auto first = create(name);
    EXPECT_EQ(open_error(lower), errc::not_found);
    EXPECT_TRUE(create(lower));
    EXPECT_EQ(create_error("local\\" + name), errc::invalid_name);
    EXPECT_EQ(create_error("GLOBAL\\" + name), errc::invalid_name);
}

TEST_P(ObjectName, LocalIsTheDefault) {
    const auto name = unique_name("object");
    const auto first = create(name);
    EXPECT_TRUE(open("Local\\" + name));
    EXPECT_EQ(create_error("Local\\" + name), errc::already_exists);
    EXPECT_EQ(open_error("Global\\" + name), errc::not_found);
    const auto other = unique_name("object");
    const auto second = create("Local\\" + other);
    EXPECT_TRUE(open(other));
}

TEST_P(ObjectName, GlobalNamesAreOthers) {
    const auto name = unique_name("object");
    std::error_code ec;
    const auto global = GetParam().create("Global\\" + name, ec);
    if (ec == errc::access_denied) {
        GTEST_SKIP() << "the user may not create global names";
    }
    ASSERT_TRUE(global) << ec.message();
    EXPECT_TRUE(open("Global\\" + name));
    EXPECT_EQ(create_error("Global\\" + name), errc::already_exists);
    EXPECT_EQ(open_error(name), errc::not_found);
    EXPECT_TRUE(create(name));
}

TEST_P(ObjectName, TakesEveryNameThatWindowsTakes) {
    for (const auto* prefix : {"", "Local\\"}) {
        const auto unique = unique_name("o");
        const std::string names[] = {
            unique + " with spaces, /slashes/, *stars* and a dot.",
            unique + "\xC3\xA4\xE2\x82\xAC\xF0\x9F\x90\xA7",
            unique + "%41:|<>\"?",
            unique + std::string(260 - 6 - unique.size(), 'x'),
        };
        for (const auto& name : names) {
            const auto held = create(prefix + name);
            ASSERT_TRUE(held) << name;
            EXPECT_TRUE(open(name));
            EXPECT_EQ(create_error(name), errc::already_exists);
        }
    }
}

TEST_P(ObjectName, RefusesWhatIsNone) {
    for (const std::string name : {"", "a\\b", "Local\\", "Local\\a\\b", "Other\\a",
                                   "\\\\.\\pipe\\a", "a\x01", "\xFF", ".", ".."}) {
        EXPECT_EQ(create_error(name), errc::invalid_name) << name;
        EXPECT_EQ(open_error(name), errc::invalid_name) << name;
        EXPECT_EQ(open_or_create_error(name), errc::invalid_name) << name;
    }
    EXPECT_EQ(create_error(std::string("a\0b", 3)), errc::invalid_name);
    EXPECT_EQ(create_error(std::string(255, 'x')), errc::name_too_long);
    EXPECT_EQ(open_error(std::string(100'000, 'x')), errc::name_too_long);
}

TEST(ObjectNameError, SaysWhy) {
    try {
        event::open("a\\b");
        FAIL();
    } catch (const error& failure) {
        EXPECT_THAT(failure.what(), testing::StartsWith("open event `a\\b`: "));
        EXPECT_THAT(failure.what(), testing::Not(testing::HasSubstr("invalid name")));
    }
    const auto name = unique_name("object");
    const auto held = mutex::create(name);
    try {
        shared_region::create(name, 5);
        FAIL();
    } catch (const error& failure) {
        EXPECT_EQ(failure.what(), "create region `" + name +
                                      "`: the name belongs to an object of another kind (Win32 "
                                      "error 6)");
    }
    try {
        semaphore::create(name, {.initial = 3, .maximum = 2});
        FAIL();
    } catch (const error& failure) {
        EXPECT_THAT(failure.what(), testing::HasSubstr("the maximum is at least 1"));
    }
}

// --- lifetime

TEST_P(ObjectName, TheLastCloseRemovesIt) {
    const auto name = unique_name("object");
    auto first = create(name);
    auto second = open(name);
    first.reset();
    EXPECT_EQ(create_error(name), errc::already_exists);
    second.reset();
    EXPECT_EQ(open_error(name), errc::not_found);
    EXPECT_TRUE(create(name));
    EXPECT_EQ(open_error(name), errc::not_found);
}

/// Creates or opens an object of a kind, and holds it. Arguments: kind, name.
const child_role holding("object_holder", [](const std::vector<std::string>& arguments) {
    std::error_code ec;
    const auto [held, created] = find_kind(arguments.at(0)).open_or_create(arguments.at(1), ec);
    tell_test(!held ? "error: " + ec.message() : created ? "created" : "opened");
    wait_for_test_to_end();
    return 0;
});

TEST_P(ObjectName, ALivingHolderKeepsIt) {
    const auto name = unique_name("object");
    auto creator = child_process::start("object_holder", {GetParam().name, name});
    ASSERT_EQ(creator.read_line(), "created");
    auto other = child_process::start("object_holder", {GetParam().name, name});
    ASSERT_EQ(other.read_line(), "opened");
    EXPECT_EQ(create_error(name), errc::already_exists);
    creator.kill_and_wait();
    EXPECT_EQ(create_error(name), errc::already_exists);
    auto own = open(name);
    EXPECT_TRUE(own);
    other.kill_and_wait();
    EXPECT_TRUE(open(name));
    own.reset();
    EXPECT_EQ(open_error(name), errc::not_found);
}

TEST_P(ObjectName, TheDeathOfTheLastHolderRemovesIt) {
    for (int i = 0; i < 5; ++i) {
        const auto name = unique_name("object");
        auto creator = child_process::start("object_holder", {GetParam().name, name});
        ASSERT_EQ(creator.read_line(), "created");
        creator.kill_and_wait();
        EXPECT_EQ(open_error(name), errc::not_found);
        // Now for a name that nobody asked for in between.
        auto again = child_process::start("object_holder", {GetParam().name, name});
        ASSERT_EQ(again.read_line(), "created");
        again.kill_and_wait();
        EXPECT_TRUE(create(name));
    }
}

TEST_P(ObjectName, AnEndOfAProcessIsAClose) {
    const auto name = unique_name("object");
    auto creator = child_process::start("object_holder", {GetParam().name, name});
    ASSERT_EQ(creator.read_line(), "created");
    creator.close_input();
    EXPECT_EQ(creator.wait(), 0);
    EXPECT_EQ(open_error(name), errc::not_found);
}

/// Makes one of each, uses it, and tells. Argument: the beginning of the names.
const child_role user("object_user", [](const std::vector<std::string>& arguments) {
    const auto& name = arguments.at(0);
    auto lock = mutex::create(name + "m", {.initially_owned = true});
    auto count = semaphore::create(name + "s", {.initial = 5});
    auto signal = event::create(name + "e", {.reset = event_reset::manual, .initially_set = true});
    auto region = shared_region::create(name + "r", 100'000);
    const auto view = region.map();
    std::fill(view.bytes().begin(), view.bytes().end(), std::byte{0xAA});
    tell_test("ready");
    wait_for_test_to_end();
    return 0;
});

TEST(ObjectLifetime, AfterACrashTheNextCreatorFindsItNew) {
    const auto name = unique_name("object");
    for (int i = 0; i < 5; ++i) {
        auto child = child_process::start("object_user", {name});
        ASSERT_EQ(child.read_line(), "ready");
        child.kill_and_wait();
        auto lock = mutex::open_or_create(name + "m");
        EXPECT_TRUE(lock.created);
        EXPECT_EQ(lock.object.wait_for(0ms), wait_status::signaled);
        lock.object.unlock();
        auto count = semaphore::open_or_create(name + "s");
        EXPECT_TRUE(count.created);
        EXPECT_FALSE(count.object.try_acquire());
        const auto signal = event::open_or_create(name + "e");
        EXPECT_TRUE(signal.created);
        EXPECT_EQ(signal.object.wait_for(0ms), wait_status::timed_out);
        const auto region = shared_region::open_or_create(name + "r", 200'000);
        EXPECT_TRUE(region.created);
        EXPECT_EQ(region.object.size(), 200'000U);
        const auto view = region.object.map();
        EXPECT_TRUE(std::all_of(view.bytes().begin(), view.bytes().end(),
                                [](auto each) { return each == std::byte{0}; }));
    }
}

// --- without a name

TEST(UnnamedObject, AreAllDifferent) {
    auto one = event::create_unnamed();
    auto two = event::create_unnamed();
    one.set();
    EXPECT_EQ(two.wait_for(0ms), wait_status::timed_out);
    auto first = shared_region::create_unnamed(10);
    auto second = shared_region::create_unnamed(10);
    first.map().as<char>() = 'x';
    EXPECT_EQ(second.map().as<char>(), 0);
}

/// Takes over a mutex, a semaphore, an event and a region, and uses them. Arguments: the tokens.
const child_role heir("heir", [](const std::vector<std::string>& arguments) {
    auto lock = mutex::from_token(arguments.at(0));
    auto count = semaphore::from_token(arguments.at(1));
    auto signal = event::from_token(arguments.at(2));
    const auto region = shared_region::from_token(arguments.at(3));
    if (region.size() != 70'001) {
        return 2;
    }
    lock.lock();
    region.map().bytes()[70'000] = std::byte{'!'};
    const auto before = count.release(2);
    signal.set();
    tell_test(std::to_string(before));
    wait_for_test_to_end();
    lock.unlock();
    return 0;
});

TEST(UnnamedObject, CanBeHandedToAChild) {
    auto lock = mutex::create_unnamed();
    auto count = semaphore::create_unnamed({.initial = 3, .maximum = 7});
    auto signal = event::create_unnamed();
    auto region = shared_region::create_unnamed(70'001);
    child_process child;
    {
        const inheritable_object shared[] = {lock.share_with_child(), count.share_with_child(),
                                             signal.share_with_child(), region.share_with_child()};
        std::vector<std::string> tokens;
        std::transform(std::begin(shared), std::end(shared), std::back_inserter(tokens),
                       [](const auto& each) { return each.token(); });
        child = child_process::start("heir", tokens, {.inherit = true});
    }
    EXPECT_EQ(child.read_line(), "3");
    EXPECT_EQ(signal.wait_for(in_good_time), wait_status::signaled);
    EXPECT_EQ(region.map().bytes()[70'000], std::byte{'!'});
    EXPECT_FALSE(lock.try_lock());
    EXPECT_EQ(count.release(2), 5);
    child.close_input();
    EXPECT_TRUE(lock.try_lock_for(in_good_time));
    EXPECT_FALSE(lock.abandoned());
    lock.unlock();
    EXPECT_EQ(child.wait(), 0);
}

/// Takes over a semaphore and tells its count, which is not full. Argument: the token.
const child_role sole_heir("sole_heir", [](const std::vector<std::string>& arguments) {
    tell_test(std::to_string(semaphore::from_token(arguments.at(0)).release(1)));
    return 0;
});

TEST(UnnamedObject, LivesWhileAChildMayStillTakeItOver) {
    auto count = semaphore::create_unnamed({.initial = 3, .maximum = 7});
    auto shared = std::make_unique<inheritable_object>(count.share_with_child());
    count.close(); // no object is open now
    auto child = child_process::start("sole_heir", {shared->token()}, {.inherit = true});
    shared.reset();
    EXPECT_EQ(child.read_line(), "3");
    EXPECT_EQ(child.wait(), 0);
}

TEST(ObjectLifetime, LivesWhileAChildMayStillTakeItOver) {
    const auto name = unique_name("object");
    auto signal = event::create(name, {.initially_set = true});
    const auto shared = signal.share_with_child();
    signal.close();
    EXPECT_EQ(event::open(name).wait_for(0ms), wait_status::signaled);
}

TEST(UnnamedObject, DiesWithAHeirThatIsKilled) {
    auto lock = mutex::create_unnamed();
    auto count = semaphore::create_unnamed({.maximum = 7});
    auto signal = event::create_unnamed();
    auto region = shared_region::create_unnamed(70'001);
    const inheritable_object shared[] = {lock.share_with_child(), count.share_with_child(),
                                         signal.share_with_child(), region.share_with_child()};
    std::vector<std::string> tokens;
    std::transform(std::begin(shared), std::end(shared), std::back_inserter(tokens),
                   [](const auto& each) { return each.token(); });
    auto child = child_process::start("heir", tokens, {.inherit = true});
    EXPECT_EQ(child.read_line(), "0");
    EXPECT_EQ(lock.wait_for(0ms), wait_status::timed_out);
    child.kill();
    EXPECT_EQ(lock.wait_for(in_good_time), wait_status::abandoned);
    lock.unlock();
}

/// Tells how each kind refuses the token. Argument: the token.
const child_role picky("picky_heir", [](const std::vector<std::string>& arguments) {
    const auto& token = arguments.at(0);
    const auto told = [](const std::error_code& ec) {
        return ec == errc::invalid_handle     ? "handle "
               : ec == errc::invalid_argument ? "argument "
               : ec                           ? "other "
                                              : "taken ";
    };
    std::string all;
    all += told(error_of([&](auto& ec) { mutex::from_token(token, ec); }));
    all += told(error_of([&](auto& ec) { semaphore::from_token(token, ec); }));
    all += told(error_of([&](auto& ec) { event::from_token(token, ec); }));
    all += told(error_of([&](auto& ec) { shared_region::from_token(token, ec); }));
    tell_test(all);
    return 0;
});

TEST(UnnamedObject, ATokenIsOfOneKind) {
    auto count = semaphore::create_unnamed();
    const auto shared = count.share_with_child();
    auto child = child_process::start("picky_heir", {shared.token()}, {.inherit = true});
    EXPECT_EQ(child.read_line(), "handle taken handle handle ");
    auto region = shared_region::create_unnamed(10);
    const auto memory = region.share_with_child();
    child = child_process::start("picky_heir", {memory.token()}, {.inherit = true});
    EXPECT_EQ(child.read_line(), "handle handle handle taken ");
}

TEST(UnnamedObject, ATokenThatNobodyInheritedIsRefused) {
    auto child = child_process::start("picky_heir", {"987654"});
    EXPECT_EQ(child.read_line(), "handle handle handle handle ");
    for (const auto* token : {"x", "", "12x", "-1", "99999999999999999999999"}) {
        EXPECT_EQ(error_of([&](auto& ec) { mutex::from_token(token, ec); }), errc::invalid_argument)
            << token;
        EXPECT_EQ(error_of([&](auto& ec) { shared_region::from_token(token, ec); }),
                  errc::invalid_argument)
            << token;
    }
    EXPECT_THROW(event::from_token("x"), error);
}

} // namespace
} // namespace isthmus::test
