#pragma once

#include <array>
#include <cstddef>
#include <new>

namespace isthmus::detail {

/// The only object of its type, made when first used and never destroyed: it serves the
/// constructors and destructors of other static objects too, in whatever order they run.
template <class Type>
Type& immortal() noexcept {
    alignas(Type) static std::array<std::byte, sizeof(Type)> storage;
    static Type* const object = ::new (storage.data()) Type();
    return *object;
}

} // namespace isthmus::detail
