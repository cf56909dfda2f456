#include "support/object_child.hpp"

#include "support/child_role.hpp"

#include <isthmus/error.hpp>
#include <isthmus/event.hpp>
#include <isthmus/mutex.hpp>
#include <isthmus/region.hpp>
#include <isthmus/semaphore.hpp>
#include <isthmus/wait.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <map>
#include <sstream>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace isthmus::test {

namespace {

std::string text_of(wait_status status) {
    switch (status) {
    case wait_status::signaled:
        return "signaled";
    case wait_status::abandoned:
        return "abandoned";
    case wait_status::timed_out:
        return "timed_out";
    }
    return "?";
}

std::string text_of(const std::system_error& failure) {
    const auto& code = failure.code();
    return code == errc::access_denied    ? "access denied"
           : code == errc::already_exists ? "already exists"
           : code == errc::not_found      ? "not found"
           : code == errc::wrong_kind     ? "wrong kind"
                                          : std::string("error: ") + failure.what();
}

deadline after_milliseconds(int count) {
    return count < 0 ? deadline::never() : deadline::after(std::chrono::milliseconds(count));
}

class worker {
public:
    ~worker() {
        for (auto& each : threads_) {
            each.join();
        }
    }

    std::string run(std::istringstream line) {
        std::string verb;
        line >> verb;
        if (verb == "collect") {
            return collect();
        }
        if (verb == "any" || verb == "all") {
            return wait_many(line, verb == "all");
        }
        std::string name;
        if (verb == "new" || verb == "open") {
            std::string kind;
            line >> kind >> name;
            return find_or_make(kind, name, verb == "new");
        }
        if (verb == "count") {
            std::string region;
            std::size_t rounds = 0;
            line >> name >> region >> rounds;
            return count(mutexes_.at(name), region, rounds);
        }
        int number = 0;
        line >> name >> number;
        if (verb == "access") {
            who_ = name == "everyone" ? access::everyone
                   : name == "group"  ? access::group
                                      : access::owner;
            return "ok";
        }
        if (verb == "region") {
            return add_region(name);
        }
        if (verb == "peek") {
            return std::to_string(std::to_integer<int>(
                regions_.at(name).map().bytes()[static_cast<std::size_t>(number)]));
        }
        if (verb == "poke") {
            int value = 0;
            line >> value;
            regions_.at(name).map().bytes()[static_cast<std::size_t>(number)] =
                static_cast<std::byte>(value);
            return "ok";
        }
        if (verb == "mutex") {
            return add(mutexes_, name);
        }
        if (verb == "semaphore") {
            return add(semaphores_, name);
        }
        if (verb == "event") {
            return add(events_, name);
        }
        if (verb == "wait") {
            return text_of(find(name).wait_until(after_milliseconds(number)));
        }
        if (verb == "release") {
            return std::to_string(semaphores_.at(name).release(number));
        }
        if (verb == "poll") {
            return poll(semaphores_.at(name), number);
        }
        change(verb, name, number);
        return "ok";
    }

private:
    template <class Object>
    std::string add(std::map<std::string, Object>& all, const std::string& name) {
        auto made = Object::open_or_create(name, {.who = who_});
        all.insert_or_assign(name, std::move(made.object));
        return made.created ? "created" : "opened";
    }

    std::string find_or_make(const std::string& kind, const std::string& name, bool make) {
        if (kind == "region") {
            regions_.insert_or_assign(name, make ? shared_region::create(name, 4096, {.who = who_})
                                                 : shared_region::open(name));
        } else if (kind == "mutex") {
            find_or_make(mutexes_, name, make);
        } else if (kind == "semaphore") {
            find_or_make(semaphores_, name, make);
        } else {
            find_or_make(events_, name, make);
        }
        return "ok";
    }

    template <class Object>
    void find_or_make(std::map<std::string, Object>& all, const std::string& name, bool make) {
        all.insert_or_assign(name, make ? Object::create(name, {.who = who_}) : Object::open(name));
    }

    std::string add_region(const std::string& name) {
        auto made = shared_region::open_or_create(name, 4096, {.who = who_});
        const auto size = made.object.size();
        regions_.insert_or_assign(name, std::move(made.object));
        return (made.created ? "created " : "opened ") + std::to_string(size);
    }

    std::string count(mutex& lock, const std::string& region, std::size_t rounds) {
        const auto view = regions_.at(region).map();
        auto& number = view.as<std::uint32_t>();
        for (std::size_t i = 0; i < rounds; ++i) {
            lock.lock();
            number = number + 1;
            lock.unlock();
        }
        return "ok";
    }

    void change(const std::string& verb, const std::string& name, int number) {
        if (verb == "unlock") {
            mutexes_.at(name).unlock();
        } else if (verb == "set") {
            events_.at(name).set();
        } else if (verb == "reset") {
            events_.at(name).reset();
        } else if (verb == "pulse") {
            events_.at(name).pulse();
        } else if (verb == "close") {
            close(name);
        } else if (verb == "abandon") {
            std::thread([&] { mutexes_.at(name).lock(); }).join();
        } else if (verb == "start") {
            start(find(name), number);
        } else {
            throw std::invalid_argument(verb);
        }
    }

    void close(const std::string& name) {
        if (regions_.erase(name) == 0) {
            find(name).close();
        }
    }

    void start(waitable& object, int count) {
        for (int i = 0; i < count; ++i) {
            threads_.emplace_back([&] {
                if (object.wait() == wait_status::signaled) {
                    ++came_back_;
                }
            });
        }
    }

    std::string collect() {
        for (auto& each : threads_) {
            each.join();
        }
        threads_.clear();
        return std::to_string(came_back_.exchange(0));
    }

    static std::string poll(semaphore& object, int count) {
        int missed = 0;
        for (int i = 0; i < count; ++i) {
            if (object.try_acquire()) {
                object.release();
            } else {
                ++missed;
            }
        }
        return std::to_string(missed);
    }

    std::string wait_many(std::istringstream& line, bool all) {
        int milliseconds = 0;
        line >> milliseconds;
        std::vector<waitable_ref> objects;
        for (std::string name; line >> name;) {
            objects.emplace_back(find(name));
        }
        const auto until = after_milliseconds(milliseconds);
        const auto result = all ? wait_all_until(objects, until) : wait_any_until(objects, until);
        return text_of(result.status) + ' ' + std::to_string(result.index);
    }

    waitable& find(const std::string& name) {
        if (const auto found = mutexes_.find(name); found != mutexes_.end()) {
            return found->second;
        }
        if (const auto found = semaphores_.find(name); found != semaphores_.end()) {
            return found->second;
        }
        return events_.at(name);
    }

    access who_ = access::owner;
    std::map<std::string, shared_region> regions_;
    std::map<std::string, mutex> mutexes_;
    std::map<std::string, semaphore> semaphores_;
    std::map<std::string, event> events_;
    std::vector<std::thread> threads_;
    std::atomic<int> came_back_ = 0;
};

const child_role role{"object_child", [](const auto&) {
                          worker all;
                          while (const auto line = hear_test()) {
                              try {
                                  tell_test(all.run(std::istringstream(*line)));
                              } catch (const std::system_error& failure) {
                                  tell_test(text_of(failure));
                              } catch (const std::exception& failure) {
                                  tell_test(std::string("error: ") + failure.what());
                              }
                          }
                          return 0;
                      }};

} // namespace

object_child::object_child() : object_child(child_process::start("object_child")) {}

object_child::object_child(child_process process) : process_(std::move(process)) {}

void object_child::begin(const std::string& command) {
    process_.write_line(command);
}

std::string object_child::reply() {
    return process_.read_line().value_or("(nothing)");
}

std::string object_child::ask(const std::string& command) {
    begin(command);
    return reply();
}

} // namespace isthmus::test
