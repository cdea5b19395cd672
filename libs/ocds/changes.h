// What a release has to say when a contracting process changed from one state to another.
#pragma once

#include "libs/ocds/json.h"

namespace prihvat::ocds {

// The members of `after` that are new or another than in `before`; in arrays of objects with ids
// the objects that are, each with its id and what else its schema requires (awardID); null for each
// leaf that is gone, so that merging removes it by any reading of the standard (case E2). Merged
// onto `before` it gives `after`, but that an object that is gone from an array leaves its id, and
// an object that is gone its name. An empty object where nothing changed.
Json ChangesBetween(const Json& before, const Json& after);

}  // namespace prihvat::ocds
