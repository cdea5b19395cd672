#include "libs/event_log/event_log.h"

#include "absl/strings/str_cat.h"

namespace prihvat::event_log {

std::string ToString(const TopicPartition& tp) { return absl::StrCat(tp.topic, "/", tp.partition); }

absl::Status EventLog::Checkpoint(const std::string& directory) {
  return absl::FailedPreconditionError(absl::StrCat(
      "no copy to ", directory, ": this log is not kept here; copy it where it is kept"));
}

}  // namespace prihvat::event_log
