#pragma once

#include "object.hpp"

#include <isthmus/access.hpp>
#include <isthmus/region.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

/// \file
/// The inner interface of the back ends for shared regions: one handle, and one mapped view. The
/// portable half is src/region.cpp; src/win32/region_object.cpp and src/posix/region_object.cpp
/// implement it. Every call sets or clears `ec`; nothing here throws but std::bad_alloc.

namespace isthmus::detail {

/// A mapped view; unmaps when destroyed.
class mapped_view {
public:
    /// `base` to `base + mapped`: what the system mapped; `bytes`: what was asked for of it;
    /// `backing`: what flushing needs beside that, if anything (Windows: the file).
    mapped_view(std::byte* base,
                std::size_t mapped,
                std::span<std::byte> bytes,
                view_mode mode,
                std::shared_ptr<void> backing = nullptr)
        : base_(base), mapped_(mapped), bytes_(bytes), mode_(mode), backing_(std::move(backing)) {}
    mapped_view(const mapped_view&) = delete;
    mapped_view& operator=(const mapped_view&) = delete;
    ~mapped_view();

    std::span<std::byte> bytes() const noexcept { return bytes_; }
    view_mode mode() const noexcept { return mode_; }
    void flush(std::error_code& ec) const;

private:
    std::byte* const base_;
    const std::size_t mapped_;
    const std::span<std::byte> bytes_;
    const view_mode mode_;
    const std::shared_ptr<void> backing_;
};

class region_object {
public:
    /// `name` null: unnamed. `size` is not looked at when it only opens. Sets `created`.
    static std::unique_ptr<region_object> make(const object_name* name,
                                               creation how,
                                               std::uint64_t size,
                                               const region_options& options,
                                               rights wanted,
                                               bool& created,
                                               std::error_code& ec);
    static std::unique_ptr<region_object> from_file(std::string_view path,
                                                    std::uint64_t size,
                                                    rights wanted,
                                                    std::error_code& ec);
    static std::unique_ptr<region_object> from_token(std::string_view token, std::error_code& ec);

    region_object(const region_object&) = delete;
    region_object& operator=(const region_object&) = delete;
    ~region_object();

    /// Checked: within the size, length not 0, writable if `read_write` is asked for.
    std::unique_ptr<mapped_view> map(view_mode mode,
                                     std::uint64_t offset,
                                     std::size_t length,
                                     std::error_code& ec) const;

    std::unique_ptr<inheritable_handle> share(std::error_code& ec) const;

    std::uint64_t size() const noexcept { return size_; }
    bool writable() const noexcept { return writable_; }
    /// As the caller gave it, for texts: a name or a path; empty if unnamed.
    const std::string& name() const noexcept { return name_; }

    struct impl;

private:
    region_object(std::uint64_t size, bool writable, std::string name, std::unique_ptr<impl> state);

    const std::uint64_t size_;
    const bool writable_;
    const std::string name_;
    const std::unique_ptr<impl> impl_;
};

} // namespace isthmus::detail
