#include "tests/fault/child_process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "absl/memory/memory.h"
#include "absl/time/clock.h"
#include "fmt/format.h"

namespace prihvat::fault {
namespace {

constexpr int kPollMs = 20;

int ExitStatus(int status) {
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

// In the child, between fork and exec: only calls that are safe there.
[[noreturn]] void BecomeProgram(char* const* argv, int input, int output, int errors,
                                pid_t parent) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(127);  // the parent died before the line above
  if (dup2(input, STDIN_FILENO) < 0 || dup2(output, STDOUT_FILENO) < 0 ||
      dup2(errors, STDERR_FILENO) < 0) {
    _exit(127);
  }
  signal(SIGPIPE, SIG_DFL);
  execv(argv[0], argv);
  _exit(127);
}

}  // namespace

absl::StatusOr<std::unique_ptr<ChildProcess>> ChildProcess::Start(std::vector<std::string> argv) {
  static std::atomic<int> counter = 0;
  signal(SIGPIPE, SIG_IGN);  // a dead child's pipe is an error, not our end
  int to_child[2];
  int from_child[2];
  if (pipe2(to_child, O_CLOEXEC) != 0) return absl::InternalError(std::strerror(errno));
  if (pipe2(from_child, O_CLOEXEC) != 0) {
    close(to_child[0]);
    close(to_child[1]);
    return absl::InternalError(std::strerror(errno));
  }
  const std::string errors = (std::filesystem::temp_directory_path() /
                              fmt::format("prihvat_child_{}_{}.err", getpid(), counter++))
                                 .string();
  const int errors_fd = open(errors.c_str(), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600);
  std::vector<char*> arguments;
  for (std::string& argument : argv) arguments.push_back(argument.data());
  arguments.push_back(nullptr);
  const pid_t parent = getpid();
  const pid_t pid = errors_fd < 0 ? -1 : fork();
  if (pid == 0) BecomeProgram(arguments.data(), to_child[0], from_child[1], errors_fd, parent);
  const int why = errno;
  close(to_child[0]);
  close(from_child[1]);
  if (errors_fd >= 0) close(errors_fd);
  if (pid < 0) {
    close(to_child[1]);
    close(from_child[0]);
    return absl::InternalError(fmt::format("cannot start {}: {}", argv[0], std::strerror(why)));
  }
  fcntl(from_child[0], F_SETFL, O_NONBLOCK);
  return absl::WrapUnique(new ChildProcess(pid, to_child[1], from_child[0], errors));
}

ChildProcess::~ChildProcess() {
  Kill();
  CloseInput();
  close(output_);
  std::filesystem::remove(errors_);
}

void ChildProcess::CloseInput() {
  if (input_ >= 0) close(input_);
  input_ = -1;
}

absl::Status ChildProcess::Send(const std::string& line) {
  const std::string bytes = line + "\n";
  for (size_t sent = 0; sent < bytes.size();) {
    const ssize_t wrote = input_ < 0 ? -1 : write(input_, bytes.data() + sent, bytes.size() - sent);
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote <= 0) return absl::UnavailableError("the process does not read any more");
    sent += static_cast<size_t>(wrote);
  }
  return absl::OkStatus();
}

bool ChildProcess::Fill(int timeout_ms) {
  if (ended_) return false;
  pollfd wait = {output_, POLLIN, 0};
  if (poll(&wait, 1, timeout_ms) <= 0) return true;
  char chunk[64 << 10];
  const ssize_t got = read(output_, chunk, sizeof chunk);
  if (got > 0) buffer_.append(chunk, static_cast<size_t>(got));
  ended_ = got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR);
  return !ended_;
}

bool ChildProcess::HasLine() {
  if (buffer_.find('\n') == std::string::npos) Fill(0);
  return buffer_.find('\n') != std::string::npos;
}

absl::StatusOr<std::string> ChildProcess::ReadLine(absl::Time deadline) {
  while (true) {
    const size_t end = buffer_.find('\n');
    if (end != std::string::npos) {
      std::string line = buffer_.substr(0, end);
      buffer_.erase(0, end + 1);
      return line;
    }
    if (ended_) return absl::OutOfRangeError("the process has closed its output");
    const absl::Duration left = deadline - absl::Now();
    if (left <= absl::ZeroDuration()) {
      return absl::DeadlineExceededError("no line in time; on standard error: " + Complaints());
    }
    Fill(static_cast<int>(std::min<int64_t>(kPollMs, absl::ToInt64Milliseconds(left) + 1)));
  }
}

void ChildProcess::Signal(int signal) {
  if (pid_ > 0) kill(pid_, signal);
}

void ChildProcess::Kill() {
  if (pid_ <= 0) return;
  kill(pid_, SIGKILL);
  while (waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
  pid_ = 0;
}

absl::StatusOr<int> ChildProcess::WaitForExit(absl::Time deadline) {
  CloseInput();
  while (pid_ > 0) {
    int status = 0;
    const pid_t ended = waitpid(pid_, &status, WNOHANG);
    if (ended == pid_) {
      pid_ = 0;
      return ExitStatus(status);
    }
    if (absl::Now() >= deadline) {
      return absl::DeadlineExceededError("the process does not end; on standard error: " +
                                         Complaints());
    }
    // Its output must not block it; and this is what waits between two looks.
    if (!Fill(kPollMs)) absl::SleepFor(absl::Milliseconds(1));
  }
  return absl::FailedPreconditionError("the process was waited for before");
}

std::string ChildProcess::Complaints() const {
  std::ifstream file(errors_);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

}  // namespace prihvat::fault
