// Who may sign for whom, on which days.
#pragma once

#include <optional>
#include <string_view>

#include "absl/time/civil_time.h"
#include "libs/es/decider.h"
#include "prihvat/handover/v1/resources.pb.h"

namespace prihvat::handover {

// Whether the mandate holds on `day`: from its first to its last day, both inclusive, and not from
// the day of its revocation on.
bool HoldsOn(const v1::Mandate& mandate, absl::CivilDay day);

// MANDATE_NOT_VALID with the days, where it does not hold on `day` (INV-15).
std::optional<es::Rejection> CheckHolds(const v1::Mandate& mandate, absl::CivilDay day);

}  // namespace prihvat::handover
