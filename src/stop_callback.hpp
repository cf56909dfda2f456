#pragma once

#include <isthmus/stop_source.hpp>

namespace isthmus::detail {

/// While it lives, a stop request also cancels what `who` waits for: `cancel(who)` is called in the
/// thread that requests, unless the request was made before. Once the destructor has returned it is
/// not running any longer.
class stop_callback {
public:
    using function = void (*)(void* who) noexcept;

    /// Nothing happens without a source.
    stop_callback(const stop_source* source, function cancel, void* who) noexcept;
    stop_callback(const stop_callback&) = delete;
    stop_callback& operator=(const stop_callback&) = delete;
    ~stop_callback();

private:
    friend class isthmus::stop_source;

    const stop_source* const source_;
    const function cancel_;
    void* const who_;
    stop_callback* next_ = nullptr;
};

} // namespace isthmus::detail
