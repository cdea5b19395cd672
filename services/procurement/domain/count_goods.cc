// A delivery at the gate: it is counted, then inspected, and then booked (receive_goods.cc), by one
// person or by several; or it is given up. That something came is a fact and is counted whatever
// the order says; what of it is accepted has to fit the order.
#include <set>
#include <string>

#include "fmt/format.h"
#include "prihvat/procurement/v1/events.pb.h"
#include "prihvat/procurement/v1/service.pb.h"
#include "services/procurement/domain/checks.h"
#include "services/procurement/domain/decider.h"
#include "services/procurement/domain/duties.h"
#include "services/procurement/domain/order.h"
#include "services/procurement/domain/policy.h"
#include "services/procurement/domain/reasons.h"
#include "services/procurement/domain/receipt.h"
#include "services/procurement/domain/values.h"

namespace prihvat::procurement {
namespace {

using base::Decimal;
using es::Context;
using es::Decision;
using es::View;

// Something may have come of it: it was sent to the supplier, and not given up before.
bool MayBeDelivered(v1::PurchaseOrderState state) {
  return state != v1::PURCHASE_ORDER_STATE_DRAFT && state != v1::PURCHASE_ORDER_STATE_APPROVED &&
         state != v1::PURCHASE_ORDER_STATE_CANCELLED;
}

// What was counted of each line, and nothing about what it is worth: that is for the inspection.
Checked<std::vector<v1::ReceiptLine>> CheckCounted(const v1::PurchaseOrder& order,
                                                   const v1::GoodsReceipt& receipt) {
  constexpr char kList[] = "goods_receipt.lines";
  if (receipt.lines().empty()) return es::InvalidField(kList, "must have at least one line");
  std::vector<v1::ReceiptLine> lines;
  std::set<int> numbers;
  for (int i = 0; i < receipt.lines_size(); ++i) {
    const v1::ReceiptLine& line = receipt.lines(i);
    if (auto no = CheckLineNumber(order, line.line_number(), kList, i, numbers)) return *no;
    if (line.has_accepted() || line.has_rejected() || line.has_surplus() ||
        !line.serials().empty() || !line.rejected_serials().empty() ||
        !line.rejection_reason().empty()) {
      return es::InvalidField(FieldOf(kList, i, "accepted"),
                              "is for the inspection; a count says what was delivered");
    }
    const std::string field = FieldOf(kList, i, "delivered");
    const auto delivered = CheckQuantity(field, line.delivered());
    if (!delivered.ok()) return delivered.rejection();
    if (delivered->IsZero()) return es::InvalidField(field, "must be above 0");
    if (*delivered > kMaxQuantity) {
      return es::InvalidField(field, fmt::format("must be at most {}, is {}",
                                                 kMaxQuantity.ToString(), delivered->ToString()));
    }
    v1::ReceiptLine& counted = lines.emplace_back();
    counted.set_line_number(line.line_number());
    *counted.mutable_delivered() = ToProto(*delivered);
  }
  return lines;
}

Decision DecideCount(const View& view, const v1::CountGoodsReceiptRequest& command,
                     Context& context) {
  if (auto no = CheckParentIsOperation(view, context, command.parent())) return *no;
  const v1::GoodsReceipt& receipt = command.goods_receipt();
  const auto found = Find<v1::PurchaseOrder>(view, context, "goods_receipt.purchase_order",
                                             receipt.purchase_order(), kPurchaseOrderPattern);
  if (!found.ok()) return found.rejection();
  const v1::PurchaseOrder& order = **found;
  if (!MayBeDelivered(order.state())) return WrongOrderState(order, "be delivered");
  if (auto no = CheckDuty(order, AtStake(order), context.principal, Duty::kReceiver,
                          PolicyOn(view, context))) {
    return *no;
  }
  if (auto no = CheckText("goods_receipt.delivery_note", receipt.delivery_note(), false, 100)) {
    return *no;
  }
  const auto lines = CheckCounted(order, receipt);
  if (!lines.ok()) return lines.rejection();
  const std::string number = context.NextNumber(view, "GRN").ToString();
  const auto name = NewName(view, context, command.parent(), "goodsReceipts", "goods_receipt_id",
                            command.goods_receipt_id(), number);
  if (!name.ok()) return name.rejection();
  v1::GoodsReceiptCounted event;
  event.set_receipt(*name);
  event.set_purchase_order(order.name());
  event.set_document_number(number);
  event.set_delivery_note(receipt.delivery_note());
  event.mutable_lines()->Assign(lines->begin(), lines->end());
  event.set_counter(context.principal);
  return es::Accepted(std::move(event)).Naming(*name);
}

// The inspection says of each line that was counted what becomes of it, of no other, and of no more
// and no less than was counted (INV-08).
MaybeRejected CheckSameAsCounted(const v1::GoodsReceipt& receipt,
                                 const google::protobuf::RepeatedPtrField<v1::ReceiptLine>& lines) {
  if (lines.size() != receipt.lines_size()) {
    return es::InvalidField("lines", fmt::format("must be the {} that were counted, are {}",
                                                 receipt.lines_size(), lines.size()));
  }
  for (int i = 0; i < lines.size(); ++i) {
    const v1::ReceiptLine* counted = FindReceiptLine(receipt, lines[i].line_number());
    if (counted == nullptr) {
      return es::InvalidField(FieldOf("lines", i, "line_number"),
                              fmt::format("line {} was not counted", lines[i].line_number()));
    }
    const Decimal delivered = FromProto(counted->delivered());
    const std::string field = FieldOf("lines", i, "delivered");
    const auto said = CheckQuantity(field, lines[i].delivered());
    if (!said.ok()) return said.rejection();
    if (*said != delivered) {
      return es::InvalidField(
          field, fmt::format("{} were counted, not {}", delivered.ToString(), said->ToString()));
    }
  }
  return std::nullopt;
}

Decision DecideInspect(const View& view, const v1::InspectGoodsReceiptRequest& command,
                       Context& context) {
  const auto found = FindForEdit<v1::GoodsReceipt>(view, context, command.name(),
                                                   kGoodsReceiptPattern, command.etag());
  if (!found.ok()) return found.rejection();
  const v1::GoodsReceipt& receipt = **found;
  if (receipt.state() != v1::GOODS_RECEIPT_STATE_COUNTING) {
    return WrongReceiptState(receipt, "be inspected");
  }
  if (auto no = CheckNotBefore(receipt.count_time(), "was counted", receipt.name(), context)) {
    return *no;
  }
  const auto& order = *view.Find<v1::PurchaseOrder>(receipt.purchase_order());
  if (auto no = CheckDuty(order, AtStake(order), context.principal, Duty::kReceiver,
                          PolicyOn(view, context))) {
    return *no;
  }
  auto lines = command.lines();
  for (v1::ReceiptLine& line : lines) {
    const v1::ReceiptLine* counted = FindReceiptLine(receipt, line.line_number());
    if (!line.has_delivered() && counted != nullptr) {
      *line.mutable_delivered() = counted->delivered();
    }
  }
  if (auto no = CheckSameAsCounted(receipt, lines)) return *no;
  // As it would be booked now: who inspects hears at once what does not fit the order.
  if (auto no = CheckReceivable(view, context, order, lines, "lines")) return *no;

  v1::GoodsReceiptInspected event;
  event.set_receipt(receipt.name());
  event.set_purchase_order(order.name());
  *event.mutable_lines() = std::move(lines);
  event.set_inspector(context.principal);
  return es::Accepted(std::move(event)).Naming(receipt.name());
}

Decision DecideAbandon(const View& view, const v1::AbandonGoodsReceiptRequest& command,
                       Context& context) {
  const auto found = FindForEdit<v1::GoodsReceipt>(view, context, command.name(),
                                                   kGoodsReceiptPattern, command.etag());
  if (!found.ok()) return found.rejection();
  const v1::GoodsReceipt& receipt = **found;
  if (receipt.state() != v1::GOODS_RECEIPT_STATE_COUNTING &&
      receipt.state() != v1::GOODS_RECEIPT_STATE_INSPECTED) {
    return WrongReceiptState(receipt, "be abandoned");
  }
  if (auto no = CheckReason(command.reason())) return *no;
  v1::GoodsReceiptAbandoned event;
  event.set_receipt(receipt.name());
  event.set_purchase_order(receipt.purchase_order());
  event.set_reason(command.reason());
  return es::Accepted(std::move(event)).Naming(receipt.name());
}

void FoldCounted(es::Entities& entities, const v1::GoodsReceiptCounted& event,
                 const es::EventContext& context) {
  v1::GoodsReceipt receipt;
  receipt.set_name(event.receipt());
  receipt.set_document_number(event.document_number());
  receipt.set_state(v1::GOODS_RECEIPT_STATE_COUNTING);
  receipt.set_purchase_order(event.purchase_order());
  receipt.set_delivery_note(event.delivery_note());
  *receipt.mutable_lines() = event.lines();
  receipt.set_counter(event.counter());
  *receipt.mutable_count_time() = ToProto(context.effective_at);
  if (const auto* order = entities.Find<v1::PurchaseOrder>(event.purchase_order())) {
    receipt.set_supplier(order->supplier());
    receipt.set_project(order->project());
  }
  Stamp(receipt, context);
  entities.Put(receipt.name(), receipt);
  RememberOpen(entities, event.purchase_order(), event.receipt());
}

void FoldInspected(es::Entities& entities, const v1::GoodsReceiptInspected& event,
                   const es::EventContext& context) {
  entities.Edit<v1::GoodsReceipt>(event.receipt(), [&](v1::GoodsReceipt& receipt) {
    receipt.set_state(v1::GOODS_RECEIPT_STATE_INSPECTED);
    *receipt.mutable_lines() = event.lines();
    receipt.set_inspector(event.inspector());
    *receipt.mutable_inspect_time() = ToProto(context.effective_at);
    Stamp(receipt, context);
  });
}

void FoldAbandoned(es::Entities& entities, const v1::GoodsReceiptAbandoned& event,
                   const es::EventContext& context) {
  entities.Edit<v1::GoodsReceipt>(event.receipt(), [&](v1::GoodsReceipt& receipt) {
    receipt.set_state(v1::GOODS_RECEIPT_STATE_ABANDONED);
    receipt.set_abandonment_reason(event.reason());
    Stamp(receipt, context);
  });
  ForgetOpen(entities, event.purchase_order(), event.receipt());
}

}  // namespace

void AddReceiptCounts(es::Decider& decider) {
  decider.On<v1::CountGoodsReceiptRequest>(&DecideCount);
  decider.On<v1::InspectGoodsReceiptRequest>(&DecideInspect);
  decider.On<v1::AbandonGoodsReceiptRequest>(&DecideAbandon);
  decider.Fold<v1::GoodsReceiptCounted>(&FoldCounted);
  decider.Fold<v1::GoodsReceiptInspected>(&FoldInspected);
  decider.Fold<v1::GoodsReceiptAbandoned>(&FoldAbandoned);
}

}  // namespace prihvat::procurement
