#include "support/runtime_directory.hpp"

#include <cerrno>
#include <cstdlib>
#include <iterator>
#include <system_error>

namespace isthmus::test {

namespace {

constexpr auto variable = "ISTHMUS_RUNTIME_DIR";

} // namespace

temporary_runtime_directory::temporary_runtime_directory(const std::string& parent) {
    std::string path = parent + "/ist-XXXXXX";
    if (mkdtemp(path.data()) == nullptr) {
        throw std::system_error(errno, std::generic_category(), "mkdtemp");
    }
    path_ = path;
    if (const char* value = std::getenv(variable)) {
        previous_ = value;
    }
    setenv(variable, path.c_str(), 1);
}

temporary_runtime_directory::~temporary_runtime_directory() {
    if (previous_) {
        setenv(variable, previous_->c_str(), 1);
    } else {
        unsetenv(variable);
    }
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

std::size_t temporary_runtime_directory::entry_count() const {
    const std::filesystem::recursive_directory_iterator all(path_);
    return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

} // namespace isthmus::test
