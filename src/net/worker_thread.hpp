#pragma once

#include <functional>
#include <thread>

namespace isthmus::net {

/// A thread of the library's own, in somebody else's program: no signal that is for the process
/// comes to it, so the program's own threads get what they wait for, or have blocked. Throws
/// std::system_error if there is no thread to be had.
std::thread start_worker(std::function<void()> work);

} // namespace isthmus::net
