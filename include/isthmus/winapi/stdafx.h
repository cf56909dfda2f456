#pragma once
#pragma GCC system_header

/// \file
/// For sources that include the precompiled header of a Visual Studio project which is not at hand.
/// A project's own stdafx.h is found first. It holds what the wizard puts there.

#include "tchar.h"

#include <stdio.h>
