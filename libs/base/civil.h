// Dates on a calendar, and the days of a place.
//
// An instant (absl::Time) is kept in UTC; which day it belongs to is a question of the place's
// zone, and is asked here.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"

namespace prihvat::base {

// A zone of the IANA database, such as "Europe/Sarajevo". INVALID_ARGUMENT for a name that it does
// not have.
absl::StatusOr<absl::TimeZone> LoadZone(std::string_view name);

// The date that a calendar on the wall in `zone` shows at `instant`.
absl::CivilDay LocalDay(absl::Time instant, const absl::TimeZone& zone);

// The first instant of `day` in `zone`: mostly 00:00; where the clocks skip midnight, the instant
// of the change. For a day that the zone never had (Samoa, 30 December 2011), the start of the
// next.
absl::Time DayStart(absl::CivilDay day, const absl::TimeZone& zone);

// How often midnight came between: the difference of the local dates, whatever the hours (INV25).
// INVALID_ARGUMENT when `out` is before `in`, or either is infinite.
absl::StatusOr<int64_t> NightsBetween(absl::Time in, absl::Time out, const absl::TimeZone& zone);

// As google.type.Date gives it, but a whole date. INVALID_ARGUMENT, with the numbers, for one that
// does not exist; years are 1..9999.
absl::StatusOr<absl::CivilDay> MakeDate(int year, int month, int day);

// ISO 8601 calendar date, "2023-07-13", and nothing else. INVALID_ARGUMENT as above.
absl::StatusOr<absl::CivilDay> ParseDate(std::string_view text);

// "2023-07-13". Years are 1..9999, as in all dates that were made here.
std::string FormatDate(absl::CivilDay day);

// "2023-07-13 14:00:00+02:00", as the clocks of `zone` show it: for people. "further notice" for an
// infinite future.
std::string Say(absl::Time instant, const absl::TimeZone& zone);

}  // namespace prihvat::base
