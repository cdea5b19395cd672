#include "services/handover/domain/decider.h"

#include "services/handover/domain/checks.h"
#include "services/handover/domain/evidence.h"
#include "services/handover/domain/policy.h"
#include "services/handover/domain/registration.h"
#include "services/handover/domain/warranty.h"

namespace prihvat::handover {

const es::Decider& HandoverDecider() {
  static const es::Decider& decider = *[] {
    auto* d = new es::Decider;
    RegisterOperations(*d);
    RegisterPolicies(*d);
    RegisterFunctions(*d);
    RegisterReceivedGoods(*d);
    RegisterReturnedGoods(*d);
    RegisterConflicts(*d);
    RegisterAssets(*d);
    RegisterEvidence(*d);
    RegisterPostDonationChecks(*d);
    RegisterVisibilityChecks(*d);
    RegisterWarrantyClaims(*d);
    RegisterMandates(*d);
    RegisterCases(*d);
    RegisterCounts(*d);
    RegisterSignatures(*d);
    RegisterTitles(*d);
    RegisterCorrections(*d);
    RegisterSigningKeys(*d);
    RegisterReturnedCertificates(*d);
    RegisterResponsibilities(*d);
    RegisterTransfers(*d);
    d->SetTimePolicy({.future_skew = kSkew, .backdating_days = kBackdatingDays});
    return d;
  }();
  return decider;
}

}  // namespace prihvat::handover
