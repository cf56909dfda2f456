#pragma once

#include <isthmus/network.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace isthmus::net {

/// The names that this machine answers to in `\\NAME\mailslot\...`, folded. Its own addresses are
/// those it had when this was made; the loopback ones are not among them, since every machine has
/// them. Immutable, so thread-safe.
class host_names {
public:
    explicit host_names(const network_options& options);

    /// Of `options`.
    const std::string& domain() const noexcept { return domain_; }

    /// `name` is folded, as in slot_address::host().
    bool is_domain(std::string_view name) const noexcept { return name == domain_; }
    bool is_host(std::string_view name) const noexcept;

private:
    std::string domain_;
    std::vector<std::string> hosts_;
};

} // namespace isthmus::net
