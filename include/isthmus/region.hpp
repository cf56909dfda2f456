#pragma once

#include <isthmus/access.hpp>
#include <isthmus/export.hpp>
#include <isthmus/wait.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <span>
#include <string_view>
#include <system_error>
#include <type_traits>

/// \file
/// Shared regions: Win32 file mappings on every OS.
/// https://learn.microsoft.com/windows/win32/memory/file-mapping

namespace isthmus {

namespace detail {
class region_object;
class mapped_view;
} // namespace detail

struct region_options {
    access who = access::owner;
    /// What others whom `who` admits may do: read, or read and write. (The creator's own user may
    /// always do both.)
    rights others = rights::read_write;
    /// Back it by huge pages, if the system has some to give; else by ordinary ones, with a line in
    /// the log.
    bool huge_pages = false;
};

/// What a view can be used for (FILE_MAP_*).
enum class view_mode {
    read_only,
    read_write,
    copy_on_write, ///< writable; what is written stays in this view and is never shared
};

/// A mapped part of a region (MapViewOfFile). Stays valid when the region's handle is closed. The
/// content is shared memory: whoever has it mapped may change it at any moment. Moving, closing and
/// destroying need exclusive use.
class ISTHMUS_EXPORT region_view {
public:
    /// Nothing mapped.
    region_view() noexcept;
    region_view(region_view&&) noexcept;
    region_view& operator=(region_view&&) noexcept;
    ~region_view();

    /// What was asked for, wherever pages begin. Writing through a read-only view is a memory
    /// fault, as on Windows.
    std::span<std::byte> bytes() const noexcept { return bytes_; }
    std::size_t size() const noexcept { return bytes_.size(); }
    view_mode mode() const noexcept { return mode_; }
    bool is_open() const noexcept { return view_ != nullptr; }

    /// The object that lies at `offset` bytes in the view: one that any bytes are a value of, and
    /// that means the same in every process (no pointers). Throws isthmus::error with
    /// `invalid_argument` if it does not lie within the view, or not as its alignment demands.
    template <class T>
    T& as(std::size_t offset = 0) const {
        static_assert(std::is_standard_layout_v<T> && std::is_trivially_destructible_v<T>,
                      "other processes see nothing but bytes");
        check(offset, sizeof(T), alignof(T));
        return *std::launder(reinterpret_cast<T*>(bytes_.data() + offset));
    }

    /// Writes changed pages of a file-backed region to the file, and waits until the system has
    /// taken them (FlushViewOfFile); for other regions there is nothing to do. Error: `io_error`.
    void flush() const;
    void flush(std::error_code& ec) const;

    /// Unmaps (UnmapViewOfFile).
    void close() noexcept;

private:
    friend class shared_region;
    explicit region_view(std::unique_ptr<detail::mapped_view> view) noexcept;
    void check(std::size_t offset, std::size_t size, std::size_t alignment) const;

    std::unique_ptr<detail::mapped_view> view_;
    std::span<std::byte> bytes_;
    view_mode mode_ = view_mode::read_only;
};

/// A named or unnamed piece of shared memory: a file mapping object. Zero-filled when created.
///
/// It lives as long as some process holds a handle of it; views keep the memory, not the name. All
/// of its memory is there from the beginning: a size that cannot be had is an error at creation,
/// never a fault later. Everything but moving, closing and destroying may be called from many
/// threads at once.
class ISTHMUS_EXPORT shared_region {
public:
    /// Not open.
    shared_region() noexcept;
    shared_region(shared_region&&) noexcept;
    shared_region& operator=(shared_region&&) noexcept;
    ~shared_region();

    /// Creates it under a name that must be free (CreateFileMapping,
    /// https://learn.microsoft.com/windows/win32/api/memoryapi/nf-memoryapi-createfilemappingw).
    /// Errors: `already_exists`, `wrong_kind`, `access_denied`, `invalid_argument` (size 0),
    /// `no_space`, `out_of_memory`, `invalid_name`, `name_too_long`.
    static shared_region create(std::string_view name,
                                std::uint64_t size,
                                const region_options& options = {});
    static shared_region create(std::string_view name,
                                std::uint64_t size,
                                const region_options& options,
                                std::error_code& ec);
    /// Opens an existing one, whatever its size (OpenFileMapping); `write_only` means both, as on
    /// Windows. Errors: `not_found`, `wrong_kind`, `access_denied`.
    static shared_region open(std::string_view name, rights wanted = rights::read_write);
    static shared_region open(std::string_view name, rights wanted, std::error_code& ec);
    /// Opens it, or creates it if there is none: Win32's CreateFileMapping. An existing one keeps
    /// its size.
    static opened<shared_region> open_or_create(std::string_view name,
                                                std::uint64_t size,
                                                const region_options& options = {});
    static opened<shared_region> open_or_create(std::string_view name,
                                                std::uint64_t size,
                                                const region_options& options,
                                                std::error_code& ec);
    /// Creates one without a name, for this process and for children that it is handed to.
    static shared_region create_unnamed(std::uint64_t size, const region_options& options = {});
    static shared_region create_unnamed(std::uint64_t size,
                                        const region_options& options,
                                        std::error_code& ec);
    /// The content of a file (UTF-8 path) as a region: what is written to it is written to the
    /// file. `size` 0 means the file's; a larger one makes the file grow (needs `read_write`).
    /// Everybody who maps the file shares it; it has no name of its own, and the file remains.
    /// Another program that truncates the file makes the views fault, as everywhere. Errors:
    /// `not_found`, `access_denied`, `invalid_argument` (an empty file), `no_space`.
    static shared_region from_file(std::string_view path,
                                   std::uint64_t size = 0,
                                   rights wanted = rights::read_write);
    static shared_region from_file(std::string_view path,
                                   std::uint64_t size,
                                   rights wanted,
                                   std::error_code& ec);
    /// In the child: takes over what the parent handed over. Errors: `invalid_handle` (no such
    /// handle, or not a region), `invalid_argument` (not a token).
    static shared_region from_token(std::string_view token);
    static shared_region from_token(std::string_view token, std::error_code& ec);

    /// Maps all of it, for what it was opened for.
    region_view map() const;
    region_view map(std::error_code& ec) const;
    /// Maps `length` bytes from `offset` on, whatever their alignment; length 0 means up to the
    /// end. Errors: `invalid_argument` (not within the region), `access_denied` (`read_write` on
    /// one opened read-only), `out_of_memory`.
    region_view map(view_mode mode, std::uint64_t offset = 0, std::size_t length = 0) const;
    region_view map(view_mode mode,
                    std::uint64_t offset,
                    std::size_t length,
                    std::error_code& ec) const;

    /// In bytes, as asked for by its creator, on every OS. (Of a mapping that a Windows program
    /// made without this library: rounded up to whole pages.)
    std::uint64_t size() const noexcept;
    bool is_open() const noexcept { return region_ != nullptr; }

    /// Makes an inheritable duplicate (DuplicateHandle).
    inheritable_object share_with_child() const;
    inheritable_object share_with_child(std::error_code& ec) const;

    /// Gives the handle up (CloseHandle); views remain.
    void close() noexcept;

private:
    explicit shared_region(std::unique_ptr<detail::region_object> region) noexcept;

    std::unique_ptr<detail::region_object> region_;
};

} // namespace isthmus
