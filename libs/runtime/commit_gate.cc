#include "libs/runtime/commit_gate.h"

#include "absl/time/time.h"
#include "libs/base/check.h"

namespace prihvat::runtime {
namespace {

constexpr absl::Duration kMostWait = absl::Seconds(5);  // where the store is held up

}  // namespace

void CommitGate::Close() {
  absl::MutexLock lock(&mutex_);
  closed_by_ = std::this_thread::get_id();
  ++closings_;
  closed_ = true;
}

void CommitGate::Open() {
  absl::MutexLock lock(&mutex_);
  closed_ = false;
}

void CommitGate::Pass() const {
  if (!closed_) return;
  absl::MutexLock lock(&mutex_);
  PRIHVAT_CHECK(!closed_ || closed_by_ != std::this_thread::get_id(),
                "the store was looked into for an answer that goes before its commit");
  // Not for the next one, too: it may be closed again before this thread has its turn.
  const auto is_past = [this, closing = closings_]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return !closed_ || closings_ != closing;
  };
  mutex_.AwaitWithTimeout(absl::Condition(&is_past), kMostWait);
}

}  // namespace prihvat::runtime
