#include "posix/sync_protocol.hpp"
#include "posix/sync_table.hpp"
#include "support/child_role.hpp"
#include "support/runtime_directory.hpp"
#include "sync_testing.hpp"

#include <latch>
#include <set>

/// \file
/// The table behind mutexes, semaphores and events: its records, and its lock when holders die.

namespace isthmus::test {
namespace {

using posix::identity;
using posix::sync_table;
using posix::table_lock;

std::shared_ptr<sync_table> own_table() {
    return sync_table::attach(posix::object_domain::own(access::owner).value());
}

/// In a table that is nobody else's: other tests would claim records, or hold the lock just now.
class SyncTable : public testing::Test {
private:
    const temporary_runtime_directory directory_;
};

/// What so many threads get at the same time, all of them alive.
std::vector<identity> claim_together(sync_table& table, std::ptrdiff_t count) {
    std::vector<identity> all(static_cast<std::size_t>(count));
    std::latch begin(count);
    std::latch end(count);
    std::vector<std::thread> threads;
    threads.reserve(all.size());
    for (auto& mine : all) {
        threads.emplace_back([&] {
            begin.arrive_and_wait();
            mine = table.self();
            end.arrive_and_wait();
        });
    }
    for (auto& each : threads)
        each.join();
    return all;
}

std::set<std::uint32_t> records_of(const std::vector<identity>& all) {
    std::set<std::uint32_t> records;
    for (const auto each : all)
        records.insert(sync_table::index_of(each));
    return records;
}

/// Claims so many records and tells so; the test kills it. With an argument more it has the lock.
const child_role claimer{"claimer", [](const std::vector<std::string>& arguments) {
                             const auto table = own_table();
                             std::latch claimed(std::stol(arguments.at(0)));
                             std::vector<std::thread> threads;
                             for (auto i = std::stol(arguments.at(0)); i > 0; --i) {
                                 threads.emplace_back([&] {
                                     table->self();
                                     claimed.count_down();
                                     std::this_thread::sleep_for(patience);
                                 });
                             }
                             claimed.wait();
                             if (arguments.size() > 1)
                                 new table_lock(*table, table->self());
                             tell_test("done");
                             wait_for_test_to_end();
                             return 0;
                         }};

TEST_F(SyncTable, RecordsOfTheDeadAreClaimedOnce) {
    const auto table = own_table();
    constexpr std::ptrdiff_t many = 100; // fewer are not looked through for dead ones
    for (std::size_t round = 0; round < scaled(10); ++round) {
        auto child = child_process::start("claimer", {std::to_string(many)});
        ASSERT_EQ(child.read_line(), "done");
        child.kill_and_wait();
        const auto used = table->layout().records_used.load();
        const auto claimed = claim_together(*table, many);
        EXPECT_EQ(records_of(claimed).size(), static_cast<std::size_t>(many));
        EXPECT_EQ(table->layout().records_used.load(), used);
        for (const auto each : claimed)
            EXPECT_FALSE(table->alive(each)); // its thread has ended
    }
}

TEST_F(SyncTable, ALockIsTakenOverThoughItsHoldersRecordIsSomebodyElses) {
    const auto table = own_table();
    constexpr std::ptrdiff_t many = 100;
    auto child = child_process::start("claimer", {std::to_string(many), "and the lock"});
    ASSERT_EQ(child.read_line(), "done");
    const auto word = table->layout().lock.load();
    ASSERT_NE(word, 0U);
    child.kill_and_wait();
    std::vector<identity> all(static_cast<std::size_t>(2 * many));
    std::latch claimed(2 * many);
    std::atomic<int> inside = 0;
    std::vector<std::thread> threads;
    threads.reserve(all.size());
    for (auto& mine : all) {
        threads.emplace_back([&] {
            mine = table->self();
            claimed.arrive_and_wait(); // all records of the dead are taken
            const table_lock lock(*table, mine);
            EXPECT_EQ(++inside, 1);
            --inside;
        });
    }
    for (auto& each : threads)
        each.join();
    EXPECT_TRUE(records_of(all).contains((word & table_lock::holder) - 1));
    EXPECT_EQ(table->layout().lock.load(), 0U);
}

} // namespace
} // namespace isthmus::test
