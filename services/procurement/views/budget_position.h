// Where a project's money is: its budget lines, and their sums by currency. Computed from the
// entities, which hold each line's position.
#pragma once

#include <string_view>

#include "absl/status/status.h"
#include "libs/es/entities.h"
#include "prihvat/procurement/v1/service.pb.h"

namespace prihvat::procurement {

// Fills `position` for the project of that name, which the caller has checked. OUT_OF_RANGE where
// the sums of a currency are too large to be said.
absl::Status FillBudgetPosition(const es::View& entities, std::string_view project,
                                v1::BudgetPosition& position);

}  // namespace prihvat::procurement
