/* Compiled three times. */

#include "names.h"

#define MUTEX_NAME TEXT("isthmus.test.names.\u00e4\U0001F600")
#define PIPE_NAME TEXT("\\\\.\\pipe\\isthmus.test.names.\u00c4\U0001F600")
#define PIPE_NAME_FOLDED TEXT("\\\\.\\PIPE\\isthmus.TEST.names.\u00e4\U0001F600")

static HANDLE create_mutex(void) {
    return CreateMutex(NULL, FALSE, MUTEX_NAME);
}

static HANDLE open_mutex(void) {
    return OpenMutex(SYNCHRONIZE, FALSE, MUTEX_NAME);
}

static HANDLE create_pipe(void) {
    return CreateNamedPipe(PIPE_NAME, PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE, 1, 0, 0, 0, NULL);
}

static HANDLE open_pipe(void) {
    return CreateFile(PIPE_NAME_FOLDED, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0, NULL);
}

const name_calls CALLS = {create_mutex, open_mutex, create_pipe, open_pipe};
