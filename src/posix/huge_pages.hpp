#pragma once

#include <cstddef>
#include <cstdint>

namespace isthmus::posix {

/// Allocates a part of a new file in shared memory by huge pages, as far as its size and place
/// allow. False with errno if the system gives none; then nothing, or a part, is allocated.
bool allocate_huge_pages(int fd, std::uint64_t offset, std::size_t size);

} // namespace isthmus::posix
