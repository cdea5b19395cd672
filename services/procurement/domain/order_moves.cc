// The moves of an approved order other than deliveries and amendments: it is issued, acknowledged,
// suspended and resumed, and it ends. An end frees what is still committed, and what was accepted
// stays spent (P7); after a delivery an order is closed or terminated, never cancelled (INV-11),
// and no order ends while a delivery of it is being counted or inspected.
#include "fmt/format.h"
#include "libs/base/check.h"
#include "prihvat/procurement/v1/events.pb.h"
#include "prihvat/procurement/v1/service.pb.h"
#include "services/procurement/domain/budget.h"
#include "services/procurement/domain/checks.h"
#include "services/procurement/domain/decider.h"
#include "services/procurement/domain/frameworks.h"
#include "services/procurement/domain/order.h"
#include "services/procurement/domain/policy.h"
#include "services/procurement/domain/reasons.h"
#include "services/procurement/domain/receipt.h"
#include "services/procurement/domain/suppliers.h"
#include "services/procurement/domain/values.h"

namespace prihvat::procurement {
namespace {

using es::Context;
using es::Decision;
using es::Entities;
using es::EventContext;
using es::View;
using v1::PurchaseOrder;

template <class Command>
Checked<const PurchaseOrder*> Order(const View& view, const Context& context,
                                    const Command& command) {
  return FindForEdit<PurchaseOrder>(view, context, command.name(), kPurchaseOrderPattern,
                                    command.etag());
}

// The event that moves the order to that state, with the order's facts after it.
template <class Event>
Event MovedTo(PurchaseOrder order, v1::PurchaseOrderState state) {
  order.set_state(state);
  const absl::Status status = Recompute(order);
  PRIHVAT_CHECK(status.ok(), status.ToString());  // the same lines were computed before
  Event event;
  event.set_purchase_order(order.name());
  *event.mutable_order() = FactsOf(order);
  return event;
}

Decision DecideIssue(const View& view, const v1::IssuePurchaseOrderRequest& command,
                     Context& context) {
  const auto order = Order(view, context, command);
  if (!order.ok()) return order.rejection();
  if ((*order)->state() != v1::PURCHASE_ORDER_STATE_APPROVED) {
    return WrongOrderState(**order, "be issued");
  }
  const Policy policy = PolicyOn(view, context);
  if (auto no = CheckMayOrderFrom(*view.Find<v1::Supplier>((*order)->supplier()), policy,
                                  context.EffectiveDay())) {
    return *no;
  }
  if (auto no = CheckMayCallOff(view, **order, context.EffectiveDay())) return *no;
  if (policy.vat_exemption_required && !(*order)->has_vat_exemption()) {
    return es::Rejected(kVatExemptionMissing)
        .Saying(fmt::format("of {} no exemption from value added tax is recorded, which policy "
                            "asks for",
                            (*order)->name()))
        .With("purchase_order", (*order)->name());
  }
  return es::Accepted(MovedTo<v1::PurchaseOrderIssued>(**order, v1::PURCHASE_ORDER_STATE_ISSUED))
      .Naming(command.name());
}

// The first time it moves the order on. Later it is the supplier's answer to what was amended
// since, which moves nothing, but lets the changed lines be received.
Decision DecideAcknowledge(const View& view, const v1::AcknowledgePurchaseOrderRequest& command,
                           Context& context) {
  const auto found = Order(view, context, command);
  if (!found.ok()) return found.rejection();
  const PurchaseOrder& order = **found;
  const bool first = order.state() == v1::PURCHASE_ORDER_STATE_ISSUED;
  if (!first && (!AwaitsAcknowledgement(order) || HasEnded(order.state()))) {
    return WrongOrderState(order, "be acknowledged");
  }
  if (auto no = CheckText("supplier_reference", command.supplier_reference(), false, 100)) {
    return *no;
  }
  const int version = command.version() == 0 ? order.version() : command.version();
  if (version <= order.acknowledged_version() || version > order.version()) {
    return es::InvalidField(
        "version", fmt::format("must be from {} to {}, is {}", order.acknowledged_version() + 1,
                               order.version(), version));
  }
  auto event = MovedTo<v1::PurchaseOrderAcknowledged>(
      order, first ? v1::PURCHASE_ORDER_STATE_ACKNOWLEDGED : order.state());
  event.set_supplier_reference(command.supplier_reference());
  event.set_version(version);
  return es::Accepted(std::move(event)).Naming(command.name());
}

Decision DecideSuspend(const View& view, const v1::SuspendPurchaseOrderRequest& command,
                       Context& context) {
  const auto order = Order(view, context, command);
  if (!order.ok()) return order.rejection();
  switch ((*order)->state()) {
    case v1::PURCHASE_ORDER_STATE_ISSUED:
    case v1::PURCHASE_ORDER_STATE_ACKNOWLEDGED:
    case v1::PURCHASE_ORDER_STATE_PARTIALLY_RECEIVED:
      break;
    default:
      return WrongOrderState(**order, "be suspended");
  }
  if (auto no = CheckReason(command.reason())) return *no;
  auto event = MovedTo<v1::PurchaseOrderSuspended>(**order, v1::PURCHASE_ORDER_STATE_SUSPENDED);
  event.set_reason(command.reason());
  return es::Accepted(std::move(event)).Naming(command.name());
}

Decision DecideResume(const View& view, const v1::ResumePurchaseOrderRequest& command,
                      Context& context) {
  const auto order = Order(view, context, command);
  if (!order.ok()) return order.rejection();
  if ((*order)->state() != v1::PURCHASE_ORDER_STATE_SUSPENDED) {
    return WrongOrderState(**order, "be resumed");
  }
  if (auto no = CheckMayDealWith(*view.Find<v1::Supplier>((*order)->supplier()), "be ordered from"))
    return *no;
  return es::Accepted(
             MovedTo<v1::PurchaseOrderResumed>(**order, (*order)->state_before_suspension()))
      .Naming(command.name());
}

// Ends the order in that state: what is outstanding is cancelled, what is committed is freed.
template <class Event>
Decision End(const View& view, PurchaseOrder order, v1::PurchaseOrderState state,
             const std::string& reason, Event event) {
  const PurchaseOrder before = order;
  for (v1::OrderLine& line : *order.mutable_lines()) {
    *line.mutable_cancelled() =
        ToProto(Sum(FromProto(line.cancelled()), FromProto(line.outstanding())));
  }
  const Event moved_to = MovedTo<Event>(order, state);
  event.MergeFrom(moved_to);
  event.set_reason(reason);
  PurchaseOrder after = before;
  ApplyFacts(after, event.order());
  Decision decision = es::Accepted(std::move(event)).Naming(before.name());

  if (auto no = MoveCallOff(view, before, after, decision)) return *no;
  const BudgetChange change = BudgetChangeOf(before, after);
  if (change.IsNothing()) return decision;
  const auto* budget_line = view.Find<v1::BudgetLine>(before.budget_line());
  const auto moved = MoveBudget(*budget_line, before.name(), v1::BUDGET_MOVE_KIND_RELEASED, change);
  if (!moved.ok()) return moved.rejection();
  return std::move(decision).Then(*moved);
}

Decision DecideCancel(const View& view, const v1::CancelPurchaseOrderRequest& command,
                      Context& context) {
  const auto order = Order(view, context, command);
  if (!order.ok()) return order.rejection();
  if ((*order)->receipts() > 0) {
    return es::Rejected(kOrderHasReceipts)
        .Saying(fmt::format("{} has {} receipts and cannot be cancelled", command.name(),
                            (*order)->receipts()))
        .With("name", command.name())
        .With("receipts", (*order)->receipts())
        .With("state", StateName((*order)->state()));
  }
  switch ((*order)->state()) {
    case v1::PURCHASE_ORDER_STATE_DRAFT:
    case v1::PURCHASE_ORDER_STATE_APPROVED:
    case v1::PURCHASE_ORDER_STATE_ISSUED:
    case v1::PURCHASE_ORDER_STATE_ACKNOWLEDGED:
      break;
    default:
      return WrongOrderState(**order, "be cancelled");
  }
  if (auto no = CheckNoReceiptOpen(view, command.name(), "be cancelled")) return *no;
  if (auto no = CheckReason(command.reason())) return *no;
  return End(view, **order, v1::PURCHASE_ORDER_STATE_CANCELLED, command.reason(),
             v1::PurchaseOrderCancelled());
}

Decision DecideClose(const View& view, const v1::ClosePurchaseOrderRequest& command,
                     Context& context) {
  const auto order = Order(view, context, command);
  if (!order.ok()) return order.rejection();
  if ((*order)->state() != v1::PURCHASE_ORDER_STATE_PARTIALLY_RECEIVED &&
      (*order)->state() != v1::PURCHASE_ORDER_STATE_RECEIVED) {
    return WrongOrderState(**order, "be closed");
  }
  if (auto no = CheckNoReceiptOpen(view, command.name(), "be closed")) return *no;
  const bool outstanding = IsOutstanding(**order);
  if (auto no = CheckText("reason", command.reason(), /*required=*/outstanding, 1000)) return *no;
  v1::PurchaseOrderClosed event;
  event.set_short_delivered(outstanding);
  return End(view, **order, v1::PURCHASE_ORDER_STATE_CLOSED, command.reason(), std::move(event));
}

Decision DecideTerminate(const View& view, const v1::TerminatePurchaseOrderRequest& command,
                         Context& context) {
  const auto order = Order(view, context, command);
  if (!order.ok()) return order.rejection();
  if ((*order)->state() != v1::PURCHASE_ORDER_STATE_PARTIALLY_RECEIVED &&
      (*order)->state() != v1::PURCHASE_ORDER_STATE_SUSPENDED) {
    return WrongOrderState(**order, "be terminated");
  }
  if (auto no = CheckNoReceiptOpen(view, command.name(), "be terminated")) return *no;
  if (auto no = CheckReason(command.reason())) return *no;
  return End(view, **order, v1::PURCHASE_ORDER_STATE_TERMINATED, command.reason(),
             v1::PurchaseOrderTerminated());
}

// Edits the order that `event` is about, which then is as the event says.
template <class Event, class Edit>
void Change(Entities& entities, const Event& event, const EventContext& context, Edit edit) {
  entities.Edit<PurchaseOrder>(event.purchase_order(), [&](PurchaseOrder& order) {
    edit(order);
    ApplyFacts(order, event.order());
    Stamp(order, context);
  });
}

void FoldIssued(Entities& entities, const v1::PurchaseOrderIssued& event,
                const EventContext& context) {
  Change(entities, event, context, [](PurchaseOrder&) {});
}

void FoldAcknowledged(Entities& entities, const v1::PurchaseOrderAcknowledged& event,
                      const EventContext& context) {
  Change(entities, event, context, [&](PurchaseOrder& order) {
    // Events of before there was a version say the order's by having none.
    order.set_acknowledged_version(event.version() == 0 ? event.order().version()
                                                        : event.version());
    if (!event.supplier_reference().empty()) {
      order.set_supplier_reference(event.supplier_reference());
    }
  });
}

void FoldSuspended(Entities& entities, const v1::PurchaseOrderSuspended& event,
                   const EventContext& context) {
  Change(entities, event, context, [&](PurchaseOrder& order) {
    order.set_state_before_suspension(order.state());
    order.set_state_note(event.reason());
  });
}

void FoldResumed(Entities& entities, const v1::PurchaseOrderResumed& event,
                 const EventContext& context) {
  Change(entities, event, context, [](PurchaseOrder& order) {
    order.clear_state_before_suspension();
    order.clear_state_note();
  });
}

// An order that has ended waits for nothing.
template <class Event>
void FoldEnded(Entities& entities, const Event& event, const EventContext& context) {
  Change(entities, event, context, [&](PurchaseOrder& order) {
    order.clear_pending_amendment();
    order.clear_state_before_suspension();
    order.set_state_note(event.reason());
  });
}

}  // namespace

void AddOrderMoves(es::Decider& decider) {
  decider.On<v1::IssuePurchaseOrderRequest>(&DecideIssue);
  decider.On<v1::AcknowledgePurchaseOrderRequest>(&DecideAcknowledge);
  decider.On<v1::SuspendPurchaseOrderRequest>(&DecideSuspend);
  decider.On<v1::ResumePurchaseOrderRequest>(&DecideResume);
  decider.On<v1::CancelPurchaseOrderRequest>(&DecideCancel);
  decider.On<v1::ClosePurchaseOrderRequest>(&DecideClose);
  decider.On<v1::TerminatePurchaseOrderRequest>(&DecideTerminate);
  decider.Fold<v1::PurchaseOrderIssued>(&FoldIssued);
  decider.Fold<v1::PurchaseOrderAcknowledged>(&FoldAcknowledged);
  decider.Fold<v1::PurchaseOrderSuspended>(&FoldSuspended);
  decider.Fold<v1::PurchaseOrderResumed>(&FoldResumed);
  decider.Fold<v1::PurchaseOrderCancelled>(&FoldEnded<v1::PurchaseOrderCancelled>);
  decider.Fold<v1::PurchaseOrderClosed>(&FoldEnded<v1::PurchaseOrderClosed>);
  decider.Fold<v1::PurchaseOrderTerminated>(&FoldEnded<v1::PurchaseOrderTerminated>);
}

}  // namespace prihvat::procurement
