// Money that is passed on to a partner agency: committed on its budget line when it is approved,
// paid when it is sent, and spent only when the agency reports what it spent, so that it is counted
// once (INV-37); never more than is left of the line (INV-03) or was approved. What an agency
// reports is a fact: above what was sent it is an excess that somebody has to see to, and no part
// of what is spent. A report that was recorded wrongly stays, and a later one that names it counts
// in its place.
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
constexpr int kMaxEntries = 500;  // payments, reports, and corrections of reports, of each

es::Rejection WrongTransferState(const AgencyTransfer& transfer, std::string_view wish) {
  switch (transfer.state()) {
    case v1::AGENCY_TRANSFER_STATE_DRAFT:
      return es::WrongState(transfer.name(), "a draft", wish, "approve, cancel");
    case v1::AGENCY_TRANSFER_STATE_APPROVED:
      return es::WrongState(transfer.name(), "approved", wish,
                            "pay, report, correct a report, close, cancel before the first "
                            "payment and report");
    case v1::AGENCY_TRANSFER_STATE_CLOSED:
      return es::WrongState(transfer.name(), "closed", wish, "report, correct a report");
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

// What of the reports is spent money of the budget line: as far as it was sent (INV-37).
Money SpentOf(const AgencyTransfer& transfer) {
  return std::min(FromProto(transfer.reported()), FromProto(transfer.disbursed()),
                  [](const Money& a, const Money& b) { return a.minor() < b.minor(); });
}

Money CommittedOf(const AgencyTransfer& transfer) {
  if (transfer.state() != v1::AGENCY_TRANSFER_STATE_APPROVED)
    return Money::Zero(CurrencyOf(transfer));
  return Difference(FromProto(transfer.amount()), SpentOf(transfer));
}

void MarkExcess(AgencyTransfer& transfer) {
  const Money excess = Difference(FromProto(transfer.reported()), FromProto(transfer.disbursed()));
  transfer.clear_excess();
  if (excess.minor() > 0) *transfer.mutable_excess() = ToProto(excess);
}

// The event, and the move of the budget line's money that goes with it.
template <class Event>
Decision WithMove(const View& view, const AgencyTransfer& before, const AgencyTransfer& after,
                  Event event, v1::BudgetMoveKind kind) {
  Decision decision = es::Accepted(std::move(event)).Naming(after.name());
  BudgetChange change = NoChange(CurrencyOf(after));
  change.committed = Difference(CommittedOf(after), CommittedOf(before));
  change.spent = Difference(SpentOf(after), SpentOf(before));
  change.paid = Difference(FromProto(after.disbursed()), FromProto(before.disbursed()));
  if (change.IsNothing()) return decision;
  const auto* line = view.Find<v1::BudgetLine>(after.budget_line());
  const auto moved = MoveBudget(*line, after.name(), kind, change);
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
  return WithMove(view, **found, transfer, std::move(event), v1::BUDGET_MOVE_KIND_COMMITTED);
}

// What is sent stays within what was approved; what comes back, or corrects a payment, within what
// was sent. What the agency reported does not bind it: above what it has then it is an excess.
MaybeRejected CheckPaid(const AgencyTransfer& transfer, const Money& payment, const Money& after) {
  const Money amount = FromProto(transfer.amount());
  const bool fits = payment.IsNegative() ? !after.IsNegative() : after.minor() <= amount.minor();
  if (fits) return std::nullopt;
  return es::Rejected(kTransferExceeded)
      .Saying(fmt::format("{} would have been sent to {}: it must be from 0 to the {} approved",
                          after.Format(), transfer.agency(), amount.Format()))
      .With("disbursed", after.Format())
      .With("amount", amount.Format());
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
  if (auto no = CheckPaid(transfer, *amount, *disbursed)) return *no;
  *transfer.mutable_disbursed() = ToProto(*disbursed);
  MarkExcess(transfer);
  v1::AgencyPayment& payment = *transfer.add_payments();
  payment.set_payment_number(transfer.payments_size());
  *payment.mutable_amount() = ToProto(*amount);
  payment.set_reference(command.reference());
  *payment.mutable_payment_time() = ToProto(context.effective_at);
  payment.set_payer(person);
  auto event = Said<v1::AgencyTransferPaid>(transfer);
  event.set_payment_number(transfer.payments_size());
  return WithMove(view, **found, transfer, std::move(event),
                  amount->IsNegative() ? v1::BUDGET_MOVE_KIND_REFUNDED : v1::BUDGET_MOVE_KIND_PAID);
}

// How many reports there are, or corrections of reports: these take no room from those.
int CountReports(const AgencyTransfer& transfer, bool corrections) {
  return static_cast<int>(std::count_if(transfer.expenditures().begin(),
                                        transfer.expenditures().end(),
                                        [corrections](const v1::AgencyExpenditure& report) {
                                          return (report.corrects_report() != 0) == corrections;
                                        }));
}

// What comes after its end too: of one that is closed all that was sent is accounted for, so that
// more is an excess.
bool MayBeReportedOn(const AgencyTransfer& transfer) {
  return transfer.state() == v1::AGENCY_TRANSFER_STATE_APPROVED ||
         transfer.state() == v1::AGENCY_TRANSFER_STATE_CLOSED;
}

Decision DecideReport(const View& view, const v1::RecordAgencyExpenditureRequest& command,
                      Context& context) {
  const auto found = FindTransfer(view, context, command);
  if (!found.ok()) return found.rejection();
  AgencyTransfer transfer = **found;
  if (!MayBeReportedOn(transfer)) return WrongTransferState(transfer, "be reported on");
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
  const auto reported = CheckedAdd(FromProto(transfer.reported()), *amount);
  if (!reported.ok()) {
    return es::InvalidField("expenditure.amount", std::string(reported.status().message()));
  }
  if (CountReports(transfer, /*corrections=*/false) >= kMaxEntries) {
    return es::InvalidField("expenditure",
                            fmt::format("there are {} reports, which is the most", kMaxEntries));
  }
  *transfer.mutable_reported() = ToProto(*reported);
  MarkExcess(transfer);
  v1::AgencyExpenditure& report = *transfer.add_expenditures();
  report.set_report_number(transfer.expenditures_size());
  *report.mutable_amount() = ToProto(*amount);
  *report.mutable_period_end_date() = wanted.period_end_date();
  report.set_reference(wanted.reference());
  report.set_recorder(context.principal);
  auto event = Said<v1::AgencyExpenditureReported>(transfer);
  event.set_report_number(transfer.expenditures_size());
  return WithMove(view, **found, transfer, std::move(event), v1::BUDGET_MOVE_KIND_SPENT);
}

// The entry that counts in the place of report `number`, added to the transfer.
void AddCorrection(AgencyTransfer& transfer, int number, const Money& amount,
                   const std::string& reason, const std::string& person) {
  v1::AgencyExpenditure correction = transfer.expenditures(number - 1);
  correction.set_report_number(transfer.expenditures_size() + 1);
  *correction.mutable_amount() = ToProto(amount);
  correction.set_recorder(person);
  correction.set_corrects_report(number);
  correction.set_reason(reason);
  transfer.mutable_expenditures(number - 1)->set_corrected_by_report(correction.report_number());
  *transfer.add_expenditures() = std::move(correction);
}

MaybeRejected CheckMayCorrect(const AgencyTransfer& transfer, int number) {
  if (!MayBeReportedOn(transfer)) return WrongTransferState(transfer, "have a report corrected");
  if (number < 1 || number > transfer.expenditures_size()) {
    return es::InvalidField("report_number",
                            fmt::format("must be one of the {} reports of {}, is {}",
                                        transfer.expenditures_size(), transfer.name(), number));
  }
  const int by = transfer.expenditures(number - 1).corrected_by_report();
  if (by != 0) return CorrectedAlready(transfer.name(), "report_number", number, by);
  if (CountReports(transfer, /*corrections=*/true) < kMaxEntries) return std::nullopt;
  return es::InvalidField("report_number",
                          fmt::format("there are {} corrections, which is the most", kMaxEntries));
}

// With a correction a closed transfer may have to account for something again: it goes on with what
// was sent, of which the rest is committed. What was never sent was freed at its end and stays
// free, so that the correction, a fact, always fits the budget line.
void ReopenIfUnaccounted(AgencyTransfer& transfer) {
  if (transfer.state() != v1::AGENCY_TRANSFER_STATE_CLOSED) return;
  if (SpentOf(transfer) == FromProto(transfer.disbursed())) return;
  transfer.set_state(v1::AGENCY_TRANSFER_STATE_APPROVED);
  transfer.clear_state_note();
  *transfer.mutable_amount() = transfer.disbursed();
}

// Says the amount of a report anew, in an entry of its own.
Decision DecideCorrect(const View& view, const v1::CorrectAgencyExpenditureRequest& command,
                       Context& context) {
  const auto found = FindTransfer(view, context, command);
  if (!found.ok()) return found.rejection();
  AgencyTransfer transfer = **found;
  if (auto no = CheckMayCorrect(transfer, command.report_number())) return *no;
  const auto amount = CheckAmount("amount", command.amount(), CurrencyOf(transfer));
  if (!amount.ok()) return amount.rejection();
  const Money wrong = FromProto(transfer.expenditures(command.report_number() - 1).amount());
  if (*amount == wrong) {
    return es::InvalidField(
        "amount", fmt::format("must differ from the {} that are reported", wrong.Format()));
  }
  if (auto no = CheckReason(command.reason())) return *no;
  const auto reported = CheckedAdd(Difference(FromProto(transfer.reported()), wrong), *amount);
  if (!reported.ok()) {
    return es::InvalidField("amount", std::string(reported.status().message()));
  }
  *transfer.mutable_reported() = ToProto(*reported);
  MarkExcess(transfer);
  AddCorrection(transfer, command.report_number(), *amount, command.reason(), context.principal);
  ReopenIfUnaccounted(transfer);
  auto event = Said<v1::AgencyExpenditureCorrected>(transfer);
  event.set_report_number(transfer.expenditures_size());
  event.set_corrects_report(command.report_number());
  const bool is_less = SpentOf(transfer).minor() < SpentOf(**found).minor();
  return WithMove(view, **found, transfer, std::move(event),
                  is_less ? v1::BUDGET_MOVE_KIND_REVERSED : v1::BUDGET_MOVE_KIND_SPENT);
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
  if (reported.minor() < disbursed.minor()) {
    return es::Rejected(kNotAccountedFor)
        .Saying(fmt::format("{} are with {}, which reported {} as spent", disbursed.Format(),
                            transfer.agency(), reported.Format()))
        .With("disbursed", disbursed.Format())
        .With("reported", reported.Format());
  }
  // Why less was sent, or who bears what was spent above it.
  const bool as_approved = disbursed == FromProto(transfer.amount()) && disbursed == reported;
  if (auto no = CheckText("reason", command.reason(), /*required=*/!as_approved, 1000)) return *no;
  transfer.set_state(v1::AGENCY_TRANSFER_STATE_CLOSED);
  transfer.set_state_note(command.reason());
  return WithMove(view, **found, transfer, Said<v1::AgencyTransferClosed>(transfer),
                  v1::BUDGET_MOVE_KIND_RELEASED);
}

Decision DecideCancel(const View& view, const v1::CancelAgencyTransferRequest& command,
                      Context& context) {
  const auto found = FindTransfer(view, context, command);
  if (!found.ok()) return found.rejection();
  AgencyTransfer transfer = **found;
  const bool approved = transfer.state() == v1::AGENCY_TRANSFER_STATE_APPROVED;
  if (transfer.state() != v1::AGENCY_TRANSFER_STATE_DRAFT &&
      !(approved && transfer.payments().empty() && transfer.expenditures().empty())) {
    return WrongTransferState(transfer, "be cancelled");
  }
  if (auto no = CheckReason(command.reason())) return *no;
  transfer.set_state(v1::AGENCY_TRANSFER_STATE_CANCELLED);
  transfer.set_state_note(command.reason());
  return WithMove(view, **found, transfer, Said<v1::AgencyTransferCancelled>(transfer),
                  v1::BUDGET_MOVE_KIND_RELEASED);
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
  decider.On<v1::CorrectAgencyExpenditureRequest>(&DecideCorrect);
  decider.On<v1::CloseAgencyTransferRequest>(&DecideClose);
  decider.On<v1::CancelAgencyTransferRequest>(&DecideCancel);
  decider.Fold<v1::AgencyTransferDrafted>(&FoldTransfer<v1::AgencyTransferDrafted>);
  decider.Fold<v1::AgencyTransferApprovalGiven>(&FoldTransfer<v1::AgencyTransferApprovalGiven>);
  decider.Fold<v1::AgencyTransferApproved>(&FoldTransfer<v1::AgencyTransferApproved>);
  decider.Fold<v1::AgencyTransferPaid>(&FoldTransfer<v1::AgencyTransferPaid>);
  decider.Fold<v1::AgencyExpenditureReported>(&FoldTransfer<v1::AgencyExpenditureReported>);
  decider.Fold<v1::AgencyExpenditureCorrected>(&FoldTransfer<v1::AgencyExpenditureCorrected>);
  decider.Fold<v1::AgencyTransferClosed>(&FoldTransfer<v1::AgencyTransferClosed>);
  decider.Fold<v1::AgencyTransferCancelled>(&FoldTransfer<v1::AgencyTransferCancelled>);
}

}  // namespace prihvat::procurement
