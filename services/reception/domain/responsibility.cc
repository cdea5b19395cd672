// Who answers for a function of a centre is decided in the handover service; here it is a fact, and
// stored also where it contradicts what is known.
#include <algorithm>

#include "prihvat/reception/v1/events.pb.h"
#include "services/reception/domain/conflicts.h"
#include "services/reception/domain/registration.h"
#include "services/reception/domain/responsibilities.h"

namespace prihvat::reception {
namespace {

std::string NameOf(std::string_view centre, std::string_view function) {
  return fmt::format("{}/responsibilities/{}", centre, function);
}

// Does not ask whether the operation is known: handover may tell of a transfer before procurement's
// word of the operation has come.
es::Decision DecideRecordResponsibility(const es::View& view,
                                        const v1::RecordResponsibilityRequest& command,
                                        es::Context& context) {
  if (auto no = CheckReference("centre", command.centre(), "centres/*", context)) {
    return *std::move(no);
  }
  if (auto no = CheckNewId("function", command.function(), false)) return *std::move(no);
  if (auto no = CheckText("taker", command.taker(), 500)) return *std::move(no);
  const absl::Time start =
      command.has_start_time() ? FromProto(command.start_time()) : context.effective_at;
  const std::string name = NameOf(command.centre(), command.function());
  const auto* known = view.Find<v1::Responsibility>(name);
  const v1::ResponsibleBody* before = known == nullptr ? nullptr : ResponsibleAt(*known, start);
  if (before != nullptr && before->body() == command.taker() &&
      FromProto(before->start_time()) == start) {
    return es::Accepted().Naming(name);  // told again
  }

  v1::ResponsibilityRecorded event;
  event.set_centre(command.centre());
  event.set_function(command.function());
  event.set_giver(command.giver());
  event.set_taker(command.taker());
  *event.mutable_start_time() = ToProto(start);
  event.set_agreement(command.agreement());
  es::Decision decision = es::Accepted(std::move(event)).Naming(name);
  ConflictFound found{.centre = command.centre(), .fact = name};
  if (!view.Exists(command.centre())) {
    found.kind = v1::CONFLICT_KIND_CENTRE_UNKNOWN;
    found.other = command.centre();
    found.description = fmt::format("{} answers for {} at {}, which is not known here",
                                    command.taker(), command.function(), command.centre());
    decision.Add(Detected(found, context));
  }
  if (before != nullptr && !command.giver().empty() && before->body() != command.giver()) {
    found.kind = v1::CONFLICT_KIND_RESPONSIBILITY_MISMATCH;
    found.other = before->body();
    found.description = fmt::format("{} handed {} at {} over to {} at {}, but {} answered for it",
                                    command.giver(), command.function(), command.centre(),
                                    command.taker(), Say(start, context.zone), before->body());
    decision.Add(Detected(found, context));
  }
  return decision;
}

// Each body answers until the next begins: no gap, no overlap (INV-19). The one who began at the
// same instant is replaced.
void FoldResponsibilityRecorded(es::Entities& entities, const v1::ResponsibilityRecorded& event,
                                const es::EventContext& context) {
  const std::string name = NameOf(event.centre(), event.function());
  entities.Edit<v1::Responsibility>(name, [&](v1::Responsibility& responsibility) {
    responsibility.set_name(name);
    auto* bodies = responsibility.mutable_bodies();
    const absl::Time start = FromProto(event.start_time());
    bodies->erase(std::remove_if(bodies->begin(), bodies->end(),
                                 [&](const v1::ResponsibleBody& body) {
                                   return FromProto(body.start_time()) == start;
                                 }),
                  bodies->end());
    v1::ResponsibleBody* body = bodies->Add();
    body->set_body(event.taker());
    *body->mutable_start_time() = event.start_time();
    body->set_agreement(event.agreement());
    std::sort(bodies->begin(), bodies->end(),
              [](const v1::ResponsibleBody& a, const v1::ResponsibleBody& b) {
                return FromProto(a.start_time()) < FromProto(b.start_time());
              });
    for (int i = 0; i < bodies->size(); ++i) {
      if (i + 1 < bodies->size()) {
        *bodies->Mutable(i)->mutable_end_time() = bodies->Get(i + 1).start_time();
      } else {
        bodies->Mutable(i)->clear_end_time();
      }
    }
    Stamp(responsibility, context);
  });
}

}  // namespace

const v1::ResponsibleBody* ResponsibleAt(const v1::Responsibility& responsibility,
                                         absl::Time time) {
  const v1::ResponsibleBody* found = nullptr;
  for (const v1::ResponsibleBody& body : responsibility.bodies()) {
    if (FromProto(body.start_time()) <= time) found = &body;
  }
  return found;
}

void RegisterResponsibilities(es::Decider& decider) {
  decider.On<v1::RecordResponsibilityRequest>(&DecideRecordResponsibility);
  decider.Fold<v1::ResponsibilityRecorded>(&FoldResponsibilityRecorded);
}

}  // namespace prihvat::reception
