#pragma once
#pragma GCC system_header

#include "minwindef.h"

/// \file
/// Threads and processes, as the C library of Windows has them.
/// https://learn.microsoft.com/cpp/c-runtime-library/process-and-environment-control

typedef void(__cdecl* _beginthread_proc_type)(void*);
typedef unsigned(__stdcall* _beginthreadex_proc_type)(void*);

ISTHMUS_BEGIN_C

/// A handle, which the thread closes when it ends; -1 with errno if it fails.
WINBASEAPI uintptr_t __cdecl _beginthread(_beginthread_proc_type start_address,
                                          unsigned stack_size,
                                          void* arglist);
/// A handle; 0 with errno if it fails.
WINBASEAPI uintptr_t __cdecl _beginthreadex(void* security,
                                            unsigned stack_size,
                                            _beginthreadex_proc_type start_address,
                                            void* arglist,
                                            unsigned initflag,
                                            unsigned* thrdaddr);
WINBASEAPI DECLSPEC_NORETURN void __cdecl _endthread(void);
WINBASEAPI DECLSPEC_NORETURN void __cdecl _endthreadex(unsigned retval);
WINBASEAPI int __cdecl _getpid(void);

ISTHMUS_END_C
