#include "services/handover/domain/policy.h"

#include <optional>
#include <string>

#include "services/handover/domain/values.h"

namespace prihvat::handover {
namespace {

// Of what was checked when it was adopted.
Policy FromVersion(const v1::HandoverPolicy& version) {
  return {.valid_from = FromProto(version.valid_from()),
          .proof_above_eur = version.has_proof_required_above()
                                 ? FromProto(version.proof_required_above()).ToDecimal()
                                 : base::Decimal(),
          .proof_days = version.proof_days(),
          .items_a_case = version.max_case_items(),
          .reminder_days = version.reminder_days()};
}

}  // namespace

v1::HandoverPolicy BuiltInPolicy() {
  // EUR 5,000.00: the European Union's rule for the transfer of equipment to a final beneficiary.
  v1::HandoverPolicy version;
  *version.mutable_valid_from() = ToProto(absl::CivilDay(2018, 1, 1));
  *version.mutable_proof_required_above() =
      ToProto(*base::Money::FromMinor(5'000 * 100, base::Currency::Eur()));
  version.set_max_case_items(1'000);
  version.set_reminder_days(14);
  version.set_reason("built in");
  return version;
}

v1::HandoverPolicy PolicyVersionOn(const es::View& view, std::string_view operation,
                                   absl::CivilDay day) {
  std::optional<v1::HandoverPolicy> found;
  view.ForEach<v1::HandoverPolicy>(
      std::string(operation) + "/handoverPolicies",
      [&](std::string_view, const v1::HandoverPolicy& version) {
        const absl::CivilDay from = FromProto(version.valid_from());
        if (from <= day && (!found || FromProto(found->valid_from()) < from)) found = version;
        return true;
      });
  return found ? *found : BuiltInPolicy();
}

Policy PolicyOn(const es::View& view, std::string_view operation, absl::CivilDay day) {
  return FromVersion(PolicyVersionOn(view, operation, day));
}

Policy PolicyOn(const es::View& view, const es::Context& context) {
  return PolicyOn(view, context.operation, context.EffectiveDay());
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
