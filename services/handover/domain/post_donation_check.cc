// Checks of what was handed over, and upkeep, each planned by a day: Planned -> Done, or Cancelled.
// One that is made every so many months plans the next when it is made.
#include <algorithm>
#include <string>

#include "fmt/format.h"
#include "libs/base/civil.h"
#include "libs/base/months.h"
#include "prihvat/handover/v1/checks.pb.h"
#include "prihvat/handover/v1/events.pb.h"
#include "prihvat/handover/v1/service.pb.h"
#include "services/handover/domain/checks.h"
#include "services/handover/domain/evidence.h"
#include "services/handover/domain/holdings.h"
#include "services/handover/domain/registration.h"
#include "services/handover/domain/values.h"

namespace prihvat::handover {

template <>
constexpr std::string_view PatternOf<v1::PostDonationCheck>() {
  return "postDonationChecks/*";
}

namespace {

constexpr int kMostMonths = 120;
constexpr int kMostYearsAhead = 50;

// The last day that a check may be due on.
absl::CivilDay LastDueDay(const es::Context& context) {
  const absl::CivilDay today = context.EffectiveDay();
  return absl::CivilDay(today.year() + kMostYearsAhead, today.month(), today.day());
}

bool IsNamed(std::string_view pattern, std::string_view item, const es::Context& context) {
  return !CheckReference("item", item, pattern, context);
}

// The asset, lot or case is there, and there is something of it to check.
std::optional<es::Rejection> CheckItem(const es::View& view, const std::string& item,
                                       const es::Context& context) {
  const std::string_view field = "post_donation_check.item";
  if (IsNamed(PatternOf<v1::AssetLot>(), item, context)) {
    const v1::AssetLot* lot = nullptr;
    return Require(view, field, item, context, lot);
  }
  if (IsNamed(PatternOf<v1::HandoverCase>(), item, context)) {
    const v1::HandoverCase* of = nullptr;
    if (auto no = Require(view, field, item, context, of)) return no;
    if (of->has_title_time()) return std::nullopt;
    return es::WrongState(
        item, ShortName(v1::HandoverCaseState_Name(of->state()), "HANDOVER_CASE_STATE_"),
        "be checked before it takes effect", "those of the case");
  }
  const v1::Asset* asset = nullptr;
  if (auto no = Require(view, field, item, context, asset)) return no;
  if (IsLive(asset->state())) return std::nullopt;
  return es::WrongState(item, ShortName(v1::AssetState_Name(asset->state()), "ASSET_STATE_"),
                        "be checked", "none");
}

std::optional<es::Rejection> CheckDueDate(std::string_view field, const google::type::Date& date,
                                          const es::Context& context) {
  if (auto no = CheckDate(field, date)) return no;
  const absl::CivilDay day = FromProto(date);
  if (context.EffectiveDay() <= day && day <= LastDueDay(context)) return std::nullopt;
  return es::InvalidField(
      field, fmt::format("is {}; should be {} to {}, at most {} years ahead", base::FormatDate(day),
                         base::FormatDate(context.EffectiveDay()),
                         base::FormatDate(LastDueDay(context)), kMostYearsAhead));
}

std::optional<es::Rejection> CheckAssignee(const std::string& assignee) {
  if (assignee.empty()) return std::nullopt;
  const std::string_view field = "post_donation_check.assignee";
  if (!CheckGlobalName(field, assignee, "organisations/*/people/*")) return std::nullopt;
  return CheckGlobalName(field, assignee, "organisations/*");
}

es::Decision DecidePlan(const es::View& view, const v1::PlanPostDonationCheckRequest& command,
                        es::Context& context) {
  if (auto no = CheckCreate(command.parent(), "post_donation_check_id",
                            command.post_donation_check_id(), context)) {
    return *std::move(no);
  }
  const v1::PostDonationCheck& wanted = command.post_donation_check();
  if (auto no = CheckItem(view, wanted.item(), context)) return *std::move(no);
  if (wanted.kind() == v1::CHECK_KIND_UNSPECIFIED || !v1::CheckKind_IsValid(wanted.kind())) {
    return es::InvalidField("post_donation_check.kind", "must be given");
  }
  if (auto no = CheckDueDate("post_donation_check.due_date", wanted.due_date(), context)) {
    return *std::move(no);
  }
  if (auto no = CheckAssignee(wanted.assignee())) return *std::move(no);
  if (auto no = CheckOptionalText("post_donation_check.instructions", wanted.instructions())) {
    return *std::move(no);
  }
  if (wanted.every_months() < 0 || wanted.every_months() > kMostMonths) {
    return es::InvalidField(
        "post_donation_check.every_months",
        fmt::format("is {}; 0 to {} are allowed", wanted.every_months(), kMostMonths));
  }
  const std::string name =
      fmt::format("{}/postDonationChecks/{}", context.operation, command.post_donation_check_id());
  if (view.Exists(name)) return es::AlreadyExists(name);

  v1::PostDonationCheckPlanned event;
  v1::PostDonationCheck& check = *event.mutable_post_donation_check();
  check.set_name(name);
  check.set_item(wanted.item());
  check.set_kind(wanted.kind());
  *check.mutable_due_date() = wanted.due_date();
  check.set_assignee(wanted.assignee());
  check.set_instructions(wanted.instructions());
  check.set_every_months(wanted.every_months());
  return es::Accepted(std::move(event)).Naming(name);
}

std::optional<es::Rejection> CheckMove(const es::View& view, std::string_view name,
                                       std::string_view etag, std::string_view wish,
                                       const es::Context& context,
                                       const v1::PostDonationCheck*& found) {
  if (auto no = Require(view, "name", name, context, found)) return no;
  if (auto no = CheckEtag(name, etag, *found)) return no;
  if (found->state() != v1::CHECK_STATE_PLANNED) {
    return es::WrongState(name, ShortName(v1::CheckState_Name(found->state()), "CHECK_STATE_"),
                          wish, "none");
  }
  return CheckNotBefore(name, FromProto(found->state_time()), context);
}

es::Decision DecideReschedule(const es::View& view,
                              const v1::ReschedulePostDonationCheckRequest& command,
                              es::Context& context) {
  const v1::PostDonationCheck* check = nullptr;
  if (auto no = CheckMove(view, command.name(), command.etag(), "be rescheduled", context, check)) {
    return *std::move(no);
  }
  if (auto no = CheckDueDate("due_date", command.due_date(), context)) return *std::move(no);
  if (auto no = CheckText("reason", command.reason())) return *std::move(no);
  v1::PostDonationCheckRescheduled event;
  event.set_post_donation_check(command.name());
  *event.mutable_due_date() = command.due_date();
  event.set_reason(command.reason());
  return es::Accepted(std::move(event)).Naming(command.name());
}

// The same check again, counted from the day of this one, or from today where that has passed too;
// no further ahead than one may be planned.
v1::PostDonationCheckPlanned NextAfter(const v1::PostDonationCheck& check, es::Context& context) {
  const auto later = [&](absl::CivilDay day) { return base::AddMonths(day, check.every_months()); };
  absl::CivilDay due = later(FromProto(check.due_date()));
  if (due <= context.EffectiveDay()) due = later(context.EffectiveDay());
  due = std::min(due, LastDueDay(context));
  v1::PostDonationCheckPlanned event;
  v1::PostDonationCheck& next = *event.mutable_post_donation_check();
  next.set_name(fmt::format("{}/postDonationChecks/{}", context.operation, context.NewId()));
  next.set_item(check.item());
  next.set_kind(check.kind());
  *next.mutable_due_date() = ToProto(due);
  next.set_assignee(check.assignee());
  next.set_instructions(check.instructions());
  next.set_every_months(check.every_months());
  return event;
}

// What was checked may be gone by then: that is found, and there is nothing to check again.
bool IsToBeCheckedAgain(const es::View& view, const v1::PostDonationCheck& check) {
  if (check.every_months() == 0) return false;
  const auto* asset = view.Find<v1::Asset>(check.item());
  return asset == nullptr || IsLive(asset->state());
}

es::Decision DecideComplete(const es::View& view,
                            const v1::CompletePostDonationCheckRequest& command,
                            es::Context& context) {
  const v1::PostDonationCheck* check = nullptr;
  if (auto no = CheckMove(view, command.name(), command.etag(), "be made", context, check)) {
    return *std::move(no);
  }
  if (auto no = CheckText("findings", command.findings())) return *std::move(no);
  if (command.has_evidence()) {
    if (auto no = CheckEvidence("evidence", command.evidence())) return *std::move(no);
  }
  const auto* asset = view.Find<v1::Asset>(check->item());
  const bool says_condition = command.condition() != v1::ASSET_CONDITION_UNSPECIFIED;
  if (says_condition && (asset == nullptr || !v1::AssetCondition_IsValid(command.condition()))) {
    return es::InvalidField(
        "condition", fmt::format("{} is no asset, or there is no such condition", check->item()));
  }
  v1::PostDonationCheckDone event;
  event.set_post_donation_check(command.name());
  event.set_item(check->item());
  event.set_findings(command.findings());
  event.set_follow_up(command.follow_up());
  event.set_condition(command.condition());
  if (command.has_evidence()) *event.mutable_evidence() = command.evidence();
  event.set_checker(context.principal);
  std::optional<v1::PostDonationCheckPlanned> next;
  if (IsToBeCheckedAgain(view, *check)) {
    next = NextAfter(*check, context);
    event.set_next_check(next->post_donation_check().name());
  }
  es::Decision decision = es::Accepted(std::move(event));
  if (next) decision.Add(*std::move(next));
  if (says_condition && IsLive(asset->state())) {
    v1::AssetConditionRecorded found;
    found.set_asset(asset->name());
    found.set_condition(command.condition());
    found.set_previous_condition(asset->condition());
    found.set_note(command.findings());
    decision.Add(std::move(found));
  }
  return std::move(decision).Naming(command.name());
}

es::Decision DecideCancel(const es::View& view, const v1::CancelPostDonationCheckRequest& command,
                          es::Context& context) {
  const v1::PostDonationCheck* check = nullptr;
  if (auto no = CheckMove(view, command.name(), command.etag(), "be cancelled", context, check)) {
    return *std::move(no);
  }
  if (auto no = CheckText("reason", command.reason())) return *std::move(no);
  v1::PostDonationCheckCancelled event;
  event.set_post_donation_check(command.name());
  event.set_reason(command.reason());
  return es::Accepted(std::move(event)).Naming(command.name());
}

void SetState(v1::PostDonationCheck& check, v1::CheckState state, std::string_view note,
              const es::EventContext& context) {
  check.set_state(state);
  check.set_state_note(std::string(note));
  *check.mutable_state_time() = ToProto(context.effective_at);
  Stamp(check, context);
}

void FoldPlanned(es::Entities& entities, const v1::PostDonationCheckPlanned& event,
                 const es::EventContext& context) {
  v1::PostDonationCheck check = event.post_donation_check();
  SetState(check, v1::CHECK_STATE_PLANNED, "", context);
  entities.Put(check.name(), check);
}

void FoldRescheduled(es::Entities& entities, const v1::PostDonationCheckRescheduled& event,
                     const es::EventContext& context) {
  entities.Edit<v1::PostDonationCheck>(
      event.post_donation_check(), [&](v1::PostDonationCheck& check) {
        *check.mutable_due_date() = event.due_date();
        SetState(check, v1::CHECK_STATE_PLANNED, event.reason(), context);
      });
}

void FoldDone(es::Entities& entities, const v1::PostDonationCheckDone& event,
              const es::EventContext& context) {
  entities.Edit<v1::PostDonationCheck>(
      event.post_donation_check(), [&](v1::PostDonationCheck& check) {
        check.set_findings(event.findings());
        check.set_follow_up(event.follow_up());
        check.set_condition(event.condition());
        if (event.has_evidence()) *check.mutable_evidence() = event.evidence();
        check.set_checker(event.checker());
        *check.mutable_check_time() = ToProto(context.effective_at);
        check.set_next_check(event.next_check());
        SetState(check, v1::CHECK_STATE_DONE, "", context);
      });
}

void FoldCancelled(es::Entities& entities, const v1::PostDonationCheckCancelled& event,
                   const es::EventContext& context) {
  entities.Edit<v1::PostDonationCheck>(
      event.post_donation_check(), [&](v1::PostDonationCheck& check) {
        SetState(check, v1::CHECK_STATE_CANCELLED, event.reason(), context);
      });
}

}  // namespace

bool IsDueBefore(const v1::PostDonationCheck& check, absl::CivilDay day) {
  return check.state() == v1::CHECK_STATE_PLANNED && FromProto(check.due_date()) < day;
}

void RegisterPostDonationChecks(es::Decider& decider) {
  OnKnown<v1::PlanPostDonationCheckRequest, &DecidePlan>(decider);
  OnKnown<v1::ReschedulePostDonationCheckRequest, &DecideReschedule>(decider);
  OnKnown<v1::CompletePostDonationCheckRequest, &DecideComplete>(decider);
  OnKnown<v1::CancelPostDonationCheckRequest, &DecideCancel>(decider);
  decider.Fold<v1::PostDonationCheckPlanned>(&FoldPlanned);
  decider.Fold<v1::PostDonationCheckRescheduled>(&FoldRescheduled);
  decider.Fold<v1::PostDonationCheckDone>(&FoldDone);
  decider.Fold<v1::PostDonationCheckCancelled>(&FoldCancelled);
}

}  // namespace prihvat::handover
