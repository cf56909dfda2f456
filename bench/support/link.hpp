#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

/// \file
/// What is compared: one connection between two processes, over one mechanism or another.

namespace isthmus::bench {

/// One end. Errors are exceptions.
class link {
public:
    link() = default;
    link(const link&) = delete;
    link& operator=(const link&) = delete;
    virtual ~link() = default;

    /// Sends all of it.
    virtual void send(std::span<const std::byte> data) = 0;
    /// Fills the buffer; messages are received with the size that they were sent with.
    virtual void receive(std::span<std::byte> buffer) = 0;
};

/// A mechanism. `address` is the path of a file in a directory of this run, which does not exist
/// yet.
struct candidate {
    std::string key;
    std::string title;
    bool is_raw = false;    ///< the operating system's own, without this library
    bool has_limits = true; ///< it is to keep up with the first one
    std::function<std::unique_ptr<link>(const std::string& address)> serve;
    std::function<std::unique_ptr<link>(const std::string& address)> connect;
};

/// All of them; the first is what the others are compared with.
const std::vector<candidate>& candidates();
const candidate& find_candidate(const std::string& key);

/// The operating system's own mechanisms (support/posix).
std::vector<candidate> raw_candidates();

/// The client may come before the server: runs `attempt` until it gives a link, for five seconds.
std::unique_ptr<link> retry(const std::function<std::unique_ptr<link>()>& attempt,
                            const std::string& what);

} // namespace isthmus::bench
