// What managers watch of hand-overs: how many are under way, and which are overdue.
#pragma once

#include <vector>

#include "libs/es/figures.h"

namespace prihvat::handover {

// By operation: prihvat_handovers_under_way (by state) and prihvat_handovers_overdue: cases whose
// day has passed in the operation's zone, and nothing was delivered. prihvat_handover_proofs_due
// and prihvat_post_donation_checks_due, by when: those whose day has passed, and those whose day
// comes within the policy's reminder_days.
std::vector<base::Statistic> HandoverFigures(const es::FigureSource& source);

}  // namespace prihvat::handover
