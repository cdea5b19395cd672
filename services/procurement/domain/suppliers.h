// Whom one may buy from and pay.
#pragma once

#include <string_view>

#include "absl/time/civil_time.h"
#include "prihvat/procurement/v1/resources.pb.h"
#include "services/procurement/domain/checks.h"
#include "services/procurement/domain/policy.h"

namespace prihvat::procurement {

// Somebody blocked it, or the last search found it on a sanctions list.
bool IsBlocked(const v1::Supplier& supplier);

// Whether it sells what the code of UNSPSC names; "" for anything.
bool SellsOf(const v1::Supplier& supplier, std::string_view category);

// SUPPLIER_BLOCKED, with why.
MaybeRejected CheckMayDealWith(const v1::Supplier& supplier, std::string_view wish);

// The same, and SUPPLIER_NOT_SCREENED where policy asks for a screening that is more recent on
// `day`.
MaybeRejected CheckMayOrderFrom(const v1::Supplier& supplier, const Policy& policy,
                                absl::CivilDay day);

}  // namespace prihvat::procurement
