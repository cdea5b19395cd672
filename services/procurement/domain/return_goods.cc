// Things go back to the supplier: what was rejected, what was held as surplus, and also what had
// been accepted. Gross and net stay apart: returning rejected goods changes nothing of what is kept
// (P4); returning accepted goods lowers it, and what is spent with it (P5).
#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "fmt/format.h"
#include "libs/base/check.h"
#include "prihvat/procurement/v1/events.pb.h"
#include "prihvat/procurement/v1/service.pb.h"
#include "prihvat/procurement/v1/state.pb.h"
#include "services/procurement/domain/budget.h"
#include "services/procurement/domain/checks.h"
#include "services/procurement/domain/decider.h"
#include "services/procurement/domain/frameworks.h"
#include "services/procurement/domain/invoice.h"
#include "services/procurement/domain/order.h"
#include "services/procurement/domain/reasons.h"
#include "services/procurement/domain/receipt.h"
#include "services/procurement/domain/serials.h"
#include "services/procurement/domain/values.h"

namespace prihvat::procurement {
namespace {

using base::Decimal;
using es::Context;
using es::Decision;
using es::View;

// `returned` more of what the receipt says came, of which `before` went back already.
MaybeRejected CheckLeft(std::string_view what, int line_number, const common::v1::Decimal& came,
                        const common::v1::Decimal& before, const Decimal& returned) {
  const Decimal left = Difference(FromProto(came), FromProto(before));
  if (returned <= left) return std::nullopt;
  return es::Rejected(kReturnTooMuch)
      .Saying(fmt::format("line {}: {} {} would be returned, {} are left of {}", line_number,
                          returned.ToString(), what, left.ToString(), FromProto(came).ToString()))
      .With("line", line_number)
      .With("what", what)
      .With("returned", returned.ToString())
      .With("left", left.ToString());
}

// The pieces of the receipt's line that go back, as they were received; each is there and kept.
MaybeRejected TakePieces(const View& view, const Context& context, const v1::GoodsReceipt& receipt,
                         const v1::ReceiptLine& line, const v1::GoodsToReturn& wanted, int i,
                         bool has_serials, v1::ReturnedLine& returned) {
  const Decimal expected = has_serials ? FromProto(returned.accepted()) : Decimal();
  if (Decimal::FromInt(wanted.serials_size()) != expected) {
    return es::Rejected(kSerialsDoNotMatch)
        .Saying(fmt::format("line {}: {} pieces listed, {} expected", line.line_number(),
                            wanted.serials_size(), expected.ToString()))
        .With("line", line.line_number())
        .With("listed", wanted.serials_size())
        .With("expected", expected.ToString())
        .Field(FieldOf("lines", i, "serials"), "one for each accepted piece that goes back");
  }
  std::set<std::string> taken;
  for (int j = 0; j < wanted.serials_size(); ++j) {
    const std::string field = fmt::format("{}[{}]", FieldOf("lines", i, "serials"), j);
    const auto piece = CheckItem(wanted.serials(j), field);
    if (!piece.ok()) return piece.rejection();
    const std::string key = KeysOf(context.operation, piece->item).front();
    const auto* received = view.Find<v1::ReceivedItem>(key);
    if (received == nullptr || received->goods_receipt() != receipt.name() ||
        received->line_number() != line.line_number()) {
      return es::InvalidField(field,
                              fmt::format("{} is not kept of line {} of {}", Describe(piece->item),
                                          line.line_number(), receipt.name()));
    }
    for (const v1::SerialItem& stored : line.serials()) {
      const auto keys = KeysOf(context.operation, stored);
      if (std::find(keys.begin(), keys.end(), key) == keys.end()) continue;
      if (!taken.insert(keys.front()).second) {
        return es::InvalidField(field, fmt::format("{} stands twice", Describe(piece->item)));
      }
      *returned.add_serials() = stored;
    }
  }
  return std::nullopt;
}

void Add(common::v1::Decimal& total, const common::v1::Decimal& more) {
  total = ToProto(Sum(FromProto(total), FromProto(more)));
}

// What of one line goes back: checked against the receipt's line and counted in the order's.
Checked<v1::ReturnedLine> ReturnLine(const View& view, const Context& context,
                                     const v1::GoodsReceipt& receipt, const v1::ReceiptLine& line,
                                     const v1::GoodsToReturn& wanted, int i,
                                     v1::OrderLine& order_line) {
  const auto accepted = CheckQuantity(FieldOf("lines", i, "accepted"), wanted.accepted());
  if (!accepted.ok()) return accepted.rejection();
  const auto rejected = CheckQuantity(FieldOf("lines", i, "rejected"), wanted.rejected());
  if (!rejected.ok()) return rejected.rejection();
  const auto surplus = CheckQuantity(FieldOf("lines", i, "surplus"), wanted.surplus());
  if (!surplus.ok()) return surplus.rejection();
  if (accepted->IsZero() && rejected->IsZero() && surplus->IsZero()) {
    return es::InvalidField(FieldOf("lines", i, "accepted"), "nothing of the line goes back");
  }
  const int number = line.line_number();
  if (auto no =
          CheckLeft("accepted", number, line.accepted(), line.returned_accepted(), *accepted)) {
    return *no;
  }
  if (auto no =
          CheckLeft("rejected", number, line.rejected(), line.returned_rejected(), *rejected)) {
    return *no;
  }
  if (auto no = CheckLeft("surplus", number, line.surplus(), line.returned_surplus(), *surplus)) {
    return *no;
  }
  v1::ReturnedLine returned;
  returned.set_line_number(number);
  *returned.mutable_accepted() = ToProto(*accepted);
  *returned.mutable_rejected() = ToProto(*rejected);
  *returned.mutable_surplus() = ToProto(*surplus);
  const bool has_serials = order_line.kind() == v1::LINE_KIND_GOODS_SERIAL;
  if (auto no = TakePieces(view, context, receipt, line, wanted, i, has_serials, returned)) {
    return *no;
  }
  Add(*order_line.mutable_returned_accepted(), returned.accepted());
  Add(*order_line.mutable_returned_rejected(), returned.rejected());
  Add(*order_line.mutable_returned_surplus(), returned.surplus());
  return returned;
}

// What stands open again after a return: to come in an order that goes on, cancelled in one that
// has ended.
void Settle(v1::PurchaseOrder& order) {
  if (HasEnded(order.state())) {
    for (v1::OrderLine& line : *order.mutable_lines()) {
      Add(*line.mutable_cancelled(), line.outstanding());
    }
    const auto status = Recompute(order);
    PRIHVAT_CHECK(status.ok(), status.ToString());
  } else if (order.state() == v1::PURCHASE_ORDER_STATE_RECEIVED && IsOutstanding(order)) {
    order.set_state(v1::PURCHASE_ORDER_STATE_PARTIALLY_RECEIVED);
  }
}

Checked<std::vector<v1::ReturnedLine>> ReturnLines(
    const View& view, const Context& context, const v1::GoodsReceipt& receipt,
    const google::protobuf::RepeatedPtrField<v1::GoodsToReturn>& wanted, v1::PurchaseOrder& order) {
  if (wanted.empty()) return es::InvalidField("lines", "must have at least one line");
  const v1::PurchaseOrder before = order;
  std::vector<v1::ReturnedLine> lines;
  std::set<int> numbers;
  for (int i = 0; i < wanted.size(); ++i) {
    const int number = wanted[i].line_number();
    const std::string field = FieldOf("lines", i, "line_number");
    const v1::ReceiptLine* line = FindReceiptLine(receipt, number);
    if (line == nullptr) {
      return es::InvalidField(field, fmt::format("the receipt has nothing of line {}", number));
    }
    if (!numbers.insert(number).second) {
      return es::InvalidField(field, fmt::format("line {} stands twice", number));
    }
    auto returned =
        ReturnLine(view, context, receipt, *line, wanted[i], i, *FindLine(order, number));
    if (!returned.ok()) return returned.rejection();
    lines.push_back(*returned);
  }
  const auto status = Recompute(order);
  PRIHVAT_CHECK(status.ok(), status.ToString());  // amounts only fell
  Settle(order);
  for (v1::ReturnedLine& line : lines) {
    const int index = line.line_number() - 1;
    *line.mutable_value() = ToProto(
        Difference(FromProto(before.lines(index).spent()), FromProto(order.lines(index).spent())));
  }
  return lines;
}

enum class ToldBy { kPeople, kHandover };

Decision Return(const View& view, const Context& context, const v1::GoodsReceipt& receipt,
                const google::protobuf::RepeatedPtrField<v1::GoodsToReturn>& wanted,
                const std::string& reason, ToldBy told_by) {
  const auto& before = *view.Find<v1::PurchaseOrder>(receipt.purchase_order());
  v1::PurchaseOrder after = before;
  const auto lines = ReturnLines(view, context, receipt, wanted, after);
  if (!lines.ok()) return lines.rejection();

  v1::GoodsReturned event;
  event.set_receipt(receipt.name());
  event.set_purchase_order(after.name());
  *event.mutable_order() = FactsOf(after);
  event.mutable_lines()->Assign(lines->begin(), lines->end());
  event.set_reason(reason);
  event.set_told_by_handover(told_by == ToldBy::kHandover);
  Decision decision = es::Accepted(std::move(event)).Naming(receipt.name());
  BlockWhatNoLongerMatches(view, after, "goods went back: " + reason, decision);
  if (auto no = MoveCallOff(view, before, after, decision)) return *no;
  const BudgetChange change = BudgetChangeOf(before, after);
  if (change.IsNothing()) return decision;
  const auto* budget_line = view.Find<v1::BudgetLine>(before.budget_line());
  const auto moved =
      MoveBudget(*budget_line, receipt.name(), v1::BUDGET_MOVE_KIND_RETURNED, change);
  if (!moved.ok()) return moved.rejection();
  return std::move(decision).Then(*moved);
}

Decision DecideReturnGoods(const View& view, const v1::ReturnGoodsRequest& command,
                           Context& context) {
  const auto found = FindForEdit<v1::GoodsReceipt>(view, context, command.name(),
                                                   kGoodsReceiptPattern, command.etag());
  if (!found.ok()) return found.rejection();
  if ((*found)->state() != v1::GOODS_RECEIPT_STATE_POSTED) {
    return WrongReceiptState(**found, "have things returned");
  }
  if (auto no = CheckReason(command.reason())) return *no;
  if (auto no = CheckCameBefore(**found, context)) return *no;
  return Return(view, context, **found, command.lines(), command.reason(), ToldBy::kPeople);
}

bool IsPiece(std::string_view operation, const v1::SerialItem& stored, const v1::SerialItem& item) {
  return KeysOf(operation, stored) == KeysOf(operation, item);
}

// What handover was told first. Where the piece is kept no longer it was told here too, and nothing
// happens.
Decision DecideRecordReturnedPiece(const View& view, const v1::RecordReturnedPieceRequest& command,
                                   Context& context) {
  const auto found =
      Find<v1::GoodsReceipt>(view, context, "receipt", command.receipt(), kGoodsReceiptPattern);
  if (!found.ok()) return found.rejection();
  const v1::GoodsReceipt& receipt = **found;
  const v1::ReceiptLine* line = FindReceiptLine(receipt, command.line_number());
  const auto piece = CheckItem(command.item(), "item");
  if (!piece.ok()) return piece.rejection();
  const bool came =
      line != nullptr && std::any_of(line->serials().begin(), line->serials().end(),
                                     [&](const v1::SerialItem& stored) {
                                       return IsPiece(context.operation, stored, piece->item);
                                     });
  if (!came) {
    return es::NotFound(fmt::format("{} in line {} of {}", Describe(piece->item),
                                    command.line_number(), receipt.name()));
  }
  if (receipt.state() != v1::GOODS_RECEIPT_STATE_POSTED) {
    return WrongReceiptState(receipt, "have things returned");
  }
  if (KeysHeld(view, context.operation, piece->item, receipt.name(), line->line_number()).empty()) {
    return es::Accepted();
  }
  if (auto no = CheckCameBefore(receipt, context)) return *no;
  google::protobuf::RepeatedPtrField<v1::GoodsToReturn> lines;
  v1::GoodsToReturn& returned = *lines.Add();
  returned.set_line_number(line->line_number());
  *returned.mutable_accepted() = ToProto(Decimal::FromInt(1));
  *returned.add_serials() = piece->item;
  return Return(view, context, receipt, lines, command.reason(), ToldBy::kHandover);
}

// The same of a part of a lot. Handover tells of each return once, and of none that it heard of
// here.
Decision DecideRecordReturnedLot(const View& view, const v1::RecordReturnedLotRequest& command,
                                 Context& context) {
  const auto found =
      Find<v1::GoodsReceipt>(view, context, "receipt", command.receipt(), kGoodsReceiptPattern);
  if (!found.ok()) return found.rejection();
  if ((*found)->state() != v1::GOODS_RECEIPT_STATE_POSTED) {
    return WrongReceiptState(**found, "have things returned");
  }
  if (auto no = CheckCameBefore(**found, context)) return *no;
  google::protobuf::RepeatedPtrField<v1::GoodsToReturn> lines;
  v1::GoodsToReturn& returned = *lines.Add();
  returned.set_line_number(command.line_number());
  *returned.mutable_accepted() = command.quantity();
  return Return(view, context, **found, lines, command.reason(), ToldBy::kHandover);
}

void FoldReturned(es::Entities& entities, const v1::GoodsReturned& event,
                  const es::EventContext& context) {
  entities.Edit<v1::GoodsReceipt>(event.receipt(), [&](v1::GoodsReceipt& receipt) {
    for (const v1::ReturnedLine& returned : event.lines()) {
      for (v1::ReceiptLine& line : *receipt.mutable_lines()) {
        if (line.line_number() != returned.line_number()) continue;
        Add(*line.mutable_returned_accepted(), returned.accepted());
        Add(*line.mutable_returned_rejected(), returned.rejected());
        Add(*line.mutable_returned_surplus(), returned.surplus());
      }
    }
    Stamp(receipt, context);
  });
  for (const v1::ReturnedLine& returned : event.lines()) {
    for (const v1::SerialItem& piece : returned.serials()) {
      Forget(entities, context.operation, piece, event.receipt(), returned.line_number());
    }
  }
  entities.Edit<v1::PurchaseOrder>(event.purchase_order(), [&](v1::PurchaseOrder& order) {
    ApplyFacts(order, event.order());
    Stamp(order, context);
  });
}

}  // namespace

void AddReturns(es::Decider& decider) {
  decider.On<v1::ReturnGoodsRequest>(&DecideReturnGoods);
  decider.On<v1::RecordReturnedPieceRequest>(&DecideRecordReturnedPiece);
  decider.On<v1::RecordReturnedLotRequest>(&DecideRecordReturnedLot);
  decider.Fold<v1::GoodsReturned>(&FoldReturned);
}

}  // namespace prihvat::procurement
