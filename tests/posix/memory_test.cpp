#include "posix/hostile_peer.hpp"

#include <atomic>
#include <cstdlib>
#include <new>

/// Memory that is not to be had: an error, after which nobody waits for ever.

namespace {

std::atomic<std::size_t> largest_block = SIZE_MAX;

} // namespace

// The whole program's: larger blocks than allowed are not to be had. (Not inlined, or compilers
// would see new and free.)
[[gnu::noinline]] void* operator new(std::size_t size) {
    void* const block = size <= largest_block ? std::malloc(size) : nullptr;
    if (!block)
        throw std::bad_alloc();
    return block;
}
[[gnu::noinline]] void operator delete(void* block) noexcept {
    std::free(block);
}
[[gnu::noinline]] void operator delete(void* block, std::size_t) noexcept {
    std::free(block);
}

namespace isthmus::test {
namespace {

using namespace std::chrono_literals;

/// While it lives.
class no_blocks_over {
public:
    explicit no_blocks_over(std::size_t size) { largest_block = size; }
    no_blocks_over(const no_blocks_over&) = delete;
    no_blocks_over& operator=(const no_blocks_over&) = delete;
    ~no_blocks_over() { largest_block = SIZE_MAX; }
};

class OutOfMemory : public testing::Test {
protected:
    connection ends_ = make_message_connection();
    std::error_code ec_;
};

TEST_F(OutOfMemory, ForAMessageLosesNothing) {
    const auto large = pattern(more_than_fits);
    auto writing = in_background([&] { ends_.client.write(large); });
    {
        const no_blocks_over limit(1'000'000);
        ends_.server.read_message(ec_);
    }
    EXPECT_EQ(ec_, errc::out_of_memory) << ec_.message();
    EXPECT_EQ(ends_.server.read_message_for(in_good_time), large);
    writing.get();
}

TEST_F(OutOfMemory, EvenToKeepWhatHasComeEndsTheChannel) {
    const auto large = pattern(more_than_fits);
    const auto descriptors = descriptor_count();
    auto writing =
        in_background([&] { return error_of([&](auto& ec) { ends_.client.write(large, ec); }); });
    {
        const no_blocks_over limit(70'000);
        ends_.server.read_message(ec_);
    }
    EXPECT_EQ(ec_, errc::out_of_memory) << ec_.message();
    // The next read waits for nobody, and neither does the writer.
    ends_.server.read_message_for(in_good_time, ec_);
    EXPECT_EQ(ec_, errc::broken) << ec_.message();
    EXPECT_EQ(writing.get(), errc::broken);
    ends_.client.close();
    ends_.server.close();
    EXPECT_LT(descriptor_count(), descriptors);
    // Service goes on.
    auto client = channel::connect(ends_.listener.name(),
                                   {.mode = channel_mode::message, .wait = in_good_time});
    auto server = ends_.listener.accept();
    client.write(bytes("hello"));
    EXPECT_EQ(next_message(server), "hello");
}

TEST_F(OutOfMemory, ForAPeekLosesNothing) {
    ends_.client.write(bytes("hello"));
    {
        const no_blocks_over limit(4000);
        ends_.server.peek({}, ec_);
    }
    EXPECT_EQ(ec_, errc::out_of_memory) << ec_.message();
    EXPECT_EQ(next_message(ends_.server), "hello");
}

} // namespace
} // namespace isthmus::test
