#include "services/procurement/domain/awards.h"

#include <string>

#include "fmt/format.h"
#include "libs/base/check.h"
#include "prihvat/procurement/v1/sourcing_events.pb.h"
#include "services/procurement/domain/duties.h"
#include "services/procurement/domain/frameworks.h"
#include "services/procurement/domain/order.h"
#include "services/procurement/domain/reasons.h"
#include "services/procurement/domain/sourcing.h"
#include "services/procurement/domain/values.h"

namespace prihvat::procurement {
namespace {

using base::Money;

// What one approved order takes of the award: what may still become of it, or what became of it.
Money TakenBy(const v1::PurchaseOrder& order) {
  if (order.state() == v1::PURCHASE_ORDER_STATE_CANCELLED) {
    return Money::Zero(FromProto(order.total()).currency());
  }
  return HasEnded(order.state()) ? FromProto(order.spent()) : FromProto(order.approved_total());
}

// What a framework agreement takes of it: all that may be called off, or what was. That does not
// grow after its end: MoveCallOff.
Money TakenBy(const v1::FrameworkAgreement& agreement) {
  return FromProto(GoesOn(agreement) ? agreement.ceiling() : agreement.called_off());
}

// The supplier's approved orders and framework agreements within the award, but for `except`.
Money Ordered(const es::View& view, const v1::SourcingProcess& process, std::string_view supplier,
              std::string_view except) {
  Money ordered = Money::Zero(FromProto(process.lots(0).estimate()).currency());
  for (const std::string& name : process.purchase_orders()) {
    if (name == except) continue;
    const auto* order = view.Find<v1::PurchaseOrder>(name);
    if (order->supplier() == supplier) ordered = Sum(ordered, TakenBy(*order));
  }
  for (const std::string& name : process.framework_agreements()) {
    if (name == except) continue;
    const auto* agreement = view.Find<v1::FrameworkAgreement>(name);
    if (agreement->supplier() == supplier) ordered = Sum(ordered, TakenBy(*agreement));
  }
  return ordered;
}

Money OrderedBeside(const es::View& view, const v1::SourcingProcess& process,
                    const v1::PurchaseOrder& order) {
  return Ordered(view, process, order.supplier(), order.name());
}

es::Rejection NotAwarded(const v1::PurchaseOrder& order, std::string_view why) {
  return es::Rejected(kNotAwarded)
      .Saying(fmt::format("{}: {}", order.sourcing_process(), why))
      .With("sourcing_process", order.sourcing_process())
      .With("supplier", order.supplier());
}

}  // namespace

const v1::SupplierAward* AwardOf(const v1::SourcingProcess& process, std::string_view supplier) {
  for (const v1::SupplierAward& award : process.awards()) {
    if (award.supplier() == supplier) return &award;
  }
  return nullptr;
}

MaybeRejected CheckDrawsOnAward(const es::View& view, const es::Context& context,
                                const v1::PurchaseOrder& order) {
  if (order.sourcing_process().empty()) return std::nullopt;
  const auto found = Find<v1::SourcingProcess>(view, context, "purchase_order.sourcing_process",
                                               order.sourcing_process(), kSourcingPattern);
  if (!found.ok()) return found.rejection();
  const v1::SourcingProcess& process = **found;
  if (process.state() != v1::SOURCING_STATE_AWARDED) {
    return WrongSourcingState(process, "be ordered from");
  }
  if (AwardOf(process, order.supplier()) == nullptr) {
    return NotAwarded(order, fmt::format("{} was not chosen", order.supplier()));
  }
  if (process.framework_agreement() != order.framework_agreement()) {
    return NotAwarded(
        order, process.framework_agreement().empty()
                   ? "it was not waived for a call-off"
                   : fmt::format("it is for a call-off of {}", process.framework_agreement()));
  }
  if (process.budget_line() != order.budget_line()) {
    return NotAwarded(order, fmt::format("it is for {}", process.budget_line()));
  }
  if (!order.requisition().empty() && order.requisition() != process.requisition()) {
    return NotAwarded(order, fmt::format("it is not for {}", order.requisition()));
  }
  return std::nullopt;
}

MaybeRejected CheckHasAward(const v1::PurchaseOrder& order, const Policy& policy) {
  const Money total = FromProto(order.total());
  // A framework agreement stands on an award.
  const bool has_one = !order.sourcing_process().empty() || !order.framework_agreement().empty();
  if (has_one || !policy.NeedsAward(total)) return std::nullopt;
  return es::Rejected(kAwardRequired)
      .Saying(fmt::format("{} over {} needs an award: orders above {} do", order.name(),
                          total.Format(), policy.award_required_above->Format()))
      .With("total", total.Format())
      .With("limit", policy.award_required_above->Format());
}

MaybeRejected CheckWithinAward(const es::View& view, const v1::PurchaseOrder& order,
                               const Policy& policy) {
  if (order.sourcing_process().empty()) return CheckHasAward(order, policy);
  const auto& process = *view.Find<v1::SourcingProcess>(order.sourcing_process());
  const Money award = FromProto(AwardOf(process, order.supplier())->amount());
  const auto ordered = CheckedAdd(OrderedBeside(view, process, order), FromProto(order.total()));
  if (ordered.ok() && ordered->minor() <= award.minor()) return std::nullopt;
  const std::string wanted = ordered.ok() ? ordered->Format() : FromProto(order.total()).Format();
  return es::Rejected(kAboveAward)
      .Saying(fmt::format("{} would be ordered of {} within {}, which awarded {}", wanted,
                          order.supplier(), process.name(), award.Format()))
      .With("ordered", wanted)
      .With("award", award.Format())
      .With("supplier", order.supplier());
}

MaybeRejected CheckAgreementWithinAward(const es::View& view,
                                        const v1::FrameworkAgreement& agreement) {
  const auto& process = *view.Find<v1::SourcingProcess>(agreement.sourcing_process());
  const Money award = FromProto(AwardOf(process, agreement.supplier())->amount());
  const Money ceiling = FromProto(agreement.ceiling());
  const auto ordered =
      CheckedAdd(Ordered(view, process, agreement.supplier(), agreement.name()), ceiling);
  if (ordered.ok() && ordered->minor() <= award.minor()) return std::nullopt;
  const std::string wanted = ordered.ok() ? ordered->Format() : ceiling.Format();
  return es::Rejected(kAboveAward)
      .Saying(fmt::format("{} could be ordered of {} with {}, and {} awarded {}", wanted,
                          agreement.supplier(), agreement.name(), process.name(), award.Format()))
      .With("ordered", wanted)
      .With("award", award.Format())
      .With("supplier", agreement.supplier());
}

Money AwardAfter(const es::View& view, const v1::PurchaseOrder& amended) {
  const Money total = FromProto(amended.total());
  if (amended.sourcing_process().empty()) return total;
  const auto& process = *view.Find<v1::SourcingProcess>(amended.sourcing_process());
  const auto ordered = CheckedAdd(OrderedBeside(view, process, amended), total);
  const Money award = FromProto(AwardOf(process, amended.supplier())->amount());
  return ordered.ok() && ordered->minor() > award.minor() ? *ordered : total;
}

void RaiseAward(const es::View& view, const v1::PurchaseOrder& amended, es::Decision& decision) {
  if (amended.sourcing_process().empty()) return;
  v1::SourcingProcess process = *view.Find<v1::SourcingProcess>(amended.sourcing_process());
  const auto ordered =
      CheckedAdd(OrderedBeside(view, process, amended), FromProto(amended.total()));
  if (!ordered.ok()) return;  // beyond any budget line, which refuses it
  for (v1::SupplierAward& award : *process.mutable_awards()) {
    if (award.supplier() != amended.supplier()) continue;
    const Money previous = FromProto(award.amount());
    if (ordered->minor() <= previous.minor()) return;
    *award.mutable_amount() = ToProto(*ordered);
    v1::AwardRaised event = After<v1::AwardRaised>(process);
    event.set_supplier(amended.supplier());
    event.set_purchase_order(amended.name());
    *event.mutable_previous_amount() = ToProto(previous);
    *event.mutable_amount() = ToProto(*ordered);
    decision.Add(std::move(event));
    return;
  }
}

}  // namespace prihvat::procurement
