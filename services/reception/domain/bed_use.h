// A bed is a promise: taken over half-open times [start, end), by one person at a time (INV-20).
//
// The entity Bed holds who has the bed or is to have it; PastBedUse entities hold, ordered by end,
// who had it. So a question about a bed costs the few uses that end after the time asked about, and
// never a scan of the centre.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "libs/base/strong_id.h"
#include "libs/es/decider.h"
#include "prihvat/reception/v1/events.pb.h"
#include "prihvat/reception/v1/state.pb.h"

namespace prihvat::reception {

// Who has what stands side by side in what follows, each a resource's name: types of their own, so
// that a stay is never taken for a bed. The text is the caller's and must outlive the name.
using BedName = base::StrongId<struct BedNameTag, std::string_view>;
using StayName = base::StrongId<struct StayNameTag, std::string_view>;
using PersonName = base::StrongId<struct PersonNameTag, std::string_view>;

struct Interval {
  absl::Time start;                         // inclusive
  absl::Time end = absl::InfiniteFuture();  // exclusive
};

// Whether the two, neither of them empty, have an instant in common.
inline bool Overlap(const Interval& a, const Interval& b) {
  return a.start < b.end && b.start < a.end;
}

Interval IntervalOf(const v1::BedUse& use);

// How the bed stands at `time`.
v1::BedState BedStateAt(const v1::Bed& bed, absl::Time time);

// Who asks for the bed, and for when. What the same stay or person has of it is not in the way.
struct BedWish {
  std::string_view bed;
  std::string_view stay;    // "" for a reservation
  std::string_view person;  //
  Interval when;
};

// Why the bed cannot be promised: BED_TAKEN, BED_BLOCKED, BED_NOT_READY; nothing where it can.
// `bed` is wish.bed's entity.
std::optional<es::Rejection> CheckBedFree(const es::View& view, const v1::Bed& bed,
                                          const BedWish& wish, const es::Context& context);

// INVALID_FIELD where a bed would be promised until `until`, further ahead than policy allows:
// somebody who is expected in a year holds no bed until then.
std::optional<es::Rejection> CheckHorizon(std::string_view field, absl::Time until,
                                          const es::Context& context);

// The same for a reported fact: the conflicts, one for each other side, added to `decision`.
void AddBedConflicts(const es::View& view, const v1::Bed& bed, const BedWish& wish,
                     es::Context& context, es::Decision& decision);

// When the stay's use of its bed began; InfinitePast where it has none.
absl::Time BedUseStart(const es::View& view, BedName bed, StayName stay);

// Folds. The stay takes the bed from the event's time on; the person's own reservations of it have
// served. An empty `bed` changes nothing.
void TakeBed(es::Entities& entities, BedName bed, StayName stay, PersonName person,
             v1::BedUseKind kind, const es::EventContext& context);
// The stay gives the bed up at the event's time.
void LeaveBed(es::Entities& entities, BedName bed, StayName stay, bool needs_cleaning,
              const es::EventContext& context);
// The stay's use of the bed, which was told to end at `end`, ended at the event's time, which is
// earlier.
void ShortenUse(es::Entities& entities, BedName bed, absl::Time end, StayName stay,
                const es::EventContext& context);
// The stay keeps the bed in another way from the event's time on.
void ChangeBedUse(es::Entities& entities, BedName bed, StayName stay, v1::BedUseKind kind,
                  const es::EventContext& context);

// After any change: forgets reservations that have run out and brings the state up to date.
void RefreshBed(v1::Bed& bed, const es::EventContext& context);

}  // namespace prihvat::reception
