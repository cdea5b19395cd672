// What is computed from a supplier's invoice: its lines in the order's currency, whether they match
// what was accepted and kept (INV-09), and where its money stands; and its states and their moves.
#pragma once

#include <string_view>
#include <vector>

#include "libs/es/decision.h"
#include "libs/es/entities.h"
#include "prihvat/procurement/v1/payables.pb.h"
#include "prihvat/procurement/v1/payables_events.pb.h"
#include "prihvat/procurement/v1/resources.pb.h"
#include "services/procurement/domain/checks.h"
#include "services/procurement/domain/policy.h"

namespace prihvat::procurement {

base::Currency CurrencyOf(const v1::SupplierInvoice& invoice);

// Fills in the lines' amounts in `to`, each at the rate of its own day: lines of one rate are
// converted together, once, and share what rounding leaves (INV-02). A line whose day has no rate
// stays without, and so does the total: a missing amount is not 0.
void ConvertLines(const es::View& view, const es::Context& context, const Policy& policy,
                  base::Currency to, v1::SupplierInvoice& invoice);

// What keeps the invoice from matching, against the order as it is; nothing where it matches. Each
// line's quantity stays within what was accepted and kept and is in no other invoice; its value
// within that quantity at the order's price, by itself and over all invoices.
std::vector<v1::MatchException> Compare(const v1::PurchaseOrder& order,
                                        const v1::SupplierInvoice& invoice);

// INVOICE_DOES_NOT_MATCH with the numbers of the first.
es::Rejection DoesNotMatch(const v1::SupplierInvoice& invoice,
                           const std::vector<v1::MatchException>& exceptions);

// Counts what is left of the invoice in its order lines' `invoiced`, or takes it out again.
void CountIn(v1::PurchaseOrder& order, const v1::SupplierInvoice& invoice);
void CountOut(v1::PurchaseOrder& order, const v1::SupplierInvoice& invoice);

// Fills in `amounts` from lines, retention, recoveries, and what was paid and released.
void Reckon(v1::SupplierInvoice& invoice);

// Whether nothing is left to pay, now or after a release.
bool IsSettled(const v1::SupplierInvoice& invoice);

// total - credited.
base::Money NetOf(const v1::SupplierInvoice& invoice);
// The same in the order's currency. All lines are converted.
base::Money ConvertedNetOf(const v1::SupplierInvoice& invoice);

// What events say of the invoice; and their fold.
v1::InvoiceFacts FactsOf(const v1::SupplierInvoice& invoice);
void ApplyFacts(v1::SupplierInvoice& invoice, const v1::InvoiceFacts& facts);

// The event that stops the invoice.
v1::SupplierInvoiceBlocked Blocked(v1::SupplierInvoice invoice, std::string_view reason,
                                   const std::vector<v1::MatchException>& exceptions = {});

// Adds that the invoice is paid, where it is payable and nothing is left to pay.
void AddPaidIfSettled(v1::SupplierInvoice invoice, es::Decision& decision);

// Stops the order's payable invoices that do not match it any longer: nothing stays payable beyond
// what is kept. `order` is as it is after the change that `reason` tells.
void BlockWhatNoLongerMatches(const es::View& view, const v1::PurchaseOrder& order,
                              std::string_view reason, es::Decision& decision);

// The rejection of a move that the invoice's state does not have; `wish` as in "be paid".
es::Rejection WrongInvoiceState(const v1::SupplierInvoice& invoice, std::string_view wish);

}  // namespace prihvat::procurement
