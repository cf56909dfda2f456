#include "region_object.hpp"

#include "handle.hpp"
#include "inheritable_handle.hpp"
#include "logging.hpp"
#include "native.hpp"
#include "native_error.hpp"
#include "region_size.hpp"
#include "security.hpp"
#include "utf8.hpp"
#include "wide.hpp"

#include <windows.h>

#include <limits>
#include <utility>

/// \file
/// Regions by CreateFileMapping: named sections.

namespace isthmus::detail {

namespace {

constexpr DWORD high_part(std::uint64_t value) noexcept {
    return static_cast<DWORD>(value >> 32U);
}

constexpr DWORD low_part(std::uint64_t value) noexcept {
    return static_cast<DWORD>(value & 0xFFFFFFFFU);
}

/// What it takes to map a section, and to learn its size.
constexpr ACCESS_MASK map_rights(bool writable) noexcept {
    return SECTION_MAP_READ | (writable ? ACCESS_MASK{SECTION_MAP_WRITE} : 0U);
}
constexpr ACCESS_MASK size_rights = SECTION_QUERY | READ_CONTROL;

win32::object_rights allowed_rights(rights others) noexcept {
    return {.owner = SECTION_ALL_ACCESS,
            .others = size_rights | map_rights(others != rights::read_only)};
}

/// A handle of a section; `code` says why there is none.
struct opened_section {
    win32::handle handle;
    bool created = false;
    bool large_pages = false;
    DWORD code = ERROR_SUCCESS;
};

opened_section open_section(const std::wstring& name, bool writable) {
    opened_section result;
    result.handle =
        win32::handle(OpenFileMappingW(map_rights(writable) | size_rights, FALSE, name.c_str()));
    if (!result.handle && GetLastError() == ERROR_ACCESS_DENIED) {
        // Its creator, a program without this library, may allow to map it and nothing else.
        result.handle = win32::handle(OpenFileMappingW(map_rights(writable), FALSE, name.c_str()));
    }
    result.code = result.handle ? ERROR_SUCCESS : GetLastError();
    return result;
}

opened_section create_mapping(const std::wstring& name,
                              std::uint64_t size,
                              SECURITY_ATTRIBUTES* attributes,
                              DWORD options) {
    opened_section result;
    SetLastError(ERROR_SUCCESS);
    result.handle = win32::handle(
        CreateFileMappingW(INVALID_HANDLE_VALUE, attributes, PAGE_READWRITE | SEC_COMMIT | options,
                           high_part(size), low_part(size), name.empty() ? nullptr : name.c_str()));
    result.code = GetLastError();
    if (result.handle) {
        result.created = result.code != ERROR_ALREADY_EXISTS;
        result.large_pages = (options & SEC_LARGE_PAGES) != 0;
        result.code = ERROR_SUCCESS;
    }
    return result;
}

opened_section create_section(const std::wstring& name,
                              std::uint64_t size,
                              const region_options& options) {
    win32::security security;
    if (!win32::security::build(options.who, allowed_rights(options.others), security,
                                win32::size_remark(size))) {
        opened_section failed;
        failed.code = GetLastError();
        return failed;
    }
    if (options.huge_pages) {
        const std::uint64_t large = GetLargePageMinimum();
        DWORD code = ERROR_NOT_SUPPORTED;
        if (large != 0) {
            auto result = create_mapping(name, win32::round_up(size, large), security.attributes(),
                                         SEC_LARGE_PAGES);
            if (result.handle) {
                return result;
            }
            code = result.code;
        }
        // Most often the user lacks the right to lock pages in memory.
        log(spdlog::level::warn, "create region: no huge pages (Win32 error {}), using others",
            code);
    }
    return create_mapping(name, size, security.attributes(), 0);
}

opened_section open_or_create_section(const std::wstring& name,
                                      std::uint64_t size,
                                      const region_options& options,
                                      bool writable) {
    constexpr int most_tries = 4;
    for (int tries = 1;; ++tries) {
        auto found = open_section(name, writable);
        if (found.code != ERROR_FILE_NOT_FOUND) {
            return found;
        }
        // Of a section that exists CreateFileMapping wants more rights than we need, and fails if
        // another user has made one in between.
        found = create_section(name, size, options);
        if (found.code != ERROR_ACCESS_DENIED || tries == most_tries) {
            return found;
        }
    }
}

opened_section make_section(const std::wstring& name,
                            creation how,
                            std::uint64_t size,
                            const region_options& options,
                            bool writable) {
    switch (how) {
    case creation::open:
        return open_section(name, writable);
    case creation::open_or_create:
        return open_or_create_section(name, size, options, writable);
    default:
        break;
    }
    auto made = create_section(name, size, options);
    if (made.handle && !made.created) {
        made.handle.reset();
        made.code = ERROR_ALREADY_EXISTS;
    }
    return made;
}

/// 0 if it cannot be found out, and the last error says why.
std::uint64_t size_of(HANDLE section) {
    const auto pages = win32::size_in_pages(section);
    return pages == 0 ? 0 : win32::remarked_size(section, pages).value_or(pages);
}

DWORD view_access(view_mode mode) noexcept {
    switch (mode) {
    case view_mode::read_write:
        return FILE_MAP_READ | FILE_MAP_WRITE;
    case view_mode::copy_on_write:
        return FILE_MAP_COPY;
    default:
        return FILE_MAP_READ;
    }
}

} // namespace

struct region_object::impl {
    win32::handle section;
    /// Only for FlushFileBuffers, which views do; so they share it.
    std::shared_ptr<win32::handle> file;
    bool large_pages = false;
};

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
    ec.clear();
    const bool writable = wanted != rights::read_only;
    const auto what = how == creation::open ? operation::open_region : operation::create_region;
    std::wstring wide;
    std::string shown;
    if (name != nullptr) {
        wide = win32::to_wide(name->text());
        shown = name->where() == object_name::scope::local ? name->name() : name->text();
    }
    auto made = make_section(wide, how, size, options, writable);
    created = made.created;
    if (made.handle && !made.created) {
        size = size_of(made.handle.get());
        made.code = size == 0 ? GetLastError() : ERROR_SUCCESS;
    }
    if (made.code != ERROR_SUCCESS) {
        ec = win32_error(what, made.code);
        return nullptr;
    }
    auto state = std::make_unique<impl>();
    state->section = std::move(made.handle);
    state->large_pages = made.created && made.large_pages;
    return std::unique_ptr<region_object>(
        new region_object(size, writable, std::move(shown), std::move(state)));
}

std::unique_ptr<region_object> region_object::from_file(std::string_view path,
                                                        std::uint64_t size,
                                                        rights wanted,
                                                        std::error_code& ec) {
    ec.clear();
    const auto fail = [&ec](DWORD code) {
        ec = win32_error(operation::open_region, code);
        return nullptr;
    };
    if (!is_utf8(path)) {
        return fail(ERROR_INVALID_NAME);
    }
    const bool writable = wanted != rights::read_only;
    auto state = std::make_unique<impl>();
    state->file = std::make_shared<win32::handle>(
        CreateFileW(win32::to_wide(path).c_str(), GENERIC_READ | (writable ? GENERIC_WRITE : 0U),
                    FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, nullptr, OPEN_EXISTING,
                    FILE_ATTRIBUTE_NORMAL, nullptr));
    LARGE_INTEGER present = {};
    if (!*state->file || GetFileSizeEx(state->file->get(), &present) == 0) {
        return fail(GetLastError());
    }
    const auto file_size = static_cast<std::uint64_t>(present.QuadPart);
    if (size == 0) {
        size = file_size;
    }
    if (size == 0) {
        return fail(ERROR_INVALID_PARAMETER);
    }
    if (size > file_size && !writable) {
        return fail(ERROR_ACCESS_DENIED);
    }
    // Without a name nobody can open it; but whoever inherits it learns its size.
    win32::security security;
    if (!win32::security::build(access::owner, allowed_rights(rights::read_write), security,
                                win32::size_remark(size))) {
        return fail(GetLastError());
    }
    state->section = win32::handle(CreateFileMappingW(state->file->get(), security.attributes(),
                                                      writable ? PAGE_READWRITE : PAGE_READONLY,
                                                      high_part(size), low_part(size), nullptr));
    if (!state->section) {
        return fail(GetLastError());
    }
    return std::unique_ptr<region_object>(
        new region_object(size, writable, std::string(path), std::move(state)));
}

std::unique_ptr<region_object> region_object::from_token(std::string_view token,
                                                         std::error_code& ec) {
    const auto inherited = win32::handle_of_token(token, operation::inherit_region, ec);
    if (!inherited) {
        return nullptr;
    }
    const auto granted = win32::granted_access(*inherited);
    if (win32::object_type(*inherited) != L"Section" || (granted & SECTION_MAP_READ) == 0) {
        ec = win32_error(operation::inherit_region, ERROR_INVALID_HANDLE);
        return nullptr;
    }
    const auto size = size_of(*inherited);
    if (size == 0) {
        ec = win32_error(operation::inherit_region, GetLastError());
        return nullptr;
    }
    auto state = std::make_unique<impl>();
    state->section = win32::take_over(*inherited);
    return std::unique_ptr<region_object>(new region_object(
        size, (granted & SECTION_MAP_WRITE) != 0, std::string(), std::move(state)));
}

std::unique_ptr<mapped_view> region_object::map(view_mode mode,
                                                std::uint64_t offset,
                                                std::size_t length,
                                                std::error_code& ec) const {
    ec.clear();
    DWORD access = view_access(mode);
    std::uint64_t unit = win32::view_granularity();
    std::uint64_t end = offset + length;
    if (impl_->large_pages) {
        // Otherwise newer systems map the same memory by small pages. Copies have those anyway.
        unit = GetLargePageMinimum();
        end = win32::round_up(end, unit);
        access |= mode == view_mode::copy_on_write ? 0 : FILE_MAP_LARGE_PAGES;
    }
    const std::uint64_t begin = offset / unit * unit;
    if (end - begin > std::numeric_limits<std::size_t>::max()) {
        ec = win32_error(operation::map_region, ERROR_NOT_ENOUGH_MEMORY);
        return nullptr;
    }
    const auto mapped = static_cast<std::size_t>(end - begin);
    void* const base =
        MapViewOfFile(impl_->section.get(), access, high_part(begin), low_part(begin), mapped);
    if (base == nullptr) {
        ec = win32_error(operation::map_region, GetLastError());
        return nullptr;
    }
    auto* const first = static_cast<std::byte*>(base);
    return std::make_unique<mapped_view>(
        first, mapped, std::span(first + static_cast<std::size_t>(offset - begin), length), mode,
        impl_->file);
}

std::unique_ptr<inheritable_handle> region_object::share(std::error_code& ec) const {
    return win32::share(impl_->section.get(), operation::share_region, ec);
}

// --- mapped_view

mapped_view::~mapped_view() {
    UnmapViewOfFile(base_);
}

void mapped_view::flush(std::error_code& ec) const {
    ec.clear();
    if (mode_ != view_mode::read_write) {
        return; // there is nothing that could be written
    }
    // The first hands the pages to the file system, the second has them written.
    const auto* const file = static_cast<const win32::handle*>(backing_.get());
    if (FlushViewOfFile(base_, mapped_) == 0 ||
        (file != nullptr && FlushFileBuffers(file->get()) == 0)) {
        ec = win32_error(operation::flush_region, GetLastError());
    }
}

} // namespace isthmus::detail
