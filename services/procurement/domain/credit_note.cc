// Credit notes take back what an invoice asked for: the whole of it, or a part. What is credited is
// no longer invoiced: it may be invoiced anew.
#include <set>
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

using base::Decimal;
using base::Money;
using v1::SupplierInvoice;

constexpr std::string_view kList = "credit_note.lines";

es::Rejection TooMuch(const v1::InvoiceLine& line, std::string_view wanted, std::string_view left) {
  return es::Rejected(kCreditTooMuch)
      .Saying(fmt::format("line {}: {} would be credited, {} are left", line.line_number(), wanted,
                          left))
      .With("line", line.line_number())
      .With("credited", wanted)
      .With("left", left);
}

// Takes the credit out of the invoice's line.
MaybeRejected CreditLine(const v1::CreditNoteLine& credit, int i, v1::InvoiceLine& line) {
  const auto quantity = CheckQuantity(FieldOf(kList, i, "quantity"), credit.quantity());
  if (!quantity.ok()) return quantity.rejection();
  const Money whole = FromProto(line.amount());
  const std::string field = FieldOf(kList, i, "amount");
  const auto amount = CheckAmount(field, credit.amount(), whole.currency());
  if (!amount.ok()) return amount.rejection();
  if (amount->IsZero()) return es::InvalidField(field, "must be above 0");
  const Decimal quantity_left =
      Difference(FromProto(line.quantity()), FromProto(line.credited_quantity()));
  if (*quantity > quantity_left) {
    return TooMuch(line, quantity->ToString(), quantity_left.ToString());
  }
  const Money left = Difference(whole, FromProto(line.credited()));
  if (amount->minor() > left.minor()) return TooMuch(line, amount->Format(), left.Format());
  if ((*amount == left) != (*quantity == quantity_left)) {
    return es::InvalidField(FieldOf(kList, i, "quantity"),
                            fmt::format("with the last {} the last {} are credited, and neither "
                                        "alone",
                                        left.Format(), quantity_left.ToString()));
  }
  const Money credited = Sum(FromProto(line.credited()), *amount);
  *line.mutable_credited_quantity() = ToProto(Sum(FromProto(line.credited_quantity()), *quantity));
  *line.mutable_credited() = ToProto(credited);
  if (line.has_converted()) {
    *line.mutable_credited_converted() =
        ToProto(ShareOf(FromProto(line.converted()), credited, whole));
  }
  return std::nullopt;
}

// The invoice less the credit note's lines, whose sum goes into `note`.
MaybeRejected Credit(const v1::CreditNote& wanted, SupplierInvoice& invoice, v1::CreditNote& note) {
  if (wanted.lines().empty()) return es::InvalidField(kList, "must have at least one line");
  Money total = Money::Zero(CurrencyOf(invoice));
  std::set<int> numbers;
  for (int i = 0; i < wanted.lines_size(); ++i) {
    const int number = wanted.lines(i).invoice_line();
    const std::string field = FieldOf(kList, i, "invoice_line");
    if (number < 1 || number > invoice.lines_size()) {
      return es::InvalidField(field, fmt::format("the invoice has no line {}; it has {}", number,
                                                 invoice.lines_size()));
    }
    if (!numbers.insert(number).second) {
      return es::InvalidField(field, fmt::format("line {} stands twice", number));
    }
    if (auto no = CreditLine(wanted.lines(i), i, *invoice.mutable_lines(number - 1))) return no;
    v1::CreditNoteLine& line = *note.add_lines();
    line = wanted.lines(i);
    *line.mutable_quantity() = ToProto(FromProto(line.quantity()));
    total = Sum(total, FromProto(line.amount()));
  }
  *note.mutable_total() = ToProto(total);
  return std::nullopt;
}

// Matched|Payable|Paid->CreditNoted. In part the state stays; so a blocked invoice may be corrected
// too, and only sending it back undoes the whole of that.
MaybeRejected CheckState(const SupplierInvoice& before, const SupplierInvoice& after) {
  switch (before.state()) {
    case v1::SUPPLIER_INVOICE_STATE_MATCHED:
    case v1::SUPPLIER_INVOICE_STATE_PAYABLE:
    case v1::SUPPLIER_INVOICE_STATE_PAID:
      return std::nullopt;
    case v1::SUPPLIER_INVOICE_STATE_BLOCKED:
      if (!NetOf(after).IsZero()) return std::nullopt;
      return WrongInvoiceState(before, "be credited wholly");
    default:
      return WrongInvoiceState(before, "be credited");
  }
}

es::Decision DecideRegister(const es::View& view, const v1::RegisterCreditNoteRequest& command,
                            es::Context& context) {
  if (auto no = CheckParentIsOperation(view, context, command.parent())) return *no;
  const v1::CreditNote& wanted = command.credit_note();
  const auto found = Find<SupplierInvoice>(view, context, "credit_note.supplier_invoice",
                                           wanted.supplier_invoice(), kSupplierInvoicePattern);
  if (!found.ok()) return found.rejection();
  const SupplierInvoice& before = **found;
  if (auto no = CheckState(before, before)) return *no;
  if (auto no = CheckSupplierNumber(view, context, "credit_note.supplier_number", "creditNotes",
                                    before.supplier(), wanted.supplier_number())) {
    return *no;
  }
  if (!CheckedFromProto(wanted.credit_date()).ok()) {
    return es::InvalidField("credit_note.credit_date", "must be a day of the calendar");
  }
  if (auto no = CheckText("credit_note.reason", wanted.reason(), true, 1000)) return *no;
  SupplierInvoice after = before;
  v1::CreditNoteRegistered event;
  v1::CreditNote& note = *event.mutable_credit_note();
  if (auto no = Credit(wanted, after, note)) return *no;
  Reckon(after);
  if (auto no = CheckState(before, after)) return *no;
  if (NetOf(after).IsZero()) after.set_state(v1::SUPPLIER_INVOICE_STATE_CREDIT_NOTED);
  Reckon(after);

  v1::PurchaseOrder order = *view.Find<v1::PurchaseOrder>(before.purchase_order());
  if (before.counted()) {
    CountOut(order, before);
    CountIn(order, after);
  }
  note.set_document_number(context.NextNumber(view, "CN").ToString());
  const auto name = NewName(view, context, command.parent(), "creditNotes", "credit_note_id",
                            command.credit_note_id(), note.document_number());
  if (!name.ok()) return name.rejection();
  note.set_name(*name);
  note.set_supplier_invoice(before.name());
  note.set_purchase_order(before.purchase_order());
  note.set_supplier(before.supplier());
  note.set_supplier_number(wanted.supplier_number());
  *note.mutable_credit_date() = wanted.credit_date();
  note.set_reason(wanted.reason());
  *event.mutable_invoice() = FactsOf(after);
  *event.mutable_order() = FactsOf(order);
  es::Decision decision = es::Accepted(std::move(event)).Naming(*name);
  if (after.state() == v1::SUPPLIER_INVOICE_STATE_PAYABLE && !Compare(order, after).empty()) {
    // The quantity was credited, and too little of the money.
    decision.Add(Blocked(after, "does not match after a credit note", Compare(order, after)));
  } else {
    AddPaidIfSettled(after, decision);
  }
  return decision;
}

void FoldRegistered(es::Entities& entities, const v1::CreditNoteRegistered& event,
                    const es::EventContext& context) {
  v1::CreditNote note = event.credit_note();
  Stamp(note, context);
  entities.Put(note.name(), note);
  v1::TakenSupplierNumber taken;
  taken.set_document(note.name());
  entities.Put(
      SupplierNumberKey(context.operation, "creditNotes", note.supplier(), note.supplier_number()),
      taken);
  entities.Edit<SupplierInvoice>(note.supplier_invoice(), [&](SupplierInvoice& invoice) {
    ApplyFacts(invoice, event.invoice());
    Stamp(invoice, context);
  });
  entities.Edit<v1::PurchaseOrder>(note.purchase_order(), [&](v1::PurchaseOrder& order) {
    ApplyFacts(order, event.order());
    Stamp(order, context);
  });
}

}  // namespace

void AddCreditNotes(es::Decider& decider) {
  decider.On<v1::RegisterCreditNoteRequest>(&DecideRegister);
  decider.Fold<v1::CreditNoteRegistered>(&FoldRegistered);
}

}  // namespace prihvat::procurement
