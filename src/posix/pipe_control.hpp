#pragma once

#include "pipe.hpp"
#include "pipe_directory.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <system_error>
#include <utility>

/// \file
/// What Win32 tells and lets change of an end of a pipe beyond what channels need: for the layer
/// that has its functions.

namespace isthmus::detail {

/// pipe::create with the size of each direction's buffer.
std::unique_ptr<pipe> create_pipe(const channel_address& address,
                                  const listener_options& options,
                                  const posix::buffer_sizes& buffers,
                                  std::error_code& ec);

/// A byte pipe without a name, which nobody else can open: {reader, writer}, the server's and the
/// client's end.
std::pair<std::unique_ptr<pipe>, std::unique_ptr<pipe>> create_unnamed_pipe(
    std::uint32_t buffer_size, std::error_code& ec);

/// FILE_PIPE_*_STATE
enum class pipe_state { disconnected, listening, connected, closing };

/// A server's end that listens is connected when its client has come, whether anybody waited for it
/// or not; this finds that out.
pipe_state state_of(pipe& end);

/// Whoever waits for a client in another thread looks whether it is here.
void tell_connected(pipe& end) noexcept;

/// The read mode from now on. Message mode needs a message pipe.
void set_read_mode(pipe& end, channel_mode mode) noexcept;

const posix::buffer_sizes& buffers_of(pipe& end) noexcept;

/// Whether there is something to read, be it an empty message, or somebody waits for it already.
bool has_unread(pipe& end);

/// How many bytes a write may have that need not wait for the reader; nothing if that is not known.
std::optional<std::size_t> room_for_write(pipe& end);

/// The instances of its name.
unsigned count_instances(pipe& end, std::error_code& ec);

} // namespace isthmus::detail
