#include "libs/event_log/embedded/clock_guard.h"

#include <sys/timex.h>
#include <time.h>
#include <unistd.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/report.h"
#include "libs/base/string_view.h"

namespace prihvat::event_log {
namespace {

constexpr std::string_view kSource = "embedded log";

std::string Say(absl::Time time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", time, absl::UTCTimeZone());
}

// A jump in words, to the minute.
std::string Say(absl::Duration jump) {
  return absl::StrCat(absl::FormatDuration(absl::Trunc(absl::AbsDuration(jump), absl::Minutes(1))),
                      jump > absl::ZeroDuration() ? " ahead of" : " behind");
}

}  // namespace

absl::Duration TimeSinceBoot() {
  timespec now = {};
  clock_gettime(CLOCK_BOOTTIME, &now);
  return absl::DurationFromTimespec(now);
}

bool ClockIsSynchronised() {
  timex state = {};
  const int answer = adjtimex(&state);
  if (answer >= 0) return answer != TIME_ERROR && (state.status & STA_UNSYNC) == 0;
  // A service that may not touch the clock is often not let ask the kernel either. This says less:
  // that since the machine's start a source of time has set the clock.
  return access("/run/systemd/timesync/synchronized", F_OK) == 0;
}

absl::StatusOr<absl::Time> ClockGuard::Now() {
  const absl::Time now = sources_.clock();
  const absl::Duration since_boot = sources_.since_boot();
  if (!believed_) return Believe(now, since_boot);
  const absl::Time expected =
      *believed_ + (since_boot_ ? since_boot - *since_boot_ : absl::ZeroDuration());
  const absl::Duration jump = now - expected;
  if (absl::AbsDuration(jump) <= kMostUnexplained) return Believe(now, since_boot);
  const bool confirmed = absl::AbsDuration(now - confirmed_) <= kMostUnexplained;
  const bool vouched_for = jump > absl::ZeroDuration() && sources_.synchronised();
  if (!confirmed && !vouched_for) return Refuse(now, expected);
  base::Report(
      base::Severity::kWarning, kSource,
      absl::StrCat("the clock says ", Say(now), ", ", Say(jump),
                   " what is expected after the last write at ", Say(*believed_),
                   "; it is believed: ",
                   confirmed ? "an operator has confirmed it" : "it follows a source of time"));
  refusing_ = false;
  return Believe(now, since_boot);
}

absl::StatusOr<absl::Time> ClockGuard::Believe(absl::Time now, absl::Duration since_boot) {
  if (std::exchange(refusing_, false))
    base::Report(base::Severity::kInfo, kSource, "the clock is right again, writes go on");
  believed_ = now;
  since_boot_ = since_boot;
  return now;
}

absl::Status ClockGuard::Refuse(absl::Time now, absl::Time expected) {
  const std::string why = absl::StrCat(
      "the machine's clock says ", Say(now), ", ", Say(now - expected),
      " what is expected after the last write at ", Say(*believed_),
      ", and nothing explains more than ", absl::FormatDuration(kMostUnexplained),
      ": nothing is written until the clock is set right, or, if it is right, until the program is "
      "started with --clock-confirmed=",
      Say(now));
  if (!std::exchange(refusing_, true)) base::Report(base::Severity::kError, kSource, why);
  return absl::FailedPreconditionError(why);
}

}  // namespace prihvat::event_log
