#include "libs/event_log/event_log.h"

#include "absl/strings/str_cat.h"

namespace prihvat::event_log {

std::string ToString(const TopicPartition& tp) { return absl::StrCat(tp.topic, "/", tp.partition); }

}  // namespace prihvat::event_log
