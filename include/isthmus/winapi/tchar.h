#pragma once
#pragma GCC system_header

#include "minwindef.h"

#define _T(quote) __TEXT(quote)
#define _TEXT(quote) __TEXT(quote)
