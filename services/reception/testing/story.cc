#include "services/reception/testing/story.h"

#include "fmt/format.h"
#include "libs/base/check.h"
#include "prihvat/log/v1/record.pb.h"
#include "prihvat/reception/v1/state.pb.h"
#include "services/reception/domain/decider.h"
#include "services/reception/domain/times.h"
#include "services/reception/views/presence.h"

namespace prihvat::reception::testing {

std::string Centre(std::string_view id) { return fmt::format("{}/centres/{}", kOperation, id); }
std::string Bed(std::string_view centre_id, std::string_view bed_id) {
  return fmt::format("{}/beds/{}", Centre(centre_id), bed_id);
}
std::string Person(std::string_view id) { return fmt::format("{}/persons/{}", kOperation, id); }
std::string Stay(std::string_view id) { return fmt::format("{}/stays/{}", kOperation, id); }

Story::Story() {
  PRIHVAT_CHECK(absl::LoadTimeZone("Europe/Sarajevo", &zone_), "no zone database");
  At(absl::CivilSecond(2023, 7, 13, 12, 0, 0));
  v1::RegisterOperationRequest command;
  command.set_operation(std::string(kOperation));
  command.set_display_name("Bosnia and Herzegovina");
  command.set_time_zone("Europe/Sarajevo");
  Do(command);
}

Story& Story::At(absl::Time time) {
  now_ = effective_at_ = time;
  return *this;
}

Story& Story::Effective(absl::Time time) {
  effective_at_ = time;
  return *this;
}

const es::Decision& Story::Tell(const google::protobuf::Message& command) {
  es::Context context;
  context.operation = std::string(kOperation);
  context.principal = "organisations/iom/people/clerk";
  context.recorded_at = now_;
  context.effective_at = effective_at_;
  context.random = [this] {
    return random_ = random_ * 6364136223846793005ULL + 1442695040888963407ULL;
  };
  {
    const es::View view(entities_);
    context.zone = ReceptionDecider().ZoneOf(view, kOperation);
    decision_ = std::make_unique<es::Decision>(ReceptionDecider().Decide(view, command, context));
  }
  if (decision_->accepted()) {
    std::vector<const google::protobuf::Message*> events;
    for (const es::NewEvent& event : decision_->events()) events.push_back(event.message.get());
    Commit(events);
  }
  effective_at_ = now_;
  return *decision_;
}

const es::Decision& Story::Do(const google::protobuf::Message& command) {
  const es::Decision& decision = Tell(command);
  EXPECT_TRUE(decision.accepted())
      << command.GetDescriptor()->name() << ": " << decision.rejection().message();
  return decision;
}

std::string Story::Refused(const google::protobuf::Message& command, std::string_view reason) {
  const es::Decision& decision = Tell(command);
  EXPECT_FALSE(decision.accepted()) << command.ShortDebugString() << " was accepted";
  if (decision.accepted()) return "";
  EXPECT_EQ(decision.rejection().reason().id, reason) << decision.rejection().message();
  return decision.rejection().message();
}

void Story::Happened(const google::protobuf::Message& event) { Commit({&event}); }

void Story::Commit(const std::vector<const google::protobuf::Message*>& events) {
  log::v1::Commit commit;
  commit.set_operation(std::string(kOperation));
  *commit.mutable_recorded_at() = ToProto(now_);
  for (const google::protobuf::Message* event : events) {
    log::v1::Event& stored = *commit.add_events();
    stored.set_type(event->GetDescriptor()->full_name());
    stored.set_payload(es::SerializeDeterministically(*event));
    *stored.mutable_effective_at() = ToProto(effective_at_);
  }
  Fold(commit, static_cast<int64_t>(log_.size()), entities_, presence_);
  log_.push_back(std::move(commit));
}

void Fold(const log::v1::Commit& commit, int64_t offset, es::MapRows& entities,
          es::MapRows& presence) {
  const es::CommitContext at{"prihvat.reception", 0, offset, offset - 1};
  es::Entities changed(entities);
  for (int i = 0; i < commit.events_size(); ++i) {
    const absl::Status folded =
        ReceptionDecider().Evolve(changed, commit.events(i).type(), commit.events(i).payload(),
                                  es::EventContextOf(at, commit, i));
    PRIHVAT_CHECK(folded.ok(), folded.ToString());
  }
  const absl::Status applied = PresenceView().Apply(presence, commit, at);
  PRIHVAT_CHECK(applied.ok(), applied.ToString());
}

void Story::OpenCentre(std::string_view id, int beds) {
  v1::CreateCentreRequest create;
  create.set_parent(std::string(kOperation));
  create.set_centre_id(std::string(id));
  create.mutable_centre()->set_display_name(std::string(id));
  Do(create);
  v1::OpenCentreRequest open;
  open.set_name(Centre(id));
  Do(open);
  if (beds == 0) return;
  v1::AddRoomRequest room;
  room.set_parent(Centre(id));
  room.set_room_id("hall");
  room.mutable_room()->set_display_name("Hall");
  room.mutable_room()->set_kind(v1::ROOM_KIND_BEDROOM);
  Do(room);
  v1::AddBedsRequest add;
  add.set_name(Centre(id) + "/rooms/hall");
  add.set_prefix("b");
  add.set_first(1);
  add.set_count(beds);
  add.set_digits(1);
  Do(add);
}

void Story::Register(std::string_view person_id) {
  v1::RegisterPersonRequest command;
  command.set_parent(std::string(kOperation));
  command.set_person_id(std::string(person_id));
  Do(command);
}

v1::CheckInRequest Story::CheckIn(std::string_view id, std::string_view centre_id,
                                  std::string_view bed) const {
  v1::CheckInRequest command;
  command.set_parent(std::string(kOperation));
  command.set_stay_id(fmt::format("s-{}", id));
  command.set_person(Person(fmt::format("p-{}", id)));
  command.set_centre(Centre(centre_id));
  if (!bed.empty()) command.set_bed(Bed(centre_id, bed));
  return command;
}

const es::Decision& Story::Arrive(std::string_view id, std::string_view centre_id,
                                  std::string_view bed) {
  const absl::Time effective_at = effective_at_;
  Register(fmt::format("p-{}", id));
  return Effective(effective_at).Do(CheckIn(id, centre_id, bed));
}

const es::Decision& Story::Leave(std::string_view id, bool keep_bed) {
  v1::StartLeaveRequest command;
  command.set_name(Stay(fmt::format("s-{}", id)));
  command.set_keep_bed(keep_bed);
  return Do(command);
}

const es::Decision& Story::Return(std::string_view id) {
  v1::ReturnFromLeaveRequest command;
  command.set_name(Stay(fmt::format("s-{}", id)));
  return Do(command);
}

const es::Decision& Story::AskTransfer(std::string_view id, std::string_view to_centre_id) {
  v1::RequestTransferRequest command;
  command.set_name(Stay(fmt::format("s-{}", id)));
  command.set_to_centre(Centre(to_centre_id));
  return Do(command);
}

const es::Decision& Story::Depart(std::string_view id) {
  v1::DepartTransferRequest command;
  command.set_name(Stay(fmt::format("s-{}", id)));
  return Do(command);
}

const es::Decision& Story::ArriveThere(std::string_view id, std::string_view bed_name) {
  v1::ArriveTransferRequest command;
  command.set_name(Stay(fmt::format("s-{}", id)));
  command.set_bed(std::string(bed_name));
  return Do(command);
}

const es::Decision& Story::Exit(std::string_view id, v1::ExitReason reason) {
  v1::CheckOutRequest command;
  command.set_name(Stay(fmt::format("s-{}", id)));
  command.set_reason(reason);
  return Do(command);
}

v1::Presence Story::PresenceNow(std::string_view centre_id) const {
  return PresenceAt(presence_, Centre(centre_id), now_, true);
}

v1::Presence Story::PresenceAsOf(std::string_view centre_id, absl::CivilSecond local) const {
  return PresenceAt(presence_, Centre(centre_id), absl::FromCivil(local, zone_), true);
}

v1::NationalPresence Story::NationalNow() const {
  return NationalPresenceAt(presence_, kOperation, now_);
}

v1::Census Story::CensusOfDay(std::string_view centre_id, absl::CivilDay day) const {
  return CensusOf(presence_, Centre(centre_id), day, zone_);
}

v1::NationalCensus Story::NationalCensusOfDay(absl::CivilDay day) const {
  return NationalCensusOf(presence_, kOperation, day, zone_);
}

v1::Occupancy Story::OccupancyNow(std::string_view centre_id) const {
  const es::View view(entities_);
  return OccupancyAt(view, presence_, Entity<v1::Centre>(Centre(centre_id)), now_, zone_);
}

}  // namespace prihvat::reception::testing
