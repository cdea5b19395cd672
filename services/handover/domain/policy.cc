#include "services/handover/domain/policy.h"

#include <array>

namespace prihvat::handover {
namespace {

// Oldest first.
const std::array<Policy, 1>& Policies() {
  static const std::array<Policy, 1> policies{{
      {.valid_from = absl::CivilDay(2018, 1, 1),
       .backdating_days = 30,
       .skew = absl::Minutes(5),
       .proof_above_eur = base::Decimal::FromInt(5000),
       .items_a_case = 1000},
  }};
  return policies;
}

}  // namespace

const Policy& PolicyOn(absl::CivilDay day) {
  const Policy* valid = &Policies().front();
  for (const Policy& policy : Policies()) {
    if (policy.valid_from <= day) valid = &policy;
  }
  return *valid;
}

absl::StatusOr<bool> NeedsProof(const base::Money& unit_cost, const Policy& policy) {
  if (unit_cost.currency() == base::Currency::Eur()) {
    return unit_cost.ToDecimal() > policy.proof_above_eur;
  }
  const auto rate = base::ExactRate::Peg(base::Currency::Eur(), unit_cost.currency());
  if (!rate.ok()) return rate.status();
  // The threshold is converted, not the cost: that stays exact (EUR 5,000.00 are 9,779.15 KM).
  const auto threshold = base::CheckedMul(policy.proof_above_eur, rate->ratio());
  if (!threshold.ok()) return threshold.status();
  return unit_cost.ToDecimal() > *threshold;
}

}  // namespace prihvat::handover
