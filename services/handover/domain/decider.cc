#include "services/handover/domain/decider.h"

#include "services/handover/domain/policy.h"
#include "services/handover/domain/registration.h"

namespace prihvat::handover {

const es::Decider& HandoverDecider() {
  static const es::Decider& decider = *[] {
    auto* d = new es::Decider;
    RegisterOperations(*d);
    RegisterReceivedGoods(*d);
    RegisterReturnedGoods(*d);
    RegisterConflicts(*d);
    RegisterAssets(*d);
    RegisterMandates(*d);
    RegisterCases(*d);
    RegisterCounts(*d);
    RegisterSignatures(*d);
    RegisterTitles(*d);
    RegisterCorrections(*d);
    RegisterResponsibilities(*d);
    RegisterTransfers(*d);
    // Backdating and skew have been the same in every policy so far.
    const Policy& policy = PolicyOn(absl::CivilDay(2018, 1, 1));
    d->SetTimePolicy({.future_skew = policy.skew, .backdating_days = policy.backdating_days});
    return d;
  }();
  return decider;
}

}  // namespace prihvat::handover
