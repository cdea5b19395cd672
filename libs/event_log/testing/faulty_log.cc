#include "libs/event_log/testing/faulty_log.h"

#include <iterator>

#include "libs/event_log/append_checks.h"

namespace prihvat::event_log::testing {
namespace {

class FaultyReader : public LogReader {
 public:
  FaultyReader(FaultyLog& faults, std::unique_ptr<LogReader> reader)
      : faults_(faults), reader_(std::move(reader)) {}

  absl::StatusOr<std::vector<RawRecord>> Read(size_t max_records, absl::Time deadline) override {
    if (absl::Status hung = faults_.AwaitDeadlineIfItHangs(deadline); !hung.ok()) return hung;
    if (absl::Status fault = faults_.NextReadFault(max_records, deadline); !fault.ok())
      return fault;
    return reader_->Read(max_records, deadline);
  }
  Offset position() const override { return reader_->position(); }

 private:
  FaultyLog& faults_;
  const std::unique_ptr<LogReader> reader_;
};

absl::Status Injected(const char* what) { return absl::UnavailableError(what); }

}  // namespace

void FaultyLog::SetChances(const FaultChances& chances) {
  absl::MutexLock lock(&mutex_);
  chances_ = chances;
}

void FaultyLog::FailNextAppends(int count, AppendFault fault) {
  absl::MutexLock lock(&mutex_);
  next_appends_.insert(next_appends_.end(), static_cast<size_t>(count), fault);
}

void FaultyLog::FailNextReads(int count, absl::Status status) {
  absl::MutexLock lock(&mutex_);
  next_reads_.insert(next_reads_.end(), static_cast<size_t>(count), status);
}

void FaultyLog::SlowNextReads(int count) {
  absl::MutexLock lock(&mutex_);
  slow_reads_ += count;
}

void FaultyLog::ForgetFaults() {
  absl::MutexLock lock(&mutex_);
  next_appends_.clear();
  next_reads_.clear();
  slow_reads_ = 0;
}

void FaultyLog::Hang(bool hang) {
  absl::MutexLock lock(&mutex_);
  hangs_ = hang;
}

absl::Status FaultyLog::AwaitDeadlineIfItHangs(absl::Time deadline) const {
  absl::MutexLock lock(&mutex_);
  const auto answers = [this]() ABSL_NO_THREAD_SAFETY_ANALYSIS { return !hangs_; };
  if (mutex_.AwaitWithDeadline(absl::Condition(&answers), deadline)) return absl::OkStatus();
  return absl::DeadlineExceededError("injected: the log hangs");
}

size_t FaultyLog::held() const {
  absl::MutexLock lock(&mutex_);
  return held_.size();
}

void FaultyLog::ReleaseHeld() {
  std::deque<Held> released;
  {
    absl::MutexLock lock(&mutex_);
    released.swap(held_);
  }
  for (Held& held : released) {
    if (held.result) {
      if (held.done) held.done(*std::move(held.result));
      continue;
    }
    AppendDone done = held.done ? std::move(held.done) : [](const AppendResult&) {};
    log_.Append(held.tp, std::move(held.records), held.deadline, std::move(done));
  }
}

bool FaultyLog::Chance(double chance) {
  return std::uniform_real_distribution<double>(0, 1)(random_) < chance;
}

AppendFault FaultyLog::Draw() {
  absl::MutexLock lock(&mutex_);
  if (!next_appends_.empty()) {
    const AppendFault fault = next_appends_.front();
    next_appends_.pop_front();
    return fault;
  }
  if (Chance(chances_.lose_answer)) return AppendFault::kLoseAnswer;
  if (Chance(chances_.lose_records)) return AppendFault::kLoseRecords;
  if (Chance(chances_.not_sent)) return AppendFault::kNotSent;
  if (Chance(chances_.no_offsets)) return AppendFault::kNoOffsets;
  if (Chance(chances_.duplicate)) return AppendFault::kDuplicate;
  return AppendFault::kNone;
}

absl::Status FaultyLog::NextReadFault(size_t& max_records, absl::Time deadline) {
  absl::MutexLock lock(&mutex_);
  if (!next_reads_.empty()) {
    absl::Status status = next_reads_.front();
    next_reads_.pop_front();
    return status;
  }
  if (slow_reads_ > 0) {
    max_records = 1;
    if (slow_reads_-- % 2 == 0 && deadline == absl::InfinitePast())
      return absl::DeadlineExceededError("injected: nothing yet");
  }
  return Chance(chances_.read_error) ? Injected("injected: the read failed") : absl::OkStatus();
}

void FaultyLog::Append(const TopicPartition& tp, std::vector<std::string> records,
                       absl::Time deadline, AppendDone done) {
  const AppendFault fault = Draw();
  switch (fault) {
    case AppendFault::kNone:
      return log_.Append(tp, std::move(records), deadline, std::move(done));
    case AppendFault::kLoseAnswer:
      return log_.Append(tp, std::move(records), deadline,
                         [done = std::move(done)](const AppendResult&) {
                           done(Unknown(Injected("injected: the answer was lost")));
                         });
    case AppendFault::kLoseRecords:
      return done(Unknown(Injected("injected: the records were lost")));
    case AppendFault::kNotSent:
      return done(NotSent(Injected("injected: not sent")));
    case AppendFault::kHold:
    case AppendFault::kHoldLoseAnswer: {
      const bool answer = fault == AppendFault::kHoldLoseAnswer;
      {
        absl::MutexLock lock(&mutex_);
        held_.push_back({tp, std::move(records), deadline, answer ? nullptr : done, {}});
      }
      if (answer) done(Unknown(Injected("injected: the answer was lost, the append is late")));
      return;
    }
    case AppendFault::kLateAnswer:
      return log_.Append(tp, std::move(records), deadline,
                         [this, tp, deadline, done = std::move(done)](AppendResult result) {
                           absl::MutexLock lock(&mutex_);
                           held_.push_back({tp, {}, deadline, done, std::move(result)});
                         });
    case AppendFault::kNoOffsets:
      return log_.Append(tp, std::move(records), deadline,
                         [done = std::move(done)](AppendResult result) {
                           for (std::optional<Offset>& offset : result.offsets) offset.reset();
                           done(std::move(result));
                         });
    case AppendFault::kDuplicate: {
      std::vector<std::string> again = records;
      // The second copy is asked for in the first one's answer: it follows it, whatever others
      // write in between.
      return log_.Append(
          tp, std::move(records), deadline,
          [this, tp, again = std::move(again), deadline,
           done = std::move(done)](AppendResult first) {
            log_.Append(tp, again, deadline,
                        [done, first = std::move(first)](const AppendResult&) { done(first); });
          });
    }
    case AppendFault::kLoseTail:
    case AppendFault::kLoseHead:
    case AppendFault::kLateTail:
      return AppendTorn(fault, tp, std::move(records), deadline, std::move(done));
  }
}

void FaultyLog::AppendTorn(AppendFault fault, const TopicPartition& tp,
                           std::vector<std::string> records, absl::Time deadline, AppendDone done) {
  const auto middle = records.begin() + static_cast<std::ptrdiff_t>(records.size() / 2);
  std::vector<std::string> tail(std::make_move_iterator(middle),
                                std::make_move_iterator(records.end()));
  records.erase(middle, records.end());
  if (fault != AppendFault::kLateTail) {
    std::vector<std::string>& there = fault == AppendFault::kLoseTail ? records : tail;
    const auto unknown = [done = std::move(done)](const AppendResult&) {
      done(Unknown(Injected("injected: a part of the batch was lost")));
    };
    return there.empty() ? unknown({}) : log_.Append(tp, std::move(there), deadline, unknown);
  }
  const auto then = [this, tp, tail = std::move(tail), deadline,
                     done = std::move(done)](const AppendResult& head) {
    const auto both = [done, offsets = head.offsets](AppendResult result) {
      if (result.outcome == AppendResult::Outcome::kConfirmed)
        result.offsets.insert(result.offsets.begin(), offsets.begin(), offsets.end());
      done(std::move(result));
    };
    absl::MutexLock lock(&mutex_);
    held_.push_back({tp, tail, deadline, both, {}});
  };
  if (records.empty()) return then({});
  log_.Append(tp, std::move(records), deadline, then);
}

absl::StatusOr<std::unique_ptr<LogReader>> FaultyLog::OpenReader(
    const TopicPartition& tp, Offset from, std::function<void()> on_readable) {
  auto reader = log_.OpenReader(tp, from, std::move(on_readable));
  if (!reader.ok()) return reader.status();
  return std::make_unique<FaultyReader>(*this, *std::move(reader));
}

absl::StatusOr<Offset> FaultyLog::End(const TopicPartition& tp, absl::Time deadline) {
  if (absl::Status hung = AwaitDeadlineIfItHangs(deadline); !hung.ok()) return hung;
  return log_.End(tp, deadline);
}

absl::StatusOr<int32_t> FaultyLog::PartitionCount(const std::string& topic, absl::Time deadline) {
  return log_.PartitionCount(topic, deadline);
}

void FaultyLog::AnswerHeld(const TopicPartition* tp) {
  std::vector<AppendDone> unanswered;
  {
    absl::MutexLock lock(&mutex_);
    for (Held& held : held_) {
      if (held.done && (tp == nullptr || held.tp == *tp))
        unanswered.push_back(std::exchange(held.done, nullptr));
    }
  }
  for (const AppendDone& done : unanswered)
    done(Unknown(absl::AbortedError("the writer was reset")));
}

void FaultyLog::ResetWriter(const TopicPartition& tp) {
  AnswerHeld(&tp);
  log_.ResetWriter(tp);
}

void FaultyLog::Close() {
  AnswerHeld(nullptr);
  log_.Close();
}

}  // namespace prihvat::event_log::testing
