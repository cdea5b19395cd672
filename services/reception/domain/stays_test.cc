// A stay from check-in to check-out, through leave and transfer.
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
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

absl::CivilSecond OnDay(int day, int hour, int minute = 0) {
  return absl::CivilSecond(2023, 7, day, hour, minute, 0);
}

class Stays : public ::testing::Test {
 protected:
  Stays() {
    story_.At(OnDay(13, 8)).OpenCentre("usivak", 3);
    story_.OpenCentre("blazuj", 3);
  }

  // Makes the move on the stay s-1; answers whether it was accepted.
  bool Move(const std::string& move) {
    const auto tell = [&](auto request) {
      request.set_name(Stay("s-1"));
      return story_.Tell(request).accepted();
    };
    if (move == "start leave") return tell(v1::StartLeaveRequest());
    if (move == "return from leave") return tell(v1::ReturnFromLeaveRequest());
    if (move == "withdraw transfer") return tell(v1::WithdrawTransferRequest());
    if (move == "depart") return tell(v1::DepartTransferRequest());
    if (move == "arrive") return tell(v1::ArriveTransferRequest());
    if (move == "request transfer") {
      v1::RequestTransferRequest request;
      request.set_to_centre(Centre("blazuj"));
      return tell(request);
    }
    if (move == "assign bed") {
      v1::AssignBedRequest request;
      request.set_bed(Bed("usivak", "b2"));
      return tell(request);
    }
    v1::CheckOutRequest request;
    request.set_reason(v1::EXIT_REASON_DEPARTED);
    return tell(request);
  }

  Story story_;
};

TEST_F(Stays, EveryMoveThatIsNotNamedIsRejected) {
  const std::map<std::string, std::pair<std::vector<std::string>, std::set<std::string>>> states{
      {"CHECKED_IN", {{}, {"start leave", "request transfer", "assign bed", "check out"}}},
      {"ON_LEAVE", {{"start leave"}, {"return from leave", "assign bed", "check out"}}},
      {"TRANSFER_REQUESTED",
       {{"request transfer"}, {"withdraw transfer", "depart", "assign bed", "check out"}}},
      {"IN_TRANSIT", {{"request transfer", "depart"}, {"arrive", "check out"}}},
      {"CHECKED_OUT", {{"check out"}, {}}},
  };
  for (const auto& [state, way_and_moves] : states) {
    const auto& [way, moves] = way_and_moves;
    for (const std::string move :
         {"start leave", "return from leave", "request transfer", "withdraw transfer", "depart",
          "arrive", "assign bed", "check out"}) {
      story_ = Story();
      story_.At(OnDay(13, 8)).OpenCentre("usivak", 3);
      story_.OpenCentre("blazuj", 3);
      story_.Arrive("1", "usivak", "b1");
      for (const std::string& step : way) ASSERT_TRUE(Move(step));
      EXPECT_EQ(Move(move), moves.contains(move)) << state << ": " << move;
    }
  }
}

TEST_F(Stays, CheckInSaysAllThatOthersNeed) {
  story_.Register("p-1");
  const es::Decision& decision = story_.Do(story_.CheckIn("1", "usivak", "b1"));
  ASSERT_EQ(decision.events().size(), 1u);
  const auto& event = dynamic_cast<const v1::CheckedIn&>(*decision.events()[0].message);
  EXPECT_EQ(event.stay(), Stay("s-1"));
  EXPECT_EQ(event.person(), Person("p-1"));
  EXPECT_EQ(event.centre(), Centre("usivak"));
  EXPECT_EQ(event.bed(), Bed("usivak", "b1"));
  EXPECT_EQ(event.origin(), v1::STAY_ORIGIN_ARRIVAL);
  EXPECT_EQ(decision.resource(), Stay("s-1"));
}

TEST_F(Stays, TheSameCheckInToldAgainAddsNothing) {
  story_.Arrive("1", "usivak");
  story_.Refused(story_.CheckIn("1", "usivak"), "ALREADY_EXISTS");
  EXPECT_EQ(story_.PresenceNow("usivak").present(), 1);
}

TEST_F(Stays, INV20_OneOpenStayAPerson) {
  story_.Arrive("1", "usivak");
  v1::CheckInRequest second = story_.CheckIn("1", "blazuj");
  second.set_stay_id("s-1b");
  EXPECT_THAT(story_.Refused(second, "OPEN_STAY"), HasSubstr(Stay("s-1")));
  // Nor while the first is on leave, or under way.
  story_.Leave("1", false);
  story_.Refused(second, "OPEN_STAY");
  story_.Return("1");
  story_.AskTransfer("1", "blazuj");
  story_.Depart("1");
  story_.Refused(second, "OPEN_STAY");
  story_.Exit("1");
  story_.Do(second);
  EXPECT_THAT(story_.Entity<v1::Person>(Person("p-1")).open_stays(),
              ::testing::ElementsAre(Stay("s-1b")));
}

TEST_F(Stays, INV20_AStayThatIsOverIsNotOverlappedByOneToldLate) {
  story_.At(OnDay(13, 9)).Arrive("1", "usivak");
  story_.At(OnDay(13, 15)).Exit("1");
  v1::CheckInRequest second = story_.CheckIn("1", "blazuj");
  second.set_stay_id("s-1b");
  story_.At(OnDay(13, 16)).Effective(OnDay(13, 14)).Refused(second, "OPEN_STAY");
  story_.Effective(OnDay(13, 15)).Do(second);
}

TEST_F(Stays, INV20_TwoStaysReportedAsFactsAreStoredWithAConflict) {
  story_.Arrive("1", "usivak");
  v1::CheckInRequest second = story_.CheckIn("1", "blazuj");
  second.set_stay_id("s-1b");
  second.set_reported_fact(true);
  story_.Do(second);
  const auto conflicts = story_.All<v1::Conflict>("conflicts");
  ASSERT_EQ(conflicts.size(), 1u);
  EXPECT_EQ(conflicts[0].kind(), v1::CONFLICT_KIND_TWO_STAYS);
  EXPECT_EQ(conflicts[0].fact(), Stay("s-1b"));
  EXPECT_EQ(conflicts[0].other(), Stay("s-1"));
  EXPECT_EQ(story_.NationalNow().total(), 2);
  EXPECT_EQ(story_.NationalNow().persons(), 1);

  v1::ResolveConflictRequest resolve;
  resolve.set_name(conflicts[0].name());
  story_.Refused(resolve, "INVALID_FIELD");
  resolve.set_resolution("the first was entered for another person");
  story_.Do(resolve);
  story_.Refused(resolve, "WRONG_STATE");
  EXPECT_EQ(story_.Entity<v1::Conflict>(conflicts[0].name()).state(), v1::CONFLICT_STATE_RESOLVED);
}

TEST_F(Stays, INV34_AFactLiesInThePast) {
  story_.Register("p-1");
  const v1::CheckInRequest check_in = story_.CheckIn("1", "usivak");
  story_.At(OnDay(13, 10)).Effective(OnDay(13, 10, 6)).Refused(check_in, "EFFECTIVE_IN_FUTURE");
  story_.Effective(OnDay(13, 10, 5)).Do(check_in);
}

TEST_F(Stays, INV34_BackdatingIsBoundedAndNeverSilentlyChanged) {
  story_.At(absl::CivilSecond(2023, 8, 30, 8, 0, 0));
  story_.Register("p-1");
  const v1::CheckInRequest check_in = story_.CheckIn("1", "usivak");
  story_.Effective(OnDay(30, 8)).Refused(check_in, "BACKDATED_TOO_FAR");
  story_.Effective(OnDay(31, 8)).Do(check_in);
  EXPECT_EQ(FromProto(story_.Entity<v1::Stay>(Stay("s-1")).check_in_time()),
            absl::FromCivil(OnDay(31, 8), story_.zone()));
}

TEST_F(Stays, MovesAreToldInTheirOrder) {
  story_.At(OnDay(13, 10)).Arrive("1", "usivak");
  v1::CheckOutRequest check_out;
  check_out.set_name(Stay("s-1"));
  check_out.set_reason(v1::EXIT_REASON_DEPARTED);
  EXPECT_THAT(
      story_.At(OnDay(13, 12)).Effective(OnDay(13, 9)).Refused(check_out, "BEFORE_LAST_MOVE"),
      HasSubstr("at 2023-07-13 09:00:00+02:00, before the last one at 2023-07-13 10:00"));
  // A bed given later counts as well, but for an exit.
  v1::AssignBedRequest assign;
  assign.set_name(Stay("s-1"));
  assign.set_bed(Bed("usivak", "b1"));
  story_.Do(assign);
  assign.set_bed(Bed("usivak", "b2"));
  story_.Effective(OnDay(13, 11)).Refused(assign, "BEFORE_LAST_MOVE");
  story_.Do(check_out);
}

TEST_F(Stays, ATransferGoesThereOrBack) {
  story_.OpenCentre("lipa", 0);
  story_.Arrive("1", "usivak", "b1");
  story_.AskTransfer("1", "blazuj");
  EXPECT_EQ(story_.PresenceNow("usivak").present(), 1) << "still there";
  story_.Depart("1");
  EXPECT_EQ(story_.Entity<v1::Bed>(Bed("usivak", "b1")).state(), v1::BED_STATE_AVAILABLE);
  EXPECT_EQ(story_.NationalNow().in_transit(), 1);

  v1::ArriveTransferRequest arrive;
  arrive.set_name(Stay("s-1"));
  arrive.set_centre(Centre("lipa"));
  EXPECT_THAT(story_.Refused(arrive, "INVALID_FIELD"), HasSubstr("under way from"));
  arrive.clear_centre();
  arrive.set_bed(Bed("usivak", "b1"));
  story_.Refused(arrive, "INVALID_FIELD");
  arrive.set_bed(Bed("blazuj", "b1"));
  story_.Do(arrive);
  auto stay = story_.Entity<v1::Stay>(Stay("s-1"));
  EXPECT_EQ(stay.centre(), Centre("blazuj"));
  EXPECT_EQ(stay.bed(), Bed("blazuj", "b1"));
  EXPECT_EQ(stay.state(), v1::STAY_STATE_CHECKED_IN);

  story_.AskTransfer("1", "lipa");
  story_.Depart("1");
  arrive.set_centre(Centre("blazuj"));
  arrive.clear_bed();
  story_.Do(arrive);
  EXPECT_EQ(story_.Entity<v1::Stay>(Stay("s-1")).centre(), Centre("blazuj"));
}

TEST_F(Stays, ATransferToTheSameCentreOrToOneThatTakesNobodyIsRefused) {
  story_.Arrive("1", "usivak");
  v1::RequestTransferRequest request;
  request.set_name(Stay("s-1"));
  request.set_to_centre(Centre("usivak"));
  story_.Refused(request, "INVALID_FIELD");
  request.set_to_centre(Centre("nowhere"));
  story_.Refused(request, "NOT_FOUND");
  v1::StartClosingCentreRequest closing;
  closing.set_name(Centre("blazuj"));
  story_.Do(closing);
  request.set_to_centre(Centre("blazuj"));
  story_.Refused(request, "CENTRE_NOT_OPEN");
}

TEST_F(Stays, AnExitIsAFactWhateverWasPlanned) {
  story_.Arrive("1", "usivak");
  story_.AskTransfer("1", "blazuj");
  const es::Decision& decision = story_.Exit("1", v1::EXIT_REASON_DECEASED);
  ASSERT_EQ(decision.events().size(), 2u);
  EXPECT_EQ(decision.events()[0].message->GetDescriptor()->name(), "TransferWithdrawn");
  EXPECT_EQ(decision.events()[1].message->GetDescriptor()->name(), "CheckedOut");
}

TEST_F(Stays, ACheckOutHasAReason) {
  story_.Arrive("1", "usivak");
  v1::CheckOutRequest check_out;
  check_out.set_name(Stay("s-1"));
  story_.Refused(check_out, "INVALID_FIELD");
}

// How many nights a stay from `in` to `out` has, told as they happen.
int64_t Nights(absl::CivilSecond in, absl::CivilSecond out) {
  Story story;
  story.At(in).OpenCentre("usivak", 1);
  story.Arrive("1", "usivak", "b1");
  story.At(out).Exit("1");
  return story.Entity<v1::Stay>(Stay("s-1")).nights();
}

TEST(Nights, INV25_AreTheDifferenceOfLocalDates) {
  EXPECT_EQ(Nights(OnDay(1, 23, 59), OnDay(2, 0, 1)), 1);
  EXPECT_EQ(Nights(OnDay(1, 0, 0), OnDay(1, 23, 59)), 0);
  EXPECT_EQ(Nights(OnDay(1, 10, 0), OnDay(8, 9, 0)), 7);
}

TEST(Nights, T11_AChangeOfTheClocksMakesNoDifference) {
  EXPECT_EQ(
      Nights(absl::CivilSecond(2024, 3, 30, 12, 0, 0), absl::CivilSecond(2024, 4, 1, 12, 0, 0)), 2);
  EXPECT_EQ(
      Nights(absl::CivilSecond(2024, 10, 26, 12, 0, 0), absl::CivilSecond(2024, 10, 28, 12, 0, 0)),
      2);
}

// A stay with b1 from 10:00 on, b2 from 12:00, b3 from 14:00 of 13 July; it is 20:00.
class LateExit : public ::testing::Test {
 protected:
  LateExit() {
    story_.At(Hour(8)).OpenCentre("usivak", 5);
    story_.At(Hour(10)).Arrive("1", "usivak", "b1");
    Give(12, "b2");
    Give(14, "b3");
    story_.At(Hour(20));
  }

  static absl::CivilSecond Hour(int hour) { return absl::CivilSecond(2023, 7, 13, hour, 0, 0); }

  void Give(int hour, std::string_view bed) {
    v1::AssignBedRequest assign;
    assign.set_name(testing::Stay("s-1"));
    assign.set_bed(testing::Bed("usivak", bed));
    story_.At(Hour(hour)).Do(assign);
  }

  // Whether somebody who slept there from that hour on is in nobody's way.
  bool IsFreeAt(std::string_view bed, int hour) {
    const std::string id = fmt::format("{}-{}", bed, hour);
    story_.Register("p-" + id);
    const es::Decision& decision =
        story_.Effective(Hour(hour)).Tell(story_.CheckIn(id, "usivak", bed));
    return decision.accepted();
  }

  Story story_;
};

TEST_F(LateExit, INV20_BeforeABedMoveIsStoredAndAConflictNamesTheMove) {
  story_.Effective(Hour(13)).Exit("1");
  const auto stay = story_.Entity<v1::Stay>(testing::Stay("s-1"));
  EXPECT_EQ(stay.state(), v1::STAY_STATE_CHECKED_OUT);
  EXPECT_EQ(FromProto(stay.check_out_time()), absl::FromCivil(Hour(13), story_.zone()));
  const auto conflicts = story_.All<v1::Conflict>("conflicts");
  ASSERT_EQ(conflicts.size(), 1u);
  EXPECT_EQ(conflicts[0].kind(), v1::CONFLICT_KIND_BED_MOVE_AFTER_EXIT);
  EXPECT_EQ(conflicts[0].fact(), testing::Stay("s-1"));
  EXPECT_EQ(conflicts[0].bed(), testing::Bed("usivak", "b3"));
  EXPECT_EQ(story_.PresenceAsOf("usivak", Hour(12)).present(), 1);
  EXPECT_EQ(story_.PresenceAsOf("usivak", Hour(13)).present(), 0);
  // The beds were free from when the person left, and taken until then.
  EXPECT_TRUE(IsFreeAt("b3", 14));
  EXPECT_TRUE(IsFreeAt("b2", 13));
  EXPECT_FALSE(IsFreeAt("b1", 11));
}

TEST_F(LateExit, BeforeAllBedMovesNoneOfThemCounts) {
  story_.Effective(Hour(11)).Exit("1");
  EXPECT_EQ(story_.All<v1::Conflict>("conflicts").size(), 2u);
  EXPECT_TRUE(IsFreeAt("b1", 11));
  EXPECT_TRUE(IsFreeAt("b2", 12));
  EXPECT_TRUE(IsFreeAt("b3", 14));
}

TEST_F(LateExit, AfterTheLastBedMoveNothingIsInTheWay) {
  story_.Effective(Hour(14)).Exit("1");
  EXPECT_TRUE(story_.All<v1::Conflict>("conflicts").empty());
  EXPECT_FALSE(IsFreeAt("b2", 13));
}

TEST_F(LateExit, BeforeTheLastChangeOfStateItIsAnErrorOfTheEntry) {
  story_.At(Hour(15)).Leave("1", /*keep_bed=*/true);
  story_.At(Hour(20));
  v1::CheckOutRequest exit;
  exit.set_name(testing::Stay("s-1"));
  exit.set_reason(v1::EXIT_REASON_DEPARTED);
  story_.Effective(Hour(13));
  story_.Refused(exit, "BEFORE_LAST_MOVE");
}

TEST_F(LateExit, SoManyBedMovesAreRememberedAndNoMore) {
  for (int i = 0; i < 70; ++i) {
    v1::AssignBedRequest assign;
    assign.set_name(testing::Stay("s-1"));
    assign.set_bed(testing::Bed("usivak", i % 2 == 0 ? "b4" : "b5"));
    story_.At(Hour(20) + 60 * i).Do(assign);
  }
  EXPECT_EQ(story_.Entity<v1::Stay>(testing::Stay("s-1")).bed_moves_size(), 64);
  v1::CheckOutRequest exit;
  exit.set_name(testing::Stay("s-1"));
  exit.set_reason(v1::EXIT_REASON_DEPARTED);
  story_.Effective(Hour(20) + 60 * 5);
  story_.Refused(exit, "BEFORE_LAST_MOVE");
  story_.Effective(Hour(20) + 60 * 6);
  story_.Do(exit);
}

}  // namespace
}  // namespace prihvat::reception
