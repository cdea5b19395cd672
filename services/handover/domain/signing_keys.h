// The keys that signatories sign electronically with, away from here.
#pragma once

#include <optional>
#include <string_view>

#include "absl/time/civil_time.h"
#include "libs/es/decider.h"
#include "prihvat/handover/v1/resources.pb.h"

namespace prihvat::handover {

// The mandate's key of that id; nullptr for none.
const v1::SigningKey* FindKey(const v1::Mandate& mandate, std::string_view id);

// "cards-1, cards-2"; "none".
std::string KeyIds(const v1::Mandate& mandate);

// SIGNING_KEY_NOT_VALID with the days, unless the key counts on `day`: from its first to its last,
// both inclusive, and not from the day of its revocation on.
std::optional<es::Rejection> CheckKeyCounts(const v1::Mandate& mandate, const v1::SigningKey& key,
                                            absl::CivilDay day);

}  // namespace prihvat::handover
