#pragma once

#include <filesystem>
#include <random>
#include <stdexcept>
#include <string>
#include <system_error>

namespace isthmus::bench {

/// A directory of this run's own, removed at its end. Short: it becomes part of socket paths.
class scratch_directory {
public:
    explicit scratch_directory(
        const std::filesystem::path& parent = std::filesystem::temp_directory_path()) {
        std::random_device random;
        path_ = parent / ("ib-" + std::to_string(random()));
        if (!std::filesystem::create_directory(path_)) {
            throw std::runtime_error("cannot create " + path_.string());
        }
    }
    scratch_directory(const scratch_directory&) = delete;
    scratch_directory& operator=(const scratch_directory&) = delete;
    ~scratch_directory() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    std::string path() const { return path_.string(); }
    std::string file(const std::string& name) const { return (path_ / name).string(); }

private:
    std::filesystem::path path_;
};

} // namespace isthmus::bench
