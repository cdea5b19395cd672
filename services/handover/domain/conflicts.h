// Facts that break a rule are stored, and a conflict names both sides for people to settle.
#pragma once

#include <string>

#include "libs/es/decider.h"
#include "prihvat/handover/v1/events.pb.h"

namespace prihvat::handover {

struct ConflictFound {
  v1::ConflictKind kind = v1::CONFLICT_KIND_UNSPECIFIED;
  std::string item;   // the asset or lot
  std::string other;  // what the fact contradicts
  std::string description;
};

// The event, with a name that follows from what it is about: the same history has the same
// conflicts wherever it is told.
v1::ConflictDetected Detected(const ConflictFound& found, const es::Context& context);

}  // namespace prihvat::handover
