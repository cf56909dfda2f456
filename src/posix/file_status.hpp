#pragma once

#include <sys/stat.h>

namespace isthmus::posix {

/// fstat without the times: to who has asked for them Linux owes that the next change of the file
/// is seen in them, however soon it comes, and that makes the change slower.
int file_status(int fd, struct ::stat* status);

} // namespace isthmus::posix
