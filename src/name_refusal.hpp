#pragma once

#include <string_view>

/// \file
/// Why a name is refused: a phrase for the text of errors, empty if the name is acceptable. Error
/// codes have no room for the reason, so whoever reports the error asks again.

namespace isthmus::detail {

std::string_view object_name_refusal(std::string_view text) noexcept;
std::string_view channel_address_refusal(std::string_view text) noexcept;
std::string_view slot_address_refusal(std::string_view text) noexcept;

} // namespace isthmus::detail
