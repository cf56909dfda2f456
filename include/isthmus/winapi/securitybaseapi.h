#pragma once
#pragma GCC system_header

#include "minwindef.h"
#include "winnt.h"

/// \file
/// Security descriptors, as far as they say who may open an object: no attributes, or a descriptor
/// without a DACL, mean the user who makes it; a DACL that is NULL means everyone. Access-control
/// lists are not offered.
/// https://learn.microsoft.com/windows/win32/api/securitybaseapi/

ISTHMUS_BEGIN_C

WINBASEAPI BOOL WINAPI InitializeSecurityDescriptor(PSECURITY_DESCRIPTOR pSecurityDescriptor,
                                                    DWORD dwRevision);
/// A DACL that is not NULL: ERROR_CALL_NOT_IMPLEMENTED.
WINBASEAPI BOOL WINAPI SetSecurityDescriptorDacl(PSECURITY_DESCRIPTOR pSecurityDescriptor,
                                                 BOOL bDaclPresent,
                                                 PACL pDacl,
                                                 BOOL bDaclDefaulted);
WINBASEAPI BOOL WINAPI IsValidSecurityDescriptor(PSECURITY_DESCRIPTOR pSecurityDescriptor);

ISTHMUS_END_C
