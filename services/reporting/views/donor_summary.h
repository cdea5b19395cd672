// What became of a donor's money: where the budget lines stand, and what was handed over.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "prihvat/reporting/v1/resources.pb.h"
#include "services/reporting/views/line_of_sight.h"

namespace prihvat::reporting {

// Whose money: empty for everybody's.
struct Payer {
  std::string project;
  std::string donor;
};

// Of a donor, only its part: each figure of a budget line is shared out once among its sources,
// each item of a certificate by itself (base/funding.h).
//
// NOT_FOUND for a project that procurement has not created (as it was, as known then). Amounts of
// different currencies are never added. The cut-off is the caller's to fill in.
absl::StatusOr<v1::DonorSummary> SummariseDonor(const Journals& journals, const ReportScope& scope,
                                                const Payer& payer);

}  // namespace prihvat::reporting
