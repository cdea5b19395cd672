// The beds and people of a centre: occupied + held + reserved + cleaning + blocked + free = beds
// (INV-21), and who has no bed of their own.
#include <algorithm>
#include <map>
#include <string>

#include "libs/base/civil.h"
#include "services/reception/domain/bed_use.h"
#include "services/reception/domain/times.h"
#include "services/reception/views/presence.h"

namespace prihvat::reception {
namespace {

void CountBed(const v1::Bed& bed, absl::Time now, v1::Occupancy& occupancy) {
  occupancy.set_beds(occupancy.beds() + 1);
  switch (BedStateAt(bed, now)) {
    case v1::BED_STATE_OCCUPIED:
      return occupancy.set_occupied(occupancy.occupied() + 1);
    case v1::BED_STATE_HELD_FOR_LEAVE:
      return occupancy.set_held(occupancy.held() + 1);
    case v1::BED_STATE_RESERVED:
      return occupancy.set_reserved(occupancy.reserved() + 1);
    case v1::BED_STATE_CLEANING:
      return occupancy.set_cleaning(occupancy.cleaning() + 1);
    case v1::BED_STATE_BLOCKED:
      return occupancy.set_blocked(occupancy.blocked() + 1);
    default:
      return occupancy.set_free(occupancy.free() + 1);
  }
}

int64_t SleepersIn(const v1::Bed& bed, absl::Time now) {
  return std::count_if(bed.uses().begin(), bed.uses().end(), [&](const v1::BedUse& use) {
    return use.kind() == v1::BED_USE_KIND_OCCUPIED && IntervalOf(use).start <= now;
  });
}

// The latest entry of each standard that is valid on the day; entries are oldest first.
void AddCapacities(const v1::Centre& centre, absl::CivilDay today, v1::Occupancy& occupancy) {
  std::map<std::string, const v1::Capacity*> valid;
  for (const v1::Capacity& capacity : centre.capacities()) {
    if (FromProto(capacity.valid_from()) <= today) valid[capacity.standard()] = &capacity;
  }
  for (const auto& [standard, capacity] : valid) {
    v1::CapacityUse* use = occupancy.add_capacities();
    use->set_standard(standard);
    *use->mutable_valid_from() = capacity->valid_from();
    use->set_places(capacity->places());
    use->set_source(capacity->source());
    use->set_over(std::max<int64_t>(0, occupancy.people_present() - capacity->places()));
  }
}

}  // namespace

v1::Occupancy OccupancyAt(const es::View& entities, const es::Rows& presence,
                          const v1::Centre& centre, absl::Time now, const absl::TimeZone& zone) {
  v1::Occupancy occupancy;
  occupancy.set_centre(centre.name());
  *occupancy.mutable_as_of_time() = ToProto(now);
  occupancy.set_people_present(PresenceAt(presence, centre.name(), now, false).present());
  int64_t in_beds = 0;
  entities.ForEach<v1::Bed>(centre.name() + "/beds", [&](std::string_view, const v1::Bed& bed) {
    CountBed(bed, now, occupancy);
    const int64_t sleepers = SleepersIn(bed, now);
    in_beds += sleepers;
    if (sleepers > 1) {
      occupancy.set_people_sharing_a_bed(occupancy.people_sharing_a_bed() + sleepers - 1);
    }
    return true;
  });
  occupancy.set_people_without_bed(occupancy.people_present() - in_beds);
  occupancy.set_over_capacity(std::max<int64_t>(0, occupancy.people_present() - occupancy.beds()));
  AddCapacities(centre, absl::ToCivilDay(now, zone), occupancy);
  return occupancy;
}

}  // namespace prihvat::reception
