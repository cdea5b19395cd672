// Money that is passed on to a partner agency: committed on its budget line when it is approved,
// paid when it is sent, and spent only when the agency reports what it spent, so that it is counted
// once (INV-37); never more than is left of the line (INV-03), was approved, or was sent.
#include <algorithm>
#include <string>

#include "fmt/format.h"
#include "libs/base/civil.h"
#include "prihvat/procurement/v1/events.pb.h"
#include "prihvat/procurement/v1/service.pb.h"
#include "services/procurement/domain/budget.h"
#include "services/procurement/domain/checks.h"
#include "services/procurement/domain/decider.h"
#include "services/procurement/domain/order.h"
#include "services/procurement/domain/policy.h"
#include "services/procurement/domain/reasons.h"
#include "services/procurement/domain/values.h"

namespace prihvat::procurement {
namespace {

using base::Money;
using es::Context;
using es::Decision;
using es::View;
using v1::AgencyTransfer;

constexpr std::string_view kTransferPattern = "operations/*/agencyTransfers/*";
constexpr int kMaxEntries = 500;  // payments, and reports

es::Rejection WrongTransferState(const AgencyTransfer& transfer, std::string_view wish) {
  switch (transfer.state()) {
    case v1::AGENCY_TRANSFER_STATE_DRAFT:
      return es::WrongState(transfer.name(), "a draft", wish, "approve, cancel");
    case v1::AGENCY_TRANSFER_STATE_APPROVED:
      return es::WrongState(transfer.name(), "approved", wish,
                            "pay, report, close, cancel before the first payment");
    case v1::AGENCY_TRANSFER_STATE_CLOSED:
      return es::WrongState(transfer.name(), "closed", wish, "none");
    default:
      return es::WrongState(transfer.name(), "cancelled", wish, "none");
  }
}

template <class Command>
Checked<const AgencyTransfer*> FindTransfer(const View& view, const Context& context,
                                            const Command& command) {
  return FindForEdit<AgencyTransfer>(view, context, command.name(), kTransferPattern,
                                     command.etag());
}

template <class Event>
Event Said(const AgencyTransfer& transfer) {
  Event event;
  *event.mutable_agency_transfer() = transfer;
  return event;
}

base::Currency CurrencyOf(const AgencyTransfer& transfer) {
  return FromProto(transfer.amount()).currency();
}

// The event, and the move of the budget line's money that goes with it.
template <class Event>
Decision WithMove(const View& view, const AgencyTransfer& transfer, Event event,
                  v1::BudgetMoveKind kind, const BudgetChange& change) {
  Decision decision = es::Accepted(std::move(event)).Naming(transfer.name());
  if (change.IsNothing()) return decision;
  const auto* line = view.Find<v1::BudgetLine>(transfer.budget_line());
  const auto moved = MoveBudget(*line, transfer.name(), kind, change);
  if (!moved.ok()) return moved.rejection();
  return std::move(decision).Then(*moved);
}

es::Rejection NotSeparate(const AgencyTransfer& transfer, const std::string& person,
                          std::string_view held, std::string_view wanted) {
  return es::Rejected(kDutiesNotSeparate)
      .Saying(fmt::format("{} is {} of {} and cannot be its {} too", person, held, transfer.name(),
                          wanted))
      .With("actor", person)
      .With("duties", fmt::format("{}, {}", held, wanted));
}

Decision DecideCreate(const View& view, const v1::CreateAgencyTransferRequest& command,
                      Context& context) {
  if (auto no = CheckParentIsOperation(view, context, command.parent())) return *no;
  const AgencyTransfer& wanted = command.agency_transfer();
  const auto line = Find<v1::BudgetLine>(view, context, "agency_transfer.budget_line",
                                         wanted.budget_line(), kBudgetLinePattern);
  if (!line.ok()) return line.rejection();
  if (auto no = CheckReference(context, "agency_transfer.agency", wanted.agency(),
                               kOrganisationPattern)) {
    return *no;
  }
  if (auto no = CheckText("agency_transfer.purpose", wanted.purpose(), true, 1000)) return *no;
  const base::Currency currency = FromProto((*line)->amount()).currency();
  const auto amount = CheckAmount("agency_transfer.amount", wanted.amount(), currency);
  if (!amount.ok()) return amount.rejection();
  if (amount->IsZero()) return es::InvalidField("agency_transfer.amount", "must be above 0");
  AgencyTransfer transfer;
  transfer.set_document_number(context.NextNumber(view, "AT").ToString());
  const auto name =
      NewName(view, context, command.parent(), "agencyTransfers", "agency_transfer_id",
              command.agency_transfer_id(), transfer.document_number());
  if (!name.ok()) return name.rejection();
  transfer.set_name(*name);
  transfer.set_state(v1::AGENCY_TRANSFER_STATE_DRAFT);
  transfer.set_budget_line(wanted.budget_line());
  transfer.set_project(ProjectOf(wanted.budget_line()));
  transfer.set_agency(wanted.agency());
  transfer.set_purpose(wanted.purpose());
  *transfer.mutable_amount() = ToProto(*amount);
  *transfer.mutable_disbursed() = ToProto(Money::Zero(currency));
  *transfer.mutable_reported() = ToProto(Money::Zero(currency));
  transfer.set_requester(context.principal);
  transfer.set_approvals_needed(PolicyOn(view, context).ApproversFor(*amount));
  return es::Accepted(Said<v1::AgencyTransferDrafted>(transfer)).Naming(*name);
}

Decision DecideApprove(const View& view, const v1::ApproveAgencyTransferRequest& command,
                       Context& context) {
  const auto found = FindTransfer(view, context, command);
  if (!found.ok()) return found.rejection();
  AgencyTransfer transfer = **found;
  if (transfer.state() != v1::AGENCY_TRANSFER_STATE_DRAFT) {
    return WrongTransferState(transfer, "be approved");
  }
  const std::string& person = context.principal;
  if (transfer.requester() == person) return NotSeparate(transfer, person, "requester", "approver");
  if (HasApproved(transfer.approvals(), person)) {
    return es::Rejected(kApprovalAlreadyGiven)
        .Saying(
            fmt::format("{} has approved already; {} so far", person, transfer.approvals_size()))
        .With("actor", person)
        .With("approvals", transfer.approvals_size());
  }
  v1::Approval& approval = *transfer.add_approvals();
  approval.set_approver(person);
  *approval.mutable_record_time() = ToProto(context.recorded_at);
  const Money amount = FromProto(transfer.amount());
  if (transfer.approvals_size() < PolicyOn(view, context).ApproversFor(amount)) {
    auto event = Said<v1::AgencyTransferApprovalGiven>(transfer);
    event.set_approver(person);
    return es::Accepted(std::move(event)).Naming(transfer.name());
  }
  transfer.set_state(v1::AGENCY_TRANSFER_STATE_APPROVED);
  auto event = Said<v1::AgencyTransferApproved>(transfer);
  event.set_approver(person);
  BudgetChange change = NoChange(amount.currency());
  change.committed = amount;
  return WithMove(view, transfer, std::move(event), v1::BUDGET_MOVE_KIND_COMMITTED, change);
}

// What is sent stays within what was approved; what comes back, within what was sent and is not
// reported as spent.
MaybeRejected CheckPaid(const AgencyTransfer& transfer, const Money& after) {
  const Money amount = FromProto(transfer.amount());
  const Money reported = FromProto(transfer.reported());
  if (after.minor() <= amount.minor() && after.minor() >= reported.minor()) return std::nullopt;
  return es::Rejected(kTransferExceeded)
      .Saying(fmt::format("{} would be with {}: {} were approved, and {} are reported as spent",
                          after.Format(), transfer.agency(), amount.Format(), reported.Format()))
      .With("disbursed", after.Format())
      .With("amount", amount.Format())
      .With("reported", reported.Format());
}

Decision DecidePay(const View& view, const v1::PayAgencyTransferRequest& command,
                   Context& context) {
  const auto found = FindTransfer(view, context, command);
  if (!found.ok()) return found.rejection();
  AgencyTransfer transfer = **found;
  if (transfer.state() != v1::AGENCY_TRANSFER_STATE_APPROVED) {
    return WrongTransferState(transfer, "be paid");
  }
  const std::string& person = context.principal;
  if (transfer.requester() == person) return NotSeparate(transfer, person, "requester", "payer");
  if (HasApproved(transfer.approvals(), person)) {
    return NotSeparate(transfer, person, "approver", "payer");
  }
  const auto amount = CheckedFromProto(command.amount());
  if (!amount.ok()) return es::InvalidField("amount", std::string(amount.status().message()));
  if (amount->IsZero() || amount->currency() != CurrencyOf(transfer)) {
    return es::InvalidField("amount", fmt::format("must be in {} and not 0, is {}",
                                                  CurrencyOf(transfer).code(), amount->Format()));
  }
  if (auto no = CheckText("reference", command.reference(), true, 100)) return *no;
  if (transfer.payments_size() >= kMaxEntries) {
    return es::InvalidField("amount",
                            fmt::format("there are {} payments, which is the most", kMaxEntries));
  }
  const auto disbursed = CheckedAdd(FromProto(transfer.disbursed()), *amount);
  if (!disbursed.ok()) {
    return es::InvalidField("amount", std::string(disbursed.status().message()));
  }
  if (auto no = CheckPaid(transfer, *disbursed)) return *no;
  *transfer.mutable_disbursed() = ToProto(*disbursed);
  v1::AgencyPayment& payment = *transfer.add_payments();
  payment.set_payment_number(transfer.payments_size());
  *payment.mutable_amount() = ToProto(*amount);
  payment.set_reference(command.reference());
  *payment.mutable_payment_time() = ToProto(context.effective_at);
  payment.set_payer(person);
  auto event = Said<v1::AgencyTransferPaid>(transfer);
  event.set_payment_number(transfer.payments_size());
  BudgetChange change = NoChange(amount->currency());
  change.paid = *amount;  // INV-37: no part of what is spent
  return WithMove(view, transfer, std::move(event),
                  amount->IsNegative() ? v1::BUDGET_MOVE_KIND_REFUNDED : v1::BUDGET_MOVE_KIND_PAID,
                  change);
}

Decision DecideReport(const View& view, const v1::RecordAgencyExpenditureRequest& command,
                      Context& context) {
  const auto found = FindTransfer(view, context, command);
  if (!found.ok()) return found.rejection();
  AgencyTransfer transfer = **found;
  if (transfer.state() != v1::AGENCY_TRANSFER_STATE_APPROVED) {
    return WrongTransferState(transfer, "be reported on");
  }
  const v1::AgencyExpenditure& wanted = command.expenditure();
  const auto amount = CheckAmount("expenditure.amount", wanted.amount(), CurrencyOf(transfer));
  if (!amount.ok()) return amount.rejection();
  if (amount->IsZero()) return es::InvalidField("expenditure.amount", "must be above 0");
  const auto day = CheckedFromProto(wanted.period_end_date());
  if (!day.ok() || *day > context.EffectiveDay()) {
    return es::InvalidField("expenditure.period_end_date",
                            fmt::format("must be a day of the calendar up to {}",
                                        base::FormatDate(context.EffectiveDay())));
  }
  if (auto no = CheckText("expenditure.reference", wanted.reference(), true, 100)) return *no;
  const Money disbursed = FromProto(transfer.disbursed());
  const auto reported = CheckedAdd(FromProto(transfer.reported()), *amount);
  if (!reported.ok() || reported->minor() > disbursed.minor()) {
    return es::Rejected(kTransferExceeded)
        .Saying(fmt::format("{} more would be reported by {}, of whose {} are {} reported",
                            amount->Format(), transfer.agency(), disbursed.Format(),
                            FromProto(transfer.reported()).Format()))
        .With("disbursed", disbursed.Format())
        .With("reported", FromProto(transfer.reported()).Format())
        .With("wanted", amount->Format());
  }
  if (transfer.expenditures_size() >= kMaxEntries) {
    return es::InvalidField("expenditure",
                            fmt::format("there are {} reports, which is the most", kMaxEntries));
  }
  *transfer.mutable_reported() = ToProto(*reported);
  v1::AgencyExpenditure& report = *transfer.add_expenditures();
  report.set_report_number(transfer.expenditures_size());
  *report.mutable_amount() = ToProto(*amount);
  *report.mutable_period_end_date() = wanted.period_end_date();
  report.set_reference(wanted.reference());
  report.set_recorder(context.principal);
  auto event = Said<v1::AgencyExpenditureReported>(transfer);
  event.set_report_number(transfer.expenditures_size());
  BudgetChange change = NoChange(amount->currency());
  change.committed = amount->Negated();
  change.spent = *amount;
  return WithMove(view, transfer, std::move(event), v1::BUDGET_MOVE_KIND_SPENT, change);
}

// What of the commitment nothing was reported on is free.
BudgetChange Release(const AgencyTransfer& transfer) {
  BudgetChange change = NoChange(CurrencyOf(transfer));
  change.committed = Difference(FromProto(transfer.reported()), FromProto(transfer.amount()));
  return change;
}

Decision DecideClose(const View& view, const v1::CloseAgencyTransferRequest& command,
                     Context& context) {
  const auto found = FindTransfer(view, context, command);
  if (!found.ok()) return found.rejection();
  AgencyTransfer transfer = **found;
  const Money disbursed = FromProto(transfer.disbursed());
  const Money reported = FromProto(transfer.reported());
  if (transfer.state() != v1::AGENCY_TRANSFER_STATE_APPROVED) {
    return WrongTransferState(transfer, "be closed");
  }
  if (disbursed != reported) {
    return es::Rejected(kNotAccountedFor)
        .Saying(fmt::format("{} are with {}, which reported {} as spent", disbursed.Format(),
                            transfer.agency(), reported.Format()))
        .With("disbursed", disbursed.Format())
        .With("reported", reported.Format());
  }
  const bool short_of = disbursed.minor() < FromProto(transfer.amount()).minor();
  if (auto no = CheckText("reason", command.reason(), /*required=*/short_of, 1000)) return *no;
  transfer.set_state(v1::AGENCY_TRANSFER_STATE_CLOSED);
  transfer.set_state_note(command.reason());
  return WithMove(view, transfer, Said<v1::AgencyTransferClosed>(transfer),
                  v1::BUDGET_MOVE_KIND_RELEASED, Release(transfer));
}

Decision DecideCancel(const View& view, const v1::CancelAgencyTransferRequest& command,
                      Context& context) {
  const auto found = FindTransfer(view, context, command);
  if (!found.ok()) return found.rejection();
  AgencyTransfer transfer = **found;
  const bool approved = transfer.state() == v1::AGENCY_TRANSFER_STATE_APPROVED;
  if (transfer.state() != v1::AGENCY_TRANSFER_STATE_DRAFT &&
      !(approved && transfer.payments().empty())) {
    return WrongTransferState(transfer, "be cancelled");
  }
  if (auto no = CheckReason(command.reason())) return *no;
  transfer.set_state(v1::AGENCY_TRANSFER_STATE_CANCELLED);
  transfer.set_state_note(command.reason());
  return WithMove(view, transfer, Said<v1::AgencyTransferCancelled>(transfer),
                  v1::BUDGET_MOVE_KIND_RELEASED,
                  approved ? Release(transfer) : NoChange(CurrencyOf(transfer)));
}

template <class Event>
void FoldTransfer(es::Entities& entities, const Event& event, const es::EventContext& context) {
  AgencyTransfer transfer = event.agency_transfer();
  Stamp(transfer, context);
  entities.Put(transfer.name(), transfer);
}

}  // namespace

void AddAgencyTransfers(es::Decider& decider) {
  decider.On<v1::CreateAgencyTransferRequest>(&DecideCreate);
  decider.On<v1::ApproveAgencyTransferRequest>(&DecideApprove);
  decider.On<v1::PayAgencyTransferRequest>(&DecidePay);
  decider.On<v1::RecordAgencyExpenditureRequest>(&DecideReport);
  decider.On<v1::CloseAgencyTransferRequest>(&DecideClose);
  decider.On<v1::CancelAgencyTransferRequest>(&DecideCancel);
  decider.Fold<v1::AgencyTransferDrafted>(&FoldTransfer<v1::AgencyTransferDrafted>);
  decider.Fold<v1::AgencyTransferApprovalGiven>(&FoldTransfer<v1::AgencyTransferApprovalGiven>);
  decider.Fold<v1::AgencyTransferApproved>(&FoldTransfer<v1::AgencyTransferApproved>);
  decider.Fold<v1::AgencyTransferPaid>(&FoldTransfer<v1::AgencyTransferPaid>);
  decider.Fold<v1::AgencyExpenditureReported>(&FoldTransfer<v1::AgencyExpenditureReported>);
  decider.Fold<v1::AgencyTransferClosed>(&FoldTransfer<v1::AgencyTransferClosed>);
  decider.Fold<v1::AgencyTransferCancelled>(&FoldTransfer<v1::AgencyTransferCancelled>);
}

}  // namespace prihvat::procurement
