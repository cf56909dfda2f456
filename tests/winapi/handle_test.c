/* Handles: what is one, what is not, and what can be done with those of any type. */

#include "trace.h"

static void garbage_is_no_handle(void) {
    DWORD flags = 0;
    trace_note("garbage");
    FAILS(CloseHandle(NULL), ERROR_INVALID_HANDLE);
    FAILS(CloseHandle((HANDLE)(ULONG_PTR)0xdeadbee0), ERROR_INVALID_HANDLE);
    FAILS(GetHandleInformation(NULL, &flags), ERROR_INVALID_HANDLE);
    FAILS(SetHandleInformation(NULL, HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT), ERROR_INVALID_HANDLE);
    GIVES_WITH(WaitForSingleObject(NULL, 0), WAIT_FAILED, ERROR_INVALID_HANDLE);
    GIVES_WITH(WaitForSingleObject((HANDLE)(ULONG_PTR)0xdeadbee0, 0), WAIT_FAILED,
               ERROR_INVALID_HANDLE);
}

int main(void) {
    garbage_is_no_handle();
    return trace_end();
}
