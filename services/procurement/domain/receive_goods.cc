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
#include "services/procurement/domain/frameworks.h"
#include "services/procurement/domain/order.h"
#include "services/procurement/domain/policy.h"
#include "services/procurement/domain/reasons.h"
#include "services/procurement/domain/receipt.h"
#include "services/procurement/domain/serials.h"
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

Checked<Quantities> CheckDelivered(const v1::ReceiptLine& line, std::string_view list, int i) {
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
    const std::string field = FieldOf(list, i, part.field);
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
        .Field(FieldOf(list, i, "delivered"), fmt::format("must be {}", sum.ToString()));
  }
  if (sum.IsZero()) {
    return es::InvalidField(FieldOf(list, i, "accepted"),
                            "nothing was delivered of the line; leave it out");
  }
  return counted;
}

MaybeRejected CheckRejectionReason(const v1::ReceiptLine& line, const Quantities& counted,
                                   std::string_view list, int i) {
  const std::string field = FieldOf(list, i, "rejection_reason");
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
  const std::string ordered = FromProto(line.quantity()).ToString();
  return es::Rejected(kOverReceipt)
      .Saying(fmt::format("line {} ({}): {} {} would be accepted in all, {} {} were ordered, the "
                          "limit is {} {} (tolerance {} %)",
                          line.line_number(), line.description(), accepted.ToString(), line.unit(),
                          ordered, line.unit(), limit.ToString(), line.unit(),
                          FromProto(line.tolerance_percent()).ToString()))
      .With("line", line.line_number())
      .With("ordered", ordered)
      .With("accepted", accepted.ToString())
      .With("limit", limit.ToString());
}

// Of what an amendment changed nothing is accepted before the supplier has agreed to that.
MaybeRejected CheckAgreedTo(const v1::PurchaseOrder& order, const v1::PostedLine& posted) {
  const v1::OrderLine& line = order.lines(posted.line_number() - 1);
  if (FromProto(posted.accepted()).IsZero() || !AwaitsAcknowledgement(order, line)) {
    return std::nullopt;
  }
  return es::Rejected(kChangeNotAcknowledged)
      .Saying(fmt::format("line {} ({}) was changed in version {}, and the supplier has agreed to "
                          "version {}",
                          line.line_number(), line.description(), line.changed_in_version(),
                          order.acknowledged_version()))
      .With("line", line.line_number())
      .With("changed_in_version", line.changed_in_version())
      .With("acknowledged_version", order.acknowledged_version());
}

// The pieces of one receipt: each once, and none that is kept already (INV-12).
class Pieces {
 public:
  Pieces(const View& view, const Context& context, std::string_view list)
      : view_(view), context_(context), list_(list) {}

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
          .Field(FieldOf(list_, i, "serials"), "one for each accepted piece");
    }
    for (int j = 0; j < line.serials_size(); ++j) {
      const auto piece =
          CheckItem(line.serials(j), fmt::format("{}[{}]", FieldOf(list_, i, "serials"), j));
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
    const std::string field = FieldOf(list_, i, "rejected_serials");
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
  const std::string_view list_;  // of the lines, in the request
  std::set<std::string> seen_;
  std::vector<std::string> warnings_;
};

// Counts what came of the line now to all that came before; refused, with the numbers, before the
// sum leaves its range.
MaybeRejected Count(common::v1::Decimal& total, const Decimal& more, std::string_view what,
                    std::string_view list, int i) {
  const Decimal before = FromProto(total);
  const auto sum = CheckedAdd(before, more);
  if (!sum.ok()) {
    return es::InvalidField(
        FieldOf(list, i, what),
        fmt::format("{} more would be counted to {}, and that is more than can be held",
                    more.ToString(), before.ToString()));
  }
  total = ToProto(*sum);
  return std::nullopt;
}

// What came of one line: checked, counted in `line`, and as events say it.
Checked<v1::PostedLine> ReceiveLine(v1::OrderLine& line, const v1::ReceiptLine& delivered,
                                    std::string_view list, int i, Pieces& pieces) {
  const auto counted = CheckDelivered(delivered, list, i);
  if (!counted.ok()) return counted.rejection();
  if (line.kind() == v1::LINE_KIND_GOODS_SERIAL &&
      (counted->rejected.scale() > 0 || counted->surplus.scale() > 0)) {
    return es::InvalidField(FieldOf(list, i, "rejected"),
                            "goods with serials come in whole pieces");
  }
  if (auto no = CheckRejectionReason(delivered, *counted, list, i)) return *no;
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
  if (auto no = Count(*line.mutable_accepted(), counted->accepted, "accepted", list, i)) return *no;
  if (auto no = Count(*line.mutable_rejected(), counted->rejected, "rejected", list, i)) return *no;
  if (auto no = Count(*line.mutable_surplus(), counted->surplus, "surplus", list, i)) return *no;
  return posted;
}

using ReceiptLines = google::protobuf::RepeatedPtrField<v1::ReceiptLine>;

// The receipt's lines, counted in `order`, which is recomputed.
Checked<std::vector<v1::PostedLine>> ReceiveLines(v1::PurchaseOrder& order,
                                                  const ReceiptLines& receipt,
                                                  std::string_view list, Pieces& pieces) {
  if (receipt.empty()) return es::InvalidField(list, "must have at least one line");
  const v1::PurchaseOrder before = order;
  std::vector<v1::PostedLine> lines;
  std::set<int> numbers;
  for (int i = 0; i < receipt.size(); ++i) {
    const int number = receipt[i].line_number();
    if (auto no = CheckLineNumber(order, number, list, i, numbers)) return *no;
    auto posted = ReceiveLine(*FindLine(order, number), receipt[i], list, i, pieces);
    if (!posted.ok()) return posted.rejection();
    if (auto no = CheckAgreedTo(order, *posted)) return *no;
    lines.push_back(*posted);
  }
  if (const auto status = Recompute(order); !status.ok()) {
    return es::InvalidField(list, std::string(status.message()));
  }
  order.set_state(IsOutstanding(order) ? v1::PURCHASE_ORDER_STATE_PARTIALLY_RECEIVED
                                       : v1::PURCHASE_ORDER_STATE_RECEIVED);
  for (v1::PostedLine& posted : lines) {
    // The difference of cumulated values, so that rounding never adds up.
    const v1::OrderLine& old_line = before.lines(posted.line_number() - 1);
    const v1::OrderLine& new_line = order.lines(posted.line_number() - 1);
    *posted.mutable_value() =
        ToProto(Difference(FromProto(new_line.spent()), FromProto(old_line.spent())));
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
  for (const v1::PostedLine& line : lines) value = Sum(value, FromProto(line.value()));
  *event.mutable_value() = ToProto(value);
  *event.mutable_order() = FactsOf(order);
  return event;
}

// Who pays: what the budget line says, or else the project's donor.
void SetPayers(const View& view, const v1::PurchaseOrder& order, v1::GoodsReceiptPosted& event) {
  const auto& sources = view.Find<v1::BudgetLine>(order.budget_line())->funding_shares();
  const std::string& donor =
      sources.empty() ? view.Find<v1::Project>(order.project())->donor() : sources.begin()->donor();
  for (v1::PostedLine& line : *event.mutable_lines()) {
    line.set_donor(donor);
    *line.mutable_funding_shares() = sources;
  }
}

// Who received: each is kept apart from who asked, approved and pays, also from what they did since
// they counted.
MaybeRejected CheckReceivers(const View& view, const Context& context,
                             const v1::PurchaseOrder& order, const v1::GoodsReceipt& receipt) {
  const Policy policy = PolicyOn(view, context);
  for (const std::string& person :
       {context.principal, std::string(receipt.counter()), std::string(receipt.inspector())}) {
    if (person.empty()) continue;  // all in one
    if (auto no = CheckDuty(order, AtStake(order), person, Duty::kReceiver, policy)) return no;
  }
  return std::nullopt;
}

// Books the receipt, which has its name and number.
Decision Post(const View& view, const Context& context, const v1::GoodsReceipt& receipt,
              std::string_view list) {
  const auto& before = *view.Find<v1::PurchaseOrder>(receipt.purchase_order());
  v1::PurchaseOrder after = before;
  Pieces pieces(view, context, list);
  const auto lines = ReceiveLines(after, receipt.lines(), list, pieces);
  if (!lines.ok()) return lines.rejection();
  auto event = EventOf(after, *view.Find<v1::Supplier>(before.supplier()), *lines);
  SetPayers(view, before, event);
  event.set_receipt(receipt.name());
  event.set_document_number(receipt.document_number());
  event.set_delivery_note(receipt.delivery_note());
  event.set_receiver(context.principal);
  event.set_counter(receipt.counter());
  event.set_inspector(receipt.inspector());
  event.mutable_warnings()->Assign(pieces.warnings().begin(), pieces.warnings().end());
  Decision decision = es::Accepted(std::move(event)).Naming(receipt.name());

  if (auto no = MoveCallOff(view, before, after, decision)) return *no;
  const BudgetChange change = BudgetChangeOf(before, after);
  if (!change.IsNothing()) {
    const auto* budget_line = view.Find<v1::BudgetLine>(before.budget_line());
    const auto moved = MoveBudget(*budget_line, receipt.name(), v1::BUDGET_MOVE_KIND_SPENT, change);
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

// The last of three steps.
Decision PostInspected(const View& view, const v1::PostGoodsReceiptRequest& command,
                       const Context& context) {
  if (command.has_goods_receipt() || !command.parent().empty()) {
    return es::InvalidField("goods_receipt", "is for what is booked in one; `name` has its own");
  }
  const auto found = FindForEdit<v1::GoodsReceipt>(view, context, command.name(),
                                                   kGoodsReceiptPattern, command.etag());
  if (!found.ok()) return found.rejection();
  const v1::GoodsReceipt& receipt = **found;
  if (receipt.state() != v1::GOODS_RECEIPT_STATE_INSPECTED) {
    return WrongReceiptState(receipt, "be posted");
  }
  if (auto no = CheckNotBefore(receipt.inspect_time(), "was inspected", receipt.name(), context)) {
    return *no;
  }
  const auto& order = *view.Find<v1::PurchaseOrder>(receipt.purchase_order());
  if (!IsOpenForReceipt(order.state())) return WrongOrderState(order, "be received against");
  if (auto no = CheckReceivers(view, context, order, receipt)) return *no;
  return Post(view, context, receipt, "lines");
}

// Counted, inspected and booked in one.
Decision PostInOne(const View& view, const v1::PostGoodsReceiptRequest& command, Context& context) {
  if (auto no = CheckParentIsOperation(view, context, command.parent())) return *no;
  v1::GoodsReceipt receipt;
  receipt.set_purchase_order(command.goods_receipt().purchase_order());
  receipt.set_delivery_note(command.goods_receipt().delivery_note());
  *receipt.mutable_lines() = command.goods_receipt().lines();
  const auto order = Find<v1::PurchaseOrder>(view, context, "goods_receipt.purchase_order",
                                             receipt.purchase_order(), kPurchaseOrderPattern);
  if (!order.ok()) return order.rejection();
  if (!IsOpenForReceipt((*order)->state())) return WrongOrderState(**order, "be received against");
  if (auto no = CheckReceivers(view, context, **order, receipt)) return *no;
  if (auto no = CheckText("goods_receipt.delivery_note", receipt.delivery_note(), false, 100)) {
    return *no;
  }
  receipt.set_document_number(context.NextNumber(view, "GRN").ToString());
  const auto name = NewName(view, context, command.parent(), "goodsReceipts", "goods_receipt_id",
                            command.goods_receipt_id(), receipt.document_number());
  if (!name.ok()) return name.rejection();
  receipt.set_name(*name);
  return Post(view, context, receipt, "goods_receipt.lines");
}

Decision DecidePostGoodsReceipt(const View& view, const v1::PostGoodsReceiptRequest& command,
                                Context& context) {
  return command.name().empty() ? PostInOne(view, command, context)
                                : PostInspected(view, command, context);
}

v1::ReceiptLine ReceiptLineOf(const v1::PostedLine& posted) {
  v1::ReceiptLine line;
  line.set_line_number(posted.line_number());
  *line.mutable_accepted() = posted.accepted();
  *line.mutable_rejected() = posted.rejected();
  *line.mutable_surplus() = posted.surplus();
  *line.mutable_delivered() =
      ToProto(Sum(Sum(FromProto(posted.accepted()), FromProto(posted.rejected())),
                  FromProto(posted.surplus())));
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
  const auto* inspected = entities.Find<v1::GoodsReceipt>(event.receipt());
  v1::GoodsReceipt receipt = inspected == nullptr ? v1::GoodsReceipt() : *inspected;
  receipt.clear_lines();
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
  receipt.set_supplier(event.supplier());
  receipt.set_project(event.project());
  *receipt.mutable_receipt_time() = ToProto(context.effective_at);
  *receipt.mutable_warnings() = event.warnings();
  Stamp(receipt, context);
  entities.Put(receipt.name(), receipt);
  ForgetOpen(entities, event.purchase_order(), event.receipt());

  entities.Edit<v1::PurchaseOrder>(event.purchase_order(), [&](v1::PurchaseOrder& order) {
    if (order.receipts() == 0) order.set_state_before_receipts(order.state());
    ApplyFacts(order, event.order());
    order.set_receipts(order.receipts() + 1);
    for (const std::string* person : {&event.receiver(), &event.counter(), &event.inspector()}) {
      if (!person->empty()) AddOnce(*order.mutable_receivers(), *person);
    }
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

MaybeRejected CheckReceivable(const View& view, const Context& context,
                              const v1::PurchaseOrder& order, const ReceiptLines& lines,
                              std::string_view list) {
  v1::PurchaseOrder after = order;
  Pieces pieces(view, context, list);
  const auto posted = ReceiveLines(after, lines, list, pieces);
  if (!posted.ok()) return posted.rejection();
  return std::nullopt;
}

void AddReceipts(es::Decider& decider) {
  decider.On<v1::PostGoodsReceiptRequest>(&DecidePostGoodsReceipt);
  decider.Fold<v1::GoodsReceiptPosted>(&FoldPosted);
  decider.Fold<v1::PurchaseOrderReceived>(&FoldReceived);
}

}  // namespace prihvat::procurement
