#include "libs/base/digest.h"
#include "prihvat/reception/v1/service.pb.h"
#include "services/reception/domain/conflicts.h"
#include "services/reception/domain/registration.h"

namespace prihvat::reception {
namespace {

es::Decision DecideResolveConflict(const es::View& view, const v1::ResolveConflictRequest& command,
                                   es::Context& context) {
  const v1::Conflict* conflict = nullptr;
  if (auto no = Require(view, "name", command.name(), context, conflict)) return *std::move(no);
  if (auto no = CheckEtag(command.name(), command.etag(), *conflict)) return *std::move(no);
  if (auto no = CheckText("resolution", command.resolution(), 2000)) return *std::move(no);
  if (conflict->state() != v1::CONFLICT_STATE_OPEN) {
    return es::WrongState(command.name(), "RESOLVED", "be settled again", "none");
  }
  v1::ConflictResolved event;
  event.set_conflict(command.name());
  event.set_resolution(command.resolution());
  return es::Accepted(std::move(event)).Naming(command.name());
}

void FoldConflictDetected(es::Entities& entities, const v1::ConflictDetected& event,
                          const es::EventContext& context) {
  v1::Conflict conflict;
  conflict.set_name(event.conflict());
  conflict.set_kind(event.kind());
  conflict.set_state(v1::CONFLICT_STATE_OPEN);
  conflict.set_centre(event.centre());
  conflict.set_bed(event.bed());
  conflict.set_fact(event.fact());
  conflict.set_other(event.other());
  conflict.set_description(event.description());
  *conflict.mutable_conflict_time() = ToProto(context.effective_at);
  Stamp(conflict, context);
  entities.Put(event.conflict(), conflict);
}

void FoldConflictResolved(es::Entities& entities, const v1::ConflictResolved& event,
                          const es::EventContext& context) {
  entities.Edit<v1::Conflict>(event.conflict(), [&](v1::Conflict& conflict) {
    conflict.set_state(v1::CONFLICT_STATE_RESOLVED);
    conflict.set_resolution(event.resolution());
    Stamp(conflict, context);
  });
}

// From what it is about, so that the same history has the same conflicts wherever it is told.
std::string IdOf(const ConflictFound& found, const es::Context& context) {
  constexpr size_t kDigits = 20;
  return base::Sha256Hex(fmt::format("{}\n{}\n{}\n{}\n{}\n{}", static_cast<int>(found.kind),
                                     found.centre, found.bed, found.fact, found.other,
                                     absl::ToUnixMicros(context.effective_at)))
      .substr(0, kDigits);
}

}  // namespace

v1::ConflictDetected Detected(const ConflictFound& found, es::Context& context) {
  v1::ConflictDetected event;
  event.set_conflict(fmt::format("{}/conflicts/{}", context.operation, IdOf(found, context)));
  event.set_kind(found.kind);
  event.set_centre(found.centre);
  event.set_bed(found.bed);
  event.set_fact(found.fact);
  event.set_other(found.other);
  event.set_description(found.description);
  return event;
}

void RegisterConflicts(es::Decider& decider) {
  OnKnown<v1::ResolveConflictRequest, &DecideResolveConflict>(decider);
  decider.Fold<v1::ConflictDetected>(&FoldConflictDetected);
  decider.Fold<v1::ConflictResolved>(&FoldConflictResolved);
}

}  // namespace prihvat::reception
