#include "libs/rpc/known_ends.h"

#include <algorithm>

namespace prihvat::rpc {

event_log::Offset KnownEnds::EndOf(const event_log::TopicPartition& tp, absl::Time deadline) {
  Known& known = known_[tp];
  const absl::Time now = clock_.Now();
  if (now >= known.asked + kKeep && now < deadline) {
    known.asked = now;
    const auto end = log_.End(tp, deadline);
    if (end.ok() && (known.looks.empty() || *end > known.looks.back().end))
      known.looks.push_back({now, *end});
  }
  if (known.looks.size() > kLooks) {
    // The last one is kept: it is the end.
    std::deque<Look> fewer;
    for (size_t i = known.looks.size() % 2 == 0 ? 1 : 0; i < known.looks.size(); i += 2)
      fewer.push_back(known.looks[i]);
    known.looks = std::move(fewer);
  }
  return known.looks.empty() ? -1 : known.looks.back().end;
}

absl::Duration KnownEnds::Behind(const event_log::TopicPartition& tp,
                                 event_log::Offset through) const {
  const auto known = known_.find(tp);
  if (known == known_.end()) return absl::ZeroDuration();
  const std::deque<Look>& looks = known->second.looks;
  const auto first = std::partition_point(
      looks.begin(), looks.end(), [through](const Look& look) { return look.end - 1 <= through; });
  if (first == looks.end()) return absl::ZeroDuration();
  return std::max(absl::ZeroDuration(), clock_.Now() - first->at);
}

}  // namespace prihvat::rpc
