#include "libs/rpc/executor.h"

#include <algorithm>

namespace prihvat::rpc {

Executor::Executor(int threads) {
  for (int i = 0; i < std::max(threads, 1); ++i) threads_.emplace_back([this] { Loop(); });
}

Executor::~Executor() {
  {
    std::lock_guard lock(mutex_);
    ending_ = true;
  }
  condition_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

bool Executor::WakeOne() {
  if (waking_ || sleeping_ == 0 || queue_.empty()) return false;
  waking_ = true;
  return true;
}

void Executor::Post(std::function<void()> work) {
  bool wake = false;
  {
    std::lock_guard lock(mutex_);
    queue_.push_back(std::move(work));
    wake = WakeOne();
  }
  if (wake) condition_.notify_one();
}

void Executor::Loop() {
  while (true) {
    std::function<void()> work;
    bool wake = false;
    {
      std::unique_lock lock(mutex_);
      ++sleeping_;
      condition_.wait(lock, [this] { return ending_ || !queue_.empty(); });
      --sleeping_;
      waking_ = false;
      if (queue_.empty()) return;
      work = std::move(queue_.front());
      queue_.pop_front();
      wake = WakeOne();
    }
    if (wake) condition_.notify_one();
    work();
  }
}

}  // namespace prihvat::rpc
