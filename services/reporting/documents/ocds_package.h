// Release and record packages of OCDS 1.1, from the view of contracting processes.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/es/rows.h"
#include "libs/ocds/json.h"
#include "prihvat/reporting/v1/ocds.pb.h"

namespace prihvat::reporting {

struct OcdsScope {
  std::string operation;
  absl::TimeZone zone;
  absl::Time known_at = absl::InfiniteFuture();  // leaves out what was recorded later
};

// "field: what is wrong" where a publisher cannot stand in a package; "" if all is well.
std::string PublisherProblem(const v1::OcdsPublisher& publisher);

// All releases of the process at `key`: one for each commit that changed what may be told, in the
// order of the log. Each has an id of its own, made of the position of its commit, and is dated by
// when it was recorded, at least a microsecond after the one before, so that their order can be
// told from their dates. The same log gives the same releases, and a longer log more of them.
absl::StatusOr<std::vector<ocds::Json>> OcdsReleases(const es::Rows& contracting,
                                                     const OcdsScope& scope,
                                                     const v1::OcdsPublisher& publisher,
                                                     std::string_view key);

// All of them in one record, with the compiled release and, where asked for, the versions.
absl::StatusOr<ocds::Json> OcdsRecord(std::vector<ocds::Json> releases);

// A package of releases, or of records, published when the last of them was, or at `otherwise`.
ocds::Json OcdsPackage(const OcdsScope& scope, const v1::OcdsPublisher& publisher, bool records,
                       std::vector<ocds::Json> content, absl::Time otherwise);

}  // namespace prihvat::reporting
