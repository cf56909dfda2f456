#include "security.hpp"

#include <windows.h>
#include <sddl.h>

#include <cstddef>
#include <memory>

namespace isthmus::win32 {

namespace {

/// What others may do with a pipe: FILE_GENERIC_READ and FILE_GENERIC_WRITE without
/// FILE_APPEND_DATA, which for pipes is FILE_CREATE_PIPE_INSTANCE: who has it may pose as the
/// server. (So GENERIC_WRITE is refused to them; channel::connect asks for the rights that it
/// needs.)
constexpr wchar_t others_rights[] = L"0x12019b";
// NOLINTNEXTLINE(misc-redundant-expression): the two have rights in common
static_assert(((FILE_GENERIC_READ | FILE_GENERIC_WRITE) & ~FILE_APPEND_DATA) == 0x12019b);

std::wstring text_of(PSID sid) {
    local_memory<wchar_t> text;
    return ConvertSidToStringSidW(sid, text.out()) != 0 ? text.get() : L"";
}

/// TokenUser, TokenPrimaryGroup; empty on failure.
std::unique_ptr<std::byte[]> token_information(HANDLE token, TOKEN_INFORMATION_CLASS what) {
    DWORD size = 0;
    GetTokenInformation(token, what, nullptr, 0, &size);
    if (GetLastError() != ERROR_INSUFFICIENT_BUFFER) {
        return nullptr;
    }
    auto data = std::make_unique<std::byte[]>(size);
    return GetTokenInformation(token, what, data.get(), size, &size) != 0 ? std::move(data)
                                                                          : nullptr;
}

std::wstring primary_group_of(HANDLE token) {
    const auto data = token_information(token, TokenPrimaryGroup);
    return data ? text_of(reinterpret_cast<const TOKEN_PRIMARY_GROUP*>(data.get())->PrimaryGroup)
                : L"";
}

/// The token that the calling thread acts under, which may be impersonating somebody.
handle effective_token() {
    handle token;
    if (OpenThreadToken(GetCurrentThread(), TOKEN_QUERY, TRUE, token.out()) == 0) {
        OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, token.out());
    }
    return token;
}

} // namespace

std::wstring user_of(HANDLE token) {
    const auto data = token_information(token, TokenUser);
    return data ? text_of(reinterpret_cast<const TOKEN_USER*>(data.get())->User.Sid) : L"";
}

std::wstring user_of_process(DWORD process_id) {
    const handle process(OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, FALSE, process_id));
    handle token;
    if (!process || OpenProcessToken(process.get(), TOKEN_QUERY, token.out()) == 0) {
        return {};
    }
    return user_of(token.get());
}

bool security::build(access who, security& result) {
    const handle token = effective_token();
    if (!token) {
        return false;
    }
    const std::wstring user = user_of(token.get());
    if (user.empty()) {
        return false;
    }
    // Owned by the user, not by the token's default owner: for an administrator that is the whole
    // Administrators group. Protected, so that nothing is inherited.
    std::wstring text = L"O:" + user + L"D:P(A;;FA;;;" + user + L")";
    if (who == access::group) {
        const std::wstring group = primary_group_of(token.get());
        if (group.empty()) {
            return false;
        }
        text += std::wstring(L"(A;;") + others_rights + L";;;" + group + L")";
    } else if (who == access::everyone) {
        text += std::wstring(L"(A;;") + others_rights + L";;;WD)";
    }
    if (ConvertStringSecurityDescriptorToSecurityDescriptorW(
            text.c_str(), SDDL_REVISION_1, result.descriptor_.out(), nullptr) == 0) {
        return false;
    }
    result.attributes_.lpSecurityDescriptor = result.descriptor_.get();
    return true;
}

} // namespace isthmus::win32
