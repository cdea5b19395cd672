#include "libs/es/conflicts.h"

#include "prihvat/handover/v1/service.pb.h"
#include "services/handover/domain/conflicts.h"
#include "services/handover/domain/registration.h"

namespace prihvat::handover {
namespace {

struct ConflictTypes {
  using Conflict = v1::Conflict;
  using Resolve = v1::ResolveConflictRequest;
  using Detected = v1::ConflictDetected;
  using Resolved = v1::ConflictResolved;
  static constexpr auto kOpen = v1::CONFLICT_STATE_OPEN;
  static constexpr auto kSettled = v1::CONFLICT_STATE_RESOLVED;

  static void Describe(const Detected& event, Conflict& conflict) {
    conflict.set_item(event.item());
    conflict.set_other(event.other());
  }
};

}  // namespace

v1::ConflictDetected Detected(const ConflictFound& found, const es::Context& context) {
  v1::ConflictDetected event;
  event.set_conflict(
      es::ConflictName(context, found.kind, {found.item, found.other, found.description}));
  event.set_kind(found.kind);
  event.set_item(found.item);
  event.set_other(found.other);
  event.set_description(found.description);
  return event;
}

void RegisterConflicts(es::Decider& decider) {
  OnKnown<v1::ResolveConflictRequest, &es::DecideResolveConflict<ConflictTypes>>(decider);
  es::FoldConflicts<ConflictTypes>(decider);
}

}  // namespace prihvat::handover
