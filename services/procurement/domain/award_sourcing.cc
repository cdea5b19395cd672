// From approval to award: as many people approve as the amount's band asks for; bidders are told
// and may complain, which stops the clock; only after the standstill, and with no complaint open,
// is anything awarded (INV-06).
#include <algorithm>
#include <string>

#include "fmt/format.h"
#include "libs/base/civil.h"
#include "prihvat/procurement/v1/service.pb.h"
#include "prihvat/procurement/v1/sourcing_events.pb.h"
#include "services/procurement/domain/checks.h"
#include "services/procurement/domain/decider.h"
#include "services/procurement/domain/order.h"
#include "services/procurement/domain/policy.h"
#include "services/procurement/domain/reasons.h"
#include "services/procurement/domain/sourcing.h"
#include "services/procurement/domain/suppliers.h"
#include "services/procurement/domain/values.h"

namespace prihvat::procurement {
namespace {

using base::Money;
using es::Context;
using es::Decision;
using es::View;
using v1::SourcingProcess;

Money RecommendedTotal(const SourcingProcess& process) {
  Money total = Money::Zero(FromProto(process.lots(0).estimate()).currency());
  for (const v1::LotAward& award : process.recommended()) {
    total = Sum(total, FromProto(award.amount()));
  }
  return total;
}

// INV-04: who approves has no other part in it, and is related to none of those who are to have it.
MaybeRejected CheckApprover(const SourcingProcess& process, const std::string& person) {
  if (HasAsked(process.requester(), process.revisers(), person)) {
    return NotSeparateInSourcing(process, person, "requester, approver", "asked for the goods");
  }
  if (process.recommender() == person) {
    return NotSeparateInSourcing(process, person, "recommender, approver", "recommended it");
  }
  if (IsEvaluator(process, person)) {
    return NotSeparateInSourcing(process, person, "evaluator, approver", "evaluated the bids");
  }
  if (const auto* declaration = DeclarationOf(process, person)) {
    if (!declaration->suppliers().empty()) {
      return NotSeparateInSourcing(process, person, "approver, bidder-related",
                                   fmt::format("is related to {}", declaration->suppliers(0)));
    }
  }
  if (!HasApproved(process.approvals(), person)) return std::nullopt;
  return es::Rejected(kApprovalAlreadyGiven)
      .Saying(fmt::format("{} has approved already; {} so far", person, process.approvals_size()))
      .With("actor", person)
      .With("approvals", process.approvals_size());
}

void AddProcessApproval(SourcingProcess& process, const Context& context) {
  v1::Approval& approval = *process.add_approvals();
  approval.set_approver(context.principal);
  *approval.mutable_record_time() = ToProto(context.recorded_at);
}

// Whether the caller's approval is the last that is needed, by the policy of today.
bool IsLastApproval(const View& view, const Context& context, const SourcingProcess& process) {
  return process.approvals_size() >=
         PolicyOn(view, context).ApproversFor(RecommendedTotal(process));
}

Decision ApprovalGiven(const SourcingProcess& process, const Context& context) {
  auto event = After<v1::AwardApprovalGiven>(process);
  event.set_approver(context.principal);
  return es::Accepted(std::move(event)).Naming(process.name());
}

Decision DecideApprove(const View& view, const v1::ApproveAwardRequest& command, Context& context) {
  const auto found = FindProcess(view, context, command);
  if (!found.ok()) return found.rejection();
  SourcingProcess process = **found;
  if (process.state() != v1::SOURCING_STATE_RECOMMENDED) {
    return WrongSourcingState(process, "be approved");
  }
  if (auto no = CheckApprover(process, context.principal)) return *no;
  AddProcessApproval(process, context);
  if (!IsLastApproval(view, context, process)) return ApprovalGiven(process, context);
  process.set_state(v1::SOURCING_STATE_APPROVED);
  auto event = After<v1::AwardApproved>(process);
  event.set_approver(context.principal);
  return es::Accepted(std::move(event)).Naming(process.name());
}

Decision DecideStartStandstill(const View& view, const v1::StartStandstillRequest& command,
                               Context& context) {
  const auto found = FindProcess(view, context, command);
  if (!found.ok()) return found.rejection();
  SourcingProcess process = **found;
  if (process.state() != v1::SOURCING_STATE_APPROVED) {
    return WrongSourcingState(process, "begin its standstill");
  }
  // Whole days after the day of the notice.
  const int days = PolicyOn(view, context).standstill_days;
  const absl::CivilDay notice = base::LocalDay(Latest(context), context.zone);
  const absl::Time end =
      days == 0 ? Latest(context) : base::DayStart(notice + days + 1, context.zone);
  process.set_state(v1::SOURCING_STATE_STANDSTILL);
  *process.mutable_standstill_end_time() = ToProto(end);
  return es::Accepted(After<v1::StandstillStarted>(process)).Naming(process.name());
}

Decision DecideComplain(const View& view, const v1::FileComplaintRequest& command,
                        Context& context) {
  const auto found = FindProcess(view, context, command);
  if (!found.ok()) return found.rejection();
  SourcingProcess process = **found;
  const bool first = process.state() == v1::SOURCING_STATE_STANDSTILL;
  if (!first && process.state() != v1::SOURCING_STATE_COMPLAINT) {
    return WrongSourcingState(process, "be complained about");
  }
  if (!HasBid(view, process, command.supplier())) {
    return es::InvalidField("supplier", "has no bid in the process");
  }
  if (auto no = CheckText("text", command.text(), true, 4000)) return *no;
  if (process.complaints_size() >= kMaxSourcingList) {
    return es::InvalidField("name", "has as many complaints as there may be");
  }
  const absl::Duration left = FromProto(process.standstill_end_time()) - context.effective_at;
  if (first && left <= absl::ZeroDuration()) {
    return es::Rejected(kStandstillOver)
        .Saying(
            fmt::format("the standstill of {} ended on {}", process.name(),
                        absl::FormatTime(FromProto(process.standstill_end_time()), context.zone)))
        .With("standstill_end_time",
              absl::FormatTime(FromProto(process.standstill_end_time()), context.zone));
  }
  if (first) process.set_standstill_left_seconds(absl::ToInt64Seconds(left));
  process.set_state(v1::SOURCING_STATE_COMPLAINT);
  v1::SourcingComplaint& complaint = *process.add_complaints();
  complaint.set_complaint_number(process.complaints_size());
  complaint.set_supplier(command.supplier());
  complaint.set_text(command.text());
  *complaint.mutable_file_time() = ToProto(context.effective_at);
  auto event = After<v1::ComplaintFiled>(process);
  event.set_complaint_number(process.complaints_size());
  return es::Accepted(std::move(event)).Naming(process.name());
}

bool HasOpenComplaint(const SourcingProcess& process) {
  return std::any_of(process.complaints().begin(), process.complaints().end(),
                     [](const v1::SourcingComplaint& complaint) { return !complaint.resolved(); });
}

Decision DecideResolve(const View& view, const v1::ResolveComplaintRequest& command,
                       Context& context) {
  const auto found = FindProcess(view, context, command);
  if (!found.ok()) return found.rejection();
  SourcingProcess process = **found;
  if (process.state() != v1::SOURCING_STATE_COMPLAINT) {
    return WrongSourcingState(process, "have a complaint resolved");
  }
  const int number = command.complaint_number();
  if (number < 1 || number > process.complaints_size() ||
      process.complaints(number - 1).resolved()) {
    return es::InvalidField("complaint_number", "must be that of an open complaint");
  }
  if (auto no = CheckText("answer", command.answer(), true, 4000)) return *no;
  if (IsEvaluator(process, context.principal) || process.recommender() == context.principal) {
    return NotSeparateInSourcing(process, context.principal, "evaluator, resolver",
                                 "does not answer a complaint about their own judgement");
  }
  v1::SourcingComplaint& complaint = *process.mutable_complaints(number - 1);
  complaint.set_resolved(true);
  complaint.set_upheld(command.upheld());
  complaint.set_answer(command.answer());
  complaint.set_resolver(context.principal);
  if (command.upheld()) {
    process.set_state(v1::SOURCING_STATE_EVALUATED);
    process.clear_approvals();
    process.clear_recommended();
    process.clear_standstill_end_time();
    process.clear_standstill_left_seconds();
    for (v1::SourcingComplaint& other : *process.mutable_complaints()) other.set_resolved(true);
    auto event = After<v1::ComplaintUpheld>(process);
    event.set_complaint_number(number);
    return es::Accepted(std::move(event)).Naming(process.name());
  }
  if (!HasOpenComplaint(process)) {
    // What was left of the standstill begins now.
    process.set_state(v1::SOURCING_STATE_STANDSTILL);
    *process.mutable_standstill_end_time() =
        ToProto(Latest(context) + absl::Seconds(process.standstill_left_seconds()));
    process.clear_standstill_left_seconds();
  }
  auto event = After<v1::ComplaintRejected>(process);
  event.set_complaint_number(number);
  return es::Accepted(std::move(event)).Naming(process.name());
}

// What each supplier may be ordered from: the sum of its lots.
void FillAwards(SourcingProcess& process) {
  for (const v1::LotAward& lot : process.recommended()) {
    v1::SupplierAward* award = nullptr;
    for (v1::SupplierAward& each : *process.mutable_awards()) {
      if (each.supplier() == lot.supplier()) award = &each;
    }
    if (award == nullptr) {
      award = process.add_awards();
      award->set_supplier(lot.supplier());
      *award->mutable_amount() = lot.amount();
    } else {
      *award->mutable_amount() = ToProto(Sum(FromProto(award->amount()), FromProto(lot.amount())));
    }
  }
}

Decision Awarded(SourcingProcess process, const Context& context) {
  process.set_state(v1::SOURCING_STATE_AWARDED);
  FillAwards(process);
  auto event = After<v1::SourcingAwarded>(process);
  event.set_approver(context.principal);
  return es::Accepted(std::move(event)).Naming(process.name());
}

// Who is to have something may have been blocked since it was recommended.
MaybeRejected CheckAwardees(const View& view, const SourcingProcess& process) {
  for (const v1::LotAward& award : process.recommended()) {
    const auto& supplier = *view.Find<v1::Supplier>(award.supplier());
    if (auto no = CheckMayDealWith(supplier, "be awarded anything")) return no;
  }
  return std::nullopt;
}

Decision DecideAward(const View& view, const v1::AwardSourcingRequest& command, Context& context) {
  const auto found = FindProcess(view, context, command);
  if (!found.ok()) return found.rejection();
  SourcingProcess process = **found;
  if (process.state() == v1::SOURCING_STATE_WAIVED) {
    if (auto no = CheckApprover(process, context.principal)) return *no;
    if (auto no = CheckAwardees(view, process)) return *no;
    AddProcessApproval(process, context);
    if (!IsLastApproval(view, context, process)) return ApprovalGiven(process, context);
    return Awarded(std::move(process), context);
  }
  if (process.state() != v1::SOURCING_STATE_STANDSTILL) {
    return WrongSourcingState(process, "be awarded");
  }
  const absl::Time end = FromProto(process.standstill_end_time());
  if (Earliest(context) < end) {
    return es::Rejected(kInStandstill)
        .Saying(fmt::format("the standstill of {} lasts until {}", process.name(),
                            absl::FormatTime(end, context.zone)))
        .With("standstill_end_time", absl::FormatTime(end, context.zone));
  }
  if (auto no = CheckAwardees(view, process)) return *no;
  return Awarded(std::move(process), context);
}

template <class Event>
Decision End(SourcingProcess process, v1::SourcingState to, const std::string& reason) {
  if (auto no = CheckReason(reason)) return *no;
  process.set_state(to);
  process.set_state_note(reason);
  Event event = After<Event>(process);
  event.set_reason(reason);
  return es::Accepted(std::move(event)).Naming(process.name());
}

Decision DecideUnsuccessful(const View& view, const v1::DeclareSourcingUnsuccessfulRequest& command,
                            Context& context) {
  const auto found = FindProcess(view, context, command);
  if (!found.ok()) return found.rejection();
  switch ((*found)->state()) {
    case v1::SOURCING_STATE_BIDS_CLOSED:
    case v1::SOURCING_STATE_OPENED:
    case v1::SOURCING_STATE_EVALUATED:
      return End<v1::SourcingUnsuccessful>(**found, v1::SOURCING_STATE_UNSUCCESSFUL,
                                           command.reason());
    default:
      return WrongSourcingState(**found, "be declared unsuccessful");
  }
}

Decision DecideCancel(const View& view, const v1::CancelSourcingProcessRequest& command,
                      Context& context) {
  const auto found = FindProcess(view, context, command);
  if (!found.ok()) return found.rejection();
  switch ((*found)->state()) {
    case v1::SOURCING_STATE_AWARDED:
    case v1::SOURCING_STATE_UNSUCCESSFUL:
    case v1::SOURCING_STATE_CANCELLED:
      return WrongSourcingState(**found, "be cancelled");
    default:
      return End<v1::SourcingCancelled>(**found, v1::SOURCING_STATE_CANCELLED, command.reason());
  }
}

}  // namespace

void AddAwards(es::Decider& decider) {
  decider.On<v1::ApproveAwardRequest>(&DecideApprove);
  decider.On<v1::StartStandstillRequest>(&DecideStartStandstill);
  decider.On<v1::FileComplaintRequest>(&DecideComplain);
  decider.On<v1::ResolveComplaintRequest>(&DecideResolve);
  decider.On<v1::AwardSourcingRequest>(&DecideAward);
  decider.On<v1::DeclareSourcingUnsuccessfulRequest>(&DecideUnsuccessful);
  decider.On<v1::CancelSourcingProcessRequest>(&DecideCancel);
  decider.Fold<v1::AwardApprovalGiven>(&FoldProcess<v1::AwardApprovalGiven>);
  decider.Fold<v1::AwardApproved>(&FoldProcess<v1::AwardApproved>);
  decider.Fold<v1::StandstillStarted>(&FoldProcess<v1::StandstillStarted>);
  decider.Fold<v1::ComplaintFiled>(&FoldProcess<v1::ComplaintFiled>);
  decider.Fold<v1::ComplaintRejected>(&FoldProcess<v1::ComplaintRejected>);
  decider.Fold<v1::ComplaintUpheld>(&FoldProcess<v1::ComplaintUpheld>);
  decider.Fold<v1::SourcingAwarded>(&FoldProcess<v1::SourcingAwarded>);
  decider.Fold<v1::SourcingUnsuccessful>(&FoldProcess<v1::SourcingUnsuccessful>);
  decider.Fold<v1::SourcingCancelled>(&FoldProcess<v1::SourcingCancelled>);
  decider.Fold<v1::AwardRaised>(&FoldProcess<v1::AwardRaised>);
}

}  // namespace prihvat::procurement
