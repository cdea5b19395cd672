#include "libs/event_log/append_checks.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace prihvat::event_log {

absl::Status CheckBatch(const TopicPartition& tp, const std::vector<std::string>& records,
                        size_t max_record_bytes) {
  if (records.empty())
    return absl::InvalidArgumentError(absl::StrCat(ToString(tp), ": an empty batch"));
  for (size_t i = 0; i < records.size(); ++i) {
    if (records[i].empty()) {
      return absl::InvalidArgumentError(
          absl::StrCat(ToString(tp), ": record ", i, " of the batch is empty"));
    }
    if (records[i].size() > max_record_bytes) {
      return absl::InvalidArgumentError(absl::StrCat(ToString(tp), ": record ", i,
                                                     " of the batch has ", records[i].size(),
                                                     " bytes, the limit is ", max_record_bytes));
    }
  }
  return absl::OkStatus();
}

AppendResult Confirmed(const std::vector<Offset>& offsets) {
  return {AppendResult::Outcome::kConfirmed, {offsets.begin(), offsets.end()}, absl::OkStatus()};
}

AppendResult NotSent(absl::Status status) {
  return {AppendResult::Outcome::kNotSent, {}, std::move(status)};
}

AppendResult Unknown(absl::Status status) {
  return {AppendResult::Outcome::kUnknown, {}, std::move(status)};
}

absl::Status NoSuchPartition(const TopicPartition& tp) {
  return absl::NotFoundError(
      absl::StrCat(ToString(tp), ": there is no such partition in this log"));
}

absl::Status LogIsClosed() { return absl::FailedPreconditionError("the log is closed"); }

}  // namespace prihvat::event_log
