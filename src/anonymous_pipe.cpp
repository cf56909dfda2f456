#include "native_error.hpp"
#include "pipe_end.hpp"

#include <isthmus/anonymous_pipe.hpp>
#include <isthmus/error.hpp>

#include <utility>

namespace isthmus {

using detail::operation;
using detail::win32_error;
namespace win32_code = detail::win32_code;

namespace {

using owned_end = std::unique_ptr<detail::pipe_end>;

/// Pipes have no name to put into a text.
void throw_if_error(const std::error_code& ec, operation what) {
    detail::throw_if_error(ec, what, "");
}

/// True if there is an end; sets `ec` if not.
bool check_open(const owned_end& end, operation what, std::error_code& ec) {
    ec = end ? std::error_code() : win32_error(what, win32_code::invalid_handle);
    return end != nullptr;
}

/// For the throwing forms with a deadline: running out of time is a result there, not an error.
void throw_unless_timed_out(const std::error_code& ec, operation what) {
    if (ec != errc::timed_out) {
        throw_if_error(ec, what);
    }
}

owned_end duplicate_of(const owned_end& end, std::error_code& ec) {
    if (!check_open(end, operation::share_pipe, ec)) {
        return nullptr;
    }
    return end->duplicate_inheritable(ec);
}

} // namespace

// --- inheritable_end

inheritable_end::inheritable_end(inheritable_end&&) noexcept = default;
inheritable_end& inheritable_end::operator=(inheritable_end&&) noexcept = default;
inheritable_end::~inheritable_end() = default;
inheritable_end::inheritable_end(owned_end end) noexcept : end_(std::move(end)) {}

std::string inheritable_end::token() const {
    return end_ ? end_->token() : std::string();
}

// --- pipe_reader

pipe_reader::pipe_reader() noexcept = default;
pipe_reader::pipe_reader(pipe_reader&&) noexcept = default;
pipe_reader& pipe_reader::operator=(pipe_reader&&) noexcept = default;
pipe_reader::~pipe_reader() = default;
pipe_reader::pipe_reader(owned_end end) noexcept : end_(std::move(end)) {}

pipe_reader pipe_reader::from_token(std::string_view token, std::error_code& ec) {
    return pipe_reader(detail::pipe_end::from_token(token, detail::pipe_end::role::reader, ec));
}

pipe_reader pipe_reader::from_token(std::string_view token) {
    std::error_code ec;
    auto result = from_token(token, ec);
    detail::throw_if_error(ec, operation::open_pipe, token);
    return result;
}

std::optional<std::size_t> pipe_reader::read_until(std::span<std::byte> buffer,
                                                   const deadline& until,
                                                   std::error_code& ec) {
    if (!check_open(end_, operation::read_pipe, ec)) {
        return std::nullopt;
    }
    const auto size = end_->read(buffer, until, ec);
    return ec ? std::nullopt : std::optional(size);
}

std::optional<std::size_t> pipe_reader::read_until(std::span<std::byte> buffer,
                                                   const deadline& until) {
    std::error_code ec;
    const auto size = read_until(buffer, until, ec);
    throw_unless_timed_out(ec, operation::read_pipe);
    return size;
}

std::size_t pipe_reader::read(std::span<std::byte> buffer, std::error_code& ec) {
    return read_until(buffer, deadline::never(), ec).value_or(0);
}

std::size_t pipe_reader::read(std::span<std::byte> buffer) {
    std::error_code ec;
    const auto size = read(buffer, ec);
    throw_if_error(ec, operation::read_pipe);
    return size;
}

inheritable_end pipe_reader::share_with_child(std::error_code& ec) const {
    return inheritable_end(duplicate_of(end_, ec));
}

inheritable_end pipe_reader::share_with_child() const {
    std::error_code ec;
    auto result = share_with_child(ec);
    throw_if_error(ec, operation::share_pipe);
    return result;
}

void pipe_reader::cancel() noexcept {
    if (end_) {
        end_->cancel();
    }
}

void pipe_reader::close() noexcept {
    end_.reset();
}

// --- pipe_writer

pipe_writer::pipe_writer() noexcept = default;
pipe_writer::pipe_writer(pipe_writer&&) noexcept = default;
pipe_writer& pipe_writer::operator=(pipe_writer&&) noexcept = default;
pipe_writer::~pipe_writer() = default;
pipe_writer::pipe_writer(owned_end end) noexcept : end_(std::move(end)) {}

pipe_writer pipe_writer::from_token(std::string_view token, std::error_code& ec) {
    return pipe_writer(detail::pipe_end::from_token(token, detail::pipe_end::role::writer, ec));
}

pipe_writer pipe_writer::from_token(std::string_view token) {
    std::error_code ec;
    auto result = from_token(token, ec);
    detail::throw_if_error(ec, operation::open_pipe, token);
    return result;
}

bool pipe_writer::write_until(std::span<const std::byte> data,
                              const deadline& until,
                              std::error_code& ec) {
    if (!check_open(end_, operation::write_pipe, ec)) {
        return false;
    }
    end_->write(data, until, ec);
    return !ec;
}

bool pipe_writer::write_until(std::span<const std::byte> data, const deadline& until) {
    std::error_code ec;
    const bool done = write_until(data, until, ec);
    throw_unless_timed_out(ec, operation::write_pipe);
    return done;
}

void pipe_writer::write(std::span<const std::byte> data, std::error_code& ec) {
    write_until(data, deadline::never(), ec);
}

void pipe_writer::write(std::span<const std::byte> data) {
    std::error_code ec;
    write(data, ec);
    throw_if_error(ec, operation::write_pipe);
}

inheritable_end pipe_writer::share_with_child(std::error_code& ec) const {
    return inheritable_end(duplicate_of(end_, ec));
}

inheritable_end pipe_writer::share_with_child() const {
    std::error_code ec;
    auto result = share_with_child(ec);
    throw_if_error(ec, operation::share_pipe);
    return result;
}

void pipe_writer::cancel() noexcept {
    if (end_) {
        end_->cancel();
    }
}

void pipe_writer::close() noexcept {
    end_.reset();
}

// --- both

anonymous_pipe make_anonymous_pipe(std::size_t buffer_size, std::error_code& ec) {
    auto [reader, writer] = detail::pipe_end::create(buffer_size, ec);
    return {.reader = pipe_reader(std::move(reader)), .writer = pipe_writer(std::move(writer))};
}

anonymous_pipe make_anonymous_pipe(std::size_t buffer_size) {
    std::error_code ec;
    auto result = make_anonymous_pipe(buffer_size, ec);
    throw_if_error(ec, operation::create_pipe);
    return result;
}

} // namespace isthmus
