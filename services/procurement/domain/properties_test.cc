// Random but plausible work on two budget lines, within a framework agreement and beside it, and
// with money that goes on to an agency: whatever is asked in whatever order, the rules
// hold after every command, money is where the orders say, and the log alone remakes the state.
// PRIHVAT_SEED=n repeats one history.
#include <cstdlib>
#include <map>
#include <random>

#include "fmt/format.h"
#include "prihvat/procurement/v1/frameworks.pb.h"
#include "prihvat/procurement/v1/funding.pb.h"
#include "services/procurement/domain/duties.h"
#include "services/procurement/domain/order.h"
#include "services/procurement/domain/policy.h"
#include "services/procurement/domain/testing/payables_spec.h"
#include "services/procurement/domain/testing/sourcing_spec.h"

namespace prihvat::procurement {
namespace {

using base::Decimal;
using base::Money;

constexpr char kAgreement[] = "operations/ba/frameworkAgreements/fa";

class History {
 public:
  explicit History(uint64_t seed) : random_(seed) { SetTheStage(spec_); }

  // One command, whose rejection leaves no trace.
  void Step() {
    const std::string before = Fingerprint();
    command_ = "";
    Act();
    ++(spec_.decision().accepted() ? accepted_ : rejected_);
    if (!spec_.decision().accepted()) {
      EXPECT_EQ(Fingerprint(), before) << command_;
      ++reasons_[spec_.decision().rejection().reason().id];
    }
    Record();
  }

  void Check() const {
    SCOPED_TRACE(command_);
    CheckBudget();
    const es::View view(spec_.rows());
    view.ForEach<v1::PurchaseOrder>(std::string(kOperation) + "/purchaseOrders",
                                    [&](std::string_view, const v1::PurchaseOrder& order) {
                                      CheckOrder(order);
                                      CheckInvoicesOf(view, order);
                                      CheckDutiesIn(order);
                                      return true;
                                    });
    CheckPaid(view);
    CheckCalledOff(view);
    CheckTransfers(view);
  }

  // The events, folded anew onto the stage of another history, give the same rows.
  void CheckRefold() const {
    es::MapRows rows;
    const PayablesSpec stage = [] {
      PayablesSpec fresh(kBudget);
      SetTheStage(fresh);
      return fresh;
    }();
    for (const auto& [key, value] : stage.rows().map()) rows.Put(key, value);
    es::Entities entities(rows);
    es::EventContext context;
    context.operation = kOperation;
    context.recorded_at = context.effective_at =
        absl::FromCivil(absl::CivilSecond(2023, 7, 13, 12, 0, 0), spec_.zone());
    for (const auto& [type, payload] : log_) {
      ASSERT_TRUE(ProcurementDecider().Evolve(entities, type, payload, context).ok()) << type;
    }
    for (const es::DocumentNumber& number : numbers_) {
      es::FoldDocumentNumber(entities, kOperation, number);
    }
    EXPECT_EQ(rows.map(), spec_.rows().map());
  }

  int accepted() const { return accepted_; }
  int rejected() const { return rejected_; }
  const std::map<std::string, int>& reasons() const { return reasons_; }

 private:
  static constexpr char kBudget[] = "5000.00";

  // A second budget line, four people from EUR 100 on (most orders are so small), and an agreement
  // with the supplier.
  static void SetTheStage(PayablesSpec& spec) {
    spec.AddBudgetLine("services", "3000.00");
    v1::AdoptProcurementPolicyRequest adopt;
    adopt.set_parent(kOperation);
    v1::ProcurementPolicy& policy = *adopt.mutable_procurement_policy();
    policy = BuiltInPolicy();
    *policy.mutable_valid_from() = ToProto(absl::CivilDay(2023, 7, 13));
    *policy.mutable_two_people_suffice_up_to() = ToProto(*base::Money::Parse("100.00", "EUR"));
    spec.When(adopt).ThenAccepted();
    Agree(spec);
  }
  // What is called off comes near the ceiling, and asks for about its prices.
  static void Agree(PayablesSpec& spec) {
    auto plan = SourcingSpec().PlanOf();
    plan.mutable_sourcing_process()->clear_invited_suppliers();
    spec.As(kRequester).When(plan).ThenAccepted();
    v1::WaiveSourcingRequest waive;
    waive.set_name(kProcess);
    waive.set_waiver(v1::WAIVER_KIND_EMERGENCY);
    waive.set_justification("winter comes");
    waive.add_awards()->set_lot_number(1);
    waive.mutable_awards(0)->set_supplier(kSupplier);
    *waive.mutable_awards(0)->mutable_amount() = Km("1500.00");
    spec.As(kRecommender).When(waive).ThenAccepted();
    v1::AwardSourcingRequest award;
    award.set_name(kProcess);
    spec.As(kApprover).When(award).ThenAccepted();
    v1::CreateFrameworkAgreementRequest create;
    create.set_parent(kOperation);
    create.set_framework_agreement_id("fa");
    v1::FrameworkAgreement& agreement = *create.mutable_framework_agreement();
    agreement.set_display_name("Footwear");
    agreement.set_supplier(kSupplier);
    agreement.set_sourcing_process(kProcess);
    *agreement.mutable_start_date() = ToProto(absl::CivilDay(2023, 7, 1));
    *agreement.mutable_end_date() = ToProto(absl::CivilDay(2024, 6, 30));
    *agreement.mutable_ceiling() = Km("1500.00");
    for (const auto kind : {v1::LINE_KIND_GOODS_QUANTITY, v1::LINE_KIND_GOODS_SERIAL}) {
      v1::FrameworkLine& line = *agreement.add_lines();
      line.set_kind(kind);
      line.set_description("boots");
      line.set_unit("piece");
      *line.mutable_unit_price() = Km("50.00");
    }
    spec.As(kRequester).When(create).ThenAccepted();
    v1::ApproveFrameworkAgreementRequest approve;
    approve.set_name(kAgreement);
    spec.As(kApprover).When(approve).ThenAccepted();
  }

  int Below(int n) { return static_cast<int>(random_() % static_cast<uint64_t>(n)); }
  // 0.001 .. `most`, sometimes whole.
  std::string Quantity(int most) {
    const int thousandths = 1 + Below(most * 1000);
    if (Below(2) == 0) return std::to_string(1 + thousandths / 1000);
    return fmt::format("{}.{:03}", thousandths / 1000, thousandths % 1000);
  }
  std::string Price() { return fmt::format("{}.{:02}", Below(60), Below(100)); }
  std::string Person() {
    constexpr const char* kPeople[] = {kRequester, kApprover, kSecondApprover, kReceiver, kPayer};
    return kPeople[Below(5)];
  }
  std::string OrderId() { return "po" + std::to_string(Below(8)); }
  // Mostly one for which `fits`, where there is one.
  template <class Fits>
  std::string OrderFor(Fits fits) {
    std::vector<std::string> fitting;
    const es::View view(spec_.rows());
    view.ForEach<v1::PurchaseOrder>(std::string(kOperation) + "/purchaseOrders",
                                    [&](std::string_view name, const v1::PurchaseOrder& order) {
                                      if (fits(order))
                                        fitting.emplace_back(name.substr(name.rfind('/') + 1));
                                      return true;
                                    });
    if (fitting.empty() || Below(8) == 0) return OrderId();
    return fitting[Below(static_cast<int>(fitting.size()))];
  }
  std::string OrderIn(v1::PurchaseOrderState state) {
    return OrderFor([&](const v1::PurchaseOrder& order) { return order.state() == state; });
  }
  std::string ReceiptId() { return "grn" + std::to_string(Below(24)); }
  std::string RequisitionName() {
    return std::string(kOperation) + "/requisitions/pr" + std::to_string(Below(4));
  }
  std::string BudgetLineName() {
    return std::string(kProject) +
           (Below(3) == 0 ? "/budgetLines/services" : "/budgetLines/equipment");
  }
  v1::OrderLine AnyLine() {
    if (Below(3) == 0) return Pieces(std::to_string(1 + Below(4)), Price());
    return Goods(Quantity(30), Price(), Below(2) == 0 ? "0" : "5");
  }

  template <class Command>
  void Send(Command command) {
    command_ = Command::descriptor()->name() + " {" + command.ShortDebugString() + "}";
    // Mostly the person whose duty it is.
    const std::string& name = Command::descriptor()->name();
    std::string person = kRequester;
    if (name.starts_with("Approve") || name.starts_with("Waive"))
      person = Below(2) == 0 ? kApprover : kSecondApprover;
    if (name.starts_with("Post") || name.starts_with("ReturnGoods") ||
        name == "ReverseGoodsReceiptRequest") {
      person = kReceiver;
    }
    if (name.starts_with("Pay") || name == "ReversePaymentRequest") person = kPayer;
    spec_.As(Below(6) == 0 ? Person() : person).When(command);
  }
  template <class Command>
  void SendOrderMove(const std::string& order) {
    Command command;
    command.set_name(ProcurementSpec::OrderName(order));
    Send(std::move(command));
  }
  template <class Command>
  void SendOrderEnd() {
    Command command;
    command.set_name(ProcurementSpec::OrderName(OrderId()));
    command.set_reason("as agreed");
    Send(std::move(command));
  }

  void Act() {
    switch (Below(48)) {
      case 40:
        return Below(2) == 0 ? DraftTransfer() : MoveTransfer<v1::ApproveAgencyTransferRequest>();
      case 41:
        return MoveTransfer<v1::ApproveAgencyTransferRequest>();
      case 42:
      case 43:
        return PayTransfer();
      case 44:
        return Below(2) == 0 ? CorrectReport() : ReportOfTransfer();
      case 45:
        return EndTransfer();
      case 46:
        return Waive();
      case 47:
        return Draft();
      case 24:
      case 25:
      case 26:
        return RegisterInvoice();
      case 27:
      case 28:
        return SendInvoiceMove<v1::MatchSupplierInvoiceRequest>(
            {v1::SUPPLIER_INVOICE_STATE_RECEIVED, v1::SUPPLIER_INVOICE_STATE_BLOCKED});
      case 29:
      case 30:
        return SendInvoiceMove<v1::ApproveSupplierInvoiceRequest>(
            {v1::SUPPLIER_INVOICE_STATE_MATCHED});
      case 31:
      case 32:
      case 33:
        return Pay();
      case 34:
        return EndInvoice();
      case 35:
        return Credit();
      case 36:
        return ReversePaymentOrReceipt();
      case 37:
        return RequestAdvance();
      case 38:
        return MoveAdvance();
      case 39:
        return Refund();
      case 0:
      case 1:
        return Draft();
      case 2:
      case 3:
      case 4:
        return SendOrderMove<v1::ApprovePurchaseOrderRequest>(
            OrderIn(v1::PURCHASE_ORDER_STATE_DRAFT));
      case 5:
      case 6:
        return SendOrderMove<v1::IssuePurchaseOrderRequest>(
            OrderIn(v1::PURCHASE_ORDER_STATE_APPROVED));
      case 7:
        return SendOrderMove<v1::AcknowledgePurchaseOrderRequest>(
            OrderIn(v1::PURCHASE_ORDER_STATE_ISSUED));
      case 8:
        return Amend();
      case 9:
        return SendOrderMove<v1::ApprovePurchaseOrderAmendmentRequest>(
            OrderFor([](const v1::PurchaseOrder& order) { return order.has_pending_amendment(); }));
      case 10:
        return SendOrderEnd<v1::SuspendPurchaseOrderRequest>();
      case 11:
        return SendOrderMove<v1::ResumePurchaseOrderRequest>(
            OrderIn(v1::PURCHASE_ORDER_STATE_SUSPENDED));
      case 12:
        return Below(4) == 0 ? SendOrderEnd<v1::CancelPurchaseOrderRequest>() : Receive();
      case 13:
        return Below(4) == 0 ? SendOrderEnd<v1::ClosePurchaseOrderRequest>() : Receive();
      case 14:
        return Below(4) == 0 ? SendOrderEnd<v1::TerminatePurchaseOrderRequest>() : Return();
      case 15:
      case 16:
      case 17:
      case 18:
        return Receive();
      case 19:
      case 20:
        return Return();
      case 21:
        return Requisition();
      case 22:
        return RequisitionMove();
      default:
        return SendOrderEnd<v1::DropPurchaseOrderAmendmentRequest>();
    }
  }
  void Draft() {
    std::vector<v1::OrderLine> lines;
    for (int i = 1 + Below(2); i > 0; --i) lines.push_back(AnyLine());
    auto command = ProcurementSpec::DraftOf(lines, OrderId(),
                                            Below(3) == 0 ? RequisitionName() : std::string());
    command.mutable_purchase_order()->set_budget_line(BudgetLineName());
    if (Below(2) == 0) {
      command.mutable_purchase_order()->set_framework_agreement(kAgreement);
      for (v1::OrderLine& line : *command.mutable_purchase_order()->mutable_lines()) {
        AsAgreed(line);
      }
    }
    Send(std::move(command));
  }
  static void AsAgreed(v1::OrderLine& line) {
    line.set_framework_line(line.kind() == v1::LINE_KIND_GOODS_QUANTITY ? 1 : 2);
  }
  void Amend() {
    v1::AmendPurchaseOrderRequest command;
    command.set_name(ProcurementSpec::OrderName(
        OrderFor([](const v1::PurchaseOrder& order) { return HoldsCommitment(order.state()); })));
    command.set_reason("needs changed");
    v1::OrderLineChange& change = *command.add_changes();
    change.set_line_number(1 + Below(2));
    *change.mutable_quantity() = Number(Quantity(30));
    if (Below(3) == 0) *change.mutable_unit_price() = Km(Price());
    if (Below(4) == 0) {
      v1::OrderLine& added = *command.add_added_lines();
      added = AnyLine();
      const es::View view(spec_.rows());
      const auto* order = view.Find<v1::PurchaseOrder>(command.name());
      if (order != nullptr && !order->framework_agreement().empty()) AsAgreed(added);
    }
    Send(std::move(command));
  }
  // A little more than is tolerated.
  void Waive() {
    v1::WaiveToleranceRequest command;
    const std::string id =
        OrderFor([](const v1::PurchaseOrder& order) { return IsOpenForReceipt(order.state()); });
    command.set_name(ProcurementSpec::OrderName(id));
    command.set_line_number(1 + Below(2));
    command.set_reason("packed by the dozen");
    const es::View view(spec_.rows());
    const auto* order = view.Find<v1::PurchaseOrder>(command.name());
    const bool is_there = order != nullptr && command.line_number() <= order->lines_size();
    const Decimal tolerated =
        is_there ? ToleratedOf(order->lines(command.line_number() - 1)) : Decimal();
    *command.mutable_ceiling() = ToProto(Sum(tolerated, Decimal::FromInt(1 + Below(2))));
    Send(std::move(command));
  }
  std::string TransferName() {
    return std::string(kOperation) + "/agencyTransfers/at" + std::to_string(Below(4));
  }
  void DraftTransfer() {
    v1::CreateAgencyTransferRequest command;
    const std::string name = TransferName();
    command.set_parent(kOperation);
    command.set_agency_transfer_id(name.substr(name.rfind('/') + 1));
    v1::AgencyTransfer& transfer = *command.mutable_agency_transfer();
    transfer.set_budget_line(BudgetLineName());
    transfer.set_agency("organisations/unhcr");
    transfer.set_purpose("Legal aid");
    *transfer.mutable_amount() = Km(std::to_string(1 + Below(2000)) + ".00");
    Send(std::move(command));
  }
  template <class Command>
  void MoveTransfer() {
    Command command;
    command.set_name(TransferName());
    Send(std::move(command));
  }
  // Sometimes back.
  void PayTransfer() {
    v1::PayAgencyTransferRequest command;
    command.set_name(TransferName());
    *command.mutable_amount() =
        Km(std::string(Below(3) == 0 ? "-" : "") + std::to_string(1 + Below(500)) + ".00");
    command.set_reference("B-1");
    Send(std::move(command));
  }
  void ReportOfTransfer() {
    v1::RecordAgencyExpenditureRequest command;
    command.set_name(TransferName());
    v1::AgencyExpenditure& report = *command.mutable_expenditure();
    *report.mutable_amount() = Km(std::to_string(1 + Below(300)) + ".00");
    *report.mutable_period_end_date() = ToProto(absl::CivilDay(2023, 6, 30));
    report.set_reference("FR-1");
    Send(std::move(command));
  }
  void CorrectReport() {
    v1::CorrectAgencyExpenditureRequest command;
    // Mostly of one that is reported on: there are few.
    command.set_name(TransferName());
    const es::View view(spec_.rows());
    view.ForEach<v1::AgencyTransfer>(
        std::string(kOperation) + "/agencyTransfers",
        [&](std::string_view name, const v1::AgencyTransfer& transfer) {
          const int reports = transfer.expenditures_size();
          if (reports == 0 || Below(3) == 0) return true;
          command.set_name(std::string(name));
          command.set_report_number(1 + Below(reports));
          return false;
        });
    *command.mutable_amount() = Km(std::to_string(Below(300)) + ".00");
    command.set_reason("typed wrongly");
    Send(std::move(command));
  }
  void EndTransfer() {
    const auto end = [this](auto command) {
      command.set_name(TransferName());
      command.set_reason("as agreed");
      Send(std::move(command));
    };
    if (Below(3) == 0) return end(v1::CancelAgencyTransferRequest());
    end(v1::CloseAgencyTransferRequest());
  }
  void Receive() {
    const std::string id =
        OrderFor([](const v1::PurchaseOrder& order) { return IsOpenForReceipt(order.state()); });
    Delivered delivered{.line = 1 + Below(2)};
    if (IsForSerials(id, delivered.line)) {
      for (int i = Below(3); i >= 0; --i) {
        delivered.serials.push_back("S" + std::to_string(Below(20)));
      }
      delivered.accepted = std::to_string(delivered.serials.size());
    } else {
      delivered.accepted = Quantity(20);
    }
    if (Below(3) == 0) {
      delivered.rejected = std::to_string(1 + Below(5));
      delivered.reason = "wet";
    }
    if (Below(4) == 0) delivered.surplus = std::to_string(1 + Below(3));
    Send(ProcurementSpec::ReceiptOf({delivered}, ReceiptId(), id));
  }
  bool IsForSerials(const std::string& order_id, int number) const {
    const es::View view(spec_.rows());
    const auto* order = view.Find<v1::PurchaseOrder>(ProcurementSpec::OrderName(order_id));
    return order != nullptr && number <= order->lines_size() &&
           order->lines(number - 1).kind() == v1::LINE_KIND_GOODS_SERIAL;
  }
  void Return() {
    v1::ReturnGoodsRequest command;
    command.set_name(std::string(kOperation) + "/goodsReceipts/" + ReceiptId());
    command.set_reason("faulty");
    v1::GoodsToReturn& line = *command.add_lines();
    line.set_line_number(1 + Below(2));
    switch (Below(4)) {
      case 0:
        *line.mutable_rejected() = Number(std::to_string(1 + Below(3)));
        break;
      case 1:
        *line.mutable_accepted() = Number("1");
        *line.add_serials() = Serial("S" + std::to_string(Below(12)));
        break;
      default:
        *line.mutable_accepted() = Number(Quantity(8));
    }
    Send(std::move(command));
  }
  void Requisition() {
    v1::CreateRequisitionRequest command;
    const std::string name = RequisitionName();
    command.set_parent(kOperation);
    command.set_requisition_id(name.substr(name.rfind('/') + 1));
    command.mutable_requisition()->set_budget_line(BudgetLineName());
    command.mutable_requisition()->set_purpose("Boots");
    v1::RequisitionLine& line = *command.mutable_requisition()->add_lines();
    line.set_kind(v1::LINE_KIND_GOODS_QUANTITY);
    line.set_description("boots");
    line.set_unit("pair");
    *line.mutable_quantity() = Number(Quantity(30));
    *line.mutable_estimated_unit_price() = Km(Price());
    Send(std::move(command));
  }
  std::string InvoiceId() { return "inv" + std::to_string(Below(16)); }
  std::string PaymentId() { return "pay" + std::to_string(Below(40)); }
  std::string AdvanceId() { return "adv" + std::to_string(Below(6)); }
  // Mostly an invoice in one of these states, where there is one.
  std::string InvoiceIn(const std::vector<v1::SupplierInvoiceState>& states) {
    std::vector<std::string> fitting;
    const es::View view(spec_.rows());
    view.ForEach<v1::SupplierInvoice>(
        std::string(kOperation) + "/supplierInvoices",
        [&](std::string_view name, const v1::SupplierInvoice& invoice) {
          for (const auto state : states) {
            if (invoice.state() == state) fitting.emplace_back(name.substr(name.rfind('/') + 1));
          }
          return true;
        });
    if (fitting.empty() || Below(8) == 0) return InvoiceId();
    return fitting[Below(static_cast<int>(fitting.size()))];
  }
  template <class Command>
  void SendInvoiceMove(const std::vector<v1::SupplierInvoiceState>& states) {
    Command command;
    command.set_name(PayablesSpec::InvoiceName(InvoiceIn(states)));
    Send(std::move(command));
  }
  // Sometimes for more than came, or for too much money.
  void RegisterInvoice() {
    const std::string id =
        OrderFor([](const v1::PurchaseOrder& order) { return order.receipts() > 0; });
    const es::View view(spec_.rows());
    const auto* order = view.Find<v1::PurchaseOrder>(ProcurementSpec::OrderName(id));
    if (order == nullptr) return Receive();
    const int line = 1 + Below(order->lines_size());
    const v1::OrderLine& of = order->lines(line - 1);
    const Decimal left = Difference(KeptOf(of), FromProto(of.invoiced()));
    const std::string quantity =
        Below(3) == 0 || left.IsZero() || left.IsNegative() ? Quantity(20) : left.ToString();
    const Money worth = *CheckedMul(FromProto(of.unit_price()), *Decimal::Parse(quantity));
    const Money asked = Below(4) == 0 ? FromProto(Km(Price())) : worth;
    Send(PayablesSpec::InvoiceOf({{.quantity = quantity,
                                   .amount = asked.AmountText(),
                                   .line = line,
                                   .kind = Below(10) == 0 ? v1::LINE_KIND_FREIGHT : of.kind()}},
                                 InvoiceId(), id));
  }
  void Pay() {
    v1::PaySupplierInvoiceRequest command;
    const std::string id = InvoiceIn({v1::SUPPLIER_INVOICE_STATE_PAYABLE});
    command.set_name(PayablesSpec::InvoiceName(id));
    command.set_payment_id(PaymentId());
    const es::View view(spec_.rows());
    const auto* invoice = view.Find<v1::SupplierInvoice>(command.name());
    *command.mutable_amount() =
        invoice != nullptr && Below(2) == 0 ? invoice->amounts().open() : Km(Price());
    Send(std::move(command));
  }
  void Refund() {
    v1::RecordSupplierRefundRequest command;
    command.set_name(PayablesSpec::InvoiceName(
        InvoiceIn({v1::SUPPLIER_INVOICE_STATE_PAID, v1::SUPPLIER_INVOICE_STATE_CREDIT_NOTED})));
    command.set_payment_id(PaymentId());
    *command.mutable_amount() = Km(Price());
    Send(std::move(command));
  }
  void EndInvoice() {
    if (Below(2) == 0) {
      v1::RejectSupplierInvoiceRequest command;
      command.set_name(PayablesSpec::InvoiceName(
          InvoiceIn({v1::SUPPLIER_INVOICE_STATE_RECEIVED, v1::SUPPLIER_INVOICE_STATE_BLOCKED})));
      command.set_reason("wrong");
      return Send(std::move(command));
    }
    v1::BlockSupplierInvoiceRequest command;
    command.set_name(PayablesSpec::InvoiceName(InvoiceIn({v1::SUPPLIER_INVOICE_STATE_PAYABLE})));
    command.set_reason("asked about");
    Send(std::move(command));
  }
  void Credit() {
    v1::RegisterCreditNoteRequest command;
    command.set_parent(kOperation);
    v1::CreditNote& note = *command.mutable_credit_note();
    note.set_supplier_invoice(PayablesSpec::InvoiceName(
        InvoiceIn({v1::SUPPLIER_INVOICE_STATE_PAYABLE, v1::SUPPLIER_INVOICE_STATE_PAID,
                   v1::SUPPLIER_INVOICE_STATE_BLOCKED})));
    note.set_supplier_number("O-" + std::to_string(Below(1000)));
    *note.mutable_credit_date() = ToProto(absl::CivilDay(2023, 7, 13));
    note.set_reason("goods went back");
    v1::CreditNoteLine& line = *note.add_lines();
    line.set_invoice_line(1);
    const es::View view(spec_.rows());
    const auto* invoice = view.Find<v1::SupplierInvoice>(note.supplier_invoice());
    if (invoice != nullptr && Below(3) == 0) {  // the whole
      *line.mutable_quantity() = invoice->lines(0).quantity();
      *line.mutable_amount() = invoice->lines(0).amount();
    } else {
      *line.mutable_quantity() = Number(Below(2) == 0 ? "0" : Quantity(3));
      *line.mutable_amount() = Km(Price());
    }
    Send(std::move(command));
  }
  void ReversePaymentOrReceipt() {
    if (Below(2) == 0) {
      v1::ReversePaymentRequest command;
      command.set_name(PayablesSpec::PaymentName(PaymentId()));
      command.set_reason("the bank gave it back");
      return Send(std::move(command));
    }
    v1::ReverseGoodsReceiptRequest command;
    command.set_name(std::string(kOperation) + "/goodsReceipts/" + ReceiptId());
    command.set_reason("entered twice");
    Send(std::move(command));
  }
  void RequestAdvance() {
    v1::RequestAdvanceRequest command;
    command.set_parent(kOperation);
    command.set_advance_id(AdvanceId());
    command.mutable_advance()->set_purchase_order(ProcurementSpec::OrderName(
        OrderFor([](const v1::PurchaseOrder& order) { return IsOpenForReceipt(order.state()); })));
    *command.mutable_advance()->mutable_amount() = Km(Price());
    command.mutable_advance()->set_reason("asked for");
    Send(std::move(command));
  }
  void MoveAdvance() {
    if (Below(2) == 0) {
      v1::ApproveAdvanceRequest command;
      command.set_name(PayablesSpec::AdvanceName(AdvanceId()));
      return Send(std::move(command));
    }
    v1::PayAdvanceRequest command;
    command.set_name(PayablesSpec::AdvanceName(AdvanceId()));
    command.set_payment_id(PaymentId());
    Send(std::move(command));
  }
  template <class Command>
  void SendRequisitionMove() {
    Command command;
    command.set_name(RequisitionName());
    Send(std::move(command));
  }
  void RequisitionMove() {
    v1::CancelRequisitionRequest cancel;
    cancel.set_name(RequisitionName());
    cancel.set_reason("not needed");
    switch (Below(6)) {
      case 0:
      case 1:
        return SendRequisitionMove<v1::SubmitRequisitionRequest>();
      case 2:
      case 3:
      case 4:
        return SendRequisitionMove<v1::ApproveRequisitionRequest>();
      default:
        return Send(std::move(cancel));
    }
  }

  void Record() {
    if (!spec_.decision().accepted()) return;
    for (const es::NewEvent& event : spec_.decision().events()) {
      log_.emplace_back(event.message->GetDescriptor()->full_name(),
                        event.message->SerializeAsString());
    }
    numbers_.insert(numbers_.end(), spec_.numbers().begin(), spec_.numbers().end());
  }
  std::string Fingerprint() const {
    std::string all;
    for (const auto& [key, value] : spec_.rows().map()) all += key + value;
    return all;
  }

  void CheckBudget() const {
    const es::View view(spec_.rows());
    std::map<std::string, Money> reserved, committed, spent;
    const auto add = [](std::map<std::string, Money>& to, const std::string& line,
                        const google::type::Money& amount) {
      auto& total = to.try_emplace(line, Money::Zero(base::Currency::Bam())).first->second;
      total = Sum(total, FromProto(amount));
    };
    view.ForEach<v1::Requisition>(std::string(kOperation) + "/requisitions",
                                  [&](std::string_view, const v1::Requisition& requisition) {
                                    add(reserved, requisition.budget_line(),
                                        requisition.reserved());
                                    return true;
                                  });
    view.ForEach<v1::PurchaseOrder>(std::string(kOperation) + "/purchaseOrders",
                                    [&](std::string_view, const v1::PurchaseOrder& order) {
                                      add(committed, order.budget_line(), order.committed());
                                      add(spent, order.budget_line(), order.spent());
                                      return true;
                                    });
    view.ForEach<v1::AgencyTransfer>(
        std::string(kOperation) + "/agencyTransfers",
        [&](std::string_view, const v1::AgencyTransfer& transfer) {
          // INV-37: what was reported, and sent.
          const bool is_covered =
              FromProto(transfer.reported()).minor() < FromProto(transfer.disbursed()).minor();
          const auto& charged = is_covered ? transfer.reported() : transfer.disbursed();
          add(spent, transfer.budget_line(), charged);
          if (transfer.state() != v1::AGENCY_TRANSFER_STATE_APPROVED) return true;
          add(committed, transfer.budget_line(),
              ToProto(Difference(FromProto(transfer.amount()), FromProto(charged))));
          return true;
        });
    view.ForEach<v1::BudgetLine>(
        std::string(kProject) + "/budgetLines", [&](std::string_view, const v1::BudgetLine& line) {
          for (auto* totals : {&reserved, &committed, &spent}) {
            totals->try_emplace(line.name(), Money::Zero(base::Currency::Bam()));
          }
          EXPECT_EQ(FromProto(line.reserved()), reserved[line.name()]) << line.name();
          EXPECT_EQ(FromProto(line.committed()), committed[line.name()]) << line.name();
          EXPECT_EQ(FromProto(line.spent()), spent[line.name()]) << line.name();
          const Money used = Sum(Sum(FromProto(line.reserved()), FromProto(line.committed())),
                                 FromProto(line.spent()));
          EXPECT_LE(used.minor(), FromProto(line.amount()).minor()) << line.name();  // INV-03
          return true;
        });
  }

  // INV-09: what is payable is within what was accepted and kept, in quantity and value; the
  // order's lines know what its invoices have; nothing is paid beyond what is due.
  void CheckInvoicesOf(const es::View& view, const v1::PurchaseOrder& order) const {
    std::map<int, Decimal> quantities;
    std::map<int, Money> values;
    for (const v1::OrderLine& line : order.lines()) {
      values.try_emplace(line.line_number(), Money::Zero(base::Currency::Bam()));
    }
    for (const std::string& name : order.supplier_invoices()) {
      const auto* invoice = view.Find<v1::SupplierInvoice>(name);
      if (!invoice->counted()) continue;
      for (const v1::InvoiceLine& line : invoice->lines()) {
        Decimal& quantity = quantities[line.order_line()];
        quantity = Sum(quantity,
                       Difference(FromProto(line.quantity()), FromProto(line.credited_quantity())));
        Money& value = values.at(line.order_line());
        value = Sum(value,
                    Difference(FromProto(line.converted()), FromProto(line.credited_converted())));
      }
    }
    for (const v1::OrderLine& line : order.lines()) {
      EXPECT_EQ(FromProto(line.invoiced()), quantities[line.line_number()]);
      EXPECT_EQ(FromProto(line.invoiced_value()), values.at(line.line_number()));
    }
    for (const std::string& name : order.supplier_invoices()) {
      const auto* invoice = view.Find<v1::SupplierInvoice>(name);
      SCOPED_TRACE(name);
      EXPECT_LE(FromProto(invoice->amounts().open()).minor(),
                FromProto(invoice->amounts().payable()).minor());
      if (invoice->state() != v1::SUPPLIER_INVOICE_STATE_PAYABLE) continue;
      for (const v1::InvoiceLine& line : invoice->lines()) {
        const v1::OrderLine& of = order.lines(line.order_line() - 1);
        EXPECT_LE(FromProto(of.invoiced()), KeptOf(of)) << of.ShortDebugString();
        EXPECT_LE(FromProto(of.invoiced_value()).minor(), FromProto(of.spent()).minor());
      }
    }
    if (spec_.decision().accepted()) CheckPayment(view);
  }
  // A payment that was just made left nothing paid beyond what is payable.
  void CheckPayment(const es::View& view) const {
    for (const es::NewEvent& event : spec_.decision().events()) {
      const auto* made = dynamic_cast<const v1::PaymentMade*>(event.message.get());
      if (made == nullptr || made->payment().kind() != v1::PAYMENT_KIND_INVOICE) continue;
      const auto* invoice = view.Find<v1::SupplierInvoice>(made->payment().supplier_invoice());
      EXPECT_LE(FromProto(invoice->amounts().paid()).minor(),
                FromProto(invoice->amounts().payable()).minor());
    }
  }
  // The budget lines' `paid` is what invoices, advances and transfers say.
  static void CheckPaid(const es::View& view) {
    std::map<std::string, Money> paid;
    const auto add = [&](const std::string& line, const google::type::Money& amount) {
      auto& total = paid.try_emplace(line, Money::Zero(base::Currency::Bam())).first->second;
      total = Sum(total, FromProto(amount));
    };
    view.ForEach<v1::SupplierInvoice>(std::string(kOperation) + "/supplierInvoices",
                                      [&](std::string_view, const v1::SupplierInvoice& invoice) {
                                        add(invoice.budget_line(), invoice.amounts().paid_booked());
                                        return true;
                                      });
    view.ForEach<v1::Advance>(
        std::string(kOperation) + "/advances", [&](std::string_view, const v1::Advance& advance) {
          const auto* order = view.Find<v1::PurchaseOrder>(advance.purchase_order());
          if (advance.state() == v1::ADVANCE_STATE_PAID ||
              advance.state() == v1::ADVANCE_STATE_RECOVERED) {
            add(order->budget_line(), advance.amount());
          }
          return true;
        });
    view.ForEach<v1::AgencyTransfer>(std::string(kOperation) + "/agencyTransfers",
                                     [&](std::string_view, const v1::AgencyTransfer& transfer) {
                                       add(transfer.budget_line(), transfer.disbursed());
                                       return true;
                                     });
    view.ForEach<v1::BudgetLine>(
        std::string(kProject) + "/budgetLines", [&](std::string_view, const v1::BudgetLine& line) {
          paid.try_emplace(line.name(), Money::Zero(base::Currency::Bam()));
          EXPECT_EQ(FromProto(line.paid()), paid.at(line.name())) << line.name();
          return true;
        });
  }
  // INV-05: what is called off is what the orders within the agreement took, never above its
  // ceiling.
  static void CheckCalledOff(const es::View& view) {
    Money called_off = Money::Zero(base::Currency::Bam());
    view.ForEach<v1::PurchaseOrder>(std::string(kOperation) + "/purchaseOrders",
                                    [&](std::string_view, const v1::PurchaseOrder& order) {
                                      if (!order.framework_agreement().empty())
                                        called_off = Sum(called_off, Takes(order));
                                      return true;
                                    });
    const auto* agreement = view.Find<v1::FrameworkAgreement>(kAgreement);
    const Money ceiling = FromProto(agreement->ceiling());
    EXPECT_EQ(FromProto(agreement->called_off()), called_off);
    EXPECT_EQ(FromProto(agreement->available()), Difference(ceiling, called_off));
    EXPECT_LE(called_off.minor(), ceiling.minor());
  }
  // Of an order that goes on, the most that was approved or that it comes to; else what was kept.
  static Money Takes(const v1::PurchaseOrder& order) {
    const Money approved = FromProto(order.approved_total());
    if (approved.IsZero()) return approved;  // a draft, or cancelled as one
    if (HasEnded(order.state())) return FromProto(order.spent());
    Money comes_to = Money::Zero(approved.currency());
    for (const v1::OrderLine& line : order.lines()) {
      const bool is_above = FromProto(line.spent()).minor() > FromProto(line.total()).minor();
      comes_to = Sum(comes_to, FromProto(is_above ? line.spent() : line.total()));
    }
    return comes_to.minor() > approved.minor() ? comes_to : approved;
  }
  // INV-37: no more is sent than was approved, and what is reported above what was sent is told.
  static void CheckTransfers(const es::View& view) {
    view.ForEach<v1::AgencyTransfer>(
        std::string(kOperation) + "/agencyTransfers",
        [&](std::string_view name, const v1::AgencyTransfer& transfer) {
          SCOPED_TRACE(name);
          const Money disbursed = FromProto(transfer.disbursed());
          Money reported = Money::Zero(disbursed.currency());
          for (const v1::AgencyExpenditure& report : transfer.expenditures()) {
            if (report.corrected_by_report() != 0) continue;
            reported = Sum(reported, FromProto(report.amount()));
          }
          EXPECT_EQ(FromProto(transfer.reported()), reported);
          const Money excess = Difference(reported, disbursed);
          EXPECT_EQ(transfer.has_excess(), excess.minor() > 0);
          if (transfer.has_excess()) {
            EXPECT_EQ(FromProto(transfer.excess()), excess);
          }
          EXPECT_FALSE(disbursed.IsNegative());
          EXPECT_LE(disbursed.minor(), FromProto(transfer.amount()).minor());
          if (transfer.state() == v1::AGENCY_TRANSFER_STATE_CLOSED) {
            EXPECT_GE(reported.minor(), disbursed.minor());
          }
          return true;
        });
  }
  // INV-10: above the amount nobody has two of the four duties.
  static void CheckDutiesIn(const v1::PurchaseOrder& order) {
    Policy policy;
    policy.two_people_suffice_up_to = *Money::Parse("100.00", "EUR");
    if (policy.TwoPeopleSuffice(AtStake(order))) return;
    for (const char* person : {kRequester, kApprover, kSecondApprover, kReceiver, kPayer}) {
      EXPECT_LE(DutiesOf(order, person).size(), 1u) << person << " in " << order.name();
    }
  }

  static void CheckOrder(const v1::PurchaseOrder& order) {
    SCOPED_TRACE(order.name());
    const bool was_approved = !FromProto(order.approved_total()).IsZero();
    if (was_approved) {  // INV-05
      EXPECT_LE(FromProto(order.total()).minor(), FromProto(order.approved_total()).minor());
    }
    if (order.state() == v1::PURCHASE_ORDER_STATE_CANCELLED) {
      EXPECT_EQ(order.receipts(), 0);  // INV-11
    }
    if (HasEnded(order.state())) {
      EXPECT_FALSE(IsOutstanding(order));
      EXPECT_TRUE(FromProto(order.committed()).IsZero());
    }
    Money spent = Money::Zero(base::Currency::Bam());
    for (const v1::OrderLine& line : order.lines()) {
      const Decimal kept = KeptOf(line);
      EXPECT_FALSE(kept.IsNegative());
      // INV-07, at the quantity that was ordered when it came: an amendment never goes below.
      const Decimal ordered = FromProto(line.quantity());
      EXPECT_LE(kept, ordered > kept ? ordered : LimitOf(line)) << line.ShortDebugString();
      spent = Sum(spent, FromProto(line.spent()));
      EXPECT_EQ(FromProto(line.spent()), *CheckedMul(FromProto(line.unit_price()), kept));
    }
    EXPECT_EQ(FromProto(order.spent()), spent);
  }

  std::mt19937_64 random_;
  PayablesSpec spec_{kBudget};
  std::string command_;
  std::vector<std::pair<std::string, std::string>> log_;
  std::vector<es::DocumentNumber> numbers_;
  int accepted_ = 0;
  int rejected_ = 0;
  std::map<std::string, int> reasons_;
};

TEST(Properties, INV03_INV05_INV07_INV09_INV10_INV11_INV37_HoldAfterEveryCommand) {
  const char* one = std::getenv("PRIHVAT_SEED");
  const uint64_t first = one == nullptr ? 1 : std::strtoull(one, nullptr, 10);
  const uint64_t last = one == nullptr ? 40 : first;
  int accepted = 0;
  std::map<std::string, int> reasons;
  for (uint64_t seed = first; seed <= last; ++seed) {
    SCOPED_TRACE(fmt::format("PRIHVAT_SEED={} repeats it", seed));
    History history(seed);
    for (int step = 0; step < 300; ++step) {
      history.Step();
      history.Check();
      if (::testing::Test::HasFailure()) return;
    }
    history.CheckRefold();
    if (::testing::Test::HasFailure()) return;
    accepted += history.accepted();
    for (const auto& [reason, count] : history.reasons()) reasons[reason] += count;
  }
  if (one != nullptr) return;
  // The histories are worth something: much is accepted, and each rule is met.
  EXPECT_GT(accepted, 2000);
  for (const char* reason :
       {"OVER_BUDGET", "OVER_RECEIPT", "SERIAL_TAKEN", "ORDER_HAS_RECEIPTS", "DUTIES_NOT_SEPARATE",
        "BELOW_RECEIVED", "RETURN_TOO_MUCH", "PRICE_IS_FIXED", "WRONG_STATE",
        "INVOICE_DOES_NOT_MATCH", "MORE_THAN_PAYABLE", "CREDIT_TOO_MUCH", "RECEIPT_IS_INVOICED",
        "ABOVE_CEILING", "ABOVE_AGREED_PRICE", "TRANSFER_EXCEEDED", "NOT_ACCOUNTED_FOR",
        "CORRECTED_ALREADY", "TOLERANCE_TOO_HIGH"}) {
    EXPECT_GT(reasons[reason], 0) << reason;
  }
}

}  // namespace
}  // namespace prihvat::procurement
