#include "mailslot.hpp"

#include "handle.hpp"
#include "native.hpp"
#include "native_error.hpp"
#include "overlapped_reads.hpp"
#include "security.hpp"
#include "wide.hpp"

#include <windows.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <limits>
#include <mutex>
#include <string>
#include <utility>

/// \file
/// Slots by CreateMailslot and CreateFile. The system keeps the messages, in its own memory; the
/// quota is for systems where the library does.

namespace isthmus::detail {

namespace {

constexpr std::size_t largest_message = std::numeric_limits<DWORD>::max() - 1;

/// The first guess for a message of unknown size. Memory that is not written to costs nothing.
constexpr std::size_t first_guess = std::size_t{64} << 10U;

DWORD native_maximum(std::size_t max_message) noexcept {
    return max_message > largest_message ? 0 : static_cast<DWORD>(max_message);
}

std::wstring wide_path(const slot_address& address) {
    return win32::to_wide(address.text());
}

} // namespace

struct mailslot::impl {
    win32::handle file;
    win32::overlapped_reads reads;

    // --- for synchronous handles only
    bool synchronous = false;
    std::mutex mutex;
    std::condition_variable cancellation;
    std::uint64_t cancellations = 0;

    DWORD read(std::span<std::byte> buffer, const deadline& until, std::size_t& size) {
        return synchronous ? poll(buffer, until, size)
                           : reads.read(file.get(), buffer, until, size);
    }

    /// CreateMailslot gives an overlapped handle, says Microsoft; Wine gives a synchronous one, on
    /// which a read can be neither cancelled nor given a time. So nothing waits there but here.
    DWORD poll(std::span<std::byte> buffer, const deadline& until, std::size_t& size) {
        constexpr std::size_t longest = std::numeric_limits<DWORD>::max();
        constexpr std::chrono::milliseconds glance(1);
        std::unique_lock lock(mutex);
        const auto generation = cancellations;
        for (;;) {
            DWORD got = 0;
            if (ReadFile(file.get(), buffer.data(),
                         static_cast<DWORD>(std::min(buffer.size(), longest)), &got,
                         nullptr) != 0) {
                size = got;
                return ERROR_SUCCESS;
            }
            const DWORD code = GetLastError();
            if (code != ERROR_SEM_TIMEOUT || until.expired()) {
                return code;
            }
            if (cancellation.wait_for(lock, glance, [&] { return cancellations != generation; })) {
                return ERROR_OPERATION_ABORTED;
            }
        }
    }
};

mailslot::mailslot(std::unique_ptr<impl> state) noexcept : impl_(std::move(state)) {}
mailslot::~mailslot() = default;

std::unique_ptr<mailslot> mailslot::create(const slot_address& address,
                                           const mailslot_settings& settings,
                                           std::error_code& ec) {
    ec.clear();
    auto state = std::make_unique<impl>();
    win32::security security;
    if (win32::security::build(settings.who, win32::mailslot_rights, security)) {
        state->file = win32::handle(CreateMailslotW(wide_path(address).c_str(),
                                                    native_maximum(settings.max_message),
                                                    MAILSLOT_WAIT_FOREVER, security.attributes()));
    }
    if (state->file) {
        state->synchronous = win32::is_synchronous(state->file.get());
        if (state->synchronous && SetMailslotInfo(state->file.get(), 0) == 0) {
            state->file.reset();
        }
    }
    if (!state->file) {
        ec = win32_error(operation::create_slot, GetLastError());
        return nullptr;
    }
    return std::unique_ptr<mailslot>(new mailslot(std::move(state)));
}

std::size_t mailslot::read(std::span<std::byte> buffer,
                           const deadline& until,
                           std::error_code& ec) {
    std::size_t size = 0;
    const DWORD code = impl_->read(buffer, until, size);
    ec = win32_error(operation::read_slot, code);
    return ec ? 0 : size;
}

std::vector<std::byte> mailslot::read_message(const deadline& until, std::error_code& ec) {
    std::size_t room = first_guess;
    for (;;) {
        const auto waiting = content(ec);
        if (ec) {
            ec = as_failure_of(operation::read_slot, ec);
            return {};
        }
        room = std::max(room, waiting.next.value_or(0));
        const auto buffer = std::make_unique_for_overwrite<std::byte[]>(room);
        const std::size_t size = read({buffer.get(), room}, until, ec);
        if (!ec) {
            return {buffer.get(), buffer.get() + size};
        }
        if (ec.value() != ERROR_INSUFFICIENT_BUFFER) {
            return {};
        }
        // A larger one has come since, and stays, for this thread or another.
    }
}

mailslot_content mailslot::content(std::error_code& ec) const {
    DWORD next = MAILSLOT_NO_MESSAGE;
    DWORD count = 0;
    if (GetMailslotInfo(impl_->file.get(), nullptr, &next, &count, nullptr) == 0) {
        ec = win32_error(operation::query_slot, GetLastError());
        return {};
    }
    ec.clear();
    mailslot_content result;
    result.count = count;
    if (next != MAILSLOT_NO_MESSAGE) {
        result.next = next;
    }
    return result;
}

void mailslot::cancel() noexcept {
    if (impl_->synchronous) {
        const std::lock_guard lock(impl_->mutex);
        ++impl_->cancellations;
        impl_->cancellation.notify_all();
    } else {
        impl_->reads.cancel(impl_->file.get());
    }
}

// --- the writing end

struct mailslot_writer::impl {
    win32::handle file;
};

mailslot_writer::mailslot_writer(std::unique_ptr<impl> state) noexcept : impl_(std::move(state)) {}
mailslot_writer::~mailslot_writer() = default;

std::unique_ptr<mailslot_writer> mailslot_writer::open(const slot_address& address,
                                                       std::error_code& ec) {
    ec.clear();
    if (address.where() != slot_address::reach::local) {
        ec = win32_error(operation::open_slot, ERROR_NOT_SUPPORTED);
        return nullptr;
    }
    auto state = std::make_unique<impl>();
    // Not overlapped: no write waits for the reader. At identification level a reader that squats
    // on the name learns who we are, and cannot act as us.
    state->file = win32::handle(CreateFileW(
        wide_path(address).c_str(), GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE, nullptr,
        OPEN_EXISTING, SECURITY_SQOS_PRESENT | SECURITY_IDENTIFICATION, nullptr));
    if (!state->file) {
        ec = win32_error(operation::open_slot, GetLastError());
        return nullptr;
    }
    return std::unique_ptr<mailslot_writer>(new mailslot_writer(std::move(state)));
}

void mailslot_writer::write(std::span<const std::byte> message, std::error_code& ec) {
    if (message.size() > largest_message) {
        ec = win32_error(operation::write_slot, ERROR_INVALID_PARAMETER);
        return;
    }
    DWORD size = 0;
    const bool done = WriteFile(impl_->file.get(), message.data(),
                                static_cast<DWORD>(message.size()), &size, nullptr) != 0;
    ec = done ? std::error_code() : win32_error(operation::write_slot, GetLastError());
}

} // namespace isthmus::detail
