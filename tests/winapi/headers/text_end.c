/* A text without a terminator, of which a wide format prints as many characters as there are: nothing
   behind them is read. */

#include <windows.h>
#include <stdio.h>
#include <string.h>
#include <strsafe.h>
#include <sys/mman.h>
#include <unistd.h>

static char* end;

/* The text, at the end of the memory that can be read. */
static const char* at_end(const char* text) {
    return (const char*)memcpy(end - strlen(text), text, strlen(text));
}

int main(void) {
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    /* (A character beyond 16 bits is two of wchar_t then.) */
    const int units = sizeof(wchar_t) == 2 ? 3 : 2;
    wchar_t text[16];
    int length;
    char* const memory =
        (char*)mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == (char*)MAP_FAILED || mprotect(memory + page, page, PROT_NONE) != 0)
        return 1;
    end = memory + page;
    wprintf(L"%.3hs|", at_end("abc"));
    wprintf(L"%.2S|", at_end("ab"));
    wprintf(L"%.*hs|", units, at_end("ä😀"));
    StringCchPrintfW(text, 16, L"%.1hs", at_end("x"));
    wprintf(L"%s\n", text);
    end[-1] = 0; /* a terminator comes first */
    length = wprintf(L"%.9hs", (const char*)memcpy(end - 4, "abc", 3));
    printf(": %d\n", length);
    return 0;
}
