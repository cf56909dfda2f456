#include "object_call.hpp"

#include <isthmus/error.hpp>
#include <isthmus/wait.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace isthmus {

using detail::operation;
using detail::sync_object;
using detail::throwing;
using detail::win32_error;
namespace win32_code = detail::win32_code;

namespace detail {

struct wait_access {
    static const std::unique_ptr<sync_object>& object_of(const waitable& each) noexcept {
        return each.object_;
    }
};

} // namespace detail

namespace {

/// Of a closed handle nobody knows any more what it was a handle of.
operation wait_operation(const std::unique_ptr<sync_object>& object) noexcept {
    return object ? detail::operations_of(object->kind()).wait : operation::wait_object;
}

operation share_operation(const std::unique_ptr<sync_object>& object) noexcept {
    return object ? detail::operations_of(object->kind()).share : operation::share_object;
}

using object_array = std::array<sync_object*, max_wait_objects>;

/// Finds most sets of different pointers to be that at a glance: 64 objects are 2016 pairs.
class seen_before {
public:
    bool maybe(const sync_object* object) noexcept {
        const auto address = reinterpret_cast<std::uintptr_t>(object);
        const auto mixed = static_cast<std::uint32_t>(address >> 4) * std::uint32_t{0x9E3779B1};
        const auto bit = mixed >> (32 - bits);
        auto& word = words_[bit / 64];
        const auto mask = std::uint64_t{1} << (bit % 64);
        return (std::exchange(word, word | mask) & mask) != 0;
    }

private:
    static constexpr int bits = 10;
    std::array<std::uint64_t, (1U << bits) / 64> words_{};
};

/// The objects behind the handles, if they can be waited for together.
std::span<sync_object* const> checked(std::span<const waitable_ref> handles,
                                      operation what,
                                      object_array& objects,
                                      std::error_code& ec) {
    ec.clear();
    if (handles.empty() || handles.size() > max_wait_objects) {
        ec = win32_error(what, win32_code::invalid_parameter);
        return {};
    }
    seen_before seen;
    std::size_t count = 0;
    for (const waitable& handle : handles) {
        const auto& object = detail::wait_access::object_of(handle);
        if (!detail::check_waitable(object, what, ec)) {
            return {};
        }
        if (seen.maybe(object.get())) {
            for (std::size_t i = 0; i < count; ++i) {
                if (objects[i] == object.get()) {
                    ec = win32_error(what, win32_code::invalid_parameter);
                    return {};
                }
            }
        }
        objects[count++] = object.get();
    }
    return std::span(objects).first(count);
}

wait_result wait_many(std::span<const waitable_ref> handles,
                      bool all,
                      const deadline& until,
                      std::error_code& ec) {
    object_array storage; // NOLINT(cppcoreguidelines-pro-type-member-init): filled as far as used
    const auto objects =
        checked(handles, all ? operation::wait_all : operation::wait_any, storage, ec);
    return ec ? wait_result{} : sync_object::wait_many(objects, all, until, ec);
}

} // namespace

// --- inheritable_object

inheritable_object::inheritable_object(inheritable_object&&) noexcept = default;
inheritable_object& inheritable_object::operator=(inheritable_object&&) noexcept = default;
inheritable_object::~inheritable_object() = default;
inheritable_object::inheritable_object(std::unique_ptr<detail::inheritable_handle> handle) noexcept
    : handle_(std::move(handle)) {}

std::string inheritable_object::token() const {
    return handle_ ? handle_->token() : std::string();
}

// --- waitable

waitable::waitable() noexcept = default;
waitable::waitable(std::unique_ptr<sync_object> object) noexcept : object_(std::move(object)) {}
waitable::waitable(waitable&&) noexcept = default;
waitable& waitable::operator=(waitable&&) noexcept = default;
waitable::~waitable() = default;

wait_status waitable::wait_until(const deadline& until, std::error_code& ec) const {
    if (!detail::may_wait(object_)) {
        detail::check_waitable(object_, wait_operation(object_), ec);
        return wait_status::timed_out;
    }
    return object_->wait(until, ec);
}

wait_status waitable::wait_until(const deadline& until) const {
    std::error_code ec;
    const auto status = wait_until(until, ec);
    if (ec) {
        detail::throw_error(ec, wait_operation(object_), detail::name_of(object_));
    }
    return status;
}

wait_status waitable::wait(std::error_code& ec) const {
    return wait_until(deadline::never(), ec);
}

wait_status waitable::wait() const {
    return wait_until(deadline::never());
}

inheritable_object waitable::share_with_child(std::error_code& ec) const {
    const bool open = detail::check_open(object_, share_operation(object_), ec);
    return inheritable_object(open ? object_->share(ec) : nullptr);
}

inheritable_object waitable::share_with_child() const {
    return throwing(share_operation(object_), detail::name_of(object_),
                    [&](auto& ec) { return share_with_child(ec); });
}

void waitable::close() noexcept {
    object_.reset();
}

// --- many objects

wait_result wait_any_until(waitables objects, const deadline& until, std::error_code& ec) {
    return wait_many(objects.span(), false, until, ec);
}

wait_result wait_any_until(waitables objects, const deadline& until) {
    return throwing(operation::wait_any, "",
                    [&](auto& ec) { return wait_many(objects.span(), false, until, ec); });
}

wait_result wait_any(waitables objects, std::error_code& ec) {
    return wait_any_until(objects, deadline::never(), ec);
}

wait_result wait_any(waitables objects) {
    return wait_any_until(objects, deadline::never());
}

wait_result wait_all_until(waitables objects, const deadline& until, std::error_code& ec) {
    return wait_many(objects.span(), true, until, ec);
}

wait_result wait_all_until(waitables objects, const deadline& until) {
    return throwing(operation::wait_all, "",
                    [&](auto& ec) { return wait_many(objects.span(), true, until, ec); });
}

wait_result wait_all(waitables objects, std::error_code& ec) {
    return wait_all_until(objects, deadline::never(), ec);
}

wait_result wait_all(waitables objects) {
    return wait_all_until(objects, deadline::never());
}

} // namespace isthmus
