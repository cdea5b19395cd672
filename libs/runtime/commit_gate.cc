#include "libs/runtime/commit_gate.h"

#include "libs/base/check.h"

namespace prihvat::runtime {

void CommitGate::Close() {
  absl::MutexLock lock(&mutex_);
  closed_by_ = std::this_thread::get_id();
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
  const auto is_open = [this] { return !closed_.load(); };
  mutex_.Await(absl::Condition(&is_open));
}

}  // namespace prihvat::runtime
