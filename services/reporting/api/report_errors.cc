#include "services/reporting/api/report_errors.h"

#include "libs/base/string_view.h"
#include "libs/rpc/errors.h"
#include "services/reporting/domain/reasons.h"

namespace prihvat::reporting {

absl::Status Explain(const absl::Status& status, const std::string& name) {
  if (status.code() == absl::StatusCode::kNotFound) return rpc::Reject(es::NotFound(name));
  if (status.code() == absl::StatusCode::kOutOfRange) {
    return rpc::Reject(
        es::Rejected(kReportTooLarge).Saying(base::FromAbsl(status.message())).With("name", name));
  }
  return status;
}

}  // namespace prihvat::reporting
