#include "absence.hpp"

/// \file
/// Windows has one namespace, in memory: a look costs next to nothing.

namespace isthmus::detail {

struct absence::impl {};

absence::absence(const slot_address& /*slot*/) {}
absence::absence(const object_name& /*object*/) {}
absence::~absence() = default;

bool absence::is_certain() {
    return false;
}

} // namespace isthmus::detail
