#include "mailslot_source.hpp"

#include "broadcast.hpp"
#include "net/datagram_receiver.hpp"

namespace isthmus::detail {

mailslot_source::mailslot_source(std::unique_ptr<mailslot> slot,
                                 std::string name,
                                 std::size_t max_message,
                                 timeout read_timeout)
    : slot_(std::move(slot)), name_(std::move(name)), max_message_(max_message) {
    set_read_timeout(read_timeout);
}

mailslot_source::~mailslot_source() = default;

void mailslot_source::keep(std::unique_ptr<broadcast_directory> directory) noexcept {
    directory_ = std::move(directory);
}

void mailslot_source::keep(std::unique_ptr<net::datagram_receiver> receiver) noexcept {
    receiver_ = std::move(receiver);
}

} // namespace isthmus::detail
