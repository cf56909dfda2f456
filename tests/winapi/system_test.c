/* The system: its clocks, names, environment. */

#include "text.h"

static void clocks(void) {
    LARGE_INTEGER start;
    LARGE_INTEGER end;
    LARGE_INTEGER frequency;
    const DWORD ticks = GetTickCount();
    const ULONGLONG ticks64 = GetTickCount64();
    trace_note("clocks");
    HOLDS(ticks64 - ticks < 10000 || (DWORD)ticks64 - ticks < 10000);
    HOLDS(GetTickCount() - ticks < 60000);
    HOLDS(GetTickCount64() >= ticks64);
    SUCCEEDS_WITH(QueryPerformanceFrequency(&frequency), UNTOUCHED);
    HOLDS(frequency.QuadPart == 10000000);
    SUCCEEDS_WITH(QueryPerformanceCounter(&start), UNTOUCHED);
    do {
        QueryPerformanceCounter(&end);
    } while (end.QuadPart == start.QuadPart);
    HOLDS(end.QuadPart > start.QuadPart);
}

static LONGLONG seconds_between(const FILETIME* start, const FILETIME* end) {
    ULARGE_INTEGER first;
    ULARGE_INTEGER last;
    LONGLONG difference;
    first.LowPart = start->dwLowDateTime;
    first.HighPart = start->dwHighDateTime;
    last.LowPart = end->dwLowDateTime;
    last.HighPart = end->dwHighDateTime;
    difference = (LONGLONG)(last.QuadPart - first.QuadPart) / 10000000;
    return difference < 0 ? -difference : difference;
}

static void times(void) {
    SYSTEMTIME time;
    SYSTEMTIME again;
    FILETIME file;
    FILETIME later;
    trace_note("times");
    GetSystemTime(&time);
    HOLDS(time.wYear >= 2024 && time.wMonth >= 1 && time.wMonth <= 12 && time.wDayOfWeek <= 6);
    HOLDS(time.wHour < 24 && time.wMinute < 60 && time.wSecond < 60 && time.wMilliseconds < 1000);
    GetSystemTimeAsFileTime(&file);
    SUCCEEDS(FileTimeToSystemTime(&file, &again));
    HOLDS(again.wYear - time.wYear <= 1);
    GetLocalTime(&time);
    HOLDS(time.wYear >= 2024 && time.wMilliseconds < 1000);
    GetSystemTimeAsFileTime(&later);
    HOLDS(later.dwHighDateTime > file.dwHighDateTime || later.dwLowDateTime >= file.dwLowDateTime);
    GetSystemTimePreciseAsFileTime(&file);
    GetSystemTimePreciseAsFileTime(&later);
    HOLDS(later.dwHighDateTime > file.dwHighDateTime || later.dwLowDateTime >= file.dwLowDateTime);
    HOLDS(seconds_between(&file, &later) < 60);
    GetSystemTimeAsFileTime(&later);
    HOLDS(seconds_between(&file, &later) < 60);
    /* The 29th of February 2024 was a Thursday. */
    memset(&time, 0, sizeof(time));
    time.wYear = 2024;
    time.wMonth = 2;
    time.wDay = 29;
    time.wHour = 12;
    time.wMinute = 34;
    time.wSecond = 56;
    time.wMilliseconds = 789;
    SUCCEEDS(SystemTimeToFileTime(&time, &file));
    GIVES(file.dwHighDateTime, 31091467);
    SUCCEEDS(FileTimeToSystemTime(&file, &again));
    GIVES(again.wDayOfWeek, 4);
    HOLDS(again.wYear == 2024 && again.wMonth == 2 && again.wDay == 29);
    HOLDS(again.wHour == 12 && again.wMinute == 34 && again.wSecond == 56);
    GIVES(again.wMilliseconds, 789);
    file.dwLowDateTime = 0;
    file.dwHighDateTime = 0;
    SUCCEEDS(FileTimeToSystemTime(&file, &again));
    HOLDS(again.wYear == 1601 && again.wMonth == 1 && again.wDay == 1 && again.wDayOfWeek == 1);
    time.wMonth = 13;
    FAILS(SystemTimeToFileTime(&time, &file), ERROR_INVALID_PARAMETER);
    time.wMonth = 2;
    time.wDay = 30;
    FAILS(SystemTimeToFileTime(&time, &file), ERROR_INVALID_PARAMETER);
    time.wDay = 1;
    time.wHour = 24;
    FAILS(SystemTimeToFileTime(&time, &file), ERROR_INVALID_PARAMETER);
    time.wHour = 0;
    time.wYear = 1600;
    FAILS(SystemTimeToFileTime(&time, &file), ERROR_INVALID_PARAMETER);
    file.dwHighDateTime = 0x80000000;
    FAILS(FileTimeToSystemTime(&file, &again), ERROR_INVALID_PARAMETER);
}

static void system_info(void) {
    SYSTEM_INFO info;
    SYSTEM_INFO native;
    trace_note("GetSystemInfo");
    GetSystemInfo(&info);
    GIVES(info.dwAllocationGranularity, 65536);
    HOLDS(info.dwPageSize >= 4096 && (info.dwPageSize & (info.dwPageSize - 1)) == 0);
    HOLDS(info.dwNumberOfProcessors >= 1);
    HOLDS((info.dwActiveProcessorMask & 1) == 1);
    HOLDS((ULONG_PTR)info.lpMinimumApplicationAddress == 0x10000);
    HOLDS(info.lpMaximumApplicationAddress > (LPVOID)&info);
    GetNativeSystemInfo(&native);
    HOLDS(native.dwPageSize == info.dwPageSize);
    HOLDS(native.wProcessorArchitecture == info.wProcessorArchitecture);
}

static void computer_name(void) {
    DWORD size = 2048;
    DWORD needed;
    DWORD length;
    trace_note("GetComputerName");
    fresh();
    SUCCEEDS_WITH(GetComputerName(buffer, &size), UNTOUCHED);
    length = size;
    HOLDS(length > 0 && (int)length == lstrlen(buffer));
    HAS_NO_MORE_THAN(length + 1);
    needed = length;
    FAILS(GetComputerName(fresh(), &needed), ERROR_BUFFER_OVERFLOW);
    HOLDS(needed == length + 1);
    SUCCEEDS(GetComputerName(buffer, &needed));
    HOLDS(needed == length);
    needed = 0;
    FAILS(GetComputerName(NULL, &needed), ERROR_BUFFER_OVERFLOW);
    HOLDS(needed == length + 1);
}

static void user_name(void) {
    DWORD size = 2048;
    DWORD needed = 0;
    trace_note("GetUserName");
    SUCCEEDS(GetUserName(fresh(), &size));
    HOLDS((int)size == lstrlen(buffer) + 1);
    FAILS(GetUserName(NULL, &needed), ERROR_INSUFFICIENT_BUFFER);
    HOLDS(needed == size);
}

static void environment(void) {
    trace_note("the environment");
    FAILS(GetEnvironmentVariable(TEXT("ISTHMUS_NONE"), buffer, 100), ERROR_ENVVAR_NOT_FOUND);
    SUCCEEDS_WITH(SetEnvironmentVariable(TEXT("ISTHMUS_ONE"), TEXT("value")), UNTOUCHED);
    GIVES(GetEnvironmentVariable(TEXT("ISTHMUS_ONE"), fresh(), 100), 5);
    HAS_TEXT("value");
    HAS_NO_MORE_THAN(6);
    GIVES(GetEnvironmentVariable(TEXT("ISTHMUS_ONE"), fresh(), 6), 5);
    GIVES(GetEnvironmentVariable(TEXT("ISTHMUS_ONE"), fresh(), 5), 6);
    GIVES(GetEnvironmentVariable(TEXT("ISTHMUS_ONE"), NULL, 0), 6);
    SUCCEEDS(SetEnvironmentVariable(TEXT("ISTHMUS_ONE"), TEXT("other")));
    GIVES(GetEnvironmentVariable(TEXT("ISTHMUS_ONE"), fresh(), 100), 5);
    HAS_TEXT("other");
    SUCCEEDS(SetEnvironmentVariable(TEXT("ISTHMUS_ONE"), NULL));
    FAILS(GetEnvironmentVariable(TEXT("ISTHMUS_ONE"), buffer, 100), ERROR_ENVVAR_NOT_FOUND);
    SUCCEEDS(SetEnvironmentVariable(TEXT("ISTHMUS_ONE"), NULL));
    FAILS(SetEnvironmentVariable(TEXT(""), TEXT("x")), ERROR_INVALID_PARAMETER);
    FAILS(SetEnvironmentVariable(TEXT("a=b"), TEXT("x")), ERROR_INVALID_PARAMETER);
}

static void program(void) {
    DWORD length;
    trace_note("GetModuleFileName");
    length = GetModuleFileName(NULL, fresh(), 2048);
    HOLDS(length > 0 && (int)length == lstrlen(buffer));
    GIVES_WITH(GetModuleFileName(NULL, fresh(), 3), 3, ERROR_INSUFFICIENT_BUFFER);
    HAS_NO_MORE_THAN(3);
}

static BOOL WINAPI handler(DWORD event) {
    return event == CTRL_C_EVENT;
}

static BOOL WINAPI another(DWORD event) {
    return event == CTRL_BREAK_EVENT;
}

static void control_handlers(void) {
    trace_note("SetConsoleCtrlHandler");
    SUCCEEDS(SetConsoleCtrlHandler(handler, TRUE));
    SUCCEEDS(SetConsoleCtrlHandler(handler, TRUE));
    FAILS(SetConsoleCtrlHandler(another, FALSE), ERROR_INVALID_PARAMETER);
    SUCCEEDS(SetConsoleCtrlHandler(handler, FALSE));
    SUCCEEDS(SetConsoleCtrlHandler(handler, FALSE));
    FAILS(SetConsoleCtrlHandler(handler, FALSE), ERROR_INVALID_PARAMETER);
    SUCCEEDS(SetConsoleCtrlHandler(NULL, TRUE));
    SUCCEEDS(SetConsoleCtrlHandler(NULL, FALSE));
    BEGIN_GAP("what the console is depends on where the program runs") {
        GIVES(GetConsoleCP(), CP_UTF8);
        GIVES(GetConsoleOutputCP(), CP_UTF8);
        SUCCEEDS(SetConsoleOutputCP(CP_UTF8));
        SUCCEEDS(SetConsoleCP(CP_UTF8));
        FAILS(SetConsoleOutputCP(437), ERROR_INVALID_PARAMETER);
        FAILS(SetConsoleCP(437), ERROR_INVALID_PARAMETER);
        FAILS(SetConsoleTitle(TEXT("title")), ERROR_INVALID_HANDLE);
    }
    END_GAP
}

int main(void) {
    clocks();
    times();
    system_info();
    computer_name();
    user_name();
    environment();
    program();
    control_handlers();
    OutputDebugString(TEXT(""));
    return trace_end();
}
