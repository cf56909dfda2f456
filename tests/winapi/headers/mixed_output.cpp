// printf, wprintf and a stream by turns, by their names in std, too; and the C++ library's own use
// of them, which prints a long as a long.

#include <windows.h>

#include <cstdio>
#include <cwchar>
#include <iostream>
#include <limits>
#include <string>

int main() {
    char text[32];
    std::printf("narrow %lu\n", static_cast<DWORD>(-1));
    std::wprintf(L"wide %ld %s\n", static_cast<LONG>(-1), L"text");
    std::fflush(stdout);
    std::cout << "stream " + std::to_string(std::numeric_limits<long long>::max()) << std::endl;
    _putws(L"putws");
    std::snprintf(text, sizeof(text), "%lu", static_cast<DWORD>(255));
    std::printf("%s %s\n", std::to_string(1.5).c_str(), text);
    return 0;
}
