// Runs the processes on one source topic for one partition, while this instance owns it.
//
// All topics have the same partition count and a reaction concerns its source event's own
// operation, so source partition p can only cause effects in target partition p. Reads admitted
// source commits after the lowest mark and sends each process's reactions to the partition, in
// order; a failure resets the runner to what the store's marks say. Marks alone are committed now
// and then, so that a restart reads little again. Owned and stepped by the service's thread.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "libs/event_log/admitted_reader.h"
#include "libs/runtime/partition.h"

namespace prihvat::runtime {

class ProcessRunner {
 public:
  ProcessRunner(const PartitionDeps& deps, Partition& partition, std::string source_topic,
                std::vector<const es::Process*> processes);

  // Does some work; true if there may be more to do at once.
  bool Step();
  absl::Time next_wake() const { return next_wake_; }
  void ClockWentBack(absl::Duration by) {
    ask_tip_at_ -= by;
    retry_at_ -= by;
    for (Progress& progress : progress_) progress.since -= by;
  }

  // All source records up to this offset have had their effects here (on the owner); -1 for none.
  int64_t done_through() const;
  // Why it stands still ("" while it goes on): another source log than the mark's, an event that
  // this build cannot read.
  const std::string& stopped_why() const { return stopped_why_; }
  const std::string& source_topic() const { return source_.topic; }
  int32_t partition() const { return source_.partition; }
  const std::vector<const es::Process*>& processes() const { return processes_; }
  // Whether the reactions are sent from here.
  bool reacts() const { return partition_.state() == Partition::State::kOwning; }

 private:
  struct Progress {
    const es::Process* process;
    log::v1::Cause mark;        // as last sent
    int64_t records_since = 0;  // source commits since the mark, other than marks alone
    absl::Time since = absl::InfiniteFuture();
  };

  bool Open();
  void LoadMarks();
  std::optional<event_log::RawRecord> RecordAt(int64_t offset);
  bool StartAfter(const log::v1::Cause& mark);
  void Reset();
  void Dispatch(const event_log::JudgedRecord& record);
  void Send(Progress& progress, ReactionItem item);
  bool SendIdleMarks();
  void Stop(std::string why);

  PartitionDeps deps_;
  Partition& partition_;
  event_log::TopicPartition source_;
  std::vector<const es::Process*> processes_;
  std::vector<Progress> progress_;
  std::unique_ptr<event_log::LogReader> check_;  // reads the record that the lowest mark names
  absl::Time ask_tip_at_ = absl::InfinitePast();
  std::unique_ptr<event_log::AdmittedReader> reader_;
  event_log::FenceState at_;         // as of the last commit that was read: what a mark there says
  uint64_t read_term_ = 0;           // of the last claim that was read, perhaps after at_
  std::shared_ptr<bool> alive_;      // callbacks of an earlier run are void
  std::deque<int64_t> outstanding_;  // source offsets of what was sent and not answered
  int64_t read_through_ = -1;
  bool failed_ = false;
  std::string stopped_why_;
  absl::Time retry_at_ = absl::InfinitePast();
  absl::Time next_wake_ = absl::InfiniteFuture();
};

}  // namespace prihvat::runtime
