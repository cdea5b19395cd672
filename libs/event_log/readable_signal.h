// The `on_readable` half of a LogReader, for engines that hold their records in this process.
#pragma once

#include <atomic>
#include <functional>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

namespace prihvat::event_log {

// Shared by a reader and the engine that wakes it. Arm() under the engine's lock in which the
// reader saw the tip; Notify() after the engine moved the tip under that lock and let go of it: so
// no arrival is missed. Thread-safe. After Stop() returned, the callback does not run and will not.
class ReadableSignal {
 public:
  explicit ReadableSignal(std::function<void()> callback) : callback_(std::move(callback)) {}

  void Arm() { armed_.store(true); }

  void Notify() {
    if (!armed_.exchange(false)) return;
    absl::MutexLock lock(&mutex_);
    if (callback_) callback_();
  }

  void Stop() {
    absl::MutexLock lock(&mutex_);
    callback_ = nullptr;
  }

 private:
  std::atomic<bool> armed_ = true;  // the first arrival counts even before the first Read
  absl::Mutex mutex_;
  std::function<void()> callback_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace prihvat::event_log
