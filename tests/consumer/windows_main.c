/* A Windows program of someone else: on every system it links isthmus::winapi. */

#include <windows.h>

int main(void) {
    const HANDLE event = CreateEvent(NULL, TRUE, TRUE, NULL);
    return event != NULL && WaitForSingleObject(event, 0) == WAIT_OBJECT_0 ? 0 : 1;
}
