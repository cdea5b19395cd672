#include "services/procurement/domain/invoice.h"

#include <map>
#include <optional>
#include <string>

#include "fmt/format.h"
#include "libs/base/check.h"
#include "services/procurement/domain/exchange_rates.h"
#include "services/procurement/domain/order.h"
#include "services/procurement/domain/reasons.h"
#include "services/procurement/domain/values.h"

namespace prihvat::procurement {
namespace {

using base::Currency;
using base::Decimal;
using base::Money;

struct StateInfo {
  std::string_view name;
  std::string_view moves;
};

StateInfo InfoOf(v1::SupplierInvoiceState state) {
  switch (state) {
    case v1::SUPPLIER_INVOICE_STATE_RECEIVED:
      return {"received", "match, reject"};
    case v1::SUPPLIER_INVOICE_STATE_MATCHED:
      return {"matched", "approve, credit"};
    case v1::SUPPLIER_INVOICE_STATE_BLOCKED:
      return {"blocked", "match, reject, credit in part"};
    case v1::SUPPLIER_INVOICE_STATE_REJECTED:
      return {"rejected", "none"};
    case v1::SUPPLIER_INVOICE_STATE_PAYABLE:
      return {"payable", "pay, release what is retained, block, credit"};
    case v1::SUPPLIER_INVOICE_STATE_PAID:
      return {"paid", "credit"};
    case v1::SUPPLIER_INVOICE_STATE_CREDIT_NOTED:
      return {"credited", "none"};
    default:
      return {"in no state", "none"};
  }
}

Decimal QuantityLeft(const v1::InvoiceLine& line) {
  return Difference(FromProto(line.quantity()), FromProto(line.credited_quantity()));
}
Money ValueLeft(const v1::InvoiceLine& line) {
  return Difference(FromProto(line.converted()), FromProto(line.credited_converted()));
}

// The lines of one rate, by their places in the invoice.
struct RateGroup {
  base::ExactRate rate;
  std::vector<int> lines;
};

void ConvertGroup(const RateGroup& group, Currency to, v1::SupplierInvoice& invoice) {
  std::vector<Money> amounts;
  for (const int i : group.lines) amounts.push_back(FromProto(invoice.lines(i).amount()));
  const auto converted = base::ConvertDocument(amounts, group.rate, to);
  if (!converted.ok()) return;  // too large to be said: as if there were no rate
  for (size_t k = 0; k < group.lines.size(); ++k) {
    v1::InvoiceLine& line = *invoice.mutable_lines(group.lines[k]);
    const auto alone = base::Convert(amounts[k], group.rate, to);
    PRIHVAT_CHECK(alone.ok(), alone.status().ToString());
    *line.mutable_converted() = ToProto(converted->lines[k]);
    *line.mutable_rounding() = ToProto(Difference(converted->lines[k], *alone));
    line.set_rate(group.rate.ToString());
  }
}

// Compares one line, and counts it so that a second line of the invoice on the same order line sees
// it.
class LineMatch {
 public:
  LineMatch(v1::OrderLine& order_line, const v1::InvoiceLine& line,
            std::vector<v1::MatchException>& found)
      : order_line_(order_line), line_(line), found_(found) {}

  void Run() {
    if (order_line_.kind() != line_.kind()) {
      Add(v1::MATCH_EXCEPTION_KIND_KIND, v1::LineKind_Name(line_.kind()),
          v1::LineKind_Name(order_line_.kind()));
    }
    const Decimal quantity = QuantityLeft(line_);
    const Decimal invoiced = Sum(FromProto(order_line_.invoiced()), quantity);
    if (const Decimal kept = KeptOf(order_line_); invoiced > kept) {
      Add(v1::MATCH_EXCEPTION_KIND_QUANTITY, WithUnit(invoiced), WithUnit(kept));
    }
    if (!line_.has_converted()) {
      return Add(v1::MATCH_EXCEPTION_KIND_RATE_MISSING, FromProto(line_.amount()).Format(),
                 "a rate");
    }
    CheckValue(v1::MATCH_EXCEPTION_KIND_PRICE, ValueLeft(line_), quantity);
    const auto value = CheckedAdd(FromProto(order_line_.invoiced_value()), ValueLeft(line_));
    if (!value.ok()) {
      return Add(v1::MATCH_EXCEPTION_KIND_VALUE, "more than can be said", "less");
    }
    CheckValue(v1::MATCH_EXCEPTION_KIND_VALUE, *value, invoiced);
    *order_line_.mutable_invoiced() = ToProto(invoiced);
    *order_line_.mutable_invoiced_value() = ToProto(*value);
  }

 private:
  void CheckValue(v1::MatchExceptionKind kind, const Money& value, const Decimal& quantity) {
    const auto worth = CheckedMul(FromProto(order_line_.unit_price()), quantity);
    if (worth.ok() && value.minor() > worth->minor()) Add(kind, value.Format(), worth->Format());
  }
  std::string WithUnit(const Decimal& quantity) const {
    return quantity.ToString() + " " + order_line_.unit();
  }
  void Add(v1::MatchExceptionKind kind, std::string_view invoiced, std::string_view limit) {
    v1::MatchException exception;
    exception.set_line_number(line_.line_number());
    exception.set_order_line(line_.order_line());
    exception.set_kind(kind);
    exception.set_invoiced(std::string(invoiced));
    exception.set_limit(std::string(limit));
    exception.set_message(fmt::format("line {}, of order line {} ({}): {} invoiced, {} {}",
                                      line_.line_number(), line_.order_line(),
                                      order_line_.description(), invoiced, RuleOf(kind), limit));
    found_.push_back(std::move(exception));
  }
  static std::string_view RuleOf(v1::MatchExceptionKind kind) {
    switch (kind) {
      case v1::MATCH_EXCEPTION_KIND_QUANTITY:
        return "over all invoices; kept are";
      case v1::MATCH_EXCEPTION_KIND_VALUE:
        return "over all invoices; at the order's price that is worth";
      case v1::MATCH_EXCEPTION_KIND_PRICE:
        return "by the line; at the order's price it is worth";
      case v1::MATCH_EXCEPTION_KIND_KIND:
        return "and the order's line is";
      default:
        return "and its day has no";
    }
  }

  v1::OrderLine& order_line_;
  const v1::InvoiceLine& line_;
  std::vector<v1::MatchException>& found_;
};

// sign: +1 or -1.
void Count(v1::PurchaseOrder& order, const v1::SupplierInvoice& invoice, int sign) {
  for (const v1::InvoiceLine& line : invoice.lines()) {
    v1::OrderLine* order_line = FindLine(order, line.order_line());
    const Decimal quantity = sign > 0 ? QuantityLeft(line) : QuantityLeft(line).Negated();
    const Money value = sign > 0 ? ValueLeft(line) : ValueLeft(line).Negated();
    *order_line->mutable_invoiced() = ToProto(Sum(FromProto(order_line->invoiced()), quantity));
    *order_line->mutable_invoiced_value() =
        ToProto(Sum(FromProto(order_line->invoiced_value()), value));
  }
}

Money AtLeastZero(const Money& amount) {
  return amount.IsNegative() ? Money::Zero(amount.currency()) : amount;
}

// Nothing while a line is not converted, or where the sum is too large to be said.
std::optional<Money> ConvertedTotalOf(const v1::SupplierInvoice& invoice) {
  std::optional<Money> total;
  for (const v1::InvoiceLine& line : invoice.lines()) {
    if (!line.has_converted()) return std::nullopt;
    const Money converted = FromProto(line.converted());
    const absl::StatusOr<Money> sum = total ? CheckedAdd(*total, converted) : converted;
    if (!sum.ok()) return std::nullopt;
    total = *sum;
  }
  return total;
}

// An amount that may not be there yet.
Money OrZero(bool is_set, const google::type::Money& amount, Currency currency) {
  return is_set ? FromProto(amount) : Money::Zero(currency);
}

}  // namespace

Currency CurrencyOf(const v1::SupplierInvoice& invoice) {
  PRIHVAT_CHECK(!invoice.lines().empty(), invoice.name() + " has no lines");
  return FromProto(invoice.lines(0).amount()).currency();
}

void ConvertLines(const es::View& view, const es::Context& context, const Policy& policy,
                  Currency to, v1::SupplierInvoice& invoice) {
  const Currency from = CurrencyOf(invoice);
  std::map<std::string, RateGroup> groups;  // by the rate
  for (int i = 0; i < invoice.lines_size(); ++i) {
    v1::InvoiceLine& line = *invoice.mutable_lines(i);
    if (from == to) {
      *line.mutable_converted() = line.amount();
      *line.mutable_rounding() = ToProto(Money::Zero(to));
    } else {
      const auto rate = RateOn(view, context.operation, from, to, FromProto(line.supply_date()),
                               policy.max_rate_age_days);
      if (rate) {
        const RateGroup none{rate->rate, {}};
        groups.try_emplace(rate->rate.ToString(), none).first->second.lines.push_back(i);
        *line.mutable_rate_date() = ToProto(rate->day);
      }
    }
    *line.mutable_credited_converted() = ToProto(Money::Zero(to));
  }
  for (const auto& [rate, group] : groups) ConvertGroup(group, to, invoice);
}

std::vector<v1::MatchException> Compare(const v1::PurchaseOrder& order,
                                        const v1::SupplierInvoice& invoice) {
  v1::PurchaseOrder others = order;  // what other invoices have
  if (invoice.counted()) CountOut(others, invoice);
  std::vector<v1::MatchException> found;
  for (const v1::InvoiceLine& line : invoice.lines()) {
    LineMatch(*FindLine(others, line.order_line()), line, found).Run();
  }
  return found;
}

es::Rejection DoesNotMatch(const v1::SupplierInvoice& invoice,
                           const std::vector<v1::MatchException>& exceptions) {
  const v1::MatchException& first = exceptions.front();
  std::string message = invoice.name() + " does not match: ";
  for (size_t i = 0; i < exceptions.size(); ++i) {
    message += (i == 0 ? "" : "; ") + exceptions[i].message();
  }
  return es::Rejected(kInvoiceDoesNotMatch)
      .Saying(message)
      .With("name", invoice.name())
      .With("line", first.line_number())
      .With("exception", v1::MatchExceptionKind_Name(first.kind()))
      .With("invoiced", first.invoiced())
      .With("limit", first.limit());
}

void CountIn(v1::PurchaseOrder& order, const v1::SupplierInvoice& invoice) {
  Count(order, invoice, +1);
}
void CountOut(v1::PurchaseOrder& order, const v1::SupplierInvoice& invoice) {
  Count(order, invoice, -1);
}

Money NetOf(const v1::SupplierInvoice& invoice) {
  return Difference(FromProto(invoice.amounts().total()), FromProto(invoice.amounts().credited()));
}

Money ConvertedNetOf(const v1::SupplierInvoice& invoice) {
  Money net = Money::Zero(FromProto(invoice.lines(0).converted()).currency());
  for (const v1::InvoiceLine& line : invoice.lines()) net = Sum(net, ValueLeft(line));
  return net;
}

void Reckon(v1::SupplierInvoice& invoice) {
  const Currency currency = CurrencyOf(invoice);
  v1::InvoiceAmounts& amounts = *invoice.mutable_amounts();
  Money total = Money::Zero(currency);
  Money credited = total;
  for (const v1::InvoiceLine& line : invoice.lines()) {
    total = Sum(total, FromProto(line.amount()));
    credited = Sum(credited, FromProto(line.credited()));
  }
  amounts.clear_converted_total();
  if (const auto converted = ConvertedTotalOf(invoice)) {
    *amounts.mutable_converted_total() = ToProto(*converted);
  }
  Money recovered = Money::Zero(currency);
  for (const v1::AdvanceRecovery& recovery : invoice.recoveries()) {
    recovered = Sum(recovered, FromProto(recovery.amount()));
  }
  const Money net = Difference(total, credited);
  const Money released =
      OrZero(amounts.has_retention_released(), amounts.retention_released(), currency);
  Money retained = released;
  if (released.IsZero()) {
    const auto share = CheckedMul(FromProto(invoice.retention_percent()), Decimal::Exactly<1, 2>());
    PRIHVAT_CHECK(share.ok(), share.status().ToString());
    const auto held = CheckedMul(net, *share);
    PRIHVAT_CHECK(held.ok(), held.status().ToString());
    retained = *held;
  }
  const Money paid = OrZero(amounts.has_paid(), amounts.paid(), currency);
  const Money due = Difference(Difference(net, recovered), Difference(retained, released));
  const Money left = Difference(due, paid);
  const bool approved = invoice.state() == v1::SUPPLIER_INVOICE_STATE_PAYABLE;
  *amounts.mutable_total() = ToProto(total);
  *amounts.mutable_credited() = ToProto(credited);
  *amounts.mutable_retained() = ToProto(retained);
  *amounts.mutable_retention_released() = ToProto(released);
  *amounts.mutable_recovered() = ToProto(recovered);
  *amounts.mutable_payable() = ToProto(AtLeastZero(due));
  *amounts.mutable_paid() = ToProto(paid);
  *amounts.mutable_open() = ToProto(approved ? AtLeastZero(left) : Money::Zero(currency));
  *amounts.mutable_refund_due() = ToProto(AtLeastZero(left.Negated()));
}

bool IsSettled(const v1::SupplierInvoice& invoice) {
  const v1::InvoiceAmounts& amounts = invoice.amounts();
  return FromProto(amounts.open()).IsZero() &&
         FromProto(amounts.retained()) == FromProto(amounts.retention_released());
}

v1::InvoiceFacts FactsOf(const v1::SupplierInvoice& invoice) {
  v1::InvoiceFacts facts;
  facts.set_purchase_order(invoice.purchase_order());
  facts.set_project(invoice.project());
  facts.set_budget_line(invoice.budget_line());
  facts.set_supplier(invoice.supplier());
  facts.set_supplier_number(invoice.supplier_number());
  facts.set_state(invoice.state());
  *facts.mutable_lines() = invoice.lines();
  *facts.mutable_amounts() = invoice.amounts();
  facts.set_counted(invoice.counted());
  *facts.mutable_recoveries() = invoice.recoveries();
  return facts;
}

void ApplyFacts(v1::SupplierInvoice& invoice, const v1::InvoiceFacts& facts) {
  invoice.set_state(facts.state());
  *invoice.mutable_lines() = facts.lines();
  *invoice.mutable_amounts() = facts.amounts();
  invoice.set_counted(facts.counted());
  *invoice.mutable_recoveries() = facts.recoveries();
}

v1::SupplierInvoiceBlocked Blocked(v1::SupplierInvoice invoice, std::string_view reason,
                                   const std::vector<v1::MatchException>& exceptions) {
  invoice.set_state(v1::SUPPLIER_INVOICE_STATE_BLOCKED);
  Reckon(invoice);
  v1::SupplierInvoiceBlocked event;
  event.set_supplier_invoice(invoice.name());
  *event.mutable_invoice() = FactsOf(invoice);
  event.mutable_exceptions()->Assign(exceptions.begin(), exceptions.end());
  event.set_reason(std::string(reason));
  return event;
}

void AddPaidIfSettled(v1::SupplierInvoice invoice, es::Decision& decision) {
  if (invoice.state() != v1::SUPPLIER_INVOICE_STATE_PAYABLE || !IsSettled(invoice)) return;
  invoice.set_state(v1::SUPPLIER_INVOICE_STATE_PAID);
  Reckon(invoice);
  v1::SupplierInvoicePaid event;
  event.set_supplier_invoice(invoice.name());
  *event.mutable_invoice() = FactsOf(invoice);
  decision.Add(std::move(event));
}

void BlockWhatNoLongerMatches(const es::View& view, const v1::PurchaseOrder& order,
                              std::string_view reason, es::Decision& decision) {
  for (const std::string& name : order.supplier_invoices()) {
    const auto* found = view.Find<v1::SupplierInvoice>(name);
    if (found->state() != v1::SUPPLIER_INVOICE_STATE_PAYABLE) continue;
    const auto exceptions = Compare(order, *found);
    if (exceptions.empty()) continue;
    decision.Add(Blocked(*found, reason, exceptions));
  }
}

es::Rejection WrongInvoiceState(const v1::SupplierInvoice& invoice, std::string_view wish) {
  const StateInfo info = InfoOf(invoice.state());
  return es::WrongState(invoice.name(), info.name, wish, info.moves);
}

}  // namespace prihvat::procurement
