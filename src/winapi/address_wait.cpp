#include "address_wait.hpp"

#include "immortal.hpp"
#include "last_error.hpp"
#include "wait.hpp"

#include <isthmus/winapi/synchapi.h>

#include <array>
#include <cstdint>
#include <cstring>

namespace isthmus::winapi {

sleepers& sleepers::at(const volatile void* address) noexcept {
    constexpr std::size_t places = 64;
    auto& all = detail::immortal<std::array<sleepers, places>>();
    const auto number = reinterpret_cast<std::uintptr_t>(address);
    return all[(number >> 4U ^ number >> 10U) % places];
}

void sleeper::append() noexcept {
    (all_.last != nullptr ? all_.last->next_ : all_.first) = this;
    all_.last = this;
}

void sleeper::remove_after(sleeper* before) noexcept {
    (before != nullptr ? before->next_ : all_.first) = next_;
    if (all_.last == this) {
        all_.last = before;
    }
    next_ = nullptr;
}

void sleeper::remove() noexcept {
    sleeper* before = nullptr;
    for (sleeper* each = all_.first; each != this; each = each->next_) {
        before = each;
    }
    remove_after(before);
}

namespace {

template <class Value>
bool are_equal(const volatile void* address, const void* compare) noexcept {
    Value expected;
    std::memcpy(&expected, compare, sizeof expected);
    return static_cast<const volatile std::atomic<Value>*>(address)->load() == expected;
}

/// As many bytes as a variable has.
bool are_equal(const volatile void* address, const void* compare, SIZE_T size) noexcept {
    switch (size) {
    case 1:
        return are_equal<std::uint8_t>(address, compare);
    case 2:
        return are_equal<std::uint16_t>(address, compare);
    case 4:
        return are_equal<std::uint32_t>(address, compare);
    default:
        return are_equal<std::uint64_t>(address, compare);
    }
}

} // namespace

} // namespace isthmus::winapi

using isthmus::winapi::sleeper;

BOOL WINAPI WaitOnAddress(volatile VOID* Address,
                          PVOID CompareAddress,
                          SIZE_T AddressSize,
                          DWORD dwMilliseconds) {
    return isthmus::winapi::report(isthmus::winapi::no_throw([&]() -> DWORD {
        if (AddressSize != 1 && AddressSize != 2 && AddressSize != 4 && AddressSize != 8) {
            return ERROR_INVALID_PARAMETER;
        }
        const auto until = isthmus::winapi::deadline_of(dwMilliseconds);
        sleeper here(Address);
        const bool equal = here.lie_down(
            [&] { return isthmus::winapi::are_equal(Address, CompareAddress, AddressSize); });
        return !equal || here.sleep(until) ? ERROR_SUCCESS : ERROR_TIMEOUT;
    }));
}

VOID WINAPI WakeByAddressSingle(PVOID Address) {
    sleeper::wake_one(Address);
}

VOID WINAPI WakeByAddressAll(PVOID Address) {
    sleeper::wake_all(Address);
}
