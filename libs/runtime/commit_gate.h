// Lets an answer go before the store has its commit, and nobody see the store meanwhile.
#pragma once

#include <atomic>
#include <cstdint>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

namespace prihvat::runtime {

// Closed by the service's thread from just before such an answer until the store has the commit.
// Whoever looks passes first, so that a caller who has its answer finds it in the store. Where the
// store cannot take it in time, or not at all (the service ends then), a look shows what a standby
// would: what was folded, with a token that says how far.
class CommitGate {
 public:
  // On the thread that writes the store, by turns.
  void Close();
  void Open();

  // On any other thread: waits for the write of the store that is under way, 5 s at most. Whoever
  // passes on the thread that closed it would wait for itself: the program ends.
  void Pass() const;

 private:
  std::atomic<bool> closed_ = false;  // written under the mutex
  mutable absl::Mutex mutex_;
  std::thread::id closed_by_ ABSL_GUARDED_BY(mutex_);
  int64_t closings_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace prihvat::runtime
