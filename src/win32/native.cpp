#include "native.hpp"

#include <windows.h>
#include <winternl.h>

namespace isthmus::win32 {

namespace {

/// ntdll is always loaded; its import library is not always there.
template <class Function>
Function* ntdll(const char* name) noexcept {
    const HMODULE library = GetModuleHandleW(L"ntdll.dll");
    if (library == nullptr) {
        return nullptr;
    }
    // A FARPROC can only be cast by way of a pointer type that converts without a warning.
    return reinterpret_cast<Function*>(reinterpret_cast<void*>(GetProcAddress(library, name)));
}

using query_file_function = NTSTATUS NTAPI(HANDLE, IO_STATUS_BLOCK*, void*, ULONG, int);
using query_object_function = NTSTATUS NTAPI(HANDLE, int, void*, ULONG, ULONG*);
using query_section_function = NTSTATUS NTAPI(HANDLE, int, void*, SIZE_T, SIZE_T*);

} // namespace

bool query_pipe(HANDLE pipe, pipe_local_information& result) noexcept {
    constexpr int file_pipe_local_information = 24;
    static auto* const query = ntdll<query_file_function>("NtQueryInformationFile");
    IO_STATUS_BLOCK status = {};
    return query != nullptr &&
           query(pipe, &status, &result, sizeof result, file_pipe_local_information) >= 0;
}

ACCESS_MASK granted_access(HANDLE object) noexcept {
    // The layout that winternl.h calls PUBLIC_OBJECT_BASIC_INFORMATION.
    struct basic_information {
        ULONG attributes;
        ACCESS_MASK granted;
        ULONG reserved[12];
    };
    constexpr int object_basic_information = 0;
    static auto* const query = ntdll<query_object_function>("NtQueryObject");
    basic_information information = {};
    const bool told = query != nullptr && query(object, object_basic_information, &information,
                                                sizeof information, nullptr) >= 0;
    return told ? information.granted : 0;
}

bool is_synchronous(HANDLE file) noexcept {
    constexpr int file_mode_information = 16;
    constexpr ULONG synchronous = 0x10 | 0x20; // FILE_SYNCHRONOUS_IO_ALERT, _NONALERT
    static auto* const query = ntdll<query_file_function>("NtQueryInformationFile");
    IO_STATUS_BLOCK status = {};
    ULONG mode = 0;
    return query != nullptr &&
           query(file, &status, &mode, sizeof mode, file_mode_information) >= 0 &&
           (mode & synchronous) != 0;
}

std::wstring object_type(HANDLE object) {
    // The layout that winternl.h calls PUBLIC_OBJECT_TYPE_INFORMATION, and its text.
    struct type_information {
        UNICODE_STRING name;
        ULONG reserved[22];
        wchar_t text[64];
    };
    constexpr int object_type_information = 2;
    static auto* const query = ntdll<query_object_function>("NtQueryObject");
    type_information information = {};
    if (query == nullptr ||
        query(object, object_type_information, &information, sizeof information, nullptr) < 0) {
        return {};
    }
    return {information.name.Buffer, information.name.Length / sizeof(wchar_t)};
}

std::optional<std::uint64_t> section_size(HANDLE section) noexcept {
    struct basic_information {
        void* base;
        ULONG attributes;
        LARGE_INTEGER size;
    };
    constexpr int section_basic_information = 0;
    static auto* const query = ntdll<query_section_function>("NtQuerySection");
    basic_information information = {};
    if (query == nullptr ||
        query(section, section_basic_information, &information, sizeof information, nullptr) < 0) {
        return std::nullopt;
    }
    return static_cast<std::uint64_t>(information.size.QuadPart);
}

} // namespace isthmus::win32
