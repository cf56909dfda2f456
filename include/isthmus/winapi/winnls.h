#pragma once
#pragma GCC system_header

#include "minwindef.h"

ISTHMUS_BEGIN_C

ISTHMUS_END_C
