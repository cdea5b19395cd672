// Calls on a log that wait for their outcome, for tests.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "libs/event_log/event_log.h"

namespace prihvat::event_log::testing {

inline constexpr absl::Duration kPatience = absl::Seconds(60);  // far above what any engine needs

// The outcome of one append; UNKNOWN with DEADLINE_EXCEEDED if `done` was never called.
inline AppendResult AppendAndWait(EventLog& log, const TopicPartition& tp,
                                  std::vector<std::string> records,
                                  absl::Time deadline = absl::Now() + kPatience) {
  struct Slot {
    absl::Notification done;
    AppendResult result;
  };
  auto slot = std::make_shared<Slot>();
  log.Append(tp, std::move(records), deadline, [slot](AppendResult result) {
    slot->result = std::move(result);
    slot->done.Notify();
  });
  if (!slot->done.WaitForNotificationWithTimeout(2 * kPatience)) {
    return {
        AppendResult::Outcome::kUnknown, {}, absl::DeadlineExceededError("done was never called")};
  }
  return slot->result;
}

// All records from the reader's position to the tip.
inline absl::StatusOr<std::vector<RawRecord>> ReadToTip(LogReader& reader, size_t max_records = 100,
                                                        absl::Time deadline = absl::Now() +
                                                                              kPatience) {
  std::vector<RawRecord> all;
  while (true) {
    absl::StatusOr<std::vector<RawRecord>> some = reader.Read(max_records, deadline);
    if (!some.ok()) return some.status();
    if (some->empty()) return all;
    for (RawRecord& record : *some) all.push_back(std::move(record));
  }
}

}  // namespace prihvat::event_log::testing
