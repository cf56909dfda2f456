#pragma once

#include "file_object.hpp"
#include "pipe.hpp"
#include "sync_object.hpp"

#include <atomic>
#include <memory>
#include <mutex>

namespace isthmus::winapi {

/// One end of an instance of a pipe. Calls on it from several threads go on side by side; closing
/// its last handle ends those that wait.
class pipe_file final : public file_object {
public:
    explicit pipe_file(std::unique_ptr<detail::pipe> end, bool returns_at_once = false);

    // --- what all files can do

    DWORD read(std::span<std::byte> buffer,
               std::optional<std::uint64_t> offset,
               DWORD& transferred) override;
    DWORD write(std::span<const std::byte> data,
                std::optional<std::uint64_t> offset,
                DWORD& transferred) override;
    DWORD flush() override;
    DWORD type() const noexcept override;
    detail::sync_object* signal() override;
    void last_handle_closed() noexcept override;

    // --- the server's end

    DWORD connect();
    DWORD disconnect();

    // --- both

    struct peeked {
        DWORD size = 0;
        DWORD available = 0;
        DWORD message_left = 0;
    };
    DWORD peek(std::span<std::byte> buffer, peeked& seen);
    DWORD transact(std::span<const std::byte> request,
                   std::span<std::byte> reply,
                   DWORD& transferred);

    /// PIPE_READMODE_* and PIPE_NOWAIT.
    DWORD mode(DWORD& flags);
    DWORD change_mode(DWORD flags);
    DWORD instances(DWORD& count);

    struct description {
        DWORD flags = 0; ///< PIPE_SERVER_END, PIPE_TYPE_*
        DWORD out_buffer = 0;
        DWORD in_buffer = 0;
        DWORD max_instances = 0;
    };
    DWORD describe(description& about);

    DWORD client_process(DWORD& process);
    DWORD server_process(DWORD& process);
    /// The client's, as long as it is connected.
    DWORD client_user(std::string& name);

private:
    class busy;

    DWORD complete(detail::pipe_operation& op, DWORD when_closed);
    void start_read(detail::pipe_operation& op, std::span<std::byte> buffer);
    DWORD complete_read(detail::pipe_operation& op, DWORD& transferred);
    DWORD write_all(std::span<const std::byte> data, DWORD& transferred);
    DWORD code_of(const detail::pipe_operation& op, DWORD when_closed) const noexcept;
    bool has_client(const std::error_code& failure);
    bool disconnected_client() const;
    bool is_message_pipe() const noexcept;
    DWORD write_what_fits(std::span<const std::byte> data, DWORD& transferred);

    const std::unique_ptr<detail::pipe> pipe_;
    std::atomic<bool> returns_at_once_; ///< PIPE_NOWAIT
    std::atomic<bool> closed_ = false;

    std::mutex signal_mutex_;
    std::unique_ptr<detail::sync_object> signal_; ///< made when somebody waits for it
    unsigned waiting_ = 0;                        ///< calls
};

} // namespace isthmus::winapi
