#pragma once

#include "descriptor.hpp"
#include "fork_guard.hpp"

#include <sys/types.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

namespace isthmus::posix {

/// The few words that both ends of a connection share beside its socket: which instance the client
/// has claimed, how much each end has read (so that flush knows), and whether the server has
/// disconnected the client (which outruns the data still under way). Made by the client and handed
/// over in its hello; the server trusts none of its values.
///
/// The words lie in sealed anonymous memory, or, where there is none, in the claimed instance's
/// file, and then cost a system call each.
class link {
public:
    enum class word : std::uint8_t { claimed, disconnected, read_by_client, read_by_server };

    link() = default;
    link(link&&) noexcept = default;
    link& operator=(link&& other) noexcept;
    ~link();

    /// The client's: makes the memory. `instance_file` is where the words lie if there is none.
    /// False with errno.
    bool make(int instance_file);
    /// What the client hands over beside the instance's file; -1 if nothing.
    int memory() const noexcept { return memory_.get(); }
    /// Not needed any longer once it is handed over.
    void forget_memory() noexcept { memory_.reset(); }

    /// The server's: false if the memory is not what it should be (size, seals), with errno.
    bool adopt_memory(descriptor memory);
    bool adopt_file(descriptor instance_file);

    explicit operator bool() const noexcept { return words_ || file_; }
    std::uint64_t load(word which) const noexcept {
        return words_ ? words_[index_of(which)].load(std::memory_order_acquire)
                      : load_from_file(which);
    }
    void store(word which, std::uint64_t value) const noexcept {
        if (words_) {
            words_[index_of(which)].store(value, std::memory_order_release);
        } else {
            store_in_file(which, value);
        }
    }

private:
    /// Each word in a cache line of its own: the two ends write different ones.
    static constexpr std::size_t stride = 64 / sizeof(std::uint64_t);
    static constexpr std::size_t index_of(word which) noexcept {
        return static_cast<std::size_t>(which) * stride;
    }
    static constexpr off_t offset_of(word which) noexcept {
        return static_cast<off_t>(index_of(which) * sizeof(std::uint64_t));
    }
    std::uint64_t load_from_file(word which) const noexcept;
    void store_in_file(word which, std::uint64_t value) const noexcept;

    struct unmap {
        void operator()(std::atomic<std::uint64_t>* words) const noexcept;
    };
    bool map();

    descriptor memory_;
    std::unique_ptr<std::atomic<std::uint64_t>[], unmap> words_;
    descriptor file_;
    fork_guard file_guard_; ///< it is the claim, too
};

} // namespace isthmus::posix
