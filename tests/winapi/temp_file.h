#pragma once

/* Files of tests. */

#include "trace.h"

/* The path of a file, in the directory for temporary ones, that no other test uses. For up to eight
   at a time. */
static LPCTSTR temp_file(LPCTSTR what) {
    static TCHAR paths[8][512];
    static int next;
    TCHAR* const path = paths[next++ % 8];
    const LPCTSTR name = object_name(what);
    DWORD length = GetTempPath(256, path);
    size_t i = 0;
    for (; name[i] != 0; ++i) {
        path[length++] = name[i];
    }
    path[length] = 0;
    return path;
}

/* Makes a file with that content; no check of its own. */
static void put_file(LPCTSTR path, const char* content) {
    DWORD written = 0;
    const HANDLE file = CreateFile(path, GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
    WriteFile(file, content, (DWORD)strlen(content), &written, NULL);
    CloseHandle(file);
}

/* What a file holds, up to 255 bytes: "" if there is none. */
static const char* file_content(LPCTSTR path) {
    static char content[256];
    DWORD size = 0;
    const HANDLE file =
        CreateFile(path, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL,
                   OPEN_EXISTING, 0, NULL);
    if (file != INVALID_HANDLE_VALUE) {
        ReadFile(file, content, 255, &size, NULL);
        CloseHandle(file);
    }
    content[size] = 0;
    return content;
}
