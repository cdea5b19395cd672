// The test's side of toy_service: starts it, sends it commands, and keeps the history of the
// answers.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/base/random.h"
#include "libs/event_log/event_log.h"
#include "tests/fault/child_process.h"
#include "tests/fault/history.h"

namespace prihvat::fault {

inline constexpr int32_t kToyPartitions = 2;

struct ToyOptions {
  std::string directory;
  std::string brokers;  // empty: the embedded log
  std::string instance = "toy-0";
  int rank = 0;
};

// Owned by a test; one thread. `history` outlives it.
class ToyInstance {
 public:
  // Starts the process and waits until it is ready.
  static absl::StatusOr<std::unique_ptr<ToyInstance>> Start(const ToyOptions& options,
                                                            History& history, absl::Time deadline);

  // Sends command number `n` (all of it, the request id too, follows from `n`), without waiting.
  void Take(int n);
  // Takes in answers until at most `open` calls wait for one. Calls of a process that has ended
  // stay open for ever, in the history too.
  absl::Status Drain(size_t open, absl::Time deadline);
  // Takes in what the process said before its end.
  void DrainToEnd();
  // The answer to a question (see toy_service.cc).
  absl::StatusOr<std::string> Ask(const std::string& question, absl::Time deadline);
  void Tell(const std::string& order) { (void)process_->Send(order); }
  // Asks until the answer is `wanted`.
  absl::Status Await(const std::string& question, const std::string& wanted, absl::Time deadline);
  // What it has folded of each partition.
  absl::StatusOr<std::map<event_log::TopicPartition, int64_t>> Applied(absl::Time deadline);

  ChildProcess& process() { return *process_; }
  const std::string& name() const { return name_; }
  size_t open_calls() const { return open_; }
  // The numbers of acknowledged commands, repeats included, in the order of the answers.
  const std::vector<int>& acknowledged() const { return acknowledged_; }

 private:
  ToyInstance(std::string name, std::unique_ptr<ChildProcess> process, History& history)
      : name_(std::move(name)), process_(std::move(process)), history_(history) {}
  // Notes a reply; false if the line is none.
  bool Note(const std::string& line);

  std::string name_;
  std::unique_ptr<ChildProcess> process_;
  History& history_;
  std::map<size_t, int> numbers_;  // call -> command
  size_t open_ = 0;
  std::vector<int> acknowledged_;
};

// Commands without end, a bounded number of them under way: new ones, retries of those that no one
// has acknowledged, and repeats of some that were. The same seed chooses alike.
class ToyLoad {
 public:
  explicit ToyLoad(uint64_t seed) : random_(seed) {}

  // Keeps commands under way until `acknowledgements` more have come in; leaves the rest open.
  absl::Status Run(ToyInstance& instance, size_t acknowledgements, absl::Time deadline);
  // Sends one batch without waiting for any answer: a process that is stopped reads it later.
  void SendBlindly(ToyInstance& instance, int count);
  // Retries until every command that was ever sent is acknowledged.
  absl::Status SettleAll(ToyInstance& instance, absl::Time deadline);

  const std::set<int>& unsettled() const { return unsettled_; }
  int sent() const { return next_; }

 private:
  int Choose();
  void TakeIn(ToyInstance& instance);

  base::SeededRandom random_;
  int next_ = 0;
  std::set<int> unsettled_;
  std::map<const ToyInstance*, size_t> taken_in_;  // of its acknowledged()
};

std::string RequestIdOf(int n);
std::string OperationOf(int n);

// Each person that took a seat was welcomed once, and nobody else: G8, from the log alone.
std::vector<std::string> EffectFaults(const LogContents& contents);

}  // namespace prihvat::fault
