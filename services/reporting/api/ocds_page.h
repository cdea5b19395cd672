// A page of an OCDS export: whole contracting processes, as many as fit.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "libs/es/rows.h"
#include "libs/ocds/json.h"
#include "prihvat/reporting/v1/service.pb.h"
#include "prihvat/reporting/v1/state.pb.h"
#include "services/reporting/documents/ocds_package.h"

namespace prihvat::reporting {

struct OcdsLimits {
  size_t page_bytes = 2 << 20;     // a page that has as much is full
  size_t process_bytes = 5 << 20;  // with a page, still within a message
};

struct OcdsPage {
  std::vector<ocds::Json> items;
  size_t bytes = 0;
  int processes = 0;
  int releases = 0;
};

// Puts the process at `key` into the page. False, and nothing, where it does not fit any more.
// OUT_OF_RANGE (PROCESS_TOO_LARGE) for one that fits into no page.
absl::StatusOr<bool> AddOcdsProcess(const es::Rows& rows, const OcdsScope& scope,
                                    const v1::ExportOcdsRequest& request, const std::string& key,
                                    const v1::ContractingProcess& process, const OcdsLimits& limits,
                                    OcdsPage& page);

}  // namespace prihvat::reporting
