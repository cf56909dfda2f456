#pragma once

#include "posix/syscalls.hpp"

#include <cerrno>
#include <type_traits>

/// \file
/// POSIX only. Makes system calls of the library fail, by replacing an entry of its table.

namespace isthmus::test {

/// While it lives, the `nth` call (from 1) of one kind fails with `error` instead of being made; 0
/// only counts. For use by one thread, one per kind at a time.
///
///     fault<&posix::system_calls::accept> out_of_descriptors(1, EMFILE);
template <auto Kind>
class fault {
    using function = std::remove_reference_t<decltype(posix::os.*Kind)>;

    template <auto>
    struct constant {};
    static constexpr bool is_close =
        std::is_same_v<constant<Kind>, constant<&posix::system_calls::close>>;

    template <class>
    struct replacement;
    template <class Result, class... Arguments>
    struct replacement<Result (*)(Arguments...)> {
        static Result call(Arguments... arguments) {
            if (++count_ != nth_)
                return original_(arguments...);
            // What is to be closed is closed even by a close that fails.
            if constexpr (is_close)
                original_(arguments...);
            errno = error_;
            if constexpr (std::is_same_v<Result, bool>) {
                return false;
            } else if constexpr (std::is_pointer_v<Result>) {
                return nullptr;
            } else {
                return Result{-1};
            }
        }
    };

public:
    fault(int nth, int error) {
        original_ = posix::os.*Kind;
        nth_ = nth;
        error_ = error;
        count_ = 0;
        posix::os.*Kind = &replacement<function>::call;
    }
    fault(const fault&) = delete;
    fault& operator=(const fault&) = delete;
    ~fault() { posix::os.*Kind = original_; }

    /// Calls of the kind so far.
    int count() const noexcept { return count_; }

private:
    static inline function original_ = nullptr;
    static inline int nth_ = 0;
    static inline int error_ = 0;
    static inline int count_ = 0;
};

/// Calls `visit.template operator()<Kind>(name)` for every kind of system call in the table.
template <class Visitor>
void for_each_system_call(Visitor visit) {
    using calls = posix::system_calls;
    visit.template operator()<&calls::open>("open");
    visit.template operator()<&calls::openat>("openat");
    visit.template operator()<&calls::close>("close");
    visit.template operator()<&calls::dup_cloexec>("dup_cloexec");
    visit.template operator()<&calls::dup_over>("dup_over");
    visit.template operator()<&calls::mkdirat>("mkdirat");
    visit.template operator()<&calls::unlinkat>("unlinkat");
    visit.template operator()<&calls::renameat>("renameat");
    visit.template operator()<&calls::symlinkat>("symlinkat");
    visit.template operator()<&calls::readlinkat>("readlinkat");
    visit.template operator()<&calls::mkfifoat>("mkfifoat");
    visit.template operator()<&calls::fstat>("fstat");
    visit.template operator()<&calls::fstat_with_times>("fstat_with_times");
    visit.template operator()<&calls::fstatat>("fstatat");
    visit.template operator()<&calls::fchmod>("fchmod");
    visit.template operator()<&calls::fchgrp>("fchgrp");
    visit.template operator()<&calls::fchmodat>("fchmodat");
    visit.template operator()<&calls::ftruncate>("ftruncate");
    visit.template operator()<&calls::allocate>("allocate");
    visit.template operator()<&calls::fdopendir>("fdopendir");
    visit.template operator()<&calls::readdir>("readdir");
    visit.template operator()<&calls::flock>("flock");
    visit.template operator()<&calls::ofd_set_lock>("ofd_set_lock");
    visit.template operator()<&calls::ofd_get_lock>("ofd_get_lock");
    visit.template operator()<&calls::read>("read");
    visit.template operator()<&calls::write>("write");
    visit.template operator()<&calls::pread>("pread");
    visit.template operator()<&calls::pwrite>("pwrite");
    visit.template operator()<&calls::get_flags>("get_flags");
    visit.template operator()<&calls::set_nonblocking>("set_nonblocking");
    visit.template operator()<&calls::set_cloexec>("set_cloexec");
    visit.template operator()<&calls::set_pipe_size>("set_pipe_size");
    visit.template operator()<&calls::get_seals>("get_seals");
    visit.template operator()<&calls::bytes_to_read>("bytes_to_read");
    visit.template operator()<&calls::bytes_unread>("bytes_unread");
    visit.template operator()<&calls::pipe>("pipe");
    visit.template operator()<&calls::eventfd>("eventfd");
    visit.template operator()<&calls::memory_file>("memory_file");
    visit.template operator()<&calls::mmap>("mmap");
    visit.template operator()<&calls::map>("map");
    visit.template operator()<&calls::munmap>("munmap");
    visit.template operator()<&calls::advise_huge_pages>("advise_huge_pages");
    visit.template operator()<&calls::populate>("populate");
    visit.template operator()<&calls::punch_hole>("punch_hole");
    visit.template operator()<&calls::msync>("msync");
    visit.template operator()<&calls::fsync>("fsync");
    visit.template operator()<&calls::socket>("socket");
    visit.template operator()<&calls::socketpair>("socketpair");
    visit.template operator()<&calls::bind>("bind");
    visit.template operator()<&calls::listen>("listen");
    visit.template operator()<&calls::connect>("connect");
    visit.template operator()<&calls::accept>("accept");
    visit.template operator()<&calls::shutdown>("shutdown");
    visit.template operator()<&calls::peer_credentials>("peer_credentials");
    visit.template operator()<&calls::grow_send_buffer>("grow_send_buffer");
    visit.template operator()<&calls::set_patience>("set_patience");
    visit.template operator()<&calls::recv>("recv");
    visit.template operator()<&calls::send>("send");
    visit.template operator()<&calls::readv>("readv");
    visit.template operator()<&calls::recvmsg>("recvmsg");
    visit.template operator()<&calls::sendmsg>("sendmsg");
    visit.template operator()<&calls::poll>("poll");
    visit.template operator()<&calls::futex_wait>("futex_wait");
    visit.template operator()<&calls::futex_wake>("futex_wake");
    visit.template operator()<&calls::futex_wait_many>("futex_wait_many");
    visit.template operator()<&calls::robust_futexes>("robust_futexes");
}

} // namespace isthmus::test
