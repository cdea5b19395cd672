// Folds one partition of another service's topic into the views that want it. Owned and stepped by
// the service's thread.
#pragma once

#include <memory>
#include <string>

#include "libs/event_log/admitted_reader.h"
#include "libs/runtime/partition.h"

namespace prihvat::runtime {

class SourceTail {
 public:
  // As Partition::Open: the store's position is compared with the log.
  static absl::StatusOr<std::unique_ptr<SourceTail>> Open(const PartitionDeps& deps,
                                                          event_log::TopicPartition tp);

  // True if there may be more to do at once. An error is the store's.
  absl::StatusOr<bool> Step();
  absl::Time next_wake() const { return next_wake_; }
  void ClockWentBack(absl::Duration by) {
    ask_tip_at_ -= by;
    retry_at_ -= by;
  }

  const event_log::TopicPartition& tp() const { return tp_; }
  int64_t next_offset() const { return next_offset_; }
  bool at_tip() const { return at_tip_; }
  const absl::Status& stopped_why() const { return stopped_why_; }

 private:
  SourceTail(const PartitionDeps& deps, event_log::TopicPartition tp)
      : deps_(deps), tp_(std::move(tp)) {}

  PartitionDeps deps_;
  event_log::TopicPartition tp_;
  std::unique_ptr<event_log::AdmittedReader> reader_;
  int64_t next_offset_ = 0;
  bool at_tip_ = false;  // it has seen the tip, and nothing very old after that
  absl::Status stopped_why_;
  absl::Time ask_tip_at_ = absl::InfinitePast();
  absl::Time retry_at_ = absl::InfinitePast();
  absl::Time next_wake_ = absl::InfiniteFuture();
};

}  // namespace prihvat::runtime
