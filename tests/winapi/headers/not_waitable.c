/* Waits that Windows has and this layer has not. */

#include <windows.h>

#include <stdio.h>

/* The error of a wait that fails. */
static DWORD error_of_wait(HANDLE handle) {
    return WaitForSingleObject(handle, 0) == WAIT_FAILED ? GetLastError() : ERROR_SUCCESS;
}

int main(void) {
    HANDLE event = CreateEvent(NULL, TRUE, TRUE, NULL);
    HANDLE slot = CreateMailslot(TEXT("\\\\.\\mailslot\\not_waitable"), 0, 0, NULL);
    HANDLE section = CreateFileMapping(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, 10, NULL);
    HANDLE both[2];
    DWORD any;
    both[0] = event;
    both[1] = slot;
    printf("event %lu, ", error_of_wait(event));
    printf("console %lu, ", error_of_wait(GetStdHandle(STD_OUTPUT_HANDLE)));
    printf("mailslot %lu, ", error_of_wait(slot));
    printf("section %lu, ", error_of_wait(section));
    any = WaitForMultipleObjects(2, both, FALSE, 0);
    printf("any %d %lu\n", any == WAIT_FAILED, GetLastError());
    CloseHandle(section);
    CloseHandle(slot);
    CloseHandle(event);
    return 0;
}
