// In-process figures of channels. For figures between processes see channel_compare.

#include <isthmus/channel.hpp>
#include <isthmus/name.hpp>

#include <benchmark/benchmark.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <random>
#include <span>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

namespace {

using namespace isthmus;

std::string unique_name() {
    static const std::string run = std::to_string(std::random_device{}());
    static unsigned count = 0;
    return "isthmus-bench-" + run + "-" + std::to_string(++count);
}

void parse_channel_name(benchmark::State& state) {
    const std::string name = R"(\\.\pipe\Company\Product\Orders.2024)";
    for (auto _ : state) {
        benchmark::DoNotOptimize(channel_address::parse(name));
    }
}
BENCHMARK(parse_channel_name);

void parse_object_name(benchmark::State& state) {
    const std::string name = R"(Global\Company.Product.Orders.2024)";
    for (auto _ : state) {
        benchmark::DoNotOptimize(object_name::parse(name));
    }
}
BENCHMARK(parse_object_name);

void create_and_close_listener(benchmark::State& state) {
    const std::string name = unique_name();
    for (auto _ : state) {
        benchmark::DoNotOptimize(channel_listener::create(name));
    }
}
BENCHMARK(create_and_close_listener)->Unit(benchmark::kMicrosecond);

// A client comes, is accepted, and both ends close.
void connect_accept_close(benchmark::State& state) {
    const std::string name = unique_name();
    auto listener = channel_listener::create(name);
    for (auto _ : state) {
        const channel client = channel::connect(name);
        const channel server = listener.accept();
        benchmark::DoNotOptimize(server.is_open());
    }
}
BENCHMARK(connect_accept_close)->Unit(benchmark::kMicrosecond);

void connect_to_missing(benchmark::State& state) {
    const std::string name = unique_name();
    for (auto _ : state) {
        std::error_code error;
        benchmark::DoNotOptimize(channel::connect(name, {}, error));
    }
}
BENCHMARK(connect_to_missing)->Unit(benchmark::kMicrosecond);

struct pair {
    explicit pair(channel_mode mode) {
        const std::string name = unique_name();
        auto listener = channel_listener::create(name, {.mode = mode});
        client = channel::connect(name, {.mode = mode});
        server = listener.accept();
    }

    channel client;
    channel server;
};

channel_mode mode_of(const benchmark::State& state) {
    return state.range(0) == 0 ? channel_mode::byte : channel_mode::message;
}

// Request and reply of 64 bytes between two threads. Arguments: 0 byte mode, 1 message mode.
void round_trip_64(benchmark::State& state) {
    pair ends(mode_of(state));
    std::thread server([&ends] {
        std::array<std::byte, 64> buffer;
        std::error_code closed;
        while (!closed) {
            const read_result got = ends.server.read(buffer, closed);
            if (!closed) {
                ends.server.write(std::span(buffer).first(got.size), closed);
            }
        }
    });
    std::array<std::byte, 64> buffer{};
    for (auto _ : state) {
        ends.client.write(buffer);
        for (std::size_t got = 0; got < buffer.size();) {
            got += ends.client.read(std::span(buffer).subspan(got)).size;
        }
    }
    ends.client.close();
    server.join();
}
BENCHMARK(round_trip_64)->Arg(0)->Arg(1)->UseRealTime()->Unit(benchmark::kMicrosecond);

// Written and read by the same thread: what the calls cost without any switch.
void write_then_read(benchmark::State& state) {
    pair ends(mode_of(state));
    std::vector<std::byte> buffer(static_cast<std::size_t>(state.range(1)));
    for (auto _ : state) {
        ends.client.write(buffer);
        for (std::size_t got = 0; got < buffer.size();) {
            got += ends.server.read(std::span(buffer).subspan(got)).size;
        }
    }
    state.SetBytesProcessed(state.iterations() * state.range(1));
}
BENCHMARK(write_then_read)->ArgsProduct({{0, 1}, {64, 16 * 1024}});

void peek_nothing(benchmark::State& state) {
    pair ends(mode_of(state));
    for (auto _ : state) {
        benchmark::DoNotOptimize(ends.server.peek());
    }
}
BENCHMARK(peek_nothing)->Arg(0)->Arg(1);

void peek_64(benchmark::State& state) {
    pair ends(mode_of(state));
    std::array<std::byte, 64> buffer{};
    ends.client.write(buffer);
    for (auto _ : state) {
        benchmark::DoNotOptimize(ends.server.peek(buffer));
    }
}
BENCHMARK(peek_64)->Arg(0)->Arg(1);

} // namespace

BENCHMARK_MAIN();
