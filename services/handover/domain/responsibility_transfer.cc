// The passing of a function of a centre from one body to another: Planned -> ReadinessAssessed ->
// Agreed -> ParallelRun -> Effective -> Reviewed -> Closed, and the ways out.
#include <algorithm>
#include <initializer_list>

#include "libs/base/civil.h"
#include "prihvat/handover/v1/events.pb.h"
#include "prihvat/handover/v1/service.pb.h"
#include "services/handover/domain/functions.h"
#include "services/handover/domain/names.h"
#include "services/handover/domain/reasons.h"
#include "services/handover/domain/registration.h"
#include "services/handover/domain/responsibilities.h"

namespace prihvat::handover {
namespace {

std::string ToText(v1::ResponsibilityTransferState state) {
  return ShortName(v1::ResponsibilityTransferState_Name(state), "RESPONSIBILITY_TRANSFER_STATE_");
}

std::string_view OpenMoves(v1::ResponsibilityTransferState state) {
  switch (state) {
    case v1::RESPONSIBILITY_TRANSFER_STATE_PLANNED:
      return "assess readiness, record readiness, suspend, cancel";
    case v1::RESPONSIBILITY_TRANSFER_STATE_READINESS_ASSESSED:
      return "agree, record readiness, suspend, cancel";
    case v1::RESPONSIBILITY_TRANSFER_STATE_AGREED:
      return "start parallel run, make effective, record readiness, suspend, cancel";
    case v1::RESPONSIBILITY_TRANSFER_STATE_PARALLEL_RUN:
      return "make effective, record readiness, suspend, cancel";
    case v1::RESPONSIBILITY_TRANSFER_STATE_EFFECTIVE:
      return "review, revert";
    case v1::RESPONSIBILITY_TRANSFER_STATE_REVIEWED:
      return "close, revert";
    case v1::RESPONSIBILITY_TRANSFER_STATE_SUSPENDED:
      return "resume, record readiness, cancel";
    default:
      return "none";
  }
}

void SetState(v1::ResponsibilityTransfer& transfer, v1::ResponsibilityTransferState state,
              std::string_view note, const es::EventContext& context) {
  transfer.set_state(state);
  transfer.set_state_note(std::string(note));
  *transfer.mutable_state_time() = ToProto(context.effective_at);
  Stamp(transfer, context);
}

std::string ResponsibilityOf(const v1::ResponsibilityTransfer& transfer) {
  return ResponsibilityName(transfer.centre(), transfer.function());
}

std::optional<es::Rejection> CheckMove(const es::View& view, std::string_view name,
                                       std::string_view etag,
                                       std::initializer_list<v1::ResponsibilityTransferState> from,
                                       std::string_view wish, const es::Context& context,
                                       const v1::ResponsibilityTransfer*& found) {
  if (auto no = Require(view, "name", name, context, found)) return no;
  if (auto no = CheckEtag(name, etag, *found)) return no;
  if (std::find(from.begin(), from.end(), found->state()) == from.end()) {
    return es::WrongState(name, ToText(found->state()), wish, OpenMoves(found->state()));
  }
  return CheckNotBefore(name, FromProto(found->state_time()), context);
}

// Items as they are asked for, beside `there` that there are; each is not done yet.
std::optional<es::Rejection> TakeReadinessItems(
    const std::string& field, const google::protobuf::RepeatedPtrField<v1::ReadinessItem>& asked,
    int there, google::protobuf::RepeatedPtrField<v1::ReadinessItem>& items) {
  constexpr int kMostItems = 100;
  if (there + asked.size() > kMostItems) {
    return es::InvalidField(field, fmt::format("has {} entries beside {}; at most {} are allowed",
                                               asked.size(), there, kMostItems));
  }
  for (int i = 0; i < asked.size(); ++i) {
    if (auto no =
            CheckText(fmt::format("{}[{}].display_name", field, i), asked[i].display_name())) {
      return no;
    }
    v1::ReadinessItem& item = *items.Add();
    *item.mutable_display_name() = asked[i].display_name();
    item.set_mandatory(asked[i].mandatory());
  }
  return std::nullopt;
}

// READINESS_INCOMPLETE with what is lacking, unless all that must be so is done.
std::optional<es::Rejection> CheckReady(const v1::ResponsibilityTransfer& of) {
  std::string lacking;
  std::string numbers;
  for (int i = 0; i < of.readiness_items_size(); ++i) {
    const v1::ReadinessItem& item = of.readiness_items(i);
    if (!item.mandatory() || item.done()) continue;
    lacking +=
        fmt::format("{}{} ({})", lacking.empty() ? "" : "; ", item.display_name().en(), i + 1);
    numbers += fmt::format("{}{}", numbers.empty() ? "" : ",", i + 1);
  }
  if (lacking.empty()) return std::nullopt;
  return es::Rejected(kReadinessIncomplete)
      .Saying(fmt::format("{} cannot take effect before this is done: {}", of.name(), lacking))
      .With("responsibility_transfer", of.name())
      .With("item_numbers", numbers);
}

std::optional<es::Rejection> CheckPlan(const es::View& view, const v1::ResponsibilityTransfer& plan,
                                       const es::Context& context) {
  if (auto no =
          CheckReference("responsibility_transfer.centre", plan.centre(), "centres/*", context)) {
    return no;
  }
  if (auto no = CheckFunction(view, "responsibility_transfer.function", plan.function(), context)) {
    return no;
  }
  const std::string_view pattern = "organisations/*";
  if (auto no = CheckGlobalName("responsibility_transfer.giver", plan.giver(), pattern)) return no;
  if (auto no = CheckGlobalName("responsibility_transfer.taker", plan.taker(), pattern)) return no;
  if (plan.giver() == plan.taker()) {
    return es::InvalidField("responsibility_transfer.taker", "is the giver too");
  }
  return CheckDate("responsibility_transfer.planned_date", plan.planned_date());
}

es::Decision DecidePlan(const es::View& view,
                        const v1::CreateResponsibilityTransferRequest& command,
                        es::Context& context) {
  if (auto no = CheckCreate(command.parent(), "responsibility_transfer_id",
                            command.responsibility_transfer_id(), context)) {
    return *std::move(no);
  }
  const v1::ResponsibilityTransfer& plan = command.responsibility_transfer();
  if (auto no = CheckPlan(view, plan, context)) return *std::move(no);
  const std::string name = fmt::format("{}/responsibilityTransfers/{}", context.operation,
                                       command.responsibility_transfer_id());
  if (view.Exists(name)) return es::AlreadyExists(name);
  const auto* responsibility = view.Find<v1::Responsibility>(ResponsibilityOf(plan));
  if (responsibility == nullptr) return es::NotFound(ResponsibilityOf(plan));
  if (auto no = CheckAnswers(*responsibility, plan.giver(), context)) return *std::move(no);

  v1::ResponsibilityTransferPlanned event;
  event.set_responsibility_transfer(name);
  event.set_centre(plan.centre());
  event.set_function(plan.function());
  event.set_giver(plan.giver());
  event.set_taker(plan.taker());
  *event.mutable_planned_date() = plan.planned_date();
  if (auto no = TakeReadinessItems("responsibility_transfer.readiness_items",
                                   plan.readiness_items(), 0, *event.mutable_readiness_items())) {
    return *std::move(no);
  }
  return es::Accepted(std::move(event)).Naming(name);
}

es::Decision DecideAssess(const es::View& view, const v1::AssessReadinessRequest& command,
                          es::Context& context) {
  const v1::ResponsibilityTransfer* found = nullptr;
  if (auto no =
          CheckMove(view, command.name(), command.etag(),
                    {v1::RESPONSIBILITY_TRANSFER_STATE_PLANNED}, "be assessed", context, found)) {
    return *std::move(no);
  }
  if (auto no = CheckText("readiness", command.readiness())) return *std::move(no);
  v1::ReadinessAssessed event;
  event.set_responsibility_transfer(command.name());
  event.set_readiness(command.readiness());
  if (auto no =
          TakeReadinessItems("readiness_items", command.readiness_items(),
                             found->readiness_items_size(), *event.mutable_readiness_items())) {
    return *std::move(no);
  }
  return es::Accepted(std::move(event)).Naming(command.name());
}

es::Decision DecideRecordReadiness(const es::View& view,
                                   const v1::RecordReadinessItemRequest& command,
                                   es::Context& context) {
  const v1::ResponsibilityTransfer* found = nullptr;
  if (auto no = CheckMove(
          view, command.name(), command.etag(),
          {v1::RESPONSIBILITY_TRANSFER_STATE_PLANNED,
           v1::RESPONSIBILITY_TRANSFER_STATE_READINESS_ASSESSED,
           v1::RESPONSIBILITY_TRANSFER_STATE_AGREED, v1::RESPONSIBILITY_TRANSFER_STATE_PARALLEL_RUN,
           v1::RESPONSIBILITY_TRANSFER_STATE_SUSPENDED},
          "have its readiness recorded", context, found)) {
    return *std::move(no);
  }
  if (command.item_number() < 1 || command.item_number() > found->readiness_items_size()) {
    return es::InvalidField("item_number", fmt::format("is {}; there are {}", command.item_number(),
                                                       found->readiness_items_size()));
  }
  if (auto no = CheckOptionalText("note", command.note())) return *std::move(no);
  v1::ReadinessItemRecorded event;
  event.set_responsibility_transfer(command.name());
  event.set_item_number(command.item_number());
  event.set_done(command.done());
  event.set_note(command.note());
  event.set_person(context.principal);
  return es::Accepted(std::move(event)).Naming(command.name());
}

es::Decision DecideAgree(const es::View& view,
                         const v1::AgreeResponsibilityTransferRequest& command,
                         es::Context& context) {
  const v1::ResponsibilityTransfer* found = nullptr;
  if (auto no = CheckMove(view, command.name(), command.etag(),
                          {v1::RESPONSIBILITY_TRANSFER_STATE_READINESS_ASSESSED}, "be agreed on",
                          context, found)) {
    return *std::move(no);
  }
  if (auto no = CheckText("agreement", command.agreement())) return *std::move(no);
  if (command.has_planned_date()) {
    if (auto no = CheckDate("planned_date", command.planned_date())) return *std::move(no);
  }
  v1::ResponsibilityTransferAgreed event;
  event.set_responsibility_transfer(command.name());
  event.set_agreement(command.agreement());
  *event.mutable_planned_date() =
      command.has_planned_date() ? command.planned_date() : found->planned_date();
  return es::Accepted(std::move(event)).Naming(command.name());
}

es::Decision DecideStartParallelRun(const es::View& view,
                                    const v1::StartParallelRunRequest& command,
                                    es::Context& context) {
  const v1::ResponsibilityTransfer* found = nullptr;
  if (auto no = CheckMove(view, command.name(), command.etag(),
                          {v1::RESPONSIBILITY_TRANSFER_STATE_AGREED}, "run in parallel", context,
                          found)) {
    return *std::move(no);
  }
  const auto* responsibility = view.Find<v1::Responsibility>(ResponsibilityOf(*found));
  if (auto no = CheckAnswers(*responsibility, found->giver(), context)) return *std::move(no);
  v1::ParallelRunStarted event;
  event.set_responsibility_transfer(command.name());
  event.set_centre(found->centre());
  event.set_function(found->function());
  event.set_giver(found->giver());
  event.set_taker(found->taker());
  return es::Accepted(std::move(event)).Naming(command.name());
}

v1::ResponsibilityTransferred Passing(const v1::ResponsibilityTransfer& of,
                                      const es::Context& context) {
  v1::ResponsibilityTransferred event;
  event.set_responsibility_transfer(of.name());
  event.set_centre(of.centre());
  event.set_function(of.function());
  event.set_giver(of.giver());
  event.set_taker(of.taker());
  *event.mutable_start_time() = ToProto(context.effective_at);
  *event.mutable_start_date() = ToProto(context.EffectiveDay());
  event.set_agreement(of.agreement());
  event.set_protocol_number(of.protocol_number());
  return event;
}

es::Decision DecideMakeEffective(const es::View& view,
                                 const v1::MakeResponsibilityTransferEffectiveRequest& command,
                                 es::Context& context) {
  const v1::ResponsibilityTransfer* found = nullptr;
  if (auto no = CheckMove(view, command.name(), command.etag(),
                          {v1::RESPONSIBILITY_TRANSFER_STATE_AGREED,
                           v1::RESPONSIBILITY_TRANSFER_STATE_PARALLEL_RUN},
                          "take effect", context, found)) {
    return *std::move(no);
  }
  const absl::CivilDay agreed = FromProto(found->planned_date());
  if (context.EffectiveDay() < agreed) {
    return es::Rejected(kBeforeAgreedDay)
        .Saying(fmt::format("{} is agreed for {}, and would take effect on {}", found->name(),
                            base::FormatDate(agreed), base::FormatDate(context.EffectiveDay())))
        .With("planned_date", base::FormatDate(agreed))
        .With("effective_date", base::FormatDate(context.EffectiveDay()));
  }
  if (auto no = CheckReady(*found)) return *std::move(no);
  // Of two transfers that race, the second finds the first one's taker here (INV-19).
  const auto* responsibility = view.Find<v1::Responsibility>(ResponsibilityOf(*found));
  if (auto no = CheckMayPass(*responsibility, found->giver(), context)) return *std::move(no);
  v1::ResponsibilityTransferred event = Passing(*found, context);
  event.set_protocol_number(context.NextNumber(view, "RP").ToString());
  return es::Accepted(std::move(event)).Naming(command.name());
}

es::Decision DecideReview(const es::View& view,
                          const v1::ReviewResponsibilityTransferRequest& command,
                          es::Context& context) {
  const v1::ResponsibilityTransfer* found = nullptr;
  if (auto no =
          CheckMove(view, command.name(), command.etag(),
                    {v1::RESPONSIBILITY_TRANSFER_STATE_EFFECTIVE}, "be reviewed", context, found)) {
    return *std::move(no);
  }
  if (auto no = CheckText("review", command.review())) return *std::move(no);
  v1::ResponsibilityTransferReviewed event;
  event.set_responsibility_transfer(command.name());
  event.set_review(command.review());
  return es::Accepted(std::move(event)).Naming(command.name());
}

es::Decision DecideClose(const es::View& view,
                         const v1::CloseResponsibilityTransferRequest& command,
                         es::Context& context) {
  const v1::ResponsibilityTransfer* found = nullptr;
  if (auto no =
          CheckMove(view, command.name(), command.etag(),
                    {v1::RESPONSIBILITY_TRANSFER_STATE_REVIEWED}, "be closed", context, found)) {
    return *std::move(no);
  }
  v1::ResponsibilityTransferClosed event;
  event.set_responsibility_transfer(command.name());
  return es::Accepted(std::move(event)).Naming(command.name());
}

es::Decision DecideSuspend(const es::View& view,
                           const v1::SuspendResponsibilityTransferRequest& command,
                           es::Context& context) {
  const v1::ResponsibilityTransfer* found = nullptr;
  if (auto no = CheckMove(view, command.name(), command.etag(),
                          {v1::RESPONSIBILITY_TRANSFER_STATE_PLANNED,
                           v1::RESPONSIBILITY_TRANSFER_STATE_READINESS_ASSESSED,
                           v1::RESPONSIBILITY_TRANSFER_STATE_AGREED,
                           v1::RESPONSIBILITY_TRANSFER_STATE_PARALLEL_RUN},
                          "be suspended", context, found)) {
    return *std::move(no);
  }
  if (auto no = CheckText("reason", command.reason())) return *std::move(no);
  v1::ResponsibilityTransferSuspended event;
  event.set_responsibility_transfer(command.name());
  event.set_reason(command.reason());
  return es::Accepted(std::move(event)).Naming(command.name());
}

es::Decision DecideResume(const es::View& view,
                          const v1::ResumeResponsibilityTransferRequest& command,
                          es::Context& context) {
  const v1::ResponsibilityTransfer* found = nullptr;
  if (auto no =
          CheckMove(view, command.name(), command.etag(),
                    {v1::RESPONSIBILITY_TRANSFER_STATE_SUSPENDED}, "be resumed", context, found)) {
    return *std::move(no);
  }
  v1::ResponsibilityTransferResumed event;
  event.set_responsibility_transfer(command.name());
  return es::Accepted(std::move(event)).Naming(command.name());
}

es::Decision DecideCancel(const es::View& view,
                          const v1::CancelResponsibilityTransferRequest& command,
                          es::Context& context) {
  const v1::ResponsibilityTransfer* found = nullptr;
  if (auto no = CheckMove(
          view, command.name(), command.etag(),
          {v1::RESPONSIBILITY_TRANSFER_STATE_PLANNED,
           v1::RESPONSIBILITY_TRANSFER_STATE_READINESS_ASSESSED,
           v1::RESPONSIBILITY_TRANSFER_STATE_AGREED, v1::RESPONSIBILITY_TRANSFER_STATE_PARALLEL_RUN,
           v1::RESPONSIBILITY_TRANSFER_STATE_SUSPENDED},
          "be cancelled", context, found)) {
    return *std::move(no);
  }
  if (auto no = CheckText("reason", command.reason())) return *std::move(no);
  v1::ResponsibilityTransferCancelled event;
  event.set_responsibility_transfer(command.name());
  event.set_reason(command.reason());
  return es::Accepted(std::move(event)).Naming(command.name());
}

es::Decision DecideRevert(const es::View& view,
                          const v1::RevertResponsibilityTransferRequest& command,
                          es::Context& context) {
  const v1::ResponsibilityTransfer* found = nullptr;
  if (auto no = CheckMove(
          view, command.name(), command.etag(),
          {v1::RESPONSIBILITY_TRANSFER_STATE_EFFECTIVE, v1::RESPONSIBILITY_TRANSFER_STATE_REVIEWED},
          "be reverted", context, found)) {
    return *std::move(no);
  }
  if (auto no = CheckText("agreement", command.agreement())) return *std::move(no);
  if (auto no = CheckText("reason", command.reason())) return *std::move(no);
  const auto* responsibility = view.Find<v1::Responsibility>(ResponsibilityOf(*found));
  if (auto no = CheckMayPass(*responsibility, found->taker(), context)) return *std::move(no);
  v1::ResponsibilityTransferred event = Passing(*found, context);
  event.set_giver(found->taker());
  event.set_taker(found->giver());
  event.set_agreement(command.agreement());
  event.set_protocol_number(context.NextNumber(view, "RP").ToString());
  event.set_reverted(true);
  event.set_reason(command.reason());
  return es::Accepted(std::move(event)).Naming(command.name());
}

// Whoever assists by this transfer begins, or does so no longer.
void BeginAssisting(es::Entities& entities, const v1::ResponsibilityTransfer& of,
                    const es::EventContext& context) {
  entities.Edit<v1::Responsibility>(ResponsibilityOf(of), [&](v1::Responsibility& edited) {
    v1::ResponsibilityPeriod& period = *edited.add_assisting();
    period.set_body(of.taker());
    *period.mutable_start_time() = ToProto(context.effective_at);
    period.set_agreement(of.agreement());
    period.set_responsibility_transfer(of.name());
    Stamp(edited, context);
  });
}

void EndAssisting(v1::Responsibility& responsibility, std::string_view transfer,
                  const es::EventContext& context) {
  for (v1::ResponsibilityPeriod& period : *responsibility.mutable_assisting()) {
    if (period.responsibility_transfer() == transfer && !period.has_end_time()) {
      *period.mutable_end_time() = ToProto(context.effective_at);
    }
  }
  Stamp(responsibility, context);
}

void EndAssisting(es::Entities& entities, const v1::ResponsibilityTransfer& of,
                  const es::EventContext& context) {
  entities.Edit<v1::Responsibility>(ResponsibilityOf(of), [&](v1::Responsibility& edited) {
    EndAssisting(edited, of.name(), context);
  });
}

void FoldPlanned(es::Entities& entities, const v1::ResponsibilityTransferPlanned& event,
                 const es::EventContext& context) {
  v1::ResponsibilityTransfer transfer;
  transfer.set_name(event.responsibility_transfer());
  transfer.set_centre(event.centre());
  transfer.set_function(event.function());
  transfer.set_giver(event.giver());
  transfer.set_taker(event.taker());
  *transfer.mutable_planned_date() = event.planned_date();
  *transfer.mutable_readiness_items() = event.readiness_items();
  SetState(transfer, v1::RESPONSIBILITY_TRANSFER_STATE_PLANNED, "", context);
  entities.Put(transfer.name(), transfer);
}

void FoldAssessed(es::Entities& entities, const v1::ReadinessAssessed& event,
                  const es::EventContext& context) {
  entities.Edit<v1::ResponsibilityTransfer>(
      event.responsibility_transfer(), [&](v1::ResponsibilityTransfer& edited) {
        edited.set_readiness(event.readiness());
        edited.mutable_readiness_items()->MergeFrom(event.readiness_items());
        SetState(edited, v1::RESPONSIBILITY_TRANSFER_STATE_READINESS_ASSESSED, "", context);
      });
}

void FoldReadinessRecorded(es::Entities& entities, const v1::ReadinessItemRecorded& event,
                           const es::EventContext& context) {
  entities.Edit<v1::ResponsibilityTransfer>(
      event.responsibility_transfer(), [&](v1::ResponsibilityTransfer& edited) {
        v1::ReadinessItem& item = *edited.mutable_readiness_items(event.item_number() - 1);
        item.set_done(event.done());
        item.set_note(event.note());
        item.set_person(event.person());
        *item.mutable_record_time() = ToProto(context.effective_at);
        Stamp(edited, context);
      });
}

void FoldAgreed(es::Entities& entities, const v1::ResponsibilityTransferAgreed& event,
                const es::EventContext& context) {
  entities.Edit<v1::ResponsibilityTransfer>(
      event.responsibility_transfer(), [&](v1::ResponsibilityTransfer& edited) {
        edited.set_agreement(event.agreement());
        *edited.mutable_planned_date() = event.planned_date();
        SetState(edited, v1::RESPONSIBILITY_TRANSFER_STATE_AGREED, "", context);
      });
}

void FoldParallelRunStarted(es::Entities& entities, const v1::ParallelRunStarted& event,
                            const es::EventContext& context) {
  v1::ResponsibilityTransfer transfer =
      *entities.Find<v1::ResponsibilityTransfer>(event.responsibility_transfer());
  *transfer.mutable_parallel_run_time() = ToProto(context.effective_at);
  SetState(transfer, v1::RESPONSIBILITY_TRANSFER_STATE_PARALLEL_RUN, "", context);
  entities.Put(transfer.name(), transfer);
  BeginAssisting(entities, transfer, context);
}

void FoldTransferred(es::Entities& entities, const v1::ResponsibilityTransferred& event,
                     const es::EventContext& context) {
  entities.Edit<v1::ResponsibilityTransfer>(
      event.responsibility_transfer(), [&](v1::ResponsibilityTransfer& edited) {
        edited.set_protocol_number(event.protocol_number());
        if (!event.reverted()) *edited.mutable_transfer_time() = event.start_time();
        SetState(edited,
                 event.reverted() ? v1::RESPONSIBILITY_TRANSFER_STATE_REVERTED
                                  : v1::RESPONSIBILITY_TRANSFER_STATE_EFFECTIVE,
                 event.reason(), context);
      });
  entities.Edit<v1::Responsibility>(
      ResponsibilityName(event.centre(), event.function()), [&](v1::Responsibility& edited) {
        EndAssisting(edited, event.responsibility_transfer(), context);
        PassTo(edited, event.taker(), FromProto(event.start_time()), event.agreement(),
               event.responsibility_transfer());
      });
}

void FoldReviewed(es::Entities& entities, const v1::ResponsibilityTransferReviewed& event,
                  const es::EventContext& context) {
  entities.Edit<v1::ResponsibilityTransfer>(
      event.responsibility_transfer(), [&](v1::ResponsibilityTransfer& edited) {
        edited.set_review(event.review());
        SetState(edited, v1::RESPONSIBILITY_TRANSFER_STATE_REVIEWED, "", context);
      });
}

void FoldClosed(es::Entities& entities, const v1::ResponsibilityTransferClosed& event,
                const es::EventContext& context) {
  entities.Edit<v1::ResponsibilityTransfer>(
      event.responsibility_transfer(), [&](v1::ResponsibilityTransfer& edited) {
        SetState(edited, v1::RESPONSIBILITY_TRANSFER_STATE_CLOSED, "", context);
      });
}

void FoldSuspended(es::Entities& entities, const v1::ResponsibilityTransferSuspended& event,
                   const es::EventContext& context) {
  v1::ResponsibilityTransfer transfer =
      *entities.Find<v1::ResponsibilityTransfer>(event.responsibility_transfer());
  transfer.set_previous_state(transfer.state());
  SetState(transfer, v1::RESPONSIBILITY_TRANSFER_STATE_SUSPENDED, event.reason(), context);
  entities.Put(transfer.name(), transfer);
  EndAssisting(entities, transfer, context);
}

void FoldResumed(es::Entities& entities, const v1::ResponsibilityTransferResumed& event,
                 const es::EventContext& context) {
  v1::ResponsibilityTransfer transfer =
      *entities.Find<v1::ResponsibilityTransfer>(event.responsibility_transfer());
  const v1::ResponsibilityTransferState previous = transfer.previous_state();
  transfer.clear_previous_state();
  SetState(transfer, previous, "", context);
  entities.Put(transfer.name(), transfer);
  if (previous == v1::RESPONSIBILITY_TRANSFER_STATE_PARALLEL_RUN) {
    BeginAssisting(entities, transfer, context);
  }
}

void FoldCancelled(es::Entities& entities, const v1::ResponsibilityTransferCancelled& event,
                   const es::EventContext& context) {
  v1::ResponsibilityTransfer transfer =
      *entities.Find<v1::ResponsibilityTransfer>(event.responsibility_transfer());
  SetState(transfer, v1::RESPONSIBILITY_TRANSFER_STATE_CANCELLED, event.reason(), context);
  entities.Put(transfer.name(), transfer);
  EndAssisting(entities, transfer, context);
}

}  // namespace

void RegisterTransfers(es::Decider& decider) {
  OnKnown<v1::CreateResponsibilityTransferRequest, &DecidePlan>(decider);
  OnKnown<v1::AssessReadinessRequest, &DecideAssess>(decider);
  OnKnown<v1::RecordReadinessItemRequest, &DecideRecordReadiness>(decider);
  OnKnown<v1::AgreeResponsibilityTransferRequest, &DecideAgree>(decider);
  OnKnown<v1::StartParallelRunRequest, &DecideStartParallelRun>(decider);
  OnKnown<v1::MakeResponsibilityTransferEffectiveRequest, &DecideMakeEffective>(decider);
  OnKnown<v1::ReviewResponsibilityTransferRequest, &DecideReview>(decider);
  OnKnown<v1::CloseResponsibilityTransferRequest, &DecideClose>(decider);
  OnKnown<v1::SuspendResponsibilityTransferRequest, &DecideSuspend>(decider);
  OnKnown<v1::ResumeResponsibilityTransferRequest, &DecideResume>(decider);
  OnKnown<v1::CancelResponsibilityTransferRequest, &DecideCancel>(decider);
  OnKnown<v1::RevertResponsibilityTransferRequest, &DecideRevert>(decider);
  decider.Fold<v1::ResponsibilityTransferPlanned>(&FoldPlanned);
  decider.Fold<v1::ReadinessAssessed>(&FoldAssessed);
  decider.Fold<v1::ReadinessItemRecorded>(&FoldReadinessRecorded);
  decider.Fold<v1::ResponsibilityTransferAgreed>(&FoldAgreed);
  decider.Fold<v1::ParallelRunStarted>(&FoldParallelRunStarted);
  decider.Fold<v1::ResponsibilityTransferred>(&FoldTransferred);
  decider.Fold<v1::ResponsibilityTransferReviewed>(&FoldReviewed);
  decider.Fold<v1::ResponsibilityTransferClosed>(&FoldClosed);
  decider.Fold<v1::ResponsibilityTransferSuspended>(&FoldSuspended);
  decider.Fold<v1::ResponsibilityTransferResumed>(&FoldResumed);
  decider.Fold<v1::ResponsibilityTransferCancelled>(&FoldCancelled);
}

}  // namespace prihvat::handover
