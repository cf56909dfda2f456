#include "thread.hpp"

#include "handle_table.hpp"
#include "posix/thread_id.hpp"
#include "sync.hpp"

#include <pthread.h>

#include <cerrno>
#include <new>
#include <system_error>

/// \file
/// What a thread is to the rest of the process, and its end.

namespace isthmus::winapi {

const rights_mapping& process_object::mapping() const noexcept {
    static constexpr rights_mapping rights{.read = STANDARD_RIGHTS_READ | PROCESS_QUERY_INFORMATION,
                                           .write = STANDARD_RIGHTS_WRITE | PROCESS_DUP_HANDLE,
                                           .execute = STANDARD_RIGHTS_EXECUTE | SYNCHRONIZE,
                                           .all = PROCESS_ALL_ACCESS};
    return rights;
}

detail::sync_object* process_object::signal() {
    const std::lock_guard lock(mutex_);
    if (!end_) {
        end_ = make_unnamed_event(true, false);
    }
    return end_.get();
}

const rights_mapping& thread_object::mapping() const noexcept {
    static constexpr rights_mapping rights{.read = STANDARD_RIGHTS_READ | THREAD_QUERY_INFORMATION,
                                           .write = STANDARD_RIGHTS_WRITE | THREAD_TERMINATE,
                                           .execute = STANDARD_RIGHTS_EXECUTE | SYNCHRONIZE,
                                           .all = THREAD_ALL_ACCESS};
    return rights;
}

detail::sync_object* thread_object::signal() {
    const std::lock_guard lock(mutex_);
    if (!end_) {
        end_ = make_unnamed_event(true, ended_);
    }
    return end_.get();
}

DWORD thread_object::id() const {
    const std::lock_guard lock(mutex_);
    return id_;
}

DWORD thread_object::exit_code() const {
    const std::lock_guard lock(mutex_);
    return ended_ ? exit_code_ : STILL_ACTIVE;
}

DWORD thread_object::resume() {
    const std::lock_guard lock(mutex_);
    const DWORD before = suspended_ ? 1 : 0;
    suspended_ = false;
    changed_.notify_all();
    return before;
}

void thread_object::begin(DWORD id) {
    std::unique_lock lock(mutex_);
    id_ = id;
    changed_.notify_all();
    changed_.wait(lock, [this] { return !suspended_; });
}

void thread_object::wait_for_begin() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return id_ != 0; });
}

void thread_object::set_exit_code(DWORD code) {
    const std::lock_guard lock(mutex_);
    exit_code_ = code;
}

void thread_object::keep_handle(HANDLE handle) {
    const std::lock_guard lock(mutex_);
    kept_ = handle;
}

void thread_object::end() noexcept {
    HANDLE kept = nullptr;
    {
        const std::lock_guard lock(mutex_);
        ended_ = true;
        kept = kept_;
        if (end_) {
            std::error_code ec;
            end_->set(ec);
        }
    }
    if (kept != nullptr) {
        handle_table::instance().close(kept);
    }
}

namespace {

/// What a thread knows of itself.
struct self {
    std::shared_ptr<thread_object> thread;
    bool ending = false;
};

void end_thread(void* pointer);

struct thread_key {
    pthread_key_t key{};
    int failure = 0;

    thread_key() noexcept : failure(::pthread_key_create(&key, end_thread)) {}
};

const thread_key& key() noexcept {
    static const thread_key made;
    return made;
}

/// Runs when the thread ends. It is not over before everything else that ends with it has ended:
/// who has waited for it finds the mutexes that it owned abandoned. So it lets all others go first,
/// and has itself called once more.
void end_thread(void* pointer) {
    std::unique_ptr<self> me(static_cast<self*>(pointer));
    if (!me->ending) {
        me->ending = true;
        if (::pthread_setspecific(key().key, me.get()) == 0) {
            static_cast<void>(me.release());
            return;
        }
    }
    me->thread->end();
}

} // namespace

bool become(const std::shared_ptr<thread_object>& thread) noexcept {
    std::unique_ptr<self> me(new (std::nothrow) self{.thread = thread});
    if (!me || key().failure != 0 || ::pthread_setspecific(key().key, me.get()) != 0) {
        return false;
    }
    static_cast<void>(me.release());
    return true;
}

std::shared_ptr<thread_object> current_thread() {
    if (key().failure != 0) {
        throw std::bad_alloc();
    }
    if (const auto* const me = static_cast<self*>(::pthread_getspecific(key().key))) {
        return me->thread;
    }
    auto thread = std::make_shared<thread_object>(posix::thread_id());
    if (!become(thread)) {
        throw std::bad_alloc();
    }
    return thread;
}

std::shared_ptr<kernel_object> current_thread_object() {
    return current_thread();
}

std::shared_ptr<kernel_object> current_process_object() {
    static auto* const process =
        new std::shared_ptr<kernel_object>(std::make_shared<process_object>());
    return *process;
}

} // namespace isthmus::winapi
