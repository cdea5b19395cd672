// Rates of exchange by date. EUR and KM have their fixed rate; any other pair has the rates that
// were entered, and a day without one takes the last before it, within the days that policy allows.
#pragma once

#include <optional>
#include <string>

#include "absl/time/civil_time.h"
#include "libs/base/money.h"
#include "libs/es/entities.h"

namespace prihvat::procurement {

struct DatedRate {
  base::ExactRate rate;
  absl::CivilDay day;  // that it is the rate of
};

// The rate from one currency to another on that day; nothing where there is none. Never another
// day's after it, and never one that is computed of two.
std::optional<DatedRate> RateOn(const es::View& view, std::string_view operation,
                                base::Currency from, base::Currency to, absl::CivilDay day,
                                int max_age_days);

}  // namespace prihvat::procurement
