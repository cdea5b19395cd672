// Who pays for what: a budget line's sources, and documents shared out among them to the cent.
// Computed from the entities; pure.
#pragma once

#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "libs/es/entities.h"
#include "prihvat/procurement/v1/queries.pb.h"
#include "prihvat/procurement/v1/resources.pb.h"

namespace prihvat::procurement {

// The sources of a budget line, which the caller has checked: as it names them, or else the
// project's donor alone. They come to 100 %.
std::vector<v1::FundingShare> SourcesOf(const es::View& entities, const v1::BudgetLine& line);

// Fills `split` for the budget line, requisition, order or sourcing process of that name: each line
// by largest remainder, ties to the earlier source, and a source's total is the sum over the lines,
// so that sums are exact both ways (INV-02). NOT_FOUND for another name; FAILED_PRECONDITION for a
// process for which nothing is recommended; OUT_OF_RANGE where an amount is too large.
absl::Status FillFundingSplit(const es::View& entities, std::string_view name,
                              v1::FundingSplit& split);

// Of an order: one share for each source, with what of it is promised and spent.
absl::StatusOr<std::vector<v1::FunderShare>> FunderSharesOf(const es::View& entities,
                                                            const v1::PurchaseOrder& order);

}  // namespace prihvat::procurement
