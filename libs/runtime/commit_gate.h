// Lets an answer go before the store has its commit, and nobody see the store meanwhile.
#pragma once

#include <atomic>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

namespace prihvat::runtime {

// Closed by the service's thread from just before such an answer until the store has the commit.
// Whoever looks passes first: a caller who has its answer never finds the store without it.
class CommitGate {
 public:
  // On the thread that writes the store, by turns.
  void Close();
  void Open();

  // On any other thread: waits while the gate is closed, so for one write of the store at most.
  // Whoever passes on the thread that closed it would wait for itself: the program ends.
  void Pass() const;

 private:
  std::atomic<bool> closed_ = false;  // written under the mutex
  mutable absl::Mutex mutex_;
  std::thread::id closed_by_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace prihvat::runtime
