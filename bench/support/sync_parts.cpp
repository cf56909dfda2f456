// The rows of the comparison with this library's objects.

#include "support/sync_rows.hpp"

#include <isthmus/event.hpp>
#include <isthmus/mutex.hpp>
#include <isthmus/region.hpp>
#include <isthmus/semaphore.hpp>
#include <isthmus/wait.hpp>

#include <filesystem>
#include <memory>
#include <stdexcept>
#include <utility>
#include <vector>

namespace isthmus::bench {
namespace {

std::string object_name_of(const std::string& address) {
    const std::filesystem::path path(address);
    return path.parent_path().filename().string() + "-" + path.filename().string();
}

event make_event(sync_role role, const std::string& name) {
    return role == sync_role::leader ? event::create(name) : event::open(name);
}

// A std::function must be copyable, handles are not.
template <class State, class Work>
sync_part part_of(State state, Work work) {
    return [shared = std::make_shared<State>(std::move(state)), work](std::uint64_t count) {
        work(*shared, count);
    };
}

struct ping_pong {
    std::vector<event> there;
    std::vector<waitable_ref> all;
    event back;
};

sync_part ping_pong_part(std::size_t width, sync_role role, const std::string& name) {
    ping_pong state;
    for (std::size_t i = 0; i < width; ++i) {
        state.there.push_back(make_event(role, name + "-" + std::to_string(i)));
    }
    state.all.assign(state.there.begin(), state.there.end());
    state.back = make_event(role, name + "-back");
    if (role == sync_role::leader) {
        return part_of(std::move(state), [](ping_pong& with, std::uint64_t count) {
            for (std::uint64_t i = 0; i < count; ++i) {
                with.there[i % with.there.size()].set();
                with.back.wait();
            }
        });
    }
    if (width == 1) {
        return part_of(std::move(state), [](ping_pong& with, std::uint64_t count) {
            for (std::uint64_t i = 0; i < count; ++i) {
                with.there.front().wait();
                with.back.set();
            }
        });
    }
    return part_of(std::move(state), [](ping_pong& with, std::uint64_t count) {
        for (std::uint64_t i = 0; i < count; ++i) {
            if (wait_any(with.all).index != i % with.all.size()) {
                throw std::runtime_error("wait_any gave another object than the one set");
            }
            with.back.set();
        }
    });
}

} // namespace

sync_part isthmus_part(const sync_row& row, sync_role role, const std::string& address) {
    const std::string name = object_name_of(address);
    switch (row.what) {
    case sync_row::kind::mutex:
        return part_of(mutex::create(name), [](mutex& lock, std::uint64_t count) {
            for (std::uint64_t i = 0; i < count; ++i) {
                lock.lock();
                lock.unlock();
            }
        });
    case sync_row::kind::idle_event:
        return part_of(event::create(name), [](event& signal, std::uint64_t count) {
            for (std::uint64_t i = 0; i < count; ++i) {
                signal.set();
                signal.wait();
            }
        });
    case sync_row::kind::idle_semaphore:
        return part_of(semaphore::create(name), [](semaphore& slots, std::uint64_t count) {
            for (std::uint64_t i = 0; i < count; ++i) {
                slots.release();
                slots.acquire();
            }
        });
    case sync_row::kind::event:
        return ping_pong_part(1, role, name);
    case sync_row::kind::wait_any:
        return ping_pong_part(row.size, role, name);
    case sync_row::kind::region:
        break;
    }
    return [name, size = row.size](std::uint64_t count) {
        for (std::uint64_t i = 0; i < count; ++i) {
            const auto region = shared_region::create(name, size);
            if (region.map().size() != size) {
                throw std::runtime_error("a view of another size");
            }
        }
    };
}

} // namespace isthmus::bench
