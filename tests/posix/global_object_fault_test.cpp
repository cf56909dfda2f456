#include "object_fault_testing.hpp"

#include <utility>

/// \file
/// Every system call fails once in the life of objects that are made for other users as well.

namespace isthmus::test {
namespace {

TEST(GlobalObjectFault, InObjectsForOthers) {
    fail_every_call([] {
        life course;
        shared_region region;
        event bell;
        mutex lock;
        mutex second;
        const auto create_region = [&](auto& ec) {
            region = shared_region::create("Global\\faulty", 1, {.who = access::group}, ec);
        };
        const auto create_event = [&](auto& ec) {
            auto made = event::open_or_create("Global\\faulty", {.who = access::everyone}, ec);
            course.expect(ec || made.created, true);
            bell = std::move(made.object);
        };
        const auto create_mutex = [&](auto& ec) {
            lock = mutex::create("Global\\faulty", {.initially_owned = true, .who = access::group},
                                 ec);
        };
        const auto open = [&](auto& ec) {
            second = mutex::open("Global\\faulty", sync_rights::wait_and_modify, ec);
        };
        follow(course, come("Global\\nobody") + steps{{"create a region", create_region}} +
                           close(region) +
                           steps{{"create an event", create_event},
                                 {"set", [&](auto& ec) { bell.set(ec); }}} +
                           close(bell) + steps{{"create a mutex", create_mutex}, {"open", open}} +
                           close(lock) + steps{{"unlock", [&](auto& ec) { second.unlock(ec); }}} +
                           hand_over(second, lock));
        return course;
    });
}

} // namespace
} // namespace isthmus::test
