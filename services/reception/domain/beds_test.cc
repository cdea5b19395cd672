// A bed is a promise over half-open times, to one person at a time.
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/reception/domain/reasons.h"
#include "services/reception/domain/times.h"
#include "services/reception/testing/story.h"

namespace prihvat::reception {
namespace {

using testing::Bed;
using testing::Centre;
using ::testing::HasSubstr;
using testing::Person;
using testing::Stay;
using testing::Story;

absl::CivilSecond On13July(int hour, int minute = 0) {
  return absl::CivilSecond(2023, 7, 13, hour, minute, 0);
}

v1::ReserveBedRequest Reserve(const Story& story, std::string_view bed, std::string_view person,
                              absl::CivilSecond from, absl::CivilSecond until) {
  v1::ReserveBedRequest command;
  command.set_name(Bed("usivak", bed));
  command.set_person(Person(person));
  *command.mutable_start_time() = ToProto(absl::FromCivil(from, story.zone()));
  *command.mutable_expire_time() = ToProto(absl::FromCivil(until, story.zone()));
  return command;
}

v1::AssignBedRequest AssignBed(std::string_view id, std::string_view bed) {
  v1::AssignBedRequest command;
  command.set_name(Stay(fmt::format("s-{}", id)));
  command.set_bed(Bed("usivak", bed));
  return command;
}

v1::BlockBedRequest Block(std::string_view bed) {
  v1::BlockBedRequest command;
  command.set_name(Bed("usivak", bed));
  command.set_reason("broken frame");
  return command;
}

class Beds : public ::testing::Test {
 protected:
  Beds() { story_.At(On13July(8)).OpenCentre("usivak", 10); }

  v1::BedState StateOf(std::string_view bed) {
    return story_.Entity<v1::Bed>(Bed("usivak", bed)).state();
  }

  Story story_;
};

TEST_F(Beds, WorkedCase_ABedTaken13To15_AskedFor14To1430_IsRefused_From15Allowed) {
  story_.Register("p-a");
  story_.Register("p-b");
  story_.Do(Reserve(story_, "b1", "p-a", On13July(13), On13July(15)));
  const std::string message =
      story_.Refused(Reserve(story_, "b1", "p-b", On13July(14), On13July(14, 30)), "BED_TAKEN");
  EXPECT_THAT(message, HasSubstr("promised from 2023-07-13 13:00:00+02:00 until 2023-07-13 15:00"));
  EXPECT_THAT(message,
              HasSubstr("asked for from 2023-07-13 14:00:00+02:00 until 2023-07-13 14:30"));
  story_.Do(Reserve(story_, "b1", "p-b", On13July(15), On13July(16)));
}

TEST_F(Beds, WorkedCase_ABedSleptIn13To15_IsRefusedFor14_AndStoredWithAConflictWhenReported) {
  story_.At(On13July(13)).Arrive("a", "usivak", "b1");
  story_.At(On13July(15)).Exit("a");
  story_.At(On13July(16)).Register("p-b");
  v1::CheckInRequest check_in = story_.CheckIn("b", "usivak", "b1");
  story_.Effective(On13July(14, 59)).Refused(check_in, "BED_TAKEN");
  check_in.set_reported_fact(true);
  story_.Effective(On13July(14)).Do(check_in);
  const auto conflicts = story_.All<v1::Conflict>("conflicts");
  ASSERT_EQ(conflicts.size(), 1u);
  EXPECT_EQ(conflicts[0].kind(), v1::CONFLICT_KIND_BED_TAKEN);
  EXPECT_EQ(conflicts[0].fact(), Stay("s-b"));
  EXPECT_EQ(conflicts[0].other(), Stay("s-a"));
}

TEST_F(Beds, INV20_AtTheInstantWhenOneLeaves_TheNextMayComeIn) {
  story_.At(On13July(13)).Arrive("a", "usivak", "b1");
  story_.At(On13July(15)).Exit("a");
  story_.Register("p-b");
  story_.Do(story_.CheckIn("b", "usivak", "b1"));
  EXPECT_TRUE(story_.All<v1::Conflict>("conflicts").empty());
}

TEST_F(Beds, INV20_OnePersonABed) {
  story_.At(On13July(9)).Arrive("a", "usivak", "b1");
  story_.At(On13July(10)).Register("p-b");
  EXPECT_THAT(story_.Refused(story_.CheckIn("b", "usivak", "b1"), "BED_TAKEN"),
              HasSubstr("taken from 2023-07-13 09:00:00+02:00 until further notice"));
  // The bed also stays taken for a time to come, for a reservation and for another way in.
  story_.Refused(Reserve(story_, "b1", "p-b", absl::CivilSecond(2023, 7, 20, 0, 0, 0),
                         absl::CivilSecond(2023, 7, 21, 0, 0, 0)),
                 "BED_TAKEN");
  story_.Do(story_.CheckIn("b", "usivak"));
  story_.Refused(AssignBed("b", "b1"), "BED_TAKEN");
  story_.Do(AssignBed("b", "b2"));
  EXPECT_EQ(StateOf("b1"), v1::BED_STATE_OCCUPIED);
  EXPECT_EQ(StateOf("b2"), v1::BED_STATE_OCCUPIED);
}

TEST_F(Beds, INV20_ABedPromisedForLaterIsNotGivenForAnOpenEnd) {
  story_.Register("p-a");
  story_.Register("p-b");
  story_.Do(Reserve(story_, "b1", "p-a", absl::CivilSecond(2023, 7, 14, 0, 0, 0),
                    absl::CivilSecond(2023, 7, 15, 0, 0, 0)));
  story_.Refused(story_.CheckIn("b", "usivak", "b1"), "BED_TAKEN");
  // The one to whom it is promised may come early.
  story_.Do(story_.CheckIn("a", "usivak", "b1"));
  const auto bed = story_.Entity<v1::Bed>(Bed("usivak", "b1"));
  ASSERT_EQ(bed.uses_size(), 1);
  EXPECT_EQ(bed.uses(0).kind(), v1::BED_USE_KIND_OCCUPIED);
}

TEST_F(Beds, INV21_TheLastBedGoesToOne) {
  for (int i = 1; i <= 9; ++i) {
    story_.Arrive(fmt::format("{}", i), "usivak", fmt::format("b{}", i));
  }
  story_.Register("p-a");
  story_.Register("p-b");
  story_.Do(story_.CheckIn("a", "usivak", "b10"));
  story_.Refused(story_.CheckIn("b", "usivak", "b10"), "BED_TAKEN");
  // Nobody is refused for want of a bed.
  story_.Do(story_.CheckIn("b", "usivak"));
  EXPECT_TRUE(story_.Entity<v1::Stay>(Stay("s-b")).without_bed());
  const v1::Occupancy occupancy = story_.OccupancyNow("usivak");
  EXPECT_EQ(occupancy.occupied(), 10);
  EXPECT_EQ(occupancy.free(), 0);
  EXPECT_EQ(occupancy.people_present(), 11);
  EXPECT_EQ(occupancy.people_without_bed(), 1);
  EXPECT_EQ(occupancy.over_capacity(), 1);
}

TEST_F(Beds, T7_ThreeCheckedInAndTwoReservedOfTenBeds) {
  for (const char* id : {"1", "2", "3"}) story_.Arrive(id, "usivak", fmt::format("b{}", id));
  for (const char* id : {"4", "5"}) {
    story_.Register(fmt::format("p-{}", id));
    story_.Do(Reserve(story_, fmt::format("b{}", id), fmt::format("p-{}", id), On13July(8),
                      On13July(18)));
  }
  const v1::Occupancy occupancy = story_.OccupancyNow("usivak");
  EXPECT_EQ(occupancy.beds(), 10);
  EXPECT_EQ(occupancy.occupied(), 3);
  EXPECT_EQ(occupancy.reserved(), 2);
  EXPECT_EQ(occupancy.free(), 5);
}

TEST_F(Beds, INV21_EveryBedIsCountedOnce) {
  story_.Arrive("1", "usivak", "b1");
  story_.Arrive("2", "usivak", "b2");
  story_.Leave("2", /*keep_bed=*/true);
  story_.Register("p-3");
  story_.Do(Reserve(story_, "b3", "p-3", On13July(8), On13July(18)));
  story_.Do(Block("b4"));
  story_.Arrive("5", "usivak", "b5");
  v1::CheckOutRequest check_out;
  check_out.set_name(Stay("s-5"));
  check_out.set_reason(v1::EXIT_REASON_RETURNED);
  check_out.set_bed_needs_cleaning(true);
  story_.Do(check_out);

  const v1::Occupancy occupancy = story_.OccupancyNow("usivak");
  EXPECT_EQ(occupancy.occupied(), 1);
  EXPECT_EQ(occupancy.held(), 1);
  EXPECT_EQ(occupancy.reserved(), 1);
  EXPECT_EQ(occupancy.blocked(), 1);
  EXPECT_EQ(occupancy.cleaning(), 1);
  EXPECT_EQ(occupancy.free(), 5);
}

TEST_F(Beds, AReservationExpiresByItself) {
  story_.Register("p-a");
  story_.Register("p-b");
  story_.Do(Reserve(story_, "b1", "p-a", On13July(8), On13July(12)));
  EXPECT_EQ(StateOf("b1"), v1::BED_STATE_RESERVED);
  story_.At(On13July(11, 59)).Refused(story_.CheckIn("b", "usivak", "b1"), "BED_TAKEN");
  story_.At(On13July(12)).Do(story_.CheckIn("b", "usivak", "b1"));
  const auto bed = story_.Entity<v1::Bed>(Bed("usivak", "b1"));
  ASSERT_EQ(bed.uses_size(), 1);
  EXPECT_EQ(bed.uses(0).person(), Person("p-b"));
}

TEST_F(Beds, APromiseThatRanOutBindsNobodyForThePastEither) {
  story_.Register("p-a");
  story_.Register("p-b");
  story_.Do(Reserve(story_, "b1", "p-a", On13July(8), On13July(12)));
  story_.At(On13July(11, 59))
      .Effective(On13July(11))
      .Refused(story_.CheckIn("b", "usivak", "b1"), "BED_TAKEN");
  story_.At(On13July(13)).Effective(On13July(11)).Do(story_.CheckIn("b", "usivak", "b1"));
}

TEST_F(Beds, AReservationIsReleasedByThePersonToWhomItIsPromised) {
  story_.Register("p-a");
  story_.Register("p-b");
  story_.Do(Reserve(story_, "b1", "p-a", On13July(8), On13July(12)));
  v1::ReleaseBedReservationRequest release;
  release.set_name(Bed("usivak", "b1"));
  release.set_person(Person("p-b"));
  EXPECT_EQ(story_.Refused(release, "NO_RESERVATION"),
            Bed("usivak", "b1") + " is not promised to " + Person("p-b"));
  release.set_person(Person("p-a"));
  story_.Do(release);
  EXPECT_EQ(StateOf("b1"), v1::BED_STATE_AVAILABLE);
  story_.Do(story_.CheckIn("b", "usivak", "b1"));
}

TEST_F(Beds, AReservationEndsAfterItBeginsAndLastsAtMost30Days) {
  story_.Register("p-a");
  story_.At(On13July(12));
  story_.Refused(Reserve(story_, "b1", "p-a", On13July(12), On13July(12)), "INVALID_FIELD");
  story_.Refused(
      Reserve(story_, "b1", "p-a", On13July(12), absl::CivilSecond(2023, 8, 12, 12, 0, 1)),
      "INVALID_FIELD");
  story_.Do(Reserve(story_, "b1", "p-a", On13July(12), absl::CivilSecond(2023, 8, 12, 12, 0, 0)));
}

TEST_F(Beds, ABedIsPromisedNoFurtherAheadThanAReservationMayLast) {
  story_.Register("p-a");
  story_.At(On13July(12));
  // A week, in a year: nobody holds a bed until then.
  EXPECT_THAT(story_.Refused(Reserve(story_, "b1", "p-a", absl::CivilSecond(2024, 7, 13, 12, 0, 0),
                                     absl::CivilSecond(2024, 7, 20, 12, 0, 0)),
                             "INVALID_FIELD"),
              ::testing::AllOf(HasSubstr("expire_time: 2024-07-20 12:00:00+02:00 is too far ahead"),
                               HasSubstr("at most 30 days ahead of now, until 2023-08-12 12:00")));
  story_.Do(Reserve(story_, "b1", "p-a", absl::CivilSecond(2023, 8, 5, 12, 0, 0),
                    absl::CivilSecond(2023, 8, 12, 12, 0, 0)));
}

TEST_F(Beds, ABedIsKeptForNobodyWhoIsExpectedBackLaterThanThat) {
  story_.Arrive("1", "usivak", "b1");
  v1::StartLeaveRequest leave;
  leave.set_name(Stay("s-1"));
  leave.set_keep_bed(true);
  *leave.mutable_expected_return_time() = ToProto(story_.now() + absl::Hours(24 * 31));
  EXPECT_THAT(story_.Refused(leave, "INVALID_FIELD"), HasSubstr("expected_return_time"));
  leave.set_keep_bed(false);  // that they left is a fact
  story_.Do(leave);
}

TEST_F(Beds, ABedThatIsTakenOrPromisedIsNotBlocked) {
  story_.Arrive("1", "usivak", "b1");
  EXPECT_THAT(story_.Refused(Block("b1"), "BED_TAKEN"), HasSubstr("until further notice"));
  story_.Do(Block("b2"));
  EXPECT_EQ(StateOf("b2"), v1::BED_STATE_BLOCKED);
  story_.Refused(Block("b2"), "WRONG_STATE");
  story_.Register("p-2");
  EXPECT_THAT(story_.Refused(story_.CheckIn("2", "usivak", "b2"), "BED_BLOCKED"),
              HasSubstr("broken frame"));
  story_.Refused(Reserve(story_, "b2", "p-2", On13July(8), On13July(9)), "BED_BLOCKED");
  v1::UnblockBedRequest unblock;
  unblock.set_name(Bed("usivak", "b2"));
  story_.Do(unblock);
  story_.Refused(unblock, "WRONG_STATE");
  story_.Do(story_.CheckIn("2", "usivak", "b2"));
}

TEST_F(Beds, ABedIsMadeReadyBeforeTheNextPerson) {
  story_.Arrive("1", "usivak", "b1");
  v1::CheckOutRequest check_out;
  check_out.set_name(Stay("s-1"));
  check_out.set_reason(v1::EXIT_REASON_DEPARTED);
  check_out.set_bed_needs_cleaning(true);
  story_.Do(check_out);
  story_.Register("p-2");
  EXPECT_EQ(story_.Refused(story_.CheckIn("2", "usivak", "b1"), "BED_NOT_READY"),
            Bed("usivak", "b1") + " is being made ready");
  v1::FinishBedCleaningRequest finish;
  finish.set_name(Bed("usivak", "b1"));
  story_.Do(finish);
  story_.Refused(finish, "WRONG_STATE");
  story_.Do(story_.CheckIn("2", "usivak", "b1"));
}

TEST_F(Beds, T8_TwoPeopleInOneBedByMistake_AreBothThereAndAConflictIsRaised) {
  story_.Arrive("1", "usivak", "b1");
  story_.Register("p-2");
  v1::CheckInRequest check_in = story_.CheckIn("2", "usivak", "b1");
  check_in.set_reported_fact(true);
  story_.Do(check_in);

  EXPECT_EQ(story_.PresenceNow("usivak").present(), 2);
  const auto bed = story_.Entity<v1::Bed>(Bed("usivak", "b1"));
  EXPECT_EQ(bed.uses_size(), 2);
  const v1::Occupancy occupancy = story_.OccupancyNow("usivak");
  EXPECT_EQ(occupancy.people_present(), 2);
  EXPECT_EQ(occupancy.occupied(), 1);
  EXPECT_EQ(occupancy.people_sharing_a_bed(), 1);
  EXPECT_EQ(occupancy.people_without_bed(), 0);
  const auto conflicts = story_.All<v1::Conflict>("conflicts");
  ASSERT_EQ(conflicts.size(), 1u);
  EXPECT_EQ(conflicts[0].kind(), v1::CONFLICT_KIND_BED_TAKEN);
  EXPECT_EQ(conflicts[0].state(), v1::CONFLICT_STATE_OPEN);
  EXPECT_EQ(conflicts[0].bed(), Bed("usivak", "b1"));
  EXPECT_EQ(conflicts[0].fact(), Stay("s-2"));
  EXPECT_EQ(conflicts[0].other(), Stay("s-1"));

  // When one of them leaves, the other still has it; the next is still refused.
  story_.Exit("1");
  EXPECT_EQ(StateOf("b1"), v1::BED_STATE_OCCUPIED);
  story_.Register("p-3");
  story_.Refused(story_.CheckIn("3", "usivak", "b1"), "BED_TAKEN");
}

TEST_F(Beds, AReportedFactInABedOutOfUseRaisesAConflict) {
  story_.Do(Block("b1"));
  story_.Register("p-1");
  v1::CheckInRequest check_in = story_.CheckIn("1", "usivak", "b1");
  check_in.set_reported_fact(true);
  story_.Do(check_in);
  const auto conflicts = story_.All<v1::Conflict>("conflicts");
  ASSERT_EQ(conflicts.size(), 1u);
  EXPECT_EQ(conflicts[0].kind(), v1::CONFLICT_KIND_BED_BLOCKED);
  EXPECT_EQ(StateOf("b1"), v1::BED_STATE_OCCUPIED);
}

TEST_F(Beds, ALeaveKeepsTheBedOrGivesItUp) {
  story_.Arrive("1", "usivak", "b1");
  story_.Arrive("2", "usivak", "b2");
  story_.At(On13July(9)).Leave("1", /*keep_bed=*/true);
  story_.Leave("2", /*keep_bed=*/false);
  EXPECT_EQ(StateOf("b1"), v1::BED_STATE_HELD_FOR_LEAVE);
  EXPECT_EQ(StateOf("b2"), v1::BED_STATE_AVAILABLE);
  story_.Register("p-3");
  EXPECT_THAT(story_.Refused(story_.CheckIn("3", "usivak", "b1"), "BED_TAKEN"),
              HasSubstr("kept for somebody on leave"));
  story_.Do(story_.CheckIn("3", "usivak", "b2"));
  story_.At(On13July(10)).Return("1");
  EXPECT_EQ(StateOf("b1"), v1::BED_STATE_OCCUPIED);
  story_.Return("2");
  EXPECT_TRUE(story_.Entity<v1::Stay>(Stay("s-2")).without_bed());
}

TEST_F(Beds, BedsAreNumberedInARangeAndUniqueInTheCentre) {
  v1::AddBedsRequest add;
  add.set_name(Centre("usivak") + "/rooms/hall");
  add.set_prefix("c");
  add.set_first(99);
  add.set_count(2);
  story_.Do(add);
  EXPECT_EQ(story_.Entity<v1::Bed>(Bed("usivak", "c0099")).room(), add.name());
  EXPECT_EQ(story_.Entity<v1::Bed>(Bed("usivak", "c0100")).state(), v1::BED_STATE_AVAILABLE);
  EXPECT_EQ(story_.Entity<v1::Room>(add.name()).bed_count(), 12);
  add.set_first(100);
  story_.Refused(add, "ALREADY_EXISTS");
  add.set_count(2001);
  story_.Refused(add, "INVALID_FIELD");
  add.set_count(0);
  story_.Refused(add, "INVALID_FIELD");
}

TEST_F(Beds, NamesOfOtherThingsAreRefused) {
  v1::BlockBedRequest block;
  block.set_reason("broken frame");
  for (const std::string& name :
       {Centre("usivak"), std::string("operations/hr/centres/usivak/beds/b1"), std::string()}) {
    block.set_name(name);
    story_.Refused(block, "INVALID_FIELD");
  }
  block.set_name(Bed("usivak", "b77"));
  story_.Refused(block, "NOT_FOUND");
}

}  // namespace
}  // namespace prihvat::reception
