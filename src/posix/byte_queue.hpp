#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <span>
#include <vector>

namespace isthmus::posix {

/// Bytes that were received but not yet delivered.
class byte_queue {
public:
    bool empty() const noexcept { return begin_ == end_; }
    std::size_t size() const noexcept { return end_ - begin_; }
    std::span<const std::byte> bytes() const noexcept {
        return std::span(storage_).subspan(begin_, size());
    }

    /// Takes up to `out.size()` bytes.
    std::size_t take(std::span<std::byte> out) noexcept {
        const std::size_t count = std::min(out.size(), size());
        if (count > 0)
            std::memcpy(out.data(), storage_.data() + begin_, count);
        drop(count);
        return count;
    }

    void drop(std::size_t count) noexcept {
        begin_ += count;
        if (begin_ == end_)
            begin_ = end_ = 0;
    }

    /// Puts bytes back in front.
    void put_back(std::span<const std::byte> data) {
        if (data.size() > begin_) {
            storage_.insert(storage_.begin() + static_cast<std::ptrdiff_t>(begin_), data.begin(),
                            data.end());
            end_ += data.size();
            return;
        }
        begin_ -= data.size();
        std::memcpy(storage_.data() + begin_, data.data(), data.size());
    }

    /// Room for `count` bytes behind the last one; commit() says how many were put there.
    std::span<std::byte> prepare(std::size_t count) {
        if (begin_ > 0 && storage_.size() - end_ < count) {
            std::memmove(storage_.data(), storage_.data() + begin_, size());
            end_ -= begin_;
            begin_ = 0;
        }
        if (storage_.size() - end_ < count)
            storage_.resize(end_ + count);
        return std::span(storage_).subspan(end_, count);
    }
    void commit(std::size_t count) noexcept { end_ += count; }

    void append(std::span<const std::byte> data) {
        if (data.empty())
            return;
        std::memcpy(prepare(data.size()).data(), data.data(), data.size());
        commit(data.size());
    }

    void clear() noexcept { begin_ = end_ = 0; }

private:
    std::vector<std::byte> storage_;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
};

} // namespace isthmus::posix
