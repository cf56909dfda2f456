#include "net/mac.hpp"

// The build says which library it found (cmake/IsthmusDependencies.cmake).
#if defined(ISTHMUS_HAVE_OPENSSL)
#    include <openssl/evp.h>
#    include <openssl/hmac.h>
#elif defined(ISTHMUS_HAVE_COMMON_CRYPTO)
#    include <CommonCrypto/CommonHMAC.h>
#endif

#include <limits>

namespace isthmus::net {

#if defined(ISTHMUS_HAVE_OPENSSL)

bool mac_is_available() noexcept {
    return true;
}

bool make_mac(std::span<const std::byte> key,
              std::span<const std::byte> data,
              mac_code& code) noexcept {
    if (key.size() > static_cast<std::size_t>(std::numeric_limits<int>::max()))
        return false;
    unsigned size = 0;
    return ::HMAC(::EVP_sha256(), key.data(), static_cast<int>(key.size()),
                  reinterpret_cast<const unsigned char*>(data.data()), data.size(),
                  reinterpret_cast<unsigned char*>(code.data()), &size) != nullptr &&
           size == code.size();
}

#elif defined(ISTHMUS_HAVE_COMMON_CRYPTO)

bool mac_is_available() noexcept {
    return true;
}

bool make_mac(std::span<const std::byte> key,
              std::span<const std::byte> data,
              mac_code& code) noexcept {
    ::CCHmac(kCCHmacAlgSHA256, key.data(), key.size(), data.data(), data.size(), code.data());
    return true;
}

#else

bool mac_is_available() noexcept {
    return false;
}

bool make_mac(std::span<const std::byte> /*key*/,
              std::span<const std::byte> /*data*/,
              mac_code& /*code*/) noexcept {
    return false;
}

#endif

} // namespace isthmus::net
