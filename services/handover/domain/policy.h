// What policy sets for the handover service: dated data, so that an old event is judged by the
// policy of its own date.
#pragma once

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "libs/base/money.h"

namespace prihvat::handover {

struct Policy {
  absl::CivilDay valid_from;
  int backdating_days;            // how far back a move may be told without an import (INV-34)
  absl::Duration skew;            // how far ahead a clock may be (INV-34)
  base::Decimal proof_above_eur;  // an item that costs more needs its proof of transfer filed
                                  // (INV-17)
  int items_a_case;               // at most
};

// The policy that is valid on `day`; before the first, the first.
const Policy& PolicyOn(absl::CivilDay day);

// Whether an item of which one costs `unit_cost` needs its proof of transfer filed (INV-17). KM
// become EUR at the fixed rate. INVALID_ARGUMENT for another currency: there is no rate for it.
absl::StatusOr<bool> NeedsProof(const base::Money& unit_cost, const Policy& policy);

}  // namespace prihvat::handover
