#include "posix/descriptor.hpp"
#include "posix/file_growth.hpp"
#include "slot_testing.hpp"
#include "support/child_role.hpp"
#include "sync_testing.hpp"

#include <fcntl.h>
#include <sched.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#if defined(__linux__)
#    include <sys/mount.h>
#endif

/// \file
/// A runtime directory on a file system that is too small, or full.

namespace isthmus::test {
namespace {

using namespace std::chrono_literals;

std::string text_of(const std::error_code& ec) {
    return !ec ? "ok" : ec == errc::no_space ? "no space" : ec.message();
}

/// Gives this process a file system of one megabyte as its runtime directory, which nobody else
/// sees and which ends with it. The reason if it cannot.
std::optional<std::string> mount_small(const std::string& directory) {
#if defined(__linux__)
    if (::unshare(CLONE_NEWNS) != 0 ||
        ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
        ::mount("small", directory.c_str(), "tmpfs", 0, "size=1m,mode=0700") != 0) {
        return std::string("cannot mount a file system: ") + std::generic_category().message(errno);
    }
    ::setenv("ISTHMUS_RUNTIME_DIR", directory.c_str(), 1);
    return std::nullopt;
#else
    static_cast<void>(directory);
    return "mounts a tmpfs, which is Linux's";
#endif
}

void fill(const std::string& directory) {
    std::ofstream file(directory + "/filler", std::ios::binary | std::ios::app);
    const std::vector<char> page(4096);
    while (file.write(page.data(), 4096).flush()) {}
}

/// So many threads that wait for the event, each of which needs its own place in shared memory: how
/// many had none, and had another error, when all have ended.
struct waiting_threads {
    int refused = 0;
    int failed = 0;
};
waiting_threads wait_in_threads(event& bell, std::size_t count) {
    std::vector<std::thread> threads;
    std::vector<std::error_code> results(count);
    for (std::size_t i = 0; i < count; ++i) {
        threads.emplace_back([&bell, &results, i] {
            results[i].clear();
            bell.wait_for(200ms, results[i]);
        });
    }
    for (auto& each : threads)
        each.join();
    waiting_threads result;
    for (const auto& each : results) {
        result.refused += each == errc::no_space ? 1 : 0;
        result.failed += each && each != errc::no_space ? 1 : 0;
    }
    return result;
}

/// Writes until there is no more room, and reads all of it. What stopped it, and whether all of
/// what was accepted came.
std::string fill_slot(slot_pair& slot) {
    std::error_code ec;
    std::size_t accepted = 0;
    while (!ec) {
        slot.writer.write(pattern(1000, accepted), ec);
        accepted += ec ? 0 : 1;
    }
    for (std::size_t i = 0; i < accepted; ++i) {
        if (slot.reader.read_message_for(0ms) != pattern(1000, i))
            return text_of(ec) + ", and message " + std::to_string(i) + " is lost";
    }
    return text_of(ec) + (accepted > 0 && slot.reader.info().count == 0 ? "" : ", wrong");
}

/// A file of 1000 bytes that is to be far longer than there is room for.
std::string extend_file(const std::string& directory) {
    const auto path = directory + "/longer";
    const posix::descriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    struct ::stat status {};
    if (!posix::extend(file.get(), 0, 1000) || ::fstat(file.get(), &status) != 0 ||
        status.st_size != 1000)
        return "not even a little";
    if (posix::extend(file.get(), 1000, 256 << 20) || errno != ENOSPC)
        return "no error";
    if (::fstat(file.get(), &status) != 0 || status.st_size != 1000)
        return "another length";
    std::filesystem::remove(path);
    return "no space";
}

/// Argument: an empty directory. One line for each thing tried.
const child_role on_small_disk("on_small_disk", [](const std::vector<std::string>& arguments) {
    const auto& directory = arguments.at(0);
    if (const auto reason = mount_small(directory)) {
        tell_test("skip: " + *reason);
        return 0;
    }
    std::error_code ec;
    shared_region::create("large", 8 << 20, {}, ec);
    tell_test("large region: " + text_of(ec));
    shared_region::create_unnamed(8 << 20, {}, ec);
    tell_test("large unnamed region: " + text_of(ec));
    tell_test("longer file: " + extend_file(directory));
    const auto small = shared_region::create("small", 100'000, {}, ec);
    tell_test("small region: " + text_of(ec));
    auto lock = mutex::create("lock", {.initially_owned = true}, ec);
    tell_test("mutex: " + text_of(ec));
    auto bell = event::create("bell", {.reset = event_reset::manual}, ec);
    tell_test("event: " + text_of(ec));

    std::optional<slot_pair> slot;
    slot.emplace(slot_options{.quota = 1 << 24});
    slot->writer.write(bytes("before"), ec);
    tell_test("slot: " + text_of(ec));

    fill(directory);
    tell_test("full, message that waited: " + waiting_message(slot->reader));
    tell_test("full, messages: " + fill_slot(*slot));
    slot_reader::create("another", {}, ec);
    tell_test("full, slot: " + text_of(ec));
    broadcast_reader::create("another", {}, ec);
    tell_test("full, broadcast: " + text_of(ec));
    // What the slot gave back is taken.
    fill(directory);
    shared_region::create("one byte", 1, {}, ec);
    tell_test("full, region: " + text_of(ec));
    mutex::create("another", {}, ec);
    tell_test("full, mutex: " + text_of(ec));
    semaphore::create_unnamed({}, ec);
    tell_test("full, unnamed semaphore: " + text_of(ec));
    event::open_or_create("another", {}, ec);
    tell_test("full, event: " + text_of(ec));
    const auto waited = wait_in_threads(bell, 200);
    tell_test(waited.refused > 0 && waited.failed == 0 ? "full, threads: no space"
                                                       : "full, threads: wrong");

    lock.unlock(ec);
    tell_test("full, unlock: " + text_of(ec));
    lock.lock(ec);
    tell_test("full, lock: " + text_of(ec));
    bell.set(ec);
    tell_test("full, set: " + text_of(ec));
    tell_test(bell.wait_for(in_good_time, ec) == wait_status::signaled ? "full, wait: ok"
                                                                       : "full, wait: wrong");
    const auto opened = shared_region::open("small", rights::read_write, ec);
    tell_test("full, open: " + text_of(ec));
    const auto view = opened.map(ec);
    tell_test("full, map: " + text_of(ec));
    for (auto& each : view.bytes())
        each = std::byte{1};

    std::filesystem::remove(directory + "/filler");
    slot->writer.write(bytes("after"), ec);
    tell_test("room again, message: " + waiting_message(slot->reader));
    slot.reset();
    mutex::create("another", {}, ec);
    tell_test("room again, mutex: " + text_of(ec));
    shared_region::create("one byte", 1, {}, ec);
    tell_test("room again, region: " + text_of(ec));
    const auto again = wait_in_threads(bell, 200);
    tell_test(again.refused + again.failed == 0 ? "room again, threads: ok"
                                                : "room again, threads: wrong");
    return 0;
});

/// Argument: an empty directory. The very first use of a file system that is full.
const child_role on_full_disk("on_full_disk", [](const std::vector<std::string>& arguments) {
    const auto& directory = arguments.at(0);
    if (const auto reason = mount_small(directory)) {
        tell_test("skip: " + *reason);
        return 0;
    }
    fill(directory);
    const auto tried = [](const char* what, auto create) {
        std::error_code ec;
        create(ec);
        tell_test(what + (": " + text_of(ec)));
    };
    const auto make_all = [&] {
        tried("region", [](auto& ec) { shared_region::create("new", 1, {}, ec); });
        tried("mutex", [](auto& ec) { mutex::create("new", {}, ec); });
        tried("semaphore", [](auto& ec) { semaphore::create("new", {}, ec); });
        tried("event", [](auto& ec) { event::create("new", {}, ec); });
        tried("slot", [](auto& ec) { slot_reader::create("new", {}, ec); });
        tried("broadcast", [](auto& ec) { broadcast_reader::create("new", {}, ec); });
    };
    make_all();
    // A page at a time: whatever there is room for, what there is none for is said so.
    for (int i = 0; i < 40; ++i) {
        const auto size = std::filesystem::file_size(directory + "/filler");
        std::filesystem::resize_file(directory + "/filler", size - 4096);
        std::error_code ec;
        auto lock = mutex::create("new", {.initially_owned = true}, ec);
        if (ec && ec != errc::no_space)
            tell_test("wrong: " + ec.message());
        if (!ec)
            lock.unlock();
    }
    make_all();
    return 0;
});

class FullDisk : public testing::Test {
protected:
    FullDisk() {
        std::string path = "/tmp/ist-XXXXXX";
        if (::mkdtemp(path.data()))
            directory_ = path;
    }
    ~FullDisk() override { ::rmdir(directory_.c_str()); }

    void SetUp() override {
        if (::geteuid() != 0)
            GTEST_SKIP() << "needs root, to mount a file system";
    }

    /// What the role tells, but for the reason why it can tell nothing.
    std::vector<std::string> results_of(const std::string& role, std::string& reason) {
        auto child = child_process::start(role, {directory_});
        std::vector<std::string> lines;
        while (auto line = child.read_line())
            lines.push_back(*line);
        EXPECT_EQ(child.wait(), 0);
        if (lines.size() == 1 && lines.front().starts_with("skip: "))
            reason = lines.front().substr(6);
        return lines;
    }

private:
    std::string directory_;
};

TEST_F(FullDisk, RefusesNewObjectsAndLeavesOthersAlone) {
    std::string reason;
    const auto lines = results_of("on_small_disk", reason);
    if (!reason.empty())
        GTEST_SKIP() << reason;
    const std::vector<std::string> expected{
        "large region: no space",
        "large unnamed region: no space",
        "longer file: no space",
        "small region: ok",
        "mutex: ok",
        "event: ok",
        "slot: ok",
        "full, message that waited: before",
        "full, messages: no space",
        "full, slot: no space",
        "full, broadcast: no space",
        "full, region: no space",
        "full, mutex: no space",
        "full, unnamed semaphore: no space",
        "full, event: no space",
        "full, threads: no space",
        "full, unlock: ok",
        "full, lock: ok",
        "full, set: ok",
        "full, wait: ok",
        "full, open: ok",
        "full, map: ok",
        "room again, message: after",
        "room again, mutex: ok",
        "room again, region: ok",
        "room again, threads: ok",
    };
    EXPECT_EQ(lines, expected);
}

TEST_F(FullDisk, RefusesTheFirstObject) {
    std::string reason;
    const auto lines = results_of("on_full_disk", reason);
    if (!reason.empty())
        GTEST_SKIP() << reason;
    const std::vector<std::string> expected{
        "region: no space", "mutex: no space", "semaphore: no space",
        "event: no space",  "slot: no space",  "broadcast: no space",
        "region: ok",       "mutex: ok",       "semaphore: ok",
        "event: ok",        "slot: ok",        "broadcast: ok",
    };
    EXPECT_EQ(lines, expected);
}

} // namespace
} // namespace isthmus::test
