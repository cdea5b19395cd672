// Facts that break a rule are stored, and a conflict names both sides for people to settle.
#pragma once

#include <string>
#include <string_view>

#include "libs/es/decider.h"
#include "prihvat/reception/v1/events.pb.h"

namespace prihvat::reception {

struct ConflictFound {
  v1::ConflictKind kind = v1::CONFLICT_KIND_UNSPECIFIED;
  std::string centre;  // "" where none is meant
  std::string bed;     // "" where it is not about one
  std::string fact;    // the new fact
  std::string other;   // what it contradicts
  std::string description;
};

// The event, with a name of its own.
v1::ConflictDetected Detected(const ConflictFound& found, es::Context& context);

}  // namespace prihvat::reception
