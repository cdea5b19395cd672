#include "services/procurement/domain/policy.h"

#include <algorithm>
#include <compare>
#include <string>

#include "libs/base/check.h"
#include "services/procurement/domain/values.h"

namespace prihvat::procurement {
namespace {

using base::Currency;
using base::Money;

constexpr int kBackdatingDays = 30;  // where a version does not say

google::type::Money Euros(int64_t units) {
  return ToProto(*Money::FromMinor(units * 100, Currency::Eur()));
}
common::v1::Decimal Percent(int percent) { return ToProto(base::Decimal::FromInt(percent)); }

// In EUR; nothing where there is no fixed rate.
std::optional<Money> InEuros(const Money& amount) {
  if (amount.currency() == Currency::Eur()) return amount;
  const auto peg = base::ExactRate::Peg(amount.currency(), Currency::Eur());
  if (!peg.ok()) return std::nullopt;
  const auto euros = base::Convert(amount, *peg, Currency::Eur());
  if (!euros.ok()) return std::nullopt;
  return *euros;
}

// Unset is nothing.
Money LimitOf(bool is_set, const google::type::Money& limit) {
  return is_set ? FromProto(limit) : Money::Zero(Currency::Eur());
}

// Of what was checked when it was adopted.
Policy FromVersion(const v1::ProcurementPolicy& version) {
  Policy policy;
  policy.valid_from = FromProto(version.valid_from());
  policy.two_people_suffice_up_to =
      LimitOf(version.has_two_people_suffice_up_to(), version.two_people_suffice_up_to());
  for (const v1::ApprovalBand& band : version.approval_bands()) {
    policy.approval_bands.push_back(
        {.up_to = FromProto(band.up_to()), .approvers = band.approvers()});
  }
  policy.approvers_above = version.approvers_above();
  policy.max_tolerance_percent = FromProto(version.max_tolerance_percent());
  if (version.has_award_required_above()) {
    policy.award_required_above = FromProto(version.award_required_above());
  }
  policy.micro_purchase_up_to =
      LimitOf(version.has_micro_purchase_up_to(), version.micro_purchase_up_to());
  policy.quotations_up_to = LimitOf(version.has_quotations_up_to(), version.quotations_up_to());
  policy.standstill_days = version.standstill_days();
  policy.min_openers = version.min_openers();
  policy.max_advance_percent = FromProto(version.max_advance_percent());
  policy.max_retention_percent = FromProto(version.max_retention_percent());
  policy.max_rate_age_days = version.max_rate_age_days();
  policy.max_screening_age_days = version.max_screening_age_days();
  policy.vat_exemption_required = version.vat_exemption_required();
  policy.max_waived_tolerance_percent = FromProto(version.max_waived_tolerance_percent());
  for (const v1::TaxRate& rate : version.tax_rates()) {
    policy.tax_percents.push_back(FromProto(rate.percent()));
  }
  return policy;
}

}  // namespace

int Policy::ApproversFor(const Money& total) const {
  for (const ApprovalBand& band : approval_bands) {
    if (IsWithin(total, band.up_to)) return band.approvers;
  }
  return approvers_above;
}

bool Policy::TwoPeopleSuffice(const Money& total) const {
  return IsWithin(total, two_people_suffice_up_to);
}

bool Policy::NeedsAward(const Money& total) const {
  return award_required_above && !IsWithin(total, *award_required_above);
}

bool IsWithin(const Money& amount, const Money& limit) {
  const std::optional<Money> euros = InEuros(amount);
  return euros && euros->minor() <= limit.minor();
}

v1::ProcurementPolicy BuiltInPolicy() {
  // Agencies' manuals have a simplified way up to 5,000 and another one from 250,000 on.
  v1::ProcurementPolicy version;
  *version.mutable_valid_from() = ToProto(absl::CivilDay(2018, 1, 1));
  *version.mutable_two_people_suffice_up_to() = Euros(5'000);
  v1::ApprovalBand& band = *version.add_approval_bands();
  *band.mutable_up_to() = Euros(250'000);
  band.set_approvers(1);
  version.set_approvers_above(2);
  *version.mutable_max_tolerance_percent() = Percent(10);
  *version.mutable_max_waived_tolerance_percent() = Percent(25);
  *version.mutable_micro_purchase_up_to() = Euros(5'000);
  *version.mutable_quotations_up_to() = Euros(250'000);
  version.set_standstill_days(10);
  version.set_min_openers(2);
  *version.mutable_max_advance_percent() = Percent(30);
  *version.mutable_max_retention_percent() = Percent(10);
  version.set_max_rate_age_days(31);
  version.set_backdating_days(kBackdatingDays);
  version.set_reason("built in");
  return version;
}

v1::ProcurementPolicy PolicyVersionOn(const es::View& view, std::string_view operation,
                                      absl::CivilDay day) {
  std::optional<v1::ProcurementPolicy> found;
  view.ForEach<v1::ProcurementPolicy>(
      std::string(operation) + "/procurementPolicies",
      [&](std::string_view, const v1::ProcurementPolicy& version) {
        const absl::CivilDay from = FromProto(version.valid_from());
        if (from <= day && (!found || FromProto(found->valid_from()) < from)) found = version;
        return true;
      });
  return found ? *found : BuiltInPolicy();
}

Policy PolicyOn(const es::View& view, std::string_view operation, absl::CivilDay day) {
  return FromVersion(PolicyVersionOn(view, operation, day));
}

int BackdatingDaysOn(const es::View& view, std::string_view operation, absl::CivilDay day) {
  const v1::ProcurementPolicy version = PolicyVersionOn(view, operation, day);
  return version.has_backdating_days() ? version.backdating_days() : kBackdatingDays;
}

Policy PolicyOn(const es::View& view, const es::Context& context) {
  return PolicyOn(view, context.operation, context.EffectiveDay());
}

}  // namespace prihvat::procurement
