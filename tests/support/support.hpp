#pragma once

/// \file
/// Everything that tests share, the same on both systems.

#include "support/calls.hpp"
#include "support/child_process.hpp"
#include "support/child_role.hpp"
#include "support/data.hpp"
#include "support/environment.hpp"
