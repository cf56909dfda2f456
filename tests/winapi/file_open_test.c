/* CreateFile on ordinary files: dispositions, sharing, rights, names; DeleteFile. */

#include "temp_file.h"

#define SHARE_ALL (FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE)

static HANDLE open_as(LPCTSTR path, DWORD access, DWORD share, DWORD disposition) {
    return CreateFile(path, access, share, NULL, disposition, FILE_ATTRIBUTE_NORMAL, NULL);
}

static void dispositions(void) {
    const LPCTSTR path = temp_file(TEXT("disposition"));
    HANDLE file;
    trace_note("dispositions");
    REFUSES(open_as(path, GENERIC_READ, 0, OPEN_EXISTING), ERROR_FILE_NOT_FOUND);
    REFUSES(open_as(path, GENERIC_WRITE, 0, TRUNCATE_EXISTING), ERROR_FILE_NOT_FOUND);
    OPENS_WITH(file, open_as(path, GENERIC_WRITE, 0, CREATE_NEW), ERROR_SUCCESS);
    SUCCEEDS_WITH(CloseHandle(file), UNTOUCHED);
    REFUSES(open_as(path, GENERIC_WRITE, 0, CREATE_NEW), ERROR_FILE_EXISTS);
    put_file(path, "content");
    OPENS_WITH(file, open_as(path, GENERIC_READ, 0, OPEN_EXISTING), ERROR_SUCCESS);
    SUCCEEDS(CloseHandle(file));
    OPENS_WITH(file, open_as(path, GENERIC_WRITE, 0, OPEN_ALWAYS), ERROR_ALREADY_EXISTS);
    GIVES(GetFileSize(file, NULL), 7);
    SUCCEEDS(CloseHandle(file));
    OPENS_WITH(file, open_as(path, GENERIC_WRITE, 0, CREATE_ALWAYS), ERROR_ALREADY_EXISTS);
    GIVES(GetFileSize(file, NULL), 0);
    SUCCEEDS(CloseHandle(file));
    put_file(path, "content");
    OPENS_WITH(file, open_as(path, GENERIC_WRITE, 0, TRUNCATE_EXISTING), ERROR_SUCCESS);
    GIVES(GetFileSize(file, NULL), 0);
    SUCCEEDS(CloseHandle(file));
    SUCCEEDS_WITH(DeleteFile(path), UNTOUCHED);
    OPENS_WITH(file, open_as(path, GENERIC_WRITE, 0, OPEN_ALWAYS), ERROR_SUCCESS);
    SUCCEEDS(CloseHandle(file));
    SUCCEEDS(DeleteFile(path));
    OPENS_WITH(file, open_as(path, GENERIC_WRITE, 0, CREATE_ALWAYS), ERROR_SUCCESS);
    SUCCEEDS(CloseHandle(file));
    SUCCEEDS(DeleteFile(path));
}

static void bad_arguments(void) {
    const LPCTSTR path = temp_file(TEXT("bad"));
    trace_note("bad arguments");
    REFUSES(open_as(NULL, GENERIC_READ, 0, OPEN_EXISTING), ERROR_PATH_NOT_FOUND);
    REFUSES(open_as(TEXT(""), GENERIC_READ, 0, OPEN_EXISTING), ERROR_PATH_NOT_FOUND);
    REFUSES(open_as(path, GENERIC_READ, 0, 0), ERROR_INVALID_PARAMETER);
    REFUSES(open_as(path, GENERIC_READ, 0, 6), ERROR_INVALID_PARAMETER);
    REFUSES(open_as(temp_file(TEXT("no\\such\\directory")), GENERIC_READ, 0, OPEN_EXISTING),
            ERROR_PATH_NOT_FOUND);
    REFUSES(open_as(temp_file(TEXT("no\\such\\directory")), GENERIC_WRITE, 0, CREATE_NEW),
            ERROR_PATH_NOT_FOUND);
    REFUSES(open_as(temp_file(TEXT("what?")), GENERIC_READ, 0, OPEN_EXISTING), ERROR_INVALID_NAME);
    REFUSES(open_as(temp_file(TEXT("a*")), GENERIC_WRITE, 0, CREATE_NEW), ERROR_INVALID_NAME);
    FAILS(DeleteFile(NULL), ERROR_PATH_NOT_FOUND);
    FAILS(DeleteFile(TEXT("")), ERROR_PATH_NOT_FOUND);
    FAILS(DeleteFile(path), ERROR_FILE_NOT_FOUND);
    FAILS(DeleteFile(temp_file(TEXT("no\\such\\directory"))), ERROR_PATH_NOT_FOUND);
    BEGIN_GAP("Wine does not ask for the right to write") {
        put_file(path, "x");
        REFUSES(open_as(path, GENERIC_READ, 0, TRUNCATE_EXISTING), ERROR_INVALID_PARAMETER);
        SUCCEEDS(DeleteFile(path));
    }
    END_GAP
}

static void directories(void) {
    TCHAR directory[MAX_PATH];
    GetTempPath(MAX_PATH, directory);
    trace_note("directories");
    REFUSES(open_as(directory, GENERIC_READ, SHARE_ALL, OPEN_EXISTING), ERROR_ACCESS_DENIED);
    FAILS(DeleteFile(TEXT("..")), ERROR_ACCESS_DENIED);
}

static void slashes(void) {
    TCHAR path[512];
    const LPCTSTR name = object_name(TEXT("slashes"));
    DWORD length = GetTempPath(256, path);
    size_t i;
    HANDLE file;
    trace_note("slashes of both kinds");
    for (i = 0; name[i] != 0; ++i) {
        path[length + i] = name[i];
    }
    path[length + i] = 0;
    for (i = 0; path[i] != 0; ++i) {
        path[i] = (TCHAR)(path[i] == '\\' ? '/' : path[i]);
    }
    OPENS(file, open_as(path, GENERIC_WRITE, 0, CREATE_NEW));
    SUCCEEDS(CloseHandle(file));
    for (i = 0; path[i] != 0; ++i) {
        path[i] = (TCHAR)(path[i] == '/' ? '\\' : path[i]);
    }
    REFUSES(open_as(path, GENERIC_WRITE, 0, CREATE_NEW), ERROR_FILE_EXISTS);
    SUCCEEDS(DeleteFile(path));
}

static void sharing(void) {
    const LPCTSTR path = temp_file(TEXT("sharing"));
    HANDLE first;
    HANDLE second;
    trace_note("sharing with nobody");
    OPENS(first, open_as(path, GENERIC_READ | GENERIC_WRITE, 0, CREATE_NEW));
    REFUSES(open_as(path, GENERIC_READ, SHARE_ALL, OPEN_EXISTING), ERROR_SHARING_VIOLATION);
    REFUSES(open_as(path, GENERIC_WRITE, SHARE_ALL, OPEN_ALWAYS), ERROR_SHARING_VIOLATION);
    REFUSES(open_as(path, GENERIC_WRITE, SHARE_ALL, CREATE_ALWAYS), ERROR_SHARING_VIOLATION);
    FAILS(DeleteFile(path), ERROR_SHARING_VIOLATION);
    trace_note("who wants no data disturbs nobody");
    OPENS(second, open_as(path, 0, 0, OPEN_EXISTING));
    SUCCEEDS(CloseHandle(second));
    SUCCEEDS(CloseHandle(first));

    trace_note("sharing for reading");
    put_file(path, "kept");
    OPENS(first, open_as(path, GENERIC_READ, FILE_SHARE_READ, OPEN_EXISTING));
    OPENS(second, open_as(path, GENERIC_READ, FILE_SHARE_READ, OPEN_EXISTING));
    SUCCEEDS(CloseHandle(second));
    REFUSES(open_as(path, GENERIC_WRITE, SHARE_ALL, OPEN_EXISTING), ERROR_SHARING_VIOLATION);
    REFUSES(open_as(path, GENERIC_WRITE, SHARE_ALL, CREATE_ALWAYS), ERROR_SHARING_VIOLATION);
    REFUSES(open_as(path, GENERIC_READ, 0, OPEN_EXISTING), ERROR_SHARING_VIOLATION);
    REFUSES(open_as(path, DELETE, SHARE_ALL, OPEN_EXISTING), ERROR_SHARING_VIOLATION);
    SUCCEEDS(CloseHandle(first));
    HOLDS(strcmp(file_content(path), "kept") == 0);

    trace_note("both have to agree");
    OPENS(first, open_as(path, GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE, OPEN_EXISTING));
    REFUSES(open_as(path, GENERIC_READ, FILE_SHARE_READ, OPEN_EXISTING), ERROR_SHARING_VIOLATION);
    OPENS(second, open_as(path, GENERIC_READ, FILE_SHARE_WRITE, OPEN_EXISTING));
    SUCCEEDS(CloseHandle(second));
    SUCCEEDS(CloseHandle(first));

    trace_note("a duplicate keeps it open");
    OPENS(first, open_as(path, GENERIC_READ, 0, OPEN_EXISTING));
    SUCCEEDS(DuplicateHandle(GetCurrentProcess(), first, GetCurrentProcess(), &second, 0, FALSE,
                             DUPLICATE_SAME_ACCESS));
    SUCCEEDS(CloseHandle(first));
    REFUSES(open_as(path, GENERIC_READ, SHARE_ALL, OPEN_EXISTING), ERROR_SHARING_VIOLATION);
    SUCCEEDS(CloseHandle(second));
    OPENS(first, open_as(path, GENERIC_READ, 0, OPEN_EXISTING));
    SUCCEEDS(CloseHandle(first));
    SUCCEEDS(DeleteFile(path));
}

static void rights(void) {
    const LPCTSTR path = temp_file(TEXT("rights"));
    char buffer[8];
    DWORD count = 0;
    HANDLE file;
    HANDLE copy;
    trace_note("rights");
    put_file(path, "12345");
    OPENS(file, open_as(path, GENERIC_READ, 0, OPEN_EXISTING));
    FAILS(WriteFile(file, "x", 1, &count, NULL), ERROR_ACCESS_DENIED);
    BEGIN_GAP("Wine says 87") {
        FAILS(SetEndOfFile(file), ERROR_ACCESS_DENIED);
    }
    END_GAP
    FAILS(FlushFileBuffers(file), ERROR_ACCESS_DENIED);
    BEGIN_GAP("Wine gives a duplicate any rights") {
        FAILS(DuplicateHandle(GetCurrentProcess(), file, GetCurrentProcess(), &copy,
                              GENERIC_READ | GENERIC_WRITE, FALSE, 0),
              ERROR_ACCESS_DENIED);
    }
    END_GAP
    SUCCEEDS(CloseHandle(file));
    OPENS(file, open_as(path, GENERIC_WRITE, 0, OPEN_EXISTING));
    FAILS(ReadFile(file, buffer, 1, &count, NULL), ERROR_ACCESS_DENIED);
    SUCCEEDS(CloseHandle(file));
    OPENS(file, open_as(path, 0, 0, OPEN_EXISTING));
    FAILS(ReadFile(file, buffer, 1, &count, NULL), ERROR_ACCESS_DENIED);
    FAILS(WriteFile(file, "x", 1, &count, NULL), ERROR_ACCESS_DENIED);
    GIVES(GetFileSize(file, NULL), 5);
    SUCCEEDS(CloseHandle(file));
    OPENS(file, open_as(path, FILE_READ_DATA | FILE_WRITE_DATA, 0, OPEN_EXISTING));
    SUCCEEDS(ReadFile(file, buffer, 2, &count, NULL));
    SUCCEEDS(WriteFile(file, "x", 1, &count, NULL));
    SUCCEEDS(CloseHandle(file));
    HOLDS(strcmp(file_content(path), "12x45") == 0);
    SUCCEEDS(DeleteFile(path));
}

static void read_only(void) {
    const LPCTSTR path = temp_file(TEXT("readonly"));
    DWORD count = 0;
    HANDLE file;
    trace_note("read-only files");
    OPENS(file, CreateFile(path, GENERIC_WRITE, 0, NULL, CREATE_NEW, FILE_ATTRIBUTE_READONLY, NULL));
    SUCCEEDS(WriteFile(file, "once", 4, &count, NULL));
    SUCCEEDS(CloseHandle(file));
    BEGIN_GAP("Under Wine the superuser may write to them") {
        REFUSES(open_as(path, GENERIC_WRITE, 0, OPEN_EXISTING), ERROR_ACCESS_DENIED);
        REFUSES(open_as(path, GENERIC_WRITE, 0, CREATE_ALWAYS), ERROR_ACCESS_DENIED);
    }
    END_GAP
    OPENS(file, open_as(path, GENERIC_READ, 0, OPEN_EXISTING));
    SUCCEEDS(CloseHandle(file));
    FAILS(DeleteFile(path), ERROR_ACCESS_DENIED);
    HOLDS(strcmp(file_content(path), "once") == 0);
#ifdef _WIN32
    SetFileAttributes(path, FILE_ATTRIBUTE_NORMAL);
    DeleteFile(path);
#else
    {
        char narrow[512];
        size_t i = 0;
        for (; path[i] != 0; ++i) {
            narrow[i] = (char)path[i];
        }
        narrow[i] = 0;
        remove(narrow);
    }
#endif
}

static void deleting(void) {
    const LPCTSTR path = temp_file(TEXT("delete"));
    DWORD count = 0;
    HANDLE file;
    HANDLE copy;
    trace_note("delete on close");
    OPENS_WITH(file,
               CreateFile(path, GENERIC_WRITE, SHARE_ALL, NULL, CREATE_NEW,
                          FILE_FLAG_DELETE_ON_CLOSE, NULL),
               ERROR_SUCCESS);
    SUCCEEDS(WriteFile(file, "x", 1, &count, NULL));
    REFUSES(open_as(path, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE, OPEN_EXISTING),
            ERROR_SHARING_VIOLATION);
    SUCCEEDS(DuplicateHandle(GetCurrentProcess(), file, GetCurrentProcess(), &copy, 0, FALSE,
                             DUPLICATE_SAME_ACCESS));
    SUCCEEDS(CloseHandle(file));
    HOLDS(strcmp(file_content(path), "x") == 0);
    SUCCEEDS(CloseHandle(copy));
    REFUSES(open_as(path, GENERIC_READ, 0, OPEN_EXISTING), ERROR_FILE_NOT_FOUND);

    trace_note("an open file");
    OPENS(file, open_as(path, GENERIC_WRITE, SHARE_ALL, CREATE_NEW));
    SUCCEEDS(DeleteFile(path));
    SUCCEEDS(WriteFile(file, "x", 1, &count, NULL));
    SUCCEEDS(CloseHandle(file));
    REFUSES(open_as(path, GENERIC_READ, 0, OPEN_EXISTING), ERROR_FILE_NOT_FOUND);
    OPENS(file, open_as(path, GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE, CREATE_NEW));
    FAILS(DeleteFile(path), ERROR_SHARING_VIOLATION);
    SUCCEEDS(CloseHandle(file));
    SUCCEEDS(DeleteFile(path));
}

static void devices(void) {
    char buffer[4];
    DWORD count = 17;
    HANDLE nul;
    trace_note("devices");
    OPENS(nul, open_as(TEXT("NUL"), GENERIC_READ | GENERIC_WRITE, SHARE_ALL, OPEN_EXISTING));
    SUCCEEDS(ReadFile(nul, buffer, 4, &count, NULL));
    GIVES(count, 0);
    SUCCEEDS(WriteFile(nul, "gone", 4, &count, NULL));
    GIVES(count, 4);
    GIVES(GetFileType(nul), FILE_TYPE_CHAR);
    SUCCEEDS(CloseHandle(nul));
    OPENS(nul, open_as(TEXT("\\\\.\\nul"), GENERIC_WRITE, SHARE_ALL, OPEN_EXISTING));
    SUCCEEDS(CloseHandle(nul));
    REFUSES(open_as(TEXT("\\\\.\\isthmus no such device"), GENERIC_READ, SHARE_ALL, OPEN_EXISTING),
            ERROR_FILE_NOT_FOUND);
}

static void written_through(void) {
    const LPCTSTR path = temp_file(TEXT("through"));
    DWORD count = 0;
    HANDLE file;
    trace_note("written through");
    OPENS(file, CreateFile(path, GENERIC_WRITE, 0, NULL, CREATE_NEW,
                           FILE_FLAG_WRITE_THROUGH | FILE_FLAG_SEQUENTIAL_SCAN, NULL));
    SUCCEEDS(WriteFile(file, "safe", 4, &count, NULL));
    SUCCEEDS(CloseHandle(file));
    HOLDS(strcmp(file_content(path), "safe") == 0);
    SUCCEEDS(DeleteFile(path));
}

static void what_is_not_offered(void) {
    const LPCTSTR path = temp_file(TEXT("absent"));
    trace_note("what is not offered");
    BEGIN_GAP("Windows offers it") {
        REFUSES(CreateFile(path, GENERIC_WRITE, 0, NULL, CREATE_NEW, FILE_FLAG_OVERLAPPED, NULL),
                ERROR_CALL_NOT_IMPLEMENTED);
        REFUSES(CreateFile(path, GENERIC_WRITE, 0, NULL, CREATE_NEW, FILE_FLAG_OPEN_REPARSE_POINT,
                           NULL),
                ERROR_CALL_NOT_IMPLEMENTED);
        REFUSES(CreateFile(path, GENERIC_WRITE, 0, NULL, CREATE_NEW, 0, GetCurrentProcess()),
                ERROR_CALL_NOT_IMPLEMENTED);
        REFUSES(open_as(TEXT("C:\\isthmus.txt"), GENERIC_READ, 0, OPEN_EXISTING),
                ERROR_PATH_NOT_FOUND);
        REFUSES(open_as(TEXT("\\\\host\\share\\file"), GENERIC_READ, 0, OPEN_EXISTING),
                ERROR_BAD_NETPATH);
        FAILS(DeleteFile(path), ERROR_FILE_NOT_FOUND);
    }
    END_GAP
}

int main(void) {
    dispositions();
    bad_arguments();
    directories();
    slashes();
    sharing();
    rights();
    read_only();
    deleting();
    devices();
    written_through();
    what_is_not_offered();
    return trace_end();
}
