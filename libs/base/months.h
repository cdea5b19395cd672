// Months added to a day of the calendar. A header of its own: most who have dates add none.
#pragma once

#include "absl/time/civil_time.h"

namespace prihvat::base {

// The day of the same number so many months later, or earlier for less than 0; the month's last
// where it has no such day: 31 January and 1 month is 28 or 29 February.
absl::CivilDay AddMonths(absl::CivilDay day, int months);

}  // namespace prihvat::base
