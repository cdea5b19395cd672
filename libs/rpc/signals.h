// How a server is asked to end: SIGTERM or SIGINT, received by whoever waits for them and nobody
// else; and a timer for the case that ending takes too long.
#pragma once

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "absl/time/time.h"

namespace prihvat::rpc {

// Blocks SIGTERM and SIGINT in this thread and those that it makes: call first in main. SIGPIPE is
// ignored.
void BlockShutdownSignals();
// Returns the signal that came. After BlockShutdownSignals.
int WaitForShutdownSignal();
// Makes WaitForShutdownSignal return, from any thread of the process.
void RequestShutdown();

// While it lives a shutdown signal ends the process at once, with 0: for a start, which may wait
// for brokers or read a long log and cannot be called off. What it leaves behind is what a
// kill leaves, so nothing that was acknowledged is lost. A signal that comes as it ends is kept for
// WaitForShutdownSignal. After BlockShutdownSignals.
class EndableStart {
 public:
  EndableStart();
  ~EndableStart();
  EndableStart(const EndableStart&) = delete;
  EndableStart& operator=(const EndableStart&) = delete;

 private:
  std::atomic<bool> over_ = false;
  std::thread thread_;  // last
};

// Ends the process with `exit_code` unless it is destroyed before `grace` has passed.
// For the way from the signal to the end of main.
class ExitTimer {
 public:
  ExitTimer(absl::Duration grace, int exit_code);
  ~ExitTimer();
  ExitTimer(const ExitTimer&) = delete;
  ExitTimer& operator=(const ExitTimer&) = delete;

 private:
  std::mutex mutex_;  // guards done_
  std::condition_variable condition_;
  bool done_ = false;
  std::thread thread_;  // last
};

}  // namespace prihvat::rpc
