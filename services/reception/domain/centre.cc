// Centres: Planned->Open<->Restricted; Open|Restricted->Closing->Closed; Closing->Open;
// Open|Restricted->Evacuated->Open|Closed; Closed->Open. Capacity is a number by standard and date.
#include <algorithm>
#include <initializer_list>
#include <set>
#include <tuple>

#include "libs/base/civil.h"
#include "libs/base/string_view.h"
#include "prihvat/reception/v1/events.pb.h"
#include "prihvat/reception/v1/service.pb.h"
#include "services/reception/domain/centres.h"
#include "services/reception/domain/names.h"
#include "services/reception/domain/reasons.h"
#include "services/reception/domain/registration.h"

namespace prihvat::reception {
namespace {

constexpr int32_t kMostPlaces = 100'000;

std::string ToText(v1::CentreState state) {
  return ShortName(v1::CentreState_Name(state), "CENTRE_STATE_");
}

// The moves that are open in a state, for people.
std::string_view OpenMoves(v1::CentreState state) {
  switch (state) {
    case v1::CENTRE_STATE_PLANNED:
      return "open";
    case v1::CENTRE_STATE_OPEN:
      return "restrict, start closing, evacuate";
    case v1::CENTRE_STATE_RESTRICTED:
      return "open, start closing, evacuate";
    case v1::CENTRE_STATE_CLOSING:
      return "open, close";
    case v1::CENTRE_STATE_CLOSED:
      return "open";
    case v1::CENTRE_STATE_EVACUATED:
      return "open, close";
    default:
      return "none";
  }
}

bool TakesPeople(v1::CentreState state) {
  return state == v1::CENTRE_STATE_OPEN || state == v1::CENTRE_STATE_RESTRICTED;
}

std::optional<es::Rejection> CheckCapacity(const std::string& field, const v1::Capacity& capacity) {
  if (auto no = CheckText(field + ".standard", capacity.standard(), 100)) return no;
  const auto day = CheckedFromProto(capacity.valid_from());
  if (!day.ok()) {
    return es::InvalidField(field + ".valid_from", base::FromAbsl(day.status().message()));
  }
  if (capacity.places() < 0 || capacity.places() > kMostPlaces) {
    return es::InvalidField(field + ".places", fmt::format("is {}; it should be 0 to {}",
                                                           capacity.places(), kMostPlaces));
  }
  return std::nullopt;
}

auto CapacityKey(const v1::Capacity& capacity) {
  const google::type::Date& date = capacity.valid_from();
  return std::make_tuple(capacity.standard(), date.year(), date.month(), date.day());
}

void SortCapacities(v1::Centre& centre) {
  std::sort(
      centre.mutable_capacities()->begin(), centre.mutable_capacities()->end(),
      [](const v1::Capacity& a, const v1::Capacity& b) { return CapacityKey(a) < CapacityKey(b); });
}

es::Decision DecideCreateCentre(const es::View& view, const v1::CreateCentreRequest& command,
                                es::Context& context) {
  if (command.parent() != context.operation) {
    return es::InvalidField("parent", fmt::format("should be {}", context.operation));
  }
  if (auto no = CheckNewId("centre_id", command.centre_id(), false)) return *std::move(no);
  const v1::Centre& centre = command.centre();
  if (auto no = CheckText("centre.display_name", centre.display_name(), 200)) {
    return *std::move(no);
  }
  std::set<decltype(CapacityKey(v1::Capacity()))> keys;
  for (int i = 0; i < centre.capacities_size(); ++i) {
    const std::string field = fmt::format("centre.capacities[{}]", i);
    if (auto no = CheckCapacity(field, centre.capacities(i))) return *std::move(no);
    if (!keys.insert(CapacityKey(centre.capacities(i))).second) {
      return es::InvalidField(field, "another entry has the same standard and date");
    }
  }
  const std::string name = fmt::format("{}/centres/{}", context.operation, command.centre_id());
  if (view.Exists(name)) return es::AlreadyExists(name);

  v1::CentreCreated event;
  event.set_centre(name);
  event.set_display_name(centre.display_name());
  event.set_area(centre.area());
  *event.mutable_capacities() = centre.capacities();
  return es::Accepted(std::move(event)).Naming(name);
}

// What every move begins with: the centre is there, unchanged, in one of the states, and the move
// comes after the last one.
std::optional<es::Rejection> CheckCentreMove(const es::View& view, std::string_view name,
                                             std::string_view etag,
                                             std::initializer_list<v1::CentreState> from,
                                             std::string_view wish, const es::Context& context) {
  const v1::Centre* centre = nullptr;
  if (auto no = Require(view, "name", name, context, centre)) return no;
  if (auto no = CheckEtag(name, etag, *centre)) return no;
  if (std::find(from.begin(), from.end(), centre->state()) == from.end()) {
    return es::WrongState(name, ToText(centre->state()), wish, OpenMoves(centre->state()));
  }
  const auto* tally = view.Find<v1::CentreTally>(TallyName(name));
  const absl::Time last = FromProto(tally->states(tally->states_size() - 1).start_time());
  // A centre may be opened for a time before it was entered here.
  if (centre->state() == v1::CENTRE_STATE_PLANNED) return std::nullopt;
  return CheckNotBefore(name, last, context);
}

es::Decision DecideOpenCentre(const es::View& view, const v1::OpenCentreRequest& command,
                              es::Context& context) {
  if (auto no = CheckCentreMove(
          view, command.name(), command.etag(),
          {v1::CENTRE_STATE_PLANNED, v1::CENTRE_STATE_RESTRICTED, v1::CENTRE_STATE_CLOSING,
           v1::CENTRE_STATE_EVACUATED, v1::CENTRE_STATE_CLOSED},
          "be opened", context)) {
    return *std::move(no);
  }
  const auto* centre = view.Find<v1::Centre>(command.name());
  v1::CentreOpened event;
  event.set_centre(command.name());
  event.set_display_name(centre->display_name());
  event.set_previous_state(centre->state());
  event.set_note(command.note());
  return es::Accepted(std::move(event)).Naming(command.name());
}

// The moves that say no more than why.
template <class Event, class Command>
es::Decision DecideMove(const es::View& view, const Command& command, es::Context& context,
                        std::initializer_list<v1::CentreState> from, std::string_view wish) {
  if (auto no = CheckCentreMove(view, command.name(), command.etag(), from, wish, context)) {
    return *std::move(no);
  }
  Event event;
  event.set_centre(command.name());
  event.set_note(command.note());
  return es::Accepted(std::move(event)).Naming(command.name());
}

es::Decision DecideRestrictCentre(const es::View& view, const v1::RestrictCentreRequest& command,
                                  es::Context& context) {
  return DecideMove<v1::CentreRestricted>(view, command, context, {v1::CENTRE_STATE_OPEN},
                                          "be restricted");
}

es::Decision DecideStartClosingCentre(const es::View& view,
                                      const v1::StartClosingCentreRequest& command,
                                      es::Context& context) {
  return DecideMove<v1::CentreClosingStarted>(view, command, context,
                                              {v1::CENTRE_STATE_OPEN, v1::CENTRE_STATE_RESTRICTED},
                                              "begin to close");
}

es::Decision DecideCloseCentre(const es::View& view, const v1::CloseCentreRequest& command,
                               es::Context& context) {
  es::Decision decision = DecideMove<v1::CentreClosed>(
      view, command, context, {v1::CENTRE_STATE_CLOSING, v1::CENTRE_STATE_EVACUATED}, "be closed");
  if (!decision.accepted()) return decision;
  const auto* tally = view.Find<v1::CentreTally>(TallyName(command.name()));
  if (tally->on_the_books() > 0) {
    return es::Rejected(kCentreNotEmpty)
        .Saying(
            fmt::format("{} people have open stays at {}", tally->on_the_books(), command.name()))
        .With("centre", command.name())
        .With("open_stays", tally->on_the_books());
  }
  return decision;
}

es::Decision DecideEvacuateCentre(const es::View& view, const v1::EvacuateCentreRequest& command,
                                  es::Context& context) {
  return DecideMove<v1::CentreEvacuated>(
      view, command, context, {v1::CENTRE_STATE_OPEN, v1::CENTRE_STATE_RESTRICTED}, "be evacuated");
}

es::Decision DecideSetCentreCapacity(const es::View& view,
                                     const v1::SetCentreCapacityRequest& command,
                                     es::Context& context) {
  const v1::Centre* centre = nullptr;
  if (auto no = Require(view, "name", command.name(), context, centre)) return *std::move(no);
  if (auto no = CheckEtag(command.name(), command.etag(), *centre)) return *std::move(no);
  if (auto no = CheckCapacity("capacity", command.capacity())) return *std::move(no);
  for (const v1::Capacity& known : centre->capacities()) {
    if (es::SerializeDeterministically(known) ==
        es::SerializeDeterministically(command.capacity())) {
      return es::Accepted().Naming(command.name());
    }
  }
  v1::CentreCapacitySet event;
  event.set_centre(command.name());
  *event.mutable_capacity() = command.capacity();
  return es::Accepted(std::move(event)).Naming(command.name());
}

void AddState(es::Entities& entities, std::string_view centre, v1::CentreState state,
              const es::EventContext& context) {
  entities.Edit<v1::CentreTally>(TallyName(centre), [&](v1::CentreTally& tally) {
    v1::CentreStateSpan* span = tally.add_states();
    span->set_state(state);
    *span->mutable_start_time() = ToProto(context.effective_at);
  });
}

void FoldCentreCreated(es::Entities& entities, const v1::CentreCreated& event,
                       const es::EventContext& context) {
  v1::Centre centre;
  centre.set_name(event.centre());
  centre.set_display_name(event.display_name());
  centre.set_area(event.area());
  centre.set_state(v1::CENTRE_STATE_PLANNED);
  *centre.mutable_capacities() = event.capacities();
  SortCapacities(centre);
  Stamp(centre, context);
  entities.Put(event.centre(), centre);
  AddState(entities, event.centre(), v1::CENTRE_STATE_PLANNED, context);
}

template <class Event, v1::CentreState state>
void FoldMove(es::Entities& entities, const Event& event, const es::EventContext& context) {
  entities.Edit<v1::Centre>(event.centre(), [&](v1::Centre& centre) {
    centre.set_state(state);
    centre.set_state_note(event.note());
    Stamp(centre, context);
  });
  AddState(entities, event.centre(), state, context);
}

void FoldCentreCapacitySet(es::Entities& entities, const v1::CentreCapacitySet& event,
                           const es::EventContext& context) {
  entities.Edit<v1::Centre>(event.centre(), [&](v1::Centre& centre) {
    v1::Capacity* entry = nullptr;
    for (v1::Capacity& known : *centre.mutable_capacities()) {
      if (CapacityKey(known) == CapacityKey(event.capacity())) entry = &known;
    }
    if (entry == nullptr) entry = centre.add_capacities();
    *entry = event.capacity();
    SortCapacities(centre);
    Stamp(centre, context);
  });
}

}  // namespace

v1::CentreState CentreStateAt(const es::View& view, std::string_view centre, absl::Time time) {
  const auto* tally = view.Find<v1::CentreTally>(TallyName(centre));
  v1::CentreState state = v1::CENTRE_STATE_PLANNED;
  if (tally == nullptr) return state;
  for (const v1::CentreStateSpan& span : tally->states()) {
    if (FromProto(span.start_time()) <= time) state = span.state();
  }
  return state;
}

std::optional<std::string> WhyCentreTakesNobody(const es::View& view, const v1::Centre& centre,
                                                const es::Context& context) {
  const v1::CentreState then = CentreStateAt(view, centre.name(), context.effective_at);
  if (!TakesPeople(then)) {
    return fmt::format("{} was {} at {}", centre.name(), ToText(then),
                       Say(context.effective_at, context.zone));
  }
  if (centre.state() == v1::CENTRE_STATE_CLOSED) {
    return fmt::format("{} is {} by now", centre.name(), ToText(centre.state()));
  }
  return std::nullopt;
}

es::Rejection CentreNotOpen(const v1::Centre& centre, std::string_view why) {
  return es::Rejected(kCentreNotOpen)
      .Saying(why)
      .With("centre", centre.name())
      .With("state", ToText(centre.state()));
}

void CountOnTheBooks(es::Entities& entities, std::string_view centre, int step) {
  entities.Edit<v1::CentreTally>(TallyName(centre), [&](v1::CentreTally& tally) {
    tally.set_on_the_books(tally.on_the_books() + step);
  });
}

void RegisterCentres(es::Decider& decider) {
  OnKnown<v1::CreateCentreRequest, &DecideCreateCentre>(decider);
  OnKnown<v1::OpenCentreRequest, &DecideOpenCentre>(decider);
  OnKnown<v1::RestrictCentreRequest, &DecideRestrictCentre>(decider);
  OnKnown<v1::StartClosingCentreRequest, &DecideStartClosingCentre>(decider);
  OnKnown<v1::CloseCentreRequest, &DecideCloseCentre>(decider);
  OnKnown<v1::EvacuateCentreRequest, &DecideEvacuateCentre>(decider);
  OnKnown<v1::SetCentreCapacityRequest, &DecideSetCentreCapacity>(decider);
  decider.Fold<v1::CentreCreated>(&FoldCentreCreated);
  decider.Fold<v1::CentreOpened>(&FoldMove<v1::CentreOpened, v1::CENTRE_STATE_OPEN>);
  decider.Fold<v1::CentreRestricted>(&FoldMove<v1::CentreRestricted, v1::CENTRE_STATE_RESTRICTED>);
  decider.Fold<v1::CentreClosingStarted>(
      &FoldMove<v1::CentreClosingStarted, v1::CENTRE_STATE_CLOSING>);
  decider.Fold<v1::CentreClosed>(&FoldMove<v1::CentreClosed, v1::CENTRE_STATE_CLOSED>);
  decider.Fold<v1::CentreEvacuated>(&FoldMove<v1::CentreEvacuated, v1::CENTRE_STATE_EVACUATED>);
  decider.Fold<v1::CentreCapacitySet>(&FoldCentreCapacitySet);
}

}  // namespace prihvat::reception
