#pragma once

#include <string>
#include <string_view>

namespace isthmus::posix {

/// The directory name of a channel, from its folded name (docs/channels.md): ASCII letters in lower
/// case, digits, `-`, `_` and `.` as they are, every other byte as %xx, at most 40 characters: a
/// longer one is cut to 23 and ends in `~` and the FNV-1a hash of the folded name. Names with case
/// have their capital letters as %xx.
enum class letters { folded, upper_escaped };
std::string encode_key(std::string_view key, letters capital = letters::folded);

} // namespace isthmus::posix
