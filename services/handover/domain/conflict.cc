#include "libs/base/digest.h"
#include "prihvat/handover/v1/service.pb.h"
#include "services/handover/domain/conflicts.h"
#include "services/handover/domain/registration.h"

namespace prihvat::handover {
namespace {

es::Decision DecideResolveConflict(const es::View& view, const v1::ResolveConflictRequest& command,
                                   es::Context& context) {
  const v1::Conflict* conflict = nullptr;
  if (auto no = Require(view, "name", command.name(), context, conflict)) return *std::move(no);
  if (auto no = CheckEtag(command.name(), command.etag(), *conflict)) return *std::move(no);
  if (auto no = CheckText("resolution", command.resolution())) return *std::move(no);
  if (conflict->state() != v1::CONFLICT_STATE_OPEN) {
    return es::WrongState(command.name(), "RESOLVED", "be settled again", "none");
  }
  v1::ConflictResolved event;
  event.set_conflict(command.name());
  event.set_resolution(command.resolution());
  return es::Accepted(std::move(event)).Naming(command.name());
}

void FoldDetected(es::Entities& entities, const v1::ConflictDetected& event,
                  const es::EventContext& context) {
  v1::Conflict conflict;
  conflict.set_name(event.conflict());
  conflict.set_kind(event.kind());
  conflict.set_state(v1::CONFLICT_STATE_OPEN);
  conflict.set_item(event.item());
  conflict.set_other(event.other());
  conflict.set_description(event.description());
  *conflict.mutable_conflict_time() = ToProto(context.effective_at);
  Stamp(conflict, context);
  entities.Put(event.conflict(), conflict);
}

void FoldResolved(es::Entities& entities, const v1::ConflictResolved& event,
                  const es::EventContext& context) {
  entities.Edit<v1::Conflict>(event.conflict(), [&](v1::Conflict& conflict) {
    conflict.set_state(v1::CONFLICT_STATE_RESOLVED);
    conflict.set_resolution(event.resolution());
    Stamp(conflict, context);
  });
}

}  // namespace

v1::ConflictDetected Detected(const ConflictFound& found, const es::Context& context) {
  constexpr size_t kDigits = 20;
  const std::string digest = base::Sha256Hex(
      fmt::format("{}\n{}\n{}\n{}\n{}", static_cast<int>(found.kind), found.item, found.other,
                  found.description, absl::ToUnixMicros(context.effective_at)));
  v1::ConflictDetected event;
  event.set_conflict(fmt::format("{}/conflicts/{}", context.operation, digest.substr(0, kDigits)));
  event.set_kind(found.kind);
  event.set_item(found.item);
  event.set_other(found.other);
  event.set_description(found.description);
  return event;
}

void RegisterConflicts(es::Decider& decider) {
  OnKnown<v1::ResolveConflictRequest, &DecideResolveConflict>(decider);
  decider.Fold<v1::ConflictDetected>(&FoldDetected);
  decider.Fold<v1::ConflictResolved>(&FoldResolved);
}

}  // namespace prihvat::handover
