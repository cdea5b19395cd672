// Reports as people read them: tables and sentences.
#pragma once

#include <cstddef>
#include <string>

#include "absl/status/statusor.h"
#include "prihvat/procurement/v1/queries.pb.h"
#include "prihvat/reporting/v1/resources.pb.h"

namespace prihvat::ctl {

// `max_width`: columns of the terminal; 0 for no limit. INVALID_ARGUMENT for a report with text
// that is not UTF-8.
absl::StatusOr<std::string> LineOfSightText(const reporting::v1::LineOfSight& report,
                                            size_t max_width);
absl::StatusOr<std::string> DonorSummaryText(const reporting::v1::DonorSummary& report,
                                             size_t max_width);
absl::StatusOr<std::string> FundingSplitText(const procurement::v1::FundingSplit& split,
                                             size_t max_width);
absl::StatusOr<std::string> CentreSummaryText(const reporting::v1::CentreSummary& report,
                                              size_t max_width);

}  // namespace prihvat::ctl
