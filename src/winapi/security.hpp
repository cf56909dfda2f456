#pragma once

#include <isthmus/access.hpp>
#include <isthmus/winapi/minwindef.h>

namespace isthmus::winapi {

/// Who may open an object that is made with these attributes: none, or none in them, means its user
/// (`access::owner`); a descriptor whose DACL is present and null, everyone.
access access_of(const SECURITY_ATTRIBUTES* attributes) noexcept;

} // namespace isthmus::winapi
