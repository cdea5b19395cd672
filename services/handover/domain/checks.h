// What is looked at after a handover: checks by a planned day, and whether the donor is seen.
#pragma once

#include "absl/time/civil_time.h"
#include "libs/es/decider.h"
#include "prihvat/handover/v1/checks.pb.h"

namespace prihvat::handover {

// It is planned, and to be made before that day: with today, it is overdue.
bool IsDueBefore(const v1::PostDonationCheck& check, absl::CivilDay day);

void RegisterPostDonationChecks(es::Decider& decider);
void RegisterVisibilityChecks(es::Decider& decider);

}  // namespace prihvat::handover
