#include <isthmus/winapi/handleapi.h>
#include <isthmus/winapi/processthreadsapi.h>
#include <isthmus/winapi/synchapi.h>
#include <isthmus/winapi/winerror.h>

#include <gtest/gtest.h>

#include <pthread.h>

#include <atomic>
#include <thread>

/// \file
/// The functions of windows.h in threads that CreateThread has not made, and the end of those that
/// it has made.

namespace isthmus::test {
namespace {

HANDLE duplicate_of_current_thread() {
    HANDLE handle = nullptr;
    EXPECT_TRUE(DuplicateHandle(GetCurrentProcess(), GetCurrentThread(), GetCurrentProcess(),
                                &handle, 0, FALSE, DUPLICATE_SAME_ACCESS));
    return handle;
}

TEST(WinapiThread, AThreadOfTheStandardLibraryIsOne) {
    HANDLE handle = nullptr;
    HANDLE known = CreateEvent(nullptr, FALSE, FALSE, nullptr);
    HANDLE go_on = CreateEvent(nullptr, FALSE, FALSE, nullptr);
    HANDLE mutex = CreateMutex(nullptr, FALSE, nullptr);
    DWORD id = 0;
    std::thread thread([&] {
        handle = duplicate_of_current_thread();
        id = GetCurrentThreadId();
        SetEvent(known);
        WaitForSingleObject(mutex, INFINITE);
        WaitForSingleObject(go_on, INFINITE);
    });
    ASSERT_EQ(WaitForSingleObject(known, INFINITE), WAIT_OBJECT_0);
    DWORD code = 7;
    EXPECT_TRUE(GetExitCodeThread(handle, &code));
    EXPECT_EQ(code, STILL_ACTIVE);
    EXPECT_EQ(GetThreadId(handle), id);
    EXPECT_NE(id, GetCurrentThreadId());
    EXPECT_EQ(WaitForSingleObject(handle, 1), static_cast<DWORD>(WAIT_TIMEOUT));
    SetEvent(go_on);
    EXPECT_EQ(WaitForSingleObject(handle, INFINITE), WAIT_OBJECT_0);
    EXPECT_EQ(WaitForSingleObject(mutex, 0), WAIT_ABANDONED);
    EXPECT_TRUE(GetExitCodeThread(handle, &code));
    EXPECT_EQ(code, 0U);
    thread.join();
    for (const HANDLE each : {handle, known, go_on, mutex})
        EXPECT_TRUE(CloseHandle(each));
}

TEST(WinapiThread, ExitThreadEndsAnyThread) {
    HANDLE handle = nullptr;
    pthread_t thread{};
    ASSERT_EQ(::pthread_create(
                  &thread, nullptr,
                  [](void* its) -> void* {
                      *static_cast<HANDLE*>(its) = duplicate_of_current_thread();
                      ExitThread(77);
                  },
                  &handle),
              0);
    ASSERT_EQ(::pthread_join(thread, nullptr), 0);
    DWORD code = 7;
    EXPECT_EQ(WaitForSingleObject(handle, 0), WAIT_OBJECT_0);
    EXPECT_TRUE(GetExitCodeThread(handle, &code));
    EXPECT_EQ(code, 77U);
    EXPECT_TRUE(CloseHandle(handle));
}

struct sets_on_destruction {
    std::atomic<bool>& flag;
    ~sets_on_destruction() { flag = true; }
};

std::atomic<bool> destroyed;

DWORD WINAPI exit_with_an_object(LPVOID /*parameter*/) {
    const sets_on_destruction object{destroyed};
    ExitThread(1);
}

/// Other than on Windows, where they are lost.
TEST(WinapiThread, ExitThreadRunsDestructors) {
    HANDLE thread = CreateThread(nullptr, 0, exit_with_an_object, nullptr, 0, nullptr);
    EXPECT_EQ(WaitForSingleObject(thread, INFINITE), WAIT_OBJECT_0);
    EXPECT_TRUE(destroyed);
    EXPECT_TRUE(CloseHandle(thread));
}

HANDLE late;

struct uses_a_mutex_at_the_end {
    bool used = false;
    ~uses_a_mutex_at_the_end() {
        if (used)
            WaitForSingleObject(late, INFINITE);
    }
};

DWORD WINAPI take_it_at_the_end(LPVOID /*parameter*/) {
    thread_local uses_a_mutex_at_the_end object;
    object.used = true;
    return 0;
}

/// What thread-local objects do in their destructors belongs to the thread, and is over with it.
TEST(WinapiThread, OwnsWhatItsLastDestructorsTake) {
    late = CreateMutex(nullptr, FALSE, nullptr);
    for (int i = 0; i < 50; ++i) {
        HANDLE thread = CreateThread(nullptr, 0, take_it_at_the_end, nullptr, 0, nullptr);
        EXPECT_EQ(WaitForSingleObject(thread, INFINITE), WAIT_OBJECT_0);
        EXPECT_EQ(WaitForSingleObject(late, 0), WAIT_ABANDONED);
        EXPECT_TRUE(ReleaseMutex(late));
        EXPECT_TRUE(CloseHandle(thread));
    }
    EXPECT_TRUE(CloseHandle(late));
}

} // namespace
} // namespace isthmus::test
