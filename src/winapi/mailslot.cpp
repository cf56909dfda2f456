#include "mailslot.hpp"

#include "broadcast.hpp"
#include "file_object.hpp"
#include "handle_table.hpp"
#include "last_error.hpp"
#include "mailslot_source.hpp"
#include "security.hpp"
#include "wait.hpp"

#include <isthmus/error.hpp>
#include <isthmus/name.hpp>
#include <isthmus/slot.hpp>
#include <isthmus/winapi/winbase.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <new>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

/// \file
/// Mailslots: those of the library, so that slot_reader and slot_writer are at the other end as
/// well.

namespace isthmus::winapi {

namespace {

using namespace std::chrono_literals;

/// The end that reads.
class mailslot_file final : public file_object {
public:
    mailslot_file(std::unique_ptr<detail::mailslot> slot, DWORD max_message, DWORD read_timeout)
        : slot_(std::move(slot)), max_message_(max_message), read_timeout_(read_timeout) {}

    DWORD read(std::span<std::byte> buffer,
               std::optional<std::uint64_t> /*offset*/,
               DWORD& transferred) override {
        const auto until = deadline_of(read_timeout_.load());
        for (;;) {
            // In parts: the handle may be closed when a read is on its way and not waiting yet.
            const auto part = sooner(until, deadline::after(50ms));
            std::error_code ec;
            const std::size_t size = slot_->read(buffer, part, ec);
            if (!ec) {
                transferred = static_cast<DWORD>(size);
                return ERROR_SUCCESS;
            }
            if (closed_.load()) {
                return ERROR_HANDLE_EOF;
            }
            if (ec != errc::timed_out || until.expired()) {
                return win32_code_of(ec);
            }
        }
    }

    DWORD write(std::span<const std::byte> /*data*/,
                std::optional<std::uint64_t> /*offset*/,
                DWORD& /*transferred*/) override {
        return ERROR_ACCESS_DENIED;
    }
    DWORD flush() override { return ERROR_ACCESS_DENIED; }
    DWORD type() const noexcept override { return FILE_TYPE_UNKNOWN; }

    void last_handle_closed() noexcept override {
        closed_.store(true);
        slot_->cancel();
    }

    DWORD max_message() const noexcept { return max_message_; }
    DWORD read_timeout() const noexcept { return read_timeout_.load(); }
    void set_read_timeout(DWORD timeout) noexcept { read_timeout_.store(timeout); }

    DWORD content(detail::mailslot_content& content) const {
        std::error_code ec;
        content = slot_->content(ec);
        return win32_code_of(ec);
    }

private:
    static deadline sooner(const deadline& until, const deadline& limit) noexcept {
        return !until.is_never() && until.when() < limit.when() ? until : limit;
    }

    const std::unique_ptr<detail::mailslot> slot_;
    const DWORD max_message_;
    std::atomic<DWORD> read_timeout_;
    std::atomic<bool> closed_ = false;
};

/// One that writes.
class mailslot_client final : public file_object {
public:
    using sender = std::function<void(std::span<const std::byte> message, std::error_code& ec)>;
    explicit mailslot_client(sender send) : send_(std::move(send)) {}

    DWORD read(std::span<std::byte> /*buffer*/,
               std::optional<std::uint64_t> /*offset*/,
               DWORD& /*transferred*/) override {
        return ERROR_INVALID_PARAMETER;
    }
    DWORD write(std::span<const std::byte> data,
                std::optional<std::uint64_t> /*offset*/,
                DWORD& transferred) override {
        std::error_code ec;
        send_(data, ec);
        transferred = ec ? 0 : static_cast<DWORD>(data.size());
        return win32_code_of(ec);
    }
    DWORD flush() override { return ERROR_INVALID_FUNCTION; }
    DWORD type() const noexcept override { return FILE_TYPE_UNKNOWN; }

private:
    const sender send_;
};

/// With two backslashes, a host and the rest, in any case; slashes count as backslashes.
bool has_mailslot_prefix(std::string_view path) {
    static constexpr std::string_view word = "mailslot\\";
    if (path.size() < 2 || path[0] != '\\' || path[1] != '\\') {
        return false;
    }
    const auto host_end = path.find('\\', 2);
    if (host_end == std::string_view::npos) {
        return false;
    }
    const auto rest = path.substr(host_end + 1);
    return rest.size() >= word.size() &&
           std::equal(word.begin(), word.end(), rest.begin(), [](char expected, char actual) {
               const bool capital = actual >= 'A' && actual <= 'Z';
               return expected == (capital ? static_cast<char>(actual - 'A' + 'a') : actual);
           });
}

std::string with_backslashes(const char* path) {
    std::string text(path);
    std::replace(text.begin(), text.end(), '/', '\\');
    return text;
}

/// As large as its largest message needs, if that is more than what is enough for most.
std::size_t quota_for(std::size_t max_message) noexcept {
    constexpr std::size_t most = std::size_t{1} << 30U;
    constexpr std::size_t beside = 4096; // each message takes a few bytes more
    return std::clamp(max_message + beside, slot_options().quota, most);
}

} // namespace

bool is_mailslot_path(const char* path) noexcept {
    try {
        return has_mailslot_prefix(with_backslashes(path));
    } catch (const std::bad_alloc&) {
        return false;
    }
}

DWORD open_mailslot(const char* path,
                    const open_request& /*request*/,
                    std::shared_ptr<file_object>& opened) {
    std::error_code ec;
    const auto text = with_backslashes(path);
    const auto address = slot_address::parse(text, ec);
    if (ec) {
        return ERROR_INVALID_NAME;
    }
    mailslot_client::sender send;
    if (address.where() == slot_address::reach::local) {
        std::shared_ptr<detail::mailslot_writer> writer =
            detail::mailslot_writer::open(address, ec);
        send = [writer](std::span<const std::byte> message, std::error_code& failure) {
            writer->write(message, failure);
        };
    } else {
        // (Without options: who hears it is on this machine.)
        std::shared_ptr<detail::mailslot_sender> sender =
            detail::make_broadcast_sender(address, text, std::nullopt, ec);
        send = [sender](std::span<const std::byte> message, std::error_code& failure) {
            sender->write(message, failure);
        };
    }
    if (ec) {
        return win32_code_of(ec);
    }
    opened = std::make_shared<mailslot_client>(std::move(send));
    return ERROR_SUCCESS;
}

namespace {

DWORD create_mailslot(const char* name,
                      DWORD max_message,
                      DWORD read_timeout,
                      const SECURITY_ATTRIBUTES* attributes,
                      HANDLE& made) {
    if (name == nullptr || *name == '\0') {
        return ERROR_PATH_NOT_FOUND;
    }
    const auto text = with_backslashes(name);
    std::error_code ec;
    const auto address = has_mailslot_prefix(text) ? slot_address::parse(text, ec) : slot_address();
    if (ec || address.name().empty() || address.where() != slot_address::reach::local) {
        return ERROR_INVALID_NAME;
    }
    auto slot = detail::mailslot::create(
        address,
        {.max_message = max_message, .quota = quota_for(max_message), .who = access_of(attributes)},
        ec);
    if (ec) {
        return win32_code_of(ec);
    }
    made = new_handle(std::make_shared<mailslot_file>(std::move(slot), max_message, read_timeout),
                      GENERIC_READ | SYNCHRONIZE | WRITE_DAC, attributes);
    return made != nullptr ? ERROR_SUCCESS : GetLastError();
}

template <class Value>
void tell(Value* where, Value value) noexcept {
    if (where != nullptr) {
        *where = value;
    }
}

} // namespace

} // namespace isthmus::winapi

using isthmus::winapi::mailslot_file;
using isthmus::winapi::no_throw;
using isthmus::winapi::reference;
using isthmus::winapi::report;

HANDLE WINAPI CreateMailslotA(LPCSTR lpName,
                              DWORD nMaxMessageSize,
                              DWORD lReadTimeout,
                              LPSECURITY_ATTRIBUTES lpSecurityAttributes) {
    HANDLE made = nullptr;
    const DWORD code = no_throw([&] {
        return isthmus::winapi::create_mailslot(lpName, nMaxMessageSize, lReadTimeout,
                                                lpSecurityAttributes, made);
    });
    return report(code) != FALSE ? made : INVALID_HANDLE_VALUE;
}

BOOL WINAPI GetMailslotInfo(HANDLE hMailslot,
                            LPDWORD lpMaxMessageSize,
                            LPDWORD lpNextSize,
                            LPDWORD lpMessageCount,
                            LPDWORD lpReadTimeout) {
    return report(no_throw([&]() -> DWORD {
        DWORD code = ERROR_SUCCESS;
        const auto slot = reference<mailslot_file>(hMailslot, 0, code);
        isthmus::detail::mailslot_content content;
        if (slot) {
            code = slot->content(content);
        }
        if (code == ERROR_SUCCESS) {
            isthmus::winapi::tell(lpMaxMessageSize, slot->max_message());
            isthmus::winapi::tell(lpNextSize, content.next ? static_cast<DWORD>(*content.next)
                                                           : MAILSLOT_NO_MESSAGE);
            isthmus::winapi::tell(lpMessageCount, static_cast<DWORD>(content.count));
            isthmus::winapi::tell(lpReadTimeout, slot->read_timeout());
        }
        return code;
    }));
}

BOOL WINAPI SetMailslotInfo(HANDLE hMailslot, DWORD lReadTimeout) {
    return report(no_throw([&]() -> DWORD {
        DWORD code = ERROR_SUCCESS;
        const auto slot = reference<mailslot_file>(hMailslot, 0, code);
        if (slot) {
            slot->set_read_timeout(lReadTimeout);
        }
        return code;
    }));
}
