// Amending an order: new quantities and prices, new lines; one version higher. The total never
// exceeds what was approved: a change that would raise it above waits until as many people have
// approved it as the new total's band asks for (INV-05).
#include <algorithm>
#include <vector>

#include "fmt/format.h"
#include "prihvat/procurement/v1/events.pb.h"
#include "prihvat/procurement/v1/service.pb.h"
#include "services/procurement/domain/approvals.h"
#include "services/procurement/domain/awards.h"
#include "services/procurement/domain/budget.h"
#include "services/procurement/domain/checks.h"
#include "services/procurement/domain/decider.h"
#include "services/procurement/domain/duties.h"
#include "services/procurement/domain/frameworks.h"
#include "services/procurement/domain/order.h"
#include "services/procurement/domain/policy.h"
#include "services/procurement/domain/reasons.h"
#include "services/procurement/domain/suppliers.h"
#include "services/procurement/domain/values.h"

namespace prihvat::procurement {
namespace {

using base::Decimal;
using base::Money;
using es::Context;
using es::Decision;
using es::Entities;
using es::EventContext;
using es::View;
using v1::PurchaseOrder;

bool MayBeAmended(v1::PurchaseOrderState state) {
  return state == v1::PURCHASE_ORDER_STATE_APPROVED || state == v1::PURCHASE_ORDER_STATE_ISSUED ||
         state == v1::PURCHASE_ORDER_STATE_ACKNOWLEDGED ||
         state == v1::PURCHASE_ORDER_STATE_PARTIALLY_RECEIVED;
}

MaybeRejected ChangeQuantity(v1::OrderLine& line, const v1::OrderLineChange& change, int i) {
  const std::string field = FieldOf("changes", i, "quantity");
  const auto quantity = CheckQuantity(field, change.quantity());
  if (!quantity.ok()) return quantity.rejection();
  const Decimal kept = KeptOf(line);
  if (*quantity < kept) {
    return es::Rejected(kBelowReceived)
        .Saying(fmt::format("line {}: {} {} are kept, so the quantity cannot be {}",
                            line.line_number(), kept.ToString(), line.unit(), quantity->ToString()))
        .With("line", line.line_number())
        .With("kept", kept.ToString())
        .With("quantity", quantity->ToString());
  }
  if (auto no = CheckOrderedQuantity(field, line.kind(), *quantity)) return no;
  *line.mutable_quantity() = ToProto(*quantity);
  return std::nullopt;
}

MaybeRejected ChangePrice(v1::OrderLine& line, const v1::OrderLineChange& change, int i) {
  const auto price = CheckAmount(FieldOf("changes", i, "unit_price"), change.unit_price(),
                                 FromProto(line.unit_price()).currency());
  if (!price.ok()) return price.rejection();
  const Decimal accepted = FromProto(line.accepted());
  if (!accepted.IsZero() && *price != FromProto(line.unit_price())) {
    return es::Rejected(kPriceIsFixed)
        .Saying(fmt::format("line {}: {} {} were accepted at {}", line.line_number(),
                            accepted.ToString(), line.unit(),
                            FromProto(line.unit_price()).Format()))
        .With("line", line.line_number())
        .With("accepted", accepted.ToString())
        .With("unit_price", FromProto(line.unit_price()).Format());
  }
  *line.mutable_unit_price() = ToProto(*price);
  return std::nullopt;
}

Money TaxesOf(const PurchaseOrder& order) {
  Money taxes = Money::Zero(CurrencyOf(order));
  for (const v1::OrderLine& line : order.lines()) {
    if (line.kind() == v1::LINE_KIND_TAX) taxes = Sum(taxes, FromProto(line.total()));
  }
  return taxes;
}

// Whose taxes are above the rates of the day already, such as an order from before they were
// adopted, may still be reduced: it is judged only where it would be charged more taxes, or
// another one.
MaybeRejected CheckTaxesOfChange(const PurchaseOrder& before, const PurchaseOrder& after,
                                 const Policy& policy) {
  const bool adds_one =
      std::any_of(after.lines().begin() + before.lines_size(), after.lines().end(),
                  [](const v1::OrderLine& line) { return line.kind() == v1::LINE_KIND_TAX; });
  const bool rises = TaxesOf(after).minor() > TaxesOf(before).minor();
  if (!adds_one && !rises && CheckTaxes(before, policy)) return std::nullopt;
  return CheckTaxes(after, policy);
}

// The order with the changes, or why they cannot be made.
Checked<PurchaseOrder> Changed(
    const PurchaseOrder& order,
    const google::protobuf::RepeatedPtrField<v1::OrderLineChange>& changes,
    const google::protobuf::RepeatedPtrField<v1::OrderLine>& added, const View& view,
    const Context& context) {
  PurchaseOrder changed = order;
  for (int i = 0; i < changes.size(); ++i) {
    const v1::OrderLineChange& change = changes[i];
    v1::OrderLine* line = FindLine(changed, change.line_number());
    if (line == nullptr) {
      return es::InvalidField(FieldOf("changes", i, "line_number"),
                              fmt::format("the order has no line {}; it has {}",
                                          change.line_number(), order.lines_size()));
    }
    if (change.has_quantity()) {
      if (auto no = ChangeQuantity(*line, change, i)) return *no;
    }
    if (change.has_unit_price()) {
      if (auto no = ChangePrice(*line, change, i)) return *no;
    }
  }
  const auto* agreement = view.Find<v1::FrameworkAgreement>(order.framework_agreement());
  const auto lines = CheckOrderLines(WithAgreedTerms(agreement, added), "added_lines",
                                     order.lines_size() + 1, CurrencyOf(order), view, context);
  if (!lines.ok()) return lines.rejection();
  if (auto no = CheckCallOffLines(agreement, *lines, "added_lines")) return *no;
  // As they would be, in the order of the changes, which is how the client knows them.
  std::vector<v1::OrderLine> changed_lines;
  for (const v1::OrderLineChange& change : changes) {
    changed_lines.push_back(*FindLine(changed, change.line_number()));
  }
  if (auto no = CheckCallOffLines(agreement, changed_lines, "changes")) return *no;
  for (const v1::OrderLine& line : *lines) *changed.add_lines() = line;
  if (const auto status = Recompute(changed); !status.ok()) {
    return es::InvalidField("changes", std::string(status.message()));
  }
  if (auto no = CheckTaxesOfChange(order, changed, PolicyOn(view, context))) return *no;
  return changed;
}

// As far as an amendment can change a line.
bool IsSame(const v1::OrderLine& a, const v1::OrderLine& b) {
  return FromProto(a.quantity()) == FromProto(b.quantity()) &&
         FromProto(a.unit_price()) == FromProto(b.unit_price());
}

bool SameLines(const PurchaseOrder& a, const PurchaseOrder& b) {
  return std::equal(a.lines().begin(), a.lines().end(), b.lines().begin(), b.lines().end(),
                    &IsSame);
}

// What the new version changed: the supplier has to agree to it where it agreed before, and a
// waiver was for the line as it was.
void MarkChanged(const PurchaseOrder& before, PurchaseOrder& after) {
  for (int i = 0; i < after.lines_size(); ++i) {
    v1::OrderLine& line = *after.mutable_lines(i);
    if (i < before.lines_size() && IsSame(before.lines(i), line)) continue;
    line.set_changed_in_version(after.version());
    line.clear_tolerance_waiver();
  }
}

// Whether more is bought than before, of any line or in all.
bool BuysMore(const PurchaseOrder& before, const PurchaseOrder& after) {
  if (after.lines_size() > before.lines_size()) return true;
  if (FromProto(after.total()).minor() > FromProto(before.total()).minor()) return true;
  for (int i = 0; i < after.lines_size(); ++i) {
    if (FromProto(after.lines(i).quantity()) > FromProto(before.lines(i).quantity())) return true;
  }
  return false;
}

MaybeRejected CheckMayBuyMore(const View& view, const PurchaseOrder& before,
                              const PurchaseOrder& after, const Policy& policy,
                              const Context& context) {
  if (!BuysMore(before, after)) return std::nullopt;
  if (auto no = CheckMayCallOff(view, before, context.EffectiveDay())) return no;
  return CheckMayOrderFrom(*view.Find<v1::Supplier>(before.supplier()), policy,
                           context.EffectiveDay());
}

// The change takes effect: money is committed or freed by the difference.
Decision Amend(const View& view, const PurchaseOrder& before, PurchaseOrder after,
               const std::string& reason, const std::string& amender, const std::string& approver) {
  after.set_version(before.version() + 1);
  MarkChanged(before, after);
  v1::PurchaseOrderAmended event;
  event.set_purchase_order(before.name());
  *event.mutable_order() = FactsOf(after);
  event.set_reason(reason);
  *event.mutable_previous_total() = before.total();
  event.set_amender(amender);
  event.set_approver(approver);
  Decision decision = es::Accepted(std::move(event)).Naming(before.name());
  RaiseAward(view, after, decision);
  if (auto no = MoveCallOff(view, before, after, decision)) return *no;

  const BudgetChange change = BudgetChangeOf(before, after);
  if (change.IsNothing()) return decision;
  const auto kind = change.committed.IsNegative() ? v1::BUDGET_MOVE_KIND_RELEASED
                                                  : v1::BUDGET_MOVE_KIND_COMMITTED;
  const auto* budget_line = view.Find<v1::BudgetLine>(before.budget_line());
  const auto moved = MoveBudget(*budget_line, before.name(), kind, change);
  if (!moved.ok()) return moved.rejection();
  return std::move(decision).Then(*moved);
}

Decision DecideAmend(const View& view, const v1::AmendPurchaseOrderRequest& command,
                     Context& context) {
  const auto found = FindForEdit<PurchaseOrder>(view, context, command.name(),
                                                kPurchaseOrderPattern, command.etag());
  if (!found.ok()) return found.rejection();
  const PurchaseOrder& order = **found;
  if (!MayBeAmended(order.state())) return WrongOrderState(order, "be amended");
  if (auto no = CheckReason(command.reason())) return *no;
  if (order.has_pending_amendment()) {
    return es::Rejected(kAmendmentPending)
        .Saying(fmt::format("{} waits for approval of what {} proposed", order.name(),
                            order.pending_amendment().proposer()))
        .With("name", order.name())
        .With("proposer", order.pending_amendment().proposer());
  }
  const auto changed = Changed(order, command.changes(), command.added_lines(), view, context);
  if (!changed.ok()) return changed.rejection();
  if (SameLines(order, *changed)) {
    return es::Rejected(kNothingToChange)
        .Saying(fmt::format("the {} lines of {} would be as they are", order.lines_size(),
                            order.name()))
        .With("name", order.name());
  }
  const Money total = FromProto(changed->total());
  const Policy policy = PolicyOn(view, context);
  const Money stake = std::max(
      AtStake(order), total, [](const Money& a, const Money& b) { return a.minor() < b.minor(); });
  if (auto no = CheckMayBuyMore(view, order, *changed, policy, context)) return *no;
  // Who changes what is ordered asks for it.
  if (auto no = CheckDuty(order, stake, context.principal, Duty::kRequester, policy)) return *no;
  if (total.minor() <= FromProto(order.approved_total()).minor()) {
    return Amend(view, order, *changed, command.reason(), context.principal, /*approver=*/"");
  }

  if (auto no = CheckHasAward(*changed, policy)) return *no;
  v1::PurchaseOrderAmendmentProposed event;
  event.set_purchase_order(order.name());
  *event.mutable_order() = FactsOf(order);
  v1::Amendment& amendment = *event.mutable_amendment();
  *amendment.mutable_changes() = command.changes();
  *amendment.mutable_added_lines() = command.added_lines();
  amendment.set_reason(command.reason());
  *amendment.mutable_new_total() = ToProto(total);
  amendment.set_approvals_needed(policy.ApproversFor(AwardAfter(view, *changed)));
  amendment.set_proposer(context.principal);
  return es::Accepted(std::move(event)).Naming(order.name());
}

es::Rejection NoAmendment(const PurchaseOrder& order) {
  return es::Rejected(kNoAmendmentPending)
      .Saying(fmt::format("no amendment of {} waits for approval", order.name()))
      .With("name", order.name());
}

Decision DecideApprove(const View& view, const v1::ApprovePurchaseOrderAmendmentRequest& command,
                       Context& context) {
  const auto found = FindForEdit<PurchaseOrder>(view, context, command.name(),
                                                kPurchaseOrderPattern, command.etag());
  if (!found.ok()) return found.rejection();
  const PurchaseOrder& order = **found;
  if (!order.has_pending_amendment()) return NoAmendment(order);
  if (!MayBeAmended(order.state())) return WrongOrderState(order, "be amended");
  const v1::Amendment& amendment = order.pending_amendment();
  if (amendment.proposer() == context.principal) {
    return es::Rejected(kDutiesNotSeparate)
        .Saying(fmt::format("{} proposed the amendment and cannot approve it", context.principal))
        .With("actor", context.principal)
        .With("duties", "proposer, approver");
  }
  if (auto no = CheckMayApprove(order, amendment.approvals(), context.principal)) return *no;
  // Goods may have come since it was proposed.
  const auto changed = Changed(order, amendment.changes(), amendment.added_lines(), view, context);
  if (!changed.ok()) return changed.rejection();
  const Policy policy = PolicyOn(view, context);
  if (auto no = CheckMayBuyMore(view, order, *changed, policy, context)) return *no;
  const Money total = FromProto(changed->total());
  if (auto no = CheckDuty(order, total, context.principal, Duty::kApprover, policy)) return *no;
  if (auto no = CheckHasAward(*changed, policy)) return *no;
  const int needed = policy.ApproversFor(AwardAfter(view, *changed));
  if (amendment.approvals_size() + 1 >= needed) {
    if (auto no = CheckDutiesSeparate(order, total, policy)) return *no;
    return Amend(view, order, *changed, amendment.reason(), amendment.proposer(),
                 context.principal);
  }
  v1::PurchaseOrderAmendmentApprovalGiven event;
  event.set_purchase_order(order.name());
  *event.mutable_order() = FactsOf(order);
  event.set_approver(context.principal);
  return es::Accepted(std::move(event)).Naming(order.name());
}

Decision DecideDrop(const View& view, const v1::DropPurchaseOrderAmendmentRequest& command,
                    Context& context) {
  const auto found = FindForEdit<PurchaseOrder>(view, context, command.name(),
                                                kPurchaseOrderPattern, command.etag());
  if (!found.ok()) return found.rejection();
  if (!(*found)->has_pending_amendment()) return NoAmendment(**found);
  if (auto no = CheckReason(command.reason())) return *no;
  v1::PurchaseOrderAmendmentDropped event;
  event.set_purchase_order(command.name());
  *event.mutable_order() = FactsOf(**found);
  event.set_reason(command.reason());
  return es::Accepted(std::move(event)).Naming(command.name());
}

template <class Event, class Edit>
void Change(Entities& entities, const Event& event, const EventContext& context, Edit edit) {
  entities.Edit<PurchaseOrder>(event.purchase_order(), [&](PurchaseOrder& order) {
    ApplyFacts(order, event.order());
    edit(order);
    Stamp(order, context);
  });
}

void FoldProposed(Entities& entities, const v1::PurchaseOrderAmendmentProposed& event,
                  const EventContext& context) {
  Change(entities, event, context,
         [&](PurchaseOrder& order) { *order.mutable_pending_amendment() = event.amendment(); });
}

void FoldApprovalGiven(Entities& entities, const v1::PurchaseOrderAmendmentApprovalGiven& event,
                       const EventContext& context) {
  Change(entities, event, context, [&](PurchaseOrder& order) {
    AddApproval(*order.mutable_pending_amendment()->mutable_approvals(), event.approver(), context);
  });
}

void FoldDropped(Entities& entities, const v1::PurchaseOrderAmendmentDropped& event,
                 const EventContext& context) {
  Change(entities, event, context, [](PurchaseOrder& order) { order.clear_pending_amendment(); });
}

void FoldAmended(Entities& entities, const v1::PurchaseOrderAmended& event,
                 const EventContext& context) {
  Change(entities, event, context, [&](PurchaseOrder& order) {
    if (!IsRequester(order, event.amender())) order.add_revisers(event.amender());
    if (event.approver().empty()) return;
    // Who approved the amendment has a duty in the order from now on.
    for (const v1::Approval& approval : order.pending_amendment().approvals()) {
      if (!HasApproved(order.approvals(), approval.approver())) *order.add_approvals() = approval;
    }
    if (!HasApproved(order.approvals(), event.approver())) {
      AddApproval(*order.mutable_approvals(), event.approver(), context);
    }
    *order.mutable_approved_total() = event.order().total();
    order.clear_pending_amendment();
  });
}

}  // namespace

void AddAmendments(es::Decider& decider) {
  decider.On<v1::AmendPurchaseOrderRequest>(&DecideAmend);
  decider.On<v1::ApprovePurchaseOrderAmendmentRequest>(&DecideApprove);
  decider.On<v1::DropPurchaseOrderAmendmentRequest>(&DecideDrop);
  decider.Fold<v1::PurchaseOrderAmendmentProposed>(&FoldProposed);
  decider.Fold<v1::PurchaseOrderAmendmentApprovalGiven>(&FoldApprovalGiven);
  decider.Fold<v1::PurchaseOrderAmendmentDropped>(&FoldDropped);
  decider.Fold<v1::PurchaseOrderAmended>(&FoldAmended);
}

}  // namespace prihvat::procurement
