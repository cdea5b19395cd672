// Two requests that meet: through the runtime, in one batch and one after the other.
#include <memory>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "libs/testkit/world.h"
#include "prihvat/reception/v1/service.pb.h"
#include "prihvat/reception/v1/state.pb.h"
#include "services/reception/definition.h"
#include "services/reception/testing/story.h"
#include "services/reception/views/presence.h"

namespace prihvat::reception {
namespace {

using runtime::CommandReply;
using testing::Bed;
using testing::Centre;
using testing::Person;
using testing::Stay;

class Races : public ::testing::Test {
 protected:
  Races()
      : world_({{.name = "prihvat.reception", .partitions = 1},
                {.name = "prihvat.procurement", .partitions = 1},
                {.name = "prihvat.handover", .partitions = 1}},
               1, 20),
        reception_(world_.Add(ReceptionDefinition(), "reception-0")) {
    world_.Settle();
    v1::RegisterOperationRequest operation;
    operation.set_operation(std::string(testing::kOperation));
    operation.set_time_zone("Europe/Sarajevo");
    Do(operation);
    v1::CreateCentreRequest create;
    create.set_parent(std::string(testing::kOperation));
    create.set_centre_id("usivak");
    create.mutable_centre()->set_display_name("Ušivak");
    Do(create);
    v1::OpenCentreRequest open;
    open.set_name(Centre("usivak"));
    Do(open);
    v1::AddRoomRequest room;
    room.set_parent(Centre("usivak"));
    room.set_room_id("hall");
    room.mutable_room()->set_display_name("Hall");
    room.mutable_room()->set_kind(v1::ROOM_KIND_BEDROOM);
    Do(room);
    v1::AddBedsRequest beds;
    beds.set_name(Centre("usivak") + "/rooms/hall");
    beds.set_prefix("b");
    beds.set_first(1);
    beds.set_count(1);
    beds.set_digits(1);
    Do(beds);
    for (const char* id : {"a", "b", "c"}) {
      v1::RegisterPersonRequest person;
      person.set_parent(std::string(testing::kOperation));
      person.set_person_id(id);
      Do(person);
    }
  }

  template <class Command>
  runtime::CommandRequest Request(const Command& command) {
    runtime::CommandRequest request;
    request.operation = std::string(testing::kOperation);
    request.command = std::make_shared<Command>(command);
    request.principal = "organisations/iom/people/clerk";
    request.request_id = fmt::format("00000000-0000-4000-8000-{:012}", ++requests_);
    return request;
  }

  template <class Command>
  void Do(const Command& command) {
    const CommandReply reply = world_.Do(reception_, Request(command));
    ASSERT_TRUE(reply.status.ok()) << reply.status << " " << command.GetTypeName();
  }

  // All at once, before anything is decided; the replies in the same order.
  std::vector<CommandReply> Together(std::vector<runtime::CommandRequest> requests) {
    std::vector<CommandReply> replies(requests.size());
    size_t answered = 0;
    for (size_t i = 0; i < requests.size(); ++i) {
      reception_.core->Submit(std::move(requests[i]), [&, i](CommandReply reply) {
        replies[i] = std::move(reply);
        ++answered;
      });
    }
    world_.Settle();
    EXPECT_EQ(answered, replies.size());
    return replies;
  }

  v1::CheckInRequest CheckIn(std::string_view stay, std::string_view person,
                             std::string_view bed) const {
    v1::CheckInRequest command;
    command.set_parent(std::string(testing::kOperation));
    command.set_stay_id(std::string(stay));
    command.set_person(Person(person));
    command.set_centre(Centre("usivak"));
    if (!bed.empty()) command.set_bed(Bed("usivak", bed));
    return command;
  }

  int64_t Present() {
    const auto look = reception_.core->Look();
    const auto rows = look->view(kPresenceView);
    EXPECT_TRUE(rows.ok()) << rows.status();
    return PresenceAt(**rows, Centre("usivak"), world_.clock().Now(), false).present();
  }

  testkit::World world_;
  testkit::World::Instance& reception_;
  int requests_ = 0;
};

TEST_F(Races, INV21_OfThreeWhoAskForTheLastBedAtOnceExactlyOneGetsIt) {
  v1::ReserveBedRequest reserve;
  reserve.set_name(Bed("usivak", "b1"));
  reserve.set_person(Person("c"));
  reserve.mutable_expire_time()->set_seconds(absl::ToUnixSeconds(world_.clock().Now()) + 86'400);
  const auto replies = Together(
      {Request(CheckIn("s-a", "a", "b1")), Request(CheckIn("s-b", "b", "b1")), Request(reserve)});
  int won = 0;
  for (const CommandReply& reply : replies) {
    won += reply.status.ok();
    if (!reply.status.ok()) {
      EXPECT_EQ(reply.reason, "BED_TAKEN") << reply.status;
    }
  }
  EXPECT_EQ(won, 1);
  EXPECT_TRUE(replies[0].status.ok()) << "the first one asked first";
  EXPECT_EQ(Present(), 1);
  // The losers come in without a bed.
  Do(CheckIn("s-b", "b", ""));
  EXPECT_EQ(Present(), 2);
}

TEST_F(Races, INV20_OfTwoCheckInsOfOnePersonAtOnceExactlyOneIsAccepted) {
  const auto replies =
      Together({Request(CheckIn("s-1", "a", "")), Request(CheckIn("s-2", "a", ""))});
  EXPECT_TRUE(replies[0].status.ok()) << replies[0].status;
  EXPECT_EQ(replies[1].reason, "OPEN_STAY");
  EXPECT_EQ(Present(), 1);
}

TEST_F(Races, INV40_ARepeatedRequestIdHasOneEffect) {
  runtime::CommandRequest request = Request(CheckIn("", "a", "b1"));  // the id is made here
  const auto replies = Together({request, request});
  ASSERT_TRUE(replies[0].status.ok()) << replies[0].status;
  ASSERT_TRUE(replies[1].status.ok()) << replies[1].status;
  EXPECT_EQ(replies[0].resource, replies[1].resource);
  EXPECT_TRUE(replies[1].repeated);
  EXPECT_EQ(Present(), 1);
}

TEST_F(Races, ARestartChangesNothing) {
  Do(CheckIn("s-a", "a", "b1"));
  world_.Crash(reception_);
  ASSERT_TRUE(world_.Start(reception_).ok());
  world_.Settle();
  EXPECT_EQ(Present(), 1);
  const CommandReply reply = world_.Do(reception_, Request(CheckIn("s-b", "b", "b1")));
  EXPECT_EQ(reply.reason, "BED_TAKEN");
}

}  // namespace
}  // namespace prihvat::reception
