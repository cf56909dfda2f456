#include "channel_testing.hpp"
#include "win32/plain_win32.hpp"

#include <isthmus/anonymous_pipe.hpp>

#include <windows.h>
#include <aclapi.h>
#include <sddl.h>

#include <map>
#include <memory>

/// \file
/// Who may open what: the security descriptors that pipes really carry.

namespace isthmus::test {
namespace {

std::string text_of(PSID sid) {
    LPSTR text = nullptr;
    plain::check(ConvertSidToStringSidA(sid, &text), "ConvertSidToStringSid");
    std::string result = text;
    LocalFree(text);
    return result;
}

template <class Information>
std::string own(TOKEN_INFORMATION_CLASS what, PSID (*sid)(const Information&)) {
    HANDLE token = nullptr;
    plain::check(OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &token), "OpenProcessToken");
    const plain::file closing(token, "OpenProcessToken");
    alignas(Information) std::byte data[512];
    DWORD size = 0;
    plain::check(GetTokenInformation(token, what, data, sizeof data, &size), "GetTokenInformation");
    return text_of(sid(*reinterpret_cast<const Information*>(data)));
}

std::string own_user() {
    return own<TOKEN_USER>(TokenUser, [](const TOKEN_USER& user) { return user.User.Sid; });
}

std::string own_group() {
    return own<TOKEN_PRIMARY_GROUP>(
        TokenPrimaryGroup, [](const TOKEN_PRIMARY_GROUP& group) { return group.PrimaryGroup; });
}

HANDLE handle_of(const inheritable_end& end) {
    const auto number = static_cast<std::uintptr_t>(std::stoull(end.token()));
    // NOLINTNEXTLINE(performance-no-int-to-ptr): what a child does with its token
    return reinterpret_cast<HANDLE>(number);
}

constexpr char everyone[] = "S-1-1-0";

struct descriptor {
    std::string owner;
    bool is_protected = false;
    /// By user or group; only what is allowed, for we never deny.
    std::map<std::string, ACCESS_MASK> allowed;
    bool denies = false;
};

descriptor descriptor_of(HANDLE object) {
    PSID owner = nullptr;
    PACL acl = nullptr;
    PSECURITY_DESCRIPTOR raw = nullptr;
    const DWORD code = GetSecurityInfo(object, SE_KERNEL_OBJECT,
                                       OWNER_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION,
                                       &owner, nullptr, &acl, nullptr, &raw);
    if (code != ERROR_SUCCESS || acl == nullptr) {
        throw std::runtime_error("GetSecurityInfo: " + std::to_string(code));
    }
    const std::unique_ptr<void, decltype(&LocalFree)> freeing(raw, &LocalFree);
    descriptor result;
    result.owner = text_of(owner);
    SECURITY_DESCRIPTOR_CONTROL control = 0;
    DWORD revision = 0;
    plain::check(GetSecurityDescriptorControl(raw, &control, &revision),
                 "GetSecurityDescriptorControl");
    result.is_protected = (control & SE_DACL_PROTECTED) != 0;
    for (DWORD i = 0; i < acl->AceCount; ++i) {
        void* entry = nullptr;
        plain::check(GetAce(acl, i, &entry), "GetAce");
        auto& allowed = *static_cast<ACCESS_ALLOWED_ACE*>(entry);
        if (allowed.Header.AceType != ACCESS_ALLOWED_ACE_TYPE) {
            result.denies = true;
            continue;
        }
        result.allowed[text_of(&allowed.SidStart)] |= allowed.Mask;
    }
    return result;
}

descriptor descriptor_of_channel(access who) {
    const auto listener = channel_listener::create(unique_name("access"), {.who = who});
    const auto client = plain::open(listener.name(), false, READ_CONTROL);
    return descriptor_of(client.get());
}

/// What a client must be given to read, write and read in messages, and to ask about the pipe.
constexpr ACCESS_MASK needed = FILE_READ_DATA | FILE_WRITE_DATA | FILE_READ_ATTRIBUTES |
                               FILE_WRITE_ATTRIBUTES | READ_CONTROL | SYNCHRONIZE;
/// What nobody else must have: creating instances (the same bit as appending), taking it over.
constexpr ACCESS_MASK forbidden = FILE_CREATE_PIPE_INSTANCE | WRITE_DAC | WRITE_OWNER | DELETE;

TEST(Win32Access, OwnerIsForTheUserAlone) {
    const auto found = descriptor_of_channel(access::owner);
    EXPECT_EQ(found.owner, own_user());
    EXPECT_TRUE(found.is_protected);
    EXPECT_FALSE(found.denies);
    ASSERT_EQ(found.allowed.size(), 1U);
    EXPECT_EQ(found.allowed.at(own_user()), static_cast<ACCESS_MASK>(FILE_ALL_ACCESS));
}

TEST(Win32Access, GroupIsForTheUsersPrimaryGroupToo) {
    if (own_group() == own_user()) {
        GTEST_SKIP() << "the user is his own primary group";
    }
    const auto found = descriptor_of_channel(access::group);
    EXPECT_EQ(found.owner, own_user());
    EXPECT_TRUE(found.is_protected);
    EXPECT_FALSE(found.denies);
    ASSERT_EQ(found.allowed.size(), 2U);
    EXPECT_EQ(found.allowed.at(own_user()), static_cast<ACCESS_MASK>(FILE_ALL_ACCESS));
    EXPECT_EQ(found.allowed.at(own_group()) & needed, needed);
    EXPECT_EQ(found.allowed.at(own_group()) & forbidden, 0U);
}

TEST(Win32Access, EveryoneMayUseItAndNotServeIt) {
    const auto found = descriptor_of_channel(access::everyone);
    EXPECT_EQ(found.owner, own_user());
    EXPECT_TRUE(found.is_protected);
    EXPECT_FALSE(found.denies);
    ASSERT_EQ(found.allowed.size(), 2U);
    EXPECT_EQ(found.allowed.at(own_user()), static_cast<ACCESS_MASK>(FILE_ALL_ACCESS));
    EXPECT_EQ(found.allowed.at(everyone) & needed, needed);
    EXPECT_EQ(found.allowed.at(everyone) & forbidden, 0U);
    // A plain program that asks for GENERIC_READ gets it.
    EXPECT_EQ(found.allowed.at(everyone) & FILE_GENERIC_READ,
              static_cast<ACCESS_MASK>(FILE_GENERIC_READ));
}

TEST(Win32Access, AnAnonymousPipeIsForTheUserAlone) {
    const auto [reader, writer] = make_anonymous_pipe();
    const auto shared = reader.share_with_child();
    auto* const handle = handle_of(shared);
    const auto found = descriptor_of(handle);
    EXPECT_EQ(found.owner, own_user());
    ASSERT_EQ(found.allowed.size(), 1U);
    EXPECT_TRUE(found.allowed.contains(own_user()));
}

TEST(Win32Access, TheHandleForAChildIsInheritable) {
    const auto [reader, writer] = make_anonymous_pipe();
    const auto shared = writer.share_with_child();
    auto* const handle = handle_of(shared);
    DWORD flags = 0;
    plain::check(GetHandleInformation(handle, &flags), "GetHandleInformation");
    EXPECT_EQ(flags & HANDLE_FLAG_INHERIT, static_cast<DWORD>(HANDLE_FLAG_INHERIT));
    EXPECT_EQ(GetFileType(handle), static_cast<DWORD>(FILE_TYPE_PIPE));
}

TEST(Win32Access, RemoteClientsAreRefused) {
    const auto listener =
        channel_listener::create(unique_name("access"), {.who = access::everyone});
    // By way of the network, even if it is only this machine's own.
    const std::string path = R"(\\127.0.0.1\pipe\)" + listener.name();
    HANDLE client = CreateFileA(path.c_str(), GENERIC_READ, 0, nullptr, OPEN_EXISTING, 0, nullptr);
    EXPECT_EQ(client, INVALID_HANDLE_VALUE);
    if (client != INVALID_HANDLE_VALUE) {
        CloseHandle(client);
    }
}

TEST(Win32Access, AServerCanIdentifyAClientAndNotActAsIt) {
    if (under_wine()) {
        GTEST_SKIP() << "Wine does not keep the client's security quality of service";
    }
    const auto name = unique_name("access");
    const auto server = plain::create(name, false);
    auto client = channel::connect(name);
    client.write(bytes("x"));
    EXPECT_EQ(text(plain::read(server).data), "x");
    plain::check(ImpersonateNamedPipeClient(server.get()), "ImpersonateNamedPipeClient");
    HANDLE raw = nullptr;
    const BOOL opened = OpenThreadToken(GetCurrentThread(), TOKEN_QUERY, TRUE, &raw);
    RevertToSelf();
    ASSERT_NE(opened, 0);
    const plain::file token(raw, "OpenThreadToken");
    auto level = SecurityAnonymous;
    DWORD size = 0;
    plain::check(
        GetTokenInformation(token.get(), TokenImpersonationLevel, &level, sizeof level, &size),
        "GetTokenInformation");
    EXPECT_EQ(level, SecurityIdentification);
}

TEST(Win32Access, ThePeersUserIsASid) {
    auto [listener, server, client] = make_connection();
    EXPECT_EQ(server.peer().user, own_user());
    EXPECT_EQ(client.peer().user, own_user());
    EXPECT_EQ(server.peer().process_id, GetCurrentProcessId());
    // Asking did not leave this thread acting as somebody else.
    HANDLE token = nullptr;
    EXPECT_EQ(OpenThreadToken(GetCurrentThread(), TOKEN_QUERY, TRUE, &token), 0);
    EXPECT_EQ(GetLastError(), static_cast<DWORD>(ERROR_NO_TOKEN));
}

} // namespace
} // namespace isthmus::test
