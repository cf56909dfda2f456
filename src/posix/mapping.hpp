#pragma once

#include "syscalls.hpp"

#include <sys/mman.h>

#include <cstddef>
#include <cstdint>
#include <utility>

namespace isthmus::posix {

/// Owns mapped memory.
class mapping {
public:
    mapping() noexcept = default;
    mapping(mapping&& other) noexcept
        : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}
    mapping& operator=(mapping&& other) noexcept {
        std::swap(data_, other.data_);
        std::swap(size_, other.size_);
        return *this;
    }
    ~mapping() {
        if (data_)
            os.munmap(data_, size_);
    }

    /// Empty with errno on failure.
    static mapping shared(int fd, std::uint64_t offset, std::size_t size, int protection) noexcept {
        mapping result;
        void* const address = os.map(size, protection, MAP_SHARED, fd, static_cast<off_t>(offset));
        if (address) {
            result.data_ = static_cast<std::byte*>(address);
            result.size_ = size;
        }
        return result;
    }

    explicit operator bool() const noexcept { return data_ != nullptr; }
    std::byte* data() const noexcept { return data_; }
    std::size_t size() const noexcept { return size_; }

private:
    std::byte* data_ = nullptr;
    std::size_t size_ = 0;
};

/// Gives a part of a file its memory, so that touching it cannot fault. False with errno, ENOSPC if
/// there is none.
inline bool allocate(int fd, std::uint64_t offset, std::uint64_t size) noexcept {
    return os.allocate(fd, static_cast<off_t>(offset), static_cast<off_t>(size)) == 0;
}

} // namespace isthmus::posix
