/* SetConsoleCtrlHandler: signals as control events. (Signals are sent as a terminal would.) */

#include <windows.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static HANDLE handled;
static DWORD last_event = 99;
static DWORD first_handler_calls;
static DWORD main_thread;
static BOOL on_main_thread;

static BOOL WINAPI first_added(DWORD event) {
    (void)event;
    ++first_handler_calls;
    return FALSE;
}

static BOOL WINAPI last_added(DWORD event) {
    last_event = event;
    on_main_thread = GetCurrentThreadId() == main_thread;
    SetEvent(handled);
    return TRUE;
}

/* The event that the signal comes as. */
static DWORD event_of(int number) {
    last_event = 99;
    kill(getpid(), number);
    WaitForSingleObject(handled, 10000);
    return last_event;
}

/* The process whose handlers all say no. */
static int refuse(void) {
    SetConsoleCtrlHandler(first_added, TRUE);
    kill(getpid(), SIGINT);
    for (;;) {
        pause();
    }
}

/* What ends a child that has the handlers of its parent, and no thread to call them. */
static int end_of_child(void) {
    int status = 0;
    const pid_t child = fork();
    if (child == 0) {
        for (;;) {
            pause();
        }
    }
    last_event = 99;
    kill(child, SIGTERM);
    waitpid(child, &status, 0);
    return WIFSIGNALED(status) && last_event == 99 ? WTERMSIG(status) : 0;
}

int main(int argc, char* argv[]) {
    DWORD interrupt;
    DWORD quit;
    BOOL twice;
    int status = 0;
    pid_t child;
    if (argc == 4) {
        return refuse();
    }
    main_thread = GetCurrentThreadId();
    handled = CreateEvent(NULL, FALSE, FALSE, NULL);
    SetConsoleCtrlHandler(first_added, TRUE);
    SetConsoleCtrlHandler(last_added, TRUE);
    interrupt = event_of(SIGINT);
    quit = event_of(SIGQUIT);
    SetConsoleCtrlHandler(NULL, TRUE); /* Ctrl+C is ignored, and nothing else */
    kill(getpid(), SIGINT);
    if (event_of(SIGQUIT) != CTRL_BREAK_EVENT || first_handler_calls != 0 || on_main_thread) {
        return EXIT_FAILURE;
    }
    SetConsoleCtrlHandler(NULL, FALSE);
    if (event_of(SIGINT) != CTRL_C_EVENT) {
        return EXIT_FAILURE;
    }
    if (end_of_child() != SIGTERM) {
        return EXIT_FAILURE;
    }
    SetConsoleCtrlHandler(last_added, FALSE);
    twice = SetConsoleCtrlHandler(last_added, FALSE);
    if (twice || GetLastError() != ERROR_INVALID_PARAMETER) {
        return EXIT_FAILURE;
    }
    child = fork();
    if (child == 0) {
        execl(argv[0], argv[0], "refuse", "all", "events", (char*)NULL);
        _exit(1);
    }
    waitpid(child, &status, 0);
    printf("handled %lu, %lu; refused %d; ended by %d\n", interrupt, quit, twice,
           WIFSIGNALED(status) ? WTERMSIG(status) : 0);
    return EXIT_SUCCESS;
}
