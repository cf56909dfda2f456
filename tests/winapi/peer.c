/* The other side in winapi_talk_test: a plain Windows program that plays one part in a conversation.

       winapi_peer PART ARGUMENT... */

#include <windows.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int failed(const char* call) {
    printf("%s failed: %lu\n", call, GetLastError());
    fflush(stdout);
    return 1;
}

static void say(const char* text) {
    printf("%s\n", text);
    fflush(stdout);
}

/* Until there is a line of input. */
static void stay(void) {
    int each;
    do {
        each = getchar();
    } while (each != EOF && each != '\n');
}

static int serve_pipe(char** argument) {
    char buffer[256];
    DWORD size;
    const HANDLE pipe = CreateNamedPipeA(argument[0], PIPE_ACCESS_DUPLEX,
                                         PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE, 2, 512, 512, 0, NULL);
    if (pipe == INVALID_HANDLE_VALUE)
        return failed("CreateNamedPipe");
    say("listening");
    if (!ConnectNamedPipe(pipe, NULL) && GetLastError() != ERROR_PIPE_CONNECTED)
        return failed("ConnectNamedPipe");
    while (ReadFile(pipe, buffer, sizeof(buffer), &size, NULL)) {
        printf("message of %lu bytes\n", size);
        if (!WriteFile(pipe, buffer, size, &size, NULL))
            return failed("WriteFile");
    }
    printf("ended: %lu\n", GetLastError());
    CloseHandle(pipe);
    return 0;
}

static int ask_pipe(char** argument) {
    char buffer[256];
    DWORD size, mode = PIPE_READMODE_MESSAGE;
    const HANDLE pipe =
        CreateFileA(argument[0], GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0, NULL);
    if (pipe == INVALID_HANDLE_VALUE)
        return failed("CreateFile");
    if (!SetNamedPipeHandleState(pipe, &mode, NULL, NULL))
        return failed("SetNamedPipeHandleState");
    for (++argument; *argument != NULL; ++argument) {
        if (!TransactNamedPipe(pipe, *argument, (DWORD)strlen(*argument), buffer, sizeof(buffer) - 1,
                               &size, NULL))
            return failed("TransactNamedPipe");
        buffer[size] = 0;
        say(buffer);
    }
    CloseHandle(pipe);
    return 0;
}

static int read_slot(char** argument) {
    char buffer[256];
    DWORD size;
    int count = atoi(argument[1]);
    const HANDLE slot = CreateMailslotA(argument[0], 0, MAILSLOT_WAIT_FOREVER, NULL);
    if (slot == INVALID_HANDLE_VALUE)
        return failed("CreateMailslot");
    say("reading");
    for (; count > 0; --count) {
        if (!ReadFile(slot, buffer, sizeof(buffer) - 1, &size, NULL))
            return failed("ReadFile");
        buffer[size] = 0;
        say(buffer);
    }
    CloseHandle(slot);
    return 0;
}

static int write_slot(char** argument) {
    DWORD size;
    const HANDLE slot = CreateFileA(argument[0], GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE,
                                    NULL, OPEN_EXISTING, 0, NULL);
    if (slot == INVALID_HANDLE_VALUE)
        return failed("CreateFile");
    for (++argument; *argument != NULL; ++argument) {
        if (!WriteFile(slot, *argument, (DWORD)strlen(*argument), &size, NULL))
            return failed("WriteFile");
    }
    CloseHandle(slot);
    return 0;
}

static int hold_memory(char** argument) {
    char* view;
    const HANDLE memory =
        CreateFileMappingA(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, 100000, argument[0]);
    if (memory == NULL || GetLastError() == ERROR_ALREADY_EXISTS)
        return failed("CreateFileMapping");
    view = (char*)MapViewOfFile(memory, FILE_MAP_WRITE, 0, 65536, 0);
    if (view == NULL)
        return failed("MapViewOfFile");
    strcpy(view, argument[1]);
    say("written");
    stay();
    say(view);
    UnmapViewOfFile(view);
    CloseHandle(memory);
    return 0;
}

static int change_memory(char** argument) {
    char* view;
    const HANDLE memory = OpenFileMappingA(FILE_MAP_ALL_ACCESS, FALSE, argument[0]);
    if (memory == NULL)
        return failed("OpenFileMapping");
    view = (char*)MapViewOfFile(memory, FILE_MAP_ALL_ACCESS, 0, 65536, 100);
    if (view == NULL)
        return failed("MapViewOfFile");
    say(view);
    strcpy(view, argument[1]);
    UnmapViewOfFile(view);
    CloseHandle(memory);
    return 0;
}

/* Owns the mutex, and leaves it so when its input ends without a line. */
static int own_mutex(char** argument) {
    const HANDLE mutex = CreateMutexA(NULL, TRUE, argument[0]);
    if (mutex == NULL || GetLastError() == ERROR_ALREADY_EXISTS)
        return failed("CreateMutex");
    say("owned");
    if (getchar() == '\n') {
        if (!ReleaseMutex(mutex))
            return failed("ReleaseMutex");
        say("released");
        stay();
    }
    return 0;
}

static void say_result(DWORD result) {
    say(result == WAIT_OBJECT_0        ? "signaled"
        : result == WAIT_ABANDONED_0   ? "abandoned"
        : result == WAIT_TIMEOUT       ? "timeout"
        : result == WAIT_FAILED        ? "failed"
                                       : "something else");
}

static int take_mutex(char** argument) {
    const HANDLE mutex = OpenMutexA(SYNCHRONIZE, FALSE, argument[0]);
    if (mutex == NULL)
        return failed("OpenMutex");
    say_result(WaitForSingleObject(mutex, (DWORD)atoi(argument[1])));
    return 0;
}

static int wait_event(char** argument) {
    HANDLE event = CreateEventA(NULL, FALSE, FALSE, argument[0]);
    if (event == NULL)
        return failed("CreateEvent");
    say("waiting");
    say_result(WaitForSingleObject(event, 30000));
    return 0;
}

static int set_event(char** argument) {
    const HANDLE event = OpenEventA(EVENT_MODIFY_STATE, FALSE, argument[0]);
    if (event == NULL)
        return failed("OpenEvent");
    if (!SetEvent(event))
        return failed("SetEvent");
    say("set");
    return 0;
}

static int count_semaphore(char** argument) {
    const HANDLE semaphore = CreateSemaphoreA(NULL, 2, 5, argument[0]);
    if (semaphore == NULL)
        return failed("CreateSemaphore");
    say("counting");
    stay();
    say_result(WaitForSingleObject(semaphore, 0));
    return 0;
}

static int release_semaphore(char** argument) {
    LONG before = -1;
    const HANDLE semaphore = OpenSemaphoreA(SEMAPHORE_MODIFY_STATE, FALSE, argument[0]);
    if (semaphore == NULL)
        return failed("OpenSemaphore");
    if (!ReleaseSemaphore(semaphore, 1, &before))
        return failed("ReleaseSemaphore");
    printf("%ld\n", before);
    return 0;
}

/* Not careful, as many programs are. */
static int leave_open(char** argument) {
    const HANDLE event = CreateEventA(NULL, TRUE, TRUE, NULL);
    if (event == NULL || CreateMutexA(NULL, TRUE, argument[0]) == NULL)
        return failed("Create");
    if (CreateSemaphoreA(NULL, 2, 5, NULL) == NULL ||
        CreateFileMappingA(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, 4096, NULL) == NULL)
        return failed("Create");
    if (CreateNamedPipeA("\\\\.\\pipe\\left", PIPE_ACCESS_DUPLEX, 0, 2, 512, 512, 0, NULL) ==
            INVALID_HANDLE_VALUE ||
        CreateMailslotA("\\\\.\\mailslot\\left", 0, 0, NULL) == INVALID_HANDLE_VALUE)
        return failed("Create");
    WaitForSingleObject(event, INFINITE);
    say("open");
    stay();
    return 0;
}

static DWORD WINAPI connect_pipe(LPVOID pipe) {
    ConnectNamedPipe(pipe, NULL);
    say("the wait for a client has come back");
    return 0;
}

static DWORD WINAPI read_file(LPVOID file) {
    char buffer[16];
    DWORD size;
    ReadFile(file, buffer, sizeof(buffer), &size, NULL);
    say("the read has come back");
    return 0;
}

/* Ends while other threads wait, as a server does. */
static int leave_waiting(char** argument) {
    char path[128];
    HANDLE pipe, slot, client;
    wsprintfA(path, "\\\\.\\pipe\\%s", argument[0]);
    pipe = CreateNamedPipeA(path, PIPE_ACCESS_DUPLEX, 0, 2, 512, 512, 0, NULL);
    client = CreateFileA(path, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0, NULL);
    if (pipe == INVALID_HANDLE_VALUE || client == INVALID_HANDLE_VALUE)
        return failed("CreateNamedPipe, CreateFile");
    ConnectNamedPipe(pipe, NULL);
    CreateThread(NULL, 0, read_file, client, 0, NULL);
    pipe = CreateNamedPipeA(path, PIPE_ACCESS_DUPLEX, 0, 2, 512, 512, 0, NULL);
    CreateThread(NULL, 0, connect_pipe, pipe, 0, NULL);
    wsprintfA(path, "\\\\.\\mailslot\\%s", argument[0]);
    slot = CreateMailslotA(path, 0, MAILSLOT_WAIT_FOREVER, NULL);
    CreateThread(NULL, 0, read_file, slot, 0, NULL);
    say("waiting");
    stay();
    return 0;
}

int main(int argc, char** argv) {
    static const struct {
        const char* name;
        int (*play)(char**);
    } parts[] = {
        {"serve-pipe", serve_pipe},         {"ask-pipe", ask_pipe},
        {"read-slot", read_slot},           {"write-slot", write_slot},
        {"hold-memory", hold_memory},       {"change-memory", change_memory},
        {"own-mutex", own_mutex},           {"take-mutex", take_mutex},
        {"wait-event", wait_event},         {"set-event", set_event},
        {"count-semaphore", count_semaphore}, {"release-semaphore", release_semaphore},
        {"leave-open", leave_open},         {"leave-waiting", leave_waiting},
    };
    size_t i;
    for (i = 0; argc > 2 && i < sizeof(parts) / sizeof(parts[0]); ++i) {
        if (strcmp(argv[1], parts[i].name) == 0)
            return parts[i].play(argv + 2);
    }
    return 2;
}
