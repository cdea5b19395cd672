// Merging: the releases of one contracting process into its compiled and its versioned release, as
// OCDS 1.1 says ("Merging"): what is later wins; objects in an array are matched by `id`; arrays of
// other things, and those whose schema says so, are replaced whole; null removes a field.
//
// Where a publisher sets a whole object or array to null, all of it is removed, as the standard's
// text says. (ocdsmerge 0.8.0 leaves what is below it; case E2. Our own releases set null leaf by
// leaf, so that both readings agree.)
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "libs/ocds/json.h"

namespace prihvat::ocds {

// `releases` all of one ocid, by date, each later than the one before. INVALID_ARGUMENT, naming the
// release, for: none; another ocid; an equal or earlier date (their order could not be told, case
// E4); an array where an earlier release has an object, or the other way round.
absl::StatusOr<Json> CompileReleases(const std::vector<Json>& releases);

// Each field as the list of the values that it has had, with the release that said it. Variants in
// other languages ("title_bs") are left out: the schema of versioned releases (1.1.5) takes nothing
// but text for them, so that a record with their versions would be invalid.
absl::StatusOr<Json> VersionReleases(const std::vector<Json>& releases);

// Whether an array under that name is replaced whole by the schema of OCDS 1.1, whatever is in it.
bool IsWholeList(std::string_view name, const Json& array);

}  // namespace prihvat::ocds
