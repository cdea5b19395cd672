#include "services/handover/domain/organisations.h"

#include "services/handover/domain/names.h"
#include "services/handover/domain/values.h"

namespace prihvat::handover {

OrganisationNames::OrganisationNames(const es::View& view, std::string_view operation) {
  std::map<std::string, absl::CivilDay> since;
  view.ForEach<v1::Mandate>(
      std::string(operation) + "/mandates", [&](std::string_view, const v1::Mandate& mandate) {
        const absl::CivilDay day = FromProto(mandate.valid_from());
        const auto [at, is_new] = since.try_emplace(mandate.organisation(), day);
        if (!is_new && day < at->second) return true;
        at->second = day;
        names_[mandate.organisation()] = mandate.organisation_display_name();
        return true;
      });
}

v1::LocalizedText OrganisationNames::Of(std::string_view organisation) const {
  const auto found = names_.find(organisation);
  if (found != names_.end()) return found->second;
  v1::LocalizedText by_id;
  by_id.set_en(std::string(IdOf(organisation)));
  return by_id;
}

}  // namespace prihvat::handover
