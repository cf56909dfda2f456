// The ends of the comparison with this library's slots.

#include "support/slot_rows.hpp"

#include <isthmus/error.hpp>
#include <isthmus/slot.hpp>

#include <filesystem>
#include <stdexcept>
#include <utility>

namespace isthmus::bench {
namespace {

std::string slot_name_of(const slot_row& row, const std::string& address) {
    const std::filesystem::path path(address);
    return (row.what == slot_row::kind::local ? R"(\\.\mailslot\)" : R"(\\*\mailslot\)") +
           path.parent_path().filename().string() + "-" + path.filename().string();
}

template <class Reader>
class reading_end final : public link {
public:
    explicit reading_end(Reader reader) : reader_(std::move(reader)) {}
    void send(std::span<const std::byte>) override {
        throw std::logic_error("a reader does not send");
    }
    void receive(std::span<std::byte> buffer) override {
        if (reader_.read(buffer) != buffer.size()) {
            throw std::runtime_error("a message of another size");
        }
    }

private:
    Reader reader_;
};

class writing_end final : public link {
public:
    explicit writing_end(slot_writer writer) : writer_(std::move(writer)) {}
    void send(std::span<const std::byte> data) override { writer_.write(data); }
    void receive(std::span<std::byte>) override {
        throw std::logic_error("a writer does not receive");
    }

private:
    slot_writer writer_;
};

} // namespace

std::unique_ptr<link> isthmus_slot_reader(const slot_row& row, const std::string& address) {
    slot_row local = row;
    local.what = slot_row::kind::local; // its name has no other form
    const std::string name = slot_name_of(local, address);
    if (row.what == slot_row::kind::local) {
        return std::make_unique<reading_end<slot_reader>>(slot_reader::create(name));
    }
    return std::make_unique<reading_end<broadcast_reader>>(broadcast_reader::create(name));
}

std::unique_ptr<link> isthmus_slot_writer(const slot_row& row, const std::string& address) {
    const std::string name = slot_name_of(row, address);
    return retry(
        [&]() -> std::unique_ptr<link> {
            std::error_code ec;
            auto writer = slot_writer::open(name, ec);
            if (ec == errc::not_found) {
                return nullptr;
            }
            if (ec) {
                throw std::system_error(ec, "open a slot's writer");
            }
            return std::make_unique<writing_end>(std::move(writer));
        },
        "a slot");
}

} // namespace isthmus::bench
