// Drafting a purchase order: what is bought, from whom, out of which budget line.
#include "fmt/format.h"
#include "prihvat/procurement/v1/events.pb.h"
#include "prihvat/procurement/v1/service.pb.h"
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

// The requisition that the order names may be ordered from, and has the same budget line. Nothing
// where none is named.
Checked<const v1::Requisition*> CheckRequisition(const es::View& view, const es::Context& context,
                                                 const v1::PurchaseOrder& wanted) {
  if (wanted.requisition().empty()) return static_cast<const v1::Requisition*>(nullptr);
  auto found = Find<v1::Requisition>(view, context, "purchase_order.requisition",
                                     wanted.requisition(), kRequisitionPattern);
  if (!found.ok()) return found;
  const bool awarded = (*found)->state() == v1::REQUISITION_STATE_SOURCING &&
                       !wanted.sourcing_process().empty();  // whose requisition it is: awards.h
  if ((*found)->state() != v1::REQUISITION_STATE_APPROVED && !awarded) {
    return WrongRequisitionState(**found, "be ordered from");
  }
  if ((*found)->budget_line() != wanted.budget_line()) {
    return es::Rejected(kRequisitionMismatch)
        .Saying(fmt::format("{} is charged to {}, the order to {}", (*found)->name(),
                            (*found)->budget_line(), wanted.budget_line()))
        .With("requisition", (*found)->name())
        .With("requisition_budget_line", (*found)->budget_line())
        .With("budget_line", wanted.budget_line());
  }
  return found;
}

Checked<base::Decimal> CheckRetention(const common::v1::Decimal& percent, const Policy& policy) {
  constexpr std::string_view kField = "purchase_order.retention_percent";
  auto retention = CheckQuantity(kField, percent);
  if (!retention.ok()) return retention.rejection();
  const base::Decimal& most = policy.max_retention_percent;
  if (*retention <= most && retention->scale() <= 3) return retention;
  return es::InvalidField(kField,
                          fmt::format("must be at most the {} that policy allows, with 3 decimals, "
                                      "is {}",
                                      most.ToString(), retention->ToString()));
}

es::Decision DecideCreatePurchaseOrder(const es::View& view,
                                       const v1::CreatePurchaseOrderRequest& command,
                                       es::Context& context) {
  if (auto no = CheckParentIsOperation(view, context, command.parent())) return *no;
  const v1::PurchaseOrder& wanted = command.purchase_order();
  const auto budget_line = Find<v1::BudgetLine>(view, context, "purchase_order.budget_line",
                                                wanted.budget_line(), kBudgetLinePattern);
  if (!budget_line.ok()) return budget_line.rejection();
  const auto supplier = Find<v1::Supplier>(view, context, "purchase_order.supplier",
                                           wanted.supplier(), kSupplierPattern);
  if (!supplier.ok()) return supplier.rejection();
  if (auto no = CheckMayDealWith(**supplier, "be ordered from")) return *no;
  const auto requisition = CheckRequisition(view, context, wanted);
  if (!requisition.ok()) return requisition.rejection();
  if (auto no = CheckText("purchase_order.display_name", wanted.display_name(), true)) return *no;
  if (wanted.lines().empty()) {
    return es::InvalidField("purchase_order.lines", "must have at least one line");
  }
  const base::Currency currency = FromProto((*budget_line)->amount()).currency();
  const auto agreement = FindCalledOff(view, context, wanted, currency);
  if (!agreement.ok()) return agreement.rejection();
  constexpr std::string_view kLines = "purchase_order.lines";
  const auto lines = CheckOrderLines(WithAgreedTerms(*agreement, wanted.lines()), kLines,
                                     /*first_number=*/1, currency, view, context);
  if (!lines.ok()) return lines.rejection();
  if (auto no = CheckCallOffLines(*agreement, *lines, kLines)) return *no;
  const Policy policy = PolicyOn(view, context);
  const auto retention = CheckRetention(wanted.retention_percent(), policy);
  if (!retention.ok()) return retention.rejection();

  v1::PurchaseOrder order;
  order.set_document_number(context.NextNumber(view, "PO").ToString());
  order.set_state(v1::PURCHASE_ORDER_STATE_DRAFT);
  order.set_budget_line(wanted.budget_line());
  order.set_project(ProjectOf(wanted.budget_line()));
  order.set_requisition(wanted.requisition());
  order.set_supplier(wanted.supplier());
  order.set_sourcing_process(wanted.sourcing_process());
  if (*agreement != nullptr) order.set_framework_agreement((*agreement)->name());
  order.set_display_name(wanted.display_name());
  order.set_version(1);
  *order.mutable_retention_percent() = ToProto(*retention);
  order.mutable_lines()->Assign(lines->begin(), lines->end());
  if (const auto status = Recompute(order); !status.ok()) {
    return es::InvalidField("purchase_order.lines", std::string(status.message()));
  }
  if (auto no = CheckDrawsOnAward(view, context, order)) return *no;
  if (auto no = CheckTaxes(order, policy)) return *no;
  const auto name = NewName(view, context, command.parent(), "purchaseOrders", "purchase_order_id",
                            command.purchase_order_id(), order.document_number());
  if (!name.ok()) return name.rejection();

  v1::PurchaseOrderDrafted event;
  event.set_purchase_order(*name);
  *event.mutable_order() = FactsOf(order);
  event.set_requester(*requisition == nullptr ? context.principal : (*requisition)->requester());
  if (*requisition != nullptr) *event.mutable_revisers() = (*requisition)->revisers();
  event.set_buyer(context.principal);
  event.set_approvals_needed(policy.ApproversFor(FromProto(order.total())));
  return es::Accepted(std::move(event)).Naming(*name);
}

void FoldDrafted(es::Entities& entities, const v1::PurchaseOrderDrafted& event,
                 const es::EventContext& context) {
  v1::PurchaseOrder order;
  order.set_name(event.purchase_order());
  ApplyFacts(order, event.order());
  order.set_requester(event.requester());
  *order.mutable_revisers() = event.revisers();
  order.set_buyer(event.buyer());
  order.set_approvals_needed(event.approvals_needed());
  *order.mutable_approved_total() =
      ToProto(base::Money::Zero(FromProto(event.order().total()).currency()));
  Stamp(order, context);
  entities.Put(order.name(), order);
}

}  // namespace

void AddOrderDrafts(es::Decider& decider) {
  decider.On<v1::CreatePurchaseOrderRequest>(&DecideCreatePurchaseOrder);
  decider.Fold<v1::PurchaseOrderDrafted>(&FoldDrafted);
}

}  // namespace prihvat::procurement
