// A log that goes wrong on request: around any EventLog, for tests and the simulation.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "libs/event_log/event_log.h"

namespace prihvat::event_log::testing {

enum class AppendFault {
  kNone,
  kLoseAnswer,      // appended, and the outcome is kUnknown
  kLoseRecords,     // not appended, and the outcome is kUnknown
  kNotSent,         // not appended, and the outcome says so
  kHold,            // neither appended nor answered until ReleaseHeld
  kHoldLoseAnswer,  // answered kUnknown at once, and appended at ReleaseHeld: the late write of a
                    // zombie
  kLateAnswer,      // appended at once, and confirmed at ReleaseHeld: readers were faster
  kNoOffsets,       // appended and confirmed without offsets
  kDuplicate,  // appended twice, as by a retry without idempotence; the offsets are those of the
               // first
  // Torn: a producer sends a batch in more than one request. Its first half and its second are cut
  // in the middle; of a single record the first half is nothing.
  kLoseTail,  // the first half appended, and the outcome is kUnknown
  kLoseHead,  // the second half appended, and the outcome is kUnknown
  kLateTail,  // the first half appended at once; the second, and the answer, at ReleaseHeld
};

// Chances from 0 to 1, each of its own draw, in this order; the first that comes up is the fault.
struct FaultChances {
  double lose_answer = 0;
  double lose_records = 0;
  double not_sent = 0;
  double no_offsets = 0;
  double duplicate = 0;
  double read_error = 0;  // UNAVAILABLE from LogReader::Read; nothing is lost
};

// Thread-safe. `log` must outlive this and its readers. The same seed and the same order of calls
// give the same faults. What was asked for by FailNext... comes first, then chance.
class FaultyLog : public EventLog {
 public:
  FaultyLog(EventLog& log, uint64_t seed) : log_(log), random_(seed) {}

  void SetChances(const FaultChances& chances);
  void FailNextAppends(int count,
                       AppendFault fault);  // queued behind those that were asked for before
  void FailNextReads(int count, absl::Status status);
  // The next `count` reads come in crumbs: at most one record, and every other read that does not
  // wait has nothing yet (DEADLINE_EXCEEDED). Behind those that fail.
  void SlowNextReads(int count);
  // Those that were asked for and have not been met; what is held stays so.
  void ForgetFaults();
  // While it hangs, End and reads answer nothing until their deadline, and then DEADLINE_EXCEEDED.
  void Hang(bool hang);
  size_t held() const;
  // Lets all held appends go, in order.
  void ReleaseHeld();

  void Append(const TopicPartition& tp, std::vector<std::string> records, absl::Time deadline,
              AppendDone done) override;
  absl::StatusOr<std::unique_ptr<LogReader>> OpenReader(const TopicPartition& tp, Offset from,
                                                        std::function<void()> on_readable) override;
  absl::StatusOr<Offset> End(const TopicPartition& tp, absl::Time deadline) override;
  absl::StatusOr<int32_t> PartitionCount(const std::string& topic, absl::Time deadline) override;
  // Ends held appends that were not answered as kUnknown; they are still appended at ReleaseHeld.
  void ResetWriter(const TopicPartition& tp) override;
  size_t max_record_bytes() const override { return log_.max_record_bytes(); }
  void Close() override;

  // For readers: the error that the next read meets, or OK; how many records it may bring is made
  // less where it is a slow one.
  absl::Status NextReadFault(size_t& max_records, absl::Time deadline);
  // OK, or what a call with that deadline ends with because the log hangs.
  absl::Status AwaitDeadlineIfItHangs(absl::Time deadline) const;

 private:
  struct Held {
    TopicPartition tp;
    std::vector<std::string> records;
    absl::Time deadline;
    AppendDone done;                     // empty once answered
    std::optional<AppendResult> result;  // of what was appended before: only the answer is late
  };

  AppendFault Draw() ABSL_LOCKS_EXCLUDED(mutex_);
  void AppendTorn(AppendFault fault, const TopicPartition& tp, std::vector<std::string> records,
                  absl::Time deadline, AppendDone done);
  bool Chance(double chance) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void AnswerHeld(const TopicPartition* tp);

  EventLog& log_;
  mutable absl::Mutex mutex_;
  std::mt19937_64 random_ ABSL_GUARDED_BY(mutex_);
  FaultChances chances_ ABSL_GUARDED_BY(mutex_);
  bool hangs_ ABSL_GUARDED_BY(mutex_) = false;
  std::deque<AppendFault> next_appends_ ABSL_GUARDED_BY(mutex_);
  std::deque<absl::Status> next_reads_ ABSL_GUARDED_BY(mutex_);
  int slow_reads_ ABSL_GUARDED_BY(mutex_) = 0;
  std::deque<Held> held_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace prihvat::event_log::testing
