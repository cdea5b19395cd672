// What the organisation has decided, by date: a command is judged by the policy of the day on which
// it takes effect. Versions are adopted by command (adopt_policy.cc); before the first adopted one,
// and where none is, the one that is built in holds.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "absl/time/civil_time.h"
#include "libs/base/decimal.h"
#include "libs/base/money.h"
#include "libs/es/decider.h"
#include "libs/es/entities.h"
#include "prihvat/procurement/v1/policy.pb.h"

namespace prihvat::procurement {

// Orders of at most `up_to` need the approval of so many people.
struct ApprovalBand {
  base::Money up_to;  // EUR, inclusive
  int approvers = 1;
};

// As v1::ProcurementPolicy says of each; amounts are in EUR.
struct Policy {
  absl::CivilDay valid_from;
  base::Money two_people_suffice_up_to;
  std::vector<ApprovalBand> approval_bands;
  int approvers_above = 2;
  base::Decimal max_tolerance_percent;
  std::optional<base::Money> award_required_above;
  base::Money micro_purchase_up_to;
  base::Money quotations_up_to;
  int standstill_days = 0;
  int min_openers = 2;
  base::Decimal max_advance_percent;
  base::Decimal max_retention_percent;
  int max_rate_age_days = 0;
  int max_screening_age_days = 0;  // 0: none is asked for
  bool vat_exemption_required = false;
  base::Decimal max_waived_tolerance_percent;
  std::vector<base::Decimal> tax_percents;  // none: an order's taxes are not compared

  // How many people must approve an order of that total. KM are compared by the peg; an amount of a
  // currency without a fixed rate is taken for the largest.
  int ApproversFor(const base::Money& total) const;
  // Whether two people suffice for an order of that total.
  bool TwoPeopleSuffice(const base::Money& total) const;
  // Whether an order of that total needs the award of a sourcing process.
  bool NeedsAward(const base::Money& total) const;
};

// Whether `amount` is at most `limit`, which is in EUR; by the peg. A currency without a fixed rate
// is above every limit.
bool IsWithin(const base::Money& amount, const base::Money& limit);

// The policy that holds on that day in the operation of that name; before the first, the first.
Policy PolicyOn(const es::View& view, std::string_view operation, absl::CivilDay day);
// The one that the command is judged by.
Policy PolicyOn(const es::View& view, const es::Context& context);

// The one that is built in, as a resource without a name.
v1::ProcurementPolicy BuiltInPolicy();
// The version that holds on that day, as it was adopted; the built-in one where none was.
v1::ProcurementPolicy PolicyVersionOn(const es::View& view, std::string_view operation,
                                      absl::CivilDay day);

// The most that a version may let a command be backdated.
inline constexpr int kMostBackdatingDays = 366;
// How many days a command that takes effect on `day` may be entered after it, outside of imports
// (INV-34).
int BackdatingDaysOn(const es::View& view, std::string_view operation, absl::CivilDay day);

}  // namespace prihvat::procurement
