#include "absence.hpp"
#include "broadcast.hpp"
#include "case_fold.hpp"
#include "logging.hpp"
#include "native_error.hpp"
#include "net/datagram_sender.hpp"
#include "net/host_names.hpp"
#include "per_process.hpp"

#include <isthmus/error.hpp>

#include <algorithm>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace isthmus::detail {

namespace {

/// The readers of one directory, each with a writer to its mailslot.
class reader_list {
public:
    reader_list(std::string key, object_name::scope where, creation how)
        : key_(std::move(key)), where_(where), how_(how) {
        if (where == object_name::scope::global)
            none_.emplace(broadcast_directory::name_of(key_, where));
    }

    template <class Deliver>
    void for_each(const Deliver& deliver) {
        if (!directory_) {
            if (none_ && none_->is_certain())
                return;
            std::error_code ec;
            directory_ = broadcast_directory::make(key_, where_, how_, ec);
            if (!directory_)
                return; // no readers, or nobody may know
            known_ = directory_->table().version.load() - 1;
        }
        refresh();
        std::erase_if(readers_, [&](const reader& each) {
            const bool gone = !deliver(*each.writer);
            if (gone)
                directory_->remove(each.id);
            return gone;
        });
    }

private:
    struct reader {
        std::uint64_t id;
        std::unique_ptr<mailslot_writer> writer;
    };

    void refresh() {
        const std::uint32_t version = directory_->table().version.load();
        if (version == known_)
            return;
        bool complete = true;
        for (const auto& each : directory_->table().readers) {
            const std::uint64_t id = each.load();
            if (id == 0 || std::any_of(readers_.begin(), readers_.end(),
                                       [&](const reader& known) { return known.id == id; })) {
                continue;
            }
            std::error_code ec;
            auto writer = mailslot_writer::open(broadcast_directory::address_of(id), ec);
            if (writer) {
                readers_.push_back({id, std::move(writer)});
            } else if (ec == errc::not_found) {
                directory_->remove(id);
            } else if (ec != errc::access_denied && ec != errc::protocol_error) {
                complete = false; // the next message may find it
            }
        }
        if (complete)
            known_ = version;
    }

    const std::string key_;
    const object_name::scope where_;
    const creation how_;
    std::optional<absence> none_; ///< of the directory, if it is the machine's
    std::unique_ptr<broadcast_directory> directory_;
    std::uint32_t known_ = 0; ///< version of the directory
    std::vector<reader> readers_;
};

class broadcast_sender final : public mailslot_sender {
public:
    broadcast_sender(const slot_address& to,
                     std::string name,
                     const network_options& network,
                     std::unique_ptr<net::datagram_sender> remote,
                     bool to_readers,
                     bool to_host)
        : mailslot_sender(std::move(name)),
          slot_(slot_address::parse(R"(\\.\mailslot\)" + to.name())),
          largest_(network.max_payload),
          remote_(std::move(remote)),
          to_readers_(to_readers),
          to_host_(to_host) {}

    void write(std::span<const std::byte> message, std::error_code& ec) override {
        ec.clear();
        if (message.size() > largest_) {
            ec = win32_error(operation::write_slot, win32_code::invalid_parameter);
            return;
        }
        {
            auto& host = host_.get([&] { return std::make_unique<this_host>(slot_); });
            const std::lock_guard lock(host.mutex);
            if (to_host_)
                write_to_host(host, message);
            if (to_readers_) {
                const auto deliver = [&](mailslot_writer& reader) {
                    return write_to(reader, message);
                };
                host.own.for_each(deliver);
                host.everyones.for_each(deliver);
            }
        }
        if (remote_)
            remote_->send(message, operation::write_slot, ec);
    }

private:
    /// Who hears it on this host.
    struct this_host {
        explicit this_host(const slot_address& slot)
            : no_reader(slot),
              // Looked at with every message: so this writer makes it, if there is none.
              own(slot.key(), object_name::scope::local, creation::open_or_create),
              everyones(slot.key(), object_name::scope::global, creation::open) {}

        std::mutex mutex;
        std::unique_ptr<mailslot_writer> reader;
        absence no_reader;
        reader_list own;
        reader_list everyones;
    };

    /// False if the reader is gone. Nothing else is anybody's error: what arrives is unknowable.
    bool write_to(mailslot_writer& reader, std::span<const std::byte> message) {
        std::error_code ec;
        reader.write(message, ec);
        if (ec && ec != errc::broken) {
            log(spdlog::level::debug, "broadcast {}: not delivered to one reader: {}", name(),
                ec.message());
        }
        return ec != errc::broken;
    }

    /// The one slot_reader of the name, if there is one.
    void write_to_host(this_host& host, std::span<const std::byte> message) {
        for (int tries = 0; tries < 2; ++tries) {
            std::error_code ec;
            if (!host.reader && !host.no_reader.is_certain())
                host.reader = mailslot_writer::open(slot_, ec);
            if (!host.reader || write_to(*host.reader, message))
                return;
            host.reader.reset(); // perhaps there is another by now
        }
    }

    const slot_address slot_;
    const std::size_t largest_;
    const std::unique_ptr<net::datagram_sender> remote_;
    const bool to_readers_;
    const bool to_host_;
    per_process<this_host> host_;
};

/// Names that every machine has for itself alone.
bool is_loopback(std::string_view host) {
    return host == fold_case("localhost") || host == "127.0.0.1";
}

} // namespace

std::unique_ptr<mailslot_sender> make_broadcast_sender(
    const slot_address& to,
    std::string name,
    const std::optional<network_options>& network,
    std::error_code& ec) {
    constexpr auto what = operation::open_slot;
    ec.clear();
    const network_options options = network.value_or(network_options());
    std::unique_ptr<net::datagram_sender> remote;
    if (network && !is_loopback(to.host())) {
        remote = net::datagram_sender::make(options, to, what, ec);
        if (ec)
            return nullptr;
    }
    const net::host_names names(options);
    const bool everywhere = to.where() == slot_address::reach::everywhere;
    const bool to_readers = everywhere || names.is_domain(to.host());
    const bool to_host = to_readers || names.is_host(to.host()) || is_loopback(to.host());
    return std::make_unique<broadcast_sender>(to, std::move(name), options, std::move(remote),
                                              to_readers, to_host);
}

} // namespace isthmus::detail
