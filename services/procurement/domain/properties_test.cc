// Random but plausible work on two budget lines: whatever is asked in whatever order, the rules
// hold after every command, money is where the orders say, and the log alone remakes the state.
// PRIHVAT_SEED=n repeats one history.
#include <cstdlib>
#include <map>
#include <random>

#include "fmt/format.h"
#include "services/procurement/domain/duties.h"
#include "services/procurement/domain/order.h"
#include "services/procurement/domain/policy.h"
#include "services/procurement/domain/testing/payables_spec.h"

namespace prihvat::procurement {
namespace {

using base::Decimal;
using base::Money;

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

  // A second budget line, and four people from EUR 100 on: most orders are so small.
  static void SetTheStage(PayablesSpec& spec) {
    spec.AddBudgetLine("services", "3000.00");
    v1::AdoptProcurementPolicyRequest adopt;
    adopt.set_parent(kOperation);
    v1::ProcurementPolicy& policy = *adopt.mutable_procurement_policy();
    policy = BuiltInPolicy();
    *policy.mutable_valid_from() = ToProto(absl::CivilDay(2023, 7, 13));
    *policy.mutable_two_people_suffice_up_to() = ToProto(*base::Money::Parse("100.00", "EUR"));
    spec.When(adopt).ThenAccepted();
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
    if (name.starts_with("Approve")) person = Below(2) == 0 ? kApprover : kSecondApprover;
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
    switch (Below(40)) {
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
    Send(std::move(command));
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
    if (Below(4) == 0) *command.add_added_lines() = AnyLine();
    Send(std::move(command));
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
  // The budget lines' `paid` is what invoices and advances say.
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
    view.ForEach<v1::BudgetLine>(
        std::string(kProject) + "/budgetLines", [&](std::string_view, const v1::BudgetLine& line) {
          paid.try_emplace(line.name(), Money::Zero(base::Currency::Bam()));
          EXPECT_EQ(FromProto(line.paid()), paid.at(line.name())) << line.name();
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

TEST(Properties, INV03_INV05_INV07_INV09_INV10_INV11_HoldAfterEveryCommand) {
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
        "INVOICE_DOES_NOT_MATCH", "MORE_THAN_PAYABLE", "CREDIT_TOO_MUCH", "RECEIPT_IS_INVOICED"}) {
    EXPECT_GT(reasons[reason], 0) << reason;
  }
}

}  // namespace
}  // namespace prihvat::procurement
