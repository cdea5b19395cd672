// The supplier's warranty of what was received.
#pragma once

#include <optional>

#include "absl/time/civil_time.h"
#include "libs/es/decider.h"
#include "prihvat/handover/v1/state.pb.h"

namespace prihvat::handover {

// The last local day of the warranty of goods that are received by the command; nothing without
// one. As procurement reckons it: the same day of the month, or the month's last.
std::optional<absl::CivilDay> WarrantyEndOf(const v1::RegisterReceivedGoodsRequest& command,
                                            const es::Context& context);

void RegisterWarrantyClaims(es::Decider& decider);

}  // namespace prihvat::handover
