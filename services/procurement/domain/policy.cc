#include "services/procurement/domain/policy.h"

#include <algorithm>
#include <compare>
#include <optional>

#include "libs/base/check.h"

namespace prihvat::procurement {
namespace {

using base::Currency;
using base::Money;

Money Euros(int64_t units) { return *Money::FromMinor(units * 100, Currency::Eur()); }

const std::vector<Policy>& Policies() {
  // Agencies' manuals have a simplified way up to 5,000 and another one from 250,000 on.
  static const std::vector<Policy>& policies = *new std::vector<Policy>{
      {.valid_from = absl::CivilDay(2018, 1, 1),
       .two_people_suffice_up_to = Euros(5'000),
       .approval_bands = {{.up_to = Euros(250'000), .approvers = 1}},
       .approvers_above = 2,
       .max_tolerance_percent = base::Decimal::FromInt(10)},
  };
  return policies;
}

// In EUR; nothing where there is no fixed rate.
std::optional<Money> InEuros(const Money& amount) {
  if (amount.currency() == Currency::Eur()) return amount;
  const auto peg = base::ExactRate::Peg(amount.currency(), Currency::Eur());
  if (!peg.ok()) return std::nullopt;
  const auto euros = base::Convert(amount, *peg, Currency::Eur());
  if (!euros.ok()) return std::nullopt;
  return *euros;
}

}  // namespace

int Policy::ApproversFor(const Money& total) const {
  const std::optional<Money> euros = InEuros(total);
  if (!euros) return approvers_above;
  for (const ApprovalBand& band : approval_bands) {
    if (euros->minor() <= band.up_to.minor()) return band.approvers;
  }
  return approvers_above;
}

bool Policy::TwoPeopleSuffice(const Money& total) const {
  const std::optional<Money> euros = InEuros(total);
  return euros && euros->minor() <= two_people_suffice_up_to.minor();
}

const Policy& PolicyOn(absl::CivilDay day) {
  const std::vector<Policy>& policies = Policies();
  const Policy* found = &policies.front();
  for (const Policy& policy : policies) {
    if (policy.valid_from <= day) found = &policy;
  }
  return *found;
}

}  // namespace prihvat::procurement
