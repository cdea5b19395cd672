// A receipt that was posted by mistake is undone, and no other: its quantities and pieces are as if
// it had never been. What invoices that matched have of it cannot be undone.
#include <string>
#include <vector>

#include "fmt/format.h"
#include "libs/base/check.h"
#include "prihvat/procurement/v1/events.pb.h"
#include "prihvat/procurement/v1/service.pb.h"
#include "services/procurement/domain/budget.h"
#include "services/procurement/domain/checks.h"
#include "services/procurement/domain/decider.h"
#include "services/procurement/domain/duties.h"
#include "services/procurement/domain/frameworks.h"
#include "services/procurement/domain/order.h"
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

MaybeRejected CheckNothingReturned(const v1::GoodsReceipt& receipt) {
  for (const v1::ReceiptLine& line : receipt.lines()) {
    const Decimal returned =
        Sum(Sum(FromProto(line.returned_accepted()), FromProto(line.returned_rejected())),
            FromProto(line.returned_surplus()));
    if (returned.IsZero()) continue;
    return es::Rejected(kReceiptHasReturns)
        .Saying(fmt::format("of line {} of {}, {} went back to the supplier", line.line_number(),
                            receipt.name(), returned.ToString()))
        .With("name", receipt.name())
        .With("line", line.line_number())
        .With("returned", returned.ToString());
  }
  return std::nullopt;
}

// What is kept without the receipt is not less than what is invoiced.
MaybeRejected CheckNotInvoiced(const v1::OrderLine& line) {
  const Decimal kept = KeptOf(line);
  const Decimal invoiced = FromProto(line.invoiced());
  if (invoiced <= kept) return std::nullopt;
  return es::Rejected(kReceiptIsInvoiced)
      .Saying(fmt::format("line {} ({}): {} {} would be kept, and {} are in invoices that matched",
                          line.line_number(), line.description(), kept.ToString(), line.unit(),
                          invoiced.ToString()))
      .With("line", line.line_number())
      .With("kept", kept.ToString())
      .With("invoiced", invoiced.ToString());
}

void TakeOut(common::v1::Decimal& total, const common::v1::Decimal& part) {
  total = ToProto(Difference(FromProto(total), FromProto(part)));
}

// Where the order stands without the receipt. One that has ended stays so, and wants nothing more.
void Settle(v1::PurchaseOrder& order) {
  if (HasEnded(order.state())) {
    for (v1::OrderLine& line : *order.mutable_lines()) {
      *line.mutable_cancelled() =
          ToProto(Sum(FromProto(line.cancelled()), FromProto(line.outstanding())));
    }
  } else if (order.state() != v1::PURCHASE_ORDER_STATE_SUSPENDED) {
    if (order.receipts() == 1) {
      order.set_state(order.state_before_receipts());
    } else if (IsOutstanding(order)) {
      order.set_state(v1::PURCHASE_ORDER_STATE_PARTIALLY_RECEIVED);
    }
  }
  const auto status = Recompute(order);
  PRIHVAT_CHECK(status.ok(), status.ToString());  // amounts only fell
}

Checked<std::vector<v1::ReturnedLine>> UndoLines(const v1::GoodsReceipt& receipt,
                                                 v1::PurchaseOrder& order) {
  const v1::PurchaseOrder before = order;
  for (const v1::ReceiptLine& line : receipt.lines()) {
    v1::OrderLine& order_line = *FindLine(order, line.line_number());
    TakeOut(*order_line.mutable_accepted(), line.accepted());
    TakeOut(*order_line.mutable_rejected(), line.rejected());
    TakeOut(*order_line.mutable_surplus(), line.surplus());
    if (auto no = CheckNotInvoiced(order_line)) return *no;
  }
  const auto status = Recompute(order);
  PRIHVAT_CHECK(status.ok(), status.ToString());
  Settle(order);
  std::vector<v1::ReturnedLine> undone;
  for (const v1::ReceiptLine& line : receipt.lines()) {
    const int index = line.line_number() - 1;
    v1::ReturnedLine& out = undone.emplace_back();
    out.set_line_number(line.line_number());
    *out.mutable_accepted() = line.accepted();
    *out.mutable_rejected() = line.rejected();
    *out.mutable_surplus() = line.surplus();
    *out.mutable_serials() = line.serials();
    *out.mutable_value() = ToProto(
        Difference(FromProto(before.lines(index).spent()), FromProto(order.lines(index).spent())));
  }
  return undone;
}

Decision DecideReverse(const View& view, const v1::ReverseGoodsReceiptRequest& command,
                       Context& context) {
  const auto found = FindForEdit<v1::GoodsReceipt>(view, context, command.name(),
                                                   kGoodsReceiptPattern, command.etag());
  if (!found.ok()) return found.rejection();
  const v1::GoodsReceipt& receipt = **found;
  if (receipt.state() != v1::GOODS_RECEIPT_STATE_POSTED) {
    return WrongReceiptState(receipt, "be reversed");
  }
  if (auto no = CheckReason(command.reason())) return *no;
  if (auto no = CheckCameBefore(receipt, context)) return *no;
  if (auto no = CheckNothingReturned(receipt)) return *no;
  const auto& before = *view.Find<v1::PurchaseOrder>(receipt.purchase_order());
  if (auto no = CheckDuty(before, AtStake(before), context.principal, Duty::kReceiver,
                          PolicyOn(view, context))) {
    return *no;
  }
  v1::PurchaseOrder after = before;
  const auto lines = UndoLines(receipt, after);
  if (!lines.ok()) return lines.rejection();

  v1::GoodsReceiptReversed event;
  event.set_receipt(receipt.name());
  event.set_purchase_order(after.name());
  *event.mutable_order() = FactsOf(after);
  event.mutable_lines()->Assign(lines->begin(), lines->end());
  event.set_reason(command.reason());
  Decision decision = es::Accepted(std::move(event)).Naming(receipt.name());
  if (auto no = MoveCallOff(view, before, after, decision)) return *no;
  const BudgetChange change = BudgetChangeOf(before, after);
  if (change.IsNothing()) return decision;
  const auto* budget_line = view.Find<v1::BudgetLine>(before.budget_line());
  const auto moved =
      MoveBudget(*budget_line, receipt.name(), v1::BUDGET_MOVE_KIND_REVERSED, change);
  if (!moved.ok()) return moved.rejection();
  return std::move(decision).Then(*moved);
}

void FoldReversed(es::Entities& entities, const v1::GoodsReceiptReversed& event,
                  const es::EventContext& context) {
  entities.Edit<v1::GoodsReceipt>(event.receipt(), [&](v1::GoodsReceipt& receipt) {
    receipt.set_state(v1::GOODS_RECEIPT_STATE_REVERSED);
    receipt.set_reversal_reason(event.reason());
    Stamp(receipt, context);
  });
  for (const v1::ReturnedLine& undone : event.lines()) {
    for (const v1::SerialItem& piece : undone.serials()) {
      Forget(entities, context.operation, piece, event.receipt(), undone.line_number());
    }
  }
  entities.Edit<v1::PurchaseOrder>(event.purchase_order(), [&](v1::PurchaseOrder& order) {
    ApplyFacts(order, event.order());
    order.set_receipts(order.receipts() - 1);
    if (order.receipts() == 0 && order.state() == v1::PURCHASE_ORDER_STATE_SUSPENDED) {
      order.set_state_before_suspension(order.state_before_receipts());
    }
    Stamp(order, context);
  });
}

}  // namespace

void AddReceiptReversals(es::Decider& decider) {
  decider.On<v1::ReverseGoodsReceiptRequest>(&DecideReverse);
  decider.Fold<v1::GoodsReceiptReversed>(&FoldReversed);
}

}  // namespace prihvat::procurement
