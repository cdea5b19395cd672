#include "services/reception/domain/decider.h"

#include "services/reception/domain/policy.h"
#include "services/reception/domain/registration.h"

namespace prihvat::reception {

const es::Decider& ReceptionDecider() {
  static const es::Decider& decider = *[] {
    auto* d = new es::Decider;
    RegisterOperations(*d);
    RegisterCentres(*d);
    RegisterRooms(*d);
    RegisterBeds(*d);
    RegisterPersons(*d);
    RegisterArrivals(*d);
    RegisterStayMoves(*d);
    RegisterServiceDeliveries(*d);
    RegisterResponsibilities(*d);
    RegisterConflicts(*d);
    const Policy& policy = PolicyOn(absl::CivilDay::max());
    d->SetTimePolicy({.future_skew = policy.skew, .backdating_days = policy.backdating_days});
    return d;
  }();
  return decider;
}

}  // namespace prihvat::reception
