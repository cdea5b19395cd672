#include "services/procurement/domain/decider.h"

#include <limits>

#include "libs/base/civil.h"
#include "prihvat/procurement/v1/resources.pb.h"

namespace prihvat::procurement {
namespace {

absl::TimeZone ZoneOf(const es::View& view, std::string_view operation) {
  const auto* found = view.Find<v1::Operation>(operation);
  if (found == nullptr) return absl::UTCTimeZone();
  const auto zone = base::LoadZone(found->time_zone());
  return zone.ok() ? *zone : absl::UTCTimeZone();
}

}  // namespace

const es::Decider& ProcurementDecider() {
  static const es::Decider& decider = *[] {
    auto* d = new es::Decider;
    d->SetZoneOf(&ZoneOf);
    // How far back is for the policy of the day to say: CheckNotTooFarBack.
    d->SetTimePolicy({.backdating_days = std::numeric_limits<int>::max()});
    AddOperations(*d);
    AddProjects(*d);
    AddFundingAgreements(*d);
    AddAgencyTransfers(*d);
    AddOrganisations(*d);
    AddSuppliers(*d);
    AddVatExemptions(*d);
    AddRequisitions(*d);
    AddOrderDrafts(*d);
    AddOrderApprovals(*d);
    AddOrderMoves(*d);
    AddAmendments(*d);
    AddToleranceWaivers(*d);
    AddFrameworkAgreements(*d);
    AddReceiptCounts(*d);
    AddReceipts(*d);
    AddReturns(*d);
    AddReceiptReversals(*d);
    AddPolicies(*d);
    AddExchangeRates(*d);
    AddInvoices(*d);
    AddInvoiceMoves(*d);
    AddCreditNotes(*d);
    AddAdvances(*d);
    AddPayments(*d);
    AddSourcingPlans(*d);
    AddBids(*d);
    AddEvaluations(*d);
    AddAwards(*d);
    AddSerialReleases(*d);
    AddPublished(*d);
    return d;
  }();
  return decider;
}

}  // namespace prihvat::procurement
