#include "services/reporting/api/ocds_page.h"

#include <iterator>
#include <utility>

#include "fmt/format.h"
#include "libs/base/status_macros.h"
#include "libs/rpc/errors.h"
#include "services/reporting/domain/reasons.h"

namespace prihvat::reporting {

absl::StatusOr<bool> AddOcdsProcess(const es::Rows& rows, const OcdsScope& scope,
                                    const v1::ExportOcdsRequest& request, const std::string& key,
                                    const v1::ContractingProcess& process, const OcdsLimits& limits,
                                    OcdsPage& page) {
  PRIHVAT_ASSIGN_OR_RETURN(std::vector<ocds::Json> releases,
                           OcdsReleases(rows, scope, request.publisher(), key));
  if (releases.empty()) return true;
  const int count = static_cast<int>(releases.size());
  if (request.content() == v1::OCDS_CONTENT_RECORDS) {
    PRIHVAT_ASSIGN_OR_RETURN(ocds::Json record, OcdsRecord(std::move(releases)));
    releases = {std::move(record)};
  }
  size_t bytes = 0;
  for (const ocds::Json& item : releases) bytes += ocds::WriteJson(item).size();
  if (bytes > limits.process_bytes) {
    return rpc::Reject(es::Rejected(kProcessTooLarge)
                           .Saying(fmt::format("{} is {} bytes as OCDS; at most {} can be sent",
                                               process.root(), bytes, limits.process_bytes))
                           .With("process", process.root())
                           .With("bytes", bytes)
                           .With("limit", limits.process_bytes));
  }
  if (!page.items.empty() && page.bytes + bytes > limits.page_bytes) return false;
  page.bytes += bytes;
  ++page.processes;
  page.releases += count;
  std::move(releases.begin(), releases.end(), std::back_inserter(page.items));
  return true;
}

}  // namespace prihvat::reporting
