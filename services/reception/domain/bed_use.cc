#include "services/reception/domain/bed_use.h"

#include "services/reception/domain/conflicts.h"
#include "services/reception/domain/names.h"
#include "services/reception/domain/policy.h"
#include "services/reception/domain/reasons.h"
#include "services/reception/domain/registration.h"

namespace prihvat::reception {
namespace {

std::string_view ToText(v1::BedUseKind kind) {
  switch (kind) {
    case v1::BED_USE_KIND_HELD:
      return "kept for somebody on leave";
    case v1::BED_USE_KIND_RESERVED:
      return "promised";
    default:
      return "taken";
  }
}

// A promise that ran out before anybody came binds nobody any more, at no time.
bool HasRunOut(const v1::BedUse& use, absl::Time now) {
  return use.kind() == v1::BED_USE_KIND_RESERVED && IntervalOf(use).end <= now;
}

// The uses by others that the wish meets, those of the past first.
std::vector<v1::BedUse> UsesInTheWay(const es::View& view, const v1::Bed& bed, const BedWish& wish,
                                     absl::Time now) {
  std::vector<v1::BedUse> met;
  const auto add = [&](const v1::BedUse& use) {
    const bool own = wish.stay.empty()
                         ? use.kind() == v1::BED_USE_KIND_RESERVED && use.person() == wish.person
                         : use.person() == wish.person;
    if (!own && !HasRunOut(use, now) && Overlap(IntervalOf(use), wish.when)) met.push_back(use);
  };
  const std::string prefix = PastBedUsePrefix(wish.bed);
  view.rows().Scan(prefix, AfterTime(prefix, wish.when.start),
                   [&](std::string_view key, std::string_view value) {
                     v1::PastBedUse past;
                     PRIHVAT_CHECK(es::DecodeEntity(value, past), std::string(key));
                     add(past.use());
                     return true;
                   });
  for (const v1::BedUse& use : bed.uses()) add(use);
  return met;
}

std::string Describe(const v1::BedUse& use, std::string_view bed, const absl::TimeZone& zone) {
  const Interval when = IntervalOf(use);
  return fmt::format("{} is {} from {} until {}", bed, ToText(use.kind()), Say(when.start, zone),
                     Say(when.end, zone));
}

void PutBed(es::Entities& entities, v1::Bed bed, const es::EventContext& context) {
  RefreshBed(bed, context);
  entities.Put(bed.name(), bed);
}

v1::Bed BedToChange(const es::Entities& entities, std::string_view name) {
  const auto* bed = entities.Find<v1::Bed>(name);
  PRIHVAT_CHECK(bed != nullptr, "an event names a bed that was never added");
  return *bed;
}

// Ends the stay's use of the bed, and keeps it among those that are over.
void EndUse(es::Entities& entities, v1::Bed& bed, std::string_view stay,
            const es::EventContext& context) {
  for (int i = 0; i < bed.uses_size();) {
    if (bed.uses(i).stay() != stay) {
      ++i;
      continue;
    }
    if (IntervalOf(bed.uses(i)).start < context.effective_at) {
      v1::PastBedUse past;
      past.set_bed(bed.name());
      *past.mutable_use() = bed.uses(i);
      *past.mutable_use()->mutable_end_time() = ToProto(context.effective_at);
      entities.Put(PastBedUseName(bed.name(), context.effective_at, stay), past);
    }
    bed.mutable_uses()->DeleteSubrange(i, 1);
  }
}

void BeginUse(v1::Bed& bed, std::string_view stay, std::string_view person, v1::BedUseKind kind,
              const es::EventContext& context) {
  v1::BedUse* use = bed.add_uses();
  use->set_stay(std::string(stay));
  use->set_person(std::string(person));
  use->set_kind(kind);
  *use->mutable_start_time() = ToProto(context.effective_at);
}

}  // namespace

Interval IntervalOf(const v1::BedUse& use) {
  Interval when{FromProto(use.start_time())};
  if (use.has_end_time()) when.end = FromProto(use.end_time());
  return when;
}

v1::BedState BedStateAt(const v1::Bed& bed, absl::Time time) {
  bool held = false;
  bool reserved = false;
  for (const v1::BedUse& use : bed.uses()) {
    const Interval when = IntervalOf(use);
    if (time < when.start || time >= when.end) continue;
    // People are never hidden: somebody who sleeps there shows, whatever else is said of the bed.
    if (use.kind() == v1::BED_USE_KIND_OCCUPIED) return v1::BED_STATE_OCCUPIED;
    held |= use.kind() == v1::BED_USE_KIND_HELD;
    reserved |= use.kind() == v1::BED_USE_KIND_RESERVED;
  }
  if (held) return v1::BED_STATE_HELD_FOR_LEAVE;
  if (bed.blocked()) return v1::BED_STATE_BLOCKED;
  if (reserved) return v1::BED_STATE_RESERVED;
  return bed.cleaning() ? v1::BED_STATE_CLEANING : v1::BED_STATE_AVAILABLE;
}

std::optional<es::Rejection> CheckBedFree(const es::View& view, const v1::Bed& bed,
                                          const BedWish& wish, const es::Context& context) {
  if (bed.blocked()) {
    return es::Rejected(kBedBlocked)
        .Saying(fmt::format("{} is out of use: {}", bed.name(), bed.block_reason()))
        .With("bed", bed.name());
  }
  const auto met = UsesInTheWay(view, bed, wish, context.recorded_at);
  if (!met.empty()) {
    const Interval when = IntervalOf(met.front());
    return es::Rejected(kBedTaken)
        .Saying(fmt::format("{}; it was asked for from {} until {}",
                            Describe(met.front(), bed.name(), context.zone),
                            Say(wish.when.start, context.zone), Say(wish.when.end, context.zone)))
        .With("bed", bed.name())
        .With("taken_from", Say(when.start, context.zone))
        .With("taken_until", Say(when.end, context.zone));
  }
  // A reservation may begin once the bed is ready; a person needs it ready.
  if (bed.cleaning() && !wish.stay.empty()) {
    return es::Rejected(kBedNotReady)
        .Saying(fmt::format("{} is being made ready", bed.name()))
        .With("bed", bed.name());
  }
  return std::nullopt;
}

std::optional<es::Rejection> CheckHorizon(std::string_view field, absl::Time until,
                                          const es::Context& context) {
  const int days = PolicyOn(context.EffectiveDay()).reservation_days;
  const absl::Time horizon = context.recorded_at + absl::Hours(24) * days;
  if (until <= horizon) return std::nullopt;
  return es::InvalidField(
      field,
      fmt::format("{} is too far ahead: a bed is promised at most {} days ahead of now, until "
                  "{}",
                  Say(until, context.zone), days, Say(horizon, context.zone)));
}

void AddBedConflicts(const es::View& view, const v1::Bed& bed, const BedWish& wish,
                     es::Context& context, es::Decision& decision) {
  ConflictFound found;
  found.centre = ParentOf(bed.name());
  found.bed = bed.name();
  found.fact = wish.stay;
  if (bed.blocked()) {
    found.kind = v1::CONFLICT_KIND_BED_BLOCKED;
    found.other = bed.name();
    found.description = fmt::format("{} has somebody since {}, and is out of use: {}", bed.name(),
                                    Say(wish.when.start, context.zone), bed.block_reason());
    decision.Add(Detected(found, context));
  }
  for (const v1::BedUse& use : UsesInTheWay(view, bed, wish, context.recorded_at)) {
    found.kind = v1::CONFLICT_KIND_BED_TAKEN;
    found.other = use.stay().empty() ? use.person() : use.stay();
    found.description =
        fmt::format("{}; {} has it too since {}", Describe(use, bed.name(), context.zone),
                    wish.stay, Say(wish.when.start, context.zone));
    decision.Add(Detected(found, context));
  }
}

absl::Time BedUseStart(const es::View& view, BedName bed, StayName stay) {
  if (bed.value().empty()) return absl::InfinitePast();
  const auto* entity = view.Find<v1::Bed>(bed.value());
  if (entity == nullptr) return absl::InfinitePast();
  for (const v1::BedUse& use : entity->uses()) {
    if (use.stay() == stay.value()) return IntervalOf(use).start;
  }
  return absl::InfinitePast();
}

void ShortenUse(es::Entities& entities, BedName bed, absl::Time end, StayName stay,
                const es::EventContext& context) {
  const std::string name = PastBedUseName(bed.value(), end, stay.value());
  const auto* found = entities.Find<v1::PastBedUse>(name);
  if (found == nullptr) return;  // it lasted no time
  v1::PastBedUse past = *found;
  entities.Delete(name);
  if (IntervalOf(past.use()).start >= context.effective_at) return;
  *past.mutable_use()->mutable_end_time() = ToProto(context.effective_at);
  entities.Put(PastBedUseName(bed.value(), context.effective_at, stay.value()), past);
}

void TakeBed(es::Entities& entities, BedName name, StayName stay, PersonName person,
             v1::BedUseKind kind, const es::EventContext& context) {
  if (name.value().empty()) return;
  v1::Bed bed = BedToChange(entities, name.value());
  for (int i = 0; i < bed.uses_size();) {
    const v1::BedUse& use = bed.uses(i);
    if (use.kind() == v1::BED_USE_KIND_RESERVED && use.person() == person.value()) {
      bed.mutable_uses()->DeleteSubrange(i, 1);
    } else {
      ++i;
    }
  }
  BeginUse(bed, stay.value(), person.value(), kind, context);
  bed.set_cleaning(false);
  PutBed(entities, std::move(bed), context);
}

void LeaveBed(es::Entities& entities, BedName name, StayName stay, bool needs_cleaning,
              const es::EventContext& context) {
  if (name.value().empty()) return;
  v1::Bed bed = BedToChange(entities, name.value());
  EndUse(entities, bed, stay.value(), context);
  bool somebody_else = false;
  for (const v1::BedUse& use : bed.uses()) {
    somebody_else |= use.kind() != v1::BED_USE_KIND_RESERVED;
  }
  if (needs_cleaning && !somebody_else) bed.set_cleaning(true);
  PutBed(entities, std::move(bed), context);
}

void ChangeBedUse(es::Entities& entities, BedName name, StayName stay, v1::BedUseKind kind,
                  const es::EventContext& context) {
  if (name.value().empty()) return;
  v1::Bed bed = BedToChange(entities, name.value());
  std::string person;
  for (const v1::BedUse& use : bed.uses()) {
    if (use.stay() == stay.value()) person = use.person();
  }
  EndUse(entities, bed, stay.value(), context);
  BeginUse(bed, stay.value(), person, kind, context);
  PutBed(entities, std::move(bed), context);
}

void RefreshBed(v1::Bed& bed, const es::EventContext& context) {
  for (int i = 0; i < bed.uses_size();) {
    if (HasRunOut(bed.uses(i), context.recorded_at)) {
      bed.mutable_uses()->DeleteSubrange(i, 1);
    } else {
      ++i;
    }
  }
  bed.set_state(BedStateAt(bed, context.recorded_at));
  Stamp(bed, context);
}

}  // namespace prihvat::reception
