// Waiving the tolerance of a line: more than it allows may be accepted, up to a ceiling, because
// somebody with authority says so and why (INV-07). The ceiling is within policy, and what the
// order could come to by it needs no more approvals than it has (INV-05).
#include <set>
#include <string>

#include "fmt/format.h"
#include "prihvat/procurement/v1/events.pb.h"
#include "prihvat/procurement/v1/service.pb.h"
#include "services/procurement/domain/approvals.h"
#include "services/procurement/domain/checks.h"
#include "services/procurement/domain/decider.h"
#include "services/procurement/domain/duties.h"
#include "services/procurement/domain/order.h"
#include "services/procurement/domain/policy.h"
#include "services/procurement/domain/reasons.h"
#include "services/procurement/domain/values.h"

namespace prihvat::procurement {
namespace {

using base::Decimal;
using base::Money;

// Above what the tolerance allows, not below what is kept, and within policy.
MaybeRejected CheckCeiling(const v1::OrderLine& line, const Decimal& ceiling,
                           const Policy& policy) {
  constexpr std::string_view kField = "ceiling";
  if (auto no = CheckOrderedQuantity(kField, line.kind(), ceiling)) return no;
  const Decimal tolerated = ToleratedOf(line);
  if (ceiling <= tolerated) {
    return es::InvalidField(
        kField, fmt::format("must be above the {} {} that the tolerance of {} % allows, is {}",
                            tolerated.ToString(), line.unit(),
                            FromProto(line.tolerance_percent()).ToString(), ceiling.ToString()));
  }
  const Decimal kept = KeptOf(line);
  if (ceiling < kept) {
    return es::InvalidField(kField, fmt::format("must be at least the {} {} that are kept, is {}",
                                                kept.ToString(), line.unit(), ceiling.ToString()));
  }
  const Decimal most = Beyond(FromProto(line.quantity()), policy.max_waived_tolerance_percent);
  if (ceiling <= most) return std::nullopt;
  return es::Rejected(kToleranceTooHigh)
      .Saying(fmt::format(
          "line {} ({}): {} {} are above the {} to which policy lets a tolerance be "
          "waived, {} % above {}",
          line.line_number(), line.description(), ceiling.ToString(), line.unit(), most.ToString(),
          policy.max_waived_tolerance_percent.ToString(), FromProto(line.quantity()).ToString()))
      .With("line", line.line_number())
      .With("ceiling", ceiling.ToString())
      .With("limit", most.ToString())
      .With("max_waived_tolerance_percent", policy.max_waived_tolerance_percent.ToString())
      .Field(kField, fmt::format("must be at most {}", most.ToString()));
}

// What the order comes to if all that may be accepted of its lines then is.
Checked<Money> WorthAtMost(v1::PurchaseOrder order) {
  for (v1::OrderLine& line : *order.mutable_lines()) {
    if (line.has_tolerance_waiver()) *line.mutable_quantity() = ToProto(LimitOf(line));
  }
  if (const auto status = Recompute(order); !status.ok()) {
    return es::InvalidField("ceiling", std::string(status.message()));
  }
  return FromProto(order.total());
}

// INV-05, INV-10: who waives is an approver, and with them as many approved as that much needs.
MaybeRejected CheckAuthority(const v1::PurchaseOrder& order, const Money& worth,
                             const std::string& person, const Policy& policy) {
  if (auto no = CheckMayApprove(order, {}, person)) return no;
  if (auto no = CheckDuty(order, worth, person, Duty::kApprover, policy)) return no;
  if (auto no = CheckDutiesSeparate(order, worth, policy)) return no;
  std::set<std::string> approvers{person};
  for (const v1::Approval& approval : order.approvals()) approvers.insert(approval.approver());
  const int needed = policy.ApproversFor(worth);
  if (static_cast<int>(approvers.size()) >= needed) return std::nullopt;
  return es::Rejected(kWaiverTooLarge)
      .Saying(fmt::format("{} could come to {}, which {} people approve; {} would have",
                          order.name(), worth.Format(), needed, approvers.size()))
      .With("worth", worth.Format())
      .With("approvals_needed", needed)
      .With("approvals", approvers.size());
}

es::Decision DecideWaive(const es::View& view, const v1::WaiveToleranceRequest& command,
                         es::Context& context) {
  const auto found = FindForEdit<v1::PurchaseOrder>(view, context, command.name(),
                                                    kPurchaseOrderPattern, command.etag());
  if (!found.ok()) return found.rejection();
  v1::PurchaseOrder order = **found;
  if (!IsOpenForReceipt(order.state())) {
    return WrongOrderState(order, "have a tolerance waived");
  }
  v1::OrderLine* line = FindLine(order, command.line_number());
  if (line == nullptr) {
    return es::InvalidField("line_number", fmt::format("the order has no line {}; it has {}",
                                                       command.line_number(), order.lines_size()));
  }
  if (auto no = CheckReason(command.reason())) return *no;
  const auto ceiling = CheckQuantity("ceiling", command.ceiling());
  if (!ceiling.ok()) return ceiling.rejection();
  const Policy policy = PolicyOn(view, context);
  if (auto no = CheckCeiling(*line, *ceiling, policy)) return *no;
  v1::ToleranceWaiver& waiver = *line->mutable_tolerance_waiver();
  *waiver.mutable_ceiling() = ToProto(*ceiling);
  waiver.set_reason(command.reason());
  waiver.set_waiver(context.principal);
  *waiver.mutable_record_time() = ToProto(context.recorded_at);
  const auto worth = WorthAtMost(order);
  if (!worth.ok()) return worth.rejection();
  if (auto no = CheckAuthority(**found, *worth, context.principal, policy)) return *no;

  v1::ToleranceWaived event;
  event.set_purchase_order(order.name());
  *event.mutable_order() = FactsOf(order);
  event.set_line_number(line->line_number());
  event.set_waiver(context.principal);
  return es::Accepted(std::move(event)).Naming(order.name());
}

void FoldWaived(es::Entities& entities, const v1::ToleranceWaived& event,
                const es::EventContext& context) {
  entities.Edit<v1::PurchaseOrder>(event.purchase_order(), [&](v1::PurchaseOrder& order) {
    ApplyFacts(order, event.order());
    AddOnce(*order.mutable_tolerance_waivers(), event.waiver());
    Stamp(order, context);
  });
}

}  // namespace

void AddToleranceWaivers(es::Decider& decider) {
  decider.On<v1::WaiveToleranceRequest>(&DecideWaive);
  decider.Fold<v1::ToleranceWaived>(&FoldWaived);
}

}  // namespace prihvat::procurement
