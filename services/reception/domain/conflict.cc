#include "libs/es/conflicts.h"

#include "prihvat/reception/v1/service.pb.h"
#include "services/reception/domain/conflicts.h"
#include "services/reception/domain/registration.h"

namespace prihvat::reception {
namespace {

struct ConflictTypes {
  using Conflict = v1::Conflict;
  using Resolve = v1::ResolveConflictRequest;
  using Detected = v1::ConflictDetected;
  using Resolved = v1::ConflictResolved;
  static constexpr auto kOpen = v1::CONFLICT_STATE_OPEN;
  static constexpr auto kSettled = v1::CONFLICT_STATE_RESOLVED;

  static void Describe(const Detected& event, Conflict& conflict) {
    conflict.set_centre(event.centre());
    conflict.set_bed(event.bed());
    conflict.set_fact(event.fact());
    conflict.set_other(event.other());
  }
};

}  // namespace

v1::ConflictDetected Detected(const ConflictFound& found, es::Context& context) {
  v1::ConflictDetected event;
  event.set_conflict(
      es::ConflictName(context, found.kind, {found.centre, found.bed, found.fact, found.other}));
  event.set_kind(found.kind);
  event.set_centre(found.centre);
  event.set_bed(found.bed);
  event.set_fact(found.fact);
  event.set_other(found.other);
  event.set_description(found.description);
  return event;
}

void RegisterConflicts(es::Decider& decider) {
  OnKnown<v1::ResolveConflictRequest, &es::DecideResolveConflict<ConflictTypes>>(decider);
  es::FoldConflicts<ConflictTypes>(decider);
}

}  // namespace prihvat::reception
