#include "support/native_process.hpp"

#include <windows.h>
#include <shellapi.h>

#include <algorithm>
#include <array>
#include <cwchar>
#include <stdexcept>

namespace isthmus::test {

namespace {

std::string narrow(std::wstring_view text) {
    if (text.empty()) {
        return {};
    }
    const int length = static_cast<int>(text.size());
    const int size =
        WideCharToMultiByte(CP_UTF8, 0, text.data(), length, nullptr, 0, nullptr, nullptr);
    std::string result(static_cast<std::size_t>(size), '\0');
    WideCharToMultiByte(CP_UTF8, 0, text.data(), length, result.data(), size, nullptr, nullptr);
    return result;
}

std::wstring widen(std::string_view text) {
    if (text.empty()) {
        return {};
    }
    const int length = static_cast<int>(text.size());
    const int size = MultiByteToWideChar(CP_UTF8, 0, text.data(), length, nullptr, 0);
    std::wstring result(static_cast<std::size_t>(size), L'\0');
    MultiByteToWideChar(CP_UTF8, 0, text.data(), length, result.data(), size);
    return result;
}

[[noreturn]] void fail(const std::string& what) {
    throw std::runtime_error(what + ": Win32 error " + std::to_string(GetLastError()));
}

class owned_handle {
public:
    owned_handle() = default;
    explicit owned_handle(HANDLE handle) : handle_(handle) {}
    owned_handle(owned_handle&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
    owned_handle& operator=(owned_handle&& other) noexcept {
        std::swap(handle_, other.handle_);
        return *this;
    }
    ~owned_handle() { reset(); }

    HANDLE get() const noexcept { return handle_; }
    explicit operator bool() const noexcept { return handle_ != nullptr; }
    void reset() noexcept {
        if (handle_ != nullptr) {
            CloseHandle(std::exchange(handle_, nullptr));
        }
    }

private:
    HANDLE handle_ = nullptr;
};

struct pipe_pair {
    owned_handle reading;
    owned_handle writing;
};

pipe_pair make_pipe() {
    HANDLE reading = nullptr;
    HANDLE writing = nullptr;
    if (CreatePipe(&reading, &writing, nullptr, 65536) == 0) {
        fail("CreatePipe");
    }
    return {owned_handle(reading), owned_handle(writing)};
}

/// So that the child gets exactly these, and only while it is being started.
owned_handle inheritable(HANDLE handle) {
    HANDLE result = nullptr;
    DuplicateHandle(GetCurrentProcess(), handle, GetCurrentProcess(), &result, 0, TRUE,
                    DUPLICATE_SAME_ACCESS);
    return owned_handle(result);
}

/// As CommandLineToArgvW takes it apart again.
void append_quoted(std::wstring& line, const std::wstring& argument) {
    if (!line.empty()) {
        line += L' ';
    }
    if (!argument.empty() && argument.find_first_of(L" \t\n\v\"") == std::wstring::npos) {
        line += argument;
        return;
    }
    line += L'"';
    std::size_t backslashes = 0;
    for (const wchar_t each : argument) {
        if (each == L'\\') {
            ++backslashes;
            continue;
        }
        line.append(each == L'"' ? 2 * backslashes + 1 : backslashes, L'\\');
        backslashes = 0;
        line += each;
    }
    line.append(2 * backslashes, L'\\');
    line += L'"';
}

/// Name=value pairs, each with its end, and one more end.
std::wstring environment_block(const child_options& options) {
    std::wstring block;
    wchar_t* const all = GetEnvironmentStringsW();
    for (const wchar_t* entry = all; *entry != L'\0'; entry += std::wcslen(entry) + 1) {
        const std::wstring_view text(entry);
        // The first character may be the = of the hidden variables of cmd.exe.
        const auto name = narrow(text.substr(0, text.find(L'=', 1)));
        if (std::none_of(options.environment.begin(), options.environment.end(),
                         [&](const auto& changed) { return changed.first == name; })) {
            block.append(text).push_back(L'\0');
        }
    }
    FreeEnvironmentStringsW(all);
    for (const auto& [name, value] : options.environment) {
        block.append(widen(name + '=' + value)).push_back(L'\0');
    }
    block.push_back(L'\0');
    return block;
}

class attribute_list {
public:
    explicit attribute_list(std::vector<HANDLE>& handles) {
        SIZE_T size = 0;
        InitializeProcThreadAttributeList(nullptr, 1, 0, &size);
        storage_.resize(size);
        if (InitializeProcThreadAttributeList(get(), 1, 0, &size) == 0 ||
            UpdateProcThreadAttribute(get(), 0, PROC_THREAD_ATTRIBUTE_HANDLE_LIST, handles.data(),
                                      handles.size() * sizeof(HANDLE), nullptr, nullptr) == 0) {
            fail("process attributes");
        }
    }
    attribute_list(const attribute_list&) = delete;
    attribute_list& operator=(const attribute_list&) = delete;
    ~attribute_list() { DeleteProcThreadAttributeList(get()); }

    LPPROC_THREAD_ATTRIBUTE_LIST get() {
        return reinterpret_cast<LPPROC_THREAD_ATTRIBUTE_LIST>(storage_.data());
    }

private:
    std::vector<std::byte> storage_;
};

class win32_process final : public native_process {
public:
    win32_process(const PROCESS_INFORMATION& started, owned_handle input, owned_handle output)
        : process_(started.hProcess),
          id_(started.dwProcessId),
          input_(std::move(input)),
          output_(std::move(output)) {
        CloseHandle(started.hThread);
    }

    ~win32_process() override {
        win32_process::kill();
        win32_process::wait(deadline::after(patience));
    }

    std::uint32_t id() const noexcept override { return id_; }

    got read(std::string& into, const deadline& until) override {
        std::array<char, 4096> buffer{};
        for (;;) {
            // Anonymous pipes have no overlapped input: look first, so that reading never blocks.
            DWORD available = 0;
            if (PeekNamedPipe(output_.get(), nullptr, 0, nullptr, &available, nullptr) == 0) {
                return got::end;
            }
            if (available > 0) {
                DWORD count = 0;
                if (ReadFile(output_.get(), buffer.data(), static_cast<DWORD>(buffer.size()),
                             &count, nullptr) == 0) {
                    return got::end;
                }
                into.append(buffer.data(), count);
                return got::data;
            }
            if (until.expired()) {
                return got::timeout;
            }
            Sleep(1);
        }
    }

    bool write(std::string_view data, const deadline&) override {
        while (!data.empty()) {
            DWORD count = 0;
            if (!input_ || WriteFile(input_.get(), data.data(), static_cast<DWORD>(data.size()),
                                     &count, nullptr) == 0) {
                return false;
            }
            data.remove_prefix(count);
        }
        return true;
    }

    void close_input() override { input_.reset(); }

    void kill() override {
        TerminateProcess(process_.get(), static_cast<UINT>(child_process::killed));
    }

    std::optional<int> wait(const deadline& until) override {
        DWORD timeout = INFINITE;
        if (!until.is_never()) {
            const auto left = std::chrono::ceil<std::chrono::milliseconds>(until.remaining());
            timeout = static_cast<DWORD>(std::min<long long>(left.count(), INFINITE - 1LL));
        }
        DWORD code = 0;
        if (WaitForSingleObject(process_.get(), timeout) != WAIT_OBJECT_0 ||
            GetExitCodeProcess(process_.get(), &code) == 0) {
            return std::nullopt;
        }
        return static_cast<int>(code);
    }

private:
    owned_handle process_;
    DWORD id_;
    owned_handle input_;
    owned_handle output_;
};

} // namespace

std::unique_ptr<native_process> native_process::start(const std::vector<std::string>& command,
                                                      bool search,
                                                      const child_options& options) {
    if (options.user) {
        throw std::runtime_error("another user: only on POSIX");
    }
    auto input = make_pipe();
    auto output = make_pipe();
    const auto child_input = inheritable(input.reading.get());
    const auto child_output = inheritable(output.writing.get());
    const auto child_error = inheritable(GetStdHandle(STD_ERROR_HANDLE));

    std::vector<HANDLE> inherited{child_input.get(), child_output.get()};
    if (child_error) {
        inherited.push_back(child_error.get());
    }
    attribute_list attributes(inherited);

    STARTUPINFOEXW startup{};
    startup.StartupInfo.cb = options.inherit ? sizeof startup.StartupInfo : sizeof startup;
    startup.StartupInfo.dwFlags = STARTF_USESTDHANDLES;
    startup.StartupInfo.hStdInput = child_input.get();
    startup.StartupInfo.hStdOutput = child_output.get();
    startup.StartupInfo.hStdError = child_error.get();
    startup.lpAttributeList = options.inherit ? nullptr : attributes.get();

    std::wstring line;
    for (const auto& each : command) {
        append_quoted(line, widen(each));
    }
    auto environment = environment_block(options);
    const auto program = widen(command.front());
    PROCESS_INFORMATION started{};
    const DWORD flags =
        CREATE_UNICODE_ENVIRONMENT | (options.inherit ? 0 : DWORD{EXTENDED_STARTUPINFO_PRESENT});
    if (CreateProcessW(search ? nullptr : program.c_str(), line.data(), nullptr, nullptr, TRUE,
                       flags, environment.data(), nullptr, &startup.StartupInfo, &started) == 0) {
        fail("start " + command.front());
    }
    return std::make_unique<win32_process>(started, std::move(input.writing),
                                           std::move(output.reading));
}

std::vector<std::string> native_arguments(int, char**) {
    int count = 0;
    wchar_t** const all = CommandLineToArgvW(GetCommandLineW(), &count);
    std::vector<std::string> result;
    for (int i = 0; i < count; ++i) {
        result.push_back(narrow(all[i]));
    }
    LocalFree(all);
    return result;
}

std::vector<std::string> own_command() {
    std::array<wchar_t, 32768> path{};
    const DWORD length = GetModuleFileNameW(nullptr, path.data(), static_cast<DWORD>(path.size()));
    return {narrow({path.data(), length})};
}

void remember_executable(const std::string&) {}

} // namespace isthmus::test
