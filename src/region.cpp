#include "native_error.hpp"
#include "object_call.hpp"
#include "region_object.hpp"

#include <isthmus/error.hpp>
#include <isthmus/region.hpp>

#include <cstdint>
#include <limits>
#include <utility>

namespace isthmus {

using detail::creation;
using detail::operation;
using detail::region_object;
using detail::throw_if_error;
using detail::throwing;
using detail::win32_error;
namespace win32_code = detail::win32_code;

namespace {

bool check_size(std::uint64_t size, std::error_code& ec) noexcept {
    // Sizes are signed in the calls of both systems.
    constexpr std::uint64_t largest = std::numeric_limits<std::int64_t>::max();
    ec.clear();
    if (size == 0) {
        ec = win32_error(operation::create_region, win32_code::invalid_parameter);
    } else if (size > largest) {
        ec = win32_error(operation::create_region, win32_code::not_enough_memory);
    }
    return !ec;
}

/// Nobody can map a page for writing only.
rights with_reading(rights wanted) noexcept {
    return wanted == rights::write_only ? rights::read_write : wanted;
}

std::unique_ptr<region_object> make_named(std::string_view name,
                                          creation how,
                                          std::uint64_t size,
                                          const region_options& options,
                                          rights wanted,
                                          bool& created,
                                          std::error_code& ec) {
    created = false;
    const bool opens = how == creation::open;
    if (!opens && !check_size(size, ec)) {
        return nullptr;
    }
    const auto parsed = detail::parse_object_name(
        name, opens ? operation::open_region : operation::create_region, ec);
    return parsed ? region_object::make(&*parsed, how, size, options, wanted, created, ec)
                  : nullptr;
}

} // namespace

// --- region_view

region_view::region_view() noexcept = default;
region_view::~region_view() = default;
region_view::region_view(std::unique_ptr<detail::mapped_view> view) noexcept
    : view_(std::move(view)) {
    if (view_) {
        bytes_ = view_->bytes();
        mode_ = view_->mode();
    }
}

region_view::region_view(region_view&& other) noexcept
    : view_(std::move(other.view_)), bytes_(std::exchange(other.bytes_, {})), mode_(other.mode_) {}

region_view& region_view::operator=(region_view&& other) noexcept {
    view_ = std::move(other.view_);
    bytes_ = std::exchange(other.bytes_, {});
    mode_ = other.mode_;
    return *this;
}

void region_view::check(std::size_t offset, std::size_t size, std::size_t alignment) const {
    const auto address = reinterpret_cast<std::uintptr_t>(bytes_.data()) + offset;
    if (offset > bytes_.size() || size > bytes_.size() - offset) {
        throw error(win32_error(operation::map_region, win32_code::invalid_parameter),
                    "use view of region", "", "the object does not lie within the view");
    }
    if (address % alignment != 0) {
        throw error(win32_error(operation::map_region, win32_code::invalid_parameter),
                    "use view of region", "", "the object does not lie as its alignment demands");
    }
}

void region_view::flush(std::error_code& ec) const {
    if (detail::check_open(view_, operation::flush_region, ec)) {
        view_->flush(ec);
    }
}

void region_view::flush() const {
    std::error_code ec;
    flush(ec);
    throw_if_error(ec, operation::flush_region, "");
}

void region_view::close() noexcept {
    bytes_ = {};
    view_.reset();
}

// --- shared_region

shared_region::shared_region() noexcept = default;
shared_region::shared_region(shared_region&&) noexcept = default;
shared_region& shared_region::operator=(shared_region&&) noexcept = default;
shared_region::~shared_region() = default;
shared_region::shared_region(std::unique_ptr<region_object> region) noexcept
    : region_(std::move(region)) {}

shared_region shared_region::create(std::string_view name,
                                    std::uint64_t size,
                                    const region_options& options,
                                    std::error_code& ec) {
    bool created = false;
    return shared_region(
        make_named(name, creation::create, size, options, rights::read_write, created, ec));
}

shared_region shared_region::create(std::string_view name,
                                    std::uint64_t size,
                                    const region_options& options) {
    return throwing(operation::create_region, name,
                    [&](auto& ec) { return create(name, size, options, ec); });
}

shared_region shared_region::open(std::string_view name, rights wanted, std::error_code& ec) {
    bool created = false;
    return shared_region(
        make_named(name, creation::open, 0, {}, with_reading(wanted), created, ec));
}

shared_region shared_region::open(std::string_view name, rights wanted) {
    return throwing(operation::open_region, name, [&](auto& ec) { return open(name, wanted, ec); });
}

opened<shared_region> shared_region::open_or_create(std::string_view name,
                                                    std::uint64_t size,
                                                    const region_options& options,
                                                    std::error_code& ec) {
    bool created = false;
    auto region =
        make_named(name, creation::open_or_create, size, options, rights::read_write, created, ec);
    return {.object = shared_region(std::move(region)), .created = created};
}

opened<shared_region> shared_region::open_or_create(std::string_view name,
                                                    std::uint64_t size,
                                                    const region_options& options) {
    return throwing(operation::create_region, name,
                    [&](auto& ec) { return open_or_create(name, size, options, ec); });
}

shared_region shared_region::create_unnamed(std::uint64_t size,
                                            const region_options& options,
                                            std::error_code& ec) {
    bool created = false;
    return shared_region(check_size(size, ec)
                             ? region_object::make(nullptr, creation::create, size, options,
                                                   rights::read_write, created, ec)
                             : nullptr);
}

shared_region shared_region::create_unnamed(std::uint64_t size, const region_options& options) {
    return throwing(operation::create_region, "",
                    [&](auto& ec) { return create_unnamed(size, options, ec); });
}

shared_region shared_region::from_file(std::string_view path,
                                       std::uint64_t size,
                                       rights wanted,
                                       std::error_code& ec) {
    if (path.find('\0') != std::string_view::npos) {
        ec = win32_error(operation::open_region, win32_code::invalid_name);
        return {};
    }
    if (path.empty()) {
        ec = win32_error(operation::open_region, win32_code::file_not_found);
        return {};
    }
    if (size != 0 && !check_size(size, ec)) {
        ec = detail::as_failure_of(operation::open_region, ec);
        return {};
    }
    return shared_region(region_object::from_file(path, size, with_reading(wanted), ec));
}

shared_region shared_region::from_file(std::string_view path, std::uint64_t size, rights wanted) {
    return throwing(operation::open_region, path,
                    [&](auto& ec) { return from_file(path, size, wanted, ec); });
}

shared_region shared_region::from_token(std::string_view token, std::error_code& ec) {
    auto region = region_object::from_token(token, ec);
    // As a failure to open, a handle that is none would read as a name of another kind.
    ec = detail::as_failure_of(operation::inherit_region, ec);
    return shared_region(std::move(region));
}

shared_region shared_region::from_token(std::string_view token) {
    return throwing(operation::inherit_region, token,
                    [&](auto& ec) { return from_token(token, ec); });
}

region_view shared_region::map(view_mode mode,
                               std::uint64_t offset,
                               std::size_t length,
                               std::error_code& ec) const {
    if (!detail::check_open(region_, operation::map_region, ec)) {
        return {};
    }
    if (mode == view_mode::read_write && !region_->writable()) {
        ec = win32_error(operation::map_region, win32_code::access_denied);
        return {};
    }
    const auto size = region_->size();
    if (offset >= size || length > size - offset) {
        ec = win32_error(operation::map_region, win32_code::invalid_parameter);
        return {};
    }
    if (length == 0) {
        if (size - offset > std::numeric_limits<std::size_t>::max()) {
            ec = win32_error(operation::map_region, win32_code::not_enough_memory);
            return {};
        }
        length = static_cast<std::size_t>(size - offset);
    }
    return region_view(region_->map(mode, offset, length, ec));
}

region_view shared_region::map(view_mode mode, std::uint64_t offset, std::size_t length) const {
    return throwing(operation::map_region, detail::name_of(region_),
                    [&](auto& ec) { return map(mode, offset, length, ec); });
}

region_view shared_region::map(std::error_code& ec) const {
    const bool writable = region_ && region_->writable();
    return map(writable ? view_mode::read_write : view_mode::read_only, 0, 0, ec);
}

region_view shared_region::map() const {
    return throwing(operation::map_region, detail::name_of(region_),
                    [&](auto& ec) { return map(ec); });
}

std::uint64_t shared_region::size() const noexcept {
    return region_ ? region_->size() : 0;
}

inheritable_object shared_region::share_with_child(std::error_code& ec) const {
    const bool open = detail::check_open(region_, operation::share_region, ec);
    return inheritable_object(open ? region_->share(ec) : nullptr);
}

inheritable_object shared_region::share_with_child() const {
    return throwing(operation::share_region, detail::name_of(region_),
                    [&](auto& ec) { return share_with_child(ec); });
}

void shared_region::close() noexcept {
    region_.reset();
}

} // namespace isthmus
