// Where topics end, asked of the log now and then, and since when what is not folded has stood
// there.
#pragma once

#include <deque>
#include <map>

#include "absl/time/time.h"
#include "libs/base/clock.h"
#include "libs/event_log/event_log.h"

namespace prihvat::rpc {

// Used by one thread at a time.
class KnownEnds {
 public:
  // The log is asked for a partition's end once in this time at most.
  static constexpr absl::Duration kKeep = absl::Seconds(5);

  // Both outlive it.
  KnownEnds(event_log::EventLog& log, base::Clock& clock) : log_(log), clock_(clock) {}

  // The partition's next offset as far as is known; -1: it was never heard of. Asks the log until
  // `deadline` at most.
  event_log::Offset EndOf(const event_log::TopicPartition& tp, absl::Time deadline);

  // For how long, at least, a record after offset `through` has been there; zero: none is known.
  absl::Duration Behind(const event_log::TopicPartition& tp, event_log::Offset through) const;

 private:
  // Looks at which the end had moved. More are thinned out, so that what is old becomes coarse.
  static constexpr size_t kLooks = 256;
  struct Look {
    absl::Time at;
    event_log::Offset end;
  };
  struct Known {
    absl::Time asked = absl::InfinitePast();
    std::deque<Look> looks;  // in order of time and of ends
  };

  event_log::EventLog& log_;
  base::Clock& clock_;
  std::map<event_log::TopicPartition, Known> known_;
};

}  // namespace prihvat::rpc
