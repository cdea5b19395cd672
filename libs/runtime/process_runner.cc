#include "libs/runtime/process_runner.h"

#include <algorithm>

#include "fmt/format.h"
#include "libs/base/check.h"
#include "libs/base/string_view.h"
#include "libs/runtime/keys.h"

namespace prihvat::runtime {
namespace {

constexpr size_t kOutstanding = 256;    // reactions on their way, at most
constexpr int64_t kMarkRecords = 1000;  // source commits after which a mark alone is due
constexpr absl::Duration kMarkIdle = absl::Milliseconds(500);
constexpr absl::Duration kRetry = absl::Milliseconds(200);
constexpr absl::Duration kTipWait = absl::Milliseconds(50);
constexpr absl::Duration kTipAgain = absl::Milliseconds(500);

}  // namespace

ProcessRunner::ProcessRunner(const PartitionDeps& deps, Partition& partition,
                             std::string source_topic, std::vector<const es::Process*> processes)
    : deps_(deps),
      partition_(partition),
      source_{std::move(source_topic), partition.partition()},
      processes_(std::move(processes)) {}

void ProcessRunner::Reset() {
  check_.reset();
  reader_.reset();
  progress_.clear();
  alive_.reset();
  outstanding_.clear();
  read_through_ = -1;
  failed_ = false;
}

void ProcessRunner::Stop(std::string why) {
  Reset();
  stopped_why_ = std::move(why);
}

void ProcessRunner::LoadMarks() {
  const auto meta = deps_.store.Read(state_store::kMeta);
  progress_.clear();
  progress_.reserve(processes_.size());
  for (const es::Process* process : processes_) {
    Progress progress{process};
    progress.mark.set_new_offset(-1);
    if (const auto row =
            meta->Get(MarkKey(partition_.partition(), process->name(), source_.topic))) {
      PRIHVAT_CHECK(progress.mark.ParseFromString(*row), "a mark cannot be parsed");
    }
    progress_.push_back(std::move(progress));
  }
}

// The source record at `offset`, without waiting for it: nothing while it has not come. Stops the
// runner where the log ends before it.
std::optional<event_log::RawRecord> ProcessRunner::RecordAt(int64_t offset) {
  if (check_ == nullptr || check_->position() != offset) {
    auto check = deps_.log.OpenReader(source_, offset, deps_.wake);
    if (!check.ok()) return std::nullopt;
    check_ = *std::move(check);
  }
  const bool ask_tip = deps_.clock.Now() >= ask_tip_at_;
  auto records = check_->Read(1, ask_tip ? absl::Now() + kTipWait : absl::InfinitePast());
  if (ask_tip) ask_tip_at_ = deps_.clock.Now() + kTipAgain;
  if (records.ok() && !records->empty()) return std::move(records->front());
  const bool later = records.status().code() == absl::StatusCode::kUnavailable ||
                     records.status().code() == absl::StatusCode::kDeadlineExceeded;
  if (!later) {
    Stop(
        fmt::format("{} offset {} is not the record that the mark names: the source log was "
                    "restored or is another one",
                    ToString(source_), offset));
  }
  return std::nullopt;
}

// Whether the runner may begin after the mark: the record there must be the one that it names.
bool ProcessRunner::StartAfter(const log::v1::Cause& mark) {
  event_log::FenceState state;
  if (mark.new_offset() >= 0) {
    const std::optional<event_log::RawRecord> named = RecordAt(mark.new_offset());
    if (!named) return false;
    log::v1::Record record;
    if (!record.ParseFromString(named->bytes) ||
        event_log::NextChain(record.commit().previous_chain(), named->bytes) != mark.new_chain()) {
      Stop(
          fmt::format("{} offset {} is not the record that the mark names: the source log was "
                      "restored or is another one",
                      ToString(source_), mark.new_offset()));
      return false;
    }
    check_.reset();
    state.next_offset = mark.new_offset() + 1;
    state.last_admitted = mark.new_offset();
    state.chain = mark.new_chain();
    state.term = mark.source_term();
    state.claim_id = mark.source_claim_id();
    state.log_id = mark.source_log_id();
    state.partition_count = deps_.options.partitions;
  }
  auto reader = event_log::AdmittedReader::Open(deps_.log, source_, state, deps_.wake);
  if (!reader.ok()) return false;
  reader_ = *std::move(reader);
  at_ = state;
  read_term_ = state.term;
  read_through_ = state.next_offset - 1;
  alive_ = std::make_shared<bool>(true);
  return true;
}

// Begins at the lowest mark.
bool ProcessRunner::Open() {
  LoadMarks();
  const auto lowest = std::min_element(progress_.begin(), progress_.end(),
                                       [](const Progress& one, const Progress& other) {
                                         return one.mark.new_offset() < other.mark.new_offset();
                                       });
  return StartAfter(log::v1::Cause(lowest->mark));  // a copy: Stop lets go of the progress
}

bool ProcessRunner::Step() {
  next_wake_ = absl::InfiniteFuture();
  if (partition_.state() != Partition::State::kOwning || !stopped_why_.empty()) {
    if (reader_ != nullptr || check_ != nullptr || failed_) Reset();
    return false;
  }
  if (partition_.stopping()) return false;  // what is on its way goes on, nothing new begins
  const absl::Time now = deps_.clock.Now();
  if (failed_) {
    Reset();
    retry_at_ = now + kRetry;
  }
  if (now < retry_at_) {
    next_wake_ = retry_at_;
    return false;
  }
  if (reader_ == nullptr && !Open()) {
    next_wake_ = stopped_why_.empty() ? now + kRetry : absl::InfiniteFuture();
    return false;
  }
  bool worked = false;
  if (outstanding_.size() < kOutstanding) {
    auto records = reader_->Read(64, absl::InfinitePast());
    if (records.ok()) {
      for (const event_log::JudgedRecord& record : *records) {
        if (record.verdict == event_log::Verdict::kAdmittedClaim) {
          read_term_ = record.record.claim().term();
          at_.log_id = record.record.claim().log_id();
        }
        if (record.verdict == event_log::Verdict::kAdmittedCommit) Dispatch(record);
        if (!stopped_why_.empty()) return false;
        read_through_ = record.offset;
      }
      worked = !records->empty();
    } else if (records.status().code() == absl::StatusCode::kUnavailable) {
      retry_at_ = now + kRetry;
      next_wake_ = retry_at_;
    } else if (records.status().code() != absl::StatusCode::kDeadlineExceeded) {
      Stop(std::string(base::FromAbsl(records.status().message())));
      return false;
    }
  }
  return SendIdleMarks() || worked;
}

void ProcessRunner::Dispatch(const event_log::JudgedRecord& record) {
  const log::v1::Commit& commit = record.record.commit();
  at_.last_admitted = record.offset;
  at_.chain = record.chain;
  // Not before: a mark's term is the one at its commit, and a claim may have been read since.
  at_.term = read_term_;
  at_.claim_id = commit.claim_id();  // an admitted commit's claim is the current one
  const es::CommitContext at{source_.topic, source_.partition, record.offset,
                             record.previous_admitted};
  const bool mark_alone = commit.events().empty();
  for (Progress& progress : progress_) {
    if (record.offset <= progress.mark.new_offset()) continue;
    auto reactions = progress.process->React(commit, at);
    if (!reactions.ok()) return Stop(std::string(base::FromAbsl(reactions.status().message())));
    if (reactions->empty()) {
      if (!mark_alone) {
        if (progress.records_since++ == 0) progress.since = deps_.clock.Now();
      }
      continue;
    }
    ReactionItem item;
    item.operation = commit.operation();
    item.import_id = commit.import_id();
    item.trace_id = commit.trace_id();
    item.reactions = *std::move(reactions);
    Send(progress, std::move(item));
  }
}

void ProcessRunner::Send(Progress& progress, ReactionItem item) {
  item.process = progress.process;
  item.cause.set_process(progress.process->name());
  item.cause.set_source_topic(source_.topic);
  item.cause.set_source_partition(source_.partition);
  item.cause.set_source_log_id(at_.log_id);
  item.cause.set_old_offset(progress.mark.new_offset());
  item.cause.set_old_chain(progress.mark.new_chain());
  item.cause.set_new_offset(at_.last_admitted);
  item.cause.set_new_chain(at_.chain);
  item.cause.set_source_term(at_.term);
  item.cause.set_source_claim_id(at_.claim_id);
  progress.mark = item.cause;
  progress.records_since = 0;
  progress.since = absl::InfiniteFuture();
  outstanding_.push_back(progress.mark.new_offset());
  // The runner outlives every callback of a run that is alive: both belong to the service's thread.
  item.done = [this, alive = std::weak_ptr<bool>(alive_)](absl::Status status) {
    if (alive.expired()) return;
    outstanding_.pop_front();  // the partition answers in the order that it was asked
    if (status.ok()) return;
    failed_ = true;
  };
  partition_.React(std::move(item));
}

bool ProcessRunner::SendIdleMarks() {
  const absl::Time now = deps_.clock.Now();
  bool sent = false;
  for (Progress& progress : progress_) {
    if (progress.records_since == 0) continue;
    if (progress.records_since >= kMarkRecords || now >= progress.since + kMarkIdle) {
      ReactionItem item;
      Send(progress, std::move(item));
      sent = true;
    } else {
      next_wake_ = std::min(next_wake_, progress.since + kMarkIdle);
    }
  }
  return sent;
}

int64_t ProcessRunner::done_through() const {
  if (partition_.state() == Partition::State::kOwning && reader_ != nullptr && !failed_) {
    return outstanding_.empty() ? read_through_ : outstanding_.front() - 1;
  }
  // A standby knows what the marks say.
  const auto meta = deps_.store.Read(state_store::kMeta);
  int64_t lowest = INT64_MAX;
  for (const es::Process* process : processes_) {
    log::v1::Cause mark;
    mark.set_new_offset(-1);
    if (const auto row =
            meta->Get(MarkKey(partition_.partition(), process->name(), source_.topic))) {
      PRIHVAT_CHECK(mark.ParseFromString(*row), "a mark cannot be parsed");
    }
    lowest = std::min(lowest, mark.new_offset());
  }
  return lowest;
}

}  // namespace prihvat::runtime
