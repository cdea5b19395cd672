// Adopting a version of the policy. It never reaches back: what was decided before it was adopted
// was right by the version of its own day, and stays so.
#include <set>
#include <string>

#include "fmt/format.h"
#include "libs/base/civil.h"
#include "prihvat/procurement/v1/service.pb.h"
#include "services/procurement/domain/checks.h"
#include "services/procurement/domain/decider.h"
#include "services/procurement/domain/policy.h"
#include "services/procurement/domain/reasons.h"
#include "services/procurement/domain/values.h"

namespace prihvat::procurement {
namespace {

constexpr int kMaxBands = 20;
constexpr int kMaxApprovers = 10;
constexpr int kMaxTaxRates = 10;
constexpr int kMaxVersions = 200;  // each command reads them
constexpr int kMaxDays = 366;

std::string Path(std::string_view field) { return fmt::format("procurement_policy.{}", field); }

MaybeRejected CheckNumber(std::string_view field, int number, int least, int most) {
  if (number >= least && number <= most) return std::nullopt;
  return es::InvalidField(Path(field), fmt::format("must be {} to {}, is {}", least, most, number));
}

MaybeRejected CheckPercent(std::string_view field, const common::v1::Decimal& percent) {
  const auto number = CheckQuantity(Path(field), percent);
  if (!number.ok()) return number.rejection();
  if (*number <= base::Decimal::FromInt(100) && number->scale() <= 3) return std::nullopt;
  return es::InvalidField(
      Path(field), fmt::format("must be 0 to 100 with 3 decimals, is {}", number->ToString()));
}

MaybeRejected CheckBands(const v1::ProcurementPolicy& policy) {
  if (policy.approval_bands_size() > kMaxBands) {
    return es::InvalidField(
        Path("approval_bands"),
        fmt::format("may be at most {}, are {}", kMaxBands, policy.approval_bands_size()));
  }
  int approvers = 1;
  for (int i = 0; i < policy.approval_bands_size(); ++i) {
    const v1::ApprovalBand& band = policy.approval_bands(i);
    const std::string list = Path("approval_bands");
    const auto up_to = CheckAmount(FieldOf(list, i, "up_to"), band.up_to(), base::Currency::Eur());
    if (!up_to.ok()) return up_to.rejection();
    if (i > 0 && up_to->minor() <= FromProto(policy.approval_bands(i - 1).up_to()).minor()) {
      return es::InvalidField(FieldOf(list, i, "up_to"), "must be above the band before it");
    }
    if (band.approvers() < approvers || band.approvers() > kMaxApprovers) {
      return es::InvalidField(
          FieldOf(list, i, "approvers"),
          fmt::format("must be {} to {}, is {}", approvers, kMaxApprovers, band.approvers()));
    }
    approvers = band.approvers();
  }
  return CheckNumber("approvers_above", policy.approvers_above(), approvers, kMaxApprovers);
}

MaybeRejected CheckTaxRates(const v1::ProcurementPolicy& policy) {
  const std::string list = Path("tax_rates");
  if (policy.tax_rates_size() > kMaxTaxRates) {
    return es::InvalidField(
        list, fmt::format("may be at most {}, are {}", kMaxTaxRates, policy.tax_rates_size()));
  }
  std::set<std::string> taxes;
  for (int i = 0; i < policy.tax_rates_size(); ++i) {
    const v1::TaxRate& rate = policy.tax_rates(i);
    if (auto no = CheckText(FieldOf(list, i, "tax"), rate.tax(), true, 60)) return no;
    if (!taxes.insert(rate.tax()).second) {
      return es::InvalidField(FieldOf(list, i, "tax"), "stands twice");
    }
    const std::string field = FieldOf(list, i, "percent");
    const auto percent = CheckQuantity(field, rate.percent());
    if (!percent.ok()) return percent.rejection();
    if (percent->IsZero() || *percent > base::Decimal::FromInt(100) || percent->scale() > 3) {
      return es::InvalidField(field, fmt::format("must be above 0, at most 100 with 3 decimals, is "
                                                 "{}",
                                                 percent->ToString()));
    }
  }
  return std::nullopt;
}

MaybeRejected CheckContent(const v1::ProcurementPolicy& policy) {
  const struct {
    const char* field;
    bool is_set;
    const google::type::Money& amount;
  } limits[] = {
      {"two_people_suffice_up_to", policy.has_two_people_suffice_up_to(),
       policy.two_people_suffice_up_to()},
      {"award_required_above", policy.has_award_required_above(), policy.award_required_above()},
      {"micro_purchase_up_to", policy.has_micro_purchase_up_to(), policy.micro_purchase_up_to()},
      {"quotations_up_to", policy.has_quotations_up_to(), policy.quotations_up_to()}};
  for (const auto& limit : limits) {
    if (!limit.is_set) continue;
    const auto amount = CheckAmount(Path(limit.field), limit.amount, base::Currency::Eur());
    if (!amount.ok()) return amount.rejection();
  }
  if (auto no = CheckBands(policy)) return no;
  const struct {
    const char* field;
    const common::v1::Decimal& percent;
  } shares[] = {{"max_tolerance_percent", policy.max_tolerance_percent()},
                {"max_waived_tolerance_percent", policy.max_waived_tolerance_percent()},
                {"max_advance_percent", policy.max_advance_percent()},
                {"max_retention_percent", policy.max_retention_percent()}};
  for (const auto& share : shares) {
    if (auto no = CheckPercent(share.field, share.percent)) return no;
  }
  if (auto no = CheckNumber("standstill_days", policy.standstill_days(), 0, kMaxDays)) return no;
  if (auto no = CheckNumber("min_openers", policy.min_openers(), 2, 5)) return no;  // INV-04
  if (auto no = CheckNumber("max_rate_age_days", policy.max_rate_age_days(), 0, kMaxDays)) {
    return no;
  }
  if (auto no =
          CheckNumber("max_screening_age_days", policy.max_screening_age_days(), 0, kMaxDays)) {
    return no;
  }
  if (policy.has_backdating_days()) {
    if (auto no =
            CheckNumber("backdating_days", policy.backdating_days(), 0, kMostBackdatingDays)) {
      return no;
    }
  }
  if (auto no = CheckTaxRates(policy)) return no;
  return CheckText(Path("reason"), policy.reason(), true, 1000);
}

// It begins neither before the day of adoption nor on a day that another version begins on.
MaybeRejected CheckFirstDay(const es::View& view, const es::Context& context, absl::CivilDay day) {
  const absl::CivilDay today =
      context.import_id.empty() ? base::LocalDay(context.recorded_at, context.zone) : day;
  if (day < today) {
    return es::Rejected(kPolicyReachesBack)
        .Saying(fmt::format("a policy that is adopted on {} cannot hold from {}",
                            base::FormatDate(today), base::FormatDate(day)))
        .With("valid_from", base::FormatDate(day))
        .With("adopted", base::FormatDate(today))
        .Field(Path("valid_from"), fmt::format("must be {} or later", base::FormatDate(today)));
  }
  int versions = 0;
  std::string same_day;
  view.ForEach<v1::ProcurementPolicy>(
      context.operation + "/procurementPolicies",
      [&](std::string_view name, const v1::ProcurementPolicy& version) {
        ++versions;
        if (FromProto(version.valid_from()) == day) same_day = std::string(name);
        return true;
      });
  if (!same_day.empty()) return es::AlreadyExists(same_day);
  if (versions < kMaxVersions) return std::nullopt;
  return es::InvalidField("procurement_policy",
                          fmt::format("there are {} versions, which is the most", versions));
}

es::Decision DecideAdopt(const es::View& view, const v1::AdoptProcurementPolicyRequest& command,
                         es::Context& context) {
  if (auto no = CheckParentIsOperation(view, context, command.parent())) return *no;
  const v1::ProcurementPolicy& wanted = command.procurement_policy();
  const auto day = CheckedFromProto(wanted.valid_from());
  if (!day.ok()) return es::InvalidField(Path("valid_from"), "must be a day of the calendar");
  if (auto no = CheckContent(wanted)) return *no;
  if (auto no = CheckFirstDay(view, context, *day)) return *no;
  const auto name =
      NewName(view, context, command.parent(), "procurementPolicies", "procurement_policy_id",
              command.procurement_policy_id(), base::FormatDate(*day));
  if (!name.ok()) return name.rejection();

  v1::ProcurementPolicyAdopted event;
  v1::ProcurementPolicy& adopted = *event.mutable_procurement_policy();
  adopted = wanted;
  adopted.set_name(*name);
  adopted.set_adopter(context.principal);
  adopted.clear_etag();
  adopted.clear_create_time();
  adopted.clear_update_time();
  return es::Accepted(std::move(event)).Naming(*name);
}

void FoldAdopted(es::Entities& entities, const v1::ProcurementPolicyAdopted& event,
                 const es::EventContext& context) {
  v1::ProcurementPolicy policy = event.procurement_policy();
  Stamp(policy, context);
  entities.Put(policy.name(), policy);
}

}  // namespace

void AddPolicies(es::Decider& decider) {
  decider.On<v1::AdoptProcurementPolicyRequest>(&DecideAdopt);
  decider.Fold<v1::ProcurementPolicyAdopted>(&FoldAdopted);
}

}  // namespace prihvat::procurement
