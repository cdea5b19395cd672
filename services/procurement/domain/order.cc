#include "services/procurement/domain/order.h"

#include <algorithm>
#include <vector>

#include "fmt/format.h"
#include "libs/base/check.h"
#include "libs/base/status_macros.h"
#include "services/procurement/domain/policy.h"
#include "services/procurement/domain/reasons.h"
#include "services/procurement/domain/values.h"

namespace prihvat::procurement {
namespace {

using base::Decimal;
using base::Money;

// kept / quantity in percent, cut to two decimals: 2,999.99 of 3,000 is 99.99, never 100 (P3).
Decimal PercentOf(const Decimal& kept, const Decimal& quantity) {
  const auto scaled = [](const Decimal& d) {
    absl::int128 value = d.mantissa();
    for (int i = d.scale(); i < Decimal::kMaxScale; ++i) value *= 10;
    return value;
  };
  if (quantity.IsZero()) return Decimal();
  const absl::int128 hundredths = scaled(kept) * 10'000 / scaled(quantity);
  const auto units = static_cast<int64_t>(hundredths / 100);
  const auto rest = static_cast<int64_t>(hundredths % 100);
  const auto percent = Decimal::Parse(fmt::format("{}.{:02}", units, rest));
  PRIHVAT_CHECK(percent.ok(), percent.status().ToString());
  return *percent;
}

absl::Status RecomputeLine(v1::OrderLine& line) {
  const Decimal quantity = FromProto(line.quantity());
  const Decimal kept = KeptOf(line);
  const Money price = FromProto(line.unit_price());
  PRIHVAT_ASSIGN_OR_RETURN(const Money total, CheckedMul(price, quantity));
  PRIHVAT_ASSIGN_OR_RETURN(const Money spent, CheckedMul(price, kept));
  const Decimal open = Difference(Difference(quantity, kept), FromProto(line.cancelled()));
  *line.mutable_total() = ToProto(total);
  *line.mutable_spent() = ToProto(spent);
  *line.mutable_outstanding() = ToProto(open.IsNegative() ? Decimal() : open);
  *line.mutable_received_percent() = ToProto(PercentOf(kept, quantity));
  return absl::OkStatus();
}

struct StateInfo {
  std::string_view name;
  std::string_view moves;
};

StateInfo InfoOf(v1::PurchaseOrderState state) {
  switch (state) {
    case v1::PURCHASE_ORDER_STATE_DRAFT:
      return {"a draft", "approve, cancel"};
    case v1::PURCHASE_ORDER_STATE_APPROVED:
      return {"approved", "issue, amend, cancel"};
    case v1::PURCHASE_ORDER_STATE_ISSUED:
      return {"issued", "acknowledge, receive, amend, suspend, cancel"};
    case v1::PURCHASE_ORDER_STATE_ACKNOWLEDGED:
      return {"acknowledged", "receive, amend, suspend, cancel"};
    case v1::PURCHASE_ORDER_STATE_PARTIALLY_RECEIVED:
      return {"partially received", "receive, return, amend, suspend, close, terminate"};
    case v1::PURCHASE_ORDER_STATE_RECEIVED:
      return {"received", "receive within the tolerance, return, close"};
    case v1::PURCHASE_ORDER_STATE_CLOSED:
      return {"closed", "return"};
    case v1::PURCHASE_ORDER_STATE_SUSPENDED:
      return {"suspended", "resume, return, terminate"};
    case v1::PURCHASE_ORDER_STATE_CANCELLED:
      return {"cancelled", "none"};
    case v1::PURCHASE_ORDER_STATE_TERMINATED:
      return {"terminated", "return"};
    default:
      return {"in no state", "none"};
  }
}

MaybeRejected CheckLineTexts(const v1::OrderLine& line, std::string_view list, int i,
                             const es::Context& context) {
  if (!v1::LineKind_IsValid(line.kind()) || line.kind() == v1::LINE_KIND_UNSPECIFIED) {
    return es::InvalidField(FieldOf(list, i, "kind"),
                            "must be goods with serials, goods by quantity, a service, freight "
                            "or a tax");
  }
  if (auto no = CheckText(FieldOf(list, i, "description"), line.description(), true)) return no;
  if (auto no = CheckText(FieldOf(list, i, "description_bs"), line.description_bs(), false)) {
    return no;
  }
  if (auto no = CheckText(FieldOf(list, i, "unit"), line.unit(), true, 30)) return no;
  if (!line.recipient().empty()) {
    if (auto no = CheckReference(context, FieldOf(list, i, "recipient"), line.recipient(),
                                 kOrganisationPattern)) {
      return no;
    }
  }
  if (line.warranty_months() < 0 || line.warranty_months() > kMaxWarrantyMonths) {
    return es::InvalidField(
        FieldOf(list, i, "warranty_months"),
        fmt::format("must be from 0 to {}, is {}", kMaxWarrantyMonths, line.warranty_months()));
  }
  if (line.centre().empty()) return std::nullopt;
  return CheckReference(context, FieldOf(list, i, "centre"), line.centre(), kCentrePattern);
}

MaybeRejected CheckTolerance(std::string_view field, const Decimal& tolerance,
                             const Decimal& most) {
  if (tolerance.scale() > 3) {
    return es::InvalidField(field, fmt::format("may have 3 decimals, is {}", tolerance.ToString()));
  }
  if (tolerance <= most) return std::nullopt;
  return es::Rejected(kToleranceTooHigh)
      .Saying(fmt::format("a tolerance of {} % is above the {} % that policy allows",
                          tolerance.ToString(), most.ToString()))
      .With("tolerance_percent", tolerance.ToString())
      .With("max_tolerance_percent", most.ToString())
      .Field(field, fmt::format("must be at most {}", most.ToString()));
}

Checked<v1::OrderLine> CheckOrderLine(const v1::OrderLine& line, std::string_view list, int i,
                                      base::Currency currency, const Policy& policy,
                                      const es::Context& context) {
  if (auto no = CheckLineTexts(line, list, i, context)) return *no;
  const auto quantity = CheckQuantity(FieldOf(list, i, "quantity"), line.quantity());
  if (!quantity.ok()) return quantity.rejection();
  if (auto no = CheckOrderedQuantity(FieldOf(list, i, "quantity"), line.kind(), *quantity)) {
    return *no;
  }
  const auto price = CheckAmount(FieldOf(list, i, "unit_price"), line.unit_price(), currency);
  if (!price.ok()) return price.rejection();
  const std::string tolerance_field = FieldOf(list, i, "tolerance_percent");
  const auto tolerance = CheckQuantity(tolerance_field, line.tolerance_percent());
  if (!tolerance.ok()) return tolerance.rejection();
  if (auto no = CheckTolerance(tolerance_field, *tolerance, policy.max_tolerance_percent)) {
    return *no;
  }

  v1::OrderLine checked;
  checked.set_kind(line.kind());
  checked.set_description(line.description());
  checked.set_description_bs(line.description_bs());
  checked.set_unit(line.unit());
  checked.set_recipient(line.recipient());
  checked.set_centre(line.centre());
  checked.set_warranty_months(line.warranty_months());
  checked.set_framework_line(line.framework_line());
  *checked.mutable_quantity() = ToProto(*quantity);
  *checked.mutable_unit_price() = ToProto(*price);
  *checked.mutable_tolerance_percent() = ToProto(*tolerance);
  for (auto* zero : {checked.mutable_accepted(), checked.mutable_rejected(),
                     checked.mutable_surplus(), checked.mutable_returned_accepted(),
                     checked.mutable_returned_rejected(), checked.mutable_returned_surplus(),
                     checked.mutable_cancelled(), checked.mutable_invoiced()}) {
    *zero = ToProto(Decimal());
  }
  *checked.mutable_invoiced_value() = ToProto(Money::Zero(currency));
  return checked;
}

}  // namespace

MaybeRejected CheckOrderedQuantity(std::string_view field, v1::LineKind kind,
                                   const Decimal& quantity) {
  if (quantity.IsZero()) return es::InvalidField(field, "must be above 0");
  if (kind == v1::LINE_KIND_GOODS_SERIAL && quantity.scale() > 0) {
    return es::InvalidField(
        field, fmt::format("goods with serials come in whole pieces, not {}", quantity.ToString()));
  }
  if (quantity > kMaxQuantity || quantity.scale() > 4) {
    return es::InvalidField(field, fmt::format("must be at most {} with 4 decimals, is {}",
                                               kMaxQuantity.ToString(), quantity.ToString()));
  }
  return std::nullopt;
}

Decimal KeptOf(const v1::OrderLine& line) {
  return Difference(FromProto(line.accepted()), FromProto(line.returned_accepted()));
}

Decimal Beyond(const Decimal& quantity, const Decimal& percent) {
  // Exact: the checks of both left room for all nine decimals.
  const auto share = CheckedMul(percent, Decimal::Exactly<1, 2>());
  PRIHVAT_CHECK(share.ok(), share.status().ToString());
  const auto extra = CheckedMul(quantity, *share);
  PRIHVAT_CHECK(extra.ok(), extra.status().ToString());
  return Sum(quantity, *extra);
}

Decimal ToleratedOf(const v1::OrderLine& line) {
  return Beyond(FromProto(line.quantity()), FromProto(line.tolerance_percent()));
}

Decimal LimitOf(const v1::OrderLine& line) {
  const Decimal tolerated = ToleratedOf(line);
  if (!line.has_tolerance_waiver()) return tolerated;
  const Decimal ceiling = FromProto(line.tolerance_waiver().ceiling());
  return ceiling > tolerated ? ceiling : tolerated;
}

absl::Status Recompute(v1::PurchaseOrder& order) {
  const base::Currency currency = CurrencyOf(order);
  Money total = Money::Zero(currency);
  Money spent = total;
  Money committed = total;
  for (v1::OrderLine& line : *order.mutable_lines()) {
    PRIHVAT_RETURN_IF_ERROR(RecomputeLine(line));
    const Money line_total = FromProto(line.total());
    const Money line_spent = FromProto(line.spent());
    PRIHVAT_ASSIGN_OR_RETURN(total, CheckedAdd(total, line_total));
    PRIHVAT_ASSIGN_OR_RETURN(spent, CheckedAdd(spent, line_spent));
    if (line_total.minor() > line_spent.minor()) {
      committed = Sum(committed, Difference(line_total, line_spent));
    }
  }
  if (!HoldsCommitment(order.state())) committed = Money::Zero(currency);
  *order.mutable_total() = ToProto(total);
  *order.mutable_spent() = ToProto(spent);
  *order.mutable_committed() = ToProto(committed);
  return absl::OkStatus();
}

BudgetChange BudgetChangeOf(const v1::PurchaseOrder& before, const v1::PurchaseOrder& after) {
  BudgetChange change = NoChange(CurrencyOf(after));
  change.committed = Difference(FromProto(after.committed()), FromProto(before.committed()));
  change.spent = Difference(FromProto(after.spent()), FromProto(before.spent()));
  return change;
}

v1::OrderFacts FactsOf(const v1::PurchaseOrder& order) {
  v1::OrderFacts facts;
  facts.set_document_number(order.document_number());
  facts.set_project(order.project());
  facts.set_budget_line(order.budget_line());
  facts.set_requisition(order.requisition());
  facts.set_supplier(order.supplier());
  facts.set_display_name(order.display_name());
  facts.set_currency(order.total().currency_code());
  *facts.mutable_lines() = order.lines();
  *facts.mutable_total() = order.total();
  facts.set_version(order.version());
  facts.set_state(order.state());
  *facts.mutable_committed() = order.committed();
  *facts.mutable_spent() = order.spent();
  *facts.mutable_retention_percent() = order.retention_percent();
  facts.set_sourcing_process(order.sourcing_process());
  facts.set_framework_agreement(order.framework_agreement());
  return facts;
}

void ApplyFacts(v1::PurchaseOrder& order, const v1::OrderFacts& facts) {
  order.set_document_number(facts.document_number());
  order.set_project(facts.project());
  order.set_budget_line(facts.budget_line());
  order.set_requisition(facts.requisition());
  order.set_supplier(facts.supplier());
  order.set_display_name(facts.display_name());
  *order.mutable_lines() = facts.lines();
  *order.mutable_total() = facts.total();
  order.set_version(facts.version());
  order.set_state(facts.state());
  *order.mutable_committed() = facts.committed();
  *order.mutable_spent() = facts.spent();
  *order.mutable_retention_percent() = facts.retention_percent();
  order.set_sourcing_process(facts.sourcing_process());
  order.set_framework_agreement(facts.framework_agreement());
}

base::Currency CurrencyOf(const v1::PurchaseOrder& order) {
  PRIHVAT_CHECK(!order.lines().empty(), order.name() + " has no lines");
  return FromProto(order.lines(0).unit_price()).currency();
}

v1::OrderLine* FindLine(v1::PurchaseOrder& order, int line_number) {
  for (v1::OrderLine& line : *order.mutable_lines()) {
    if (line.line_number() == line_number) return &line;
  }
  return nullptr;
}

bool HoldsCommitment(v1::PurchaseOrderState state) {
  switch (state) {
    case v1::PURCHASE_ORDER_STATE_APPROVED:
    case v1::PURCHASE_ORDER_STATE_ISSUED:
    case v1::PURCHASE_ORDER_STATE_ACKNOWLEDGED:
    case v1::PURCHASE_ORDER_STATE_PARTIALLY_RECEIVED:
    case v1::PURCHASE_ORDER_STATE_RECEIVED:
    case v1::PURCHASE_ORDER_STATE_SUSPENDED:
      return true;
    default:
      return false;
  }
}

bool IsOpenForReceipt(v1::PurchaseOrderState state) {
  return state == v1::PURCHASE_ORDER_STATE_ISSUED ||
         state == v1::PURCHASE_ORDER_STATE_ACKNOWLEDGED ||
         state == v1::PURCHASE_ORDER_STATE_PARTIALLY_RECEIVED ||
         state == v1::PURCHASE_ORDER_STATE_RECEIVED;
}

bool HasEnded(v1::PurchaseOrderState state) {
  return state == v1::PURCHASE_ORDER_STATE_CLOSED || state == v1::PURCHASE_ORDER_STATE_CANCELLED ||
         state == v1::PURCHASE_ORDER_STATE_TERMINATED;
}

bool IsOutstanding(const v1::PurchaseOrder& order) {
  return std::any_of(order.lines().begin(), order.lines().end(), [](const v1::OrderLine& line) {
    return !FromProto(line.outstanding()).IsZero();
  });
}

bool AwaitsAcknowledgement(const v1::PurchaseOrder& order) {
  return order.acknowledged_version() > 0 && order.acknowledged_version() < order.version();
}

bool AwaitsAcknowledgement(const v1::PurchaseOrder& order, const v1::OrderLine& line) {
  return AwaitsAcknowledgement(order) && line.changed_in_version() > order.acknowledged_version();
}

std::string_view StateName(v1::PurchaseOrderState state) { return InfoOf(state).name; }

es::Rejection WrongOrderState(const v1::PurchaseOrder& order, std::string_view wish) {
  const StateInfo info = InfoOf(order.state());
  if (AwaitsAcknowledgement(order) && !HasEnded(order.state())) {
    return es::WrongState(order.name(), info.name, wish,
                          fmt::format("acknowledge the change, {}", info.moves));
  }
  return es::WrongState(order.name(), info.name, wish, info.moves);
}

bool HasAsked(std::string_view requester,
              const google::protobuf::RepeatedPtrField<std::string>& revisers,
              std::string_view person) {
  return requester == person ||
         std::find(revisers.begin(), revisers.end(), person) != revisers.end();
}

bool IsRequesterOrBuyer(const v1::PurchaseOrder& order, std::string_view person) {
  return IsRequester(order, person) || order.buyer() == person;
}

bool HasApproved(const google::protobuf::RepeatedPtrField<v1::Approval>& approvals,
                 std::string_view person) {
  return std::any_of(approvals.begin(), approvals.end(),
                     [&](const v1::Approval& approval) { return approval.approver() == person; });
}

bool HasReceived(const v1::PurchaseOrder& order, std::string_view person) {
  return std::find(order.receivers().begin(), order.receivers().end(), person) !=
         order.receivers().end();
}

void AddOnce(google::protobuf::RepeatedPtrField<std::string>& names, const std::string& name) {
  if (std::find(names.begin(), names.end(), name) == names.end()) *names.Add() = name;
}

MaybeRejected CheckTaxes(const v1::PurchaseOrder& order, const Policy& policy) {
  if (policy.tax_percents.empty()) return std::nullopt;
  Decimal rate;
  for (const Decimal& percent : policy.tax_percents) rate = Sum(rate, percent);
  const auto share = CheckedMul(rate, Decimal::Exactly<1, 2>());
  PRIHVAT_CHECK(share.ok(), share.status().ToString());  // 10 rates of at most 100 with 3 decimals
  const Money nothing = Money::Zero(CurrencyOf(order));
  Money taxed = nothing, taxes = nothing, limit = nothing;
  for (const v1::OrderLine& line : order.lines()) {
    const Money total = FromProto(line.total());
    if (line.kind() == v1::LINE_KIND_TAX) {
      taxes = Sum(taxes, total);
      continue;
    }
    taxed = Sum(taxed, total);
    const auto of_line = CheckedMul(total, *share);
    const auto sum = of_line.ok() ? CheckedAdd(limit, *of_line) : of_line;
    if (!sum.ok()) return es::InvalidField("lines", std::string(sum.status().message()));
    limit = *sum;
  }
  if (const auto once = CheckedMul(taxed, *share); once.ok() && once->minor() > limit.minor()) {
    limit = *once;
  }
  if (taxes.minor() <= limit.minor()) return std::nullopt;
  return es::Rejected(kTaxTooHigh)
      .Saying(fmt::format("taxes of {} on {}: at {} % they come to at most {}", taxes.Format(),
                          taxed.Format(), rate.ToString(), limit.Format()))
      .With("taxes", taxes.Format())
      .With("taxed", taxed.Format())
      .With("percent", rate.ToString())
      .With("limit", limit.Format());
}

Checked<std::vector<v1::OrderLine>> CheckOrderLines(
    const google::protobuf::RepeatedPtrField<v1::OrderLine>& lines, std::string_view list,
    int first_number, base::Currency currency, const es::View& view, const es::Context& context) {
  if (first_number - 1 + lines.size() > kMaxLines) {
    return es::InvalidField(list, fmt::format("an order has at most {} lines, this has {}",
                                              kMaxLines, first_number - 1 + lines.size()));
  }
  const Policy policy = PolicyOn(view, context);
  std::vector<v1::OrderLine> checked;
  for (int i = 0; i < lines.size(); ++i) {
    auto line = CheckOrderLine(lines[i], list, i, currency, policy, context);
    if (!line.ok()) return line.rejection();
    checked.push_back(*line);
    checked.back().set_line_number(first_number + i);
  }
  return checked;
}

}  // namespace prihvat::procurement
