#include "libs/base/clock.h"

#include "absl/time/clock.h"

namespace prihvat::base {

absl::Time SystemClock::Now() { return absl::Now(); }

absl::Time ManualClock::Now() {
  absl::MutexLock lock(&mutex_);
  return now_;
}

void ManualClock::Set(absl::Time now) {
  absl::MutexLock lock(&mutex_);
  now_ = now;
}

void ManualClock::Advance(absl::Duration by) {
  absl::MutexLock lock(&mutex_);
  now_ += by;
}

}  // namespace prihvat::base
