#include "libs/rpc/signals.h"

#include <unistd.h>
#include <csignal>
#include <cstdlib>

#include "libs/telemetry/log.h"

namespace prihvat::rpc {
namespace {

sigset_t ShutdownSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  return signals;
}

}  // namespace

void BlockShutdownSignals() {
  const sigset_t signals = ShutdownSignals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
}

int WaitForShutdownSignal() {
  const sigset_t signals = ShutdownSignals();
  int received = 0;
  while (sigwait(&signals, &received) != 0) {
  }
  return received;
}

void RequestShutdown() { kill(getpid(), SIGTERM); }

EndableStart::EndableStart()
    : thread_([this] {
        const sigset_t signals = ShutdownSignals();
        const timespec look_again = {.tv_sec = 0, .tv_nsec = 20'000'000};
        while (!over_) {
          const int signal = sigtimedwait(&signals, nullptr, &look_again);
          if (signal <= 0) continue;
          if (over_) {  // the start is done: it is for those who wait now
            kill(getpid(), signal);
            return;
          }
          telemetry::Log(telemetry::Level::kInfo, "ended before the start was done",
                         {{"signal", signal}});
          telemetry::FlushLog();
          std::_Exit(0);
        }
      }) {}

EndableStart::~EndableStart() {
  over_ = true;
  thread_.join();
}

ExitTimer::ExitTimer(absl::Duration grace, int exit_code)
    : thread_([this, grace, exit_code] {
        std::unique_lock lock(mutex_);
        if (condition_.wait_for(lock, absl::ToChronoMilliseconds(grace), [this] { return done_; }))
          return;
        telemetry::Log(telemetry::Level::kError, "shutdown took longer than its grace period",
                       {{"grace_seconds", absl::ToDoubleSeconds(grace)}});
        telemetry::FlushLog();
        std::_Exit(exit_code);
      }) {}

ExitTimer::~ExitTimer() {
  {
    std::lock_guard lock(mutex_);
    done_ = true;
  }
  condition_.notify_all();
  thread_.join();
}

}  // namespace prihvat::rpc
