// What happened at a centre in a period of local days: who came, stayed and went, and what was
// delivered (invariants 22, 23 and 25).
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "libs/es/rows.h"
#include "prihvat/reporting/v1/resources.pb.h"
#include "services/reporting/views/facts.h"

namespace prihvat::reporting {

struct CentrePeriod {
  std::string centre;
  absl::CivilDay first;
  absl::CivilDay last;  // inclusive, not before `first`
  absl::TimeZone zone;
  absl::Time known_at = absl::InfiniteFuture();
};

// NOT_FOUND for a centre that reception has not created (as known then). The cut-off is the
// caller's to fill in.
//
// A local day D is [00:00 of D, 00:00 of D+1), whatever its hours. Present at the end of D are
// those whose last move before 00:00 of D+1 brought them in; a move at that very instant belongs to
// D+1. So closing = opening + movements holds day by day, and the sum of the closings is the sum of
// the nights.
absl::StatusOr<v1::CentreSummary> SummariseCentre(const es::Rows& centres,
                                                  const CentrePeriod& period);

}  // namespace prihvat::reporting
