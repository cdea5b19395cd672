// A whole service without a thread of its own: what Service::Start runs on one thread, and what a
// simulation steps by hand. Everything but the documented exceptions belongs to the stepping
// thread.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "libs/runtime/commit_gate.h"
#include "libs/runtime/process_runner.h"
#include "libs/runtime/service.h"
#include "libs/runtime/source_tail.h"

namespace prihvat::runtime {

class ServiceCore {
 public:
  // `wake` (any thread, must not block) asks for a Step. `env` is the store's disk (nullptr: the
  // real one).
  static absl::StatusOr<std::unique_ptr<ServiceCore>> Open(const ServiceDefinition& definition,
                                                           ServiceOptions options,
                                                           event_log::EventLog& log,
                                                           base::Clock& clock, base::Random& random,
                                                           std::function<void()> wake,
                                                           rocksdb::Env* env = nullptr);
  ~ServiceCore();

  // Does what can be done now; true if there may be more at once. After an error the service is at
  // its end.
  absl::StatusOr<bool> Step();
  absl::Time next_wake() const;

  void Submit(CommandRequest request, std::function<void(CommandReply)> done);
  void WhenSeen(const common::v1::Token& token, absl::Time deadline, std::function<bool()> wanted,
                std::function<void(absl::Status)> done);
  void BeginStop();
  bool Drained() const;
  bool HandedOver() const;
  // Answers all that waits; no Step may follow.
  void Abandon();

  const ServiceDefinition& definition() const { return definition_; }
  const ServiceOptions& options() const { return options_; }
  const std::vector<std::unique_ptr<Partition>>& partitions() const { return partitions_; }
  bool Ready() const;
  std::vector<PartitionStatus> Status() const;
  std::vector<SourceStatus> Sources() const;
  std::vector<ViewBuild> ViewBuilds() const;
  Counters counters() const { return counters_; }
  void SetOnChange(std::function<void()> on_change) { on_change_ = std::move(on_change); }

  // Any thread:
  std::unique_ptr<Snapshot> Look() const;
  absl::StatusOr<std::vector<Change>> Changes(int32_t partition, int64_t after, size_t limit) const;
  absl::StatusOr<std::string> Checksum() const;
  absl::StatusOr<std::string> RequestChecksum() const;
  state_store::StateStore& store() { return *store_; }

 private:
  ServiceCore(const ServiceDefinition& definition, ServiceOptions options, event_log::EventLog& log,
              base::Clock& clock, base::Random& random)
      : definition_(definition),
        options_(std::move(options)),
        log_(log),
        clock_(clock),
        random_(random) {}

  struct Waiter {
    common::v1::Token token;
    absl::Time deadline;
    std::function<bool()> wanted;  // empty: always
    std::function<void(absl::Status)> done;
  };
  absl::StatusOr<bool> StepAll();
  bool Seen(const common::v1::Token& token) const;
  void AnswerWaiters();
  void NoticeClock();
  // For whoever looks, on any thread: with all that has been answered.
  const state_store::StateStore& Stored() const;
  int64_t NextOffset(const event_log::TopicPartition& tp) const;

  ServiceDefinition definition_;
  ServiceOptions options_;
  event_log::EventLog& log_;
  base::Clock& clock_;
  base::Random& random_;
  std::function<void()> wake_;
  std::function<void()> on_change_ = [] {};
  Counters counters_;
  CommitGate gate_;
  std::unique_ptr<state_store::StateStore> store_;
  std::unique_ptr<Views> views_;
  std::vector<std::unique_ptr<Partition>> partitions_;
  std::vector<std::unique_ptr<SourceTail>> tails_;
  std::vector<std::unique_ptr<ProcessRunner>> runners_;
  std::vector<Waiter> waiters_;
  bool broken_ = false;  // a step failed: the store may lack what the fences are past
  absl::Time last_seen_ = absl::InfinitePast();      // what the clock said at the last call
  std::vector<event_log::TopicPartition> followed_;  // own and foreign; fixed once open
};

}  // namespace prihvat::runtime
