#include "support/child_process.hpp"
#include "support/child_role.hpp"
#include "support/environment.hpp"
#include "support/runtime_directory.hpp"

#include <isthmus/channel.hpp>
#include <isthmus/error.hpp>
#include <isthmus/name.hpp>

#include <gtest/gtest.h>

#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <system_error>

/// \file
/// The directories in which names live: whose they must be, and what is done about those that are
/// not.

namespace isthmus::test {
namespace {

namespace fs = std::filesystem;

std::string user_directory() {
    return "isthmus-" + std::to_string(::geteuid());
}

mode_t mode_of(const fs::path& path) {
    struct ::stat status {};
    EXPECT_EQ(::lstat(path.c_str(), &status), 0) << path;
    return status.st_mode & 07777U;
}

/// What creating a channel says.
std::error_code create() {
    std::error_code ec;
    const auto listener = channel_listener::create("orders", {}, ec);
    return ec;
}

/// What connecting to it says.
std::error_code connect() {
    std::error_code ec;
    const auto client = channel::connect("orders", {}, ec);
    return ec;
}

class RuntimeDirectory : public testing::Test {
protected:
    fs::path own() const { return directory_.path() / user_directory(); }

    void expect_refused() {
        EXPECT_EQ(create(), errc::insecure_directory);
        EXPECT_EQ(connect(), errc::insecure_directory);
        try {
            channel_listener::create("orders");
            ADD_FAILURE() << "not refused";
        } catch (const error& refused) {
            EXPECT_EQ(refused.object(), "orders");
            EXPECT_EQ(refused.operation(), "create channel");
            EXPECT_NE(std::string(refused.what()).find("runtime directory"), std::string::npos)
                << refused.what();
        }
    }

    const temporary_runtime_directory directory_;
};

TEST_F(RuntimeDirectory, IsMadeWithTheRightModesWhateverTheUmask) {
    for (const mode_t mask : {mode_t{0}, mode_t{077}}) {
        const mode_t former = ::umask(mask);
        const auto created = create();
        ::umask(former);
        EXPECT_EQ(created, std::error_code());
        EXPECT_EQ(mode_of(own()), 0755U);
        EXPECT_EQ(mode_of(own() / "pipe"), 0755U);
        EXPECT_EQ(mode_of(own() / "local"), 0700U);
        fs::remove_all(own());
    }
}

TEST_F(RuntimeDirectory, HoldsTheFilesOfAChannelWithTheModesOfItsAccess) {
    const mode_t former = ::umask(077);
    struct {
        access who;
        mode_t mode;
    } const cases[] = {{access::owner, 0600}, {access::group, 0660}, {access::everyone, 0666}};
    for (const auto& [who, mode] : cases) {
        const auto listener = channel_listener::create("orders", {.who = who});
        const auto channel = own() / "pipe" / "orders";
        EXPECT_EQ(mode_of(channel / "socket.0"), mode);
        EXPECT_EQ(mode_of(channel / "listening" / "0.1"), mode);
        EXPECT_EQ(mode_of(channel / "server.0"), 0644U);
        EXPECT_EQ(mode_of(channel / "properties"), 0644U);
    }
    ::umask(former);
}

TEST_F(RuntimeDirectory, IsEmptyAfterTheLastClose) {
    EXPECT_EQ(create(), std::error_code());
    EXPECT_TRUE(fs::is_empty(own() / "pipe"));
    EXPECT_TRUE(fs::is_empty(own() / "local"));
}

TEST_F(RuntimeDirectory, IsRefusedIfOthersMayWriteToIt) {
    for (const char* const name : {"", "pipe", "local"}) {
        SCOPED_TRACE(name);
        ASSERT_EQ(create(), std::error_code());
        fs::permissions(own() / name, fs::perms::others_write, fs::perm_options::add);
        EXPECT_EQ(create(), errc::insecure_directory);
        fs::permissions(own() / name, fs::perms::others_write, fs::perm_options::remove);
        EXPECT_EQ(create(), std::error_code());
        fs::permissions(own() / name, fs::perms::group_write, fs::perm_options::add);
        EXPECT_EQ(create(), errc::insecure_directory);
        fs::remove_all(own());
    }
}

TEST_F(RuntimeDirectory, IsRefusedIfItIsALink) {
    const auto elsewhere = directory_.path() / "elsewhere";
    fs::create_directory(elsewhere);
    fs::create_directory_symlink(elsewhere, own());
    expect_refused();
    EXPECT_TRUE(fs::is_empty(elsewhere)) << "something was made behind the link";
}

TEST_F(RuntimeDirectory, IsRefusedIfItsAreaIsALink) {
    const auto elsewhere = directory_.path() / "elsewhere";
    fs::create_directory(elsewhere);
    fs::create_directory(own());
    fs::permissions(own(), fs::perms::owner_all);
    fs::create_directory_symlink(elsewhere, own() / "pipe");
    expect_refused();
    EXPECT_TRUE(fs::is_empty(elsewhere)) << "something was made behind the link";
}

TEST_F(RuntimeDirectory, IsRefusedIfItIsAFile) {
    std::ofstream(own()) << "not a directory";
    expect_refused();
}

TEST_F(RuntimeDirectory, IsRefusedIfItBelongsToAnotherUser) {
    if (::geteuid() != 0)
        GTEST_SKIP() << "needs root, to give a directory away";
    fs::create_directory(own());
    ASSERT_EQ(::chown(own().c_str(), 12345, 12345), 0);
    expect_refused();
    EXPECT_TRUE(fs::is_empty(own()));
}

TEST_F(RuntimeDirectory, OfAnotherUserIsPassedOverIfItIsNotThatUsers) {
    const auto foreign = directory_.path() / "isthmus-12345"; // ours, in the name of another
    fs::create_directories(foreign / "pipe" / "orders" / "listening");
    EXPECT_EQ(connect(), errc::not_found);
    EXPECT_EQ(create(), std::error_code());
}

TEST_F(RuntimeDirectory, BaseIsRefusedIfAnybodyMayReplaceWhatIsInIt) {
    fs::permissions(directory_.path(), fs::perms::all); // writable by all, and not sticky
    expect_refused();
    EXPECT_FALSE(fs::exists(own()));
}

TEST_F(RuntimeDirectory, BaseIsRefusedIfItBelongsToAnotherUser) {
    if (::geteuid() != 0)
        GTEST_SKIP() << "needs root, to give a directory away";
    ASSERT_EQ(::chown(directory_.path().c_str(), 12345, 12345), 0);
    expect_refused();
}

TEST_F(RuntimeDirectory, BaseThatDoesNotExistIsAnError) {
    ::setenv("ISTHMUS_RUNTIME_DIR", (directory_.path() / "missing").c_str(), 1);
    EXPECT_EQ(create(), errc::not_found);
    ::setenv("ISTHMUS_RUNTIME_DIR", directory_.path().c_str(), 1);
}

TEST_F(RuntimeDirectory, MayBeLongerThanASocketAddress) {
    const auto deep = directory_.path() / std::string(60, 'd') / std::string(60, 'e');
    fs::create_directories(deep);
    ::setenv("ISTHMUS_RUNTIME_DIR", deep.c_str(), 1);
    std::error_code ec;
    auto listener = channel_listener::create("orders", {}, ec);
    // Where the system has no short way to a long directory, that is said.
    if (ec != errc::name_too_long) {
        EXPECT_EQ(ec, std::error_code()) << ec.message();
        const auto client = channel::connect("orders");
        EXPECT_TRUE(listener.accept_for(std::chrono::seconds(5)).has_value());
    }
    listener.close();
    ::setenv("ISTHMUS_RUNTIME_DIR", directory_.path().c_str(), 1);
}

/// Serves a name until it is killed.
const child_role serving{"runtime_directory_server", [](const std::vector<std::string>& names) {
                             std::vector<channel_listener> listeners;
                             for (const auto& name : names)
                                 listeners.push_back(channel_listener::create(name));
                             tell_test("ready");
                             hear_test();
                             return 0;
                         }};

TEST_F(RuntimeDirectory, LosesWhatAKilledProcessLeftByTheNextUseOfTheName) {
    auto victim = child_process::start("runtime_directory_server", {"orders"});
    ASSERT_EQ(victim.read_line(), "ready");
    victim.kill_and_wait();
    EXPECT_FALSE(fs::is_empty(own() / "pipe"));
    EXPECT_EQ(connect(), errc::not_found);
    EXPECT_TRUE(fs::is_empty(own() / "pipe"));
}

TEST_F(RuntimeDirectory, LosesWhatAKilledProcessLeftByAnyLaterStart) {
    auto victim = child_process::start("runtime_directory_server", {"one", "two", "three"});
    ASSERT_EQ(victim.read_line(), "ready");
    victim.kill_and_wait();
    EXPECT_FALSE(fs::is_empty(own() / "pipe"));
    auto later = child_process::start("runtime_directory_server", {"other"});
    ASSERT_EQ(later.read_line(), "ready");
    EXPECT_FALSE(fs::exists(own() / "pipe" / "one"));
    EXPECT_FALSE(fs::exists(own() / "pipe" / "two"));
    EXPECT_FALSE(fs::exists(own() / "pipe" / "three"));
    EXPECT_TRUE(fs::exists(own() / "pipe" / "other"));
}

TEST_F(RuntimeDirectory, KeepsWhatIsAliveWhenItIsTidied) {
    auto living = child_process::start("runtime_directory_server", {"orders"});
    ASSERT_EQ(living.read_line(), "ready");
    auto later = child_process::start("runtime_directory_server", {"other"});
    ASSERT_EQ(later.read_line(), "ready");
    EXPECT_EQ(connect(), std::error_code());
}

TEST(ChannelPath, FollowsFromTheName) {
    const auto path = [](std::string_view name) {
        return fs::path(channel_address::parse(name).native_path());
    };
    const auto base = path("orders").parent_path().parent_path();
    EXPECT_EQ(path("orders").filename(), "socket");
    EXPECT_EQ(path("orders").parent_path().filename(), "orders");
    EXPECT_EQ(path("ORDERS"), path(R"(\\.\pipe\orders)"));
    EXPECT_EQ(path("a b").parent_path(), base / "a%20b");
    EXPECT_EQ(path(R"(a\b)").parent_path(), base / "a%5cb");
    EXPECT_EQ(path(".hidden").parent_path(), base / "%2ehidden");
    EXPECT_EQ(path(std::string(40, 'x')).parent_path(), base / std::string(40, 'x'));
    // FNV-1a, 64 bits, of forty-one times 'X'.
    std::uint64_t hash = 0xcbf29ce484222325U;
    for (int i = 0; i < 41; ++i)
        hash = (hash ^ 'X') * 0x100000001b3U;
    char expected[48] = {};
    std::snprintf(expected, sizeof expected, "%s~%016llx", std::string(23, 'x').c_str(),
                  static_cast<unsigned long long>(hash));
    EXPECT_EQ(path(std::string(41, 'x')).parent_path(), base / expected);
}

} // namespace
} // namespace isthmus::test
