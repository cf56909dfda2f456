/* A program whose main takes texts of wchar_t. */

#include <stdio.h>
#include <tchar.h>

int _tmain(int argc, _TCHAR* argv[]) {
    _tprintf(_T("%d arguments: %s, %s\n"), argc, argv[1], argv[2]);
    return argv[argc] != NULL;
}
