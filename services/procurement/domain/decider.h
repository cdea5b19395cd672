// The decider of procurement: all its commands and events. See the files beside it, one for each
// part of the work.
#pragma once

#include "libs/es/decider.h"

namespace prihvat::procurement {

const es::Decider& ProcurementDecider();

// The parts that ProcurementDecider is put together from.
void AddOperations(es::Decider& decider);         // operation.cc
void AddProjects(es::Decider& decider);           // project.cc: projects, budget lines, their money
void AddFundingAgreements(es::Decider& decider);  // funding_agreement.cc: with donors
void AddAgencyTransfers(es::Decider& decider);    // agency_transfer.cc: to partner agencies
void AddOrganisations(es::Decider& decider);      // organisation.cc: what they are called
void AddSuppliers(es::Decider& decider);          // supplier.cc
void AddVatExemptions(es::Decider& decider);      // vat_exemption.cc
void AddRequisitions(es::Decider& decider);       // requisition.cc
void AddOrderDrafts(es::Decider& decider);        // draft_order.cc
void AddOrderApprovals(es::Decider& decider);     // approve_order.cc
void AddOrderMoves(es::Decider& decider);  // order_moves.cc: issue, suspend, cancel, close ...
void AddAmendments(es::Decider& decider);  // amend_order.cc
void AddToleranceWaivers(es::Decider& decider);     // waive_tolerance.cc
void AddFrameworkAgreements(es::Decider& decider);  // framework_agreement.cc
void AddReceiptCounts(es::Decider& decider);        // count_goods.cc: count, inspect, abandon
void AddReceipts(es::Decider& decider);             // receive_goods.cc
void AddReturns(es::Decider& decider);              // return_goods.cc
void AddReceiptReversals(es::Decider& decider);     // reverse_receipt.cc
void AddPolicies(es::Decider& decider);             // adopt_policy.cc
void AddExchangeRates(es::Decider& decider);        // exchange_rates.cc
void AddInvoices(es::Decider& decider);             // register_invoice.cc
void AddInvoiceMoves(es::Decider& decider);    // invoice_moves.cc: match, approve, block, reject
void AddCreditNotes(es::Decider& decider);     // credit_note.cc
void AddAdvances(es::Decider& decider);        // advance.cc
void AddPayments(es::Decider& decider);        // payment.cc
void AddSourcingPlans(es::Decider& decider);   // sourcing_plan.cc
void AddBids(es::Decider& decider);            // bids.cc
void AddEvaluations(es::Decider& decider);     // evaluation.cc
void AddAwards(es::Decider& decider);          // award_sourcing.cc
void AddSerialReleases(es::Decider& decider);  // release_serial.cc
void AddPublished(es::Decider& decider);       // published.cc: what other publishers told

}  // namespace prihvat::procurement
