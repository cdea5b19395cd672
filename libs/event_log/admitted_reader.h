// Reads a partition and judges every record: a LogReader behind a TermFence.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/event_log/event_log.h"
#include "libs/event_log/term_fence.h"

namespace prihvat::event_log {

struct JudgedRecord {
  Offset offset = 0;
  Verdict verdict = Verdict::kVoid;
  log::v1::Record record;
  std::string chain;              // after this record
  Offset previous_admitted = -1;  // the admitted record before this one
  absl::Time append_time = absl::InfinitePast();
};

// Owned and used by one thread. Errors are those of LogReader::Read, DATA_LOSS for a record that
// cannot be parsed, and TermFence::Admit's; after DATA_LOSS or FAILED_PRECONDITION every later call
// fails alike (stop the line).
class AdmittedReader {
 public:
  // Continues after `state` (a fresh FenceState reads from the start).
  static absl::StatusOr<std::unique_ptr<AdmittedReader>> Open(EventLog& log,
                                                              const TopicPartition& tp,
                                                              FenceState state,
                                                              std::function<void()> on_readable);

  // As LogReader::Read, void records included (with their verdict); empty means that the tip was
  // reached.
  absl::StatusOr<std::vector<JudgedRecord>> Read(size_t max_records, absl::Time deadline);

  const FenceState& state() const { return fence_.state(); }

 private:
  AdmittedReader(TopicPartition tp, FenceState state)
      : tp_(std::move(tp)), fence_(std::move(state)) {}

  TopicPartition tp_;
  TermFence fence_;
  absl::Status stopped_;
  std::unique_ptr<LogReader> reader_;
};

}  // namespace prihvat::event_log
