/* What goes to the console, which is the standard output here, between what is printed there. */

#include <windows.h>
#include <conio.h>
#include <stdio.h>

int main(void) {
    const int length = _cprintf("number %lu %ls\n", (DWORD)-1, L"wide");
    printf("length %d, ", length);
    printf("%d\n", _cputs("text\n"));
    printf("%d, ", cputs("old "));
    printf("%d\n", _putch('c'));
    printf("%d\n", putch('d') == 'd');
    return 0;
}
