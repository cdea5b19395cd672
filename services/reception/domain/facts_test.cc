// Persons, deliveries of services, responsibilities, operations.
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "prihvat/reception/v1/state.pb.h"
#include "services/reception/domain/responsibilities.h"
#include "services/reception/domain/times.h"
#include "services/reception/testing/story.h"

namespace prihvat::reception {
namespace {

using testing::Centre;
using ::testing::HasSubstr;
using testing::Person;
using testing::Story;

TEST(Operation, ToldAgainNothingHappens) {
  Story story;
  v1::RegisterOperationRequest command;
  command.set_operation("operations/ba");
  command.set_time_zone("Europe/Zagreb");
  EXPECT_TRUE(story.Do(command).events().empty());
  EXPECT_EQ(story.Entity<v1::OperationFacts>("operations/ba").time_zone(), "Europe/Sarajevo");
}

v1::RegisterPersonRequest BornBetween(int from, int to) {
  v1::RegisterPersonRequest command;
  command.set_parent("operations/ba");
  command.mutable_person()->set_birth_year_from(from);
  command.mutable_person()->set_birth_year_to(to);
  return command;
}

TEST(Person, HasABirthYearInterval) {
  Story story;
  const std::string name = story.Do(BornBetween(2001, 2004)).resource();
  EXPECT_EQ(story.Entity<v1::Person>(name).birth_year_to(), 2004);
  story.Do(BornBetween(0, 0));
  EXPECT_THAT(story.Refused(BornBetween(2004, 2003), "INVALID_FIELD"),
              HasSubstr("is 2003, before birth_year_from 2004"));
  story.Refused(BornBetween(1902, 1950), "INVALID_FIELD");
  story.Refused(BornBetween(2000, 2024), "INVALID_FIELD");
}

TEST(Person, CaseNumberIsGivenOrMade) {
  Story story;
  v1::RegisterPersonRequest command = BornBetween(0, 0);
  command.set_person_id("BA-2023-00017");
  EXPECT_EQ(story.Do(command).resource(), Person("BA-2023-00017"));
  story.Refused(command, "ALREADY_EXISTS");
  command.set_person_id("a b");
  story.Refused(command, "INVALID_FIELD");
}

v1::RecordServiceDeliveryRequest Meals(std::string_view agency, std::string_view quantity) {
  v1::RecordServiceDeliveryRequest command;
  command.set_parent(Centre("usivak"));
  command.set_service_delivery_id("d-1");
  command.mutable_service_delivery()->set_agency(std::string(agency));
  command.mutable_service_delivery()->set_kind(v1::SERVICE_KIND_FOOD);
  command.mutable_service_delivery()->mutable_quantity()->set_value(std::string(quantity));
  command.mutable_service_delivery()->set_unit("meal");
  command.mutable_service_delivery()->set_persons(403);
  return command;
}

TEST(ServiceDelivery, SaysByWhomWhatAndWhen) {
  Story story;
  story.OpenCentre("usivak", 0);
  const std::string name = story.Do(Meals("organisations/iom", "1209")).resource();
  const auto delivery = story.Entity<v1::ServiceDelivery>(name);
  EXPECT_EQ(delivery.agency(), "organisations/iom");
  EXPECT_EQ(delivery.kind(), v1::SERVICE_KIND_FOOD);
  EXPECT_EQ(delivery.quantity().value(), "1209");
  EXPECT_EQ(delivery.persons(), 403);
  story.Refused(Meals("organisations/iom", "1209"), "ALREADY_EXISTS");
}

TEST(ServiceDelivery, T12_AtHalfPastMidnightItBelongsToTheLocalDay) {
  Story story;
  story.At(absl::FromCivil(absl::CivilSecond(2023, 6, 30, 22, 30, 0), absl::UTCTimeZone()));
  story.OpenCentre("usivak", 0);
  const std::string name = story.Do(Meals("organisations/iom", "1")).resource();
  const auto delivery = story.Entity<v1::ServiceDelivery>(name);
  EXPECT_EQ(FromProto(delivery.delivery_date()), absl::CivilDay(2023, 7, 1));
  EXPECT_EQ(FromProto(delivery.delivery_time()), story.now());
}

TEST(ServiceDelivery, FieldsAreChecked) {
  Story story;
  story.OpenCentre("usivak", 0);
  story.Refused(Meals("iom", "1"), "INVALID_FIELD");
  story.Refused(Meals("organisations/iom", "-1"), "INVALID_FIELD");
  story.Refused(Meals("organisations/iom", "a few"), "INVALID_FIELD");
  v1::RecordServiceDeliveryRequest command = Meals("organisations/iom", "1");
  command.mutable_service_delivery()->clear_kind();
  story.Refused(command, "INVALID_FIELD");
  command = Meals("organisations/iom", "1");
  command.mutable_service_delivery()->clear_unit();
  story.Refused(command, "INVALID_FIELD");
  command = Meals("organisations/iom", "1");
  command.set_parent(Centre("nowhere"));
  story.Refused(command, "NOT_FOUND");
}

TEST(ServiceDelivery, OneIsNoMoreThanTheSumsOfManyCanHold) {
  Story story;
  story.OpenCentre("usivak", 0);
  EXPECT_THAT(story.Refused(Meals("organisations/iom", "999999999999999999"), "INVALID_FIELD"),
              HasSubstr("service_delivery.quantity: is 999999999999999999; it should be 0 to "
                        "1000000000"));
  v1::RecordServiceDeliveryRequest command = Meals("organisations/iom", "1000000000");
  command.mutable_service_delivery()->set_persons(1'000'001);
  EXPECT_THAT(story.Refused(command, "INVALID_FIELD"), HasSubstr("is 1000001; it should be 0 to"));
  command.mutable_service_delivery()->set_persons(1'000'000);
  story.Do(command);
}

TEST(AddBeds, ACentreHasNoMoreThanPolicyAllows) {
  Story story;
  story.OpenCentre("usivak", 10);
  // As after many requests.
  v1::BedsAdded many;
  many.set_centre(Centre("usivak"));
  many.set_room(Centre("usivak") + "/rooms/hall");
  many.set_prefix("m");
  many.set_first(1);
  many.set_count(99'980);
  many.set_digits(6);
  story.Happened(many);
  v1::AddBedsRequest more;
  more.set_name(Centre("usivak") + "/rooms/hall");
  more.set_prefix("x");
  more.set_count(11);
  EXPECT_THAT(story.Refused(more, "INVALID_FIELD"),
              HasSubstr("has 99990 beds, and 100000 are the most"));
  more.set_count(10);
  story.Do(more);
}

TEST(ServiceDelivery, IsAFactInEveryStateOfTheCentre) {
  Story story;
  story.OpenCentre("usivak", 0);
  v1::EvacuateCentreRequest evacuate;
  evacuate.set_name(Centre("usivak"));
  story.Do(evacuate);
  story.Do(Meals("organisations/iom", "1"));
}

TEST(ServiceDelivery, S3_AnAgencyTellsOfItsOwnDeliveriesOnly) {
  Story story;
  story.OpenCentre("usivak", 0);
  EXPECT_THAT(story.Refused(Meals("organisations/unicef", "1"), "AGENCY_NOT_YOURS"),
              ::testing::HasSubstr("organisations/unicef"));
  // Nor by a name that only begins as the caller's does.
  story.Refused(Meals("organisations/io", "1"), "AGENCY_NOT_YOURS");
  story.Refused(Meals("organisations/iom-two", "1"), "AGENCY_NOT_YOURS");
  // Nothing was stored: the id is still free.
  story.Do(Meals("organisations/iom", "1"));
}

class Responsibilities : public ::testing::Test {
 protected:
  v1::RecordResponsibilityRequest Security(std::string_view giver, std::string_view taker,
                                           int day) {
    v1::RecordResponsibilityRequest command;
    command.set_operation("operations/ba");
    command.set_centre(Centre("usivak"));
    command.set_function("security");
    command.set_giver(std::string(giver));
    command.set_taker(std::string(taker));
    *command.mutable_start_time() =
        ToProto(absl::FromCivil(absl::CivilSecond(2023, 7, day, 0, 0, 0), story_.zone()));
    return command;
  }

  std::string BodyOn(int day, int hour) {
    const auto responsibility =
        story_.Entity<v1::Responsibility>(Centre("usivak") + "/responsibilities/security");
    const v1::ResponsibleBody* body =
        ResponsibleAt(responsibility,
                      absl::FromCivil(absl::CivilSecond(2023, 7, day, hour, 0, 0), story_.zone()));
    return body == nullptr ? "" : body->body();
  }

  Story story_;
};

TEST_F(Responsibilities, INV19_OneBodyAtEveryInstant) {
  story_.OpenCentre("usivak", 0);
  story_.Do(Security("", "organisations/iom", 1));
  story_.Do(Security("organisations/iom", "organisations/dcpb", 5));
  EXPECT_EQ(BodyOn(1, 0), "organisations/iom");
  EXPECT_EQ(BodyOn(4, 23), "organisations/iom");
  EXPECT_EQ(BodyOn(5, 0), "organisations/dcpb");
  EXPECT_EQ(BodyOn(30, 0), "organisations/dcpb");
  const auto responsibility =
      story_.Entity<v1::Responsibility>(Centre("usivak") + "/responsibilities/security");
  ASSERT_EQ(responsibility.bodies_size(), 2);
  EXPECT_EQ(FromProto(responsibility.bodies(0).end_time()),
            FromProto(responsibility.bodies(1).start_time()));
  EXPECT_FALSE(responsibility.bodies(1).has_end_time());
  EXPECT_TRUE(story_.All<v1::Conflict>("conflicts").empty());
}

TEST_F(Responsibilities, ToldLateItStandsWhereItBelongs) {
  story_.OpenCentre("usivak", 0);
  story_.Do(Security("organisations/iom", "organisations/dcpb", 5));
  story_.Do(Security("", "organisations/iom", 1));
  EXPECT_EQ(BodyOn(3, 0), "organisations/iom");
  EXPECT_EQ(BodyOn(5, 0), "organisations/dcpb");
}

TEST_F(Responsibilities, ToldAgainNothingHappens) {
  story_.OpenCentre("usivak", 0);
  story_.Do(Security("", "organisations/iom", 1));
  EXPECT_TRUE(story_.Do(Security("", "organisations/iom", 1)).events().empty());
}

TEST_F(Responsibilities, AnotherGiverThanTheOneKnownIsAConflict) {
  story_.OpenCentre("usivak", 0);
  story_.Do(Security("", "organisations/iom", 1));
  story_.Do(Security("organisations/drc", "organisations/dcpb", 5));
  const auto conflicts = story_.All<v1::Conflict>("conflicts");
  ASSERT_EQ(conflicts.size(), 1u);
  EXPECT_EQ(conflicts[0].kind(), v1::CONFLICT_KIND_RESPONSIBILITY_MISMATCH);
  EXPECT_EQ(conflicts[0].other(), "organisations/iom");
  EXPECT_EQ(BodyOn(5, 0), "organisations/dcpb");
}

TEST_F(Responsibilities, OfACentreThatIsNotKnownIsStoredWithAConflict) {
  story_.Do(Security("", "organisations/iom", 1));
  EXPECT_EQ(BodyOn(2, 0), "organisations/iom");
  const auto conflicts = story_.All<v1::Conflict>("conflicts");
  ASSERT_EQ(conflicts.size(), 1u);
  EXPECT_EQ(conflicts[0].kind(), v1::CONFLICT_KIND_CENTRE_UNKNOWN);
}

}  // namespace
}  // namespace prihvat::reception
