#include "security.hpp"

#include "last_error.hpp"

#include <isthmus/winapi/securitybaseapi.h>

/// \file
/// Security descriptors, as far as they say what isthmus::access can.

using isthmus::winapi::fail;

namespace {

bool is_descriptor(const SECURITY_DESCRIPTOR* descriptor) noexcept {
    return descriptor != nullptr && descriptor->Revision == SECURITY_DESCRIPTOR_REVISION;
}

} // namespace

namespace isthmus::winapi {

access access_of(const SECURITY_ATTRIBUTES* attributes) noexcept {
    const auto* const descriptor =
        attributes != nullptr
            ? static_cast<const SECURITY_DESCRIPTOR*>(attributes->lpSecurityDescriptor)
            : nullptr;
    const bool everyone = is_descriptor(descriptor) &&
                          (descriptor->Control & SE_DACL_PRESENT) != 0 &&
                          descriptor->Dacl == nullptr;
    return everyone ? access::everyone : access::owner;
}

} // namespace isthmus::winapi

BOOL WINAPI InitializeSecurityDescriptor(PSECURITY_DESCRIPTOR pSecurityDescriptor,
                                         DWORD dwRevision) {
    if (dwRevision != SECURITY_DESCRIPTOR_REVISION) {
        return fail(ERROR_UNKNOWN_REVISION, FALSE);
    }
    if (pSecurityDescriptor == nullptr) {
        return fail(ERROR_NOACCESS, FALSE);
    }
    *static_cast<SECURITY_DESCRIPTOR*>(pSecurityDescriptor) = {.Revision =
                                                                   SECURITY_DESCRIPTOR_REVISION,
                                                               .Sbz1 = 0,
                                                               .Control = 0,
                                                               .Owner = nullptr,
                                                               .Group = nullptr,
                                                               .Sacl = nullptr,
                                                               .Dacl = nullptr};
    return TRUE;
}

BOOL WINAPI SetSecurityDescriptorDacl(PSECURITY_DESCRIPTOR pSecurityDescriptor,
                                      BOOL bDaclPresent,
                                      PACL pDacl,
                                      BOOL bDaclDefaulted) {
    auto* const descriptor = static_cast<SECURITY_DESCRIPTOR*>(pSecurityDescriptor);
    if (!is_descriptor(descriptor)) {
        return fail(ERROR_UNKNOWN_REVISION, FALSE);
    }
    if (bDaclPresent != FALSE && pDacl != nullptr) {
        return fail(ERROR_CALL_NOT_IMPLEMENTED, FALSE);
    }
    constexpr unsigned about_the_dacl = SE_DACL_PRESENT | SE_DACL_DEFAULTED;
    unsigned control = descriptor->Control & ~about_the_dacl;
    if (bDaclPresent != FALSE) {
        control |= SE_DACL_PRESENT;
        control |= bDaclDefaulted != FALSE ? SE_DACL_DEFAULTED : 0;
        descriptor->Dacl = nullptr;
    }
    descriptor->Control = static_cast<SECURITY_DESCRIPTOR_CONTROL>(control);
    return TRUE;
}

BOOL WINAPI IsValidSecurityDescriptor(PSECURITY_DESCRIPTOR pSecurityDescriptor) {
    return is_descriptor(static_cast<const SECURITY_DESCRIPTOR*>(pSecurityDescriptor))
               ? TRUE
               : fail(ERROR_INVALID_SECURITY_DESCR, FALSE);
}
