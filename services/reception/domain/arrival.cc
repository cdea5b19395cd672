// Check-in: a stay begins. Never refused for want of a bed; a bed that is asked for is a promise.
// One open stay a person (INV-20).
#include "prihvat/reception/v1/events.pb.h"
#include "prihvat/reception/v1/service.pb.h"
#include "services/reception/domain/bed_use.h"
#include "services/reception/domain/centres.h"
#include "services/reception/domain/conflicts.h"
#include "services/reception/domain/names.h"
#include "services/reception/domain/reasons.h"
#include "services/reception/domain/registration.h"
#include "services/reception/domain/stays.h"

namespace prihvat::reception {
namespace {

struct OtherStay {
  std::string name;
  Interval when;
};

// The person's stays that are open, or ended after `time`.
std::vector<OtherStay> StaysAfter(const es::View& view, const v1::Person& person, absl::Time time) {
  std::vector<OtherStay> stays;
  const std::string prefix = PastStayPrefix(person.name());
  view.rows().Scan(
      prefix, AfterTime(prefix, time), [&](std::string_view key, std::string_view value) {
        v1::PastStay past;
        PRIHVAT_CHECK(es::DecodeEntity(value, past), std::string(key));
        stays.push_back({past.stay(), {FromProto(past.start_time()), FromProto(past.end_time())}});
        return true;
      });
  for (const std::string& open : person.open_stays()) {
    const auto* stay = view.Find<v1::Stay>(open);
    PRIHVAT_CHECK(stay != nullptr, "a person's open stay is not there");
    stays.push_back({open, {FromProto(stay->check_in_time())}});
  }
  return stays;
}

std::optional<es::Rejection> CheckOrReportOtherStays(const es::View& view, const v1::Person& person,
                                                     const v1::CheckedIn& event, bool reported_fact,
                                                     es::Context& context, es::Decision& decision) {
  for (const OtherStay& other : StaysAfter(view, person, context.effective_at)) {
    const std::string description =
        fmt::format("{} has {} from {} until {}, and is to have another stay from {}",
                    person.name(), other.name, Say(other.when.start, context.zone),
                    Say(other.when.end, context.zone), Say(context.effective_at, context.zone));
    if (!reported_fact) {
      return es::Rejected(kOpenStay)
          .Saying(description)
          .With("person", person.name())
          .With("stay", other.name)
          .With("from", Say(other.when.start, context.zone))
          .With("until", Say(other.when.end, context.zone));
    }
    decision.Add(Detected({.kind = v1::CONFLICT_KIND_TWO_STAYS,
                           .centre = event.centre(),
                           .bed = "",
                           .fact = event.stay(),
                           .other = other.name,
                           .description = description},
                          context));
  }
  return std::nullopt;
}

es::Decision DecideCheckIn(const es::View& view, const v1::CheckInRequest& command,
                           es::Context& context) {
  if (command.parent() != context.operation) {
    return es::InvalidField("parent", fmt::format("should be {}", context.operation));
  }
  if (auto no = CheckNewId("stay_id", command.stay_id(), true)) return *std::move(no);
  if (!v1::StayOrigin_IsValid(command.origin())) {
    return es::InvalidField("origin", "is not known");
  }
  const v1::Person* person = nullptr;
  const v1::Centre* centre = nullptr;
  const v1::Bed* bed = nullptr;
  if (auto no = Require(view, "person", command.person(), context, person)) return *std::move(no);
  if (auto no = Require(view, "centre", command.centre(), context, centre)) return *std::move(no);
  if (auto no = RequireBedOf(view, command.centre(), command.bed(), context, bed)) {
    return *std::move(no);
  }
  const std::string name =
      fmt::format("{}/stays/{}", context.operation,
                  command.stay_id().empty() ? context.NewId() : command.stay_id());
  if (view.Exists(name)) return es::AlreadyExists(name);

  v1::CheckedIn event;
  event.set_stay(name);
  event.set_person(command.person());
  event.set_centre(command.centre());
  event.set_bed(command.bed());
  event.set_origin(command.origin() == v1::STAY_ORIGIN_UNSPECIFIED ? v1::STAY_ORIGIN_ARRIVAL
                                                                   : command.origin());
  event.set_reported_fact(command.reported_fact());
  es::Decision decision = es::Accepted(event).Naming(name);
  const bool fact = command.reported_fact();
  if (auto no = CheckOrReportOtherStays(view, *person, event, fact, context, decision)) {
    return *std::move(no);
  }
  if (auto no = CheckOrReportCentre(view, *centre, name, fact, context, decision)) {
    return *std::move(no);
  }
  if (auto no = CheckOrReportBed(view, bed, name, command.person(), fact, context, decision)) {
    return *std::move(no);
  }
  return decision;
}

void FoldCheckedIn(es::Entities& entities, const v1::CheckedIn& event,
                   const es::EventContext& context) {
  v1::Stay stay;
  stay.set_name(event.stay());
  stay.set_person(event.person());
  stay.set_centre(event.centre());
  stay.set_bed(event.bed());
  stay.set_origin(event.origin());
  *stay.mutable_check_in_time() = ToProto(context.effective_at);
  SetState(stay, v1::STAY_STATE_CHECKED_IN, context);
  entities.Put(event.stay(), stay);
  entities.Edit<v1::Person>(event.person(), [&](v1::Person& person) {
    person.add_open_stays(event.stay());
    Stamp(person, context);
  });
  CountOnTheBooks(entities, event.centre(), 1);
  TakeBed(entities, BedName(event.bed()), StayName(event.stay()), PersonName(event.person()),
          v1::BED_USE_KIND_OCCUPIED, context);
}

}  // namespace

void RegisterArrivals(es::Decider& decider) {
  OnKnown<v1::CheckInRequest, &DecideCheckIn>(decider);
  decider.Fold<v1::CheckedIn>(&FoldCheckedIn);
}

}  // namespace prihvat::reception
