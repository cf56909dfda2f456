#include "stop_callback.hpp"

#include <isthmus/stop_source.hpp>

namespace isthmus {

bool stop_source::request_stop() noexcept {
    // Under the mutex from the beginning: who registers meanwhile either finds the request made, or
    // is in the list when it is gone through.
    const std::lock_guard lock(mutex_);
    if (requested_.exchange(true, std::memory_order_acq_rel))
        return false;
    for (const auto* each = first_; each != nullptr; each = each->next_)
        each->cancel_(each->who_);
    return true;
}

namespace detail {

stop_callback::stop_callback(const stop_source* source, function cancel, void* who) noexcept
    : source_(source), cancel_(cancel), who_(who) {
    if (source_ == nullptr)
        return;
    const std::lock_guard lock(source_->mutex_);
    next_ = source_->first_;
    source_->first_ = this;
}

stop_callback::~stop_callback() {
    if (source_ == nullptr)
        return;
    const std::lock_guard lock(source_->mutex_);
    stop_callback** link = &source_->first_;
    while (*link != this)
        link = &(*link)->next_;
    *link = next_;
}

} // namespace detail
} // namespace isthmus
