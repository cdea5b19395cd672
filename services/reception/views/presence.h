// Where people are, by effective time: what was reported late counts from when it happened.
//
// The view keeps, for each stay, the segments of time that it spent at a centre, on leave or in
// transit, and the movements between them: open segments by centre, closed ones by centre and end,
// movements by centre and time. So presence now costs the people there, presence at a time in the
// past those and whoever left since, and a day's census the same and the movements of the day.
// Segments and movements are written apart, so that the census can check the one by the other.
// Pure functions; all rows of an operation come from the one partition that it lives in.
#pragma once

#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "libs/es/entities.h"
#include "libs/es/projection.h"
#include "prihvat/reception/v1/service.pb.h"

namespace prihvat::reception {

inline constexpr std::string_view kPresenceView = "presence";

const es::Projection& PresenceView();
const std::vector<const es::Projection*>& ReceptionProjections();

// Who is at `centre` at `as_of`; with the people where asked for. A movement of exactly that
// instant has happened.
v1::Presence PresenceAt(const es::Rows& presence, std::string_view centre, absl::Time as_of,
                        bool include_people);

// Who is in the operation: total = sum of the centres + in transit (INV-24).
v1::NationalPresence NationalPresenceAt(const es::Rows& presence, std::string_view operation,
                                        absl::Time as_of);

// The census of a local day of a centre, reconciled (INV-22, INV-23): present as the day ends, and
// person by person what its movements do not explain.
v1::Census CensusOf(const es::Rows& presence, std::string_view centre, absl::CivilDay day,
                    const absl::TimeZone& zone);

v1::NationalCensus NationalCensusOf(const es::Rows& presence, std::string_view operation,
                                    absl::CivilDay day, const absl::TimeZone& zone);

// The beds and people of a centre (INV-21): beds from the entities, people from the presence view.
v1::Occupancy OccupancyAt(const es::View& entities, const es::Rows& presence,
                          const v1::Centre& centre, absl::Time now, const absl::TimeZone& zone);

}  // namespace prihvat::reception
