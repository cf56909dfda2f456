#include "region_object.hpp"

#include "fork_guard.hpp"
#include "huge_pages.hpp"
#include "inheritable_handle.hpp"
#include "logging.hpp"
#include "mapping.hpp"
#include "named_object.hpp"
#include "native_error.hpp"
#include "region_file.hpp"
#include "syscalls.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <limits>
#include <utility>

/// \file
/// Regions: a file that keeps the region alive, with its content behind the header; or any file of
/// the user's, with such a file beside it if it has a name.

namespace isthmus::detail {

using posix::descriptor;
using posix::object_file;

struct region_object::impl {
    object_file file;   ///< of a named or unnamed region
    descriptor backing; ///< of a region that is a file
};

namespace {

/// Of a named region that has been opened. False with `ec`.
bool find_content(region_object::impl& region, bool writable, std::error_code& ec) {
    constexpr auto what = operation::open_region;
    const std::uint32_t special = region.file.header().slot;
    if (writable && (special & posix::region_is_read_only) != 0) {
        ec = win32_error(what, win32_code::access_denied);
    } else if ((special & posix::region_is_file) != 0) {
        region.backing = posix::open_referred_file(region.file, writable);
        if (!region.backing)
            ec = posix_error(what, errno);
    }
    return !ec;
}

} // namespace

namespace {

/// Half of the address space: no system maps more, and sums of sizes do not overflow.
constexpr std::uint64_t largest = std::numeric_limits<std::size_t>::max() / 2;

std::uint64_t page_size() noexcept {
    return static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

/// What is allocated before anything else is asked for stays as it is: so the content gets its
/// memory here, through a mapping that has asked.
void ask_for_huge_pages(int fd, std::uint64_t size, const object_name* name) {
    if (!posix::allocate_huge_pages(fd, posix::content_offset, static_cast<std::size_t>(size))) {
        log(spdlog::level::info, "region {}: no huge pages to be had, ordinary ones instead: {}",
            posix::shown_name(name), std::generic_category().message(errno));
    }
}

} // namespace

mapped_view::~mapped_view() {
    posix::os.munmap(base_, mapped_);
}

void mapped_view::flush(std::error_code& ec) const {
    ec.clear();
    if (posix::os.msync(base_, mapped_, MS_SYNC) != 0)
        ec = posix_error(operation::flush_region, errno);
}

region_object::region_object(std::uint64_t size,
                             bool writable,
                             std::string name,
                             std::unique_ptr<impl> state)
    : size_(size), writable_(writable), name_(std::move(name)), impl_(std::move(state)) {}

region_object::~region_object() = default;

std::unique_ptr<region_object> region_object::make(const object_name* name,
                                                   creation how,
                                                   std::uint64_t size,
                                                   const region_options& options,
                                                   rights wanted,
                                                   bool& created,
                                                   std::error_code& ec) {
    if (how != creation::open && size > largest) {
        created = false;
        ec = posix_error(operation::create_region, ENOMEM);
        return nullptr;
    }
    auto made = std::make_unique<impl>();
    made->file = posix::make_object(
        {.name = name,
         .how = how,
         .kind = object_kind::region,
         .size = size,
         .who = options.who,
         .create = operation::create_region,
         .open = operation::open_region},
        [&](int fd, posix::object_header&) {
            if (options.huge_pages)
                ask_for_huge_pages(fd, size, name);
            return posix::allocate(fd, posix::content_offset, size);
        },
        created, ec);
    if (ec || !find_content(*made, wanted != rights::read_only, ec))
        return nullptr;
    const std::uint64_t actual = made->file.header().size;
    return std::unique_ptr<region_object>(new region_object(
        actual, wanted != rights::read_only, posix::shown_name(name), std::move(made)));
}

std::unique_ptr<region_object> region_object::from_file(std::string_view path,
                                                        std::uint64_t size,
                                                        rights wanted,
                                                        std::error_code& ec) {
    constexpr auto what = operation::open_region;
    ec.clear();
    const std::string name(path);
    const bool writable = wanted != rights::read_only;
    auto made = std::make_unique<impl>();
    made->backing = descriptor(posix::retry([&] {
        return posix::os.open(name.c_str(), (writable ? O_RDWR : O_RDONLY) | O_CLOEXEC, 0);
    }));
    struct ::stat status {};
    if (!made->backing || posix::os.fstat(made->backing.get(), &status) != 0) {
        ec = posix_error(what, errno);
        return nullptr;
    }
    if (!S_ISREG(status.st_mode)) {
        ec = win32_error(what, win32_code::access_denied);
        return nullptr;
    }
    const auto present = static_cast<std::uint64_t>(status.st_size);
    if (size == 0)
        size = present;
    if (size == 0) {
        ec = win32_error(what, win32_code::invalid_parameter);
        return nullptr;
    }
    if (size > largest) {
        ec = posix_error(what, ENOMEM);
        return nullptr;
    }
    if (size > present) {
        if (!writable) {
            ec = win32_error(what, win32_code::access_denied);
            return nullptr;
        }
        if (!posix::allocate(made->backing.get(), present, size - present)) {
            ec = posix_error(what, errno);
            return nullptr;
        }
    }
    return std::unique_ptr<region_object>(new region_object(size, writable, name, std::move(made)));
}

std::unique_ptr<region_object> region_object::from_token(std::string_view token,
                                                         std::error_code& ec) {
    auto made = std::make_unique<impl>();
    constexpr auto what = operation::open_region;
    const auto from = posix::parse_token(token, what, ec);
    if (ec)
        return nullptr;
    const bool writable = from.rights != 'r';
    if (from.size > 0) {
        made->backing = posix::take_over_file(from, what, ec);
        if (ec)
            return nullptr;
        return std::unique_ptr<region_object>(
            new region_object(from.size, writable, "", std::move(made)));
    }
    made->file = posix::take_over(from, object_kind::region, what, ec);
    if (ec)
        return nullptr;
    const std::uint64_t size = made->file.header().size;
    std::string name(made->file.header().name_text());
    return std::unique_ptr<region_object>(
        new region_object(size, writable, std::move(name), std::move(made)));
}

std::unique_ptr<mapped_view> region_object::map(view_mode mode,
                                                std::uint64_t offset,
                                                std::size_t length,
                                                std::error_code& ec) const {
    constexpr auto what = operation::map_region;
    ec.clear();
    const posix::fork_delay forks;
    descriptor own;
    std::uint64_t first = offset;
    int fd = impl_->backing.get();
    if (!impl_->backing) {
        // A view that is only to be read must not be made writable behind our back.
        if (mode == view_mode::read_write && impl_->file.allow_mapping()) {
            fd = impl_->file.fd();
        } else {
            own = impl_->file.reopen(mode == view_mode::read_write ? O_RDWR : O_RDONLY);
            if (!own) {
                ec = posix_error(what, errno);
                return nullptr;
            }
            fd = own.get();
        }
        first += posix::content_offset;
    }
    const std::uint64_t before = first % page_size();
    const auto size = static_cast<std::size_t>(before + length);
    const int protection = mode == view_mode::read_only ? PROT_READ : PROT_READ | PROT_WRITE;
    void* const address =
        posix::os.map(size, protection, mode == view_mode::copy_on_write ? MAP_PRIVATE : MAP_SHARED,
                      fd, static_cast<off_t>(first - before));
    if (!address) {
        ec = posix_error(what, errno);
        return nullptr;
    }
    auto* const base = static_cast<std::byte*>(address);
    return std::make_unique<mapped_view>(base, size, std::span(base + before, length), mode);
}

std::unique_ptr<inheritable_handle> region_object::share(std::error_code& ec) const {
    constexpr auto what = operation::share_region;
    const char rights = writable_ ? 'b' : 'r';
    return impl_->backing ? posix::make_inheritable(impl_->backing.get(), rights, size_, what, ec)
                          : posix::make_inheritable(impl_->file, rights, what, ec);
}

} // namespace isthmus::detail
