// Money goes to suppliers, in parts where it does, and comes back. Who pays is neither who asked,
// nor who approved, nor who received (INV-10); what is paid is never more than is payable (INV-09).
#include "services/procurement/domain/payment.h"

#include <optional>
#include <string>

#include "fmt/format.h"
#include "prihvat/procurement/v1/payables_events.pb.h"
#include "prihvat/procurement/v1/service.pb.h"
#include "services/procurement/domain/budget.h"
#include "services/procurement/domain/checks.h"
#include "services/procurement/domain/decider.h"
#include "services/procurement/domain/duties.h"
#include "services/procurement/domain/exchange_rates.h"
#include "services/procurement/domain/invoice.h"
#include "services/procurement/domain/order.h"
#include "services/procurement/domain/reasons.h"
#include "services/procurement/domain/suppliers.h"
#include "services/procurement/domain/values.h"

namespace prihvat::procurement {
namespace {

using base::Money;
using es::Context;
using es::Decision;
using es::Entities;
using es::EventContext;
using es::View;
using v1::SupplierInvoice;

// What the budget line's `paid` moves by.
Checked<v1::BudgetMoved> MovePaid(const View& view, const v1::PurchaseOrder& order,
                                  std::string_view cause, const Money& booked) {
  BudgetChange change = NoChange(CurrencyOf(order));
  change.paid = booked;
  const auto kind = booked.IsNegative() ? v1::BUDGET_MOVE_KIND_REFUNDED : v1::BUDGET_MOVE_KIND_PAID;
  return MoveBudget(*view.Find<v1::BudgetLine>(order.budget_line()), cause, kind, change);
}

// The payment without a name of its own, with what it is worth in the order's currency on its day.
Checked<v1::Payment> NewPayment(const View& view, Context& context, const v1::PurchaseOrder& order,
                                v1::PaymentKind kind, const Money& amount, const Money& booked,
                                std::string_view reference) {
  if (auto no = CheckText("reference", reference, false, 100)) return *no;
  const Policy policy = PolicyOn(view, context);
  v1::Payment payment;
  payment.set_document_number(context.NextNumber(view, "PAY").ToString());
  payment.set_state(v1::PAYMENT_STATE_MADE);
  payment.set_kind(kind);
  payment.set_purchase_order(order.name());
  payment.set_supplier(order.supplier());
  *payment.mutable_amount() = ToProto(amount);
  payment.set_reference(std::string(reference));
  *payment.mutable_value_date() = ToProto(context.EffectiveDay());
  *payment.mutable_booked() = ToProto(booked);
  payment.set_payer(context.principal);
  std::optional<Money> converted;
  if (amount.currency() == booked.currency()) {
    converted = amount;
  } else if (const auto rate = RateOn(view, context.operation, amount.currency(), booked.currency(),
                                      context.EffectiveDay(), policy.max_rate_age_days)) {
    const auto money = base::Convert(amount, rate->rate, booked.currency());
    if (money.ok()) converted = *money;
  }
  if (converted) {
    *payment.mutable_converted() = ToProto(*converted);
    *payment.mutable_exchange_difference() = ToProto(Difference(*converted, booked));
  }
  return payment;
}

// Above 0, in that currency, and at most `most`.
Checked<Money> CheckPaid(const google::type::Money& wanted, const Money& most,
                         std::string_view name, const es::Reason& too_much) {
  auto amount = CheckAmount("amount", wanted, most.currency());
  if (!amount.ok()) return amount.rejection();
  if (amount->IsZero()) return es::InvalidField("amount", "must be above 0");
  if (amount->minor() <= most.minor()) return amount;
  return es::Rejected(too_much)
      .Saying(fmt::format("{} would move, {} of {} may", amount->Format(), most.Format(), name))
      .With("name", name)
      .With("amount", amount->Format())
      .With("limit", most.Format())
      .Field("amount", fmt::format("must be at most {}", most.Format()));
}

// The invoice with `paid` moved by `change`, and what that moves in the order's currency: shares of
// the whole, so that what is paid in parts adds up.
Money MovePaidOf(SupplierInvoice& invoice, const Money& change) {
  const Money before = FromProto(invoice.amounts().paid_booked());
  const Money paid = Sum(FromProto(invoice.amounts().paid()), change);
  const Money net = NetOf(invoice);
  // More was paid than is left after a credit note: that share is what it was.
  const Money booked = paid.minor() <= net.minor()
                           ? ShareOf(ConvertedNetOf(invoice), paid, net)
                           : ShareOf(before, paid, FromProto(invoice.amounts().paid()));
  *invoice.mutable_amounts()->mutable_paid() = ToProto(paid);
  *invoice.mutable_amounts()->mutable_paid_booked() = ToProto(booked);
  Reckon(invoice);
  return Difference(booked, before);
}

// The events of a payment for an invoice, which is as it is after it.
Decision Made(const View& view, Context& context, const v1::PurchaseOrder& order,
              std::string_view payment_id, v1::Payment payment, const SupplierInvoice* invoice) {
  const auto name = NewName(view, context, context.operation, "payments", "payment_id", payment_id,
                            payment.document_number());
  if (!name.ok()) return name.rejection();
  payment.set_name(*name);
  const bool refund = payment.kind() == v1::PAYMENT_KIND_REFUND;
  const Money booked = FromProto(payment.booked());
  v1::PaymentMade event;
  *event.mutable_payment() = std::move(payment);
  if (invoice != nullptr) *event.mutable_invoice() = FactsOf(*invoice);
  Decision decision = es::Accepted(std::move(event)).Naming(*name);
  if (!booked.IsZero()) {
    const auto moved = MovePaid(view, order, *name, refund ? booked.Negated() : booked);
    if (!moved.ok()) return moved.rejection();
    decision.Add(*moved);
  }
  if (invoice != nullptr) AddPaidIfSettled(*invoice, decision);
  return decision;
}

Decision DecidePay(const View& view, const v1::PaySupplierInvoiceRequest& command,
                   Context& context) {
  const auto found = FindForEdit<SupplierInvoice>(view, context, command.name(),
                                                  kSupplierInvoicePattern, command.etag());
  if (!found.ok()) return found.rejection();
  SupplierInvoice invoice = **found;
  if (invoice.state() != v1::SUPPLIER_INVOICE_STATE_PAYABLE) {
    return WrongInvoiceState(invoice, "be paid");
  }
  const auto& order = *view.Find<v1::PurchaseOrder>(invoice.purchase_order());
  if (auto no = CheckDuty(order, AtStake(order), context.principal, Duty::kPayer,
                          PolicyOn(view, context))) {
    return *no;
  }
  if (auto no = CheckMayDealWith(*view.Find<v1::Supplier>(order.supplier()), "be paid")) {
    return *no;
  }
  const auto amount = CheckPaid(command.amount(), FromProto(invoice.amounts().open()),
                                invoice.name(), kMoreThanPayable);
  if (!amount.ok()) return amount.rejection();
  const Money booked = MovePaidOf(invoice, *amount);
  auto payment = NewPayment(view, context, order, v1::PAYMENT_KIND_INVOICE, *amount, booked,
                            command.reference());
  if (!payment.ok()) return payment.rejection();
  v1::Payment made = *payment;
  made.set_supplier_invoice(invoice.name());
  return Made(view, context, order, command.payment_id(), std::move(made), &invoice);
}

Decision DecideRefund(const View& view, const v1::RecordSupplierRefundRequest& command,
                      Context& context) {
  const auto found = FindForEdit<SupplierInvoice>(view, context, command.name(),
                                                  kSupplierInvoicePattern, command.etag());
  if (!found.ok()) return found.rejection();
  SupplierInvoice invoice = **found;
  // What an advance paid comes back by reversing that payment.
  Money most = FromProto(invoice.amounts().refund_due());
  if (const Money paid = FromProto(invoice.amounts().paid()); paid.minor() < most.minor())
    most = paid;
  const auto amount = CheckPaid(command.amount(), most, invoice.name(), kMoreThanDueBack);
  if (!amount.ok()) return amount.rejection();
  const auto& order = *view.Find<v1::PurchaseOrder>(invoice.purchase_order());
  const Money booked = MovePaidOf(invoice, amount->Negated()).Negated();
  auto payment = NewPayment(view, context, order, v1::PAYMENT_KIND_REFUND, *amount, booked,
                            command.reference());
  if (!payment.ok()) return payment.rejection();
  v1::Payment made = *payment;
  made.set_supplier_invoice(invoice.name());
  return Made(view, context, order, command.payment_id(), std::move(made), &invoice);
}

Decision DecidePayAdvance(const View& view, const v1::PayAdvanceRequest& command,
                          Context& context) {
  const auto found =
      FindForEdit<v1::Advance>(view, context, command.name(), kAdvancePattern, command.etag());
  if (!found.ok()) return found.rejection();
  const v1::Advance& advance = **found;
  if (advance.state() != v1::ADVANCE_STATE_APPROVED) return WrongAdvanceState(advance, "be paid");
  const auto& order = *view.Find<v1::PurchaseOrder>(advance.purchase_order());
  if (!IsOpenForReceipt(order.state())) return WrongOrderState(order, "be advanced on");
  if (auto no = CheckDuty(order, AtStake(order), context.principal, Duty::kPayer,
                          PolicyOn(view, context))) {
    return *no;
  }
  if (auto no = CheckMayDealWith(*view.Find<v1::Supplier>(order.supplier()), "be paid")) {
    return *no;
  }
  const Money amount = FromProto(advance.amount());
  auto payment = NewPayment(view, context, order, v1::PAYMENT_KIND_ADVANCE, amount, amount,
                            command.reference());
  if (!payment.ok()) return payment.rejection();
  v1::Payment made = *payment;
  made.set_advance(advance.name());
  Decision decision =
      Made(view, context, order, command.payment_id(), std::move(made), /*invoice=*/nullptr);
  if (!decision.accepted()) return decision;
  v1::AdvancePaid paid;
  paid.set_advance(advance.name());
  paid.set_purchase_order(order.name());
  *paid.mutable_amount() = ToProto(amount);
  decision.Add(std::move(paid));
  return decision;
}

// Undoes what the payment did to its invoice, which may be payable again.
MaybeRejected UndoOnInvoice(const View& view, const v1::Payment& payment,
                            v1::PaymentReversed& event) {
  SupplierInvoice invoice = *view.Find<SupplierInvoice>(payment.supplier_invoice());
  const bool refund = payment.kind() == v1::PAYMENT_KIND_REFUND;
  const Money amount = FromProto(payment.amount());
  const Money booked = FromProto(payment.booked());
  v1::InvoiceAmounts& amounts = *invoice.mutable_amounts();
  const Money paid = Sum(FromProto(amounts.paid()), refund ? amount : amount.Negated());
  if (paid.IsNegative()) {
    return es::Rejected(kMoreThanDueBack)
        .Saying(fmt::format("{} of {} came back already; reverse the refund first", amount.Format(),
                            invoice.name()))
        .With("name", invoice.name())
        .With("amount", amount.Format())
        .With("limit", FromProto(amounts.paid()).Format());
  }
  *amounts.mutable_paid() = ToProto(paid);
  *amounts.mutable_paid_booked() =
      ToProto(Sum(FromProto(amounts.paid_booked()), refund ? booked : booked.Negated()));
  if (!refund && invoice.state() == v1::SUPPLIER_INVOICE_STATE_PAID) {
    invoice.set_state(v1::SUPPLIER_INVOICE_STATE_PAYABLE);
  }
  Reckon(invoice);
  if (invoice.state() == v1::SUPPLIER_INVOICE_STATE_PAYABLE && IsSettled(invoice)) {
    invoice.set_state(v1::SUPPLIER_INVOICE_STATE_PAID);  // more than this payment was too much
    Reckon(invoice);
  }
  event.set_supplier_invoice(invoice.name());
  *event.mutable_invoice() = FactsOf(invoice);
  return std::nullopt;
}

MaybeRejected UndoOnAdvance(const View& view, const v1::Payment& payment,
                            v1::PaymentReversed& event) {
  const auto* advance = view.Find<v1::Advance>(payment.advance());
  if (const Money recovered = FromProto(advance->recovered()); !recovered.IsZero()) {
    return es::Rejected(kAdvanceIsRecovered)
        .Saying(
            fmt::format("{} of {} are recovered by invoices", recovered.Format(), advance->name()))
        .With("name", advance->name())
        .With("recovered", recovered.Format());
  }
  event.set_advance(advance->name());
  return std::nullopt;
}

Decision DecideReverse(const View& view, const v1::ReversePaymentRequest& command,
                       Context& context) {
  const auto found =
      FindForEdit<v1::Payment>(view, context, command.name(), kPaymentPattern, command.etag());
  if (!found.ok()) return found.rejection();
  const v1::Payment& payment = **found;
  if (payment.state() != v1::PAYMENT_STATE_MADE) {
    return es::WrongState(payment.name(), "reversed", "be reversed", "none");
  }
  if (auto no = CheckReason(command.reason())) return *no;
  v1::PaymentReversed event;
  event.set_payment(payment.name());
  event.set_reason(command.reason());
  event.set_kind(payment.kind());
  event.set_purchase_order(payment.purchase_order());
  *event.mutable_amount() = payment.amount();
  if (payment.supplier_invoice().empty()) {
    if (auto no = UndoOnAdvance(view, payment, event)) return *no;
  } else {
    if (auto no = UndoOnInvoice(view, payment, event)) return *no;
  }
  Decision decision = es::Accepted(event).Naming(payment.name());
  const Money booked = FromProto(payment.booked());
  const auto& order = *view.Find<v1::PurchaseOrder>(payment.purchase_order());
  if (!booked.IsZero()) {
    const bool refund = payment.kind() == v1::PAYMENT_KIND_REFUND;
    const auto moved = MovePaid(view, order, payment.name(), refund ? booked : booked.Negated());
    if (!moved.ok()) return moved.rejection();
    decision.Add(*moved);
  }
  if (event.invoice().state() == v1::SUPPLIER_INVOICE_STATE_PAYABLE) {
    // It may have been paid when goods went back.
    SupplierInvoice invoice = *view.Find<SupplierInvoice>(payment.supplier_invoice());
    ApplyFacts(invoice, event.invoice());
    const auto exceptions = Compare(order, invoice);
    if (!exceptions.empty()) {
      decision.Add(Blocked(invoice, "no longer matches", exceptions));
    }
  }
  return decision;
}

void FoldMade(Entities& entities, const v1::PaymentMade& event, const EventContext& context) {
  v1::Payment payment = event.payment();
  Stamp(payment, context);
  entities.Put(payment.name(), payment);
  if (event.has_invoice()) {
    entities.Edit<SupplierInvoice>(payment.supplier_invoice(), [&](SupplierInvoice& invoice) {
      ApplyFacts(invoice, event.invoice());
      Stamp(invoice, context);
    });
  }
  if (payment.kind() == v1::PAYMENT_KIND_REFUND) return;
  entities.Edit<v1::PurchaseOrder>(payment.purchase_order(), [&](v1::PurchaseOrder& order) {
    AddOnce(*order.mutable_payers(), payment.payer());
    Stamp(order, context);
  });
}

void FoldReversed(Entities& entities, const v1::PaymentReversed& event,
                  const EventContext& context) {
  entities.Edit<v1::Payment>(event.payment(), [&](v1::Payment& payment) {
    payment.set_state(v1::PAYMENT_STATE_REVERSED);
    payment.set_reversal_reason(event.reason());
    Stamp(payment, context);
  });
  if (event.has_invoice()) {
    entities.Edit<SupplierInvoice>(event.supplier_invoice(), [&](SupplierInvoice& invoice) {
      ApplyFacts(invoice, event.invoice());
      Stamp(invoice, context);
    });
    return;
  }
  entities.Edit<v1::Advance>(event.advance(), [&](v1::Advance& advance) {
    advance.set_state(v1::ADVANCE_STATE_APPROVED);
    *advance.mutable_outstanding() = ToProto(Money::Zero(FromProto(event.amount()).currency()));
    Stamp(advance, context);
  });
}

}  // namespace

void AddPayments(es::Decider& decider) {
  decider.On<v1::PaySupplierInvoiceRequest>(&DecidePay);
  decider.On<v1::RecordSupplierRefundRequest>(&DecideRefund);
  decider.On<v1::PayAdvanceRequest>(&DecidePayAdvance);
  decider.On<v1::ReversePaymentRequest>(&DecideReverse);
  decider.Fold<v1::PaymentMade>(&FoldMade);
  decider.Fold<v1::PaymentReversed>(&FoldReversed);
}

}  // namespace prihvat::procurement
