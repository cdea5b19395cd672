#include "services/reporting/domain/decider.h"

#include "libs/base/check.h"
#include "libs/base/civil.h"
#include "libs/base/string_view.h"
#include "prihvat/reporting/v1/events.pb.h"
#include "prihvat/reporting/v1/state.pb.h"

namespace prihvat::reporting {
namespace {

es::Decision DecideRegisterOperation(const es::View& view,
                                     const v1::RegisterOperationRequest& command,
                                     es::Context& context) {
  // Told again, it is known already: nothing happens.
  if (view.Find<v1::OperationFacts>(context.operation) != nullptr) return es::Accepted();
  const auto zone = base::LoadZone(command.time_zone());
  if (!zone.ok()) {
    return es::InvalidField("time_zone", base::FromAbsl(zone.status().message()));
  }
  v1::OperationRegistered event;
  event.set_operation(context.operation);
  event.set_display_name(command.display_name());
  event.set_time_zone(command.time_zone());
  return es::Accepted(std::move(event)).Naming(context.operation);
}

void FoldOperationRegistered(es::Entities& entities, const v1::OperationRegistered& event,
                             const es::EventContext&) {
  v1::OperationFacts facts;
  facts.set_name(event.operation());
  facts.set_display_name(event.display_name());
  facts.set_time_zone(event.time_zone());
  entities.Put(event.operation(), facts);
}

absl::TimeZone ZoneOf(const es::View& view, std::string_view operation) {
  const auto* facts = view.Find<v1::OperationFacts>(operation);
  if (facts == nullptr) return absl::UTCTimeZone();
  const auto zone = base::LoadZone(facts->time_zone());
  PRIHVAT_CHECK(zone.ok(), "the zone was checked when the operation was registered");
  return *zone;
}

es::Decider MakeDecider() {
  es::Decider decider;
  decider.On<v1::RegisterOperationRequest>(&DecideRegisterOperation);
  decider.Fold<v1::OperationRegistered>(&FoldOperationRegistered);
  decider.SetZoneOf(&ZoneOf);
  return decider;
}

}  // namespace

const es::Decider& ReportingDecider() {
  static const es::Decider decider = MakeDecider();
  return decider;
}

}  // namespace prihvat::reporting
