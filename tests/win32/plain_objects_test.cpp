#include "sync_testing.hpp"
#include "win32/plain_win32.hpp"

#include <windows.h>
#include <aclapi.h>
#include <sddl.h>

#include <cstring>
#include <map>

/// \file
/// Mutexes, semaphores, events and regions against plain Win32 programs, in both directions; and
/// the security descriptors that they really carry.

namespace isthmus::test {
namespace {

using namespace std::chrono_literals;
using object = plain::file;

std::wstring wide(const std::string& name) {
    return {name.begin(), name.end()};
}

DWORD wait(const object& each, DWORD milliseconds = 0) {
    return WaitForSingleObject(each.get(), milliseconds);
}

class mapped {
public:
    mapped(const object& section, DWORD access, std::size_t size = 0)
        : data_(static_cast<char*>(MapViewOfFile(section.get(), access, 0, 0, size))) {
        if (data_ == nullptr) {
            plain::fail("MapViewOfFile");
        }
    }
    mapped(const mapped&) = delete;
    mapped& operator=(const mapped&) = delete;
    ~mapped() { UnmapViewOfFile(data_); }

    char* data() const noexcept { return data_; }

private:
    char* data_;
};

// --- ours, opened by them

TEST(PlainObjects, OpenOurMutex) {
    const auto name = unique_name("plain");
    auto ours = mutex::create(name);
    const object theirs(OpenMutexW(MUTEX_ALL_ACCESS, FALSE, wide(name).c_str()), "OpenMutex");
    const object created(CreateMutexW(nullptr, FALSE, (L"Local\\" + wide(name)).c_str()),
                         "CreateMutex");
    EXPECT_EQ(GetLastError(), static_cast<DWORD>(ERROR_ALREADY_EXISTS));
    ours.lock();
    EXPECT_EQ(in_other_thread([&] { return wait(theirs); }), static_cast<DWORD>(WAIT_TIMEOUT));
    ours.unlock();
    std::thread([&] { EXPECT_EQ(wait(theirs), WAIT_OBJECT_0); }).join();
    EXPECT_EQ(ours.wait_for(in_good_time), wait_status::abandoned);
    ours.unlock();
    EXPECT_EQ(wait(created), WAIT_OBJECT_0);
    EXPECT_FALSE(error_of([&](auto& ec) { ours.unlock(ec); })); // the same thread
}

TEST(PlainObjects, OpenOurEvent) {
    const auto name = unique_name("plain");
    auto ours = event::create(name, {.reset = event_reset::manual});
    const object theirs(OpenEventW(EVENT_ALL_ACCESS, FALSE, wide(name).c_str()), "OpenEvent");
    EXPECT_EQ(wait(theirs), static_cast<DWORD>(WAIT_TIMEOUT));
    ours.set();
    EXPECT_EQ(wait(theirs), WAIT_OBJECT_0);
    EXPECT_EQ(wait(theirs), WAIT_OBJECT_0);
    plain::check(ResetEvent(theirs.get()), "ResetEvent");
    EXPECT_EQ(ours.wait_for(0ms), wait_status::timed_out);
}

TEST(PlainObjects, OpenOurSemaphore) {
    const auto name = unique_name("plain");
    auto ours = semaphore::create(name, {.initial = 2, .maximum = 3});
    const object theirs(OpenSemaphoreW(SEMAPHORE_ALL_ACCESS, FALSE, wide(name).c_str()),
                        "OpenSemaphore");
    LONG before = -1;
    plain::check(ReleaseSemaphore(theirs.get(), 1, &before), "ReleaseSemaphore");
    EXPECT_EQ(before, 2);
    EXPECT_EQ(error_of([&](auto& ec) { ours.release(1, ec); }), errc::limit_exceeded);
}

TEST(PlainObjects, OpenOurRegion) {
    const auto name = unique_name("plain");
    const auto ours = shared_region::create(name, 5000);
    const auto view = ours.map();
    std::memcpy(view.bytes().data(), "hello", 6);
    const object theirs(OpenFileMappingW(FILE_MAP_ALL_ACCESS, FALSE, wide(name).c_str()),
                        "OpenFileMapping");
    const mapped whole(theirs, FILE_MAP_ALL_ACCESS);
    EXPECT_STREQ(whole.data(), "hello");
    MEMORY_BASIC_INFORMATION information = {};
    VirtualQuery(whole.data(), &information, sizeof information);
    EXPECT_EQ(information.RegionSize, 8192U); // nothing of ours is in it
    whole.data()[4999] = 'x';
    EXPECT_EQ(view.bytes()[4999], std::byte{'x'});
    const object created(CreateFileMappingW(INVALID_HANDLE_VALUE, nullptr, PAGE_READWRITE, 0, 5000,
                                            wide(name).c_str()),
                         "CreateFileMapping");
    EXPECT_EQ(GetLastError(), static_cast<DWORD>(ERROR_ALREADY_EXISTS));
}

// --- theirs, opened by us

TEST(PlainObjects, TheirMutexIsOpened) {
    const auto name = unique_name("plain");
    const object theirs(CreateMutexW(nullptr, TRUE, wide(name).c_str()), "CreateMutex");
    EXPECT_EQ(error_of([&](auto& ec) { mutex::create(name, {}, ec); }), errc::already_exists);
    auto ours = mutex::open_or_create(name);
    EXPECT_FALSE(ours.created);
    EXPECT_FALSE(in_other_thread([&] { return ours.object.try_lock(); }));
    plain::check(ReleaseMutex(theirs.get()), "ReleaseMutex");
    EXPECT_TRUE(in_other_thread([&] {
        const bool got = ours.object.try_lock();
        ours.object.unlock();
        return got;
    }));
}

TEST(PlainObjects, TheirEventsAreOpened) {
    const auto name = unique_name("plain");
    const object automatic(CreateEventW(nullptr, FALSE, TRUE, wide(name).c_str()), "CreateEvent");
    const object manual(CreateEventW(nullptr, TRUE, TRUE, wide(name + "m").c_str()), "CreateEvent");
    const auto one = event::open(name);
    auto many = event::open(name + "m");
    EXPECT_EQ(one.wait_for(0ms), wait_status::signaled);
    EXPECT_EQ(one.wait_for(0ms), wait_status::timed_out);
    EXPECT_EQ(many.wait_for(0ms), wait_status::signaled);
    EXPECT_EQ(many.wait_for(0ms), wait_status::signaled);
    many.reset();
    EXPECT_EQ(wait(manual), static_cast<DWORD>(WAIT_TIMEOUT));
}

TEST(PlainObjects, TheirSemaphoreIsOpened) {
    const auto name = unique_name("plain");
    const object theirs(CreateSemaphoreW(nullptr, 1, 2, wide(name).c_str()), "CreateSemaphore");
    auto ours = semaphore::open(name);
    EXPECT_EQ(ours.release(), 1);
    EXPECT_EQ(error_of([&](auto& ec) { ours.release(1, ec); }), errc::limit_exceeded);
    EXPECT_EQ(wait(theirs), WAIT_OBJECT_0);
    EXPECT_EQ(ours.release(), 1);
}

TEST(PlainObjects, TheirRegionIsOpenedInWholePages) {
    const auto name = unique_name("plain");
    const object theirs(CreateFileMappingW(INVALID_HANDLE_VALUE, nullptr, PAGE_READWRITE, 0, 5000,
                                           wide(name).c_str()),
                        "CreateFileMapping");
    const mapped view(theirs, FILE_MAP_WRITE);
    std::memcpy(view.data(), "hello", 6);
    for (const auto wanted : {rights::read_only, rights::read_write}) {
        const auto ours = shared_region::open(name, wanted);
        EXPECT_EQ(ours.size(), 8192U);
        const auto bytes_of_it = ours.map();
        EXPECT_EQ(text(bytes_of_it.bytes().first(5)), "hello");
    }
    const auto again = shared_region::open_or_create(name, 1);
    EXPECT_FALSE(again.created);
    EXPECT_EQ(again.object.size(), 8192U);
    again.object.map().bytes()[8191] = std::byte{1};
}

/// A security descriptor from its text.
class descriptor {
public:
    explicit descriptor(const wchar_t* text) {
        plain::check(ConvertStringSecurityDescriptorToSecurityDescriptorW(
                         text, SDDL_REVISION_1, &attributes_.lpSecurityDescriptor, nullptr),
                     "ConvertStringSecurityDescriptorToSecurityDescriptor");
    }
    descriptor(const descriptor&) = delete;
    descriptor& operator=(const descriptor&) = delete;
    ~descriptor() { LocalFree(attributes_.lpSecurityDescriptor); }

    SECURITY_ATTRIBUTES* get() noexcept { return &attributes_; }

private:
    SECURITY_ATTRIBUTES attributes_ = {sizeof(SECURITY_ATTRIBUTES), nullptr, FALSE};
};

TEST(PlainObjects, ARegionThatMayOnlyBeReadIsOpenedForThat) {
    const auto name = unique_name("plain");
    descriptor reading(L"D:P(A;;0x4;;;WD)"); // SECTION_MAP_READ
    const object theirs(CreateFileMappingW(INVALID_HANDLE_VALUE, reading.get(), PAGE_READWRITE, 0,
                                           5000, wide(name).c_str()),
                        "CreateFileMapping");
    EXPECT_EQ(error_of([&](auto& ec) { shared_region::open(name, rights::read_write, ec); }),
              errc::access_denied);
    const auto ours = shared_region::open(name, rights::read_only);
    EXPECT_EQ(ours.size(), 8192U);
    EXPECT_EQ(ours.map().bytes().back(), std::byte{0});
}

TEST(PlainObjects, AreOpenedWithTheRightsThatAreNeeded) {
    const auto name = unique_name("plain");
    descriptor waiting(L"D:P(A;;0x100000;;;WD)"); // SYNCHRONIZE
    const object lock(CreateMutexW(waiting.get(), FALSE, wide(name).c_str()), "CreateMutex");
    const object signal(CreateEventW(waiting.get(), FALSE, FALSE, wide(name + "e").c_str()),
                        "CreateEvent");
    EXPECT_TRUE(mutex::open(name, sync_rights::wait).try_lock());
    ReleaseMutex(lock.get());
    EXPECT_TRUE(event::open(name + "e", sync_rights::wait).is_open());
    EXPECT_EQ(error_of([&](auto& ec) { event::open(name + "e", sync_rights::modify, ec); }),
              errc::access_denied);
    EXPECT_EQ(error_of([&](auto& ec) { event::open_or_create(name + "e", {}, ec); }),
              errc::access_denied);
}

// --- security descriptors

std::string text_of(PSID sid) {
    LPSTR text = nullptr;
    plain::check(ConvertSidToStringSidA(sid, &text), "ConvertSidToStringSid");
    std::string result = text;
    LocalFree(text);
    return result;
}

struct found_rights {
    std::string owner;
    std::map<std::string, ACCESS_MASK> allowed;
};

found_rights rights_of(const object& each) {
    PSID owner = nullptr;
    PACL acl = nullptr;
    PSECURITY_DESCRIPTOR raw = nullptr;
    const DWORD code = GetSecurityInfo(each.get(), SE_KERNEL_OBJECT,
                                       OWNER_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION,
                                       &owner, nullptr, &acl, nullptr, &raw);
    if (code != ERROR_SUCCESS || acl == nullptr) {
        throw std::runtime_error("GetSecurityInfo: " + std::to_string(code));
    }
    found_rights result;
    result.owner = text_of(owner);
    for (DWORD i = 0; i < acl->AceCount; ++i) {
        void* entry = nullptr;
        plain::check(GetAce(acl, i, &entry), "GetAce");
        auto& allowed = *static_cast<ACCESS_ALLOWED_ACE*>(entry);
        EXPECT_EQ(allowed.Header.AceType, ACCESS_ALLOWED_ACE_TYPE);
        result.allowed[text_of(&allowed.SidStart)] |= allowed.Mask;
    }
    LocalFree(raw);
    return result;
}

constexpr char everyone[] = "S-1-1-0";

TEST(PlainObjectsAccess, EventsMutexesSemaphores) {
    const auto name = unique_name("plain");
    const auto own = event::create(name);
    const auto open_event = [](const std::string& each) {
        return object(OpenEventW(READ_CONTROL, FALSE, wide(each).c_str()), "OpenEvent");
    };
    const auto of_owner = rights_of(open_event(name));
    ASSERT_EQ(of_owner.allowed.size(), 1U);
    EXPECT_EQ(of_owner.allowed.at(of_owner.owner), static_cast<ACCESS_MASK>(EVENT_ALL_ACCESS));

    const auto shared = event::create(name + "e", {.who = access::everyone});
    EXPECT_EQ(rights_of(open_event(name + "e")).allowed.at(everyone),
              static_cast<ACCESS_MASK>(READ_CONTROL | SYNCHRONIZE | EVENT_MODIFY_STATE));
    const auto lock = mutex::create(name + "m", {.who = access::everyone});
    EXPECT_EQ(
        rights_of(object(OpenMutexW(READ_CONTROL, FALSE, wide(name + "m").c_str()), "OpenMutex"))
            .allowed.at(everyone),
        static_cast<ACCESS_MASK>(READ_CONTROL | SYNCHRONIZE | MUTEX_MODIFY_STATE));
    const auto count = semaphore::create(name + "s", {.who = access::everyone});
    EXPECT_EQ(rights_of(object(OpenSemaphoreW(READ_CONTROL, FALSE, wide(name + "s").c_str()),
                               "OpenSemaphore"))
                  .allowed.at(everyone),
              static_cast<ACCESS_MASK>(READ_CONTROL | SYNCHRONIZE | SEMAPHORE_MODIFY_STATE));
}

TEST(PlainObjectsAccess, Regions) {
    const auto rights_of_region = [](const std::string& name) {
        return rights_of(
            object(OpenFileMappingW(READ_CONTROL, FALSE, wide(name).c_str()), "OpenFileMapping"));
    };
    const auto name = unique_name("plain");
    const auto own = shared_region::create(name, 100);
    const auto of_owner = rights_of_region(name);
    EXPECT_EQ(of_owner.allowed.at(of_owner.owner), static_cast<ACCESS_MASK>(SECTION_ALL_ACCESS));
    EXPECT_FALSE(of_owner.allowed.contains(everyone));
    // One more entry: the size, 100, in the name of nobody.
    ASSERT_EQ(of_owner.allowed.size(), 2U);
    EXPECT_EQ(of_owner.allowed.at("S-1-9-1769174120-1836413696-1936292453-0-100"),
              static_cast<ACCESS_MASK>(READ_CONTROL));

    constexpr ACCESS_MASK reading = READ_CONTROL | SECTION_QUERY | SECTION_MAP_READ;
    const auto readable = shared_region::create(
        name + "r", 100, {.who = access::everyone, .others = rights::read_only});
    EXPECT_EQ(rights_of_region(name + "r").allowed.at(everyone), reading);
    const auto writable = shared_region::create(name + "w", 100, {.who = access::everyone});
    EXPECT_EQ(rights_of_region(name + "w").allowed.at(everyone), reading | SECTION_MAP_WRITE);
}

TEST(PlainObjectsAccess, ASizeThatDoesNotFitIsNotBelieved) {
    const auto name = unique_name("plain");
    for (const auto* size : {L"1-100", L"0-8193", L"0-0"}) {
        const auto text = L"D:P(A;;0xf001f;;;WD)"
                          L"(A;;0x20000;;;S-1-9-1769174120-1836413696-1936292453-" +
                          std::wstring(size) + L")";
        descriptor lying(text.c_str());
        const object theirs(CreateFileMappingW(INVALID_HANDLE_VALUE, lying.get(), PAGE_READWRITE, 0,
                                               8192, wide(name).c_str()),
                            "CreateFileMapping");
        EXPECT_EQ(shared_region::open(name).size(), 8192U);
    }
}

TEST(PlainObjectsAccess, TheHandleForAChildIsInheritable) {
    const auto signal = event::create_unnamed();
    const auto shared = signal.share_with_child();
    // NOLINTNEXTLINE(performance-no-int-to-ptr): what a child does with its token
    auto* const handle =
        reinterpret_cast<HANDLE>(static_cast<std::uintptr_t>(std::stoull(shared.token())));
    DWORD flags = 0;
    plain::check(GetHandleInformation(handle, &flags), "GetHandleInformation");
    EXPECT_EQ(flags & HANDLE_FLAG_INHERIT, static_cast<DWORD>(HANDLE_FLAG_INHERIT));
}

/// What CreateProcess would have made of an inheritable handle in a child.
std::string inherited(HANDLE from, ACCESS_MASK rights) {
    HANDLE result = nullptr;
    plain::check(
        DuplicateHandle(GetCurrentProcess(), from, GetCurrentProcess(), &result, rights, TRUE, 0),
        "DuplicateHandle");
    return std::to_string(reinterpret_cast<std::uintptr_t>(result));
}

TEST(PlainObjectsAccess, WhatWasInheritedGoesNoFurther) {
    const object theirs(CreateEventW(nullptr, FALSE, FALSE, nullptr), "CreateEvent");
    const auto token = inherited(theirs.get(), EVENT_ALL_ACCESS);
    // NOLINTNEXTLINE(performance-no-int-to-ptr): what a child does with its token
    auto* const handle = reinterpret_cast<HANDLE>(static_cast<std::uintptr_t>(std::stoull(token)));
    DWORD flags = 0;
    {
        const auto ours = event::from_token(token);
        plain::check(GetHandleInformation(handle, &flags), "GetHandleInformation");
        EXPECT_EQ(flags & HANDLE_FLAG_INHERIT, 0U);
        plain::check(SetEvent(theirs.get()), "SetEvent");
        EXPECT_EQ(ours.wait_for(0ms), wait_status::signaled);
    }
    EXPECT_EQ(GetHandleInformation(handle, &flags), FALSE) << "it was taken over, and closed";
}

TEST(PlainObjectsAccess, AnInheritedHandleMayDoWhatItMay) {
    const object theirs(CreateEventW(nullptr, FALSE, TRUE, nullptr), "CreateEvent");
    auto waits = event::from_token(inherited(theirs.get(), SYNCHRONIZE));
    EXPECT_EQ(error_of([&](auto& ec) { waits.set(ec); }), errc::access_denied);
    EXPECT_EQ(waits.wait_for(0ms), wait_status::signaled);
    auto sets = event::from_token(inherited(theirs.get(), EVENT_MODIFY_STATE));
    EXPECT_EQ(error_of([&](auto& ec) { sets.wait(ec); }), errc::access_denied);
    sets.set();
    EXPECT_EQ(waits.wait_for(0ms), wait_status::signaled);
    // Neither: good for nothing.
    EXPECT_EQ(
        error_of([&](auto& ec) { event::from_token(inherited(theirs.get(), READ_CONTROL), ec); }),
        errc::invalid_handle);
    const object section(
        CreateFileMappingW(INVALID_HANDLE_VALUE, nullptr, PAGE_READWRITE, 0, 5000, nullptr),
        "CreateFileMapping");
    const auto reader = shared_region::from_token(inherited(section.get(), SECTION_MAP_READ));
    EXPECT_EQ(reader.size(), 8192U);
    EXPECT_EQ(reader.map().mode(), view_mode::read_only);
    EXPECT_EQ(error_of([&](auto& ec) { reader.map(view_mode::read_write, 0, 0, ec); }),
              errc::access_denied);
    EXPECT_EQ(error_of([&](auto& ec) {
                  shared_region::from_token(inherited(section.get(), SECTION_QUERY), ec);
              }),
              errc::invalid_handle);
}

} // namespace
} // namespace isthmus::test
