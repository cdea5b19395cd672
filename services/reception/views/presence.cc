#include "services/reception/views/presence.h"

#include <map>
#include <optional>
#include <set>
#include <string>

#include "fmt/format.h"
#include "libs/base/check.h"
#include "prihvat/reception/v1/events.pb.h"
#include "prihvat/reception/v1/state.pb.h"
#include "services/reception/domain/names.h"
#include "services/reception/domain/times.h"
#include "services/reception/views/presence_rows.h"

namespace prihvat::reception {
namespace {

// Where a stay is after an event; no centre in transit.
struct Place {
  std::string_view centre;
  v1::StayState kind;
};

// Ends the stay's open segment at the event's time. One that lasted no time leaves nothing.
void CloseSegment(es::MutableRows& rows, const v1::PresenceSegment& open,
                  const es::EventContext& context) {
  rows.Delete(OpenPrefix(context.operation, open.centre()) + std::string(IdOf(open.stay())));
  if (FromProto(open.start_time()) >= context.effective_at) return;
  v1::PresenceSegment closed = open;
  *closed.mutable_end_time() = ToProto(context.effective_at);
  rows.Put(fmt::format("{}{}/{}/{:06}", ClosedPrefix(context.operation, open.centre()),
                       OrderedTime(context.effective_at), IdOf(open.stay()), open.movements()),
           es::EncodeEntity(closed));
}

// One movement of a stay: from where it was, as the rows say, to `next` (nothing: it ended).
// `kind` at `centre` is what the event says that it was.
template <class Event>
void Move(es::MutableRows& rows, const Event& event, const es::EventContext& context,
          std::string_view centre, v1::MovementKind kind, const std::optional<Place>& next) {
  const std::string latest_key = LatestKey(context.operation, event.stay());
  v1::PresenceSegment latest;
  if (const auto row = rows.Get(latest_key)) {
    PRIHVAT_CHECK(es::DecodeEntity(*row, latest), latest_key);
    if (!latest.has_end_time()) CloseSegment(rows, latest, context);
  }
  const int32_t movements = latest.movements() + 1;
  latest.set_stay(event.stay());
  latest.set_person(event.person());
  latest.set_movements(movements);
  if (next) {
    latest.set_centre(std::string(next->centre));
    latest.set_kind(next->kind);
    *latest.mutable_start_time() = ToProto(context.effective_at);
    latest.clear_end_time();
    rows.Put(OpenPrefix(context.operation, next->centre) + std::string(IdOf(event.stay())),
             es::EncodeEntity(latest));
  } else {
    *latest.mutable_end_time() = ToProto(context.effective_at);
  }
  rows.Put(latest_key, es::EncodeEntity(latest));

  v1::Movement movement;
  movement.set_stay(event.stay());
  movement.set_person(event.person());
  movement.set_centre(std::string(centre));
  movement.set_kind(kind);
  *movement.mutable_movement_time() = ToProto(context.effective_at);
  rows.Put(fmt::format("{}{}/{}/{:06}", MovementPrefix(context.operation, centre),
                       OrderedTime(context.effective_at), IdOf(event.stay()), movements),
           es::EncodeEntity(movement));
}

void ApplyCentreCreated(es::MutableRows& rows, const v1::CentreCreated& event,
                        const es::EventContext& context) {
  rows.Put(CentrePrefix(context.operation) + std::string(IdOf(event.centre())), event.centre());
}

void ApplyCheckedIn(es::MutableRows& rows, const v1::CheckedIn& event,
                    const es::EventContext& context) {
  Move(rows, event, context, event.centre(),
       event.origin() == v1::STAY_ORIGIN_BIRTH ? v1::MOVEMENT_KIND_BIRTH
                                               : v1::MOVEMENT_KIND_ADMISSION,
       Place{event.centre(), v1::STAY_STATE_CHECKED_IN});
}

void ApplyLeaveStarted(es::MutableRows& rows, const v1::LeaveStarted& event,
                       const es::EventContext& context) {
  Move(rows, event, context, event.centre(), v1::MOVEMENT_KIND_LEAVE_DEPARTURE,
       Place{event.centre(), v1::STAY_STATE_ON_LEAVE});
}

void ApplyLeaveEnded(es::MutableRows& rows, const v1::LeaveEnded& event,
                     const es::EventContext& context) {
  Move(rows, event, context, event.centre(), v1::MOVEMENT_KIND_LEAVE_RETURN,
       Place{event.centre(), v1::STAY_STATE_CHECKED_IN});
}

void ApplyTransferDeparted(es::MutableRows& rows, const v1::TransferDeparted& event,
                           const es::EventContext& context) {
  Move(rows, event, context, event.from_centre(), v1::MOVEMENT_KIND_TRANSFER_OUT,
       Place{"", v1::STAY_STATE_IN_TRANSIT});
}

void ApplyTransferArrived(es::MutableRows& rows, const v1::TransferArrived& event,
                          const es::EventContext& context) {
  Move(rows, event, context, event.centre(), v1::MOVEMENT_KIND_TRANSFER_IN,
       Place{event.centre(), v1::STAY_STATE_CHECKED_IN});
}

void ApplyCheckedOut(es::MutableRows& rows, const v1::CheckedOut& event,
                     const es::EventContext& context) {
  const bool died = event.reason() == v1::EXIT_REASON_DECEASED;
  v1::MovementKind kind = died ? v1::MOVEMENT_KIND_DEATH : v1::MOVEMENT_KIND_EXIT;
  std::string_view centre = event.centre();
  if (event.previous_state() == v1::STAY_STATE_ON_LEAVE) {
    kind = died ? v1::MOVEMENT_KIND_DEATH_ON_LEAVE : v1::MOVEMENT_KIND_EXIT_ON_LEAVE;
  } else if (event.previous_state() == v1::STAY_STATE_IN_TRANSIT) {
    kind = died ? v1::MOVEMENT_KIND_DEATH_IN_TRANSIT : v1::MOVEMENT_KIND_EXIT_IN_TRANSIT;
    centre = "";
  }
  Move(rows, event, context, centre, kind, std::nullopt);
}

}  // namespace

const es::Projection& PresenceView() {
  static const es::Projection& view = *[] {
    auto* v = new es::Projection(std::string(kPresenceView), 1, {"prihvat.reception"});
    v->On<v1::CentreCreated>(&ApplyCentreCreated);
    v->On<v1::CheckedIn>(&ApplyCheckedIn);
    v->On<v1::LeaveStarted>(&ApplyLeaveStarted);
    v->On<v1::LeaveEnded>(&ApplyLeaveEnded);
    v->On<v1::TransferDeparted>(&ApplyTransferDeparted);
    v->On<v1::TransferArrived>(&ApplyTransferArrived);
    v->On<v1::CheckedOut>(&ApplyCheckedOut);
    return v;
  }();
  return view;
}

const std::vector<const es::Projection*>& ReceptionProjections() {
  static const auto& views = *new std::vector<const es::Projection*>{&PresenceView()};
  return views;
}

v1::Presence PresenceAt(const es::Rows& presence, std::string_view centre, absl::Time as_of,
                        bool include_people) {
  std::map<std::string, v1::PersonPresent> people;
  v1::Presence answer;
  answer.set_centre(std::string(centre));
  *answer.mutable_as_of_time() = ToProto(as_of);
  ForEachSegmentAt(presence, OperationOf(centre), centre, as_of,
                   [&](const v1::PresenceSegment& segment) {
                     if (segment.kind() == v1::STAY_STATE_ON_LEAVE) {
                       answer.set_on_leave(answer.on_leave() + 1);
                     } else {
                       answer.set_present(answer.present() + 1);
                     }
                     if (!include_people) return;
                     v1::PersonPresent& person = people[segment.stay()];
                     person.set_stay(segment.stay());
                     person.set_person(segment.person());
                     person.set_state(segment.kind());
                     *person.mutable_since_time() = segment.start_time();
                   });
  answer.set_on_the_books(answer.present() + answer.on_leave());
  for (auto& [stay, person] : people) *answer.add_people() = std::move(person);
  return answer;
}

v1::NationalPresence NationalPresenceAt(const es::Rows& presence, std::string_view operation,
                                        absl::Time as_of) {
  v1::NationalPresence answer;
  *answer.mutable_as_of_time() = ToProto(as_of);
  std::set<std::string> persons;
  for (const std::string& centre : CentresOf(presence, operation)) {
    v1::Presence there = PresenceAt(presence, centre, as_of, /*include_people=*/true);
    for (const v1::PersonPresent& person : there.people()) persons.insert(person.person());
    there.clear_people();
    answer.set_present(answer.present() + there.present());
    answer.set_on_leave(answer.on_leave() + there.on_leave());
    *answer.add_centres() = std::move(there);
  }
  ForEachSegmentAt(presence, operation, "", as_of, [&](const v1::PresenceSegment& segment) {
    persons.insert(segment.person());
    answer.set_in_transit(answer.in_transit() + 1);
  });
  answer.set_total(answer.present() + answer.on_leave() + answer.in_transit());
  answer.set_persons(static_cast<int64_t>(persons.size()));
  return answer;
}

}  // namespace prihvat::reception
