/* A program of common things, for the compilers: in C and in C++, with windows.h before and after the
   standard headers. */

#ifdef WINDOWS_LAST
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <wchar.h>
#ifdef __cplusplus
#include <algorithm>
#include <cstdio>
#include <limits>
#include <string>
#endif
#endif

#include <windows.h>

#include <conio.h>
#include <process.h>
#include <strsafe.h>
#include <tchar.h>

#include "stdafx.h"

#ifndef WINDOWS_LAST
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <wchar.h>
#ifdef __cplusplus
#include <algorithm>
#include <cstdio>
#include <limits>
#include <string>
#endif
#endif

#if !defined(__clang__) || (!defined(__cplusplus) && __STDC_VERSION__ >= 201112L)
__declspec(thread) static int calls;
#else
static __declspec(thread) int calls; /* -Wpedantic wants it in this order */
#endif

FORCEINLINE LONG count(LONG* number) {
    return InterlockedIncrement(number);
}

#if defined(__cplusplus) || __STDC_VERSION__ >= 199901L
static FORCEINLINE LONG count_twice(LONG* number) {
    count(number);
    return count(number) + calls++;
}
#else
__forceinline LONG count_twice(LONG* number) {
    count(number);
    return count(number) + calls++;
}
#endif

#ifdef __cplusplus
struct counter {
    FORCEINLINE LONG next() { return count_twice(&last); }
    LONG last;
};
#endif

static BOOL WINAPI on_event(DWORD event) {
    return event == CTRL_C_EVENT;
}

static void messages(void) {
    LPTSTR text = NULL;
    TCHAR buffer[100];
    char narrow[20];
    FormatMessage(FORMAT_MESSAGE_ALLOCATE_BUFFER | FORMAT_MESSAGE_FROM_SYSTEM, NULL, GetLastError(),
                  MAKELANGID(LANG_NEUTRAL, SUBLANG_DEFAULT), (LPTSTR)&text, 0, NULL);
    _tprintf(TEXT("%s %lu\n"), text, GetLastError());
    LocalFree(text);
    StringCchPrintf(buffer, _countof(buffer), _T("%lu"), GetTickCount());
    wsprintf(buffer, TEXT("%ld"), (LONG)-1);
    snprintf(narrow, sizeof(narrow), "%I64u %lu", (ULONGLONG)1, (DWORD)2);
    printf("%s %ld %p %S\n", narrow, (LONG)-1, (void*)buffer, L"wide");
    fprintf(stderr, "%I64d\n", (LONGLONG)1);
    sscanf(narrow, "%I64u", (ULONGLONG*)(void*)buffer);
}

static void objects(void) {
    HANDLE mutex = CreateMutex(NULL, FALSE, TEXT("program"));
    HANDLE pipe = CreateFile(TEXT("\\\\.\\pipe\\program"), GENERIC_READ | GENERIC_WRITE, 0, NULL,
                             OPEN_EXISTING, 0, NULL);
    if (mutex == NULL || pipe == INVALID_HANDLE_VALUE) {
        return;
    }
    WaitForSingleObject(mutex, INFINITE);
    CloseHandle(mutex);
}

int _tmain(int argc, TCHAR* argv[]) {
    LARGE_INTEGER now;
    SYSTEM_INFO info;
    SYSTEMTIME time;
    LONG number = argc;
    DWORD size = MAX_COMPUTERNAME_LENGTH + 1;
    TCHAR name[MAX_COMPUTERNAME_LENGTH + 1];
    void* memory = HeapAlloc(GetProcessHeap(), HEAP_ZERO_MEMORY, 10);
    UNREFERENCED_PARAMETER(argv);
    SetConsoleCtrlHandler(on_event, TRUE);
    QueryPerformanceCounter(&now);
    GetSystemInfo(&info);
    GetLocalTime(&time);
    GetComputerName(name, &size);
    ZeroMemory(name, sizeof(name));
    messages();
    objects();
    _tprintf(_T("%ld\n"), count_twice(&number));
    _putts(_T("end"));
#ifdef __cplusplus
    counter of_calls = {number};
    std::printf("%ld\n", of_calls.next());
    std::string text = std::to_string(std::numeric_limits<long>::max());
    text += std::to_string(1.5);
    std::printf("%s %d\n", text.c_str(), (std::min)(1, 2));
    std::snprintf(&text[0], text.size(), "%lu", info.dwPageSize);
#endif
    return HeapFree(GetProcessHeap(), 0, memory) ? EXIT_SUCCESS : EXIT_FAILURE;
}
