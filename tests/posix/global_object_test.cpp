#include "object_racing.hpp"
#include "posix/sync_table.hpp"
#include "support/other_users.hpp"

#include <gmock/gmock.h>

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

/// \file
/// `Global\` objects of several users: who may open what, and how long it lives. Only root can
/// become them.

namespace isthmus::test {
namespace {

using namespace std::chrono_literals;
const std::vector<std::string> kinds{"region", "mutex", "semaphore", "event"};

using GlobalObject = OtherUsers;

// --- who may open it

TEST_F(GlobalObject, OfItsOwnerOnlyIsSeenAndDeniedToOthers) {
    for (const auto& kind : kinds) {
        SCOPED_TRACE(kind);
        auto owner = become(alice);
        ASSERT_EQ(owner.ask("new " + kind + " Global\\x"), "ok");
        for (const auto& groups : {std::vector<unsigned>(), std::vector{alice.group}}) {
            auto other = become(bob, groups);
            EXPECT_EQ(other.ask("open " + kind + " Global\\x"), "access denied");
            EXPECT_EQ(other.ask("new " + kind + " Global\\x"), "already exists");
            EXPECT_EQ(other.ask(kind + " Global\\x"), "access denied");
        }
        auto same = become(alice);
        EXPECT_EQ(same.ask("open " + kind + " Global\\x"), "ok");
    }
    expect_nothing_left();
}

TEST_F(GlobalObject, OfAGroupIsForItsMembers) {
    for (const auto& kind : kinds) {
        SCOPED_TRACE(kind);
        auto owner = become(alice, "group");
        ASSERT_EQ(owner.ask("new " + kind + " Global\\x"), "ok");
        auto stranger = become(bob);
        EXPECT_EQ(stranger.ask("open " + kind + " Global\\x"), "access denied");
        EXPECT_EQ(stranger.ask("new " + kind + " Global\\x"), "already exists");
        EXPECT_EQ(stranger.ask(kind + " Global\\x"), "access denied");
        auto member = become(bob, {alice.group});
        EXPECT_EQ(member.ask("open " + kind + " Global\\x"), "ok");
        EXPECT_EQ(member.ask("new " + kind + " Global\\x"), "already exists");
        EXPECT_THAT(member.ask(kind + " Global\\x"), testing::StartsWith("opened"));
    }
    expect_nothing_left();
}

TEST_F(GlobalObject, OfAnotherKindIsToldSo) {
    auto owner = become(alice, "everyone");
    ASSERT_EQ(owner.ask("new region Global\\x"), "ok");
    auto stranger = become(bob);
    EXPECT_EQ(stranger.ask("open mutex Global\\x"), "wrong kind");
    EXPECT_EQ(stranger.ask("new mutex Global\\x"), "wrong kind");
    EXPECT_EQ(stranger.ask("mutex Global\\x"), "wrong kind");
}

TEST_F(GlobalObject, IsForWhomItSaysWhateverTheUmask) {
    for (const mode_t mask : {0U, 0022U, 0077U}) {
        const auto before = umask(mask);
        auto owner = become(alice);
        auto generous = become(alice, "everyone");
        umask(before);
        ASSERT_EQ(owner.ask("new region Global\\own"), "ok");
        ASSERT_EQ(generous.ask("new event Global\\open"), "ok");
        auto stranger = become(bob);
        EXPECT_EQ(stranger.ask("open region Global\\own"), "access denied");
        EXPECT_EQ(stranger.ask("open event Global\\open"), "ok");
    }
}

TEST_F(GlobalObject, AndALocalOneOfTheSameNameAreTwo) {
    auto owner = become(alice, "everyone");
    ASSERT_EQ(owner.ask("new event x"), "ok");
    auto stranger = become(bob, "everyone");
    EXPECT_EQ(stranger.ask("open event Global\\x"), "not found");
    EXPECT_EQ(stranger.ask("open event x"), "not found");
    EXPECT_EQ(stranger.ask("new event Global\\x"), "ok");
    EXPECT_EQ(owner.ask("open event Global\\x"), "ok");
}

// --- what it is good for

TEST_F(GlobalObject, RegionOfEveryoneIsShared) {
    auto owner = become(alice, "everyone");
    ASSERT_EQ(owner.ask("region Global\\x"), "created 4096");
    ASSERT_EQ(owner.ask("poke Global\\x 7 42"), "ok");
    auto stranger = become(bob);
    ASSERT_EQ(stranger.ask("region Global\\x"), "opened 4096");
    EXPECT_EQ(stranger.ask("peek Global\\x 7"), "42");
    EXPECT_EQ(stranger.ask("poke Global\\x 4095 43"), "ok");
    EXPECT_EQ(owner.ask("peek Global\\x 4095"), "43");
}

TEST_F(GlobalObject, AStrangersViewDoesNotKeepTheName) {
    auto owner = become(alice, "everyone");
    ASSERT_EQ(owner.ask("region Global\\x"), "created 4096");
    auto mine = shared_region::open("Global\\x");
    const auto view = mine.map();
    ASSERT_EQ(owner.ask("close Global\\x"), "ok");
    mine.close(); // the last, by one who cannot remove alice's file
    EXPECT_EQ(owner.ask("new region Global\\x"), "ok");
}

TEST_F(GlobalObject, MutexOfEveryoneExcludes) {
    for (const auto* const access : {"everyone", "group"}) {
        SCOPED_TRACE(access);
        auto owner = become(alice, access);
        ASSERT_EQ(owner.ask("mutex Global\\x"), "created");
        ASSERT_EQ(owner.ask("region Global\\count"), "created 4096");
        std::vector<object_child> all;
        all.push_back(std::move(owner));
        all.push_back(become(bob, {alice.group}));
        all.push_back(become(carol, {alice.group}));
        for (auto& each : all) {
            EXPECT_THAT(each.ask("mutex Global\\x"), "opened");
            EXPECT_THAT(each.ask("region Global\\count"), "opened 4096");
        }
        for (auto& each : all) {
            each.begin("count Global\\x Global\\count 20000");
        }
        for (auto& each : all) {
            EXPECT_EQ(each.reply(), "ok");
        }
        // 60,000
        EXPECT_EQ(all[1].ask("peek Global\\count 0"), std::to_string(60000 % 256));
        EXPECT_EQ(all[1].ask("peek Global\\count 1"), std::to_string(60000 / 256));
    }
    expect_nothing_left();
}

TEST_F(GlobalObject, MutexWhoseOwnerIsKilledIsAbandonedToOtherUsers) {
    for (const auto& [made_by, killed] : {std::pair(alice, bob), std::pair(bob, bob)}) {
        auto maker = become(made_by, "everyone");
        ASSERT_EQ(maker.ask("mutex Global\\x"), "created");
        auto owner = become(killed);
        ASSERT_EQ(owner.ask("mutex Global\\x"), "opened");
        ASSERT_EQ(owner.ask("wait Global\\x 0"), "signaled");
        auto third = become(carol);
        ASSERT_EQ(third.ask("mutex Global\\x"), "opened");
        ASSERT_EQ(third.ask("wait Global\\x 0"), "timed_out");
        third.begin("wait Global\\x -1");
        std::this_thread::sleep_for(200ms);
        const auto before = std::chrono::steady_clock::now();
        owner.process().kill_and_wait();
        EXPECT_EQ(third.reply(), "abandoned");
        EXPECT_LT(std::chrono::steady_clock::now() - before, 1s * slowness());
        EXPECT_EQ(maker.ask("wait Global\\x 0"), "timed_out");
        EXPECT_EQ(third.ask("unlock Global\\x"), "ok");
        EXPECT_EQ(maker.ask("wait Global\\x 0"), "signaled");
    }
    expect_nothing_left();
}

TEST_F(GlobalObject, MutexOfAnEndedThreadIsAbandonedToOtherUsers) {
    auto maker = become(alice, "everyone");
    ASSERT_EQ(maker.ask("mutex Global\\x"), "created");
    auto stranger = become(bob);
    ASSERT_EQ(stranger.ask("mutex Global\\x"), "opened");
    ASSERT_EQ(stranger.ask("abandon Global\\x"), "ok");
    EXPECT_EQ(maker.ask("wait Global\\x -1"), "abandoned");
    EXPECT_EQ(maker.ask("unlock Global\\x"), "ok");
    ASSERT_EQ(maker.ask("abandon Global\\x"), "ok");
    EXPECT_EQ(stranger.ask("wait Global\\x -1"), "abandoned");
}

TEST_F(GlobalObject, SemaphoreAndEventOfEveryoneWakeOtherUsers) {
    auto owner = become(alice, "everyone");
    ASSERT_EQ(owner.ask("semaphore Global\\count"), "created");
    ASSERT_EQ(owner.ask("event Global\\bell"), "created");
    auto stranger = become(bob);
    ASSERT_EQ(stranger.ask("semaphore Global\\count"), "opened");
    ASSERT_EQ(stranger.ask("event Global\\bell"), "opened");
    const std::vector<std::pair<object_child*, object_child*>> both{{&owner, &stranger},
                                                                    {&stranger, &owner}};
    for (const auto& [waiter, setter] : both) {
        waiter->begin("wait Global\\count -1");
        EXPECT_EQ(setter->ask("release Global\\count 1"), "0");
        EXPECT_EQ(waiter->reply(), "signaled");
        waiter->begin("any -1 Global\\count Global\\bell");
        EXPECT_EQ(setter->ask("set Global\\bell"), "ok");
        EXPECT_EQ(waiter->reply(), "signaled 1");
        waiter->begin("all -1 Global\\count Global\\bell");
        EXPECT_EQ(setter->ask("set Global\\bell"), "ok");
        EXPECT_EQ(setter->ask("release Global\\count 1"), "0");
        EXPECT_EQ(waiter->reply(), "signaled 0");
    }
}

/// Those are in tables of their own, for nobody may disturb what is not open to it.
TEST_F(GlobalObject, OfEveryoneIsWaitedForTogetherWithOnesOwn) {
    auto owner = become(alice, "everyone");
    ASSERT_EQ(owner.ask("mutex Global\\guard"), "created");
    ASSERT_EQ(owner.ask("event Global\\bell"), "created");
    auto stranger = become(bob);
    ASSERT_EQ(stranger.ask("mutex Global\\guard"), "opened");
    ASSERT_EQ(stranger.ask("event Global\\bell"), "opened");
    ASSERT_EQ(stranger.ask("event own"), "created");
    ASSERT_EQ(owner.ask("wait Global\\guard -1"), "signaled");
    EXPECT_EQ(stranger.ask("any 0 own Global\\guard"), "timed_out 0");
    stranger.begin("any -1 own Global\\bell Global\\guard");
    EXPECT_EQ(owner.ask("set Global\\bell"), "ok");
    EXPECT_EQ(stranger.reply(), "signaled 1");
    stranger.begin("all -1 own Global\\guard");
    auto helper = become(bob);
    ASSERT_EQ(helper.ask("event own"), "opened");
    EXPECT_EQ(helper.ask("set own"), "ok");
    owner.process().kill_and_wait();
    EXPECT_EQ(stranger.reply(), "abandoned 0");
    EXPECT_EQ(stranger.ask("unlock Global\\guard"), "ok");
}

TEST_F(GlobalObject, OfAnybodyIsOpenToRoot) {
    const somebody root{0, 0};
    for (const auto* const access : {"owner", "group", "everyone"}) {
        SCOPED_TRACE(access);
        auto owner = become(alice, access);
        ASSERT_EQ(owner.ask("mutex Global\\x"), "created");
        auto admin = become(root);
        ASSERT_EQ(admin.ask("mutex Global\\x"), "opened");
        ASSERT_EQ(admin.ask("wait Global\\x 0"), "signaled");
        owner.begin("wait Global\\x -1");
        admin.process().kill_and_wait();
        EXPECT_EQ(owner.reply(), "abandoned");
        auto next = become(root);
        ASSERT_EQ(next.ask("mutex Global\\x"), "opened");
        next.begin("wait Global\\x -1");
        owner.process().kill_and_wait();
        EXPECT_EQ(next.reply(), "abandoned");
    }
    become(root).ask("open event Global\\nobody");
    expect_nothing_left();
}

TEST_F(GlobalObject, OfAnotherUserCanBeHandedToAChild) {
    auto owner = become(alice, "everyone");
    ASSERT_EQ(owner.ask("event Global\\x"), "created");
    auto bell = event::open("Global\\x");
    const auto shared = bell.share_with_child();
    const std::string token = shared.token();
    // As a child would get it: descriptors of its own, of the object and of its table.
    const auto rights = token.find(':');
    const auto table = token.rfind(':') + 1;
    auto inherited = event::from_token(std::to_string(dup(std::stoi(token))) +
                                       token.substr(rights, table - rights) +
                                       std::to_string(dup(std::stoi(token.substr(table)))));
    inherited.set();
    EXPECT_EQ(owner.ask("wait Global\\x 0"), "signaled");
}

// --- how long it lives

TEST_F(GlobalObject, IsNotKeptByAForkedChild) {
    auto region = shared_region::create("Global\\x", 100, {.who = access::owner});
    auto bell = event::create("Global\\bell", {.who = access::everyone});
    const pid_t child = fork();
    if (child == 0) {
        pause();
        _exit(0);
    }
    auto stranger = become(bob);
    EXPECT_EQ(stranger.ask("open region Global\\x"), "access denied");
    ASSERT_EQ(stranger.ask("open event Global\\bell"), "ok");
    region.close();
    bell.close();
    EXPECT_EQ(stranger.ask("close Global\\bell"), "ok");
    EXPECT_EQ(stranger.ask("open event Global\\bell"), "not found");
    EXPECT_EQ(stranger.ask("new region Global\\x"), "ok");
    EXPECT_EQ(stranger.ask("new event Global\\bell"), "ok");
    kill(child, SIGKILL);
    waitpid(child, nullptr, 0);
}

TEST_F(GlobalObject, LivesAsLongAsAStrangerHoldsIt) {
    for (const auto& kind : kinds) {
        SCOPED_TRACE(kind);
        auto owner = become(alice, "everyone");
        ASSERT_EQ(owner.ask("new " + kind + " Global\\x"), "ok");
        auto stranger = become(bob);
        ASSERT_EQ(stranger.ask("open " + kind + " Global\\x"), "ok");
        owner.process().kill_and_wait();
        for (const auto& who : {carol, alice, bob}) {
            auto opener = become(who);
            EXPECT_EQ(opener.ask("new " + kind + " Global\\x"), "already exists");
            EXPECT_EQ(opener.ask("open " + kind + " Global\\x"), "ok");
        }
    }
    expect_nothing_left();
}

TEST_F(GlobalObject, KeepsItsStateWhenItsMakerGoes) {
    auto owner = become(alice, "everyone");
    ASSERT_EQ(owner.ask("region Global\\x"), "created 4096");
    ASSERT_EQ(owner.ask("event Global\\bell"), "created");
    auto stranger = become(bob);
    ASSERT_EQ(stranger.ask("region Global\\x"), "opened 4096");
    ASSERT_EQ(stranger.ask("event Global\\bell"), "opened");
    owner.process().kill_and_wait();
    ASSERT_EQ(stranger.ask("poke Global\\x 100 7"), "ok");
    ASSERT_EQ(stranger.ask("set Global\\bell"), "ok");
    auto next = become(alice);
    ASSERT_EQ(next.ask("region Global\\x"), "opened 4096");
    EXPECT_EQ(next.ask("peek Global\\x 100"), "7");
    ASSERT_EQ(next.ask("event Global\\bell"), "opened");
    EXPECT_EQ(next.ask("wait Global\\bell 0"), "signaled");
}

TEST_F(GlobalObject, IsFreshForWhoeverComesAfterAStrangerWasTheLast) {
    for (const bool crash : {false, true}) {
        for (const auto& next : {alice, bob, carol}) {
            SCOPED_TRACE(std::to_string(next.user) + (crash ? " after a crash" : ""));
            auto owner = become(alice, "everyone");
            ASSERT_EQ(owner.ask("new region Global\\x"), "ok");
            ASSERT_EQ(owner.ask("new event Global\\bell"), "ok");
            auto stranger = become(bob);
            ASSERT_EQ(stranger.ask("open region Global\\x"), "ok");
            ASSERT_EQ(stranger.ask("open event Global\\bell"), "ok");
            ASSERT_EQ(stranger.ask("poke Global\\x 1 1"), "ok");
            ASSERT_EQ(stranger.ask("set Global\\bell"), "ok");
            owner.process().kill_and_wait();
            if (crash) {
                stranger.process().kill_and_wait();
            } else {
                EXPECT_EQ(stranger.ask("close Global\\x"), "ok");
                EXPECT_EQ(stranger.ask("close Global\\bell"), "ok");
            }
            auto fresh = become(next, "everyone");
            EXPECT_EQ(fresh.ask("open region Global\\x"), "not found");
            EXPECT_EQ(fresh.ask("open event Global\\bell"), "not found");
            EXPECT_EQ(fresh.ask("region Global\\x"), "created 4096");
            EXPECT_EQ(fresh.ask("peek Global\\x 1"), "0");
            EXPECT_EQ(fresh.ask("new event Global\\bell"), "ok");
            EXPECT_EQ(fresh.ask("wait Global\\bell 0"), "timed_out");
            auto other = become(carol);
            EXPECT_EQ(other.ask("region Global\\x"), "opened 4096");
            EXPECT_EQ(other.ask("event Global\\bell"), "opened");
        }
        expect_nothing_left();
    }
}

TEST_F(GlobalObject, OfItsOwnerOnlyIsFreeForAllAfterACrash) {
    for (const auto& kind : kinds) {
        SCOPED_TRACE(kind);
        for (const auto* const access : {"owner", "group"}) {
            auto owner = become(alice, access);
            ASSERT_EQ(owner.ask("new " + kind + " Global\\x"), "ok");
            owner.process().kill_and_wait();
            auto stranger = become(bob);
            EXPECT_EQ(stranger.ask("open " + kind + " Global\\x"), "not found");
            EXPECT_EQ(stranger.ask("new " + kind + " Global\\x"), "ok");
            auto next = become(alice);
            EXPECT_EQ(next.ask("new " + kind + " Global\\x"), "already exists");
            EXPECT_EQ(next.ask("open " + kind + " Global\\x"), "access denied");
        }
    }
    expect_nothing_left();
}

TEST_F(GlobalObject, LeavesNoSlotBehindInATableThatLivesOn) {
    auto owner = become(alice, "everyone");
    ASSERT_EQ(owner.ask("new event Global\\other"), "ok");
    auto stranger = become(bob);
    // Objects whose last holder is a stranger, more than have a place in a new table.
    const auto table = posix::sync_table::attach_existing(
        {.base = directory_.path(), .user = alice.user, .who = access::everyone});
    ASSERT_NE(table, nullptr);
    const auto places = table->layout().slots_used.load();
    for (std::uint32_t i = 0; i < places; ++i) {
        ASSERT_EQ(owner.ask("new event Global\\x"), "ok");
        ASSERT_EQ(stranger.ask("open event Global\\x"), "ok");
        ASSERT_EQ(owner.ask("close Global\\x"), "ok");
        ASSERT_EQ(stranger.ask("close Global\\x"), "ok");
    }
    EXPECT_EQ(owner.ask("open event Global\\x"), "not found");
    EXPECT_EQ(table->layout().slots_used.load(), places);
}

// --- several users at once

child_process start_racer(const std::string& name,
                          std::size_t number,
                          std::size_t rounds,
                          const std::string& some_kinds) {
    const somebody who = std::array{alice, bob, carol}.at(number % 3);
    return child_process::start(
        "racer",
        {"Global\\" + name, std::to_string(rounds), std::to_string(number), some_kinds, "everyone"},
        {.user = run_as{.user = who.user, .group = who.group}});
}

TEST_F(GlobalObject, IsNeverSeenHalfMadeOrTwice) {
    const auto rounds = scaled(6'000) / 6 + 1;
    std::vector<child_process> racers;
    for (std::size_t i = 0; i < 6; ++i) {
        racers.push_back(start_racer("race", i, rounds, "rmsexc"));
    }
    for (auto& each : racers) {
        ASSERT_EQ(each.read_line(), "ready");
    }
    for (auto& each : racers) {
        each.write_line("go");
    }
    for (auto& each : racers) {
        EXPECT_EQ(each.read_line(), "done");
        EXPECT_EQ(each.wait(), 0);
    }
    expect_nothing_left();
}

TEST_F(GlobalObject, OfACrashedUserHarmsNobody) {
    // What others take and leave behind when they crash is not expected to be whole; names are.
    const std::string some_kinds = "rexc";
    constexpr std::size_t killed = 3;
    const auto rounds = scaled(3'000) / 3 + 1;
    std::vector<child_process> racers;
    for (std::size_t i = 0; i < killed + 3; ++i) {
        racers.push_back(start_racer("storm", i, i < killed ? 1'000'000'000 : rounds, some_kinds));
        ASSERT_EQ(racers.back().read_line(), "ready");
        racers.back().write_line("go");
    }
    std::minstd_rand random(1);
    for (std::size_t i = 0; i < scaled(300); ++i) {
        std::this_thread::sleep_for(std::chrono::microseconds(random() % 5000));
        const auto which = random() % killed;
        racers[which].kill_and_wait();
        EXPECT_EQ(racers[which].read_rest(), "");
        racers[which] = start_racer("storm", which, 1'000'000'000, some_kinds);
        ASSERT_EQ(racers[which].read_line(), "ready");
        racers[which].write_line("go");
    }
    for (std::size_t i = 0; i < killed; ++i) {
        racers[i].kill_and_wait();
    }
    for (std::size_t i = killed; i < racers.size(); ++i) {
        EXPECT_EQ(racers[i].read_line(), "done");
        EXPECT_EQ(racers[i].wait(), 0);
    }
    expect_nothing_left();
}

} // namespace
} // namespace isthmus::test
