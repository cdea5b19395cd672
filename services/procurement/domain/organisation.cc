// Organisations and what papers call them. Anything may be named by its id before: a name is for
// people, and decides nothing.
#include "fmt/format.h"
#include "prihvat/procurement/v1/events.pb.h"
#include "prihvat/procurement/v1/organisations.pb.h"
#include "prihvat/procurement/v1/service.pb.h"
#include "services/procurement/domain/checks.h"
#include "services/procurement/domain/decider.h"
#include "services/procurement/domain/ids.h"
#include "services/procurement/domain/organisation_names.h"
#include "services/procurement/domain/values.h"

namespace prihvat::procurement {
namespace {

es::Decision DecideName(const es::View& view, const v1::NameOrganisationRequest& command,
                        es::Context& context) {
  if (auto no = CheckParentIsOperation(view, context, command.parent())) return *no;
  const v1::Organisation& wanted = command.organisation();
  if (auto no = CheckReference(context, "organisation.organisation", wanted.organisation(),
                               kOrganisationPattern)) {
    return *no;
  }
  if (auto no = CheckText("organisation.display_name", wanted.display_name(), true)) return *no;
  if (auto no = CheckText("organisation.display_name_bs", wanted.display_name_bs(), false)) {
    return *no;
  }
  const std::string name = OrganisationName(context.operation, wanted.organisation());
  if (const auto* known = view.Find<v1::Organisation>(name)) {
    if (auto no = CheckEtag(*known, name, command.etag())) return *no;
    // Told again, nothing happens.
    if (known->display_name() == wanted.display_name() &&
        known->display_name_bs() == wanted.display_name_bs()) {
      return es::Decision::Accept().Naming(name);
    }
  }
  v1::OrganisationNamed event;
  event.set_name(name);
  event.set_organisation(wanted.organisation());
  event.set_display_name(wanted.display_name());
  event.set_display_name_bs(wanted.display_name_bs());
  return es::Accepted(std::move(event)).Naming(name);
}

void FoldNamed(es::Entities& entities, const v1::OrganisationNamed& event,
               const es::EventContext& context) {
  v1::Organisation organisation;
  if (const auto* known = entities.Find<v1::Organisation>(event.name())) organisation = *known;
  organisation.set_name(event.name());
  organisation.set_organisation(event.organisation());
  organisation.set_display_name(event.display_name());
  organisation.set_display_name_bs(event.display_name_bs());
  Stamp(organisation, context);
  entities.Put(event.name(), organisation);
}

}  // namespace

std::string OrganisationName(std::string_view operation, std::string_view organisation) {
  return fmt::format("{}/organisations/{}", operation, IdOf(organisation));
}

void AddOrganisations(es::Decider& decider) {
  decider.On<v1::NameOrganisationRequest>(&DecideName);
  decider.Fold<v1::OrganisationNamed>(&FoldNamed);
}

}  // namespace prihvat::procurement
