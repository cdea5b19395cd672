// Approving an order: by as many people as its total's band asks for. The last approval commits the
// total on the budget line, out of what the requisition held (INV-03, INV-10).
#include "fmt/format.h"
#include "prihvat/procurement/v1/events.pb.h"
#include "prihvat/procurement/v1/service.pb.h"
#include "services/procurement/domain/approvals.h"
#include "services/procurement/domain/awards.h"
#include "services/procurement/domain/budget.h"
#include "services/procurement/domain/checks.h"
#include "services/procurement/domain/decider.h"
#include "services/procurement/domain/frameworks.h"
#include "services/procurement/domain/order.h"
#include "services/procurement/domain/policy.h"
#include "services/procurement/domain/reasons.h"
#include "services/procurement/domain/requisition.h"
#include "services/procurement/domain/suppliers.h"
#include "services/procurement/domain/values.h"

namespace prihvat::procurement {
namespace {

using es::Decision;

es::Rejection NotSeparate(const v1::PurchaseOrder& order, std::string_view person,
                          std::string_view duty) {
  return es::Rejected(kDutiesNotSeparate)
      .Saying(fmt::format("{} is the {} of {} and cannot approve it", person, duty, order.name()))
      .With("actor", person)
      .With("duties", fmt::format("{}, approver", duty));
}

// The last approval: the order's total is committed.
Decision Approve(const es::View& view, v1::PurchaseOrder order, const es::Context& context) {
  const v1::PurchaseOrder before = order;
  order.set_state(v1::PURCHASE_ORDER_STATE_APPROVED);
  if (const auto status = Recompute(order); !status.ok()) {
    return es::InvalidField("name", std::string(status.message()));
  }
  v1::PurchaseOrderApproved event;
  event.set_purchase_order(order.name());
  *event.mutable_order() = FactsOf(order);
  event.set_approver(context.principal);
  Decision decision = es::Accepted(std::move(event)).Naming(order.name());

  if (auto no = MoveCallOff(view, before, order, decision)) return *no;
  BudgetChange change = BudgetChangeOf(before, order);
  if (!order.requisition().empty()) {
    const auto* requisition = view.Find<v1::Requisition>(order.requisition());
    if (requisition->state() != v1::REQUISITION_STATE_APPROVED &&
        requisition->state() != v1::REQUISITION_STATE_SOURCING) {
      return WrongRequisitionState(*requisition, "be ordered from");
    }
    change.reserved = FromProto(requisition->reserved()).Negated();
    v1::RequisitionFulfilled fulfilled;
    fulfilled.set_requisition(requisition->name());
    fulfilled.set_purchase_order(order.name());
    decision.Add(std::move(fulfilled));
  }
  if (change.IsNothing()) return decision;
  const auto* budget_line = view.Find<v1::BudgetLine>(order.budget_line());
  const auto moved = MoveBudget(*budget_line, order.name(), v1::BUDGET_MOVE_KIND_COMMITTED, change);
  if (!moved.ok()) return moved.rejection();
  return std::move(decision).Then(*moved);
}

Decision DecideApprovePurchaseOrder(const es::View& view,
                                    const v1::ApprovePurchaseOrderRequest& command,
                                    es::Context& context) {
  const auto found = FindForEdit<v1::PurchaseOrder>(view, context, command.name(),
                                                    kPurchaseOrderPattern, command.etag());
  if (!found.ok()) return found.rejection();
  const v1::PurchaseOrder& order = **found;
  if (order.state() != v1::PURCHASE_ORDER_STATE_DRAFT) {
    return WrongOrderState(order, "be approved");
  }
  if (auto no = CheckMayApprove(order, order.approvals(), context.principal)) return *no;
  const Policy policy = PolicyOn(view, context);
  if (auto no = CheckMayOrderFrom(*view.Find<v1::Supplier>(order.supplier()), policy,
                                  context.EffectiveDay())) {
    return *no;
  }
  if (auto no = CheckMayCallOff(view, order, context.EffectiveDay())) return *no;
  if (auto no = CheckWithinAward(view, order, policy)) return *no;
  const int needed = policy.ApproversFor(FromProto(order.total()));
  if (order.approvals_size() + 1 >= needed) return Approve(view, order, context);

  v1::PurchaseOrderApprovalGiven event;
  event.set_purchase_order(order.name());
  *event.mutable_order() = FactsOf(order);
  event.set_approver(context.principal);
  return es::Accepted(std::move(event)).Naming(order.name());
}

void FoldApprovalGiven(es::Entities& entities, const v1::PurchaseOrderApprovalGiven& event,
                       const es::EventContext& context) {
  entities.Edit<v1::PurchaseOrder>(event.purchase_order(), [&](v1::PurchaseOrder& order) {
    AddApproval(*order.mutable_approvals(), event.approver(), context);
    Stamp(order, context);
  });
}

void FoldApproved(es::Entities& entities, const v1::PurchaseOrderApproved& event,
                  const es::EventContext& context) {
  entities.Edit<v1::PurchaseOrder>(event.purchase_order(), [&](v1::PurchaseOrder& order) {
    ApplyFacts(order, event.order());
    AddApproval(*order.mutable_approvals(), event.approver(), context);
    *order.mutable_approved_total() = event.order().total();
    Stamp(order, context);
  });
  if (event.order().sourcing_process().empty()) return;
  entities.Edit<v1::SourcingProcess>(
      event.order().sourcing_process(), [&](v1::SourcingProcess& process) {
        AddOnce(*process.mutable_purchase_orders(), event.purchase_order());
        Stamp(process, context);
      });
}

}  // namespace

MaybeRejected CheckMayApprove(const v1::PurchaseOrder& order,
                              const google::protobuf::RepeatedPtrField<v1::Approval>& given,
                              std::string_view person) {
  // Who proposed what waits asks for it.
  if (IsRequester(order, person) || order.pending_amendment().proposer() == person) {
    return NotSeparate(order, person, "requester");
  }
  if (order.buyer() == person) return NotSeparate(order, person, "buyer");
  if (!HasApproved(given, person)) return std::nullopt;
  return es::Rejected(kApprovalAlreadyGiven)
      .Saying(fmt::format("{} has approved already; {} so far", person, given.size()))
      .With("actor", person)
      .With("approvals", given.size());
}

void AddApproval(google::protobuf::RepeatedPtrField<v1::Approval>& approvals,
                 const std::string& approver, const es::EventContext& context) {
  v1::Approval& approval = *approvals.Add();
  approval.set_approver(approver);
  *approval.mutable_record_time() = ToProto(context.recorded_at);
}

void AddOrderApprovals(es::Decider& decider) {
  decider.On<v1::ApprovePurchaseOrderRequest>(&DecideApprovePurchaseOrder);
  decider.Fold<v1::PurchaseOrderApprovalGiven>(&FoldApprovalGiven);
  decider.Fold<v1::PurchaseOrderApproved>(&FoldApproved);
}

}  // namespace prihvat::procurement
