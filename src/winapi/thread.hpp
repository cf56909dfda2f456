#pragma once

#include "kernel_object.hpp"

#include <memory>

namespace isthmus::winapi {

/// The calling process: the only one that there are handles of.
class process_object final : public kernel_object {
public:
    const rights_mapping& mapping() const noexcept override;
};

/// A thread.
class thread_object final : public kernel_object {
public:
    const rights_mapping& mapping() const noexcept override;
};

} // namespace isthmus::winapi
