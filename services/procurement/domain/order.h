// What is computed from a purchase order: totals, what is outstanding, what is committed and spent;
// and its states and their moves.
#pragma once

#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "libs/base/money.h"
#include "libs/es/entities.h"
#include "prihvat/procurement/v1/events.pb.h"
#include "prihvat/procurement/v1/resources.pb.h"
#include "services/procurement/domain/budget.h"
#include "services/procurement/domain/checks.h"

namespace prihvat::procurement {

struct Policy;

// What is accepted of the line and was not returned.
base::Decimal KeptOf(const v1::OrderLine& line);

// quantity x (1 + percent / 100), exactly: of what CheckOrderedQuantity let pass, and of a
// percentage with at most 3 decimals.
base::Decimal Beyond(const base::Decimal& quantity, const base::Decimal& percent);
// quantity x (1 + tolerance).
base::Decimal ToleratedOf(const v1::OrderLine& line);
// The most that may be kept of the line over all deliveries: what is tolerated, or more where
// somebody waived the tolerance (waive_tolerance.cc).
base::Decimal LimitOf(const v1::OrderLine& line);

// Fills in what follows from the lines' quantities and prices and the order's state: totals,
// outstanding quantities, percentages, committed, spent. OUT_OF_RANGE where an amount is too large.
absl::Status Recompute(v1::PurchaseOrder& order);

// The difference that `after` makes to the budget line: of one order, before and after a change,
// both recomputed.
BudgetChange BudgetChangeOf(const v1::PurchaseOrder& before, const v1::PurchaseOrder& after);

// What events say of the order; and their fold.
v1::OrderFacts FactsOf(const v1::PurchaseOrder& order);
void ApplyFacts(v1::PurchaseOrder& order, const v1::OrderFacts& facts);

base::Currency CurrencyOf(const v1::PurchaseOrder& order);

v1::OrderLine* FindLine(v1::PurchaseOrder& order, int line_number);

// Whether money stays promised in that state.
bool HoldsCommitment(v1::PurchaseOrderState state);
// Whether goods may be delivered in that state.
bool IsOpenForReceipt(v1::PurchaseOrderState state);
// Whether the order is over.
bool HasEnded(v1::PurchaseOrderState state);
// Whether something is still to come.
bool IsOutstanding(const v1::PurchaseOrder& order);
// Whether the supplier agreed to an earlier version, and not yet to what was changed since. One
// that has agreed to none waits for nothing: goods may come before an acknowledgement.
bool AwaitsAcknowledgement(const v1::PurchaseOrder& order);
// The same of what was changed of one line.
bool AwaitsAcknowledgement(const v1::PurchaseOrder& order, const v1::OrderLine& line);

// "partially received"
std::string_view StateName(v1::PurchaseOrderState state);
// The rejection of a move that the order's state does not have; `wish` as in "be issued".
es::Rejection WrongOrderState(const v1::PurchaseOrder& order, std::string_view wish);

// Whether that person asked for the goods: wrote the requisition or order, or revised either
// (INV-10).
bool HasAsked(std::string_view requester,
              const google::protobuf::RepeatedPtrField<std::string>& revisers,
              std::string_view person);
inline bool IsRequester(const v1::PurchaseOrder& order, std::string_view person) {
  return HasAsked(order.requester(), order.revisers(), person);
}

// Whether that person has a duty in the order that its approver must not have (INV-10).
bool IsRequesterOrBuyer(const v1::PurchaseOrder& order, std::string_view person);
bool HasApproved(const google::protobuf::RepeatedPtrField<v1::Approval>& approvals,
                 std::string_view person);
// Whether that person has received goods of the order.
bool HasReceived(const v1::PurchaseOrder& order, std::string_view person);
// Adds a name to such a list, once.
void AddOnce(google::protobuf::RepeatedPtrField<std::string>& names, const std::string& name);

// No single quantity is larger: sums of them stay exact.
inline constexpr base::Decimal kMaxQuantity = base::Decimal::FromInt(1'000'000'000);

// An ordered quantity: above 0, whole for goods with serials, and not so large or fine that amounts
// could not be computed exactly.
MaybeRejected CheckOrderedQuantity(std::string_view field, v1::LineKind kind,
                                   const base::Decimal& quantity);

// The lines of a new order or of an amendment, checked; recorded quantities and numbers that a
// client may have sent are dropped. `list` is the field's path. Numbers begin at `first_number`.
Checked<std::vector<v1::OrderLine>> CheckOrderLines(
    const google::protobuf::RepeatedPtrField<v1::OrderLine>& lines, std::string_view list,
    int first_number, base::Currency currency, const es::View& view, const es::Context& context);

// That the order's lines of taxes come to no more than the policy's rates make of its other lines,
// rounded for each or once, whichever is more; where policy has rates. TAX_TOO_HIGH.
MaybeRejected CheckTaxes(const v1::PurchaseOrder& order, const Policy& policy);

// An order has so many lines at most.
inline constexpr int kMaxLines = 500;
// The longest warranty: what lasts longer is no term but a promise for good.
inline constexpr int kMaxWarrantyMonths = 240;

}  // namespace prihvat::procurement
