/* Keys and lines of a standard input that is no terminal, by turns; ExitProcess ends it. */

#include <windows.h>
#include <conio.h>
#include <stdio.h>
#include <strsafe.h>
#include <tchar.h>
#include <unistd.h>

static const char input[] = "kxyz\nold line\ntoo long\nwide line\ntoo long\nlast\nbytes\ncut off\n!t";

int main(void) {
    int ends[2];
    char line[16];
    char small[4];
    TCHAR wide[16];
    if (pipe(ends) != 0 || write(ends[1], input, sizeof(input) - 1) != (ssize_t)sizeof(input) - 1 ||
        dup2(ends[0], STDIN_FILENO) < 0 || close(ends[1]) != 0)
        return 1;
    printf("waiting %d\n", _kbhit());
    printf("key %c\n", _getch());
    printf("waiting %d\n", _kbhit());
    _ungetch('u');
    printf("waiting %d\n", _kbhit());
    printf("pushed back %c, %s\n", 'u',
           _ungetch('v') == EOF && _getch() == 'u' ? "once" : "or not");
    printf("shown %c\n", _getche());
    printf("old names: %d", kbhit());
    printf(" %c", getch());
    printf(" %c", getche());
    ungetch('o');
    printf(" %c\n", getch());
    printf("rest of the line '%s'\n", gets(line));
    printf("gets: %s\n", gets(line));
    if (gets_s(small, sizeof(small)) == NULL && *small == 0)
        printf("gets_s: too long\n");
    _tprintf(_T("_getts: %s\n"), _getts(wide));
    if (_getts_s(wide, 4) == NULL && *wide == 0)
        printf("_getts_s: too long\n");
    if (SUCCEEDED(StringCchGetsA(line, sizeof(line))))
        printf("StringCchGets: %s\n", line);
    printf("StringCchGets, no room: %lx\n", (DWORD)StringCchGetsA(small, 1));
    if (SUCCEEDED(StringCbGets(wide, sizeof(wide))))
        _tprintf(_T("StringCbGets: %s\n"), wide);
    printf("StringCbGets: %lx", (DWORD)StringCbGetsA(small, 3));
    printf(" %s\n", small);
    if (StringCchGets(wide, 3) == S_OK)
        _tprintf(_T("StringCchGets: %s\n"), wide);
    if (StringCchGets(wide, 16) == S_OK)
        _tprintf(_T("StringCchGets: %s\n"), wide);
    printf("next %c\n", getch());
    printf("end %d", getch() == 't' ? _getch() : 0);
    printf(", waiting %d\n", _kbhit());
    ExitProcess(0);
}
