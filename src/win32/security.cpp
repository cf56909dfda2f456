#include "security.hpp"

#include <windows.h>
#include <sddl.h>

#include <cstddef>
#include <memory>
#include <string>

namespace isthmus::win32 {

namespace {

std::wstring allow(ACCESS_MASK what, const std::wstring& whom) {
    constexpr wchar_t digits[] = L"0123456789abcdef";
    std::wstring mask = L"0x";
    for (int shift = 28; shift >= 0; shift -= 4) {
        mask += digits[(what >> static_cast<unsigned>(shift)) & 15U];
    }
    return L"(A;;" + mask + L";;;" + whom + L")";
}

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

bool security::build(access who,
                     const object_rights& allowed,
                     security& result,
                     std::wstring_view remark) {
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
    std::wstring text = L"O:" + user + L"D:P" + allow(allowed.owner, user);
    if (who == access::group) {
        const std::wstring group = primary_group_of(token.get());
        if (group.empty()) {
            return false;
        }
        text += allow(allowed.others, group);
    } else if (who == access::everyone) {
        text += allow(allowed.others, L"WD");
    }
    text += remark;
    if (ConvertStringSecurityDescriptorToSecurityDescriptorW(
            text.c_str(), SDDL_REVISION_1, result.descriptor_.out(), nullptr) == 0) {
        return false;
    }
    result.attributes_.lpSecurityDescriptor = result.descriptor_.get();
    return true;
}

} // namespace isthmus::win32
