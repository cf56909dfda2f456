#include "channel_testing.hpp"
#include "posix/capabilities.hpp"
#include "posix/frame.hpp"
#include "posix/hello.hpp"
#include "posix/link.hpp"
#include "posix/pipe_directory.hpp"
#include "posix/pipe_path.hpp"
#include "posix/raw_socket.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <iterator>
#include <random>

/// Programs that connect to a channel's socket and do what no client of this library does. Whatever
/// it is, the channel ends with `broken` or `protocol_error`, costs nothing, and the next client is
/// served.

namespace isthmus::test {
namespace {

using namespace std::chrono_literals;
using posix::descriptor;

using bytes_vector = std::vector<std::byte>;

void append(bytes_vector& to, std::span<const std::byte> what) {
    to.insert(to.end(), what.begin(), what.end());
}

bytes_vector frame(std::string_view message) {
    bytes_vector result;
    append(result, posix::encode_frame_header(static_cast<std::uint32_t>(message.size())));
    append(result, bytes(message));
    return result;
}

/// What a client of the library holds before it says anything.
struct valid_client {
    raw_socket socket;
    posix::pipe_directory::claim claim;
    posix::link shared;

    explicit valid_client(std::string_view name) {
        const auto encoded = posix::encode_key(channel_address::parse(name).key());
        const auto directory = posix::pipe_directory::open(geteuid(), encoded);
        EXPECT_TRUE(directory);
        EXPECT_TRUE(eventually([&] {
            auto claimed = directory.claim_instance({});
            if (claimed)
                claim = std::move(*claimed);
            return claimed.has_value();
        }));
        socket = raw_socket::connect(name);
        EXPECT_TRUE(shared.make(claim.lock.get()));
    }

    /// What a hello carries.
    std::vector<int> descriptors() const {
        std::vector<int> result{claim.lock.get()};
        if (shared.memory() >= 0)
            result.push_back(shared.memory());
        return result;
    }

    /// As a client that closes or dies.
    void leave() {
        claim.lock.reset();
        socket.close();
    }

    void say_hello() const {
        EXPECT_TRUE(posix::send_hello(socket.fd(), claim.lock.get(), shared.memory()));
    }
};

class HostilePeer : public testing::TestWithParam<std::string> {
protected:
    channel_mode mode() const {
        return GetParam() == "message" ? channel_mode::message : channel_mode::byte;
    }

    void SetUp() override {
        expect_good_service(); // the first call that waits opens what later ones use again
        descriptors_ = descriptor_count();
    }

    void TearDown() override {
        // What was sent to us and not wanted is closed, and the listener is as good as ever.
        EXPECT_EQ(descriptor_count(), descriptors_);
        expect_good_service();
        EXPECT_EQ(descriptor_count(), descriptors_);
    }

    void expect_good_service() {
        auto client = channel::connect(listener_.name(), {.mode = mode(), .wait = in_good_time});
        auto server = accept();
        client.write(bytes("hello"));
        EXPECT_EQ(next_text(server), "hello");
        server.write(bytes("welcome"));
        EXPECT_EQ(next_text(client), "welcome");
        bytes_vector buffer(1);
        EXPECT_EQ(client.read_for(buffer, 1ms), std::nullopt);
    }

    channel accept() {
        auto server = listener_.accept_for(in_good_time);
        if (!server)
            throw std::runtime_error("not accepted");
        return std::move(*server);
    }

    /// Everything that can be read; and how it ends, which must be one of the two ways.
    static std::vector<std::string> read_all(channel& server) {
        std::vector<std::string> all;
        std::error_code ec;
        bytes_vector buffer(64 * 1024);
        while (const auto got = server.read_for(buffer, in_good_time, ec)) {
            const auto part = text(std::span(buffer).first(got->size));
            if (server.mode() == channel_mode::byte && !all.empty()) {
                all.back() += part;
            } else {
                all.push_back(part);
            }
        }
        EXPECT_TRUE(ec == errc::broken || ec == errc::protocol_error) << ec.message();
        // It stays so.
        server.read_for(buffer, in_good_time, ec);
        EXPECT_TRUE(ec == errc::broken || ec == errc::protocol_error) << ec.message();
        return all;
    }

    /// Whatever the peer has done, no call on the channel hangs or throws something else.
    static void expect_every_call_returns(channel& server) {
        std::error_code ec;
        bytes_vector buffer(16);
        server.peek(buffer, ec);
        server.flush_for(1ms, ec);
        server.peer(ec);
        server.write_for(bytes("x"), 1ms, ec);
        server.transact_for(bytes("x"), 1ms, ec);
        server.read_message_for(1ms, ec);
        server.read_for(buffer, 1ms, ec);
        server.cancel();
        server.disconnect(ec);
    }

    channel_listener listener_ = channel_listener::create(unique_name("hostile"), {.mode = mode()});
    std::size_t descriptors_ = 0;
    std::mt19937 random_{std::random_device{}()};
};

INSTANTIATE_TEST_SUITE_P(Against,
                         HostilePeer,
                         testing::Values("byte", "message"),
                         [](const auto& each) { return each.param; });

/// Only messages have frames.
class HostileFrames : public HostilePeer {};

INSTANTIATE_TEST_SUITE_P(Against, HostileFrames, testing::Values("message"), [](const auto& each) {
    return each.param;
});

// --- bytes

TEST_P(HostilePeer, SendsRandomBytes) {
    for (std::size_t i = 0; i < scaled(200); ++i) {
        auto client = raw_socket::connect(listener_.name());
        bytes_vector noise(random_() % 3000);
        for (auto& each : noise)
            each = static_cast<std::byte>(random_());
        client.send(noise);
        client.close();
        auto server = accept();
        const auto got = read_all(server);
        if (mode() == channel_mode::byte) {
            ASSERT_EQ(got.empty() ? "" : got.front(), text(noise));
        } else {
            ASSERT_TRUE(got.empty());
        }
    }
}

TEST_P(HostilePeer, SendsRandomBytesAfterAHello) {
    for (std::size_t i = 0; i < scaled(200); ++i) {
        valid_client client(listener_.name());
        client.say_hello();
        bytes_vector noise(random_() % 3000);
        for (auto& each : noise)
            each = static_cast<std::byte>(random_());
        client.socket.send(noise);
        client.leave();
        auto server = accept();
        const auto got = read_all(server);
        if (mode() == channel_mode::byte) {
            ASSERT_EQ(got.empty() ? "" : got.front(), text(noise));
        }
    }
}

TEST_P(HostileFrames, SendsAValidFrameAndThenNoise) {
    for (std::size_t i = 0; i < scaled(100); ++i) {
        valid_client client(listener_.name());
        client.say_hello();
        auto data = frame("good");
        append(data, frame(""));
        bytes_vector noise(8 + random_() % 100, std::byte{'?'});
        append(data, noise);
        client.socket.send(data);
        auto server = accept();
        EXPECT_EQ(read_all(server), (std::vector<std::string>{"good", ""}));
        expect_every_call_returns(server);
    }
}

TEST_P(HostileFrames, ClosesAtEveryPointOfAConversation) {
    auto conversation = frame("first");
    const std::size_t after_first = conversation.size();
    append(conversation, frame(""));
    const std::size_t after_second = conversation.size();
    append(conversation, frame(std::string(20, 'x')));
    for (std::size_t cut = 0; cut <= conversation.size(); ++cut) {
        valid_client client(listener_.name());
        client.say_hello();
        client.socket.send(std::span(conversation).first(cut));
        client.leave();
        auto server = accept();
        const auto got = read_all(server);
        std::size_t complete = 0;
        if (cut >= after_first)
            ++complete;
        if (cut >= after_second)
            ++complete;
        if (cut == conversation.size())
            ++complete;
        // A part of a message may have been delivered as such, before its end was missed.
        ASSERT_GE(got.size(), complete) << "cut at " << cut;
        ASSERT_LE(got.size(), complete + 1) << "cut at " << cut;
        if (complete > 0) {
            ASSERT_EQ(got[0], "first");
        }
    }
}

TEST_P(HostileFrames, ClosesInTheMiddleOfAMessageThatIsReadWhole) {
    auto half = frame(std::string(1000, 'x'));
    half.resize(half.size() - 1);
    valid_client client(listener_.name());
    client.say_hello();
    client.socket.send(half);
    auto server = accept();
    EXPECT_EQ(server.read_message_for(20ms), std::nullopt);
    client.leave();
    std::error_code ec;
    server.read_message_for(in_good_time, ec);
    EXPECT_TRUE(ec == errc::broken || ec == errc::protocol_error) << ec.message();
}

TEST_P(HostilePeer, TricklesBytesOneByOne) {
    valid_client client(listener_.name());
    client.say_hello();
    auto server = accept();
    const auto data = mode() == channel_mode::message ? frame("slow") : bytes("slow");
    bytes_vector buffer(4);
    for (std::size_t i = 0; i + 1 < data.size(); ++i) {
        client.socket.send(std::span(data).subspan(i, 1));
        if (mode() == channel_mode::message) {
            EXPECT_EQ(server.read_for(buffer, 0ms), std::nullopt);
        }
    }
    client.socket.send(std::span(data).last(1));
    EXPECT_EQ(text(read_exactly(server, 4)), "slow");
}

// --- lying lengths

TEST_P(HostileFrames, AnnouncesAMessageOverTheLimit) {
    for (const std::uint32_t length :
         {std::uint32_t{max_message_size + 1}, 0x7FFFFFFFU, 0x80000000U, 0xFFFFFFFFU}) {
        valid_client client(listener_.name());
        client.say_hello();
        client.socket.send(posix::encode_frame_header(length));
        auto server = accept();
        std::error_code ec;
        server.read_message_for(in_good_time, ec);
        EXPECT_EQ(ec, errc::protocol_error) << length;
        expect_every_call_returns(server);
    }
}

TEST_P(HostileFrames, AnnouncesMuchAndSendsLittle) {
    const auto before = resident_memory();
    std::vector<valid_client> clients;
    std::vector<channel> servers;
    for (int i = 0; i < 20; ++i) {
        clients.emplace_back(listener_.name());
        clients.back().say_hello();
        clients.back().socket.send(posix::encode_frame_header(max_message_size));
        clients.back().socket.send("a little");
        servers.push_back(accept());
        EXPECT_EQ(servers.back().read_message_for(5ms), std::nullopt);
    }
    // 20 times 256 MiB were announced.
    EXPECT_LT(resident_memory(), before + 64 * 1024 * 1024);
    for (auto& client : clients)
        client.leave();
    for (auto& server : servers) {
        std::error_code ec;
        server.read_message_for(in_good_time, ec);
        EXPECT_EQ(ec, errc::broken);
    }
}

TEST_P(HostilePeer, SendsWithoutEndToOneWhoDoesNotRead) {
    const auto before = resident_memory();
    valid_client client(listener_.name());
    client.say_hello();
    auto server = accept();
    fcntl(client.socket.fd(), F_SETFL, O_NONBLOCK);
    const auto noise = mode() == channel_mode::message ? frame(std::string(1000, 'x'))
                                                       : bytes(std::string(1000, 'x'));
    std::size_t sent = 0;
    for (int i = 0; i < 100; ++i) {
        while (sent < 500'000'000 &&
               ::send(client.socket.fd(), noise.data(), noise.size(), MSG_NOSIGNAL) > 0) {
            sent += noise.size();
        }
        // Looking takes in some, but not all that ever comes.
        server.peek();
    }
    EXPECT_LT(sent, 64U * 1024 * 1024);
    EXPECT_LT(resident_memory(), before + 64 * 1024 * 1024);
}

TEST_P(HostilePeer, NeverReads) {
    valid_client client(listener_.name());
    client.say_hello();
    auto server = accept();
    EXPECT_FALSE(server.write_for(pattern(more_than_fits), 20ms));
    expect_every_call_returns(server);
}

// --- hellos

TEST_P(HostilePeer, SendsAHelloWithWrongDescriptors) {
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

TEST_P(HostilePeer, SendsAHelloOfAnotherVersion) {
    for (const int version : {0, 2, 3, 255}) {
        valid_client client(listener_.name());
        const auto byte = static_cast<std::byte>(version);
        client.socket.send_with(std::span(&byte, 1), client.descriptors());
        auto server = accept();
        client.leave();
        read_all(server);
    }
}

TEST_P(HostilePeer, GluesTheHelloToData) {
    valid_client client(listener_.name());
    const std::byte data[] = {std::byte{1}, std::byte{'x'}};
    client.socket.send_with(data, client.descriptors());
    auto server = accept();
    client.leave();
    EXPECT_TRUE(read_all(server).empty());
}

TEST_P(HostilePeer, SendsTheHelloTwice) {
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

TEST_P(HostilePeer, SendsTheHelloAfterData) {
    valid_client client(listener_.name());
    client.socket.send("x");
    auto server = accept();
    client.say_hello();
    client.leave();
    read_all(server);
}

TEST_P(HostilePeer, SendsDescriptorsInTheMiddle) {
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

TEST_P(HostilePeer, ClaimsAFileThatIsNoInstance) {
    const descriptor own(open("/bin/sh", O_RDONLY | O_CLOEXEC));
    valid_client client(listener_.name());
    EXPECT_TRUE(posix::send_hello(client.socket.fd(), own.get(), client.shared.memory()));
    auto server = accept();
    client.socket.send(mode() == channel_mode::message ? frame("hi") : bytes("hi"));
    EXPECT_EQ(next_text(server), "hi");
    client.leave();
    read_all(server);
}

TEST_P(HostilePeer, ClaimsTheSameInstanceTwice) {
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

TEST_P(HostilePeer, WritesNonsenseIntoSharedMemory) {
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

TEST_P(HostilePeer, CutsSharedMemoryShort) {
    if constexpr (!posix::capability::sealed_memory)
        GTEST_SKIP() << "no shared memory here";
    valid_client client(listener_.name());
    client.say_hello();
    auto server = accept();
    EXPECT_NE(ftruncate(client.shared.memory(), 0), 0);
    client.socket.send(mode() == channel_mode::message ? frame("hi") : bytes("hi"));
    EXPECT_EQ(next_text(server), "hi");
}

// --- many, and early leavers

TEST_P(HostilePeer, ConnectsAndLeavesWithoutAWordManyTimes) {
    const std::size_t count = scaled(300);
    for (std::size_t i = 0; i < count; ++i)
        raw_socket::connect(listener_.name()).close();
    for (std::size_t i = 0; i < count; ++i) {
        auto server = accept();
        EXPECT_TRUE(read_all(server).empty());
    }
}

TEST_P(HostilePeer, HoldsManyConnectionsThatNobodyAccepted) {
    std::vector<raw_socket> idle;
    for (int i = 0; i < 200; ++i)
        idle.push_back(raw_socket::connect(listener_.name()));
    auto serving = in_background([&] {
        // Somewhere behind all those comes one that talks.
        for (;;) {
            auto server = accept();
            std::error_code ec;
            bytes_vector buffer(16);
            if (server.read_for(buffer, 1ms, ec))
                return text(std::span(buffer).first(4));
        }
    });
    auto client = channel::connect(listener_.name(), {.mode = mode(), .wait = in_good_time});
    client.write(bytes("good"));
    EXPECT_EQ(serving.get(), "good");
}

TEST_P(HostilePeer, KeepsItsClaimWhenItHasHungUp) {
    valid_client client(listener_.name());
    client.say_hello();
    auto server = accept();
    client.socket.close();
    read_all(server);
    const auto start = std::chrono::steady_clock::now();
    server.close();
    EXPECT_LT(std::chrono::steady_clock::now() - start, 2s);
}

TEST_P(HostilePeer, ClaimsAnInstanceAndDies) {
    const auto encoded = posix::encode_key(channel_address::parse(listener_.name()).key());
    const auto directory = posix::pipe_directory::open(geteuid(), encoded);
    {
        const auto claim = directory.claim_instance({});
        ASSERT_TRUE(claim.has_value());
        std::error_code ec;
        channel::connect(listener_.name(), {.mode = mode()}, ec);
        EXPECT_EQ(ec, errc::busy);
    }
    // The claim went with its holder; the good client in TearDown gets the instance.
}

TEST_P(HostilePeer, ResetsWhileTheServerWrites) {
    for (std::size_t i = 0; i < scaled(30); ++i) {
        valid_client client(listener_.name());
        client.say_hello();
        auto server = accept();
        auto writing = in_background(
            [&] { return error_of([&](auto& ec) { server.write(pattern(2'000'000), ec); }); });
        // Unread data makes the close a reset.
        EXPECT_TRUE(client.socket.receive().has_value());
        client.leave();
        const auto ec = writing.get();
        EXPECT_EQ(ec, errc::broken) << ec.message();
        EXPECT_EQ(ec.value(), 232);
    }
}

} // namespace
} // namespace isthmus::test
