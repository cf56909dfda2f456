#include "link.hpp"

#include "capabilities.hpp"
#include "syscalls.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <cerrno>
#include <utility>

namespace isthmus::posix {

namespace {

constexpr std::size_t page_size = 4096;

static_assert(std::atomic<std::uint64_t>::is_always_lock_free, "shared between processes");

} // namespace

void link::unmap::operator()(std::atomic<std::uint64_t>* words) const noexcept {
    ::munmap(static_cast<void*>(words), page_size);
}

link::~link() {
    if (file_)
        file_guard_.close(file_);
}

link& link::operator=(link&& other) noexcept {
    const link former(std::move(*this));
    memory_ = std::move(other.memory_);
    words_ = std::move(other.words_);
    file_ = std::move(other.file_);
    file_guard_ = std::move(other.file_guard_);
    return *this;
}

bool link::map() {
    void* const address = os.mmap(page_size, PROT_READ | PROT_WRITE, memory_.get());
    // Memory that is zero is an array of atomics with the value zero.
    words_.reset(static_cast<std::atomic<std::uint64_t>*>(address));
    return address != nullptr;
}

bool link::make(int instance_file) {
    if constexpr (capability::sealed_memory) {
        memory_ = descriptor(os.memory_file(page_size));
        return memory_ && map();
    }
    return adopt_file(descriptor(retry([&] { return os.dup_cloexec(instance_file); })));
}

bool link::adopt_memory([[maybe_unused]] descriptor memory) {
#if ISTHMUS_LINUX_FAST_PATHS
    // Without the seals the peer could cut it short under us: a SIGBUS at the next access.
    const int seals = os.get_seals(memory.get());
    struct ::stat status {};
    if (seals >= 0 && (seals & F_SEAL_SHRINK) != 0 && os.fstat(memory.get(), &status) == 0 &&
        status.st_size >= static_cast<off_t>(page_size)) {
        memory_ = std::move(memory);
        const bool mapped = map();
        memory_.reset();
        return mapped;
    }
#endif
    errno = EPROTO;
    return false;
}

bool link::adopt_file(descriptor instance_file) {
    file_ = std::move(instance_file);
    if (file_)
        file_guard_ = fork_guard(file_.get());
    return static_cast<bool>(file_);
}

std::uint64_t link::load_from_file(word which) const noexcept {
    std::uint64_t value = 0;
    if (file_ && retry([&] {
                     return os.pread(file_.get(), &value, sizeof value, offset_of(which));
                 }) != static_cast<ssize_t>(sizeof value)) {
        value = 0; // nobody has written it yet
    }
    return value;
}

void link::store_in_file(word which, std::uint64_t value) const noexcept {
    // The peer may wait for just this word, and nobody tells it later: so not only once.
    for (int attempt = 0; file_ && attempt < 3; ++attempt) {
        if (retry([&] { return os.pwrite(file_.get(), &value, sizeof value, offset_of(which)); }) ==
            static_cast<ssize_t>(sizeof value)) {
            return;
        }
    }
}

} // namespace isthmus::posix
