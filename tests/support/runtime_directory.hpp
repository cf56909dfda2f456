#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace isthmus::test {

/// POSIX only. A runtime directory of the test's own: made new, given to the library by
/// ISTHMUS_RUNTIME_DIR, and removed with all that is in it. Children started meanwhile use it too.
class temporary_runtime_directory {
public:
    /// In `parent`, whose path is to be short: it becomes part of socket paths.
    explicit temporary_runtime_directory(const std::string& parent = "/tmp");
    temporary_runtime_directory(const temporary_runtime_directory&) = delete;
    temporary_runtime_directory& operator=(const temporary_runtime_directory&) = delete;
    ~temporary_runtime_directory();

    const std::filesystem::path& path() const noexcept { return path_; }
    /// Everything below it, sockets and directories included.
    std::size_t entry_count() const;

private:
    std::filesystem::path path_;
    std::optional<std::string> previous_;
};

} // namespace isthmus::test
