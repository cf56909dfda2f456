#pragma once

#include <isthmus/deadline.hpp>

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

/// \file
/// The inner interface of the back ends for anonymous pipes.

namespace isthmus::detail {

/// One end of an anonymous pipe, or an inheritable duplicate of one.
class pipe_end {
public:
    enum class role { reader, writer };

    /// {reader, writer}
    static std::pair<std::unique_ptr<pipe_end>, std::unique_ptr<pipe_end>> create(
        std::size_t buffer_size, std::error_code& ec);
    static std::unique_ptr<pipe_end> from_token(std::string_view token,
                                                role expected,
                                                std::error_code& ec);

    pipe_end(const pipe_end&) = delete;
    pipe_end& operator=(const pipe_end&) = delete;
    ~pipe_end();

    /// 0 with a buffer that is not empty: the end. `timed_out`, `canceled`.
    std::size_t read(std::span<std::byte> buffer, const deadline& until, std::error_code& ec);
    /// All of it.
    void write(std::span<const std::byte> data, const deadline& until, std::error_code& ec);
    std::unique_ptr<pipe_end> duplicate_inheritable(std::error_code& ec) const;
    std::string token() const;
    void cancel() noexcept;

    struct impl;

private:
    explicit pipe_end(std::unique_ptr<impl> state) noexcept;

    std::unique_ptr<impl> impl_;
};

} // namespace isthmus::detail
