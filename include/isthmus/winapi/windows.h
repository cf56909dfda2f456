#pragma once
#pragma GCC system_header

/// \file
/// The part of the Win32 API that inter-process communication needs, on POSIX: Windows source
/// compiles unchanged. What is offered, and how it differs: docs/porting.md.
///
/// The headers have the names of the Windows SDK's, and hold what those hold. What is not there is
/// not offered: it fails to compile, or fails with ERROR_CALL_NOT_IMPLEMENTED.

#include "consoleapi.h"
#include "consoleapi2.h"
#include "crt_stdio.h"
#include "crt_string.h"
#include "debugapi.h"
#include "errhandlingapi.h"
#include "fileapi.h"
#include "handleapi.h"
#include "heapapi.h"
#include "libloaderapi.h"
#include "memoryapi.h"
#include "minwinbase.h"
#include "minwindef.h"
#include "namedpipeapi.h"
#include "processenv.h"
#include "processthreadsapi.h"
#include "profileapi.h"
#include "securitybaseapi.h"
#include "stringapiset.h"
#include "synchapi.h"
#include "sysinfoapi.h"
#include "timezoneapi.h"
#include "winbase.h"
#include "winerror.h"
#include "winnls.h"
#include "winnt.h"
#include "winuser.h"
