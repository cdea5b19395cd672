// Whether the machine's clock can be believed before something is recorded by it for ever.
//
// A clock that is far ahead would poison a log: what is recorded later carries no earlier time. One
// that is far behind lets time stand still there. So a jump of over a day that nothing explains is
// refused until an operator has said that the clock is right, or the clock is set right.
#pragma once

#include <functional>
#include <optional>

#include "absl/status/statusor.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace prihvat::event_log {

// Since the machine was started, sleep included; no setting of the clock moves it.
absl::Duration TimeSinceBoot();
// Whether the kernel or systemd-timesyncd says that the clock follows a source of time (NTP, PTP).
bool ClockIsSynchronised();

struct ClockSources {
  std::function<absl::Time()> clock = absl::Now;
  std::function<absl::Duration()> since_boot = TimeSinceBoot;
  std::function<bool()> synchronised = ClockIsSynchronised;
};

// Owned and used by one thread.
class ClockGuard {
 public:
  static constexpr absl::Duration kMostUnexplained = absl::Hours(24);

  // `confirmed`: what time it is about, by an operator's word; InfinitePast: nobody has said.
  ClockGuard(ClockSources sources, absl::Time confirmed)
      : sources_(std::move(sources)), confirmed_(confirmed) {}

  // When the log was last written (or noted that it lives), by a process that may be long gone.
  void Begin(absl::Time last_written) { believed_ = last_written; }

  // What the clock says. FAILED_PRECONDITION, with the figures and what to do: it is more than
  // kMostUnexplained from where it should be by the last time that was believed and the time that
  // has passed since. Forward, a synchronised clock is believed, and after a start the time for
  // which nothing ran is only explained so. The operator's word counts while the clock is within a
  // day of it, in both directions. Each change of mind is reported once (base/report.h).
  absl::StatusOr<absl::Time> Now();

 private:
  absl::StatusOr<absl::Time> Believe(absl::Time now, absl::Duration since_boot);
  absl::Status Refuse(absl::Time now, absl::Time expected);

  const ClockSources sources_;
  const absl::Time confirmed_;
  std::optional<absl::Time> believed_;        // empty: nothing has been written yet
  std::optional<absl::Duration> since_boot_;  // at that time; empty: another process's
  bool refusing_ = false;
};

}  // namespace prihvat::event_log
