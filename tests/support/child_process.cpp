#include "support/child_process.hpp"

#include "support/native_process.hpp"

namespace isthmus::test {

child_process child_process::start(const std::string& role,
                                   const std::vector<std::string>& arguments,
                                   const child_options& options) {
    auto command = own_command();
    command.push_back("--child=" + role);
    command.insert(command.end(), arguments.begin(), arguments.end());
    return child_process(native_process::start(command, false, options));
}

child_process child_process::start_program(const std::string& path,
                                           const std::vector<std::string>& arguments,
                                           const child_options& options) {
    std::vector<std::string> command{path};
    command.insert(command.end(), arguments.begin(), arguments.end());
    return child_process(native_process::start(command, true, options));
}

child_process::child_process() noexcept = default;
child_process::child_process(child_process&&) noexcept = default;
child_process& child_process::operator=(child_process&&) noexcept = default;
child_process::~child_process() = default;

child_process::child_process(std::unique_ptr<native_process> process) noexcept
    : process_(std::move(process)) {}

std::uint32_t child_process::pid() const noexcept {
    return process_->id();
}

bool child_process::write_line(std::string_view line) {
    return write(std::string(line) + '\n');
}

bool child_process::write(std::string_view data) {
    return process_->write(data, deadline::after(patience));
}

void child_process::close_input() {
    process_->close_input();
}

std::optional<std::string> child_process::read_line(const deadline& until) {
    for (;;) {
        if (const auto end = unread_.find('\n'); end != std::string::npos) {
            auto line = unread_.substr(0, end);
            unread_.erase(0, end + 1);
            if (!line.empty() && line.back() == '\r') {
                line.pop_back();
            }
            return line;
        }
        switch (process_->read(unread_, until)) {
        case native_process::got::data:
            break;
        case native_process::got::end:
            if (unread_.empty()) {
                return std::nullopt;
            }
            return std::exchange(unread_, {});
        case native_process::got::timeout:
            return std::nullopt;
        }
    }
}

std::string child_process::read_rest(const deadline& until) {
    while (process_->read(unread_, until) == native_process::got::data) {}
    return std::exchange(unread_, {});
}

void child_process::kill() {
    process_->kill();
}

std::optional<int> child_process::wait(const deadline& until) {
    return process_->wait(until);
}

void child_process::kill_and_wait() {
    kill();
    wait();
}

} // namespace isthmus::test
