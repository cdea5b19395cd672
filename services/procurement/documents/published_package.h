// What other publishers told, as a package again. Pure.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "libs/ocds/json.h"
#include "prihvat/procurement/v1/published.pb.h"

namespace prihvat::procurement {

// A record: what stands of one process in a package, in the package's order; at least one release,
// each with its content.
//
// The compiled release is its publisher's where there is one, else what merging the releases gives;
// with `versioned`, their versions go with it. FAILED_PRECONDITION, with why, where they cannot be
// merged.
absl::StatusOr<ocds::Json> PublishedRecord(const std::vector<v1::PublishedRelease>& releases,
                                           bool versioned);

// A package of `items`: releases or records.
ocds::Json PackageOfPublished(const v1::OcdsPackage& metadata, bool records,
                              std::vector<ocds::Json> items);

}  // namespace prihvat::procurement
