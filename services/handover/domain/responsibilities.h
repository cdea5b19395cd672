// Who answers for a function of a centre: exactly one body at every instant from the first on
// (INV-19). The periods follow each other without gap and overlap by construction: one ends only
// where the next begins.
#pragma once

#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "libs/es/decider.h"
#include "prihvat/handover/v1/resources.pb.h"

namespace prihvat::handover {

// The period of the body that answers at `time`; nullptr before the first.
const v1::ResponsibilityPeriod* AnsweringAt(const v1::Responsibility& responsibility,
                                            absl::Time time);
// Those of the bodies that assist then.
std::vector<const v1::ResponsibilityPeriod*> AssistingAt(const v1::Responsibility& responsibility,
                                                         absl::Time time);

// NOT_RESPONSIBLE unless `body` is the one that answers at last.
std::optional<es::Rejection> CheckAnswers(const v1::Responsibility& responsibility,
                                          std::string_view body, const es::Context& context);
// The same, and BEFORE_LAST_MOVE unless the command takes effect after that body began: then
// another may follow it.
std::optional<es::Rejection> CheckMayPass(const v1::Responsibility& responsibility,
                                          std::string_view body, const es::Context& context);

// Fold: `body` answers from `time` on, and who answered answers no longer.
void PassTo(v1::Responsibility& responsibility, std::string_view body, absl::Time time,
            std::string_view agreement, std::string_view transfer);

}  // namespace prihvat::handover
