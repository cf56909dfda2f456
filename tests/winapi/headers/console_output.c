/* What goes to the console, which is the standard output here, between what is printed there; and that
   it is shown at once. */

#include <windows.h>
#include <conio.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* How much has come out at the pipe's other end. */
static int arrived(int pipe) {
    int bytes = -1;
    ioctl(pipe, FIONREAD, &bytes);
    return bytes;
}

int main(void) {
    int ends[2];
    int shown[2];
    int length;
    const int screen = dup(STDOUT_FILENO);
    if (screen < 0 || pipe(ends) != 0 || dup2(ends[1], STDOUT_FILENO) < 0)
        return 1;
    _cprintf("%s", "now");
    shown[0] = arrived(ends[0]);
    printf("too");
    _kbhit();
    shown[1] = arrived(ends[0]);
    if (dup2(screen, STDOUT_FILENO) < 0)
        return 1;
    printf("shown %d, %d\n", shown[0], shown[1]);
    length = _cprintf("number %lu %ls\n", (DWORD)-1, L"wide");
    printf("length %d, ", length);
    printf("%d\n", _cputs("text\n"));
    printf("%d, ", cputs("old "));
    printf("%d\n", _putch('c'));
    printf("%d\n", putch('d') == 'd');
    return 0;
}
