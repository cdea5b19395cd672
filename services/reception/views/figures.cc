#include "services/reception/views/figures.h"

#include <string>
#include <utility>

#include "libs/base/civil.h"
#include "libs/es/entities.h"
#include "prihvat/reception/v1/state.pb.h"
#include "services/reception/domain/names.h"
#include "services/reception/views/presence.h"

namespace prihvat::reception {
namespace {

using Labels = std::vector<std::pair<std::string, std::string>>;

void AddCentre(const v1::Occupancy& occupancy, const Labels& centre,
               std::vector<base::Statistic>& figures) {
  const auto add = [&](const char* name, const char* help, int64_t value, Labels more = {}) {
    more.insert(more.begin(), centre.begin(), centre.end());
    figures.push_back({name, help, false, std::move(more), static_cast<double>(value)});
  };
  add("prihvat_centre_people_present", "People who are at the centre.", occupancy.people_present());
  add("prihvat_centre_people_without_bed", "Those of them who have no bed.",
      occupancy.people_without_bed());
  for (const auto& [state, beds] :
       {std::pair("free", occupancy.free()), std::pair("occupied", occupancy.occupied()),
        std::pair("held", occupancy.held()), std::pair("reserved", occupancy.reserved()),
        std::pair("cleaning", occupancy.cleaning()), std::pair("blocked", occupancy.blocked())})
    add("prihvat_centre_beds", "Beds of the centre, by what they are just now.", beds,
        {{"state", state}});
  for (const v1::CapacityUse& capacity : occupancy.capacities())
    add("prihvat_centre_places", "Places that the centre is said to have, by standard.",
        capacity.places(), {{"standard", capacity.standard()}});
}

}  // namespace

std::vector<base::Statistic> ReceptionFigures(const es::FigureSource& source) {
  std::vector<base::Statistic> figures;
  const es::Rows* presence = source.view(kPresenceView);
  if (presence == nullptr) return figures;
  const es::View entities(source.entities);
  for (const std::string& operation : es::OperationsOf(source.entities)) {
    const auto* facts = entities.Find<v1::OperationFacts>(operation);
    if (facts == nullptr) continue;
    const auto zone = base::LoadZone(facts->time_zone());
    entities.ForEach<v1::Centre>(
        operation + "/centres", [&](std::string_view name, const v1::Centre& centre) {
          const Labels labels = {{"operation", std::string(IdOf(operation))},
                                 {"centre", std::string(IdOf(name))}};
          AddCentre(OccupancyAt(entities, *presence, centre, source.now,
                                zone.ok() ? *zone : absl::UTCTimeZone()),
                    labels, figures);
          return true;
        });
  }
  return figures;
}

}  // namespace prihvat::reception
