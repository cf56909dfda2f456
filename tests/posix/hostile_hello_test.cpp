#include "posix/capabilities.hpp"
#include "posix/hostile_peer.hpp"

#include <fcntl.h>
#include <sys/mman.h>

#include <cstring>

/// Peers whose hello, or what it carries, is not what it should be.

namespace isthmus::test {
namespace {

using namespace std::chrono_literals;
using posix::descriptor;

class HostileHello : public hostile_peer_test {};

INSTANTIATE_TEST_SUITE_P(Against,
                         HostileHello,
                         testing::Values("byte", "message"),
                         [](const auto& each) { return each.param; });

// --- hellos

TEST_P(HostileHello, SendsAHelloWithWrongDescriptors) {
    const descriptor null(open("/dev/null", O_RDWR | O_CLOEXEC));
    const descriptor directory(open("/", O_RDONLY | O_CLOEXEC));
    const descriptor file(open("/bin/sh", O_RDONLY | O_CLOEXEC));
    int pipe_ends[2] = {};
    ASSERT_EQ(pipe(pipe_ends), 0);
    const descriptor reading(pipe_ends[0]);
    const descriptor writing(pipe_ends[1]);

    std::vector<std::vector<int>> all = {
        {null.get()},
        {directory.get()},
        {file.get()},
        {reading.get()},
        {writing.get()},
        {null.get(), null.get()},
        {file.get(), null.get()},
        {file.get(), directory.get()},
        {file.get(), file.get()},
        {file.get(), reading.get()},
        {null.get(), null.get(), null.get()},
        std::vector<int>(16, file.get()),
        std::vector<int>(17, file.get()),
        std::vector<int>(200, file.get()),
        std::vector<int>(253, file.get()),
    };
#if defined(__linux__)
    const descriptor path_only(open("/bin/sh", O_PATH | O_CLOEXEC));
    const descriptor unsealed(memfd_create("unsealed", MFD_CLOEXEC | MFD_ALLOW_SEALING));
    ASSERT_EQ(ftruncate(unsealed.get(), 4096), 0);
    const descriptor empty(memfd_create("empty", MFD_CLOEXEC | MFD_ALLOW_SEALING));
    ASSERT_EQ(fcntl(empty.get(), F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW), 0);
    const descriptor of_the_kernel(open("/proc/self/maps", O_RDONLY | O_CLOEXEC));
    all.insert(all.end(), {{path_only.get()},
                           {unsealed.get()},
                           {empty.get()},
                           {of_the_kernel.get()},
                           {path_only.get(), path_only.get()},
                           {file.get(), unsealed.get()},
                           {file.get(), empty.get()},
                           {unsealed.get(), unsealed.get(), unsealed.get()}});
#endif
    const auto version = static_cast<std::byte>(1);
    for (std::size_t i = 0; i < all.size(); ++i) {
        const auto before = descriptor_count();
        {
            auto client = raw_socket::connect(listener_.name());
            ASSERT_TRUE(client.send_with(std::span(&version, 1), all[i])) << "hello " << i;
            client.send("data");
            auto server = accept();
            client.close();
            read_all(server);
            expect_every_call_returns(server);
        }
        EXPECT_EQ(descriptor_count(), before) << "hello " << i;
    }
}

TEST_P(HostileHello, SendsAHelloOfAnotherVersion) {
    for (const int version : {0, 2, 3, 255}) {
        valid_client client(listener_.name());
        const auto byte = static_cast<std::byte>(version);
        client.socket.send_with(std::span(&byte, 1), client.descriptors());
        auto server = accept();
        client.leave();
        read_all(server);
    }
}

TEST_P(HostileHello, GluesTheHelloToData) {
    valid_client client(listener_.name());
    const std::byte data[] = {std::byte{1}, std::byte{'x'}};
    client.socket.send_with(data, client.descriptors());
    auto server = accept();
    client.leave();
    EXPECT_TRUE(read_all(server).empty());
}

TEST_P(HostileHello, SendsTheHelloTwice) {
    valid_client client(listener_.name());
    client.say_hello();
    client.say_hello();
    client.say_hello();
    auto server = accept();
    client.leave();
    const auto got = read_all(server);
    if (mode() == channel_mode::byte) {
        // Only the first is one; the others are bytes, and their descriptors are dropped.
        EXPECT_EQ(got, std::vector<std::string>{"\1\1"});
    }
}

TEST_P(HostileHello, SendsTheHelloAfterData) {
    valid_client client(listener_.name());
    client.socket.send("x");
    auto server = accept();
    client.say_hello();
    client.leave();
    read_all(server);
}

TEST_P(HostileHello, SendsDescriptorsInTheMiddle) {
    for (std::size_t i = 0; i < scaled(50); ++i) {
        valid_client client(listener_.name());
        client.say_hello();
        auto server = accept();
        const auto data = mode() == channel_mode::message ? frame("gift") : bytes("gift");
        const std::vector<int> gifts(1 + i % 100, client.socket.fd());
        ASSERT_TRUE(client.socket.send_with(data, gifts));
        EXPECT_EQ(next_text(server), "gift");
        // A socket that was sent through itself would never end if we kept it.
        client.leave();
        EXPECT_TRUE(read_all(server).empty());
    }
}

TEST_P(HostileHello, ClaimsAFileThatIsNoInstance) {
    const descriptor own(open("/bin/sh", O_RDONLY | O_CLOEXEC));
    valid_client client(listener_.name());
    EXPECT_TRUE(posix::send_hello(client.socket.fd(), own.get(), client.shared.memory()));
    auto server = accept();
    client.socket.send(mode() == channel_mode::message ? frame("hi") : bytes("hi"));
    EXPECT_EQ(next_text(server), "hi");
    client.leave();
    read_all(server);
}

TEST_P(HostileHello, ClaimsTheSameInstanceTwice) {
    valid_client client(listener_.name());
    client.say_hello();
    auto second = raw_socket::connect(listener_.name());
    EXPECT_TRUE(posix::send_hello(second.fd(), client.claim.lock.get(), client.shared.memory()));
    auto one = accept();
    auto two = accept();
    const auto data = mode() == channel_mode::message ? frame("hi") : bytes("hi");
    client.socket.send(data);
    second.send(data);
    EXPECT_EQ(next_text(one), "hi");
    EXPECT_EQ(next_text(two), "hi");
    client.leave();
    second.close();
    read_all(one);
    read_all(two);
}

// --- shared words

TEST_P(HostileHello, WritesNonsenseIntoSharedMemory) {
    if constexpr (!posix::capability::sealed_memory)
        GTEST_SKIP() << "no shared memory here";
    for (const int fill : {0x01, 0x7F, 0x80, 0xFF}) {
        valid_client client(listener_.name());
        void* const words =
            mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, client.shared.memory(), 0);
        ASSERT_NE(words, MAP_FAILED);
        std::memset(words, fill, 4096);
        client.say_hello();
        auto server = accept();
        client.socket.send(mode() == channel_mode::message ? frame("hi") : bytes("hi"));
        EXPECT_EQ(next_text(server), "hi");
        std::memset(words, fill, 4096);
        server.write(bytes("unread"));
        std::error_code ec;
        server.flush_for(20ms, ec);
        std::memset(words, 0, 4096);
        server.flush_for(20ms, ec);
        munmap(words, 4096);
        client.leave();
        read_all(server);
    }
}

TEST_P(HostileHello, CutsSharedMemoryShort) {
    if constexpr (!posix::capability::sealed_memory)
        GTEST_SKIP() << "no shared memory here";
    valid_client client(listener_.name());
    client.say_hello();
    auto server = accept();
    EXPECT_NE(ftruncate(client.shared.memory(), 0), 0);
    client.socket.send(mode() == channel_mode::message ? frame("hi") : bytes("hi"));
    EXPECT_EQ(next_text(server), "hi");
}

} // namespace
} // namespace isthmus::test
