// What all dated data of the service has in common.
#pragma once

#include <optional>
#include <string_view>

#include "absl/time/civil_time.h"
#include "libs/es/decider.h"

namespace prihvat::handover {

// POLICY_REACHES_BACK where what is decided by the command is to hold from a day before that of its
// recording; an approved import tells what was decided long ago.
std::optional<es::Rejection> CheckDoesNotReachBack(std::string_view field, absl::CivilDay day,
                                                   const es::Context& context);

}  // namespace prihvat::handover
