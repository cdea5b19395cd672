#include "services/reception/domain/policy.h"

#include <array>

namespace prihvat::reception {
namespace {

// Oldest first.
const std::array<Policy, 1> kPolicies{{
    {.valid_from = absl::CivilDay(2018, 1, 1),
     .backdating_days = 30,
     .skew = absl::Minutes(5),
     .reservation_days = 30,
     .beds_a_request = 2000,
     .beds_a_centre = 100'000,
     .persons_a_delivery = 1'000'000,
     .quantity_a_delivery = 1'000'000'000,
     .oldest_age_years = 120},
}};

}  // namespace

const Policy& PolicyOn(absl::CivilDay day) {
  const Policy* valid = &kPolicies.front();
  for (const Policy& policy : kPolicies) {
    if (policy.valid_from <= day) valid = &policy;
  }
  return *valid;
}

}  // namespace prihvat::reception
