// What an import of a publisher's package would send, and what of the package has no place here.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "libs/ocds/messages.h"
#include "libs/ocds/package_reader.h"
#include "prihvat/procurement/v1/published_requests.pb.h"

namespace prihvat::ctl {

struct OcdsImportPlan {
  procurement::v1::EnterPublishedPackageRequest package;
  // In the package's order; `parent` is the package's name. The same file gives the same requests
  // with the same request ids.
  std::vector<procurement::v1::ImportPublishedReleaseRequest> releases;
  std::vector<std::string> paths;  // of these
  // Releases that cannot be used, and the processes that are left out with them.
  std::vector<ocds::Finding> refused;
  std::vector<ocds::Finding> warnings;
  // Leaf fields of what is imported, and those that have no place.
  ocds::Mapping mapping;
  int64_t refused_leaves = 0;  // of what is refused
  int processes = 0;
  int repeated = 0;  // releases that the package says twice, alike
};

struct OcdsPlanOptions {
  std::string operation;
  // Keep whom to turn to, with the names of people.
  bool contact_points = false;
};

// `text`: the file's bytes. INVALID_ARGUMENT where it is no package at all, OUT_OF_RANGE where it
// is too large.
absl::StatusOr<OcdsImportPlan> PlanOcdsImport(std::string_view text,
                                              const OcdsPlanOptions& options);

}  // namespace prihvat::ctl
