// Beds: Available->Reserved (expires)->Occupied->Cleaning->Available; Available|Cleaning<->Blocked.
// Who has a bed follows from the stays; here are the promises and what staff do with a bed.
#include "prihvat/reception/v1/events.pb.h"
#include "prihvat/reception/v1/service.pb.h"
#include "services/reception/domain/bed_use.h"
#include "services/reception/domain/names.h"
#include "services/reception/domain/policy.h"
#include "services/reception/domain/reasons.h"
#include "services/reception/domain/registration.h"

namespace prihvat::reception {
namespace {

std::string StateText(const v1::Bed& bed, absl::Time time) {
  return ShortName(v1::BedState_Name(BedStateAt(bed, time)), "BED_STATE_");
}

es::Decision DecideBlockBed(const es::View& view, const v1::BlockBedRequest& command,
                            es::Context& context) {
  const v1::Bed* bed = nullptr;
  if (auto no = Require(view, "name", command.name(), context, bed)) return *std::move(no);
  if (auto no = CheckEtag(command.name(), command.etag(), *bed)) return *std::move(no);
  if (auto no = CheckText("reason", command.reason(), 500)) return *std::move(no);
  if (bed->blocked()) return es::WrongState(command.name(), "BLOCKED", "be blocked", "unblock");
  for (const v1::BedUse& use : bed->uses()) {
    const Interval when = IntervalOf(use);
    if (when.end <= context.effective_at) continue;
    return es::Rejected(kBedTaken)
        .Saying(fmt::format("{} cannot be put out of use: it is taken or promised from {} until {}",
                            command.name(), Say(when.start, context.zone),
                            Say(when.end, context.zone)))
        .With("bed", command.name())
        .With("taken_from", Say(when.start, context.zone))
        .With("taken_until", Say(when.end, context.zone));
  }
  v1::BedBlocked event;
  event.set_bed(command.name());
  event.set_reason(command.reason());
  return es::Accepted(std::move(event)).Naming(command.name());
}

es::Decision DecideUnblockBed(const es::View& view, const v1::UnblockBedRequest& command,
                              es::Context& context) {
  const v1::Bed* bed = nullptr;
  if (auto no = Require(view, "name", command.name(), context, bed)) return *std::move(no);
  if (auto no = CheckEtag(command.name(), command.etag(), *bed)) return *std::move(no);
  if (!bed->blocked()) {
    return es::WrongState(command.name(), StateText(*bed, context.effective_at), "be unblocked",
                          "block");
  }
  v1::BedUnblocked event;
  event.set_bed(command.name());
  return es::Accepted(std::move(event)).Naming(command.name());
}

es::Decision DecideFinishBedCleaning(const es::View& view,
                                     const v1::FinishBedCleaningRequest& command,
                                     es::Context& context) {
  const v1::Bed* bed = nullptr;
  if (auto no = Require(view, "name", command.name(), context, bed)) return *std::move(no);
  if (!bed->cleaning()) {
    return es::WrongState(command.name(), StateText(*bed, context.effective_at),
                          "be made ready: it is not being cleaned", "none");
  }
  v1::BedCleaned event;
  event.set_bed(command.name());
  return es::Accepted(std::move(event)).Naming(command.name());
}

es::Decision DecideReserveBed(const es::View& view, const v1::ReserveBedRequest& command,
                              es::Context& context) {
  const v1::Bed* bed = nullptr;
  if (auto no = Require(view, "name", command.name(), context, bed)) return *std::move(no);
  const v1::Person* person = nullptr;
  if (auto no = Require(view, "person", command.person(), context, person)) return *std::move(no);
  Interval when{context.effective_at};
  if (command.has_start_time()) {
    if (auto no = CheckTimestamp("start_time", command.start_time())) return *std::move(no);
    when.start = FromProto(command.start_time());
  }
  if (!command.has_expire_time()) return es::InvalidField("expire_time", "must be given");
  if (auto no = CheckTimestamp("expire_time", command.expire_time())) return *std::move(no);
  when.end = FromProto(command.expire_time());
  const int days = PolicyOn(context.EffectiveDay()).reservation_days;
  if (when.end <= when.start || when.end - when.start > absl::Hours(24) * days) {
    return es::InvalidField("expire_time", fmt::format("{} should be after {}, by at most {} days",
                                                       Say(when.end, context.zone),
                                                       Say(when.start, context.zone), days));
  }
  if (auto no = CheckHorizon("expire_time", when.end, context)) return *std::move(no);
  for (const v1::BedUse& use : bed->uses()) {
    const bool same = use.kind() == v1::BED_USE_KIND_RESERVED && use.person() == command.person() &&
                      IntervalOf(use).start == when.start && IntervalOf(use).end == when.end;
    if (same) return es::Accepted().Naming(command.name());  // told again
  }
  const BedWish wish{.bed = command.name(), .stay = "", .person = command.person(), .when = when};
  if (auto no = CheckBedFree(view, *bed, wish, context)) return *std::move(no);

  v1::BedReserved event;
  event.set_bed(command.name());
  event.set_person(command.person());
  *event.mutable_start_time() = ToProto(when.start);
  *event.mutable_expire_time() = ToProto(when.end);
  return es::Accepted(std::move(event)).Naming(command.name());
}

es::Decision DecideReleaseBedReservation(const es::View& view,
                                         const v1::ReleaseBedReservationRequest& command,
                                         es::Context& context) {
  const v1::Bed* bed = nullptr;
  if (auto no = Require(view, "name", command.name(), context, bed)) return *std::move(no);
  for (const v1::BedUse& use : bed->uses()) {
    if (use.kind() != v1::BED_USE_KIND_RESERVED || use.person() != command.person()) continue;
    v1::BedReservationReleased event;
    event.set_bed(command.name());
    event.set_person(command.person());
    return es::Accepted(std::move(event)).Naming(command.name());
  }
  return es::Rejected(kNoReservation)
      .Saying(fmt::format("{} is not promised to {}", command.name(), command.person()))
      .With("bed", command.name())
      .With("person", command.person());
}

template <class Event, void (*change)(v1::Bed&, const Event&)>
void FoldBed(es::Entities& entities, const Event& event, const es::EventContext& context) {
  entities.Edit<v1::Bed>(event.bed(), [&](v1::Bed& bed) {
    change(bed, event);
    RefreshBed(bed, context);
  });
}

void Block(v1::Bed& bed, const v1::BedBlocked& event) {
  bed.set_blocked(true);
  bed.set_block_reason(event.reason());
}

void Unblock(v1::Bed& bed, const v1::BedUnblocked&) {
  bed.set_blocked(false);
  bed.clear_block_reason();
}

void FinishCleaning(v1::Bed& bed, const v1::BedCleaned&) { bed.set_cleaning(false); }

void Release(v1::Bed& bed, std::string_view person) {
  for (int i = 0; i < bed.uses_size();) {
    if (bed.uses(i).kind() == v1::BED_USE_KIND_RESERVED && bed.uses(i).person() == person) {
      bed.mutable_uses()->DeleteSubrange(i, 1);
    } else {
      ++i;
    }
  }
}

// A person has one reservation of a bed: the later one replaces the earlier.
void Reserve(v1::Bed& bed, const v1::BedReserved& event) {
  Release(bed, event.person());
  v1::BedUse* use = bed.add_uses();
  use->set_person(event.person());
  use->set_kind(v1::BED_USE_KIND_RESERVED);
  *use->mutable_start_time() = event.start_time();
  *use->mutable_end_time() = event.expire_time();
}

void ReleaseReservation(v1::Bed& bed, const v1::BedReservationReleased& event) {
  Release(bed, event.person());
}

}  // namespace

void RegisterBeds(es::Decider& decider) {
  OnKnown<v1::BlockBedRequest, &DecideBlockBed>(decider);
  OnKnown<v1::UnblockBedRequest, &DecideUnblockBed>(decider);
  OnKnown<v1::FinishBedCleaningRequest, &DecideFinishBedCleaning>(decider);
  OnKnown<v1::ReserveBedRequest, &DecideReserveBed>(decider);
  OnKnown<v1::ReleaseBedReservationRequest, &DecideReleaseBedReservation>(decider);
  decider.Fold<v1::BedBlocked>(&FoldBed<v1::BedBlocked, &Block>);
  decider.Fold<v1::BedUnblocked>(&FoldBed<v1::BedUnblocked, &Unblock>);
  decider.Fold<v1::BedCleaned>(&FoldBed<v1::BedCleaned, &FinishCleaning>);
  decider.Fold<v1::BedReserved>(&FoldBed<v1::BedReserved, &Reserve>);
  decider.Fold<v1::BedReservationReleased>(
      &FoldBed<v1::BedReservationReleased, &ReleaseReservation>);
}

}  // namespace prihvat::reception
