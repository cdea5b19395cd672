// Whether a reader of a log is far behind, told by how old what it folds is: the log's end need not
// be asked for. Owned and used by the service's thread.
#pragma once

#include "absl/time/time.h"

namespace prihvat::runtime {

class LagWatch {
 public:
  // Older records than this are those of somebody who is behind.
  static constexpr absl::Duration kFarBehind = absl::Seconds(30);
  // A log that has more to give gives it within this time.
  static constexpr absl::Duration kQuiet = absl::Seconds(2);

  // A record was folded that the log took at `append_time` (InfinitePast: one's own, just now).
  void Folded(absl::Time append_time, absl::Time now) {
    behind_ = append_time != absl::InfinitePast() && now - append_time > kFarBehind;
    folded_at_ = now;
  }
  bool FarBehind(absl::Time now) const { return behind_ && now - folded_at_ < kQuiet; }

 private:
  bool behind_ = false;
  absl::Time folded_at_ = absl::InfinitePast();
};

}  // namespace prihvat::runtime
