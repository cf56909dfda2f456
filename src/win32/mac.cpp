#include "net/mac.hpp"

#include <windows.h>
#include <bcrypt.h>

#include <limits>

namespace isthmus::net {

namespace {

bool fits(std::size_t size) noexcept {
    return size <= std::numeric_limits<ULONG>::max();
}

/// BCryptCreateHash takes pointers to what it only reads.
PUCHAR bytes_of(std::span<const std::byte> data) noexcept {
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-const-cast)
    return reinterpret_cast<PUCHAR>(const_cast<std::byte*>(data.data()));
}

struct provider {
    provider() noexcept {
        if (BCryptOpenAlgorithmProvider(&handle, BCRYPT_SHA256_ALGORITHM, nullptr,
                                        BCRYPT_ALG_HANDLE_HMAC_FLAG) < 0)
            handle = nullptr;
    }
    BCRYPT_ALG_HANDLE handle = nullptr; // kept to the end of the process: opening takes long
};

} // namespace

bool mac_is_available() noexcept {
    return true;
}

bool make_mac(std::span<const std::byte> key,
              std::span<const std::byte> data,
              mac_code& code) noexcept {
    static const provider hmac;
    BCRYPT_HASH_HANDLE hash = nullptr;
    if (hmac.handle == nullptr || !fits(key.size()) || !fits(data.size()) ||
        BCryptCreateHash(hmac.handle, &hash, nullptr, 0, bytes_of(key),
                         static_cast<ULONG>(key.size()), 0) < 0)
        return false;
    const bool done =
        BCryptHashData(hash, bytes_of(data), static_cast<ULONG>(data.size()), 0) >= 0 &&
        BCryptFinishHash(hash, reinterpret_cast<PUCHAR>(code.data()),
                         static_cast<ULONG>(code.size()), 0) >= 0;
    BCryptDestroyHash(hash);
    return done;
}

} // namespace isthmus::net
