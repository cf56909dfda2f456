#pragma once

#include "pipe.hpp"

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <system_error>
#include <vector>

namespace isthmus::detail {

/// The state of a channel_listener: instances that listen, and the threads that wait on them.
class listener_core {
public:
    listener_core(channel_address address,
                  std::string name,
                  const listener_options& options,
                  std::unique_ptr<pipe> first);

    std::unique_ptr<pipe> accept(const deadline& until, std::error_code& ec);
    void cancel() noexcept;
    const std::string& name() const noexcept { return name_; }

private:
    std::unique_ptr<pipe> take_instance(const deadline& until, std::error_code& ec);

    const channel_address address_;
    const std::string name_;
    listener_options options_;

    std::mutex mutex_;
    std::condition_variable canceled_;
    std::uint64_t cancellations_ = 0;
    std::vector<std::unique_ptr<pipe>> idle_; ///< listening, with no thread in accept
    std::vector<pipe*> accepting_;            ///< with a thread in accept
};

} // namespace isthmus::detail
