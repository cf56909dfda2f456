// An application that runs only once: a named mutex says whether there is another.
//
//     single_instance NAME    ends when its input does

#include <windows.h>
#include <iostream>
#include <string>

int main(int argc, char *argv[])
{
    const std::string name = std::string("Local\\") + (argc > 1 ? argv[1] : "isthmus-ported");
    HANDLE hMutex = CreateMutexA(NULL, TRUE, name.c_str());
    if (hMutex == NULL) {
        std::cout << "CreateMutex failed, error " << GetLastError() << std::endl;
        return 1;
    }
    if (GetLastError() == ERROR_ALREADY_EXISTS) {
        std::cout << "Already running" << std::endl;
        CloseHandle(hMutex);
        return 3;
    }
    std::cout << "Running" << std::endl;
    std::string line;
    while (std::getline(std::cin, line)) {
    }
    ReleaseMutex(hMutex);
    CloseHandle(hMutex);
    return 0;
}
