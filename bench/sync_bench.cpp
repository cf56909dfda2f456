// In-process figures of synchronization and regions. For figures between processes see
// sync_compare.

#include <isthmus/event.hpp>
#include <isthmus/mutex.hpp>
#include <isthmus/region.hpp>
#include <isthmus/semaphore.hpp>
#include <isthmus/wait.hpp>

#include <benchmark/benchmark.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <thread>
#include <vector>

namespace {

using namespace isthmus;

std::string unique_name() {
    static const std::string run = std::to_string(std::random_device{}());
    static unsigned count = 0;
    return "isthmus-bench-" + run + "-" + std::to_string(++count);
}

void mutex_create_close(benchmark::State& state) {
    const std::string name = unique_name();
    for (auto _ : state) {
        benchmark::DoNotOptimize(mutex::create(name));
    }
}
BENCHMARK(mutex_create_close)->Unit(benchmark::kMicrosecond);

void mutex_open_close(benchmark::State& state) {
    const std::string name = unique_name();
    const auto kept = mutex::create(name);
    for (auto _ : state) {
        benchmark::DoNotOptimize(mutex::open(name));
    }
}
BENCHMARK(mutex_open_close)->Unit(benchmark::kMicrosecond);

void mutex_lock_unlock(benchmark::State& state) {
    auto lock = mutex::create_unnamed();
    for (auto _ : state) {
        lock.lock();
        lock.unlock();
    }
}
BENCHMARK(mutex_lock_unlock);

void mutex_lock_unlock_again(benchmark::State& state) {
    auto lock = mutex::create_unnamed({.initially_owned = true});
    for (auto _ : state) {
        lock.lock();
        lock.unlock();
    }
    lock.unlock();
}
BENCHMARK(mutex_lock_unlock_again);

void event_set_wait(benchmark::State& state) {
    auto signal = event::create_unnamed();
    for (auto _ : state) {
        signal.set();
        signal.wait();
    }
}
BENCHMARK(event_set_wait);

// A poll that finds nothing.
void event_poll(benchmark::State& state) {
    const auto signal = event::create_unnamed();
    for (auto _ : state) {
        benchmark::DoNotOptimize(signal.wait_until(deadline::after(std::chrono::seconds(0))));
    }
}
BENCHMARK(event_poll);

void semaphore_release_acquire(benchmark::State& state) {
    auto slots = semaphore::create_unnamed();
    for (auto _ : state) {
        slots.release();
        slots.acquire();
    }
}
BENCHMARK(semaphore_release_acquire);

struct many_events {
    explicit many_events(std::int64_t count) {
        for (std::int64_t i = 0; i < count; ++i) {
            events.push_back(event::create_unnamed());
        }
        all.assign(events.begin(), events.end());
    }

    std::vector<event> events;
    std::vector<waitable_ref> all;
};

// The last of them is set: all are looked at, nobody sleeps.
void wait_any_last(benchmark::State& state) {
    many_events with(state.range(0));
    for (auto _ : state) {
        with.events.back().set();
        benchmark::DoNotOptimize(wait_any(with.all));
    }
}
BENCHMARK(wait_any_last)->Arg(2)->Arg(8)->Arg(64);

// All of them are set before every wait.
void wait_all_set(benchmark::State& state) {
    many_events with(state.range(0));
    for (auto _ : state) {
        for (event& each : with.events) {
            each.set();
        }
        benchmark::DoNotOptimize(wait_all(with.all));
    }
}
BENCHMARK(wait_all_set)->Arg(2)->Arg(8)->Arg(64);

// There and back between two threads.
void event_round_trip(benchmark::State& state) {
    auto there = event::create_unnamed();
    auto back = event::create_unnamed();
    auto stop = event::create_unnamed();
    std::thread other([&] {
        while (wait_any({there, stop}).index == 0) {
            back.set();
        }
    });
    for (auto _ : state) {
        there.set();
        back.wait();
    }
    stop.set();
    other.join();
}
BENCHMARK(event_round_trip)->UseRealTime()->Unit(benchmark::kMicrosecond);

void region_create_map_close(benchmark::State& state) {
    const std::string name = unique_name();
    for (auto _ : state) {
        const auto region = shared_region::create(name, static_cast<std::uint64_t>(state.range(0)));
        benchmark::DoNotOptimize(region.map());
    }
}
BENCHMARK(region_create_map_close)
    ->Arg(4 * 1024)
    ->Arg(64 * 1024)
    ->Arg(1024 * 1024)
    ->Unit(benchmark::kMicrosecond);

void region_open_map_close(benchmark::State& state) {
    const std::string name = unique_name();
    const auto kept = shared_region::create(name, 64 * 1024);
    for (auto _ : state) {
        benchmark::DoNotOptimize(shared_region::open(name).map());
    }
}
BENCHMARK(region_open_map_close)->Unit(benchmark::kMicrosecond);

} // namespace

BENCHMARK_MAIN();
