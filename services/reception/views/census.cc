// The census of a local day: two midnights, the movements between them, and what these do not
// explain (INV-22, INV-23, INV-24).
#include <map>
#include <string>

#include "libs/base/civil.h"
#include "services/reception/domain/names.h"
#include "services/reception/domain/times.h"
#include "services/reception/views/presence.h"
#include "services/reception/views/presence_rows.h"

namespace prihvat::reception {
namespace {

// What a movement does to the number of people present.
int PresentChange(v1::MovementKind kind) {
  switch (kind) {
    case v1::MOVEMENT_KIND_ADMISSION:
    case v1::MOVEMENT_KIND_BIRTH:
    case v1::MOVEMENT_KIND_TRANSFER_IN:
    case v1::MOVEMENT_KIND_LEAVE_RETURN:
      return 1;
    case v1::MOVEMENT_KIND_TRANSFER_OUT:
    case v1::MOVEMENT_KIND_LEAVE_DEPARTURE:
    case v1::MOVEMENT_KIND_EXIT:
    case v1::MOVEMENT_KIND_DEATH:
      return -1;
    default:
      return 0;
  }
}

void Count(v1::MovementKind kind, v1::Flows& flows) {
  switch (kind) {
    case v1::MOVEMENT_KIND_ADMISSION:
      return flows.set_admissions(flows.admissions() + 1);
    case v1::MOVEMENT_KIND_BIRTH:
      return flows.set_births(flows.births() + 1);
    case v1::MOVEMENT_KIND_TRANSFER_IN:
      return flows.set_transfers_in(flows.transfers_in() + 1);
    case v1::MOVEMENT_KIND_TRANSFER_OUT:
      return flows.set_transfers_out(flows.transfers_out() + 1);
    case v1::MOVEMENT_KIND_LEAVE_RETURN:
      return flows.set_leave_returns(flows.leave_returns() + 1);
    case v1::MOVEMENT_KIND_LEAVE_DEPARTURE:
      return flows.set_leave_departures(flows.leave_departures() + 1);
    case v1::MOVEMENT_KIND_EXIT:
      return flows.set_exits(flows.exits() + 1);
    case v1::MOVEMENT_KIND_DEATH:
      return flows.set_deaths(flows.deaths() + 1);
    case v1::MOVEMENT_KIND_EXIT_ON_LEAVE:
      return flows.set_exits_on_leave(flows.exits_on_leave() + 1);
    case v1::MOVEMENT_KIND_DEATH_ON_LEAVE:
      return flows.set_deaths_on_leave(flows.deaths_on_leave() + 1);
    case v1::MOVEMENT_KIND_EXIT_IN_TRANSIT:
      return flows.set_exits_in_transit(flows.exits_in_transit() + 1);
    case v1::MOVEMENT_KIND_DEATH_IN_TRANSIT:
      return flows.set_deaths_in_transit(flows.deaths_in_transit() + 1);
    default:
      return;
  }
}

// All fields of Flows are counts.
void Add(const v1::Flows& from, v1::Flows& to) {
  const auto* descriptor = v1::Flows::descriptor();
  const auto* reflection = v1::Flows::GetReflection();
  for (int i = 0; i < descriptor->field_count(); ++i) {
    const auto* field = descriptor->field(i);
    reflection->SetInt64(&to, field,
                         reflection->GetInt64(to, field) + reflection->GetInt64(from, field));
  }
}

int64_t InTransitAt(const es::Rows& presence, std::string_view operation, absl::Time as_of) {
  int64_t count = 0;
  ForEachSegmentAt(presence, operation, "", as_of, [&](const v1::PresenceSegment&) { ++count; });
  return count;
}

// What of one stay's presence changed over the day, and what its movements say.
struct Change {
  std::string person;
  int64_t present = 0;
  int64_t movements = 0;
};

}  // namespace

v1::Census CensusOf(const es::Rows& presence, std::string_view centre, absl::CivilDay day,
                    const absl::TimeZone& zone) {
  const absl::Time start = base::DayStart(day, zone);
  const absl::Time end = base::DayStart(day + 1, zone);
  // What happens at midnight itself belongs to the day that begins: look just before it.
  const v1::Presence opening = PresenceAt(presence, centre, start - kResolution, true);
  const v1::Presence closing = PresenceAt(presence, centre, end - kResolution, true);

  v1::Census census;
  census.set_centre(std::string(centre));
  *census.mutable_day() = ToProto(day);
  *census.mutable_start_time() = ToProto(start);
  *census.mutable_end_time() = ToProto(end);
  census.set_present_opening(opening.present());
  census.set_present_closing(closing.present());
  census.set_on_the_books_opening(opening.on_the_books());
  census.set_on_the_books_closing(closing.on_the_books());
  census.set_on_leave_closing(closing.on_leave());

  std::map<std::string, Change> changes;  // by stay
  const auto count_people = [&](const v1::Presence& people, int step) {
    for (const v1::PersonPresent& person : people.people()) {
      if (person.state() == v1::STAY_STATE_ON_LEAVE) continue;
      Change& change = changes[person.stay()];
      change.person = person.person();
      change.present += step;
    }
  };
  count_people(opening, -1);
  count_people(closing, 1);
  ForEachMovement(presence, OperationOf(centre), centre, start, end,
                  [&](const v1::Movement& movement) {
                    Count(movement.kind(), *census.mutable_flows());
                    Change& change = changes[movement.stay()];
                    change.person = movement.person();
                    change.movements += PresentChange(movement.kind());
                  });
  for (const auto& [stay, change] : changes) {
    if (change.present == change.movements) continue;
    census.set_unexplained(census.unexplained() + change.present - change.movements);
    v1::UnexplainedPerson* person = census.add_unexplained_people();
    person->set_stay(stay);
    person->set_person(change.person);
    person->set_present_change(change.present);
    person->set_movements_change(change.movements);
  }
  return census;
}

v1::NationalCensus NationalCensusOf(const es::Rows& presence, std::string_view operation,
                                    absl::CivilDay day, const absl::TimeZone& zone) {
  const absl::Time start = base::DayStart(day, zone);
  const absl::Time end = base::DayStart(day + 1, zone);
  v1::NationalCensus census;
  *census.mutable_day() = ToProto(day);
  census.set_in_transit_opening(InTransitAt(presence, operation, start - kResolution));
  census.set_in_transit_closing(InTransitAt(presence, operation, end - kResolution));
  census.set_total_opening(census.in_transit_opening());
  census.set_total_closing(census.in_transit_closing());
  for (const std::string& centre : CentresOf(presence, operation)) {
    v1::Census there = CensusOf(presence, centre, day, zone);
    census.set_total_opening(census.total_opening() + there.on_the_books_opening());
    census.set_total_closing(census.total_closing() + there.on_the_books_closing());
    census.set_present_closing(census.present_closing() + there.present_closing());
    Add(there.flows(), *census.mutable_flows());
    *census.add_centres() = std::move(there);
  }
  ForEachMovement(presence, operation, "", start, end, [&](const v1::Movement& movement) {
    Count(movement.kind(), *census.mutable_flows());
  });
  return census;
}

}  // namespace prihvat::reception
