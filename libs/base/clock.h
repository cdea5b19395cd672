// The seam for time: nothing but a Clock asks what time it is, so that a test or a simulation
// decides.
#pragma once

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace prihvat::base {

// Wall-clock time. Any thread. May go back (NTP), so order comes from the log, never from here.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual absl::Time Now() = 0;
};

// The machine's clock.
class SystemClock final : public Clock {
 public:
  absl::Time Now() override;
};

// A clock that stands still until it is told to move. Any thread.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(absl::Time now) : now_(now) {}

  absl::Time Now() override;
  void Set(absl::Time now);
  void Advance(absl::Duration by);

 private:
  absl::Mutex mutex_;
  absl::Time now_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace prihvat::base
