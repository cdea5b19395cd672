// What every engine asks of a batch before it sends anything of it.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "libs/event_log/event_log.h"

namespace prihvat::event_log {

// INVALID_ARGUMENT for an empty batch, an empty record or one above `max_record_bytes`: nothing may
// have been sent yet.
absl::Status CheckBatch(const TopicPartition& tp, const std::vector<std::string>& records,
                        size_t max_record_bytes);

AppendResult Confirmed(const std::vector<Offset>& offsets);
AppendResult NotSent(absl::Status status);
AppendResult Unknown(absl::Status status);

absl::Status NoSuchPartition(const TopicPartition& tp);
absl::Status LogIsClosed();

}  // namespace prihvat::event_log
