#include "object_header.hpp"

#include "descriptor.hpp"
#include "pipe_path.hpp"
#include "syscalls.hpp"

#include <pthread.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <random>

namespace isthmus::posix {

namespace {

/// What of a header counts, and is written: nothing after the name.
std::size_t used_size(const object_header& header) noexcept {
    return offsetof(object_header, name) +
           std::min<std::size_t>(header.name_size, header.name.size());
}

/// FNV-1a, four bytes at a time, as if `check` were 0.
std::uint32_t checksum(const object_header& header) noexcept {
    const auto* const bytes = reinterpret_cast<const std::byte*>(&header);
    const std::size_t size = used_size(header);
    std::uint32_t hash = 0x811c9dc5U;
    for (std::size_t at = 0; at < size; at += 4) {
        std::uint32_t word = 0;
        std::memcpy(&word, bytes + at, std::min<std::size_t>(4, size - at));
        if (at != offsetof(object_header, check))
            hash ^= word;
        hash *= 0x01000193U;
    }
    return hash;
}

} // namespace

bool write_header(int fd, object_header& header) noexcept {
    header.check = checksum(header);
    const std::size_t size = used_size(header);
    return retry([&] { return os.pwrite(fd, &header, size, 0); }) == static_cast<ssize_t>(size);
}

bool read_header(int fd, object_header& header) noexcept {
    const auto size = retry([&] { return os.pread(fd, &header, sizeof header, 0); });
    if (size < 0)
        return false;
    const auto present = static_cast<std::size_t>(size);
    const bool begun = present >= offsetof(object_header, name);
    if (begun && header.magic == object_header::expected &&
        header.name_size <= header.name.size() && used_size(header) <= present &&
        header.check == checksum(header)) {
        return true;
    }
    // Where nothing has been written yet there are zeros.
    constexpr decltype(header.magic) nothing{};
    const bool other = begun && header.magic != object_header::expected && header.magic != nothing;
    errno = other ? EPROTO : EAGAIN;
    return false;
}

bool write_draft(int fd, object_header& header) noexcept {
    header.ready = object_header::draft;
    return write_header(fd, header);
}

// --- names

std::string encode_object_name(std::string_view name) {
    return encode_key(name, letters::upper_escaped);
}

namespace {

/// Of the ids of this process. Asking the system for every one would cost as much as making the
/// file.
std::atomic<std::uint64_t> state{0};

[[maybe_unused]] const int registered_at_start =
    ::pthread_atfork(nullptr, nullptr, [] { state.store(0); });

} // namespace

std::uint64_t make_id() {
    if (state.load(std::memory_order_relaxed) == 0) {
        std::random_device random;
        std::uint64_t none = 0;
        state.compare_exchange_strong(none, std::uint64_t{random()} << 32U | random());
    }
    // SplitMix64: every state gives another id.
    std::uint64_t id = state.fetch_add(0x9e3779b97f4a7c15U) + 0x9e3779b97f4a7c15U;
    id = (id ^ id >> 30U) * 0xbf58476d1ce4e5b9U;
    id = (id ^ id >> 27U) * 0x94d049bb133111ebU;
    id ^= id >> 31U;
    return (id & ~(std::uint64_t{1} << 63U)) | 1U; // never 0; the highest bit is for the table
}

std::string hidden_file(std::string_view what, std::uint64_t id) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string file = ".";
    file += what;
    file += '-';
    for (int shift = 60; shift >= 0; shift -= 4)
        file += digits[id >> static_cast<unsigned>(shift) & 15U];
    return file;
}

} // namespace isthmus::posix
