#include "channel_testing.hpp"

#include <sys/stat.h>
#include <unistd.h>

/// A second and a third user; only root can become them.

namespace isthmus::test {
namespace {

using namespace std::chrono_literals;

// No account needs to exist for them.
constexpr unsigned stranger_id = 54321;
constexpr unsigned other_group = 54322;

/// Connects, says hello, tells what it hears and the server's user, or how it is refused. Argument:
/// name.
const child_role stranger("stranger", [](const std::vector<std::string>& arguments) {
    std::error_code ec;
    auto server = channel::connect(arguments.at(0), {.wait = in_good_time}, ec);
    if (ec) {
        tell_test(ec == errc::access_denied ? "access denied"
                  : ec == errc::not_found   ? "not found"
                                            : ec.message());
        return 0;
    }
    server.write(bytes("hello"));
    tell_test(next_text(server) + ' ' + server.peer().user);
    return 0;
});

/// Tries to create the name; tells how that went. Holds it till the test ends.
/// Arguments: name, "owner" or "everyone"
const child_role squatter("squatter", [](const std::vector<std::string>& arguments) {
    std::error_code ec;
    auto listener = channel_listener::create(
        arguments.at(0), {.who = arguments.at(1) == "everyone" ? access::everyone : access::owner},
        ec);
    tell_test(!ec ? "created" : ec == errc::access_denied ? "access denied" : ec.message());
    if (ec)
        return 0;
    auto client = listener.accept_for(in_good_time, ec);
    if (client) {
        tell_test(next_text(*client) + ' ' + client->peer().user);
        client->write(bytes("welcome"));
    }
    wait_for_test_to_end();
    return 0;
});

class ChannelAccess : public testing::Test {
protected:
    void SetUp() override {
        if (geteuid() != 0)
            GTEST_SKIP() << "needs root, to become another user";
    }

    static child_options as_stranger(const std::vector<unsigned>& groups = {}) {
        return {.user =
                    run_as{.user = stranger_id, .group = other_group, .further_groups = groups}};
    }

    /// What a stranger with these groups tells.
    static std::string try_as_stranger(const channel_listener& listener,
                                       const std::vector<unsigned>& groups = {}) {
        return child_process::start("stranger", {listener.name()}, as_stranger(groups))
            .read_line()
            .value_or("(nothing)");
    }
};

TEST_F(ChannelAccess, OfOthersToTheOwnersChannelIsDenied) {
    auto listener = channel_listener::create(unique_name("access"));
    EXPECT_EQ(try_as_stranger(listener), "access denied");
    EXPECT_EQ(try_as_stranger(listener, {static_cast<unsigned>(getegid())}), "access denied");
    // It took nothing, and the owner may still come.
    const auto client = channel::connect(listener.name());
    EXPECT_TRUE(listener.accept_for(in_good_time).has_value());
}

TEST_F(ChannelAccess, OfOthersIsDeniedWhateverTheUmask) {
    const auto before = umask(0);
    const auto listener = channel_listener::create(unique_name("access"));
    umask(before);
    EXPECT_EQ(try_as_stranger(listener), "access denied");
}

TEST_F(ChannelAccess, OfEveryoneWorks) {
    for (const unsigned mask : {0022U, 0077U}) {
        const auto before = umask(static_cast<mode_t>(mask));
        auto listener = channel_listener::create(unique_name("access"), {.who = access::everyone});
        umask(before);
        auto child = child_process::start("stranger", {listener.name()}, as_stranger());
        auto server = listener.accept_for(in_good_time);
        ASSERT_TRUE(server.has_value()) << child.read_line().value_or("(nothing)");
        EXPECT_EQ(next_text(*server), "hello");
        EXPECT_EQ(server->peer().user, std::to_string(stranger_id));
        EXPECT_EQ(server->peer().process_id, child.pid());
        server->write(bytes("welcome"));
        EXPECT_EQ(child.read_line(), "welcome " + std::to_string(geteuid()));
        EXPECT_EQ(child.wait(), 0);
    }
}

TEST_F(ChannelAccess, OfTheGroupWorksForItsMembersOnly) {
    auto listener = channel_listener::create(unique_name("access"), {.who = access::group});
    EXPECT_EQ(try_as_stranger(listener), "access denied");
    auto child = child_process::start("stranger", {listener.name()},
                                      as_stranger({static_cast<unsigned>(getegid())}));
    auto server = listener.accept_for(in_good_time);
    ASSERT_TRUE(server.has_value()) << child.read_line().value_or("(nothing)");
    EXPECT_EQ(next_text(*server), "hello");
    EXPECT_EQ(server->peer().user, std::to_string(stranger_id));
    server->write(bytes("welcome"));
    EXPECT_EQ(child.read_line(), "welcome " + std::to_string(geteuid()));
}

TEST_F(ChannelAccess, HoldsForEveryInstanceOfTheListener) {
    auto listener = channel_listener::create(unique_name("access"), {.who = access::everyone});
    for (int i = 0; i < 3; ++i) {
        auto child = child_process::start("stranger", {listener.name()}, as_stranger());
        auto server = listener.accept_for(in_good_time);
        ASSERT_TRUE(server.has_value());
        server->write(bytes("welcome"));
        EXPECT_EQ(child.read_line(), "welcome " + std::to_string(geteuid()));
    }
}

TEST_F(ChannelAccess, ToALiveNameOfAnotherUserAsAServerIsDenied) {
    for (const auto who : {access::owner, access::group, access::everyone}) {
        const auto listener = channel_listener::create(unique_name("access"), {.who = who});
        auto child = child_process::start("squatter", {listener.name(), "everyone"}, as_stranger());
        EXPECT_EQ(child.read_line(), "access denied");
    }
}

TEST_F(ChannelAccess, ToALiveNameOfAnotherUserIsDeniedTheOtherWayRound) {
    const auto name = unique_name("access");
    auto child = child_process::start("squatter", {name, "everyone"}, as_stranger());
    ASSERT_EQ(child.read_line(), "created");
    std::error_code ec;
    channel_listener::create(name, {}, ec);
    EXPECT_EQ(ec, errc::access_denied);
    // As a client one may.
    auto client = channel::connect(name);
    client.write(bytes("hi"));
    EXPECT_EQ(child.read_line(), "hi " + std::to_string(geteuid()));
    EXPECT_EQ(next_text(client), "welcome");
    EXPECT_EQ(client.peer().user, std::to_string(stranger_id));
}

TEST_F(ChannelAccess, ANameIsFreeForOthersWhenItsUserIsGone) {
    const auto name = unique_name("access");
    auto child = child_process::start("squatter", {name, "everyone"}, as_stranger());
    ASSERT_EQ(child.read_line(), "created");
    child.kill_and_wait();
    std::error_code ec;
    channel::connect(name, {}, ec);
    EXPECT_EQ(ec, errc::not_found);
    auto listener = channel_listener::create(name, {}, ec);
    EXPECT_EQ(ec, std::error_code()) << ec.message();
    listener.close();
    auto next = child_process::start("squatter", {name, "owner"}, as_stranger());
    EXPECT_EQ(next.read_line(), "created");
}

TEST_F(ChannelAccess, DeniedTakesNoInstance) {
    auto listener = channel_listener::create(unique_name("access"), {.max_instances = 1});
    for (int i = 0; i < 3; ++i)
        EXPECT_EQ(try_as_stranger(listener), "access denied");
    EXPECT_TRUE(wait_for_channel_for(listener.name(), 0ms));
    const auto client = channel::connect(listener.name());
    EXPECT_TRUE(listener.accept_for(in_good_time).has_value());
}

} // namespace
} // namespace isthmus::test
