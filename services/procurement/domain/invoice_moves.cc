// Invoices are compared with what was accepted and kept, approved, stopped, sent back.
#include <string>
#include <vector>

#include "fmt/format.h"
#include "prihvat/procurement/v1/service.pb.h"
#include "services/procurement/domain/checks.h"
#include "services/procurement/domain/decider.h"
#include "services/procurement/domain/duties.h"
#include "services/procurement/domain/invoice.h"
#include "services/procurement/domain/order.h"
#include "services/procurement/domain/reasons.h"
#include "services/procurement/domain/supplier_numbers.h"
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

template <class Command>
Checked<const SupplierInvoice*> Invoice(const View& view, const Context& context,
                                        const Command& command) {
  return FindForEdit<SupplierInvoice>(view, context, command.name(), kSupplierInvoicePattern,
                                      command.etag());
}

const v1::PurchaseOrder& OrderOf(const View& view, const SupplierInvoice& invoice) {
  return *view.Find<v1::PurchaseOrder>(invoice.purchase_order());
}

Decision DecideMatch(const View& view, const v1::MatchSupplierInvoiceRequest& command,
                     Context& context) {
  const auto found = Invoice(view, context, command);
  if (!found.ok()) return found.rejection();
  if ((*found)->state() != v1::SUPPLIER_INVOICE_STATE_RECEIVED &&
      (*found)->state() != v1::SUPPLIER_INVOICE_STATE_BLOCKED) {
    return WrongInvoiceState(**found, "be matched");
  }
  SupplierInvoice invoice = **found;
  v1::PurchaseOrder order = OrderOf(view, invoice);
  if (!invoice.amounts().has_converted_total()) {  // a rate may have come since
    ConvertLines(view, context, PolicyOn(view, context), CurrencyOf(order), invoice);
  }
  const auto exceptions = Compare(order, invoice);
  if (!exceptions.empty()) {
    if (invoice.state() == v1::SUPPLIER_INVOICE_STATE_BLOCKED) {
      return DoesNotMatch(invoice, exceptions);
    }
    return es::Accepted(Blocked(invoice, "does not match", exceptions)).Naming(invoice.name());
  }
  if (!invoice.counted()) CountIn(order, invoice);
  invoice.set_counted(true);
  invoice.set_state(v1::SUPPLIER_INVOICE_STATE_MATCHED);
  Reckon(invoice);
  v1::SupplierInvoiceMatched event;
  event.set_supplier_invoice(invoice.name());
  *event.mutable_invoice() = FactsOf(invoice);
  *event.mutable_order() = FactsOf(order);
  return es::Accepted(std::move(event)).Naming(invoice.name());
}

void AddRecovery(SupplierInvoice& invoice, const std::string& advance, const Money& amount) {
  for (v1::AdvanceRecovery& recovery : *invoice.mutable_recoveries()) {
    if (recovery.advance() != advance) continue;
    *recovery.mutable_amount() = ToProto(Sum(FromProto(recovery.amount()), amount));
    return;
  }
  v1::AdvanceRecovery& recovery = *invoice.add_recoveries();
  recovery.set_advance(advance);
  *recovery.mutable_amount() = ToProto(amount);
}

// Sets the invoice off against the order's advances that are outstanding, as far as it goes.
Checked<std::vector<v1::AdvanceRecovered>> Recover(const View& view, const v1::PurchaseOrder& order,
                                                   SupplierInvoice& invoice) {
  std::vector<v1::AdvanceRecovered> events;
  for (const std::string& name : order.advances()) {
    const auto* advance = view.Find<v1::Advance>(name);
    const Money outstanding = FromProto(advance->outstanding());
    const Money open = FromProto(invoice.amounts().open());
    if (advance->state() != v1::ADVANCE_STATE_PAID || outstanding.IsZero() || open.minor() <= 0) {
      continue;
    }
    if (outstanding.currency() != open.currency()) {
      return es::Rejected(kCurrencyMismatch)
          .Saying(fmt::format("{} is in {}, and {} of {} are to be recovered from it first",
                              invoice.name(), open.currency().code(), outstanding.Format(), name))
          .With("amount", outstanding.Format())
          .With("currency", open.currency().code());
    }
    const Money recovered = outstanding.minor() < open.minor() ? outstanding : open;
    v1::AdvanceRecovered event;
    event.set_advance(name);
    event.set_supplier_invoice(invoice.name());
    *event.mutable_amount() = ToProto(recovered);
    *event.mutable_recovered() = ToProto(Sum(FromProto(advance->recovered()), recovered));
    *event.mutable_outstanding() = ToProto(Difference(outstanding, recovered));
    event.set_state(recovered == outstanding ? v1::ADVANCE_STATE_RECOVERED
                                             : v1::ADVANCE_STATE_PAID);
    events.push_back(std::move(event));
    AddRecovery(invoice, name, recovered);
    Reckon(invoice);
  }
  return events;
}

Decision DecideApprove(const View& view, const v1::ApproveSupplierInvoiceRequest& command,
                       Context& context) {
  const auto found = Invoice(view, context, command);
  if (!found.ok()) return found.rejection();
  SupplierInvoice invoice = **found;
  if (invoice.state() != v1::SUPPLIER_INVOICE_STATE_MATCHED) {
    return WrongInvoiceState(invoice, "be approved");
  }
  const v1::PurchaseOrder& order = OrderOf(view, invoice);
  if (auto no = CheckDuty(order, AtStake(order), context.principal, Duty::kApprover,
                          PolicyOn(view, context))) {
    return *no;
  }
  // Goods may have gone back since it matched.
  if (const auto exceptions = Compare(order, invoice); !exceptions.empty()) {
    return DoesNotMatch(invoice, exceptions);
  }
  invoice.set_state(v1::SUPPLIER_INVOICE_STATE_PAYABLE);
  Reckon(invoice);
  const auto recoveries = Recover(view, order, invoice);
  if (!recoveries.ok()) return recoveries.rejection();
  v1::SupplierInvoiceApproved event;
  event.set_supplier_invoice(invoice.name());
  *event.mutable_invoice() = FactsOf(invoice);
  event.set_approver(context.principal);
  Decision decision = es::Accepted(std::move(event)).Naming(invoice.name());
  for (const v1::AdvanceRecovered& recovery : *recoveries) decision.Add(recovery);
  AddPaidIfSettled(invoice, decision);
  return decision;
}

Decision DecideBlock(const View& view, const v1::BlockSupplierInvoiceRequest& command,
                     Context& context) {
  const auto found = Invoice(view, context, command);
  if (!found.ok()) return found.rejection();
  if ((*found)->state() != v1::SUPPLIER_INVOICE_STATE_PAYABLE) {
    return WrongInvoiceState(**found, "be blocked");
  }
  if (auto no = CheckReason(command.reason())) return *no;
  return es::Accepted(Blocked(**found, command.reason())).Naming(command.name());
}

// What the invoice set off is outstanding again.
v1::AdvanceRecovered Undone(const View& view, const SupplierInvoice& invoice,
                            const v1::AdvanceRecovery& recovery) {
  const auto* advance = view.Find<v1::Advance>(recovery.advance());
  const Money amount = FromProto(recovery.amount());
  v1::AdvanceRecovered event;
  event.set_advance(recovery.advance());
  event.set_supplier_invoice(invoice.name());
  *event.mutable_amount() = ToProto(amount.Negated());
  *event.mutable_recovered() = ToProto(Difference(FromProto(advance->recovered()), amount));
  *event.mutable_outstanding() = ToProto(Sum(FromProto(advance->outstanding()), amount));
  event.set_state(v1::ADVANCE_STATE_PAID);
  return event;
}

Decision DecideReject(const View& view, const v1::RejectSupplierInvoiceRequest& command,
                      Context& context) {
  const auto found = Invoice(view, context, command);
  if (!found.ok()) return found.rejection();
  SupplierInvoice invoice = **found;
  if (invoice.state() != v1::SUPPLIER_INVOICE_STATE_RECEIVED &&
      invoice.state() != v1::SUPPLIER_INVOICE_STATE_BLOCKED) {
    return WrongInvoiceState(invoice, "be rejected");
  }
  if (auto no = CheckReason(command.reason())) return *no;
  if (const Money paid = FromProto(invoice.amounts().paid()); !paid.IsZero()) {
    return es::Rejected(kInvoiceHasPayments)
        .Saying(fmt::format("{} of {} are paid already", paid.Format(), invoice.name()))
        .With("name", invoice.name())
        .With("paid", paid.Format());
  }
  v1::PurchaseOrder order = OrderOf(view, invoice);
  if (invoice.counted()) CountOut(order, invoice);
  const auto recoveries = invoice.recoveries();
  invoice.set_counted(false);
  invoice.clear_recoveries();
  invoice.set_state(v1::SUPPLIER_INVOICE_STATE_REJECTED);
  Reckon(invoice);
  v1::SupplierInvoiceRejected event;
  event.set_supplier_invoice(invoice.name());
  *event.mutable_invoice() = FactsOf(invoice);
  *event.mutable_order() = FactsOf(order);
  event.set_reason(command.reason());
  Decision decision = es::Accepted(std::move(event)).Naming(invoice.name());
  for (const v1::AdvanceRecovery& recovery : recoveries) {
    decision.Add(Undone(view, invoice, recovery));
  }
  return decision;
}

Decision DecideRelease(const View& view, const v1::ReleaseRetentionRequest& command,
                       Context& context) {
  const auto found = Invoice(view, context, command);
  if (!found.ok()) return found.rejection();
  SupplierInvoice invoice = **found;
  if (invoice.state() != v1::SUPPLIER_INVOICE_STATE_PAYABLE) {
    return WrongInvoiceState(invoice, "have its retention released");
  }
  const v1::PurchaseOrder& order = OrderOf(view, invoice);
  if (auto no = CheckDuty(order, AtStake(order), context.principal, Duty::kApprover,
                          PolicyOn(view, context))) {
    return *no;
  }
  const Money retained = FromProto(invoice.amounts().retained());
  if (retained == FromProto(invoice.amounts().retention_released())) {
    return es::Rejected(kNothingRetained)
        .Saying(fmt::format("of {} {} were retained, and as much was released", invoice.name(),
                            retained.Format()))
        .With("name", invoice.name())
        .With("retained", retained.Format());
  }
  *invoice.mutable_amounts()->mutable_retention_released() = ToProto(retained);
  Reckon(invoice);
  v1::RetentionReleased event;
  event.set_supplier_invoice(invoice.name());
  *event.mutable_invoice() = FactsOf(invoice);
  *event.mutable_amount() = ToProto(retained);
  event.set_approver(context.principal);
  return es::Accepted(std::move(event)).Naming(invoice.name());
}

// Edits the invoice that `event` is about, which then is as the event says.
template <class Event, class Edit>
void Change(Entities& entities, const Event& event, const EventContext& context, Edit edit) {
  entities.Edit<SupplierInvoice>(event.supplier_invoice(), [&](SupplierInvoice& invoice) {
    ApplyFacts(invoice, event.invoice());
    edit(invoice);
    Stamp(invoice, context);
  });
}

template <class Event>
void ChangeOrder(Entities& entities, const Event& event, const EventContext& context) {
  entities.Edit<v1::PurchaseOrder>(event.invoice().purchase_order(), [&](v1::PurchaseOrder& order) {
    ApplyFacts(order, event.order());
    Stamp(order, context);
  });
}

void AddPaymentApprover(Entities& entities, const std::string& order_name,
                        const std::string& approver, const EventContext& context) {
  entities.Edit<v1::PurchaseOrder>(order_name, [&](v1::PurchaseOrder& order) {
    AddOnce(*order.mutable_payment_approvers(), approver);
    Stamp(order, context);
  });
}

void FoldMatched(Entities& entities, const v1::SupplierInvoiceMatched& event,
                 const EventContext& context) {
  Change(entities, event, context, [](SupplierInvoice& invoice) {
    invoice.clear_exceptions();
    invoice.clear_state_note();
  });
  ChangeOrder(entities, event, context);
}

void FoldBlocked(Entities& entities, const v1::SupplierInvoiceBlocked& event,
                 const EventContext& context) {
  Change(entities, event, context, [&](SupplierInvoice& invoice) {
    *invoice.mutable_exceptions() = event.exceptions();
    invoice.set_state_note(event.reason());
  });
}

void FoldRejected(Entities& entities, const v1::SupplierInvoiceRejected& event,
                  const EventContext& context) {
  Change(entities, event, context,
         [&](SupplierInvoice& invoice) { invoice.set_state_note(event.reason()); });
  ChangeOrder(entities, event, context);
  entities.Delete(SupplierNumberKey(context.operation, "supplierInvoices",
                                    event.invoice().supplier(), event.invoice().supplier_number()));
}

void FoldApproved(Entities& entities, const v1::SupplierInvoiceApproved& event,
                  const EventContext& context) {
  Change(entities, event, context,
         [&](SupplierInvoice& invoice) { invoice.set_approver(event.approver()); });
  AddPaymentApprover(entities, event.invoice().purchase_order(), event.approver(), context);
}

void FoldReleased(Entities& entities, const v1::RetentionReleased& event,
                  const EventContext& context) {
  Change(entities, event, context, [](SupplierInvoice&) {});
  AddPaymentApprover(entities, event.invoice().purchase_order(), event.approver(), context);
}

void FoldPaid(Entities& entities, const v1::SupplierInvoicePaid& event,
              const EventContext& context) {
  Change(entities, event, context, [](SupplierInvoice&) {});
}

}  // namespace

void AddInvoiceMoves(es::Decider& decider) {
  decider.On<v1::MatchSupplierInvoiceRequest>(&DecideMatch);
  decider.On<v1::ApproveSupplierInvoiceRequest>(&DecideApprove);
  decider.On<v1::BlockSupplierInvoiceRequest>(&DecideBlock);
  decider.On<v1::RejectSupplierInvoiceRequest>(&DecideReject);
  decider.On<v1::ReleaseRetentionRequest>(&DecideRelease);
  decider.Fold<v1::SupplierInvoiceMatched>(&FoldMatched);
  decider.Fold<v1::SupplierInvoiceBlocked>(&FoldBlocked);
  decider.Fold<v1::SupplierInvoiceRejected>(&FoldRejected);
  decider.Fold<v1::SupplierInvoiceApproved>(&FoldApproved);
  decider.Fold<v1::RetentionReleased>(&FoldReleased);
  decider.Fold<v1::SupplierInvoicePaid>(&FoldPaid);
}

}  // namespace prihvat::procurement
