#include "pipe_impl.hpp"
#include "timeout.hpp"

#include <isthmus/error.hpp>

#include <windows.h>

#include <array>
#include <new>
#include <utility>

/// \file
/// The order among several operations of one pipe end, waiting for them and giving them up. What
/// one does with the system: pipe_io.cpp.

namespace isthmus::detail {

void operation_queue::push(pipe_operation& op) noexcept {
    pipe_operation** link = &first;
    while (*link != nullptr) {
        link = &native_of(**link).next;
    }
    *link = &op;
}

void operation_queue::remove(pipe_operation& op) noexcept {
    for (pipe_operation** link = &first; *link != nullptr; link = &native_of(**link).next) {
        if (*link == &op) {
            *link = native_of(op).next;
            return;
        }
    }
}

operation_queue& pipe::impl::queue_of(const pipe_operation& op) noexcept {
    switch (op.what) {
    case pipe_operation::kind::listen:
        return listens;
    case pipe_operation::kind::write:
        return writes;
    default:
        return reads;
    }
}

void pipe::impl::prepare(pipe_operation& op, pipe_operation::kind what) noexcept {
    op.what = what;
    op.pending = false;
    op.error.clear();
    op.transferred = 0;
    op.more_data = false;
    new (&op.native) native_operation;
}

win32::handle pipe::impl::take_event() noexcept {
    if (spare_events.empty()) {
        return win32::handle(CreateEventW(nullptr, TRUE, FALSE, nullptr));
    }
    auto event = std::move(spare_events.back());
    spare_events.pop_back();
    return event; // the system resets it when it gets it
}

void pipe::impl::start(pipe_operation& op, pipe_operation::kind what) {
    prepare(op, what);
    auto& native = native_of(op);
    const std::lock_guard lock(mutex);
    spare_events.reserve(spare_events.size() + 1);
    auto event = take_event();
    if (!event) {
        op.error = win32_error(operation_of(op), GetLastError());
        return;
    }
    native.overlapped.hEvent = event.release();
    op.pending = true;
    auto& queue = queue_of(op);
    queue.push(op);
    if (queue.first == &op) {
        pump(queue, &op);
    } else {
        ResetEvent(native.overlapped.hEvent);
    }
    if (native.where == native_operation::stage::finished) {
        publish(op);
    }
}

void pipe::impl::publish(pipe_operation& op) noexcept {
    auto& native = native_of(op);
    op.pending = false;
    op.error = native.error;
    op.more_data = native.more;
    op.transferred = native.error ? 0 : native.done;
    win32::handle event(native.overlapped.hEvent);
    if (spare_events.size() < spare_events.capacity()) { // start() has made room, for most cases
        spare_events.push_back(std::move(event));
    }
}

/// Only the first operation of a queue is with the system. It is issued by its own owner's thread
/// if that is waiting for it: Windows cancels what a thread has issued when the thread ends.
void pipe::impl::pump(operation_queue& queue, pipe_operation* self) {
    while (queue.first != nullptr) {
        auto& op = *queue.first;
        auto& native = native_of(op);
        if (native.where == native_operation::stage::queued) {
            if (&op != self && native.awaited) {
                SetEvent(native.overlapped.hEvent);
                return;
            }
            issue(op);
        } else if (HasOverlappedIoCompleted(&native.overlapped)) {
            DWORD size = 0;
            const DWORD code =
                GetOverlappedResult(file.get(), &native.overlapped, &size, FALSE) != 0
                    ? ERROR_SUCCESS
                    : GetLastError();
            if (absorb(op, code, native.overlapped.InternalHigh)) {
                issue(op);
            }
        }
        if (native.where != native_operation::stage::finished) {
            return;
        }
        queue.first = native.next;
        if (&op != self) {
            SetEvent(native.overlapped.hEvent);
        }
    }
}

void pipe::impl::stop(pipe_operation& op, std::uint32_t reason) noexcept {
    auto& native = native_of(op);
    if (native.where == native_operation::stage::finished || native.stop) {
        return;
    }
    native.stop = win32_error(operation_of(op), reason);
    if (native.where == native_operation::stage::issued) {
        CancelIoEx(file.get(), &native.overlapped);
        return;
    }
    auto& queue = queue_of(op);
    queue.remove(op);
    finish(op, native.stop);
    SetEvent(native.overlapped.hEvent);
    if (queue.first != nullptr) {
        // It may have become the head, and its owner must issue it.
        SetEvent(native_of(*queue.first).overlapped.hEvent);
    }
}

void pipe::impl::wait_until_finished(std::unique_lock<std::mutex>& lock,
                                     pipe_operation& op,
                                     const deadline& until) {
    auto& native = native_of(op);
    auto& queue = queue_of(op);
    native.awaited = true;
    for (;;) {
        pump(queue, &op);
        if (native.where == native_operation::stage::finished) {
            break;
        }
        if (!native.stop && until.expired()) {
            stop(op, win32_code::wait_timeout);
            continue;
        }
        // If nobody waits for the operation at the head of the queue, this thread looks after it.
        // Its event stays valid even if its owner takes the result meanwhile.
        std::array<HANDLE, 2> events = {native.overlapped.hEvent, nullptr};
        DWORD count = 1;
        if (queue.first != &op && !native_of(*queue.first).awaited) {
            events[count++] = native_of(*queue.first).overlapped.hEvent;
        }
        const DWORD slice = native.stop ? INFINITE : win32::wait_slice(until);
        lock.unlock();
        WaitForMultipleObjects(count, events.data(), FALSE, slice);
        lock.lock();
    }
    native.awaited = false;
}

// --- the interface

bool pipe::try_complete(pipe_operation& op) {
    if (op.pending) {
        const std::lock_guard lock(impl_->mutex);
        impl_->pump(impl_->queue_of(op), &op);
        if (native_of(op).where == native_operation::stage::finished) {
            impl_->publish(op);
        }
    }
    return !op.pending;
}

void pipe::complete(pipe_operation& op, const deadline& until) {
    if (op.pending) {
        std::unique_lock lock(impl_->mutex);
        impl_->wait_until_finished(lock, op, until);
        impl_->publish(op);
    }
}

void pipe::cancel(pipe_operation& op) {
    if (op.pending) {
        std::unique_lock lock(impl_->mutex);
        impl_->pump(impl_->queue_of(op), &op);
        impl_->stop(op, ERROR_OPERATION_ABORTED);
        impl_->wait_until_finished(lock, op, deadline::never());
        impl_->publish(op);
    }
}

void pipe::cancel_all() noexcept {
    auto& self = *impl_;
    const std::lock_guard lock(self.mutex);
    for (auto* queue : {&self.listens, &self.reads, &self.writes}) {
        for (auto* op = queue->first; op != nullptr;) {
            auto* const next = native_of(*op).next; // stop() may take it out of the queue
            self.stop(*op, ERROR_OPERATION_ABORTED);
            op = next;
        }
    }
    self.blocking.cancel_all();
}

} // namespace isthmus::detail
