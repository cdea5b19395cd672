// Many callers who write and read the same few resources through any instance, and a history of
// what they were told that tests/linearizability checks.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "grpcpp/channel.h"

namespace prihvat::e2e {

// Writes are capacities of reception centres, each of another value; some only replace what was
// read, and are refused where that has changed. Start and Stop from one
// thread.
class CentreLoad {
 public:
  // The centres, by full name, must be there, without capacities. `addresses` are the instances'.
  CentreLoad(std::vector<std::string> centres, std::vector<std::string> addresses, uint64_t seed)
      : centres_(std::move(centres)), addresses_(std::move(addresses)), seed_(seed) {}
  ~CentreLoad() { Stop(); }

  void Start(int callers);
  void Stop();
  size_t acknowledged() const { return acknowledged_; }
  size_t rejected() const { return rejected_; }  // because somebody had been quicker

  // Asks again, by the same request ids, what became of every write with an unknown outcome. After
  // Stop.
  absl::Status SettleAll(const std::string& address, absl::Time deadline);
  // One read of each centre, which has seen all that this load was told of.
  absl::Status ReadAll(const std::string& address, absl::Time deadline);

  // What tests/linearizability/checker reads: one JSON object a line.
  std::string History() const;
  size_t calls() const;

 private:
  struct Write {
    std::string centre;
    int number = 0;
    // Only where the centre still holds `expected`, of which `etag` says so; etag "" for any.
    std::string etag;
    std::string expected;
    std::string token;  // of the read that told of them
  };
  using Channel = std::shared_ptr<grpc::Channel>;
  void CallOn(int caller);
  absl::Status Set(const Channel& channel, const Write& write, bool first);
  // The centre may be changed by somebody between the two: then the write is refused.
  absl::Status ReadAndReplace(const Channel& channel, const std::string& centre);
  // What was read goes into `seen`, where that is given: a write that would replace it.
  absl::Status Read(const Channel& channel, const std::string& centre, Write* seen = nullptr);
  void Note(std::string line) {
    std::lock_guard lock(mutex_);
    lines_.push_back(std::move(line));
  }

  const std::vector<std::string> centres_;
  const std::vector<std::string> addresses_;
  const uint64_t seed_;
  std::atomic<bool> stopping_ = false;
  std::atomic<size_t> acknowledged_ = 0;
  std::atomic<size_t> rejected_ = 0;
  std::atomic<int> next_ = 1;
  mutable std::mutex mutex_;  // guards the next three
  std::vector<std::string> lines_;
  std::map<int, Write> open_;
  std::map<std::string, std::string> tokens_;  // of the last write that was acknowledged, by centre
  std::vector<std::thread> threads_;
};

}  // namespace prihvat::e2e
