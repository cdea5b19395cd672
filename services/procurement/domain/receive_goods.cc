// Goods arrive in parts. Each line of a delivery is accepted, rejected or held as surplus (INV-08);
// what is accepted and kept over all deliveries stays within the order's tolerance (INV-07), in
// pieces that were not received before (INV-12). What is accepted is spent.
#include <set>
#include <string>
#include <vector>

#include "fmt/format.h"
#include "prihvat/procurement/v1/events.pb.h"
#include "prihvat/procurement/v1/service.pb.h"
#include "prihvat/procurement/v1/state.pb.h"
#include "services/procurement/domain/budget.h"
#include "services/procurement/domain/checks.h"
#include "services/procurement/domain/decider.h"
#include "services/procurement/domain/duties.h"
#include "services/procurement/domain/order.h"
#include "services/procurement/domain/policy.h"
#include "services/procurement/domain/reasons.h"
#include "services/procurement/domain/serials.h"
#include "services/procurement/domain/stamps.h"
#include "services/procurement/domain/values.h"

namespace prihvat::procurement {
namespace {

using base::Decimal;
using base::Money;
using es::Context;
using es::Decision;
using es::View;

// What came of a line, as numbers.
struct Quantities {
  Decimal accepted;
  Decimal rejected;
  Decimal surplus;
};

Checked<Quantities> CheckDelivered(const v1::ReceiptLine& line, int i) {
  Quantities counted;
  Decimal delivered;
  const struct {
    const char* field;
    const common::v1::Decimal& from;
    Decimal& to;
  } parts[] = {{"delivered", line.delivered(), delivered},
               {"accepted", line.accepted(), counted.accepted},
               {"rejected", line.rejected(), counted.rejected},
               {"surplus", line.surplus(), counted.surplus}};
  for (const auto& part : parts) {
    const std::string field = FieldOf("goods_receipt.lines", i, part.field);
    const auto number = CheckQuantity(field, part.from);
    if (!number.ok()) return number.rejection();
    if (*number > kMaxQuantity) {
      return es::InvalidField(field, fmt::format("must be at most {}, is {}",
                                                 kMaxQuantity.ToString(), number->ToString()));
    }
    part.to = *number;
  }
  const Decimal sum = Sum(Sum(counted.accepted, counted.rejected), counted.surplus);
  if (line.has_delivered() && delivered != sum) {  // INV-08
    return es::Rejected(kDeliveryDoesNotAddUp)
        .Saying(fmt::format("line {}: {} delivered, but {} accepted, {} rejected and {} held",
                            line.line_number(), delivered.ToString(), counted.accepted.ToString(),
                            counted.rejected.ToString(), counted.surplus.ToString()))
        .With("line", line.line_number())
        .With("delivered", delivered.ToString())
        .With("accounted_for", sum.ToString())
        .Field(FieldOf("goods_receipt.lines", i, "delivered"),
               fmt::format("must be {}", sum.ToString()));
  }
  if (sum.IsZero()) {
    return es::InvalidField(FieldOf("goods_receipt.lines", i, "accepted"),
                            "nothing was delivered of the line; leave it out");
  }
  return counted;
}

MaybeRejected CheckRejectionReason(const v1::ReceiptLine& line, const Quantities& counted, int i) {
  const std::string field = FieldOf("goods_receipt.lines", i, "rejection_reason");
  if (auto no = CheckText(field, line.rejection_reason(), false, 1000)) return no;
  if (counted.rejected.IsZero() || !line.rejection_reason().empty()) return std::nullopt;
  return es::Rejected(kRejectionReasonMissing)
      .Saying(fmt::format("line {}: {} rejected without a reason", line.line_number(),
                          counted.rejected.ToString()))
      .With("line", line.line_number())
      .With("rejected", counted.rejected.ToString())
      .Field(field, "must say why");
}

// INV-07: all that is accepted and kept of the line stays within its tolerance.
MaybeRejected CheckTolerated(const v1::OrderLine& line, const Decimal& accepted_now) {
  const Decimal limit = LimitOf(line);
  const Decimal accepted = Sum(KeptOf(line), accepted_now);
  if (accepted <= limit) return std::nullopt;
  const std::string ordered = DecimalOf(line.quantity()).ToString();
  return es::Rejected(kOverReceipt)
      .Saying(fmt::format("line {} ({}): {} {} would be accepted in all, {} {} were ordered, the "
                          "limit is {} {} (tolerance {} %)",
                          line.line_number(), line.description(), accepted.ToString(), line.unit(),
                          ordered, line.unit(), limit.ToString(), line.unit(),
                          DecimalOf(line.tolerance_percent()).ToString()))
      .With("line", line.line_number())
      .With("ordered", ordered)
      .With("accepted", accepted.ToString())
      .With("limit", limit.ToString());
}

// The pieces of one receipt: each once, and none that is kept already (INV-12).
class Pieces {
 public:
  Pieces(const View& view, const Context& context) : view_(view), context_(context) {}

  // Checks the accepted pieces of a line and adds them to `posted`.
  MaybeRejected Accept(const v1::ReceiptLine& line, int i, const Quantities& counted,
                       v1::PostedLine& posted) {
    const Decimal wanted =
        posted.kind() == v1::LINE_KIND_GOODS_SERIAL ? counted.accepted : Decimal();
    if (Decimal::FromInt(line.serials_size()) != wanted) {
      return es::Rejected(kSerialsDoNotMatch)
          .Saying(fmt::format("line {}: {} pieces listed, {} expected", line.line_number(),
                              line.serials_size(), wanted.ToString()))
          .With("line", line.line_number())
          .With("listed", line.serials_size())
          .With("expected", wanted.ToString())
          .Field(FieldOf("goods_receipt.lines", i, "serials"), "one for each accepted piece");
    }
    for (int j = 0; j < line.serials_size(); ++j) {
      const auto piece = CheckItem(
          line.serials(j), fmt::format("{}[{}]", FieldOf("goods_receipt.lines", i, "serials"), j));
      if (!piece.ok()) return piece.rejection();
      if (auto no = CheckNew(piece->item)) return no;
      if (!piece->warning.empty()) warnings_.push_back(piece->warning);
      *posted.add_serials() = piece->item;
    }
    return std::nullopt;
  }

  // Notes the rejected pieces: not more than were rejected.
  MaybeRejected Reject(const v1::ReceiptLine& line, int i, const Quantities& counted,
                       v1::PostedLine& posted) {
    const std::string field = FieldOf("goods_receipt.lines", i, "rejected_serials");
    if (Decimal::FromInt(line.rejected_serials_size()) > counted.rejected) {
      return es::Rejected(kSerialsDoNotMatch)
          .Saying(fmt::format("line {}: {} rejected pieces listed, {} rejected", line.line_number(),
                              line.rejected_serials_size(), counted.rejected.ToString()))
          .With("line", line.line_number())
          .With("listed", line.rejected_serials_size())
          .With("rejected", counted.rejected.ToString())
          .Field(field, "at most one for each rejected piece");
    }
    for (int j = 0; j < line.rejected_serials_size(); ++j) {
      const auto piece = CheckItem(line.rejected_serials(j), fmt::format("{}[{}]", field, j));
      if (!piece.ok()) return piece.rejection();
      *posted.add_rejected_serials() = piece->item;
    }
    return std::nullopt;
  }

  const std::vector<std::string>& warnings() const { return warnings_; }

 private:
  MaybeRejected CheckNew(const v1::SerialItem& piece) {
    for (const std::string& key : KeysOf(context_.operation, piece)) {
      std::string where;
      if (!seen_.insert(key).second) {
        where = "this receipt";
      } else if (const auto* received = view_.Find<v1::ReceivedItem>(key)) {
        where = received->goods_receipt();
      } else {
        continue;
      }
      return es::Rejected(kSerialTaken)
          .Saying(fmt::format("{} is in {} already", Describe(piece), where))
          .With("serial", piece.serial())
          .With("vin", piece.vin())
          .With("manufacturer", piece.manufacturer())
          .With("received_in", where);
    }
    return std::nullopt;
  }

  const View& view_;
  const Context& context_;
  std::set<std::string> seen_;
  std::vector<std::string> warnings_;
};

// Counts what came of the line now to all that came before; refused, with the numbers, before the
// sum leaves its range.
MaybeRejected Count(common::v1::Decimal& total, const Decimal& more, std::string_view what, int i) {
  const Decimal before = DecimalOf(total);
  const auto sum = CheckedAdd(before, more);
  if (!sum.ok()) {
    return es::InvalidField(
        FieldOf("goods_receipt.lines", i, what),
        fmt::format("{} more would be counted to {}, and that is more than can be held",
                    more.ToString(), before.ToString()));
  }
  total = ToProto(*sum);
  return std::nullopt;
}

// What came of one line: checked, counted in `line`, and as events say it.
Checked<v1::PostedLine> ReceiveLine(v1::OrderLine& line, const v1::ReceiptLine& delivered, int i,
                                    Pieces& pieces) {
  const auto counted = CheckDelivered(delivered, i);
  if (!counted.ok()) return counted.rejection();
  if (line.kind() == v1::LINE_KIND_GOODS_SERIAL &&
      (counted->rejected.scale() > 0 || counted->surplus.scale() > 0)) {
    return es::InvalidField(FieldOf("goods_receipt.lines", i, "rejected"),
                            "goods with serials come in whole pieces");
  }
  if (auto no = CheckRejectionReason(delivered, *counted, i)) return *no;
  if (auto no = CheckTolerated(line, counted->accepted)) return *no;

  v1::PostedLine posted;
  posted.set_line_number(line.line_number());
  posted.set_description(line.description());
  posted.set_description_bs(line.description_bs());
  posted.set_kind(line.kind());
  posted.set_unit(line.unit());
  *posted.mutable_accepted() = ToProto(counted->accepted);
  *posted.mutable_rejected() = ToProto(counted->rejected);
  *posted.mutable_surplus() = ToProto(counted->surplus);
  *posted.mutable_unit_price() = line.unit_price();
  posted.set_recipient(line.recipient());
  posted.set_centre(line.centre());
  posted.set_rejection_reason(delivered.rejection_reason());
  if (auto no = pieces.Accept(delivered, i, *counted, posted)) return *no;
  if (auto no = pieces.Reject(delivered, i, *counted, posted)) return *no;
  if (auto no = Count(*line.mutable_accepted(), counted->accepted, "accepted", i)) return *no;
  if (auto no = Count(*line.mutable_rejected(), counted->rejected, "rejected", i)) return *no;
  if (auto no = Count(*line.mutable_surplus(), counted->surplus, "surplus", i)) return *no;
  return posted;
}

// The receipt's lines, counted in `order`, which is recomputed.
Checked<std::vector<v1::PostedLine>> ReceiveLines(v1::PurchaseOrder& order,
                                                  const v1::GoodsReceipt& receipt,
                                                  std::string_view donor, Pieces& pieces) {
  if (receipt.lines().empty()) {
    return es::InvalidField("goods_receipt.lines", "must have at least one line");
  }
  const v1::PurchaseOrder before = order;
  std::vector<v1::PostedLine> lines;
  std::set<int> numbers;
  for (int i = 0; i < receipt.lines_size(); ++i) {
    const int number = receipt.lines(i).line_number();
    const std::string field = FieldOf("goods_receipt.lines", i, "line_number");
    v1::OrderLine* line = FindLine(order, number);
    if (line == nullptr) {
      return es::InvalidField(
          field, fmt::format("the order has no line {}; it has {}", number, order.lines_size()));
    }
    if (!numbers.insert(number).second) {
      return es::InvalidField(field, fmt::format("line {} stands twice in the receipt", number));
    }
    auto posted = ReceiveLine(*line, receipt.lines(i), i, pieces);
    if (!posted.ok()) return posted.rejection();
    lines.push_back(*posted);
    lines.back().set_donor(std::string(donor));
  }
  if (const auto status = Recompute(order); !status.ok()) {
    return es::InvalidField("goods_receipt.lines", std::string(status.message()));
  }
  order.set_state(IsOutstanding(order) ? v1::PURCHASE_ORDER_STATE_PARTIALLY_RECEIVED
                                       : v1::PURCHASE_ORDER_STATE_RECEIVED);
  for (v1::PostedLine& posted : lines) {
    // The difference of cumulated values, so that rounding never adds up.
    const v1::OrderLine& old_line = before.lines(posted.line_number() - 1);
    const v1::OrderLine& new_line = order.lines(posted.line_number() - 1);
    *posted.mutable_value() =
        ToProto(Difference(MoneyOf(new_line.spent()), MoneyOf(old_line.spent())));
  }
  return lines;
}

v1::GoodsReceiptPosted EventOf(const v1::PurchaseOrder& order, const v1::Supplier& supplier,
                               const std::vector<v1::PostedLine>& lines) {
  v1::GoodsReceiptPosted event;
  event.set_purchase_order(order.name());
  event.set_project(order.project());
  event.set_budget_line(order.budget_line());
  event.set_supplier(order.supplier());
  event.set_currency(order.total().currency_code());
  event.set_supplier_organisation(supplier.organisation());
  event.set_supplier_display_name(supplier.display_name());
  event.mutable_lines()->Assign(lines.begin(), lines.end());
  Money value = Money::Zero(CurrencyOf(order));
  for (const v1::PostedLine& line : lines) value = Sum(value, MoneyOf(line.value()));
  *event.mutable_value() = ToProto(value);
  *event.mutable_order() = FactsOf(order);
  return event;
}

Decision DecidePostGoodsReceipt(const View& view, const v1::PostGoodsReceiptRequest& command,
                                Context& context) {
  if (auto no = CheckParentIsOperation(view, context, command.parent())) return *no;
  const v1::GoodsReceipt& receipt = command.goods_receipt();
  const auto found = Find<v1::PurchaseOrder>(view, context, "goods_receipt.purchase_order",
                                             receipt.purchase_order(), kPurchaseOrderPattern);
  if (!found.ok()) return found.rejection();
  const v1::PurchaseOrder& before = **found;
  if (!IsOpenForReceipt(before.state())) return WrongOrderState(before, "be received against");
  if (auto no = CheckDuty(before, AtStake(before), context.principal, Duty::kReceiver,
                          PolicyOn(view, context))) {
    return *no;
  }
  if (auto no = CheckText("goods_receipt.delivery_note", receipt.delivery_note(), false, 100)) {
    return *no;
  }
  v1::PurchaseOrder after = before;
  Pieces pieces(view, context);
  const auto* project = view.Find<v1::Project>(before.project());
  const auto lines = ReceiveLines(after, receipt, project->donor(), pieces);
  if (!lines.ok()) return lines.rejection();

  const std::string number = context.NextNumber(view, "GRN").ToString();
  const auto name = NewName(view, context, command.parent(), "goodsReceipts", "goods_receipt_id",
                            command.goods_receipt_id(), number);
  if (!name.ok()) return name.rejection();
  auto event = EventOf(after, *view.Find<v1::Supplier>(before.supplier()), *lines);
  event.set_receipt(*name);
  event.set_document_number(number);
  event.set_delivery_note(receipt.delivery_note());
  event.set_receiver(context.principal);
  event.mutable_warnings()->Assign(pieces.warnings().begin(), pieces.warnings().end());
  Decision decision = es::Accepted(std::move(event)).Naming(*name);

  const BudgetChange change = BudgetChangeOf(before, after);
  if (!change.IsNothing()) {
    const auto* budget_line = view.Find<v1::BudgetLine>(before.budget_line());
    const auto moved = MoveBudget(*budget_line, *name, v1::BUDGET_MOVE_KIND_SPENT, change);
    if (!moved.ok()) return moved.rejection();
    decision.Add(*moved);
  }
  if (after.state() == v1::PURCHASE_ORDER_STATE_RECEIVED && before.state() != after.state()) {
    v1::PurchaseOrderReceived received;
    received.set_purchase_order(after.name());
    *received.mutable_order() = FactsOf(after);
    decision.Add(std::move(received));
  }
  return decision;
}

v1::ReceiptLine ReceiptLineOf(const v1::PostedLine& posted) {
  v1::ReceiptLine line;
  line.set_line_number(posted.line_number());
  *line.mutable_accepted() = posted.accepted();
  *line.mutable_rejected() = posted.rejected();
  *line.mutable_surplus() = posted.surplus();
  *line.mutable_delivered() =
      ToProto(Sum(Sum(DecimalOf(posted.accepted()), DecimalOf(posted.rejected())),
                  DecimalOf(posted.surplus())));
  line.set_rejection_reason(posted.rejection_reason());
  *line.mutable_serials() = posted.serials();
  *line.mutable_rejected_serials() = posted.rejected_serials();
  *line.mutable_value() = posted.value();
  *line.mutable_returned_accepted() = ToProto(Decimal());
  *line.mutable_returned_rejected() = ToProto(Decimal());
  *line.mutable_returned_surplus() = ToProto(Decimal());
  return line;
}

void FoldPosted(es::Entities& entities, const v1::GoodsReceiptPosted& event,
                const es::EventContext& context) {
  v1::GoodsReceipt receipt;
  receipt.set_name(event.receipt());
  receipt.set_document_number(event.document_number());
  receipt.set_state(v1::GOODS_RECEIPT_STATE_POSTED);
  receipt.set_purchase_order(event.purchase_order());
  receipt.set_delivery_note(event.delivery_note());
  for (const v1::PostedLine& posted : event.lines()) {
    *receipt.add_lines() = ReceiptLineOf(posted);
    v1::ReceivedItem where;
    where.set_goods_receipt(event.receipt());
    where.set_line_number(posted.line_number());
    for (const v1::SerialItem& piece : posted.serials()) {
      for (const std::string& key : KeysOf(context.operation, piece)) entities.Put(key, where);
    }
  }
  *receipt.mutable_value() = event.value();
  receipt.set_receiver(event.receiver());
  *receipt.mutable_receipt_time() = ToTimestamp(context.effective_at);
  *receipt.mutable_warnings() = event.warnings();
  Stamp(receipt, context);
  entities.Put(receipt.name(), receipt);

  entities.Edit<v1::PurchaseOrder>(event.purchase_order(), [&](v1::PurchaseOrder& order) {
    if (order.receipts() == 0) order.set_state_before_receipts(order.state());
    ApplyFacts(order, event.order());
    order.set_receipts(order.receipts() + 1);
    AddOnce(*order.mutable_receivers(), event.receiver());
    Stamp(order, context);
  });
}

void FoldReceived(es::Entities& entities, const v1::PurchaseOrderReceived& event,
                  const es::EventContext& context) {
  entities.Edit<v1::PurchaseOrder>(event.purchase_order(), [&](v1::PurchaseOrder& order) {
    ApplyFacts(order, event.order());
    Stamp(order, context);
  });
}

}  // namespace

void AddReceipts(es::Decider& decider) {
  decider.On<v1::PostGoodsReceiptRequest>(&DecidePostGoodsReceipt);
  decider.Fold<v1::GoodsReceiptPosted>(&FoldPosted);
  decider.Fold<v1::PurchaseOrderReceived>(&FoldReceived);
}

}  // namespace prihvat::procurement
