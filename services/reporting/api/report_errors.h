// What a report's own error means to the caller.
#pragma once

#include <string>

#include "absl/status/status.h"

namespace prihvat::reporting {

// NOT_FOUND is `name` that is not there; OUT_OF_RANGE is a sum that cannot be held exactly
// (REPORT_TOO_LARGE). Any other stays as it is.
absl::Status Explain(const absl::Status& status, const std::string& name);

}  // namespace prihvat::reporting
