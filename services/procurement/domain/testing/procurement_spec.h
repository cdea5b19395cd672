// A stage for tests of procurement's decider: an operation, a project with one budget line, a
// supplier, the people, and short ways to the usual commands. Header-only, for tests.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "libs/testkit/given_when_then.h"
#include "prihvat/procurement/v1/events.pb.h"
#include "prihvat/procurement/v1/resources.pb.h"
#include "prihvat/procurement/v1/service.pb.h"
#include "prihvat/procurement/v1/state.pb.h"
#include "services/procurement/domain/decider.h"
#include "services/procurement/domain/values.h"

namespace prihvat::procurement {

inline constexpr char kOperation[] = "operations/ba";
inline constexpr char kProject[] = "operations/ba/projects/migration-response";
inline constexpr char kBudgetLine[] =
    "operations/ba/projects/migration-response/budgetLines/equipment";
inline constexpr char kSupplier[] = "operations/ba/suppliers/autokuca";
inline constexpr char kOrder[] = "operations/ba/purchaseOrders/po";
inline constexpr char kReceipt[] = "operations/ba/goodsReceipts/grn";
inline constexpr char kRequisition[] = "operations/ba/requisitions/pr";

inline constexpr char kRequester[] = "organisations/iom/people/requester";
inline constexpr char kApprover[] = "organisations/iom/people/approver";
inline constexpr char kSecondApprover[] = "organisations/iom/people/second-approver";
inline constexpr char kReceiver[] = "organisations/iom/people/receiver";

inline google::type::Money Km(std::string_view amount) {
  return ToProto(*base::Money::Parse(amount, "BAM"));
}
inline common::v1::Decimal Number(std::string_view text) {
  common::v1::Decimal decimal;
  decimal.set_value(std::string(text));
  return decimal;
}

// The amount of a message's field, for comparisons: "800.00 BAM".
inline std::string Text(const google::type::Money& money) {
  return FromProto(money).AmountText() + " " + money.currency_code();
}
inline std::string Text(const common::v1::Decimal& number) { return FromProto(number).ToString(); }

inline v1::OrderLine Line(v1::LineKind kind, std::string_view quantity, std::string_view price,
                          std::string_view tolerance_percent = "0") {
  v1::OrderLine line;
  line.set_kind(kind);
  line.set_description("protective footwear");
  line.set_description_bs("zaštitna obuća");
  line.set_unit(kind == v1::LINE_KIND_SERVICE ? "month" : "piece");
  *line.mutable_quantity() = Number(quantity);
  *line.mutable_unit_price() = Km(price);
  *line.mutable_tolerance_percent() = Number(tolerance_percent);
  line.set_recipient("organisations/dcpb");
  return line;
}
inline v1::OrderLine Goods(std::string_view quantity, std::string_view price,
                           std::string_view tolerance_percent = "0") {
  return Line(v1::LINE_KIND_GOODS_QUANTITY, quantity, price, tolerance_percent);
}
inline v1::OrderLine Pieces(std::string_view quantity, std::string_view price) {
  return Line(v1::LINE_KIND_GOODS_SERIAL, quantity, price);
}

struct Delivered {
  std::string accepted = "0";
  std::string rejected = "0";
  std::string surplus = "0";
  std::vector<std::string> serials;
  std::vector<std::string> rejected_serials;
  std::string reason;
  int line = 1;
};

inline v1::SerialItem Serial(std::string_view serial) {
  v1::SerialItem item;
  item.set_serial(std::string(serial));
  item.set_manufacturer("Haix");
  item.set_model("GSG9");
  return item;
}
inline v1::SerialItem Vehicle(std::string_view vin) {
  v1::SerialItem item;
  item.set_vin(std::string(vin));
  item.set_manufacturer("Lada");
  item.set_model("Niva");
  return item;
}

inline v1::ReceiptLine ReceiptLine(const Delivered& delivered) {
  v1::ReceiptLine line;
  line.set_line_number(delivered.line);
  *line.mutable_accepted() = Number(delivered.accepted);
  *line.mutable_rejected() = Number(delivered.rejected);
  *line.mutable_surplus() = Number(delivered.surplus);
  for (const std::string& serial : delivered.serials) *line.add_serials() = Serial(serial);
  for (const std::string& serial : delivered.rejected_serials) {
    *line.add_rejected_serials() = Serial(serial);
  }
  line.set_rejection_reason(delivered.reason);
  return line;
}

class ProcurementSpec : public testkit::DeciderSpec {
 public:
  // With a budget line of `budget` KM.
  explicit ProcurementSpec(std::string_view budget = "1000000.00")
      : DeciderSpec(ProcurementDecider()) {
    v1::CreateOperationRequest operation;
    operation.set_name(kOperation);
    operation.set_display_name("Bosnia and Herzegovina");
    operation.set_time_zone("Europe/Sarajevo");
    As(kRequester).When(operation).ThenAccepted();
    v1::CreateProjectRequest project;
    project.set_parent(kOperation);
    project.set_project_id("migration-response");
    project.mutable_project()->set_display_name("Migration response");
    project.mutable_project()->set_display_name_bs("Odgovor na migracije");
    project.mutable_project()->set_donor("organisations/eu");
    project.mutable_project()->set_currency("EUR");
    When(project).ThenAccepted();
    AddBudgetLine("equipment", budget);
    v1::RegisterSupplierRequest supplier;
    supplier.set_parent(kOperation);
    supplier.set_supplier_id("autokuca");
    supplier.mutable_supplier()->set_display_name("Autokuća d.o.o.");
    supplier.mutable_supplier()->set_country_code("BA");
    When(supplier).ThenAccepted();
  }

  ProcurementSpec& AddBudgetLine(std::string_view id, std::string_view amount) {
    v1::CreateBudgetLineRequest line;
    line.set_parent(kProject);
    line.set_budget_line_id(std::string(id));
    line.mutable_budget_line()->set_display_name("Equipment");
    *line.mutable_budget_line()->mutable_amount() = Km(amount);
    When(line).ThenAccepted();
    return *this;
  }

  // Drafts an order `id` as the requester; its outcome is not looked at.
  ProcurementSpec& Draft(const std::vector<v1::OrderLine>& lines, std::string_view id = "po",
                         std::string_view requisition = "") {
    As(kRequester).When(DraftOf(lines, id, requisition));
    return *this;
  }
  static v1::CreatePurchaseOrderRequest DraftOf(const std::vector<v1::OrderLine>& lines,
                                                std::string_view id = "po",
                                                std::string_view requisition = "") {
    v1::CreatePurchaseOrderRequest command;
    command.set_parent(kOperation);
    command.set_purchase_order_id(std::string(id));
    v1::PurchaseOrder& order = *command.mutable_purchase_order();
    order.set_budget_line(kBudgetLine);
    order.set_supplier(kSupplier);
    order.set_requisition(std::string(requisition));
    order.set_display_name("Protective footwear");
    order.mutable_lines()->Assign(lines.begin(), lines.end());
    return command;
  }
  ProcurementSpec& Approve(std::string_view person = kApprover, std::string_view id = "po") {
    v1::ApprovePurchaseOrderRequest command;
    command.set_name(OrderName(id));
    As(std::string(person)).When(command);
    return *this;
  }
  ProcurementSpec& Issue(std::string_view id = "po") {
    return Move<v1::IssuePurchaseOrderRequest>(id);
  }
  ProcurementSpec& Cancel(std::string_view id = "po") {
    return MoveWithReason<v1::CancelPurchaseOrderRequest>(id);
  }
  ProcurementSpec& Close(std::string_view id = "po") {
    return MoveWithReason<v1::ClosePurchaseOrderRequest>(id);
  }
  // Any move of an order that takes a reason, and one that does not.
  template <class Command>
  ProcurementSpec& MoveWithReason(std::string_view id = "po") {
    Command command;
    command.set_name(OrderName(id));
    command.set_reason("as agreed");
    As(kRequester).When(command);
    return *this;
  }
  template <class Command>
  ProcurementSpec& Move(std::string_view id = "po") {
    Command command;
    command.set_name(OrderName(id));
    As(kRequester).When(command);
    return *this;
  }

  // An order that was drafted, approved by all that it needs, and issued.
  ProcurementSpec& Ordered(const std::vector<v1::OrderLine>& lines, std::string_view id = "po") {
    Draft(lines, id).ThenAccepted();
    const int needed = Order(id).approvals_needed();
    Approve(kApprover, id).ThenAccepted();
    if (needed > 1) Approve(kSecondApprover, id).ThenAccepted();
    Issue(id).ThenAccepted();
    return *this;
  }

  // Posts a receipt `id` of the order as the receiver; its outcome is not looked at.
  ProcurementSpec& Receive(const std::vector<Delivered>& lines, std::string_view id = "grn",
                           std::string_view order = "po") {
    As(kReceiver).When(ReceiptOf(lines, id, order));
    return *this;
  }
  static v1::PostGoodsReceiptRequest ReceiptOf(const std::vector<Delivered>& lines,
                                               std::string_view id = "grn",
                                               std::string_view order = "po") {
    v1::PostGoodsReceiptRequest command;
    command.set_parent(kOperation);
    command.set_goods_receipt_id(std::string(id));
    command.mutable_goods_receipt()->set_purchase_order(OrderName(order));
    for (const Delivered& line : lines) {
      *command.mutable_goods_receipt()->add_lines() = ReceiptLine(line);
    }
    return command;
  }

  // The same in three steps: what was delivered of each line, by number; what becomes of it;
  // booked.
  ProcurementSpec& CountGoods(const std::vector<std::pair<int, std::string>>& delivered,
                              std::string_view id = "grn", std::string_view person = kReceiver,
                              std::string_view order = "po") {
    v1::CountGoodsReceiptRequest command;
    command.set_parent(kOperation);
    command.set_goods_receipt_id(std::string(id));
    command.mutable_goods_receipt()->set_purchase_order(OrderName(order));
    for (const auto& [number, quantity] : delivered) {
      v1::ReceiptLine& line = *command.mutable_goods_receipt()->add_lines();
      line.set_line_number(number);
      *line.mutable_delivered() = Number(quantity);
    }
    As(std::string(person)).When(command);
    return *this;
  }
  ProcurementSpec& Inspect(const std::vector<Delivered>& lines, std::string_view id = "grn",
                           std::string_view person = kReceiver) {
    v1::InspectGoodsReceiptRequest command;
    command.set_name(ReceiptName(id));
    for (const Delivered& line : lines) *command.add_lines() = ReceiptLine(line);
    As(std::string(person)).When(command);
    return *this;
  }
  ProcurementSpec& Post(std::string_view id = "grn", std::string_view person = kReceiver) {
    v1::PostGoodsReceiptRequest command;
    command.set_name(ReceiptName(id));
    As(std::string(person)).When(command);
    return *this;
  }
  ProcurementSpec& Abandon(std::string_view id = "grn") {
    v1::AbandonGoodsReceiptRequest command;
    command.set_name(ReceiptName(id));
    command.set_reason("counted wrongly");
    As(kReceiver).When(command);
    return *this;
  }
  static std::string ReceiptName(std::string_view id = "grn") {
    return std::string(kOperation) + "/goodsReceipts/" + std::string(id);
  }

  // Returns things of line 1 of the receipt.
  ProcurementSpec& Return(const Delivered& what, std::string_view id = "grn") {
    v1::ReturnGoodsRequest command;
    command.set_name(std::string(kOperation) + "/goodsReceipts/" + std::string(id));
    command.set_reason("faulty");
    v1::GoodsToReturn& line = *command.add_lines();
    line.set_line_number(what.line);
    *line.mutable_accepted() = Number(what.accepted);
    *line.mutable_rejected() = Number(what.rejected);
    *line.mutable_surplus() = Number(what.surplus);
    for (const std::string& serial : what.serials) *line.add_serials() = Serial(serial);
    As(kReceiver).When(command);
    return *this;
  }

  static std::string OrderName(std::string_view id = "po") {
    return std::string(kOperation) + "/purchaseOrders/" + std::string(id);
  }
  v1::PurchaseOrder Order(std::string_view id = "po") const {
    return Entity<v1::PurchaseOrder>(OrderName(id));
  }
  v1::OrderLine OrderLine(int number = 1, std::string_view id = "po") const {
    return Order(id).lines(number - 1);
  }
  v1::BudgetLine Budget(std::string_view name = kBudgetLine) const {
    return Entity<v1::BudgetLine>(name);
  }
  // "reserved/committed/spent" of the budget line, in its currency.
  std::string Position(std::string_view name = kBudgetLine) const {
    const v1::BudgetLine line = Budget(name);
    return FromProto(line.reserved()).AmountText() + "/" +
           FromProto(line.committed()).AmountText() + "/" + FromProto(line.spent()).AmountText();
  }
};

}  // namespace prihvat::procurement
