#pragma once

#include "mailslot.hpp"
#include "mailslot_source.hpp"
#include "region_object.hpp"

#include <isthmus/access.hpp>
#include <isthmus/name.hpp>
#include <isthmus/network.hpp>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>

/// \file
/// Broadcasts on one machine, made of regions and mailslots, and so the same on every OS: each
/// broadcast_reader has a mailslot of its own, and a region tells the writers which there are.

namespace isthmus::detail {

/// The readers of one name, in shared memory. Nobody takes its own entry out again: a writer, or
/// another reader, that finds no mailslot to it does so. So it makes no difference how a reader
/// ended.
class broadcast_directory {
public:
    struct layout {
        static constexpr std::size_t most_readers = 1023;

        std::atomic<std::uint32_t> version; ///< another one with each new reader
        std::uint32_t reserved;
        std::array<std::atomic<std::uint64_t>, most_readers> readers; ///< ids; 0: free
    };

    /// Of the session's (POSIX: the user's) readers, or of the whole machine's. Null with `ec`.
    static std::unique_ptr<broadcast_directory> make(std::string_view key,
                                                     object_name::scope where,
                                                     creation how,
                                                     std::error_code& ec);

    /// False if there are as many readers as there can be.
    bool add(std::uint64_t id) noexcept;
    void remove(std::uint64_t id) noexcept;
    layout& table() const noexcept { return *reinterpret_cast<layout*>(view_->bytes().data()); }

    /// What the region is called.
    static object_name name_of(std::string_view key, object_name::scope where);
    /// The mailslot of a reader.
    static slot_address address_of(std::uint64_t id);

private:
    broadcast_directory(std::unique_ptr<region_object> region, std::unique_ptr<mapped_view> view)
        : region_(std::move(region)), view_(std::move(view)) {}

    const std::unique_ptr<region_object> region_;
    const std::unique_ptr<mapped_view> view_;
};

/// What a broadcast_reader reads, known to writers as long as `directory` lives.
struct broadcast_mailslot {
    std::unique_ptr<broadcast_directory> directory;
    std::unique_ptr<mailslot> slot;
    slot_address address;
};
broadcast_mailslot make_broadcast_mailslot(const slot_address& name,
                                           const mailslot_settings& settings,
                                           std::error_code& ec);

/// What stands behind a writer whose messages go to many.
std::unique_ptr<mailslot_sender> make_broadcast_sender(
    const slot_address& to,
    std::string name,
    const std::optional<network_options>& network,
    std::error_code& ec);

} // namespace isthmus::detail
