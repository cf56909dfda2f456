#pragma once

#include "file_object.hpp"
#include "posix/descriptor.hpp"
#include "share_modes.hpp"

#include <cstdint>
#include <mutex>
#include <string>

namespace isthmus::winapi {

/// An open file of the system: an ordinary one, a device, or a standard stream of the process. Its
/// position is that of the descriptor, which a standard stream shares with the C library.
class disk_file final : public file_object {
public:
    struct traits {
        std::string path; ///< absolute; empty if unknown
        bool owns_descriptor = true;
        bool appends = false; ///< every write goes to the end
        bool delete_on_close = false;
    };
    /// After the sharing has been agreed on.
    disk_file(int fd, traits how, file_sharing sharing);
    ~disk_file() override;

    DWORD read(std::span<std::byte> buffer,
               std::optional<std::uint64_t> offset,
               DWORD& transferred) override;
    DWORD write(std::span<const std::byte> data,
                std::optional<std::uint64_t> offset,
                DWORD& transferred) override;
    DWORD flush() override;
    DWORD type() const noexcept override { return type_; }
    void last_handle_closed() noexcept override;

    /// ERROR_INVALID_FUNCTION for what has no positions.
    DWORD move(std::int64_t distance, DWORD method, std::uint64_t& position);
    DWORD cut_or_extend();
    DWORD size(std::uint64_t& size) const;

    int descriptor() const noexcept { return fd_; }
    const std::string& path() const noexcept { return how_.path; }

private:
    DWORD write_all(std::span<const std::byte> data, DWORD& transferred) const;

    const int fd_;
    const traits how_;
    const DWORD type_;
    file_sharing sharing_;
    std::mutex position_; ///< of what has one: from moving to it until it has been read or written
};

} // namespace isthmus::winapi
