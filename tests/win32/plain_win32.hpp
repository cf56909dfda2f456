#pragma once

#include <windows.h>

#include <cstddef>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

/// \file
/// What a Windows programmer writes who has never heard of this library.

namespace isthmus::test::plain {

[[noreturn]] inline void fail(const char* call) {
    throw std::runtime_error(std::string(call) + ": error " + std::to_string(GetLastError()));
}

inline void check(BOOL result, const char* call) {
    if (result == 0) {
        fail(call);
    }
}

class file {
public:
    explicit file(HANDLE handle, const char* call) : handle_(handle) {
        if (handle == INVALID_HANDLE_VALUE || handle == nullptr) {
            fail(call);
        }
    }
    file(file&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
    file& operator=(file&&) = delete;
    ~file() { close(); }

    HANDLE get() const noexcept { return handle_; }
    void close() noexcept {
        if (handle_ != nullptr) {
            CloseHandle(std::exchange(handle_, nullptr));
        }
    }

private:
    HANDLE handle_;
};

inline std::wstring pipe_path(const std::string& name) {
    return LR"(\\.\pipe\)" + std::wstring(name.begin(), name.end());
}

inline file create(const std::string& name, bool message, DWORD open_mode = PIPE_ACCESS_DUPLEX) {
    const DWORD mode =
        message ? PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE : PIPE_TYPE_BYTE | PIPE_READMODE_BYTE;
    return file(CreateNamedPipeW(pipe_path(name).c_str(), open_mode, mode | PIPE_WAIT,
                                 PIPE_UNLIMITED_INSTANCES, 4096, 4096, 0, nullptr),
                "CreateNamedPipe");
}

inline void accept(const file& server) {
    if (ConnectNamedPipe(server.get(), nullptr) == 0 && GetLastError() != ERROR_PIPE_CONNECTED &&
        GetLastError() != ERROR_NO_DATA) {
        fail("ConnectNamedPipe");
    }
}

/// A busy pipe is waited for, as the textbook does.
inline file open(const std::string& name,
                 bool message,
                 DWORD access = GENERIC_READ | GENERIC_WRITE) {
    const auto path = pipe_path(name);
    for (;;) {
        const HANDLE handle =
            CreateFileW(path.c_str(), access, 0, nullptr, OPEN_EXISTING, 0, nullptr);
        if (handle != INVALID_HANDLE_VALUE || GetLastError() != ERROR_PIPE_BUSY) {
            file client(handle, "CreateFile");
            if (message) {
                DWORD mode = PIPE_READMODE_MESSAGE;
                check(SetNamedPipeHandleState(client.get(), &mode, nullptr, nullptr),
                      "SetNamedPipeHandleState");
            }
            return client;
        }
        check(WaitNamedPipeW(path.c_str(), 20'000), "WaitNamedPipe");
    }
}

inline void write(const file& to, std::span<const std::byte> data) {
    DWORD size = 0;
    check(WriteFile(to.get(), data.data(), static_cast<DWORD>(data.size()), &size, nullptr),
          "WriteFile");
    if (size != data.size()) {
        throw std::runtime_error("WriteFile: not all of it");
    }
}

struct part {
    std::vector<std::byte> data;
    DWORD error = ERROR_SUCCESS;
};

/// One ReadFile; `error` is 0, ERROR_MORE_DATA, ERROR_BROKEN_PIPE, ...
inline part read_part(const file& from, std::size_t size) {
    part result;
    result.data.resize(size);
    DWORD got = 0;
    if (ReadFile(from.get(), result.data.data(), static_cast<DWORD>(size), &got, nullptr) == 0) {
        result.error = GetLastError();
    }
    result.data.resize(got);
    return result;
}

/// A message, or what there is of a stream, by the small buffer that old programs have. The error
/// is 0 or what ended it.
inline part read(const file& from) {
    part result = read_part(from, 512);
    while (result.error == ERROR_MORE_DATA) {
        auto next = read_part(from, 512);
        result.data.insert(result.data.end(), next.data.begin(), next.data.end());
        result.error = next.error;
    }
    return result;
}

} // namespace isthmus::test::plain
