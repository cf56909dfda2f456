/* Security descriptors: initialised, with a DACL of NULL, and none. */

#include "trace.h"

static void descriptors(void) {
    SECURITY_DESCRIPTOR descriptor;
    trace_note("descriptors");
    memset(&descriptor, 0xFF, sizeof descriptor);
    FAILS(InitializeSecurityDescriptor(&descriptor, 0), ERROR_UNKNOWN_REVISION);
    FAILS(InitializeSecurityDescriptor(&descriptor, 2), ERROR_UNKNOWN_REVISION);
    SUCCEEDS_WITH(InitializeSecurityDescriptor(&descriptor, SECURITY_DESCRIPTOR_REVISION), UNTOUCHED);
    GIVES(descriptor.Revision, 1);
    GIVES(descriptor.Control, 0);
    HOLDS(descriptor.Owner == NULL && descriptor.Group == NULL);
    HOLDS(descriptor.Dacl == NULL && descriptor.Sacl == NULL);
    HOLDS(SECURITY_DESCRIPTOR_MIN_LENGTH == sizeof descriptor);
    SUCCEEDS_WITH(IsValidSecurityDescriptor(&descriptor), UNTOUCHED);
    SUCCEEDS_WITH(SetSecurityDescriptorDacl(&descriptor, TRUE, NULL, FALSE), UNTOUCHED);
    GIVES(descriptor.Control, SE_DACL_PRESENT);
    HOLDS(descriptor.Dacl == NULL);
    SUCCEEDS(SetSecurityDescriptorDacl(&descriptor, TRUE, NULL, TRUE));
    GIVES(descriptor.Control, SE_DACL_PRESENT | SE_DACL_DEFAULTED);
    SUCCEEDS(SetSecurityDescriptorDacl(&descriptor, FALSE, NULL, FALSE));
    GIVES(descriptor.Control & SE_DACL_PRESENT, 0);
    SUCCEEDS(IsValidSecurityDescriptor(&descriptor));
    descriptor.Revision = 7;
    FAILS(SetSecurityDescriptorDacl(&descriptor, TRUE, NULL, FALSE), ERROR_UNKNOWN_REVISION);
    BEGIN_GAP("Wine leaves the last error alone") {
        FAILS(IsValidSecurityDescriptor(&descriptor), ERROR_INVALID_SECURITY_DESCR);
    }
    END_GAP
    BEGIN_GAP("Windows offers access-control lists") {
        ACL list;
        memset(&list, 0, sizeof list);
        InitializeSecurityDescriptor(&descriptor, SECURITY_DESCRIPTOR_REVISION);
        FAILS(SetSecurityDescriptorDacl(&descriptor, TRUE, &list, FALSE), ERROR_CALL_NOT_IMPLEMENTED);
        GIVES(descriptor.Control, 0);
    }
    END_GAP
}

static void attributes(void) {
    SECURITY_DESCRIPTOR descriptor;
    SECURITY_ATTRIBUTES everyone;
    HANDLE object;
    DWORD flags = 0;
    trace_note("attributes");
    SUCCEEDS(InitializeSecurityDescriptor(&descriptor, SECURITY_DESCRIPTOR_REVISION));
    SUCCEEDS(SetSecurityDescriptorDacl(&descriptor, TRUE, NULL, FALSE));
    everyone.nLength = sizeof everyone;
    everyone.lpSecurityDescriptor = &descriptor;
    everyone.bInheritHandle = TRUE;
    OPENS_WITH(object,
               CreateFileMapping(INVALID_HANDLE_VALUE, &everyone, PAGE_READWRITE, 0, 100,
                                 object_name(TEXT("everyone"))),
               ERROR_SUCCESS);
    SUCCEEDS(GetHandleInformation(object, &flags));
    GIVES(flags, HANDLE_FLAG_INHERIT);
    SUCCEEDS(CloseHandle(object));
    OPENS(object, CreateMailslot(mailslot_name(TEXT("everyone")), 0, 0, &everyone));
    BEGIN_GAP("Under Wine nobody inherits a mailslot") {
        SUCCEEDS(GetHandleInformation(object, &flags));
        GIVES(flags, HANDLE_FLAG_INHERIT);
    }
    END_GAP
    SUCCEEDS(CloseHandle(object));
    OPENS(object, CreateEvent(&everyone, FALSE, FALSE, object_name(TEXT("everyone"))));
    SUCCEEDS(CloseHandle(object));
    everyone.lpSecurityDescriptor = NULL;
    everyone.bInheritHandle = FALSE;
    OPENS(object, CreateEvent(&everyone, FALSE, FALSE, object_name(TEXT("everyone"))));
    SUCCEEDS(GetHandleInformation(object, &flags));
    GIVES(flags, 0);
    SUCCEEDS(CloseHandle(object));
}

int main(void) {
    descriptors();
    attributes();
    return trace_end();
}
