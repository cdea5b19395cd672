// The line of sight as a table for files.
#pragma once

#include "absl/status/statusor.h"
#include "libs/documents/table.h"
#include "services/reporting/views/line_of_sight.h"

namespace prihvat::reporting {

// One row a row, then the totals: a line for each currency, one for EUR by documents and one for
// the rounding difference. Identifiers (serial numbers among them) are text; amounts are numbers
// beside their currency.
absl::StatusOr<documents::Table> LineOfSightTable(const Sight& sight);

}  // namespace prihvat::reporting
