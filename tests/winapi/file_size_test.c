/* Positions and sizes of files; names for temporary files; the standard handles. */

#include "temp_file.h"

static void pointers(void) {
    const LPCTSTR path = temp_file(TEXT("pointer"));
    HANDLE file;
    LONG high = 0;
    LARGE_INTEGER distance;
    LARGE_INTEGER position;
    trace_note("SetFilePointer");
    put_file(path, "0123456789");
    OPENS(file, CreateFile(path, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0, NULL));
    GIVES_WITH(SetFilePointer(file, 4, NULL, FILE_BEGIN), 4, UNTOUCHED);
    GIVES_WITH(SetFilePointer(file, 3, NULL, FILE_CURRENT), 7, UNTOUCHED);
    GIVES_WITH(SetFilePointer(file, -5, NULL, FILE_CURRENT), 2, UNTOUCHED);
    GIVES_WITH(SetFilePointer(file, -3, NULL, FILE_END), 7, UNTOUCHED);
    GIVES_WITH(SetFilePointer(file, 5, NULL, FILE_END), 15, UNTOUCHED);
    GIVES_WITH(SetFilePointer(file, -1, NULL, FILE_BEGIN), INVALID_SET_FILE_POINTER,
               ERROR_NEGATIVE_SEEK);
    GIVES_WITH(SetFilePointer(file, -11, NULL, FILE_END), INVALID_SET_FILE_POINTER,
               ERROR_NEGATIVE_SEEK);
    GIVES(SetFilePointer(file, 0, NULL, FILE_CURRENT), 15);
    GIVES_WITH(SetFilePointer(file, 0, NULL, 3), INVALID_SET_FILE_POINTER, ERROR_INVALID_PARAMETER);
    high = 1;
    GIVES_WITH(SetFilePointer(file, 5, &high, FILE_BEGIN), 5, UNTOUCHED);
    GIVES(high, 1);
    high = 0;
    GIVES_WITH(SetFilePointer(file, 0, &high, FILE_CURRENT), 5, UNTOUCHED);
    GIVES(high, 1);
    high = 0;
    GIVES_WITH(SetFilePointer(file, -1, &high, FILE_BEGIN), 0xFFFFFFFF, NO_ERROR);
    GIVES(high, 0);
    high = -1;
    GIVES_WITH(SetFilePointer(file, -4, &high, FILE_END), 6, UNTOUCHED);
    GIVES(high, 0);
    GIVES_WITH(SetFilePointer(NULL, 0, NULL, FILE_BEGIN), INVALID_SET_FILE_POINTER,
               ERROR_INVALID_HANDLE);
    trace_note("SetFilePointerEx");
    distance.QuadPart = 3;
    SUCCEEDS_WITH(SetFilePointerEx(file, distance, &position, FILE_BEGIN), UNTOUCHED);
    GIVES(position.QuadPart, 3);
    SUCCEEDS(SetFilePointerEx(file, distance, NULL, FILE_CURRENT));
    distance.QuadPart = -6;
    SUCCEEDS(SetFilePointerEx(file, distance, &position, FILE_CURRENT));
    GIVES(position.QuadPart, 0);
    FAILS(SetFilePointerEx(file, distance, &position, FILE_CURRENT), ERROR_NEGATIVE_SEEK);
    distance.QuadPart = (LONGLONG)1 << 33;
    SUCCEEDS(SetFilePointerEx(file, distance, &position, FILE_BEGIN));
    HOLDS(position.QuadPart == (LONGLONG)1 << 33);
    FAILS(SetFilePointerEx(file, distance, &position, 3), ERROR_INVALID_PARAMETER);
    FAILS(SetFilePointerEx(NULL, distance, &position, FILE_BEGIN), ERROR_INVALID_HANDLE);
    SUCCEEDS(CloseHandle(file));
    HOLDS(strcmp(file_content(path), "0123456789") == 0);
    SUCCEEDS(DeleteFile(path));
}

static void sizes(void) {
    const LPCTSTR path = temp_file(TEXT("size"));
    char byte = 1;
    DWORD count = 0;
    DWORD high = 17;
    LARGE_INTEGER size;
    HANDLE file;
    HANDLE event;
    trace_note("sizes");
    put_file(path, "0123456789");
    OPENS(file, CreateFile(path, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0, NULL));
    GIVES_WITH(GetFileSize(file, NULL), 10, UNTOUCHED);
    GIVES_WITH(GetFileSize(file, &high), 10, UNTOUCHED);
    GIVES(high, 0);
    SUCCEEDS_WITH(GetFileSizeEx(file, &size), UNTOUCHED);
    GIVES(size.QuadPart, 10);
    GIVES(SetFilePointer(file, 4, NULL, FILE_BEGIN), 4);
    SUCCEEDS_WITH(SetEndOfFile(file), UNTOUCHED);
    GIVES(GetFileSize(file, NULL), 4);
    GIVES(SetFilePointer(file, 100, NULL, FILE_BEGIN), 100);
    GIVES(GetFileSize(file, NULL), 4);
    SUCCEEDS(SetEndOfFile(file));
    GIVES(GetFileSize(file, NULL), 100);
    GIVES(SetFilePointer(file, 99, NULL, FILE_BEGIN), 99);
    SUCCEEDS(ReadFile(file, &byte, 1, &count, NULL));
    GIVES(byte, 0);
    trace_note("a gap is filled with zeros");
    GIVES(SetFilePointer(file, 200, NULL, FILE_BEGIN), 200);
    SUCCEEDS(WriteFile(file, "x", 1, &count, NULL));
    GIVES(GetFileSize(file, NULL), 201);
    GIVES_WITH(GetFileSize(NULL, NULL), INVALID_FILE_SIZE, ERROR_INVALID_HANDLE);
    FAILS(GetFileSizeEx(NULL, &size), ERROR_INVALID_HANDLE);
    FAILS(SetEndOfFile(NULL), ERROR_INVALID_HANDLE);
    OPENS(event, CreateEvent(NULL, FALSE, FALSE, NULL));
    GIVES_WITH(GetFileSize(event, NULL), INVALID_FILE_SIZE, ERROR_INVALID_HANDLE);
    FAILS(SetEndOfFile(event), ERROR_INVALID_HANDLE);
    SUCCEEDS(CloseHandle(event));
    SUCCEEDS(CloseHandle(file));
    SUCCEEDS(DeleteFile(path));
}

static BOOL is_slash(TCHAR each) {
    return each == '/' || each == '\\';
}

static DWORD length_of(LPCTSTR text) {
    DWORD length = 0;
    while (text[length] != 0) {
        ++length;
    }
    return length;
}

static void temporary_files(void) {
    TCHAR directory[MAX_PATH];
    TCHAR name[MAX_PATH];
    TCHAR other[MAX_PATH];
    TCHAR small[2] = {'x', 0};
    HANDLE file;
    DWORD length;
    UINT number;
    trace_note("the directory for temporary files");
    length = GetTempPath(MAX_PATH, directory);
    HOLDS(length > 1 && length == length_of(directory));
    HOLDS(is_slash(directory[length - 1]));
    HOLDS(GetTempPath(0, NULL) == length + 1);
    HOLDS(GetTempPath(2, small) == length + 1);
    HOLDS(GetTempPath(length, name) == length + 1);
    HOLDS(GetTempPath(length + 1, name) == length);
    trace_note("a name and its file");
    number = GetTempFileName(directory, TEXT("isth"), 0, name);
    HOLDS(number != 0);
    HOLDS(name[length] == 'i' && name[length + 1] == 's' && name[length + 2] == 't');
    HOLDS(name[length + 3] != 'h' && name[length_of(name) - 4] == '.');
    OPENS_WITH(file, CreateFile(name, GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL), ERROR_SUCCESS);
    GIVES(GetFileSize(file, NULL), 0);
    SUCCEEDS(CloseHandle(file));
    HOLDS(GetTempFileName(directory, TEXT("ist"), 0, other) != 0);
    HOLDS(memcmp(name, other, (length_of(name) + 1) * sizeof(TCHAR)) != 0);
    SUCCEEDS(DeleteFile(other));
    trace_note("the name alone");
    HOLDS(GetTempFileName(directory, TEXT("ist"), number, other) == number);
    REFUSES(CreateFile(other, GENERIC_READ, 0, NULL, CREATE_NEW, 0, NULL), ERROR_FILE_EXISTS);
    SUCCEEDS(DeleteFile(name));
    GIVES(GetTempFileName(directory, TEXT("ist"), 0x1234, other), 0x1234);
    REFUSES(CreateFile(other, GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL), ERROR_FILE_NOT_FOUND);
    FAILS(GetTempFileName(TEXT("no\\such\\directory"), TEXT("ist"), 0, other), ERROR_DIRECTORY);
}

static void standard_handles(void) {
    HANDLE out;
    trace_note("the standard handles");
    REFUSES(GetStdHandle(0), ERROR_INVALID_HANDLE);
    REFUSES(GetStdHandle((DWORD)-13), ERROR_INVALID_HANDLE);
    FAILS(SetStdHandle(0, NULL), ERROR_INVALID_HANDLE);
    out = GetStdHandle(STD_OUTPUT_HANDLE);
    HOLDS(out != NULL && out != INVALID_HANDLE_VALUE);
    HOLDS(GetStdHandle(STD_OUTPUT_HANDLE) == out);
    HOLDS(GetStdHandle(STD_ERROR_HANDLE) != out);
    HOLDS(GetFileType(out) != FILE_TYPE_UNKNOWN);
    {
        DWORD count = 0;
        SUCCEEDS(WriteFile(out, "written to it\n", 14, &count, NULL));
        GIVES(count, 14);
    }
    SUCCEEDS(SetStdHandle(STD_OUTPUT_HANDLE, NULL));
    HOLDS(GetStdHandle(STD_OUTPUT_HANDLE) == NULL);
    SUCCEEDS(SetStdHandle(STD_OUTPUT_HANDLE, out));
    HOLDS(GetStdHandle(STD_OUTPUT_HANDLE) == out);
}

int main(void) {
    pointers();
    sizes();
    temporary_files();
    standard_handles();
    return trace_end();
}
