#include "posix/file_lock.hpp"
#include "posix/object_header.hpp"
#include "posix/sync_table.hpp"
#include "support/other_users.hpp"
#include "sync_testing.hpp"

#include <gmock/gmock.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <functional>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

/// \file
/// Other users who mean no good: whatever they put into their directories, and do to the objects
/// that are open to them, nobody crashes or hangs, and a name that they do not hold is free.

namespace isthmus::test {
namespace {

using namespace std::chrono_literals;
using posix::object_header;

/// The users whose directory the test fills, and who are never there. Of two who make a name at the
/// same time, the one with the lower id goes first.
constexpr somebody mallory{54399, 54399};
constexpr somebody early_mallory{54300, 54300};

constexpr std::uint64_t forged_id = 4711;
constexpr std::uint64_t forged_size = 4096;

/// An open file of the test's own, which may be locked.
class open_node {
public:
    explicit open_node(const fs::path& path, int flags = O_RDWR)
        : fd_(::open(path.c_str(), flags | O_CLOEXEC)) {
        EXPECT_GE(fd_.get(), 0) << path;
    }

    int fd() const noexcept { return fd_.get(); }
    void lock() const { EXPECT_TRUE(posix::try_lock_shared(fd())); }

private:
    posix::descriptor fd_;
};

class HostileObject : public OtherUsers {
protected:
    fs::path home() const { return of(mallory_); }

    fs::path of(const somebody& who) const {
        return directory_.path() / ("isthmus-" + std::to_string(who.user));
    }

    static void give(const fs::path& path, const somebody& who) {
        EXPECT_EQ(lchown(path.c_str(), who.user, who.group), 0) << path;
    }
    void give(const fs::path& path) const { give(path, mallory_); }

    void make_directory() const {
        for (const auto& each : {home(), home() / "global"}) {
            fs::create_directory(each);
            EXPECT_EQ(chmod(each.c_str(), 0755), 0);
            give(each);
        }
    }

    fs::path node(const std::string& name = "x") const { return home() / "global" / name; }

    /// A file of mallory's, all of it, with this mode.
    open_node make_file(const std::string& name, mode_t mode, std::string_view content = {}) const {
        std::ofstream(node(name)) << content;
        EXPECT_EQ(chmod(node(name).c_str(), mode), 0);
        give(node(name));
        return open_node(node(name));
    }

    /// A forged object that looks alive.
    open_node make_object(detail::object_kind kind, std::uint64_t size, std::uint32_t slot) const {
        auto file = make_file("x", 0666);
        EXPECT_EQ(ftruncate(file.fd(), posix::content_offset + forged_size), 0);
        object_header header;
        header.id = forged_id;
        header.kind = static_cast<std::uint32_t>(kind);
        header.size = size;
        header.slot = slot;
        header.scope = static_cast<std::uint32_t>(posix::area::global);
        header.ready = object_header::whole;
        header.name_size = 1;
        header.name[0] = 'x';
        EXPECT_TRUE(posix::write_header(file.fd(), header));
        file.lock();
        return file;
    }

    /// What does not hold the name leaves it to everybody.
    static void expect_free(const std::string& kind = "region") {
        auto honest = become(alice, "everyone");
        EXPECT_EQ(honest.ask("open " + kind + " Global\\x"), "not found");
        EXPECT_EQ(honest.ask("new " + kind + " Global\\x"), "ok");
        auto other = become(bob);
        EXPECT_EQ(other.ask("open " + kind + " Global\\x"), "ok");
        EXPECT_THAT(other.ask(kind + " Global\\x"), testing::StartsWith("opened"));
    }

    somebody mallory_ = mallory;
};

TEST_F(HostileObject, NodesThatAreNoFilesHoldNoName) {
    make_directory();
    const std::vector<std::pair<const char*, std::function<void(const fs::path&)>>> nodes{
        {"link to nothing", [](const auto& path) { fs::create_symlink("/nonexistent", path); }},
        {"link to a device", [](const auto& path) { fs::create_symlink("/dev/zero", path); }},
        {"FIFO", [](const auto& path) { EXPECT_EQ(mkfifo(path.c_str(), 0666), 0); }},
        {"closed FIFO", [](const auto& path) { EXPECT_EQ(mkfifo(path.c_str(), 0600), 0); }},
        {"directory", [](const auto& path) { fs::create_directory(path); }},
    };
    for (const auto& [what, make] : nodes) {
        SCOPED_TRACE(what);
        make(node());
        give(node());
        expect_free();
        make(node(".held-x"));
        give(node(".held-x"));
        expect_free();
        fs::remove(node());
        // Beside a file that may not be opened.
        const auto closed = make_file("x", 0600);
        closed.lock();
        expect_free();
        fs::remove(node());
        fs::remove(node(".held-x"));
    }
}

TEST_F(HostileObject, FilesThatAreNotTheUsersHoldNoName) {
    make_directory();
    {
        // Another user's file under a second name.
        auto honest = become(alice, "everyone");
        ASSERT_EQ(honest.ask("new region Global\\y"), "ok");
        fs::create_hard_link(of(alice) / "global" / "y", node());
        EXPECT_EQ(become(bob).ask("open region Global\\x"), "not found");
        EXPECT_EQ(become(bob).ask("new region Global\\x"), "ok");
        fs::remove(node());
    }
    const auto file = make_object(detail::object_kind::region, forged_size, 0);
    EXPECT_EQ(become(bob).ask("open region Global\\x"), "ok");
    give(node(), carol);
    expect_free();
}

TEST_F(HostileObject, DirectoriesThatOthersCouldWriteToHoldNoName) {
    make_directory();
    const auto file = make_object(detail::object_kind::region, forged_size, 0);
    EXPECT_EQ(become(bob).ask("open region Global\\x"), "ok");
    ASSERT_EQ(chmod((home() / "global").c_str(), 0777), 0);
    expect_free();
    ASSERT_EQ(chmod((home() / "global").c_str(), 0755), 0);
    give(home(), carol);
    expect_free();
    give(home());
    ASSERT_EQ(chmod(home().c_str(), 0700), 0);
    expect_free();
    fs::rename(home(), directory_.path() / "elsewhere");
    fs::create_directory_symlink(directory_.path() / "elsewhere", home());
    expect_free();
}

TEST_F(HostileObject, FilesThatNobodyLocksHoldNoName) {
    make_directory();
    for (const std::string& content :
         {std::string(), std::string(100, 'x'), std::string(5000, 'x'), std::string(5000, '\0')}) {
        make_file("x", 0666, content);
        expect_free();
        make_file("x", 0600, content);
        make_file(".held-x", 0644, content);
        expect_free();
        fs::remove(node(".held-x"));
    }
}

TEST_F(HostileObject, WhatIsNeverReadyIsAnErrorInTime) {
    const auto expect_error = [](const std::string& command) {
        auto honest = become(alice);
        EXPECT_EQ(honest.ask("open region Global\\x"), "not found");
        EXPECT_THAT(honest.ask(command), testing::StartsWith("error: "));
        honest.process().close_input();
    };
    for (const auto& who : {mallory, early_mallory}) {
        mallory_ = who;
        make_directory();
        const auto before = std::chrono::steady_clock::now();
        {
            const auto file = make_file("x", 0666, std::string(5000, '\0'));
            file.lock();
            expect_error("new region Global\\x");
        }
        {
            make_file("x", 0600);
            const auto held = make_file(".held-x", 0644);
            held.lock();
            expect_error("region Global\\x");
        }
        EXPECT_LT(std::chrono::steady_clock::now() - before, 30s * slowness());
        expect_free();
    }
}

TEST_F(HostileObject, OtherThingsThanObjectsHoldNoName) {
    make_directory();
    const auto file = make_file("x", 0666, std::string(5000, 'x'));
    file.lock();
    expect_free();
}

TEST_F(HostileObject, RegionsSmallerThanTheySayAreNone) {
    make_directory();
    constexpr auto most = ~std::uint64_t{0};
    for (const auto size : std::vector<std::uint64_t>{forged_size + 1, most,
                                                      most - posix::content_offset, most >> 20U}) {
        const auto file = make_object(detail::object_kind::region, size, 0);
        expect_free();
    }
}

TEST_F(HostileObject, WithASlotThatIsNotItsOwnIsNone) {
    make_directory();
    {
        // No table at all.
        const auto file = make_object(detail::object_kind::mutex, 0, 0);
        expect_free("mutex");
    }
    constexpr auto size = posix::content_offset + sizeof(posix::table_layout);
    const auto table = make_file(".table-everyone", 0666);
    ASSERT_EQ(ftruncate(table.fd(), static_cast<off_t>(size)), 0);
    object_header header;
    header.kind = posix::table_kind;
    header.size = sizeof(posix::table_layout);
    header.ready = object_header::whole;
    ASSERT_TRUE(posix::write_header(table.fd(), header));
    const std::uint32_t all = ~std::uint32_t{0};
    ASSERT_EQ(pwrite(table.fd(), &all, sizeof all,
                     posix::content_offset + offsetof(posix::table_layout, slots_used)),
              static_cast<ssize_t>(sizeof all));
    posix::object_slot slot_5{};
    slot_5.id = forged_id;
    slot_5.kind = static_cast<std::uint32_t>(detail::object_kind::mutex);
    ASSERT_EQ(
        pwrite(table.fd(), &slot_5, sizeof slot_5,
               posix::content_offset + offsetof(posix::table_layout, slots) + 5 * sizeof slot_5),
        static_cast<ssize_t>(sizeof slot_5));
    table.lock();
    {
        const auto file = make_object(detail::object_kind::mutex, 0, 5);
        auto honest = become(alice);
        EXPECT_EQ(honest.ask("open mutex Global\\x"), "ok");
        EXPECT_EQ(honest.ask("wait Global\\x 0"), "signaled");
    }
    for (const std::uint32_t slot : {0U, 1U, 65535U, 65536U, 0x7fffffffU, all}) {
        SCOPED_TRACE(slot);
        const auto file = make_object(detail::object_kind::mutex, 0, slot);
        expect_free("mutex");
    }
}

TEST_F(HostileObject, WithATableThatIsNoneIsAnError) {
    make_directory();
    const auto object = make_object(detail::object_kind::event, 0, 0);
    object_header header;
    header.kind = posix::table_kind;
    header.size = sizeof(posix::table_layout);
    header.ready = object_header::whole;
    const auto table = make_file(".table-everyone", 0666);
    table.lock();
    for (const auto kind : {posix::table_kind, 3U, 99U}) {
        header.kind = kind; // and much too short
        ASSERT_TRUE(posix::write_header(table.fd(), header));
        auto honest = become(alice);
        EXPECT_THAT(honest.ask("open event Global\\x"), testing::StartsWith("error: "));
        EXPECT_EQ(honest.ask("new event Global\\y"), "ok");
    }
}

// --- what strangers may do to an object that they may open, and what not

TEST_F(HostileObject, AStrangersLockHoldsNoNameAgainstItsUser) {
    auto owner = become(alice);
    ASSERT_EQ(owner.ask("new region Global\\x"), "ok");
    const open_node held(of(alice) / "global" / ".held-x", O_RDONLY);
    held.lock();
    owner.process().kill_and_wait();
    auto next = become(alice);
    EXPECT_EQ(next.ask("new region Global\\x"), "ok");
    EXPECT_EQ(next.ask("close Global\\x"), "ok");
    EXPECT_EQ(next.ask("open region Global\\x"), "not found");
    EXPECT_EQ(files(), 0U);
}

TEST_F(HostileObject, AnOwnersLifeFileThatIsTruncatedIsTheEndOfItsLife) {
    auto maker = become(alice, "everyone");
    ASSERT_EQ(maker.ask("mutex Global\\x"), "created");
    auto owner = become(bob);
    ASSERT_EQ(owner.ask("mutex Global\\x"), "opened");
    ASSERT_EQ(owner.ask("wait Global\\x 0"), "signaled");
    ASSERT_EQ(maker.ask("wait Global\\x 10"), "timed_out");
    maker.begin("wait Global\\x -1");
    std::this_thread::sleep_for(100ms);
    for (const auto& each : fs::directory_iterator(of(bob) / "global")) {
        fs::resize_file(each.path(), 0);
    }
    EXPECT_EQ(maker.reply(), "abandoned");
    owner.process().kill_and_wait();
}

TEST_F(HostileObject, LivesThatAreTheUsersOwnAreNotSeenByOthers) {
    auto user = become(alice, "everyone");
    ASSERT_EQ(user.ask("mutex own"), "created");
    ASSERT_EQ(user.ask("wait own 0"), "signaled");
    ASSERT_EQ(user.ask("mutex Global\\x"), "created");
    ASSERT_EQ(user.ask("wait Global\\x 0"), "signaled");
    std::vector<std::string> lives;
    for (const auto* const where : {"local", "global"}) {
        for (const auto& each : fs::directory_iterator(of(alice) / where)) {
            const auto name = each.path().filename().string();
            if (!name.starts_with(".life-")) {
                continue;
            }
            struct ::stat status {};
            ASSERT_EQ(stat(each.path().c_str(), &status), 0);
            EXPECT_EQ(status.st_mode & 07777U, where == std::string("local") ? 0600U : 0644U);
            lives.push_back(name);
        }
    }
    ASSERT_EQ(lives.size(), 2U);
    EXPECT_NE(lives.front(), lives.back());
}

/// What a corrupt table may do is block or mislead. So the child may stand still, but must not be
/// killed by anything but this test.
TEST_F(HostileObject, ATableFullOfNonsenseIsNobodysCrash) {
    std::minstd_rand random(7);
    for (std::size_t round = 0; round < scaled(20); ++round) {
        auto maker = become(alice, "everyone");
        ASSERT_EQ(maker.ask("mutex Global\\m"), "created");
        ASSERT_EQ(maker.ask("semaphore Global\\s"), "created");
        ASSERT_EQ(maker.ask("event Global\\e"), "created");
        const open_node table(of(alice) / "global" / ".table-everyone");
        std::vector<std::uint32_t> nonsense(
            (offsetof(posix::table_layout, slots) + 4 * sizeof(posix::object_slot)) / 4);
        for (auto& each : nonsense) {
            // Small numbers lead further than large ones.
            each = static_cast<std::uint32_t>(random()) >> (random() % 32);
        }
        ASSERT_GT(pwrite(table.fd(), nonsense.data(), nonsense.size() * 4, posix::content_offset),
                  0);
        auto stranger = become(bob);
        for (auto* const each : {&maker, &stranger}) {
            for (const auto* const command :
                 {"mutex Global\\m", "semaphore Global\\s", "event Global\\e", "wait Global\\m 1",
                  "any 1 Global\\s Global\\e", "set Global\\e", "release Global\\s 1",
                  "unlock Global\\m", "new event Global\\n", "all 1 Global\\m Global\\e"}) {
                each->begin(command);
            }
        }
        for (auto* const each : {&maker, &stranger}) {
            const auto ended = each->process().wait(100ms);
            EXPECT_FALSE(ended.has_value()) << *ended;
            each->process().kill_and_wait();
        }
    }
}

} // namespace
} // namespace isthmus::test
