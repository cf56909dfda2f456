#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// \file
/// Standard input and output as the commands use them: at once, in pieces or in lines.

namespace isthmus::tool {

/// What there is on standard input, at most `limit` bytes; blocks while there is nothing. Empty at
/// its end.
std::vector<std::byte> read_input(std::size_t limit);

/// The next line of standard input without its end; none at the end of input.
std::optional<std::string> read_input_line();

/// Writes to standard output and flushes it. Throws if that fails.
void print(std::span<const std::byte> bytes);
void print_line(std::span<const std::byte> bytes);

/// A line on standard error, for people.
void note(std::string_view text);

inline std::span<const std::byte> bytes_of(std::string_view text) {
    return std::as_bytes(std::span(text));
}

} // namespace isthmus::tool
