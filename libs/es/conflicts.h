// Facts that break a rule are stored, and a conflict names both sides for people to settle: what is
// the same of every service's conflicts. `Types` has a service's messages and states:
//
//   struct ConflictTypes {
//     using Conflict = v1::Conflict;                 // name, kind, state, description, resolution
//     using Resolve = v1::ResolveConflictRequest;    // name, etag, resolution
//     using Detected = v1::ConflictDetected;         // conflict, kind, description
//     using Resolved = v1::ConflictResolved;         // conflict, resolution
//     static constexpr auto kOpen = v1::CONFLICT_STATE_OPEN;
//     static constexpr auto kSettled = v1::CONFLICT_STATE_RESOLVED;
//     // Copies what the service's conflicts are about.
//     static void Describe(const Detected& event, Conflict& conflict);
//   };
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "libs/es/checks.h"
#include "libs/es/decider.h"
#include "libs/es/values.h"

namespace prihvat::es {

// A name that follows from what the conflict is about and when, so that the same history has the
// same conflicts wherever it is told.
std::string ConflictName(const Context& context, int kind,
                         std::initializer_list<std::string_view> about);

// Settles an open one.
template <class Types>
Decision DecideResolveConflict(const View& view, const typename Types::Resolve& command,
                               Context& context) {
  constexpr size_t kMostBytes = 2000;
  const std::string& name = command.name();
  if (auto no = CheckReference("name", name, "conflicts/*", context)) return *std::move(no);
  const auto* conflict = view.Find<typename Types::Conflict>(name);
  if (conflict == nullptr) return NotFound(name);
  if (auto no = CheckEtag(name, command.etag(), *conflict)) return *std::move(no);
  if (auto no = CheckText("resolution", command.resolution(), kMostBytes)) return *std::move(no);
  if (conflict->state() != Types::kOpen) {
    return WrongState(name, "RESOLVED", "be settled again", "none");
  }
  typename Types::Resolved event;
  event.set_conflict(name);
  event.set_resolution(command.resolution());
  return Accepted(std::move(event)).Naming(name);
}

template <class Types>
void FoldConflictDetected(Entities& entities, const typename Types::Detected& event,
                          const EventContext& context) {
  typename Types::Conflict conflict;
  conflict.set_name(event.conflict());
  conflict.set_kind(event.kind());
  conflict.set_state(Types::kOpen);
  conflict.set_description(event.description());
  Types::Describe(event, conflict);
  *conflict.mutable_conflict_time() = ToProto(context.effective_at);
  Stamp(conflict, context);
  entities.Put(event.conflict(), conflict);
}

template <class Types>
void FoldConflictResolved(Entities& entities, const typename Types::Resolved& event,
                          const EventContext& context) {
  using Conflict = typename Types::Conflict;
  entities.Edit<Conflict>(event.conflict(), [&](Conflict& conflict) {
    conflict.set_state(Types::kSettled);
    conflict.set_resolution(event.resolution());
    Stamp(conflict, context);
  });
}

// The folds; the command a service registers itself, as it does all of its commands.
template <class Types>
void FoldConflicts(Decider& decider) {
  decider.Fold<typename Types::Detected>(&FoldConflictDetected<Types>);
  decider.Fold<typename Types::Resolved>(&FoldConflictResolved<Types>);
}

}  // namespace prihvat::es
