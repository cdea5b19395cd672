// Why the reporting service says no, beyond what all services share.
#pragma once

#include <span>

#include "libs/es/decision.h"

namespace prihvat::reporting {

inline constexpr es::Reason kReportTooLarge{"REPORT_TOO_LARGE", absl::StatusCode::kOutOfRange,
                                            "A sum of the report is too large to be held exactly.",
                                            "Narrow the report by project, donor or time."};

inline constexpr es::Reason kProcessTooLarge{
    "PROCESS_TOO_LARGE", absl::StatusCode::kOutOfRange,
    "One contracting process is larger than a message may be.",
    "Export it as releases and not as records, or as it was known earlier."};

// All of them, for the error catalogue.
inline std::span<const es::Reason* const> ReportingReasons() {
  static constexpr const es::Reason* kAll[] = {&kReportTooLarge, &kProcessTooLarge};
  return kAll;
}

}  // namespace prihvat::reporting
