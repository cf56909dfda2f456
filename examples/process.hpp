#pragma once

#include <cstdint>

/// \file
/// The little that the examples need and C++ does not have (posix/, win32/).

std::uint32_t current_process_id();

/// Ends a process of the same user at once, without letting it clean up: SIGKILL, TerminateProcess.
/// False if it cannot.
bool kill_process(std::uint32_t id);
