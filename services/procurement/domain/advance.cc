// Advances: Requested->Approved->Paid->Recovered. Money paid before delivery, which the order's
// later invoices recover; the only money that goes out without goods (INV-09).
#include <string>

#include "fmt/format.h"
#include "prihvat/procurement/v1/payables_events.pb.h"
#include "prihvat/procurement/v1/service.pb.h"
#include "services/procurement/domain/checks.h"
#include "services/procurement/domain/decider.h"
#include "services/procurement/domain/duties.h"
#include "services/procurement/domain/order.h"
#include "services/procurement/domain/payment.h"
#include "services/procurement/domain/reasons.h"
#include "services/procurement/domain/values.h"

namespace prihvat::procurement {
namespace {

using base::Decimal;
using base::Money;
using es::Context;
using es::Decision;
using es::View;

constexpr int kMaxAdvances = 50;  // of one order

// Not more than policy's share of the order, with what was asked for before and is not recovered.
MaybeRejected CheckShare(const View& view, const v1::PurchaseOrder& order, const Money& amount,
                         const Policy& policy) {
  Money advanced = amount;
  for (const std::string& name : order.advances()) {
    const auto* advance = view.Find<v1::Advance>(name);
    const Money left = Difference(FromProto(advance->amount()), FromProto(advance->recovered()));
    const auto sum = CheckedAdd(advanced, left);
    if (!sum.ok()) return es::InvalidField("advance.amount", std::string(sum.status().message()));
    advanced = *sum;
  }
  const auto share = CheckedMul(policy.max_advance_percent, Decimal::Exactly<1, 2>());
  const auto most = CheckedMul(FromProto(order.total()), *share);
  if (advanced.minor() <= most->minor()) return std::nullopt;
  return es::Rejected(kAdvanceTooHigh)
      .Saying(fmt::format("{} would be advanced on {} over {}; policy allows {} %, {}",
                          advanced.Format(), order.name(), FromProto(order.total()).Format(),
                          policy.max_advance_percent.ToString(), most->Format()))
      .With("advanced", advanced.Format())
      .With("limit", most->Format())
      .With("max_advance_percent", policy.max_advance_percent.ToString());
}

Decision DecideRequest(const View& view, const v1::RequestAdvanceRequest& command,
                       Context& context) {
  if (auto no = CheckParentIsOperation(view, context, command.parent())) return *no;
  const v1::Advance& wanted = command.advance();
  const auto found = Find<v1::PurchaseOrder>(view, context, "advance.purchase_order",
                                             wanted.purchase_order(), kPurchaseOrderPattern);
  if (!found.ok()) return found.rejection();
  const v1::PurchaseOrder& order = **found;
  if (!IsOpenForReceipt(order.state())) return WrongOrderState(order, "be advanced on");
  const auto amount = CheckAmount("advance.amount", wanted.amount(), CurrencyOf(order));
  if (!amount.ok()) return amount.rejection();
  if (amount->IsZero()) return es::InvalidField("advance.amount", "must be above 0");
  if (auto no = CheckText("advance.reason", wanted.reason(), true, 1000)) return *no;
  if (order.advances_size() >= kMaxAdvances) {
    return es::InvalidField("advance.purchase_order",
                            fmt::format("has {} advances, which is the most", kMaxAdvances));
  }
  if (auto no = CheckShare(view, order, *amount, PolicyOn(view, context))) return *no;

  v1::AdvanceRequested event;
  v1::Advance& advance = *event.mutable_advance();
  advance.set_document_number(context.NextNumber(view, "ADV").ToString());
  const auto name = NewName(view, context, command.parent(), "advances", "advance_id",
                            command.advance_id(), advance.document_number());
  if (!name.ok()) return name.rejection();
  advance.set_name(*name);
  advance.set_state(v1::ADVANCE_STATE_REQUESTED);
  advance.set_purchase_order(order.name());
  *advance.mutable_amount() = ToProto(*amount);
  advance.set_reason(wanted.reason());
  *advance.mutable_recovered() = ToProto(Money::Zero(amount->currency()));
  *advance.mutable_outstanding() = advance.recovered();
  advance.set_requester(context.principal);
  return es::Accepted(std::move(event)).Naming(*name);
}

Decision DecideApprove(const View& view, const v1::ApproveAdvanceRequest& command,
                       Context& context) {
  const auto found =
      FindForEdit<v1::Advance>(view, context, command.name(), kAdvancePattern, command.etag());
  if (!found.ok()) return found.rejection();
  const v1::Advance& advance = **found;
  if (advance.state() != v1::ADVANCE_STATE_REQUESTED) {
    return WrongAdvanceState(advance, "be approved");
  }
  const auto& order = *view.Find<v1::PurchaseOrder>(advance.purchase_order());
  if (!IsOpenForReceipt(order.state())) return WrongOrderState(order, "be advanced on");
  if (advance.requester() == context.principal) {
    return es::Rejected(kDutiesNotSeparate)
        .Saying(
            fmt::format("{} asked for {} and cannot approve it", context.principal, advance.name()))
        .With("actor", context.principal)
        .With("duties", "requester, approver");
  }
  if (auto no = CheckDuty(order, AtStake(order), context.principal, Duty::kApprover,
                          PolicyOn(view, context))) {
    return *no;
  }
  v1::AdvanceApproved event;
  event.set_advance(advance.name());
  event.set_purchase_order(order.name());
  event.set_approver(context.principal);
  return es::Accepted(std::move(event)).Naming(advance.name());
}

void FoldRequested(es::Entities& entities, const v1::AdvanceRequested& event,
                   const es::EventContext& context) {
  v1::Advance advance = event.advance();
  Stamp(advance, context);
  entities.Put(advance.name(), advance);
  entities.Edit<v1::PurchaseOrder>(advance.purchase_order(), [&](v1::PurchaseOrder& order) {
    order.add_advances(advance.name());
    Stamp(order, context);
  });
}

void FoldApproved(es::Entities& entities, const v1::AdvanceApproved& event,
                  const es::EventContext& context) {
  entities.Edit<v1::Advance>(event.advance(), [&](v1::Advance& advance) {
    advance.set_state(v1::ADVANCE_STATE_APPROVED);
    advance.set_approver(event.approver());
    Stamp(advance, context);
  });
  entities.Edit<v1::PurchaseOrder>(event.purchase_order(), [&](v1::PurchaseOrder& order) {
    AddOnce(*order.mutable_payment_approvers(), event.approver());
    Stamp(order, context);
  });
}

void FoldPaid(es::Entities& entities, const v1::AdvancePaid& event,
              const es::EventContext& context) {
  entities.Edit<v1::Advance>(event.advance(), [&](v1::Advance& advance) {
    advance.set_state(v1::ADVANCE_STATE_PAID);
    *advance.mutable_outstanding() = event.amount();
    Stamp(advance, context);
  });
}

void FoldRecovered(es::Entities& entities, const v1::AdvanceRecovered& event,
                   const es::EventContext& context) {
  entities.Edit<v1::Advance>(event.advance(), [&](v1::Advance& advance) {
    advance.set_state(event.state());
    *advance.mutable_recovered() = event.recovered();
    *advance.mutable_outstanding() = event.outstanding();
    Stamp(advance, context);
  });
}

}  // namespace

es::Rejection WrongAdvanceState(const v1::Advance& advance, std::string_view wish) {
  switch (advance.state()) {
    case v1::ADVANCE_STATE_REQUESTED:
      return es::WrongState(advance.name(), "requested", wish, "approve");
    case v1::ADVANCE_STATE_APPROVED:
      return es::WrongState(advance.name(), "approved", wish, "pay");
    case v1::ADVANCE_STATE_PAID:
      return es::WrongState(advance.name(), "paid", wish, "approve an invoice, which recovers it");
    default:
      return es::WrongState(advance.name(), "recovered", wish, "none");
  }
}

void AddAdvances(es::Decider& decider) {
  decider.On<v1::RequestAdvanceRequest>(&DecideRequest);
  decider.On<v1::ApproveAdvanceRequest>(&DecideApprove);
  decider.Fold<v1::AdvanceRequested>(&FoldRequested);
  decider.Fold<v1::AdvanceApproved>(&FoldApproved);
  decider.Fold<v1::AdvancePaid>(&FoldPaid);
  decider.Fold<v1::AdvanceRecovered>(&FoldRecovered);
}

}  // namespace prihvat::procurement
