#include "last_error.hpp"

#include <isthmus/winapi/profileapi.h>
#include <isthmus/winapi/sysinfoapi.h>
#include <isthmus/winapi/timezoneapi.h>

#include <time.h>

#include <chrono>
#include <cstdint>
#include <ratio>

/// \file
/// Clocks and times.

namespace isthmus::winapi {

namespace {

/// What Windows counts times in.
using ticks = std::chrono::duration<std::int64_t, std::ratio<1, 10'000'000>>;

/// Since the system started, the time that it slept included where the system counts that.
std::chrono::nanoseconds since_start() noexcept {
#ifdef CLOCK_BOOTTIME
    constexpr clockid_t clock = CLOCK_BOOTTIME;
#else
    constexpr clockid_t clock = CLOCK_MONOTONIC;
#endif
    timespec now{};
    ::clock_gettime(clock, &now);
    return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
}

constexpr std::chrono::sys_days first_day =
    std::chrono::year(1601) / std::chrono::January / std::chrono::day(1);

/// As SYSTEMTIME and FILETIME have them: since the start of 1601.
ticks since_1601(std::chrono::system_clock::time_point time) noexcept {
    // (Nanoseconds since 1601 would be too many.)
    return std::chrono::floor<ticks>(time.time_since_epoch()) - first_day.time_since_epoch();
}

FILETIME file_time_of(ticks time) noexcept {
    const auto count = static_cast<std::uint64_t>(time.count());
    return {.dwLowDateTime = static_cast<DWORD>(count),
            .dwHighDateTime = static_cast<DWORD>(count >> 32U)};
}

SYSTEMTIME system_time_of(ticks time) noexcept {
    const auto days = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::sys_days day = first_day + days;
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss clock(std::chrono::floor<std::chrono::milliseconds>(time - days));
    return {.wYear = static_cast<WORD>(static_cast<int>(date.year())),
            .wMonth = static_cast<WORD>(static_cast<unsigned>(date.month())),
            .wDayOfWeek = static_cast<WORD>(std::chrono::weekday(day).c_encoding()),
            .wDay = static_cast<WORD>(static_cast<unsigned>(date.day())),
            .wHour = static_cast<WORD>(clock.hours().count()),
            .wMinute = static_cast<WORD>(clock.minutes().count()),
            .wSecond = static_cast<WORD>(clock.seconds().count()),
            .wMilliseconds = static_cast<WORD>(clock.subseconds().count())};
}

} // namespace

} // namespace isthmus::winapi

using namespace isthmus::winapi; // NOLINT(google-build-using-namespace)

DWORD WINAPI GetTickCount() {
    return static_cast<DWORD>(GetTickCount64());
}

ULONGLONG WINAPI GetTickCount64() {
    const auto now = std::chrono::floor<std::chrono::milliseconds>(since_start());
    return static_cast<ULONGLONG>(now.count());
}

BOOL WINAPI QueryPerformanceCounter(LARGE_INTEGER* lpPerformanceCount) {
    if (lpPerformanceCount == nullptr) {
        return fail(ERROR_NOACCESS, FALSE);
    }
    lpPerformanceCount->QuadPart = std::chrono::floor<ticks>(since_start()).count();
    return TRUE;
}

BOOL WINAPI QueryPerformanceFrequency(LARGE_INTEGER* lpFrequency) {
    if (lpFrequency == nullptr) {
        return fail(ERROR_NOACCESS, FALSE);
    }
    lpFrequency->QuadPart = ticks::period::den;
    return TRUE;
}

VOID WINAPI GetSystemTimeAsFileTime(LPFILETIME lpSystemTimeAsFileTime) {
    *lpSystemTimeAsFileTime = file_time_of(since_1601(std::chrono::system_clock::now()));
}

VOID WINAPI GetSystemTimePreciseAsFileTime(LPFILETIME lpSystemTimeAsFileTime) {
    GetSystemTimeAsFileTime(lpSystemTimeAsFileTime);
}

VOID WINAPI GetSystemTime(LPSYSTEMTIME lpSystemTime) {
    *lpSystemTime = system_time_of(since_1601(std::chrono::system_clock::now()));
}

VOID WINAPI GetLocalTime(LPSYSTEMTIME lpSystemTime) {
    const auto now = std::chrono::system_clock::now();
    const time_t seconds = std::chrono::system_clock::to_time_t(now);
    tm local{};
    ::localtime_r(&seconds, &local);
    *lpSystemTime = system_time_of(since_1601(now + std::chrono::seconds(local.tm_gmtoff)));
}

BOOL WINAPI FileTimeToSystemTime(const FILETIME* lpFileTime, LPSYSTEMTIME lpSystemTime) {
    const std::uint64_t count =
        (std::uint64_t{lpFileTime->dwHighDateTime} << 32U) | lpFileTime->dwLowDateTime;
    if (count > INT64_MAX) {
        return fail(ERROR_INVALID_PARAMETER, FALSE);
    }
    *lpSystemTime = system_time_of(ticks(static_cast<std::int64_t>(count)));
    return TRUE;
}

BOOL WINAPI SystemTimeToFileTime(const SYSTEMTIME* lpSystemTime, LPFILETIME lpFileTime) {
    const SYSTEMTIME& time = *lpSystemTime;
    const std::chrono::year_month_day date(std::chrono::year(time.wYear),
                                           std::chrono::month(time.wMonth),
                                           std::chrono::day(time.wDay));
    constexpr WORD last_year = 30827;
    if (!date.ok() || time.wYear < 1601 || time.wYear > last_year || time.wHour > 23 ||
        time.wMinute > 59 || time.wSecond > 59 || time.wMilliseconds > 999) {
        return fail(ERROR_INVALID_PARAMETER, FALSE);
    }
    *lpFileTime = file_time_of(ticks(std::chrono::sys_days(date) - first_day) +
                               std::chrono::hours(time.wHour) + std::chrono::minutes(time.wMinute) +
                               std::chrono::seconds(time.wSecond) +
                               std::chrono::milliseconds(time.wMilliseconds));
    return TRUE;
}
