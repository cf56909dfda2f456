#pragma once

#include <string>

/// \file
/// What things are called, as UTF-8; empty if that cannot be found out.

namespace isthmus::winapi {

std::string computer_name();
std::string user_name();
std::string program_path();

} // namespace isthmus::winapi
