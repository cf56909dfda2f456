/* A name beyond ASCII, and beyond 16 bits, is the same for programs of every kind. */

#include "names.h"

#include <stdio.h>

int main(void) {
    const name_calls* const calls[] = {&calls_8, &calls_16, &calls_32};
    int found = 0;
    int from;
    int to;
    for (from = 0; from < 3; ++from) {
        const HANDLE mutex = calls[from]->create_mutex();
        for (to = 0; to < 3; ++to) {
            const HANDLE pipe = calls[from]->create_pipe();
            const HANDLE client = calls[to]->open_pipe();
            const HANDLE same = calls[to]->open_mutex();
            found += pipe != INVALID_HANDLE_VALUE && client != INVALID_HANDLE_VALUE && same != NULL;
            CloseHandle(same);
            CloseHandle(client);
            CloseHandle(pipe);
        }
        CloseHandle(mutex);
    }
    printf("%d of 9\n", found);
    return found != 9;
}
