#include "net/network_interface.hpp"
#include "wide.hpp"

#include <windows.h>

#include <array>
#include <string>

namespace isthmus::net {

namespace {

/// Of the installation. Machines that were copied share it, but not their names.
std::string machine_identity() {
    std::array<wchar_t, 64> text{};
    DWORD size = sizeof text;
    if (RegGetValueW(HKEY_LOCAL_MACHINE, L"SOFTWARE\\Microsoft\\Cryptography", L"MachineGuid",
                     RRF_RT_REG_SZ | RRF_SUBKEY_WOW6464KEY, nullptr, text.data(),
                     &size) != ERROR_SUCCESS)
        return {};
    return win32::to_utf8(text.data());
}

} // namespace

std::uint64_t host_tag() {
    static const std::uint64_t tag = hash_text(machine_identity() + ' ' + system_host_name());
    return tag;
}

std::uint64_t process_mark() noexcept {
    return 0; // there is no fork
}

} // namespace isthmus::net
