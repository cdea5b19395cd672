// Adopting a version of the policy. It never reaches back: what was decided before it was adopted
// was right by the version of its own day, and stays so.
#include <string>

#include "fmt/format.h"
#include "libs/base/civil.h"
#include "libs/base/resource_name.h"
#include "prihvat/handover/v1/service.pb.h"
#include "services/handover/domain/dated.h"
#include "services/handover/domain/names.h"
#include "services/handover/domain/policy.h"
#include "services/handover/domain/reasons.h"
#include "services/handover/domain/registration.h"
#include "services/handover/domain/values.h"

namespace prihvat::handover {
namespace {

constexpr int kMaxVersions = 200;  // each case reads them
constexpr int kMaxDays = 366;
constexpr int kMaxItems = 1'000;

std::string Path(std::string_view field) { return fmt::format("handover_policy.{}", field); }

std::optional<es::Rejection> CheckNumber(std::string_view field, int number, int least, int most) {
  if (number >= least && number <= most) return std::nullopt;
  return es::InvalidField(Path(field), fmt::format("must be {} to {}, is {}", least, most, number));
}

std::optional<es::Rejection> CheckContent(const v1::HandoverPolicy& policy) {
  if (!policy.has_proof_required_above()) {
    return es::InvalidField(Path("proof_required_above"), "must be given");
  }
  base::Money threshold;
  if (auto no = ReadMoney(Path("proof_required_above"), policy.proof_required_above(), threshold)) {
    return no;
  }
  if (threshold.currency() != base::Currency::Eur()) {
    return es::InvalidField(Path("proof_required_above"),
                            fmt::format("is {}; it should be in EUR", threshold.Format()));
  }
  if (auto no = CheckNumber("proof_days", policy.proof_days(), 0, kMaxDays)) return no;
  if (auto no = CheckNumber("max_case_items", policy.max_case_items(), 1, kMaxItems)) return no;
  if (auto no = CheckNumber("reminder_days", policy.reminder_days(), 0, kMaxDays)) return no;
  return CheckText(Path("reason"), policy.reason());
}

// No other version begins on that day, and there is room for one more.
std::optional<es::Rejection> CheckOthers(const es::View& view, const es::Context& context,
                                         absl::CivilDay day) {
  int versions = 0;
  std::string same_day;
  view.ForEach<v1::HandoverPolicy>(context.operation + "/handoverPolicies",
                                   [&](std::string_view name, const v1::HandoverPolicy& version) {
                                     ++versions;
                                     if (FromProto(version.valid_from()) == day)
                                       same_day = std::string(name);
                                     return true;
                                   });
  if (!same_day.empty()) return es::AlreadyExists(same_day);
  if (versions < kMaxVersions) return std::nullopt;
  return es::InvalidField("handover_policy",
                          fmt::format("there are {} versions, which is the most", versions));
}

es::Decision DecideAdopt(const es::View& view, const v1::AdoptHandoverPolicyRequest& command,
                         es::Context& context) {
  const v1::HandoverPolicy& wanted = command.handover_policy();
  if (auto no = CheckDate(Path("valid_from"), wanted.valid_from())) return *std::move(no);
  const absl::CivilDay day = FromProto(wanted.valid_from());
  const std::string id =
      command.handover_policy_id().empty() ? base::FormatDate(day) : command.handover_policy_id();
  if (auto no = CheckCreate(command.parent(), "handover_policy_id", id, context)) {
    return *std::move(no);
  }
  if (auto no = CheckContent(wanted)) return *std::move(no);
  if (auto no = CheckDoesNotReachBack(Path("valid_from"), day, context)) return *std::move(no);
  if (auto no = CheckOthers(view, context, day)) return *std::move(no);
  const std::string name = fmt::format("{}/handoverPolicies/{}", context.operation, id);
  if (view.Exists(name)) return es::AlreadyExists(name);

  v1::HandoverPolicyAdopted event;
  v1::HandoverPolicy& adopted = *event.mutable_handover_policy();
  adopted = wanted;
  adopted.set_name(name);
  adopted.set_adopter(context.principal);
  adopted.clear_etag();
  adopted.clear_create_time();
  adopted.clear_update_time();
  return es::Accepted(std::move(event)).Naming(name);
}

void FoldAdopted(es::Entities& entities, const v1::HandoverPolicyAdopted& event,
                 const es::EventContext& context) {
  v1::HandoverPolicy policy = event.handover_policy();
  Stamp(policy, context);
  entities.Put(policy.name(), policy);
}

}  // namespace

std::optional<es::Rejection> CheckDoesNotReachBack(std::string_view field, absl::CivilDay day,
                                                   const es::Context& context) {
  const absl::CivilDay today = base::LocalDay(context.recorded_at, context.zone);
  if (day >= today || !context.import_id.empty()) return std::nullopt;
  return es::Rejected(kPolicyReachesBack)
      .Saying(fmt::format("what is decided on {} cannot hold from {}", base::FormatDate(today),
                          base::FormatDate(day)))
      .With("first_day", base::FormatDate(day))
      .With("decided", base::FormatDate(today))
      .Field(field, fmt::format("must be {} or later", base::FormatDate(today)));
}

void RegisterPolicies(es::Decider& decider) {
  OnKnown<v1::AdoptHandoverPolicyRequest, &DecideAdopt>(decider);
  decider.Fold<v1::HandoverPolicyAdopted>(&FoldAdopted);
}

}  // namespace prihvat::handover
