#include "services/handover/domain/organisations.h"

#include "prihvat/handover/v1/state.pb.h"
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
        mandated_[mandate.organisation()] = mandate.organisation_display_name();
        return true;
      });
  view.ForEach<v1::OrganisationFacts>(std::string(operation) + "/organisations",
                                      [&](std::string_view, const v1::OrganisationFacts& facts) {
                                        listed_[facts.organisation()] = facts.display_name();
                                        return true;
                                      });
}

v1::LocalizedText OrganisationNames::Of(std::string_view organisation) const {
  for (const Names* names : {&listed_, &mandated_}) {
    if (const auto found = names->find(organisation); found != names->end()) return found->second;
  }
  v1::LocalizedText by_id;
  by_id.set_en(std::string(IdOf(organisation)));
  return by_id;
}

std::string DonorName(const es::View& view, std::string_view operation,
                      std::string_view organisation) {
  const auto* facts =
      view.Find<v1::OrganisationFacts>(OrganisationFactsName(operation, organisation));
  return facts == nullptr ? std::string(IdOf(organisation)) : facts->display_name().en();
}

}  // namespace prihvat::handover
