#pragma once

#include "net/network_interface.hpp"

#include <atomic>
#include <cstdint>
#include <memory>
#include <utility>

namespace isthmus::detail {

/// What each process makes for itself, also one that has been forked: what it has inherited may
/// have been in use by another thread of its parent, which it does not have, and a mutex of that
/// thread would stay locked for ever. So the child leaves it alone, and in memory.
///
/// Thread-safe, as far as the content is.
template <class Content>
class per_process {
public:
    per_process() noexcept = default;
    per_process(const per_process&) = delete;
    per_process& operator=(const per_process&) = delete;
    ~per_process() {
        entry* const last = current_.load();
        if (last && last->process == net::process_mark())
            delete last;
    }

    /// `make` gives a pointer to a new one, for who comes first.
    template <class Make>
    Content& get(const Make& make) {
        const std::uint64_t process = net::process_mark();
        entry* known = current_.load(std::memory_order_acquire);
        while (!known || known->process != process) {
            auto made = std::make_unique<entry>(entry{process, make()});
            if (current_.compare_exchange_strong(known, made.get(), std::memory_order_acq_rel))
                known = made.release();
        }
        return *known->content;
        // What was there stays, as the class says; and what is made is not lost, but in `current_`.
    } // NOLINT(clang-analyzer-cplusplus.NewDeleteLeaks)
    Content& get() {
        return get([] { return std::make_unique<Content>(); });
    }

private:
    struct entry {
        std::uint64_t process;
        std::unique_ptr<Content> content;
    };

    std::atomic<entry*> current_ = nullptr;
};

} // namespace isthmus::detail
