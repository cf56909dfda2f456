#include "pipe_path.hpp"
#include "runtime_directory.hpp"

#include <isthmus/name.hpp>

#include <unistd.h>

#include <cstdint>
#include <string_view>

namespace isthmus {

namespace posix {

std::string encode_key(std::string_view key, letters capital) {
    constexpr std::size_t longest = 40;
    constexpr std::size_t kept = 23;
    constexpr std::string_view digits = "0123456789abcdef";
    std::string encoded;
    std::uint64_t hash = 0xcbf29ce484222325U; // FNV-1a: any language has it in three lines
    for (const char character : key) {
        const auto byte = static_cast<unsigned char>(character);
        hash = (hash ^ byte) * 0x100000001b3U;
        if (byte >= 'A' && byte <= 'Z' && capital == letters::folded) {
            encoded += static_cast<char>(byte - 'A' + 'a');
        } else if ((byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') || byte == '-' ||
                   byte == '_' || byte == '.') {
            encoded += character;
        } else {
            encoded += {'%', digits[byte >> 4U], digits[byte & 15U]};
        }
    }
    // `.` and `..` are no names, and hidden files are easily overlooked.
    if (encoded.starts_with('.'))
        encoded.replace(0, 1, "%2e");
    if (encoded.size() <= longest)
        return encoded;
    encoded.resize(kept);
    encoded += '~';
    for (int shift = 60; shift >= 0; shift -= 4)
        encoded += digits[(hash >> shift) & 15U];
    return encoded;
}

} // namespace posix

std::string channel_address::native_path() const {
    return posix::runtime_path(::geteuid(), posix::area::pipe) + '/' + posix::encode_key(key_) +
           "/socket";
}

} // namespace isthmus
