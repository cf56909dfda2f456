// Workers that wait for one event to start, each with an event of its own to say that it is done.

#include <windows.h>
#include <iostream>
#include <vector>

class Event {
public:
    explicit Event(BOOL bManualReset) : m_hEvent(CreateEvent(NULL, bManualReset, FALSE, NULL)) {}
    ~Event() { CloseHandle(m_hEvent); }
    operator HANDLE() const { return m_hEvent; }

private:
    Event(const Event &);
    Event &operator=(const Event &);

    HANDLE m_hEvent;
};

struct Worker {
    int nNumber;
    HANDLE hStart;
    HANDLE hDone;
    LONG *plResult;
};

static DWORD WINAPI Work(LPVOID pParameter)
{
    Worker *pWorker = static_cast<Worker *>(pParameter);
    WaitForSingleObject(pWorker->hStart, INFINITE);
    InterlockedExchangeAdd(pWorker->plResult, pWorker->nNumber * pWorker->nNumber);
    SetEvent(pWorker->hDone);
    return static_cast<DWORD>(pWorker->nNumber);
}

int main()
{
    const int nWorkers = 6;
    Event start(TRUE);
    std::vector<HANDLE> threads, done;
    std::vector<Worker> workers(nWorkers);
    LONG lResult = 0;

    for (int i = 0; i < nWorkers; ++i) {
        workers[i].nNumber = i + 1;
        workers[i].hStart = start;
        workers[i].hDone = CreateEvent(NULL, FALSE, FALSE, NULL);
        workers[i].plResult = &lResult;
        done.push_back(workers[i].hDone);
        threads.push_back(CreateThread(NULL, 0, Work, &workers[i], 0, NULL));
    }

    if (WaitForMultipleObjects(nWorkers, &done[0], FALSE, 50) == WAIT_TIMEOUT)
        std::cout << "Nobody has started" << std::endl;
    SetEvent(start);
    if (WaitForMultipleObjects(nWorkers, &done[0], TRUE, INFINITE) == WAIT_OBJECT_0)
        std::cout << "All are done, the sum of squares is " << lResult << std::endl;
    if (WaitForSingleObject(done[0], 0) == WAIT_TIMEOUT)
        std::cout << "Each event was reset by the wait" << std::endl;

    WaitForMultipleObjects(nWorkers, &threads[0], TRUE, INFINITE);
    for (int i = 0; i < nWorkers; ++i) {
        DWORD dwCode = 0;
        GetExitCodeThread(threads[i], &dwCode);
        std::cout << "Worker " << dwCode << " has ended" << std::endl;
        CloseHandle(threads[i]);
        CloseHandle(done[i]);
    }
    return 0;
}
