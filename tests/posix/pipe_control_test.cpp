#include "channel_testing.hpp"
#include "pipe.hpp"
#include "posix/pipe_control.hpp"
#include "posix/pipe_impl.hpp"

#include <memory>

/// What the Win32 functions need of a pipe beyond what channels do.

namespace isthmus::test {
namespace {

using detail::pipe;
using detail::pipe_operation;
using detail::pipe_state;
using detail::state_of;

std::unique_ptr<pipe> create(const std::string& name, const listener_options& options = {}) {
    std::error_code ec;
    auto made = detail::create_pipe(channel_address::parse(name), options,
                                    {.inbound = 100, .outbound = 200}, ec);
    EXPECT_EQ(ec, std::error_code());
    return made;
}

std::unique_ptr<pipe> connect(const std::string& name) {
    std::error_code ec;
    auto made = pipe::connect(channel_address::parse(name), channel_mode::byte, std::nullopt, ec);
    EXPECT_EQ(ec, std::error_code());
    return made;
}

void write(pipe& end, std::string_view text) {
    pipe_operation op;
    end.start_write(op, bytes(text));
    end.complete(op, deadline::after(in_good_time));
    EXPECT_EQ(op.error, std::error_code());
}

std::string read(pipe& end, std::size_t most = 100) {
    std::vector<std::byte> buffer(most);
    pipe_operation op;
    end.start_read(op, buffer);
    end.complete(op, deadline::after(in_good_time));
    EXPECT_EQ(op.error, std::error_code());
    return text(std::span(buffer).first(op.transferred));
}

TEST(PipeControl, AClientIsThereWithoutBeingWaitedFor) {
    const auto name = unique_name("control");
    auto server = create(name);
    EXPECT_EQ(state_of(*server), pipe_state::listening);
    auto client = connect(name);
    EXPECT_EQ(state_of(*client), pipe_state::connected);
    EXPECT_EQ(state_of(*server), pipe_state::connected);
    write(*client, "hello");
    EXPECT_EQ(read(*server), "hello");
    std::error_code ec;
    server->disconnect(ec);
    EXPECT_EQ(state_of(*server), pipe_state::disconnected);
    EXPECT_EQ(state_of(*client), pipe_state::disconnected);
}

TEST(PipeControl, AClientThatCameAndWentIsSeen) {
    const auto name = unique_name("control");
    auto server = create(name);
    write(*connect(name), "bye");
    EXPECT_EQ(state_of(*server), pipe_state::closing);
    EXPECT_EQ(read(*server), "bye");
}

TEST(PipeControl, TheFirstInstanceGetsTheFirstClientWhoeverLooksFirst) {
    const auto name = unique_name("control");
    std::vector<std::unique_ptr<pipe>> servers;
    std::vector<std::unique_ptr<pipe>> clients;
    for (int i = 0; i < 12; ++i)
        servers.push_back(create(name));
    for (int i = 0; i < 12; ++i)
        clients.push_back(connect(name));
    for (auto server = servers.rbegin(); server != servers.rend(); ++server)
        EXPECT_EQ(state_of(**server), pipe_state::connected);
    for (std::size_t i = 0; i < clients.size(); ++i)
        write(*clients[i], std::to_string(i));
    for (std::size_t i = 0; i < servers.size(); ++i)
        EXPECT_EQ(read(*servers[i]), std::to_string(i));
}

TEST(PipeControl, WhoWaitsForAClientLearnsThatAnotherTookItIn) {
    const auto name = unique_name("control");
    auto server = create(name);
    auto waiting = in_background([&end = *server] {
        pipe_operation op;
        end.start_listen(op);
        end.complete(op, deadline::after(in_good_time));
        return !op.error || op.error.value() == 87;
    });
    const auto client = connect(name);
    while (state_of(*server) != pipe_state::connected) {}
    EXPECT_TRUE(waiting.get());
}

TEST(PipeControl, TheReadModeChangesAtRunTime) {
    const auto name = unique_name("control");
    auto server = create(name, {.mode = channel_mode::message});
    auto client = connect(name);
    write(*client, "one");
    write(*client, "two");
    write(*client, "three");
    EXPECT_EQ(state_of(*server), pipe_state::connected);
    EXPECT_EQ(read(*server), "one");
    detail::set_read_mode(*server, channel_mode::byte);
    EXPECT_EQ(server->read_mode(), channel_mode::byte);
    EXPECT_EQ(read(*server, 5), "twoth");
    detail::set_read_mode(*server, channel_mode::message);
    EXPECT_EQ(read(*server), "ree");
}

TEST(PipeControl, TheModeThatAServerSetsBeforeHoldsForItsClients) {
    const auto name = unique_name("control");
    auto server = create(name, {.mode = channel_mode::message});
    detail::set_read_mode(*server, channel_mode::byte);
    auto client = connect(name);
    write(*client, "one");
    write(*client, "two");
    EXPECT_EQ(state_of(*server), pipe_state::connected);
    EXPECT_EQ(read(*server), "onetwo");
}

TEST(PipeControl, BothEndsKnowTheBuffers) {
    const auto name = unique_name("control");
    auto server = create(name);
    auto client = connect(name);
    EXPECT_EQ(state_of(*server), pipe_state::connected);
    for (auto* end : {server.get(), client.get()}) {
        EXPECT_EQ(detail::buffers_of(*end).inbound, 100U);
        EXPECT_EQ(detail::buffers_of(*end).outbound, 200U);
    }
    EXPECT_EQ(detail::room_for_write(*client), 100U);
    EXPECT_EQ(detail::room_for_write(*server), 200U);
    write(*client, std::string(60, 'x'));
    EXPECT_EQ(detail::room_for_write(*client), 40U);
    write(*client, std::string(60, 'x'));
    EXPECT_EQ(detail::room_for_write(*client), 0U);
    EXPECT_EQ(read(*server, 120), std::string(120, 'x'));
    EXPECT_EQ(detail::room_for_write(*client), 100U);
}

TEST(PipeControl, CountsInstances) {
    const auto name = unique_name("control");
    auto first = create(name);
    auto second = create(name);
    auto client = connect(name);
    std::error_code ec;
    EXPECT_EQ(detail::count_instances(*first, ec), 2U);
    EXPECT_EQ(detail::count_instances(*client, ec), 2U);
    second.reset();
    EXPECT_EQ(detail::count_instances(*client, ec), 1U);
    EXPECT_EQ(ec, std::error_code());
}

TEST(PipeControl, AnEmptyMessageIsUnread) {
    const auto name = unique_name("control");
    auto server = create(name, {.mode = channel_mode::message});
    auto client = connect(name);
    EXPECT_EQ(state_of(*server), pipe_state::connected);
    EXPECT_FALSE(detail::has_unread(*server));
    write(*client, "");
    EXPECT_TRUE(detail::has_unread(*server));
    EXPECT_EQ(read(*server), "");
    EXPECT_FALSE(detail::has_unread(*server));
}

TEST(PipeControl, AReadOfNothingWaitsIfItWantsTo) {
    const auto name = unique_name("control");
    auto server = create(name);
    auto client = connect(name);
    EXPECT_EQ(state_of(*server), pipe_state::connected);
    pipe_operation op;
    op.as_win32 = true;
    server->start_read(op, {});
    EXPECT_TRUE(op.pending);
    write(*client, "x");
    server->complete(op, deadline::after(in_good_time));
    EXPECT_EQ(op.error, std::error_code());
    EXPECT_EQ(op.transferred, 0U);
    EXPECT_EQ(read(*server), "x");
}

TEST(PipeControl, AReadOfBytesEndsAtAnEmptyMessageIfItWantsTo) {
    const auto name = unique_name("control");
    auto server = create(name, {.mode = channel_mode::message});
    auto client = connect(name);
    EXPECT_EQ(state_of(*server), pipe_state::connected);
    std::vector<std::byte> buffer(10);
    pipe_operation op;
    op.as_win32 = true;
    client->start_read(op, buffer);
    EXPECT_TRUE(op.pending);
    write(*server, "");
    client->complete(op, deadline::after(in_good_time));
    EXPECT_EQ(op.error, std::error_code());
    EXPECT_EQ(op.transferred, 0U);
    write(*server, "");
    write(*server, "ab");
    client->start_read(op, buffer);
    client->complete(op, deadline::after(in_good_time));
    EXPECT_EQ(op.transferred, 2U);
    write(*server, "");
    server.reset();
    client->start_read(op, buffer);
    client->complete(op, deadline::after(in_good_time));
    EXPECT_EQ(op.error, std::error_code());
    EXPECT_EQ(op.transferred, 0U);
    client->start_read(op, buffer);
    client->complete(op, deadline::after(in_good_time));
    EXPECT_EQ(op.error, errc::broken);
}

TEST(PipeControl, WhoListensFirstGetsTheFirstClient) {
    const auto name = unique_name("control");
    const auto listen = [](pipe& end) {
        pipe_operation op;
        end.start_listen(op);
        end.cancel(op);
    };
    auto first = create(name);
    auto second = create(name);
    auto one = connect(name);
    auto two = connect(name);
    std::error_code ec;
    for (auto* end : {first.get(), second.get()}) {
        EXPECT_EQ(state_of(*end), pipe_state::connected);
        end->disconnect(ec);
    }
    listen(*second);
    listen(*first);
    one = connect(name);
    EXPECT_EQ(state_of(*first), pipe_state::listening);
    EXPECT_EQ(state_of(*second), pipe_state::connected);
}

TEST(UnnamedPipe, CarriesBytesOneWay) {
    std::error_code ec;
    auto [reader, writer] = detail::create_unnamed_pipe(1000, ec);
    ASSERT_EQ(ec, std::error_code());
    write(*writer, "hello");
    EXPECT_EQ(reader->peek({}, ec), (peek_result{0, 5, 0}));
    EXPECT_EQ(detail::room_for_write(*writer), 995U);
    EXPECT_EQ(read(*reader), "hello");
    EXPECT_EQ(detail::room_for_write(*writer), 1000U);
    writer->flush(deadline::after(in_good_time), ec);
    EXPECT_EQ(ec, std::error_code());
    EXPECT_EQ(detail::count_instances(*reader, ec), 1U);
    pipe_operation op;
    reader->start_write(op, bytes("x"));
    EXPECT_EQ(op.error, errc::access_denied);
    EXPECT_EQ(writer->peer(ec).process_id, reader->peer(ec).process_id);
    EXPECT_EQ(state_of(*reader), pipe_state::connected);
    writer.reset();
    EXPECT_EQ(state_of(*reader), pipe_state::closing);
    std::vector<std::byte> buffer(1);
    reader->start_read(op, buffer);
    reader->complete(op, deadline::after(in_good_time));
    EXPECT_EQ(op.error, errc::broken);
}

TEST(UnnamedPipe, IsDisconnectedByItsReader) {
    std::error_code ec;
    auto [reader, writer] = detail::create_unnamed_pipe(1000, ec);
    ASSERT_EQ(ec, std::error_code());
    reader->disconnect(ec);
    EXPECT_EQ(ec, std::error_code());
    pipe_operation op;
    writer->start_write(op, bytes("x"));
    EXPECT_EQ(op.error, errc::not_connected);
}

} // namespace
} // namespace isthmus::test
