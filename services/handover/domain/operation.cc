// The service learns of an operation and its zone, of projects and what certificates print of
// them, and of organisations' names, from procurement.
#include "libs/base/civil.h"
#include "libs/base/string_view.h"
#include "prihvat/handover/v1/events.pb.h"
#include "services/handover/domain/names.h"
#include "services/handover/domain/registration.h"

namespace prihvat::handover {
namespace {

es::Decision DecideRegisterOperation(const es::View& view,
                                     const v1::RegisterOperationRequest& command,
                                     es::Context& context) {
  // Told again, it is known already: nothing happens.
  if (view.Find<v1::OperationFacts>(context.operation) != nullptr) return es::Accepted();
  const auto zone = base::LoadZone(command.time_zone());
  if (!zone.ok()) return es::InvalidField("time_zone", base::FromAbsl(zone.status().message()));
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

es::Decision DecideRegisterProject(const es::View&, const v1::RegisterProjectRequest& command,
                                   es::Context& context) {
  const v1::ProjectFacts& project = command.project();
  if (auto no = CheckReference("project.name", project.name(), "projects/*", context)) {
    return *std::move(no);
  }
  v1::ProjectRegistered event;
  event.set_project(project.name());
  *event.mutable_display_name() = project.display_name();
  event.set_funding_source(project.funding_source());
  event.set_donor(project.donor());
  return es::Accepted(std::move(event)).Naming(project.name());
}

void FoldProjectRegistered(es::Entities& entities, const v1::ProjectRegistered& event,
                           const es::EventContext&) {
  v1::ProjectFacts facts;
  facts.set_name(event.project());
  *facts.mutable_display_name() = event.display_name();
  facts.set_funding_source(event.funding_source());
  facts.set_donor(event.donor());
  entities.Put(event.project(), facts);
}

es::Decision DecideRegisterOrganisation(const es::View& view,
                                        const v1::RegisterOrganisationRequest& command,
                                        es::Context& context) {
  const v1::OrganisationFacts& told = command.organisation();
  if (auto no =
          CheckGlobalName("organisation.organisation", told.organisation(), "organisations/*")) {
    return *std::move(no);
  }
  const std::string name = OrganisationFactsName(context.operation, told.organisation());
  const auto* known = view.Find<v1::OrganisationFacts>(name);
  // Told again, nothing happens.
  if (known != nullptr && known->display_name().en() == told.display_name().en() &&
      known->display_name().bs() == told.display_name().bs()) {
    return es::Accepted();
  }
  v1::OrganisationRegistered event;
  event.set_name(name);
  event.set_organisation(told.organisation());
  *event.mutable_display_name() = told.display_name();
  return es::Accepted(std::move(event)).Naming(name);
}

void FoldOrganisationRegistered(es::Entities& entities, const v1::OrganisationRegistered& event,
                                const es::EventContext&) {
  v1::OrganisationFacts facts;
  facts.set_organisation(event.organisation());
  *facts.mutable_display_name() = event.display_name();
  entities.Put(event.name(), facts);
}

}  // namespace

void RegisterOperations(es::Decider& decider) {
  decider.On<v1::RegisterOperationRequest>(&DecideRegisterOperation);
  OnKnown<v1::RegisterProjectRequest, &DecideRegisterProject>(decider);
  OnKnown<v1::RegisterOrganisationRequest, &DecideRegisterOrganisation>(decider);
  decider.Fold<v1::OrganisationRegistered>(&FoldOrganisationRegistered);
  decider.Fold<v1::OperationRegistered>(&FoldOperationRegistered);
  decider.Fold<v1::ProjectRegistered>(&FoldProjectRegistered);
  decider.SetZoneOf(&ZoneOf);
}

}  // namespace prihvat::handover
