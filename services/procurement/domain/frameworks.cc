#include "services/procurement/domain/frameworks.h"

#include <algorithm>
#include <string>

#include "fmt/format.h"
#include "libs/base/civil.h"
#include "prihvat/procurement/v1/sourcing.pb.h"
#include "services/procurement/domain/order.h"
#include "services/procurement/domain/reasons.h"
#include "services/procurement/domain/values.h"

namespace prihvat::procurement {
namespace {

using base::Money;
using v1::FrameworkAgreement;

const v1::FrameworkLine* FindAgreed(const FrameworkAgreement& agreement, int number) {
  return number >= 1 && number <= agreement.lines_size() ? &agreement.lines(number - 1) : nullptr;
}

// Which of what the agreement says is not as the order's `field` wants it.
es::Rejection NotAgreed(const FrameworkAgreement& agreement, std::string_view what,
                        std::string_view field, std::string_view wanted, std::string_view agreed) {
  return es::Rejected(kNotAgreed)
      .Saying(fmt::format("{}: its {} is {}, not {}", agreement.name(), what, agreed, wanted))
      .With("framework_agreement", agreement.name())
      .With("wanted", wanted)
      .With("agreed", agreed)
      .Field(field, fmt::format("must be {} as agreed", agreed));
}

MaybeRejected CheckCallOffLine(const FrameworkAgreement& agreement, const v1::OrderLine& line,
                               std::string_view list, int i) {
  const v1::FrameworkLine* agreed = FindAgreed(agreement, line.framework_line());
  if (agreed == nullptr) {
    return es::InvalidField(
        FieldOf(list, i, "framework_line"),
        fmt::format("must be one of the {} lines of {}, is {}", agreement.lines_size(),
                    agreement.name(), line.framework_line()));
  }
  const std::string of = fmt::format("line {}", agreed->line_number());
  if (line.kind() != agreed->kind()) {
    return NotAgreed(agreement, of, FieldOf(list, i, "kind"), v1::LineKind_Name(line.kind()),
                     v1::LineKind_Name(agreed->kind()))
        .With("line", line.line_number());
  }
  if (line.unit() != agreed->unit()) {
    return NotAgreed(agreement, of, FieldOf(list, i, "unit"), fmt::format("by the {}", line.unit()),
                     fmt::format("by the {}", agreed->unit()))
        .With("line", line.line_number());
  }
  const Money price = FromProto(line.unit_price());
  const Money limit = FromProto(agreed->unit_price());
  if (price.minor() <= limit.minor()) return std::nullopt;
  return es::Rejected(kAboveAgreedPrice)
      .Saying(fmt::format("{} for {}: {} agreed to {} in its line {}", price.Format(),
                          line.description(), agreement.name(), limit.Format(),
                          agreed->line_number()))
      .With("line", line.line_number())
      .With("unit_price", price.Format())
      .With("agreed_price", limit.Format())
      .With("framework_line", agreed->line_number())
      .With("framework_agreement", agreement.name())
      .Field(FieldOf(list, i, "unit_price"), fmt::format("must be at most {}", limit.Format()));
}

// What a call-off may grow by within a tolerance or a waiver was promised while the agreement went
// on; the award that it had for that may be given to others since.
MaybeRejected CheckMayGrow(const FrameworkAgreement& agreement, const Money& more) {
  if (GoesOn(agreement)) return CheckWithinCeiling(agreement, more);
  const Money before = FromProto(agreement.called_off());
  return es::Rejected(kAgreementEnded)
      .Saying(fmt::format("{} more would be called off of {}, which has ended with {} called off",
                          more.Format(), agreement.name(), before.Format()))
      .With("framework_agreement", agreement.name())
      .With("called_off", before.Format())
      .With("wanted", more.Format());
}

}  // namespace

bool GoesOn(const FrameworkAgreement& agreement) {
  return agreement.state() == v1::FRAMEWORK_AGREEMENT_STATE_EFFECTIVE ||
         agreement.state() == v1::FRAMEWORK_AGREEMENT_STATE_SUSPENDED;
}

es::Rejection WrongAgreementState(const FrameworkAgreement& agreement, std::string_view wish) {
  switch (agreement.state()) {
    case v1::FRAMEWORK_AGREEMENT_STATE_DRAFT:
      return es::WrongState(agreement.name(), "a draft", wish, "approve, terminate");
    case v1::FRAMEWORK_AGREEMENT_STATE_EFFECTIVE:
      return es::WrongState(agreement.name(), "effective", wish,
                            "call off, suspend, expire, terminate");
    case v1::FRAMEWORK_AGREEMENT_STATE_SUSPENDED:
      return es::WrongState(agreement.name(), "suspended", wish, "resume, expire, terminate");
    case v1::FRAMEWORK_AGREEMENT_STATE_EXPIRED:
      return es::WrongState(agreement.name(), "expired", wish, "none");
    default:
      return es::WrongState(agreement.name(), "terminated", wish, "none");
  }
}

MaybeRejected CheckMayCallOff(const FrameworkAgreement& agreement, absl::CivilDay day) {
  if (agreement.state() != v1::FRAMEWORK_AGREEMENT_STATE_EFFECTIVE) {
    return WrongAgreementState(agreement, "be called off");
  }
  const absl::CivilDay first = FromProto(agreement.start_date());
  const absl::CivilDay last = FromProto(agreement.end_date());
  if (first <= day && day <= last) return std::nullopt;
  return es::Rejected(kOutsidePeriod)
      .Saying(fmt::format("{} holds from {} to {}, not on {}", agreement.name(),
                          base::FormatDate(first), base::FormatDate(last), base::FormatDate(day)))
      .With("framework_agreement", agreement.name())
      .With("start_date", base::FormatDate(first))
      .With("end_date", base::FormatDate(last))
      .With("date", base::FormatDate(day));
}

MaybeRejected CheckMayCallOff(const es::View& view, const v1::PurchaseOrder& order,
                              absl::CivilDay day) {
  if (order.framework_agreement().empty()) return std::nullopt;
  return CheckMayCallOff(*view.Find<FrameworkAgreement>(order.framework_agreement()), day);
}

Checked<const FrameworkAgreement*> FindCalledOff(const es::View& view, const es::Context& context,
                                                 const v1::PurchaseOrder& wanted,
                                                 base::Currency currency) {
  std::string name = wanted.framework_agreement();
  if (name.empty()) {
    const auto* process = view.Find<v1::SourcingProcess>(wanted.sourcing_process());
    if (process != nullptr) name = process->framework_agreement();
  }
  if (name.empty()) return static_cast<const FrameworkAgreement*>(nullptr);
  auto found = Find<FrameworkAgreement>(view, context, "purchase_order.framework_agreement", name,
                                        kFrameworkAgreementPattern);
  if (!found.ok()) return found;
  const FrameworkAgreement& agreement = **found;
  if (auto no = CheckMayCallOff(agreement, context.EffectiveDay())) return *no;
  if (agreement.supplier() != wanted.supplier()) {
    return NotAgreed(agreement, "supplier", "purchase_order.supplier", wanted.supplier(),
                     agreement.supplier());
  }
  const base::Currency agreed = FromProto(agreement.ceiling()).currency();
  if (agreed != currency) {
    // An order's currency is its budget line's.
    return NotAgreed(agreement, "currency", "purchase_order.budget_line", currency.code(),
                     agreed.code());
  }
  return found;
}

OrderLines WithAgreedTerms(const FrameworkAgreement* agreement, const OrderLines& lines) {
  OrderLines filled = lines;
  if (agreement == nullptr) return filled;
  for (v1::OrderLine& line : filled) {
    const v1::FrameworkLine* agreed = FindAgreed(*agreement, line.framework_line());
    if (agreed == nullptr) continue;
    if (line.kind() == v1::LINE_KIND_UNSPECIFIED) line.set_kind(agreed->kind());
    if (line.description().empty()) {
      line.set_description(agreed->description());
      if (line.description_bs().empty()) line.set_description_bs(agreed->description_bs());
    }
    if (line.unit().empty()) line.set_unit(agreed->unit());
    if (!line.has_unit_price()) *line.mutable_unit_price() = agreed->unit_price();
    if (line.warranty_months() == 0) line.set_warranty_months(agreed->warranty_months());
  }
  return filled;
}

MaybeRejected CheckCallOffLines(const FrameworkAgreement* agreement,
                                const std::vector<v1::OrderLine>& lines, std::string_view list) {
  for (int i = 0; i < static_cast<int>(lines.size()); ++i) {
    const v1::OrderLine& line = lines[static_cast<size_t>(i)];
    if (agreement != nullptr) {
      if (auto no = CheckCallOffLine(*agreement, line, list, i)) return no;
    } else if (line.framework_line() != 0) {
      return es::InvalidField(FieldOf(list, i, "framework_line"),
                              "is for orders within a framework agreement");
    }
  }
  return std::nullopt;
}

Money CalledOffBy(const v1::PurchaseOrder& order) {
  const Money nothing = Money::Zero(CurrencyOf(order));
  if (order.state() == v1::PURCHASE_ORDER_STATE_DRAFT ||
      order.state() == v1::PURCHASE_ORDER_STATE_CANCELLED) {
    return nothing;
  }
  const Money spent = FromProto(order.spent());
  if (HasEnded(order.state())) return spent;
  // What was accepted above the quantity, within a tolerance, counts too.
  const Money comes_to = Sum(FromProto(order.committed()), spent);
  const Money approved = FromProto(order.approved_total());
  return comes_to.minor() > approved.minor() ? comes_to : approved;
}

MaybeRejected CheckWithinCeiling(const FrameworkAgreement& agreement, const Money& more) {
  const Money ceiling = FromProto(agreement.ceiling());
  const Money before = FromProto(agreement.called_off());
  const auto wanted = CheckedAdd(before, more);
  if (wanted.ok() && wanted->minor() <= ceiling.minor()) return std::nullopt;
  return es::Rejected(kAboveCeiling)
      .Saying(fmt::format("{} more would be called off of {}, of whose {} are {} called off",
                          more.Format(), agreement.name(), ceiling.Format(), before.Format()))
      .With("framework_agreement", agreement.name())
      .With("ceiling", ceiling.Format())
      .With("called_off", before.Format())
      .With("available", Difference(ceiling, before).Format())
      .With("wanted", more.Format());
}

MaybeRejected MoveCallOff(const es::View& view, const v1::PurchaseOrder& before,
                          const v1::PurchaseOrder& after, es::Decision& decision) {
  if (after.framework_agreement().empty()) return std::nullopt;
  const Money change = Difference(CalledOffBy(after), CalledOffBy(before));
  if (change.IsZero()) return std::nullopt;
  FrameworkAgreement agreement = *view.Find<FrameworkAgreement>(after.framework_agreement());
  if (!change.IsNegative()) {
    if (auto no = CheckMayGrow(agreement, change)) return no;
  }
  const Money called_off = Sum(FromProto(agreement.called_off()), change);
  *agreement.mutable_called_off() = ToProto(called_off);
  *agreement.mutable_available() = ToProto(Difference(FromProto(agreement.ceiling()), called_off));
  v1::CallOffMoved event;
  *event.mutable_framework_agreement() = std::move(agreement);
  event.set_purchase_order(after.name());
  *event.mutable_called_off_change() = ToProto(change);
  decision.Add(std::move(event));
  return std::nullopt;
}

}  // namespace prihvat::procurement
