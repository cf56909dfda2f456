/* Destructor functions of libraries run when the layer has closed all handles: what they still do fails,
   and does not keep the process from its end. */

#include <windows.h>

#include <stdio.h>

static HANDLE event;

__attribute__((destructor)) static void end_of_library(void) {
    const BOOL closed = CloseHandle(event);
    const DWORD reason = GetLastError();
    const BOOL set = SetEvent(event);
    HANDLE late = CreateEvent(NULL, TRUE, TRUE, NULL);
    printf("closed %d, set %d: %lu; a new one: %lu\n", closed, set, reason,
           WaitForSingleObject(late, 0));
    CloseHandle(late);
}

int main(void) {
    event = CreateEvent(NULL, TRUE, FALSE, NULL);
    return event == NULL;
}
