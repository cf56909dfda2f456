#pragma once

/* What the tests of pipes share. */

#include "trace.h"

static const DWORD out_size = 1000;
static const DWORD in_size = 2000;

static HANDLE make_pipe(LPCTSTR name, DWORD open_mode, DWORD pipe_mode, DWORD max_instances) {
    return CreateNamedPipe(name, open_mode, pipe_mode, max_instances, out_size, in_size, 0, NULL);
}

static HANDLE open_pipe(LPCTSTR name, DWORD access) {
    return CreateFile(name, access, 0, NULL, OPEN_EXISTING, 0, NULL);
}

/* A server's end and its client, which has come without being waited for. */
static int make_pair(LPCTSTR name, DWORD pipe_mode, HANDLE* server, HANDLE* client) {
    *server = make_pipe(name, PIPE_ACCESS_DUPLEX, pipe_mode, 1);
    *client = open_pipe(name, GENERIC_READ | GENERIC_WRITE);
    return *server != INVALID_HANDLE_VALUE && *client != INVALID_HANDLE_VALUE;
}

/* How many bytes a call wrote, read or saw; what it leaves alone stays so. */
static const DWORD no_size = 77;
static DWORD size, available, left;
static char buffer[4096];

static void forget_sizes(void) {
    size = available = left = no_size;
    memset(buffer, '-', sizeof(buffer));
}

static BOOL write_text(HANDLE pipe, const char* text) {
    forget_sizes();
    return WriteFile(pipe, text, (DWORD)strlen(text), &size, NULL);
}

static BOOL read_some(HANDLE pipe, DWORD room) {
    forget_sizes();
    return ReadFile(pipe, buffer, room, &size, NULL);
}

static BOOL peek(HANDLE pipe, DWORD room) {
    forget_sizes();
    return PeekNamedPipe(pipe, buffer, room, &size, &available, &left);
}

static BOOL set_mode(HANDLE pipe, DWORD mode) {
    return SetNamedPipeHandleState(pipe, &mode, NULL, NULL);
}

static DWORD mode_of(HANDLE pipe) {
    DWORD mode = no_size;
    return GetNamedPipeHandleState(pipe, &mode, NULL, NULL, NULL, NULL, 0) ? mode : no_size;
}

static DWORD instances_of(HANDLE pipe) {
    DWORD count = no_size;
    return GetNamedPipeHandleState(pipe, NULL, &count, NULL, NULL, NULL, 0) ? count : no_size;
}

/* What was read, and what a peek saw. */
#define GOT(text) HAS_BYTES(buffer, size, text)
#define SAW(seen_size, seen_available, seen_left)                                                  \
    HOLDS(size == (seen_size) && available == (seen_available) && left == (DWORD)(seen_left))

static void end_pipes(void) {
    (void)make_pair;
    (void)write_text;
    (void)read_some;
    (void)peek;
    (void)set_mode;
    (void)mode_of;
    (void)instances_of;
    (void)forget_sizes;
}
