// Invoices come in, right or wrong: what came is recorded, and compared later. Only a number that
// is there already is refused, and what cannot be understood.
#include <string>

#include "fmt/format.h"
#include "prihvat/procurement/v1/service.pb.h"
#include "prihvat/procurement/v1/state.pb.h"
#include "services/procurement/domain/checks.h"
#include "services/procurement/domain/decider.h"
#include "services/procurement/domain/invoice.h"
#include "services/procurement/domain/order.h"
#include "services/procurement/domain/reasons.h"
#include "services/procurement/domain/supplier_numbers.h"
#include "services/procurement/domain/values.h"

namespace prihvat::procurement {
namespace {

using base::Money;

constexpr std::string_view kList = "supplier_invoice.lines";
constexpr int kMaxInvoices = 500;  // of one order

MaybeRejected CheckLine(const v1::PurchaseOrder& order, const v1::InvoiceLine& line, int i,
                        base::Currency currency, v1::InvoiceLine& checked) {
  v1::PurchaseOrder lines = order;
  if (FindLine(lines, line.order_line()) == nullptr) {
    return es::InvalidField(
        FieldOf(kList, i, "order_line"),
        fmt::format("the order has no line {}; it has {}", line.order_line(), order.lines_size()));
  }
  if (!v1::LineKind_IsValid(line.kind()) || line.kind() == v1::LINE_KIND_UNSPECIFIED) {
    return es::InvalidField(FieldOf(kList, i, "kind"),
                            "must be goods with serials, goods by quantity, a service, freight or "
                            "a tax");
  }
  if (auto no = CheckText(FieldOf(kList, i, "description"), line.description(), false)) return no;
  const auto quantity = CheckQuantity(FieldOf(kList, i, "quantity"), line.quantity());
  if (!quantity.ok()) return quantity.rejection();
  if (quantity->IsZero() || *quantity > kMaxQuantity) {
    return es::InvalidField(FieldOf(kList, i, "quantity"),
                            fmt::format("must be above 0 and at most {}, is {}",
                                        kMaxQuantity.ToString(), quantity->ToString()));
  }
  const std::string field = FieldOf(kList, i, "amount");
  const auto amount = CheckedFromProto(line.amount());
  if (!amount.ok()) return es::InvalidField(field, std::string(amount.status().message()));
  if (amount->currency() != currency || amount->IsNegative()) {
    return es::InvalidField(field, fmt::format("must be in {} as the first line, and not negative, "
                                               "is {}",
                                               currency.code(), amount->Format()));
  }
  if (line.has_supply_date() && !CheckedFromProto(line.supply_date()).ok()) {
    return es::InvalidField(FieldOf(kList, i, "supply_date"), "must be a day of the calendar");
  }
  checked.set_line_number(i + 1);
  checked.set_order_line(line.order_line());
  checked.set_kind(line.kind());
  checked.set_description(line.description());
  *checked.mutable_quantity() = ToProto(*quantity);
  *checked.mutable_amount() = ToProto(*amount);
  *checked.mutable_supply_date() = line.supply_date();
  *checked.mutable_credited_quantity() = ToProto(base::Decimal());
  *checked.mutable_credited() = ToProto(Money::Zero(currency));
  return std::nullopt;
}

// The lines as they are stored, in `invoice`; their sum is the total that stands on it.
MaybeRejected CheckLines(const v1::PurchaseOrder& order, const v1::SupplierInvoice& wanted,
                         v1::SupplierInvoice& invoice) {
  if (wanted.lines().empty() || wanted.lines_size() > kMaxLines) {
    return es::InvalidField(
        kList, fmt::format("must have 1 to {} lines, has {}", kMaxLines, wanted.lines_size()));
  }
  const auto first = CheckedFromProto(wanted.lines(0).amount());
  if (!first.ok()) {
    return es::InvalidField(FieldOf(kList, 0, "amount"), std::string(first.status().message()));
  }
  Money sum = Money::Zero(first->currency());
  for (int i = 0; i < wanted.lines_size(); ++i) {
    v1::InvoiceLine& line = *invoice.add_lines();
    if (auto no = CheckLine(order, wanted.lines(i), i, first->currency(), line)) return no;
    if (!wanted.lines(i).has_supply_date()) *line.mutable_supply_date() = wanted.invoice_date();
    const auto added = CheckedAdd(sum, FromProto(line.amount()));
    if (!added.ok()) return es::InvalidField(kList, std::string(added.status().message()));
    sum = *added;
  }
  *invoice.mutable_total() = ToProto(sum);
  if (!wanted.has_total()) return std::nullopt;
  const auto total = CheckedFromProto(wanted.total());
  if (total.ok() && *total == sum) return std::nullopt;
  const std::string stated = total.ok() ? total->Format() : "no amount";
  return es::Rejected(kInvoiceDoesNotAddUp)
      .Saying(fmt::format("the lines add up to {}, the total is {}", sum.Format(), stated))
      .With("lines", sum.Format())
      .With("total", stated)
      .Field("supplier_invoice.total", fmt::format("must be {}", sum.Format()));
}

es::Decision DecideRegister(const es::View& view, const v1::RegisterSupplierInvoiceRequest& command,
                            es::Context& context) {
  if (auto no = CheckParentIsOperation(view, context, command.parent())) return *no;
  const v1::SupplierInvoice& wanted = command.supplier_invoice();
  const auto found = Find<v1::PurchaseOrder>(view, context, "supplier_invoice.purchase_order",
                                             wanted.purchase_order(), kPurchaseOrderPattern);
  if (!found.ok()) return found.rejection();
  const v1::PurchaseOrder& order = **found;
  if (auto no =
          CheckSupplierNumber(view, context, "supplier_invoice.supplier_number", "supplierInvoices",
                              order.supplier(), wanted.supplier_number())) {
    return *no;
  }
  if (!CheckedFromProto(wanted.invoice_date()).ok()) {
    return es::InvalidField("supplier_invoice.invoice_date", "must be a day of the calendar");
  }
  if (wanted.has_due_date() && !CheckedFromProto(wanted.due_date()).ok()) {
    return es::InvalidField("supplier_invoice.due_date", "must be a day of the calendar");
  }
  if (order.supplier_invoices_size() >= kMaxInvoices) {
    return es::InvalidField(
        "supplier_invoice.purchase_order",
        fmt::format("has {} invoices, which is the most", order.supplier_invoices_size()));
  }
  v1::SupplierInvoiceReceived event;
  v1::SupplierInvoice& invoice = *event.mutable_supplier_invoice();
  if (auto no = CheckLines(order, wanted, invoice)) return *no;
  invoice.set_document_number(context.NextNumber(view, "SI").ToString());
  const auto name =
      NewName(view, context, command.parent(), "supplierInvoices", "supplier_invoice_id",
              command.supplier_invoice_id(), invoice.document_number());
  if (!name.ok()) return name.rejection();
  invoice.set_name(*name);
  invoice.set_state(v1::SUPPLIER_INVOICE_STATE_RECEIVED);
  invoice.set_purchase_order(order.name());
  invoice.set_supplier(order.supplier());
  invoice.set_supplier_number(wanted.supplier_number());
  *invoice.mutable_invoice_date() = wanted.invoice_date();
  if (wanted.has_due_date()) *invoice.mutable_due_date() = wanted.due_date();
  invoice.set_project(order.project());
  invoice.set_budget_line(order.budget_line());
  *invoice.mutable_retention_percent() = order.retention_percent();
  invoice.set_registrar(context.principal);
  ConvertLines(view, context, PolicyOn(view, context), CurrencyOf(order), invoice);
  Reckon(invoice);
  *invoice.mutable_amounts()->mutable_paid_booked() = ToProto(Money::Zero(CurrencyOf(order)));
  return es::Accepted(std::move(event)).Naming(*name);
}

void FoldReceived(es::Entities& entities, const v1::SupplierInvoiceReceived& event,
                  const es::EventContext& context) {
  v1::SupplierInvoice invoice = event.supplier_invoice();
  Stamp(invoice, context);
  entities.Put(invoice.name(), invoice);
  v1::TakenSupplierNumber taken;
  taken.set_document(invoice.name());
  entities.Put(SupplierNumberKey(context.operation, "supplierInvoices", invoice.supplier(),
                                 invoice.supplier_number()),
               taken);
  entities.Edit<v1::PurchaseOrder>(invoice.purchase_order(), [&](v1::PurchaseOrder& order) {
    order.add_supplier_invoices(invoice.name());
    Stamp(order, context);
  });
}

}  // namespace

void AddInvoices(es::Decider& decider) {
  decider.On<v1::RegisterSupplierInvoiceRequest>(&DecideRegister);
  decider.Fold<v1::SupplierInvoiceReceived>(&FoldReceived);
}

}  // namespace prihvat::procurement
