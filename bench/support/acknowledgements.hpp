#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

/// \file
/// How readers tell a writer that they have what it sent (support/posix). The same for every
/// mechanism that is compared, and apart from it.

namespace isthmus::bench {

struct acknowledgement {
    std::uint32_t batch = 0;
    std::uint32_t from = 0;
};

/// What one process receives of others. Whoever comes first makes it.
class acknowledgements {
public:
    /// `path`: of a file in a directory of this run.
    explicit acknowledgements(const std::string& path);
    acknowledgements(const acknowledgements&) = delete;
    acknowledgements& operator=(const acknowledgements&) = delete;
    ~acknowledgements();

    void post(const acknowledgement& what);
    /// All that have come; waits until there is one, or gives none when the time is over.
    std::vector<acknowledgement> take(std::chrono::milliseconds timeout);

private:
    int fd_ = -1;
};

} // namespace isthmus::bench
