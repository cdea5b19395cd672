// What the organisation has decided, by date: a command is judged by the policy of the day on which
// it takes effect.
#pragma once

#include <vector>

#include "absl/time/civil_time.h"
#include "libs/base/decimal.h"
#include "libs/base/money.h"

namespace prihvat::procurement {

// Orders of at most `up_to` need the approval of so many people.
struct ApprovalBand {
  base::Money up_to;  // EUR, inclusive
  int approvers = 1;
};

struct Policy {
  absl::CivilDay valid_from;
  // Up to this, the requester or an approver of an order may receive its goods (INV-10). EUR.
  base::Money two_people_suffice_up_to;
  // By rising `up_to`; above the last one `approvers_above`.
  std::vector<ApprovalBand> approval_bands;
  int approvers_above = 2;
  // The most that an order's line may allow, in percent of its quantity.
  base::Decimal max_tolerance_percent;

  // How many people must approve an order of that total. KM are compared by the peg; an amount of a
  // currency without a fixed rate is taken for the largest.
  int ApproversFor(const base::Money& total) const;
  // Whether two people suffice for an order of that total.
  bool TwoPeopleSuffice(const base::Money& total) const;
};

// The policy that holds on that day; before the first, the first.
const Policy& PolicyOn(absl::CivilDay day);

// How far back a command may take effect, outside of imports (INV-34).
inline constexpr int kBackdatingDays = 30;

}  // namespace prihvat::procurement
