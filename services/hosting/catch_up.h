// Tells in log lines how far a service that is not ready has folded its logs, and how long it will
// still take: after a restore, or where a store is rebuilt from the log.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/time/time.h"

namespace prihvat::hosting {

// One service's way. One thread.
class CatchUp {
 public:
  struct Line {
    std::string message;
    int64_t folded = 0;
    int64_t records = 0;
    double records_per_second = 0;
    double seconds_left = -1;  // -1: not known yet
  };

  // What to say now that `folded` of `records` have been folded; nothing, most of the time: a line
  // at the beginning, one every few seconds, one at the end. Nothing at all where there was
  // nothing to catch up with.
  std::optional<Line> Note(int64_t folded, int64_t records, bool ready, absl::Time now);

 private:
  bool under_way_ = false;
  absl::Time began_;
  int64_t began_at_ = 0;
  absl::Time said_;
};

}  // namespace prihvat::hosting
