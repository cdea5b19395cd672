// A few threads that run what must not run on the partitions' or the transport's threads: reads and
// rendering. The queue is bounded by its users: an open call has at most one thing queued.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace prihvat::rpc {

// Thread-safe. Destruction runs what is queued, then ends the threads.
class Executor {
 public:
  explicit Executor(int threads);
  ~Executor();
  Executor(const Executor&) = delete;
  Executor& operator=(const Executor&) = delete;

  // Runs `work` on one of the threads, soon.
  void Post(std::function<void()> work);

 private:
  void Loop();

  // Whether a thread is to be woken: one sleeps, and none is on its way to the queue already. Who
  // finds more than one thing there wakes the next: a hundred answers at once are not a hundred
  // wakes.
  bool WakeOne();

  std::mutex mutex_;  // guards what follows
  std::condition_variable condition_;
  std::deque<std::function<void()>> queue_;
  bool ending_ = false;
  int sleeping_ = 0;
  bool waking_ = false;
  std::vector<std::thread> threads_;  // last
};

}  // namespace prihvat::rpc
