// Rooms of a centre, and the beds that are put into them.
#include "libs/base/decimal.h"
#include "libs/base/string_view.h"
#include "prihvat/reception/v1/events.pb.h"
#include "prihvat/reception/v1/service.pb.h"
#include "services/reception/domain/bed_use.h"
#include "services/reception/domain/names.h"
#include "services/reception/domain/policy.h"
#include "services/reception/domain/registration.h"

namespace prihvat::reception {
namespace {

constexpr int kDefaultDigits = 4;
constexpr int kMostDigits = 6;
constexpr int kHighestNumber = 999'999;

std::optional<es::Rejection> CheckArea(const common::v1::Decimal& area) {
  const auto square_metres = base::Decimal::Parse(area.value());
  if (!square_metres.ok()) {
    return es::InvalidField("room.area_m2", base::FromAbsl(square_metres.status().message()));
  }
  if (*square_metres <= base::Decimal()) {
    return es::InvalidField("room.area_m2",
                            fmt::format("is {}; it should be above 0", area.value()));
  }
  return std::nullopt;
}

es::Decision DecideAddRoom(const es::View& view, const v1::AddRoomRequest& command,
                           es::Context& context) {
  const v1::Centre* centre = nullptr;
  if (auto no = Require(view, "parent", command.parent(), context, centre)) return *std::move(no);
  if (auto no = CheckNewId("room_id", command.room_id(), false)) return *std::move(no);
  const v1::Room& room = command.room();
  if (auto no = CheckText("room.display_name", room.display_name(), 200)) return *std::move(no);
  if (room.kind() == v1::ROOM_KIND_UNSPECIFIED || !v1::RoomKind_IsValid(room.kind())) {
    return es::InvalidField("room.kind", "must be given");
  }
  if (room.has_area_m2()) {
    if (auto no = CheckArea(room.area_m2())) return *std::move(no);
  }
  const std::string name = fmt::format("{}/rooms/{}", command.parent(), command.room_id());
  if (view.Exists(name)) return es::AlreadyExists(name);

  v1::RoomAdded event;
  event.set_room(name);
  event.set_centre(command.parent());
  event.set_display_name(room.display_name());
  event.set_kind(room.kind());
  if (room.has_area_m2()) *event.mutable_area_m2() = room.area_m2();
  return es::Accepted(std::move(event)).Naming(name);
}

std::string BedName(const v1::BedsAdded& range, int index) {
  return fmt::format("{}/beds/{}{:0{}}", range.centre(), range.prefix(), range.first() + index,
                     range.digits());
}

es::Decision DecideAddBeds(const es::View& view, const v1::AddBedsRequest& command,
                           es::Context& context) {
  const v1::Room* room = nullptr;
  if (auto no = Require(view, "name", command.name(), context, room)) return *std::move(no);
  const int most = PolicyOn(context.EffectiveDay()).beds_a_request;
  if (command.count() < 1 || command.count() > most) {
    return es::InvalidField("count",
                            fmt::format("is {}; it should be 1 to {}", command.count(), most));
  }
  if (command.first() < 0 || command.first() > kHighestNumber - command.count()) {
    return es::InvalidField(
        "first", fmt::format("is {}; numbers are 0 to {}", command.first(), kHighestNumber));
  }
  if (command.digits() < 0 || command.digits() > kMostDigits) {
    return es::InvalidField(
        "digits", fmt::format("is {}; it should be 0 to {}", command.digits(), kMostDigits));
  }
  if (auto no = CheckNewId("prefix", command.prefix(), true)) return *std::move(no);
  if (command.prefix().size() > 40) return es::InvalidField("prefix", "is longer than 40 bytes");
  if (room->kind() == v1::ROOM_KIND_COMMON) {
    return es::InvalidField("name", fmt::format("nobody sleeps in {}", command.name()));
  }

  const std::string centre(ParentOf(command.name()));
  const auto* tally = view.Find<v1::CentreTally>(TallyName(centre));
  const int before = tally == nullptr ? 0 : tally->beds();
  const int most_there = PolicyOn(context.EffectiveDay()).beds_a_centre;
  if (command.count() > most_there - before) {
    return es::InvalidField("count", fmt::format("is {}; {} has {} beds, and {} are the most",
                                                 command.count(), centre, before, most_there));
  }

  v1::BedsAdded event;
  event.set_centre(centre);
  event.set_room(command.name());
  event.set_prefix(command.prefix());
  event.set_first(command.first());
  event.set_count(command.count());
  event.set_digits(command.digits() == 0 ? kDefaultDigits : command.digits());
  for (int i = 0; i < event.count(); ++i) {
    const std::string bed = BedName(event, i);
    if (view.Exists(bed)) return es::AlreadyExists(bed);
  }
  return es::Accepted(std::move(event)).Naming(command.name());
}

void FoldRoomAdded(es::Entities& entities, const v1::RoomAdded& event,
                   const es::EventContext& context) {
  v1::Room room;
  room.set_name(event.room());
  room.set_display_name(event.display_name());
  room.set_kind(event.kind());
  if (event.has_area_m2()) *room.mutable_area_m2() = event.area_m2();
  Stamp(room, context);
  entities.Put(event.room(), room);
}

void FoldBedsAdded(es::Entities& entities, const v1::BedsAdded& event,
                   const es::EventContext& context) {
  for (int i = 0; i < event.count(); ++i) {
    v1::Bed bed;
    bed.set_name(BedName(event, i));
    bed.set_room(event.room());
    RefreshBed(bed, context);
    entities.Put(bed.name(), bed);
  }
  entities.Edit<v1::Room>(event.room(), [&](v1::Room& room) {
    room.set_bed_count(room.bed_count() + event.count());
    Stamp(room, context);
  });
  entities.Edit<v1::CentreTally>(TallyName(event.centre()), [&](v1::CentreTally& tally) {
    tally.set_beds(tally.beds() + event.count());
  });
}

}  // namespace

void RegisterRooms(es::Decider& decider) {
  OnKnown<v1::AddRoomRequest, &DecideAddRoom>(decider);
  OnKnown<v1::AddBedsRequest, &DecideAddBeds>(decider);
  decider.Fold<v1::RoomAdded>(&FoldRoomAdded);
  decider.Fold<v1::BedsAdded>(&FoldBedsAdded);
}

}  // namespace prihvat::reception
