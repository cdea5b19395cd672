// Who answers for a function of a centre at an instant: exactly one body from the first on.
#pragma once

#include "absl/time/time.h"
#include "prihvat/reception/v1/resources.pb.h"

namespace prihvat::reception {

// The body that answers at `time`; nullptr before the first.
const v1::ResponsibleBody* ResponsibleAt(const v1::Responsibility& responsibility, absl::Time time);

}  // namespace prihvat::reception
