// Each state against each command, tried out: what the deciders do is compared, cell by cell, with
// what was transcribed by hand from the domain's own words, and stands in docs/states.md, which
// PRIHVAT_WRITE_STATES=1 writes anew. A command that a state does not name is refused for its
// state.
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "libs/testkit/state_table.h"
#include "services/procurement/domain/testing/framework_spec.h"
#include "services/procurement/domain/testing/payables_spec.h"
#include "services/procurement/domain/testing/sourcing_spec.h"

namespace prihvat::procurement {
namespace {

using testkit::Aggregate;
using testkit::MovesOf;
using testkit::Transcribed;

// Refused because of the state; anything else means that the trial itself is wrong.
const std::set<std::string>& Refusals() {
  static const auto& refusals =
      *new std::set<std::string>{"WRONG_STATE", "ORDER_HAS_RECEIPTS", "NOT_FOUND"};
  return refusals;
}

std::string Name(const std::string& value, const std::string& prefix) {
  return value.substr(prefix.size());
}

// ---- Requisitions ----

v1::CreateRequisitionRequest RequisitionDraft() {
  v1::CreateRequisitionRequest draft;
  draft.set_parent(kOperation);
  draft.set_requisition_id("pr");
  draft.mutable_requisition()->set_budget_line(kBudgetLine);
  draft.mutable_requisition()->set_purpose("Boots");
  v1::RequisitionLine& line = *draft.mutable_requisition()->add_lines();
  line.set_kind(v1::LINE_KIND_GOODS_QUANTITY);
  line.set_description("boots");
  line.set_unit("pair");
  *line.mutable_quantity() = Number("10");
  *line.mutable_estimated_unit_price() = Km("10.00");
  return draft;
}

template <class Command>
void Requisition(SourcingSpec& spec, const char* person) {
  Command command;
  command.set_name(kRequisition);
  if constexpr (requires { command.set_reason(""); }) command.set_reason("as agreed");
  spec.As(person).When(command);
}
void PublishForRequisition(SourcingSpec& spec) {
  auto plan = spec.PlanOf();
  plan.mutable_sourcing_process()->set_requisition(kRequisition);
  // A second process where there is one already.
  if (es::View(spec.rows()).Exists(kProcess)) plan.set_sourcing_process_id("second");
  spec.As(kRequester).When(plan);
  if (!spec.decision().accepted()) return;
  v1::PublishSourcingProcessRequest publish;
  publish.set_name(spec.decision().resource());
  spec.When(publish);
}
void OrderForRequisition(SourcingSpec& spec) {
  spec.Draft({Goods("10", "10.00")}, "po", kRequisition);
  if (spec.decision().accepted()) spec.Approve();
}

Aggregate<SourcingSpec> Requisitions() {
  using S = SourcingSpec;
  const auto draft = [](S& s) { s.As(kRequester).When(RequisitionDraft()).ThenAccepted(); };
  const auto submitted = [=](S& s) {
    draft(s);
    Requisition<v1::SubmitRequisitionRequest>(s, kRequester);
  };
  const auto approved = [=](S& s) {
    submitted(s);
    Requisition<v1::ApproveRequisitionRequest>(s, kApprover);
  };
  return {.title = "Requisitions",
          .states = {{"DRAFT", draft},
                     {"SUBMITTED", submitted},
                     {"APPROVED", approved},
                     {"SOURCING", [=](S& s) { approved(s), PublishForRequisition(s); }},
                     {"FULFILLED", [=](S& s) { approved(s), OrderForRequisition(s); }},
                     {"RETURNED",
                      [=](S& s) {
                        submitted(s);
                        Requisition<v1::ReturnRequisitionRequest>(s, kApprover);
                      }},
                     {"REJECTED",
                      [=](S& s) {
                        submitted(s);
                        Requisition<v1::RejectRequisitionRequest>(s, kApprover);
                      }},
                     {"CANCELLED",
                      [=](S& s) {
                        draft(s);
                        Requisition<v1::CancelRequisitionRequest>(s, kRequester);
                      }}},
          .commands =
              {{"submit", [](S& s) { Requisition<v1::SubmitRequisitionRequest>(s, kRequester); }},
               {"approve", [](S& s) { Requisition<v1::ApproveRequisitionRequest>(s, kApprover); }},
               {"return", [](S& s) { Requisition<v1::ReturnRequisitionRequest>(s, kApprover); }},
               {"revise", [](S& s) { Requisition<v1::ReviseRequisitionRequest>(s, kRequester); }},
               {"reject", [](S& s) { Requisition<v1::RejectRequisitionRequest>(s, kApprover); }},
               {"cancel", [](S& s) { Requisition<v1::CancelRequisitionRequest>(s, kRequester); }},
               {"publish sourcing", [](S& s) { PublishForRequisition(s); }},
               {"approve an order", [](S& s) { OrderForRequisition(s); }}},
          .state_of = [](const S& s) {
            return Name(v1::RequisitionState_Name(s.Entity<v1::Requisition>(kRequisition).state()),
                        "REQUISITION_STATE_");
          }};
}

// ---- Orders ----

void ReceiveMore(PayablesSpec& spec, const char* quantity) {
  spec.Receive({{.accepted = quantity}}, "more");
}
void Amend(PayablesSpec& spec) {
  v1::AmendPurchaseOrderRequest command;
  command.set_name(kOrder);
  command.set_reason("as agreed");
  command.add_changes()->set_line_number(1);
  *command.mutable_changes(0)->mutable_quantity() = Number("9");
  spec.As(kRequester).When(command);
}

// A supplier that agreed to the order has to agree to what is changed.
void AcknowledgeAChange(PayablesSpec& spec) {
  Amend(spec);
  if (spec.decision().accepted()) spec.Move<v1::AcknowledgePurchaseOrderRequest>();
}
void Waive(PayablesSpec& spec) {
  v1::WaiveToleranceRequest command;
  command.set_name(kOrder);
  command.set_line_number(1);
  *command.mutable_ceiling() = Number("12");
  command.set_reason("as agreed");
  spec.As(kApprover).When(command);
}

Aggregate<PayablesSpec> Orders() {
  using S = PayablesSpec;
  const auto draft = [](S& s) { s.Draft({Goods("10", "10.00", "10")}).ThenAccepted(); };
  const auto approved = [=](S& s) { draft(s), s.Approve(); };
  const auto issued = [=](S& s) { approved(s), s.Issue(); };
  const auto acknowledged = [=](S& s) { issued(s), s.Move<v1::AcknowledgePurchaseOrderRequest>(); };
  const auto partial = [=](S& s) { acknowledged(s), s.Receive({{.accepted = "4"}}); };
  const auto received = [=](S& s) { acknowledged(s), s.Receive({{.accepted = "10"}}); };
  return {
      .title = "Purchase orders",
      .states = {{"DRAFT", draft},
                 {"APPROVED", approved},
                 {"ISSUED", issued},
                 {"ACKNOWLEDGED", acknowledged},
                 {"PARTIALLY_RECEIVED", partial},
                 {"RECEIVED", received},
                 {"SUSPENDED",
                  [=](S& s) { partial(s), s.MoveWithReason<v1::SuspendPurchaseOrderRequest>(); }},
                 {"CLOSED", [=](S& s) { partial(s), s.Close(); }},
                 {"CANCELLED", [=](S& s) { issued(s), s.Cancel(); }},
                 {"TERMINATED",
                  [=](S& s) {
                    partial(s), s.MoveWithReason<v1::TerminatePurchaseOrderRequest>();
                  }}},
      .commands = {{"approve", [](S& s) { s.Approve(); }},
                   {"issue", [](S& s) { s.Issue(); }},
                   {"acknowledge", [](S& s) { s.Move<v1::AcknowledgePurchaseOrderRequest>(); }},
                   {"amend", [](S& s) { Amend(s); }},
                   {"acknowledge a change", [](S& s) { AcknowledgeAChange(s); }},
                   {"waive a tolerance", [](S& s) { Waive(s); }},
                   {"receive some", [](S& s) { ReceiveMore(s, "0.5"); }},
                   {"receive the rest",
                    [](S& s) {
                      const auto left = FromProto(s.OrderLine().outstanding());
                      ReceiveMore(s, left.IsZero() ? "1" : left.ToString().c_str());
                    }},
                   {"suspend", [](S& s) { s.MoveWithReason<v1::SuspendPurchaseOrderRequest>(); }},
                   {"resume", [](S& s) { s.Move<v1::ResumePurchaseOrderRequest>(); }},
                   {"cancel", [](S& s) { s.Cancel(); }},
                   {"close", [](S& s) { s.Close(); }},
                   {"terminate",
                    [](S& s) { s.MoveWithReason<v1::TerminatePurchaseOrderRequest>(); }},
                   {"return goods", [](S& s) { s.Return({.accepted = "1"}); }},
                   {"reverse the only receipt", [](S& s) { s.ReverseReceipt(); }}},
      .state_of = [](const S& s) {
        return Name(v1::PurchaseOrderState_Name(s.Order().state()), "PURCHASE_ORDER_STATE_");
      }};
}

// ---- Receipts, invoices, advances, payments ----

void OrderAndReceive(PayablesSpec& spec) {
  spec.Ordered({Goods("10", "10.00")});
  spec.Receive({{.accepted = "10"}}).ThenAccepted();
}

Aggregate<PayablesSpec> Receipts() {
  using S = PayablesSpec;
  const auto counted = [](S& s) {
    s.Ordered({Goods("10", "10.00")});
    s.CountGoods({{1, "10"}}).ThenAccepted();
  };
  const auto inspected = [=](S& s) { counted(s), s.Inspect({{.accepted = "10"}}); };
  return {.title = "Goods receipts",
          .states = {{"COUNTING", counted},
                     {"INSPECTED", inspected},
                     {"POSTED", [=](S& s) { inspected(s), s.Post(); }},
                     {"REVERSED", [](S& s) { OrderAndReceive(s), s.ReverseReceipt(); }},
                     {"ABANDONED", [=](S& s) { counted(s), s.Abandon(); }}},
          .commands = {{"inspect", [](S& s) { s.Inspect({{.accepted = "10"}}); }},
                       {"post", [](S& s) { s.Post(); }},
                       {"abandon", [](S& s) { s.Abandon(); }},
                       {"return goods", [](S& s) { s.Return({.accepted = "1"}); }},
                       {"reverse", [](S& s) { s.ReverseReceipt(); }}},
          .state_of = [](const S& s) {
            return Name(v1::GoodsReceiptState_Name(s.Entity<v1::GoodsReceipt>(kReceipt).state()),
                        "GOODS_RECEIPT_STATE_");
          }};
}

Aggregate<PayablesSpec> Invoices() {
  using S = PayablesSpec;
  const auto received = [](S& s) {
    OrderAndReceive(s);
    s.Register({{.quantity = "10", .amount = "100.00"}}).ThenAccepted();
  };
  const auto matched = [=](S& s) { received(s), s.Match(); };
  const auto payable = [=](S& s) { matched(s), s.ApproveInvoice(); };
  return {.title = "Supplier invoices",
          .states = {{"RECEIVED", received},
                     {"MATCHED", matched},
                     {"BLOCKED",
                      [=](S& s) { payable(s), s.WithReason<v1::BlockSupplierInvoiceRequest>(); }},
                     {"REJECTED",
                      [=](S& s) { received(s), s.WithReason<v1::RejectSupplierInvoiceRequest>(); }},
                     {"PAYABLE", payable},
                     {"PAID", [=](S& s) { payable(s), s.Pay("100.00"); }},
                     {"CREDIT_NOTED",
                      [=](S& s) {
                        payable(s), s.Credit({{.quantity = "10", .amount = "100.00"}}, "all");
                      }}},
          .commands = {{"match", [](S& s) { s.Match(); }},
                       {"reject", [](S& s) { s.WithReason<v1::RejectSupplierInvoiceRequest>(); }},
                       {"approve", [](S& s) { s.ApproveInvoice(); }},
                       {"block", [](S& s) { s.WithReason<v1::BlockSupplierInvoiceRequest>(); }},
                       {"pay a part", [](S& s) { s.Pay("1.00", "part"); }},
                       {"pay the whole", [](S& s) { s.Pay("100.00", "whole"); }},
                       {"credit a part",
                        [](S& s) { s.Credit({{.quantity = "1", .amount = "10.00"}}); }},
                       {"credit the whole",
                        [](S& s) { s.Credit({{.quantity = "10", .amount = "100.00"}}); }}},
          .state_of = [](const S& s) {
            return Name(v1::SupplierInvoiceState_Name(s.Invoice().state()),
                        "SUPPLIER_INVOICE_STATE_");
          }};
}

Aggregate<PayablesSpec> Advances() {
  using S = PayablesSpec;
  const auto requested = [](S& s) {
    s.Ordered({Goods("10", "10.00")});
    s.RequestAdvance("30.00").ThenAccepted();
  };
  const auto approved = [=](S& s) { requested(s), s.ApproveAdvance(); };
  const auto paid = [=](S& s) { approved(s), s.PayAdvance(); };
  const auto invoice = [](S& s, std::string_view id) {
    s.Receive({{.accepted = "4"}}, id);
    s.Register({{.quantity = "4", .amount = "40.00"}}, id);
    s.Match(id);
    s.ApproveInvoice(kApprover, id);
  };
  return {.title = "Advances",
          .states = {{"REQUESTED", requested},
                     {"APPROVED", approved},
                     {"PAID", paid},
                     {"RECOVERED", [=](S& s) { paid(s), invoice(s, "first"); }}},
          .commands = {{"approve", [](S& s) { s.ApproveAdvance(); }},
                       {"pay", [](S& s) { s.PayAdvance("another"); }}},
          .state_of = [](const S& s) {
            return Name(v1::AdvanceState_Name(s.Advance().state()), "ADVANCE_STATE_");
          }};
}

// ---- Sourcing ----

v1::WaiveSourcingRequest Waiver() {
  auto command = SourcingSpec::Of<v1::WaiveSourcingRequest>();
  command.set_waiver(v1::WAIVER_KIND_EMERGENCY);
  command.set_justification("winter");
  v1::LotAward& award = *command.add_awards();
  award.set_lot_number(1);
  award.set_supplier(SourcingSpec::SupplierName("alfa"));
  *award.mutable_amount() = Km("100.00");
  return command;
}

void Extend(SourcingSpec& spec) {
  auto command = SourcingSpec::Of<v1::ExtendBidDeadlineRequest>();
  command.set_reason("a holiday");
  *command.mutable_bid_deadline() = ToProto(spec.Local(12, 1));
  spec.As(kRequester).When(command);
}

// The moves at the times at which they may be made.
std::vector<std::pair<std::string, std::function<void(SourcingSpec&)>>> SourcingCommands() {
  using S = SourcingSpec;
  return {{"invite",
           [](S& s) {
             auto command = S::Of<v1::InviteSuppliersRequest>();
             command.add_suppliers(kSupplier);
             s.As(kRequester).When(command);
           }},
          {"publish", [](S& s) { s.Do<v1::PublishSourcingProcessRequest>(); }},
          {"extend", [](S& s) { Extend(s); }},
          {"bid", [](S& s) { s.Bid("beta", s.Sealed("1.00", "")); }},
          {"close", [](S& s) { s.AtLocal(7, 20).Do<v1::CloseBiddingRequest>(); }},
          {"open (both)",
           [](S& s) {
             s.Open(kOpener, 0);
             if (s.decision().accepted()) s.Open(kSecondOpener, 1);
           }},
          {"declare a conflict", [](S& s) { s.Declare(kSecondEvaluator); }},
          {"score", [](S& s) { s.Score("alfa", 1, "80", "80", kEvaluator); }},
          {"disqualify", [](S& s) { s.Disqualify("alfa"); }},
          {"complete", [](S& s) { s.Do<v1::CompleteEvaluationRequest>(kEvaluator); }},
          {"recommend", [](S& s) { s.Recommend({"alfa"}, "the second lot is not needed"); }},
          {"send back", [](S& s) { s.DoWithReason<v1::SendBackRecommendationRequest>(kApprover); }},
          {"approve", [](S& s) { s.Do<v1::ApproveAwardRequest>(kApprover); }},
          {"start the standstill", [](S& s) { s.Do<v1::StartStandstillRequest>(); }},
          {"complain", [](S& s) { s.Complain("alfa"); }},
          {"reject the complaint", [](S& s) { s.Resolve(false); }},
          {"uphold the complaint", [](S& s) { s.Resolve(true); }},
          {"waive", [](S& s) { s.As(kRecommender).When(Waiver()); }},
          {"award", [](S& s) { s.AtLocal(12, 1).Do<v1::AwardSourcingRequest>(kApprover); }},
          {"declare unsuccessful",
           [](S& s) { s.DoWithReason<v1::DeclareSourcingUnsuccessfulRequest>(); }},
          {"cancel", [](S& s) { s.DoWithReason<v1::CancelSourcingProcessRequest>(); }}};
}

// With one bid and one evaluator, so that one of each move is enough.
Aggregate<SourcingSpec> Sourcing() {
  using S = SourcingSpec;
  const auto planned = [](S& s) {
    auto plan = s.PlanOf();
    plan.mutable_sourcing_process()->mutable_evaluators()->RemoveLast();
    s.As(kRequester).When(plan).ThenAccepted();
  };
  const auto published = [=](S& s) { planned(s), s.Do<v1::PublishSourcingProcessRequest>(); };
  const auto closed = [=](S& s) {
    published(s), s.Bid("alfa", s.Sealed("100.00", "200.00"));
    s.AtLocal(7, 20).Do<v1::CloseBiddingRequest>();
  };
  const auto opened = [=](S& s) {
    closed(s), s.Open(kOpener, 0), s.Open(kSecondOpener, 1);
    s.Declare(kEvaluator);
    for (const int lot : {1, 2}) s.Score("alfa", lot, "90", "90", kEvaluator);
  };
  const auto evaluated = [=](S& s) { opened(s), s.Do<v1::CompleteEvaluationRequest>(kEvaluator); };
  const auto recommended = [=](S& s) { evaluated(s), s.Recommend({"alfa", "alfa"}); };
  const auto approved = [=](S& s) { recommended(s), s.Do<v1::ApproveAwardRequest>(kApprover); };
  const auto standstill = [=](S& s) { approved(s), s.Do<v1::StartStandstillRequest>(); };
  const auto waived = [=](S& s) { planned(s), s.As(kRecommender).When(Waiver()); };
  return {
      .title = "Sourcing processes",
      .states = {{"PLANNED", planned},
                 {"PUBLISHED", published},
                 {"BIDS_CLOSED", closed},
                 {"OPENED", opened},
                 {"EVALUATED", evaluated},
                 {"RECOMMENDED", recommended},
                 {"APPROVED", approved},
                 {"STANDSTILL", standstill},
                 {"COMPLAINT", [=](S& s) { standstill(s), s.Complain("alfa"); }},
                 {"WAIVED", waived},
                 {"AWARDED", [=](S& s) { waived(s), s.Do<v1::AwardSourcingRequest>(kApprover); }},
                 {"UNSUCCESSFUL",
                  [=](S& s) {
                    closed(s), s.DoWithReason<v1::DeclareSourcingUnsuccessfulRequest>();
                  }},
                 {"CANCELLED",
                  [=](S& s) { planned(s), s.DoWithReason<v1::CancelSourcingProcessRequest>(); }}},
      .commands = SourcingCommands(),
      .state_of = [](const S& s) {
        return Name(v1::SourcingState_Name(s.Process().state()), "SOURCING_STATE_");
      }};
}

// ---- Framework agreements ----

Aggregate<FrameworkSpec> Agreements() {
  using S = FrameworkSpec;
  const auto draft = [](S& s) { s.Agree().ThenAccepted(); };
  const auto effective = [=](S& s) { draft(s), s.ApproveAgreement(); };
  const auto over = [](S& s) { s.At(absl::CivilSecond(2024, 7, 31, 9, 0, 0)); };
  return {
      .title = "Framework agreements",
      .states = {{"DRAFT", draft},
                 {"EFFECTIVE", effective},
                 {"SUSPENDED",
                  [=](S& s) {
                    effective(s), s.MoveAgreement<v1::SuspendFrameworkAgreementRequest>();
                  }},
                 {"EXPIRED",
                  [=](S& s) {
                    effective(s), over(s), s.MoveAgreement<v1::ExpireFrameworkAgreementRequest>();
                    s.AtLocal(8, 1);
                  }},
                 {"TERMINATED",
                  [=](S& s) {
                    effective(s), s.MoveAgreement<v1::TerminateFrameworkAgreementRequest>();
                  }}},
      .commands = {{"approve", [](S& s) { s.ApproveAgreement(); }},
                   {"call off", [](S& s) { s.CallOff("1"); }},
                   {"suspend",
                    [](S& s) { s.MoveAgreement<v1::SuspendFrameworkAgreementRequest>(); }},
                   {"resume", [](S& s) { s.MoveAgreement<v1::ResumeFrameworkAgreementRequest>(); }},
                   {"expire",
                    [=](S& s) { over(s), s.MoveAgreement<v1::ExpireFrameworkAgreementRequest>(); }},
                   {"terminate",
                    [](S& s) { s.MoveAgreement<v1::TerminateFrameworkAgreementRequest>(); }}},
      .state_of = [](const S& s) {
        return Name(v1::FrameworkAgreementState_Name(s.Agreement().state()),
                    "FRAMEWORK_AGREEMENT_STATE_");
      }};
}

// ---- Transfers to agencies ----

constexpr char kTransfer[] = "operations/ba/agencyTransfers/at";

template <class Command>
void MoveTransfer(PayablesSpec& spec, const char* person) {
  Command command;
  command.set_name(kTransfer);
  if constexpr (requires { command.set_reason(""); }) command.set_reason("as agreed");
  if constexpr (requires { command.set_reference(""); }) {
    command.set_reference("B-1");
    *command.mutable_amount() = Km("10.00");
  }
  if constexpr (requires { command.mutable_expenditure(); }) {
    *command.mutable_expenditure()->mutable_amount() = Km("10.00");
    *command.mutable_expenditure()->mutable_period_end_date() = ToProto(absl::CivilDay(2023, 7, 1));
    command.mutable_expenditure()->set_reference("R-1");
  }
  spec.As(person).When(command);
}

Aggregate<PayablesSpec> Transfers() {
  using S = PayablesSpec;
  const auto draft = [](S& s) {
    v1::CreateAgencyTransferRequest command;
    command.set_parent(kOperation);
    command.set_agency_transfer_id("at");
    command.mutable_agency_transfer()->set_budget_line(kBudgetLine);
    command.mutable_agency_transfer()->set_agency("organisations/unhcr");
    command.mutable_agency_transfer()->set_purpose("legal aid");
    *command.mutable_agency_transfer()->mutable_amount() = Km("100.00");
    s.As(kRequester).When(command).ThenAccepted();
  };
  const auto approved = [=](S& s) {
    draft(s), MoveTransfer<v1::ApproveAgencyTransferRequest>(s, kApprover);
  };
  const auto pay = [](S& s) { MoveTransfer<v1::PayAgencyTransferRequest>(s, kPayer); };
  const auto report = [](S& s) { MoveTransfer<v1::RecordAgencyExpenditureRequest>(s, kPayer); };
  // 10 KM were sent, and are reported.
  const auto correct = [=](S& s, const char* amount) {
    if (s.Entity<v1::AgencyTransfer>(kTransfer).state() == v1::AGENCY_TRANSFER_STATE_APPROVED) {
      pay(s), report(s);
    }
    v1::CorrectAgencyExpenditureRequest command;
    command.set_name(kTransfer);
    command.set_report_number(1);
    *command.mutable_amount() = Km(amount);
    command.set_reason("typed wrongly");
    s.As(kPayer).When(command);
  };
  return {
      .title = "Transfers to agencies",
      .states = {{"DRAFT", draft},
                 {"APPROVED", approved},
                 {"CLOSED",
                  [=](S& s) {
                    approved(s), pay(s), report(s);
                    MoveTransfer<v1::CloseAgencyTransferRequest>(s, kRequester);
                  }},
                 {"CANCELLED",
                  [=](S& s) {
                    draft(s), MoveTransfer<v1::CancelAgencyTransferRequest>(s, kRequester);
                  }}},
      .commands =
          {{"approve", [](S& s) { MoveTransfer<v1::ApproveAgencyTransferRequest>(s, kApprover); }},
           {"pay", pay},
           {"pay and report",
            [=](S& s) {
              pay(s);
              if (s.decision().accepted()) report(s);
            }},
           {"report", [=](S& s) { report(s); }},
           {"correct a report to less than was sent", [=](S& s) { correct(s, "1.00"); }},
           {"correct a report to no less", [=](S& s) { correct(s, "11.00"); }},
           {"close", [](S& s) { MoveTransfer<v1::CloseAgencyTransferRequest>(s, kRequester); }},
           {"cancel", [](S& s) { MoveTransfer<v1::CancelAgencyTransferRequest>(s, kRequester); }},
           {"cancel after a payment",
            [=](S& s) {
              pay(s);
              if (!s.decision().accepted()) return;
              MoveTransfer<v1::CancelAgencyTransferRequest>(s, kRequester);
            }}},
      .state_of = [](const S& s) {
        return Name(v1::AgencyTransferState_Name(s.Entity<v1::AgencyTransfer>(kTransfer).state()),
                    "AGENCY_TRANSFER_STATE_");
      }};
}

// ---- By hand, from the domain's words; what it does not name is refused ----

constexpr char kRequisitions[] = R"(
DRAFT: submit > SUBMITTED, cancel > CANCELLED
SUBMITTED: approve > APPROVED, return > RETURNED, reject > REJECTED, cancel > CANCELLED
RETURNED: revise > DRAFT, cancel > CANCELLED
APPROVED: publish sourcing > SOURCING, approve an order > FULFILLED, reject > REJECTED, cancel > CANCELLED
SOURCING: cancel > CANCELLED, publish sourcing > SOURCING
)";
constexpr char kOrders[] = R"(
DRAFT: approve > APPROVED, cancel > CANCELLED
APPROVED: issue > ISSUED, amend > APPROVED, cancel > CANCELLED
ISSUED: acknowledge > ACKNOWLEDGED, acknowledge a change > ACKNOWLEDGED, waive a tolerance > ISSUED, receive some > PARTIALLY_RECEIVED, receive the rest > RECEIVED, amend > ISSUED, suspend > SUSPENDED, cancel > CANCELLED
ACKNOWLEDGED: acknowledge a change > ACKNOWLEDGED, waive a tolerance > ACKNOWLEDGED, receive some > PARTIALLY_RECEIVED, receive the rest > RECEIVED, amend > ACKNOWLEDGED, suspend > SUSPENDED, cancel > CANCELLED
PARTIALLY_RECEIVED: acknowledge a change > PARTIALLY_RECEIVED, waive a tolerance > PARTIALLY_RECEIVED, receive some > PARTIALLY_RECEIVED, receive the rest > RECEIVED, amend > PARTIALLY_RECEIVED, suspend > SUSPENDED, close > CLOSED, terminate > TERMINATED, return goods > PARTIALLY_RECEIVED, reverse the only receipt > ACKNOWLEDGED
RECEIVED: waive a tolerance > RECEIVED, receive some > RECEIVED, receive the rest > RECEIVED, close > CLOSED, return goods > PARTIALLY_RECEIVED, reverse the only receipt > ACKNOWLEDGED
SUSPENDED: resume > PARTIALLY_RECEIVED, terminate > TERMINATED, return goods > SUSPENDED, reverse the only receipt > SUSPENDED
CLOSED: return goods > CLOSED, reverse the only receipt > CLOSED
TERMINATED: return goods > TERMINATED, reverse the only receipt > TERMINATED
)";
constexpr char kReceipts[] = R"(
COUNTING: inspect > INSPECTED, abandon > ABANDONED
INSPECTED: post > POSTED, abandon > ABANDONED
POSTED: return goods > POSTED, reverse > REVERSED
)";
constexpr char kInvoices[] = R"(
RECEIVED: match > MATCHED, reject > REJECTED
MATCHED: approve > PAYABLE, credit a part > MATCHED, credit the whole > CREDIT_NOTED
BLOCKED: match > MATCHED, reject > REJECTED, credit a part > BLOCKED
PAYABLE: pay a part > PAYABLE, pay the whole > PAID, block > BLOCKED, credit a part > PAYABLE, credit the whole > CREDIT_NOTED
PAID: credit a part > PAID, credit the whole > CREDIT_NOTED
)";
constexpr char kAdvances[] = R"(
REQUESTED: approve > APPROVED
APPROVED: pay > PAID
)";
constexpr char kSourcing[] = R"(
PLANNED: invite > PLANNED, publish > PUBLISHED, waive > WAIVED, cancel > CANCELLED
PUBLISHED: invite > PUBLISHED, extend > PUBLISHED, bid > PUBLISHED, close > BIDS_CLOSED, cancel > CANCELLED
BIDS_CLOSED: open (both) > OPENED, declare unsuccessful > UNSUCCESSFUL, cancel > CANCELLED
OPENED: declare a conflict > OPENED, score > OPENED, disqualify > OPENED, complete > EVALUATED, declare unsuccessful > UNSUCCESSFUL, cancel > CANCELLED
EVALUATED: declare a conflict > EVALUATED, score > EVALUATED, disqualify > EVALUATED, recommend > RECOMMENDED, declare unsuccessful > UNSUCCESSFUL, cancel > CANCELLED
RECOMMENDED: send back > EVALUATED, approve > APPROVED, cancel > CANCELLED
APPROVED: start the standstill > STANDSTILL, cancel > CANCELLED
STANDSTILL: complain > COMPLAINT, award > AWARDED, cancel > CANCELLED
COMPLAINT: complain > COMPLAINT, reject the complaint > STANDSTILL, uphold the complaint > EVALUATED, cancel > CANCELLED
WAIVED: award > AWARDED, cancel > CANCELLED
)";

// The domain has call-offs and names no states of what they are called off: these are the API's
// own.
constexpr char kAgreements[] = R"(
DRAFT: approve > EFFECTIVE, terminate > TERMINATED
EFFECTIVE: call off > EFFECTIVE, suspend > SUSPENDED, expire > EXPIRED, terminate > TERMINATED
SUSPENDED: resume > EFFECTIVE, expire > EXPIRED, terminate > TERMINATED
)";

constexpr char kTransfers[] = R"(
DRAFT: approve > APPROVED, cancel > CANCELLED
APPROVED: pay > APPROVED, pay and report > APPROVED, report > APPROVED, correct a report to less than was sent > APPROVED, correct a report to no less > APPROVED, close > CLOSED, cancel > CANCELLED
CLOSED: report > CLOSED, correct a report to less than was sent > APPROVED, correct a report to no less > CLOSED
)";

constexpr char kIntroduction[] = R"(# States and moves of procurement

Made by trying each command out in each state: `PRIHVAT_WRITE_STATES=1 build/PRESET/tests/procurement_test` writes this
page, and a test fails while it is stale. What a state does not name is refused with `WRONG_STATE`, which says the state
and the moves that are open; an order of which something was delivered answers `cancel` with `ORDER_HAS_RECEIPTS`, and one
whose delivery is being counted or inspected answers `cancel`, `close` and `terminate` with `RECEIPT_OPEN`. Of an order that
the supplier acknowledged and that was amended since, the changed lines answer `receive` with `CHANGE_NOT_ACKNOWLEDGED`
until the change is acknowledged too. The states themselves are explained in `protos/prihvat/procurement/v1/`.
)";

class States : public ::testing::Test {
 protected:
  template <class Spec>
  static void Check(const Aggregate<Spec>& aggregate, const char* by_hand) {
    pages_[aggregate.title] = testkit::CheckTable(aggregate, by_hand, Refusals());
  }
  static std::map<std::string, std::string> pages_;
};
std::map<std::string, std::string> States::pages_;

TEST_F(States, OfRequisitions) { Check(Requisitions(), kRequisitions); }
TEST_F(States, OfOrders) { Check(Orders(), kOrders); }
TEST_F(States, OfReceipts) { Check(Receipts(), kReceipts); }
TEST_F(States, OfInvoices) { Check(Invoices(), kInvoices); }
TEST_F(States, OfAdvances) { Check(Advances(), kAdvances); }
TEST_F(States, OfSourcing) { Check(Sourcing(), kSourcing); }
TEST_F(States, OfAgreements) { Check(Agreements(), kAgreements); }
TEST_F(States, OfTransfers) { Check(Transfers(), kTransfers); }

// The domain's own list of moves between states, word by word, against the tables above.
TEST_F(States, AreTheDomainsMovesAndTheCorrections) {
  using ::testing::UnorderedElementsAreArray;
  const auto domain = [](const std::vector<std::string>& moves) {
    return UnorderedElementsAreArray(moves);
  };
  EXPECT_THAT(
      MovesOf(Transcribed(kSourcing)),
      domain({"PLANNED->PUBLISHED",    "PUBLISHED->BIDS_CLOSED",  "BIDS_CLOSED->OPENED",
              "OPENED->EVALUATED",     "EVALUATED->RECOMMENDED",  "RECOMMENDED->APPROVED",
              "APPROVED->STANDSTILL",  "STANDSTILL->AWARDED",     "PLANNED->WAIVED",
              "WAIVED->AWARDED",       "RECOMMENDED->EVALUATED",  "STANDSTILL->COMPLAINT",
              "COMPLAINT->STANDSTILL", "COMPLAINT->EVALUATED",    "BIDS_CLOSED->UNSUCCESSFUL",
              "OPENED->UNSUCCESSFUL",  "EVALUATED->UNSUCCESSFUL", "PLANNED->CANCELLED",
              "PUBLISHED->CANCELLED",  "BIDS_CLOSED->CANCELLED",  "OPENED->CANCELLED",
              "EVALUATED->CANCELLED",  "RECOMMENDED->CANCELLED",  "APPROVED->CANCELLED",
              "STANDSTILL->CANCELLED", "COMPLAINT->CANCELLED",    "WAIVED->CANCELLED"}));
  EXPECT_THAT(MovesOf(Transcribed(kInvoices)),
              // RECEIVED->BLOCKED is for what does not match: payables_test.cc.
              domain({"RECEIVED->MATCHED", "RECEIVED->REJECTED", "BLOCKED->MATCHED",
                      "BLOCKED->REJECTED", "MATCHED->PAYABLE", "PAYABLE->PAID", "PAYABLE->BLOCKED",
                      "MATCHED->CREDIT_NOTED", "PAYABLE->CREDIT_NOTED", "PAID->CREDIT_NOTED"}));
}

TEST_F(States, PageIsNotStale) {
  // All of them, also when the tests above did not run.
  if (pages_.size() < 8) {
    Check(Requisitions(), kRequisitions);
    Check(Orders(), kOrders);
    Check(Receipts(), kReceipts);
    Check(Invoices(), kInvoices);
    Check(Advances(), kAdvances);
    Check(Sourcing(), kSourcing);
    Check(Agreements(), kAgreements);
    Check(Transfers(), kTransfers);
  }
  std::string page = kIntroduction;
  for (const char* title :
       {"Requisitions", "Sourcing processes", "Framework agreements", "Purchase orders",
        "Goods receipts", "Supplier invoices", "Advances", "Transfers to agencies"}) {
    page += pages_.at(title);
  }
  testkit::ExpectPage("docs/states.md", page);
}

}  // namespace
}  // namespace prihvat::procurement
