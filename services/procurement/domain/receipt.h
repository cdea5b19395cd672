// A receipt of goods: what its commands have in common.
#pragma once

#include <set>
#include <string_view>

#include "prihvat/procurement/v1/resources.pb.h"
#include "services/procurement/domain/checks.h"

namespace prihvat::procurement {

// The rejection of a move that the receipt's state does not have; `wish` as in "be reversed".
es::Rejection WrongReceiptState(const v1::GoodsReceipt& receipt, std::string_view wish);

// The line of that number; nullptr for none.
const v1::ReceiptLine* FindReceiptLine(const v1::GoodsReceipt& receipt, int number);

// That the order has a line of that number, and the receipt none before: adds it to `numbers`.
// `list[i]` is the line in the request.
MaybeRejected CheckLineNumber(const v1::PurchaseOrder& order, int number, std::string_view list,
                              int i, std::set<int>& numbers);

// That it could be booked to the order now: quantities, tolerance and pieces (receive_goods.cc).
MaybeRejected CheckReceivable(const es::View& view, const es::Context& context,
                              const v1::PurchaseOrder& order,
                              const google::protobuf::RepeatedPtrField<v1::ReceiptLine>& lines,
                              std::string_view list);

// That the command takes effect not before `time`, when the receipt `was` something ("was
// counted").
MaybeRejected CheckNotBefore(const google::protobuf::Timestamp& time, std::string_view was,
                             std::string_view name, const es::Context& context);

// Nothing goes back, or is undone, before it came: what was spent at a moment is what is kept then.
MaybeRejected CheckCameBefore(const v1::GoodsReceipt& receipt, const es::Context& context);

// A delivery that was counted and neither booked nor given up is remembered below its order, so
// that the order does not end before it. Folds.
void RememberOpen(es::Entities& entities, std::string_view order, std::string_view receipt);
void ForgetOpen(es::Entities& entities, std::string_view order, std::string_view receipt);
// RECEIPT_OPEN, naming the receipt, where there is such a delivery; `wish` as in "be closed".
MaybeRejected CheckNoReceiptOpen(const es::View& view, std::string_view order,
                                 std::string_view wish);

}  // namespace prihvat::procurement
