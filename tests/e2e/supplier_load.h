// Many callers at once who register suppliers, and the history of what they were told.
#pragma once

#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "grpcpp/channel.h"
#include "tests/fault/history.h"

namespace prihvat::e2e {

// Supplier number n, its request id and its operation all follow from n. Start and Stop from one
// thread.
class SupplierLoad {
 public:
  // The operations must be there; suppliers are spread over them.
  explicit SupplierLoad(std::vector<std::string> operations) : operations_(std::move(operations)) {}
  ~SupplierLoad() { Stop(); }

  // Callers that go on until Stop, each over a channel of its own; one that gets no answer goes on
  // with another supplier.
  void Start(const std::string& address, int callers);
  void Stop();
  // Waits until so many more have been acknowledged since Start.
  absl::Status AwaitAcknowledged(size_t count, absl::Time deadline);

  size_t acknowledged() const {  // since Start
    std::lock_guard lock(mutex_);
    return acknowledged_;
  }
  // While callers go on: how long until something that was sent from now on is acknowledged in
  // every operation.
  absl::StatusOr<absl::Duration> AwaitEachOperation(absl::Time deadline);

  // Sends every supplier that was never acknowledged again, until all are.
  absl::Status SettleAll(const std::string& address, absl::Time deadline);
  // Sends again what once ended in doubt and about `most` of all others, spread evenly; each must
  // answer as a repeat: OK, and nothing new in the log.
  absl::Status RepeatMany(const std::string& address, int most);

  // Not while callers run.
  const fault::History& history() const { return history_; }
  int sent() const { return next_; }

 private:
  void CallOn(const std::string& address);
  // One attempt; OK only if it was acknowledged.
  absl::Status Register(const std::shared_ptr<grpc::Channel>& channel, int n, bool first);
  // Each until it is acknowledged, at least once, and until `deadline`.
  absl::Status SendAgain(const std::vector<int>& suppliers, const std::string& address,
                         absl::Time deadline);

  const std::vector<std::string> operations_;
  mutable std::mutex mutex_;  // guards what follows, up to the threads
  fault::History history_;
  std::set<int> unsettled_;
  std::set<int> doubtful_;  // sent, and nobody knew what became of it
  size_t acknowledged_ = 0;
  int counts_ = 0;                     // how often AwaitEachOperation has begun
  std::set<size_t> operations_heard_;  // acknowledged, and sent since the last time
  int next_ = 0;
  bool stopping_ = false;
  std::vector<std::thread> threads_;  // last
};

std::shared_ptr<grpc::Channel> NewChannel(const std::string& address);

}  // namespace prihvat::e2e
