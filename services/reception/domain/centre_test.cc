// The moves of a centre, and its places by standard and date.
#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/reception/domain/decider.h"
#include "services/reception/testing/story.h"

namespace prihvat::reception {
namespace {

using testing::Centre;
using ::testing::HasSubstr;
using testing::Story;

absl::CivilSecond OnDay(int day, int hour) { return absl::CivilSecond(2023, 7, day, hour, 0, 0); }

// Makes the move on "usivak"; answers whether it was accepted.
bool Move(Story& story, const std::string& move) {
  const auto tell = [&](auto request) {
    request.set_name(Centre("usivak"));
    request.set_note(move);
    return story.Tell(request).accepted();
  };
  if (move == "open") return tell(v1::OpenCentreRequest());
  if (move == "restrict") return tell(v1::RestrictCentreRequest());
  if (move == "start closing") return tell(v1::StartClosingCentreRequest());
  if (move == "close") return tell(v1::CloseCentreRequest());
  return tell(v1::EvacuateCentreRequest());
}

v1::CreateCentreRequest Create(std::string_view id) {
  v1::CreateCentreRequest create;
  create.set_parent("operations/ba");
  create.set_centre_id(std::string(id));
  create.mutable_centre()->set_display_name("Ušivak");
  return create;
}

v1::Capacity Places(std::string_view standard, int year, int places) {
  v1::Capacity capacity;
  capacity.set_standard(std::string(standard));
  capacity.mutable_valid_from()->set_year(year);
  capacity.mutable_valid_from()->set_month(1);
  capacity.mutable_valid_from()->set_day(1);
  capacity.set_places(places);
  capacity.set_source("a publication");
  return capacity;
}

TEST(Centre, EveryMoveThatIsNotNamedIsRejected) {
  // How to come to a state, and what is open there.
  const std::map<std::string, std::pair<std::vector<std::string>, std::vector<std::string>>> states{
      {"PLANNED", {{}, {"open"}}},
      {"OPEN", {{"open"}, {"restrict", "start closing", "evacuate"}}},
      {"RESTRICTED", {{"open", "restrict"}, {"open", "start closing", "evacuate"}}},
      {"CLOSING", {{"open", "start closing"}, {"open", "close"}}},
      {"CLOSED", {{"open", "start closing", "close"}, {"open"}}},
      {"EVACUATED", {{"open", "evacuate"}, {"open", "close"}}},
  };
  for (const auto& [state, way_and_moves] : states) {
    const auto& [way, moves] = way_and_moves;
    for (const std::string move : {"open", "restrict", "start closing", "close", "evacuate"}) {
      Story story;
      story.Do(Create("usivak"));
      for (const std::string& step : way) ASSERT_TRUE(Move(story, step));
      const bool open = std::find(moves.begin(), moves.end(), move) != moves.end();
      EXPECT_EQ(Move(story, move), open) << state << ": " << move;
    }
  }
}

TEST(Centre, ARejectedMoveNamesTheStateAndTheOpenMoves) {
  Story story;
  story.Do(Create("usivak"));
  v1::CloseCentreRequest close;
  close.set_name(Centre("usivak"));
  EXPECT_THAT(story.Refused(close, "WRONG_STATE"), HasSubstr("is PLANNED and cannot be closed"));
  EXPECT_THAT(story.Refused(close, "WRONG_STATE"), HasSubstr("open moves: open"));
}

TEST(Centre, ClosesOnlyWhenEmpty) {
  Story story;
  story.OpenCentre("usivak", 1);
  story.Arrive("1", "usivak");
  ASSERT_TRUE(Move(story, "start closing"));
  v1::CloseCentreRequest close;
  close.set_name(Centre("usivak"));
  EXPECT_THAT(story.Refused(close, "CENTRE_NOT_EMPTY"), HasSubstr("1 people have open stays"));
  story.Exit("1");
  story.Do(close);
}

TEST(Centre, WhoWasMovedAwayOrDiedUnderWayIsOnTheBooksOfNoCentre) {
  Story story;
  story.OpenCentre("usivak", 0);
  story.OpenCentre("blazuj", 0);
  for (const char* id : {"1", "2"}) {
    story.Arrive(id, "usivak");
    story.AskTransfer(id, "blazuj");
    story.Depart(id);
  }
  ASSERT_TRUE(Move(story, "start closing"));
  ASSERT_TRUE(Move(story, "close")) << "both are under way";
  story.ArriveThere("1");
  story.Exit("2", v1::EXIT_REASON_DECEASED);
  v1::StartClosingCentreRequest closing;
  closing.set_name(Centre("blazuj"));
  story.Do(closing);
  v1::CloseCentreRequest close;
  close.set_name(Centre("blazuj"));
  EXPECT_THAT(story.Refused(close, "CENTRE_NOT_EMPTY"), HasSubstr("1 people"));
  story.Exit("1");
  story.Do(close);
}

TEST(Centre, TakesPeopleOnlyWhileOpen_AFactRaisesAConflict) {
  Story story;
  story.Do(Create("usivak"));
  story.Register("p-1");
  EXPECT_THAT(story.Refused(story.CheckIn("1", "usivak"), "CENTRE_NOT_OPEN"),
              HasSubstr("was PLANNED at"));
  v1::CheckInRequest fact = story.CheckIn("1", "usivak");
  fact.set_reported_fact(true);
  story.Do(fact);
  const auto conflicts = story.All<v1::Conflict>("conflicts");
  ASSERT_EQ(conflicts.size(), 1u);
  EXPECT_EQ(conflicts[0].kind(), v1::CONFLICT_KIND_CENTRE_NOT_OPEN);
  EXPECT_EQ(story.PresenceNow("usivak").present(), 1);
}

TEST(Centre, IsAskedForTheStateThatItHadThen) {
  Story story;
  story.At(OnDay(10, 8)).OpenCentre("usivak", 0);
  story.At(OnDay(12, 8));
  ASSERT_TRUE(Move(story, "start closing"));
  for (const char* id : {"p-1", "p-2", "p-3"}) story.Register(id);
  story.Effective(OnDay(11, 8)).Do(story.CheckIn("1", "usivak"));
  story.Effective(OnDay(9, 8)).Refused(story.CheckIn("2", "usivak"), "CENTRE_NOT_OPEN");
  story.Refused(story.CheckIn("3", "usivak"), "CENTRE_NOT_OPEN");
}

TEST(Centre, MovesAreToldInTheirOrder) {
  Story story;
  story.At(OnDay(10, 8)).OpenCentre("usivak", 0);
  v1::RestrictCentreRequest restrict_centre;
  restrict_centre.set_name(Centre("usivak"));
  story.At(OnDay(11, 8)).Effective(OnDay(10, 7)).Refused(restrict_centre, "BEFORE_LAST_MOVE");
  story.Effective(OnDay(10, 9)).Do(restrict_centre);
}

TEST(Centre, AStaleEtagIsRefused) {
  Story story;
  story.Do(Create("usivak"));
  v1::OpenCentreRequest open;
  open.set_name(Centre("usivak"));
  open.set_etag("stale");
  story.Refused(open, "STALE_ETAG");
  open.set_etag(es::EtagOf(story.Entity<v1::Centre>(Centre("usivak"))));
  story.Do(open);
}

TEST(Centre, CapacityIsANumberByStandardAndDate) {
  Story story;
  v1::CreateCentreRequest create = Create("usivak");
  *create.mutable_centre()->add_capacities() = Places("published", 2023, 1050);
  *create.mutable_centre()->add_capacities() = Places("3.5m2", 2022, 600);
  story.Do(create);
  v1::SetCentreCapacityRequest set;
  set.set_name(Centre("usivak"));
  *set.mutable_capacity() = Places("published", 2022, 800);
  story.Do(set);
  *set.mutable_capacity() = Places("published", 2030, 1);  // not valid yet
  story.Do(set);
  EXPECT_TRUE(story.Do(set).events().empty()) << "told again, nothing happens";

  ASSERT_TRUE(Move(story, "open"));
  story.Register("p-1");
  story.Do(story.CheckIn("1", "usivak"));
  const v1::Occupancy occupancy = story.OccupancyNow("usivak");
  ASSERT_EQ(occupancy.capacities_size(), 2);
  EXPECT_EQ(occupancy.capacities(0).standard(), "3.5m2");
  EXPECT_EQ(occupancy.capacities(0).places(), 600);
  EXPECT_EQ(occupancy.capacities(1).standard(), "published");
  EXPECT_EQ(occupancy.capacities(1).places(), 1050);
  EXPECT_EQ(occupancy.over_capacity(), 1) << "one person, no bed";
}

TEST(Centre, CapacityIsChecked) {
  Story story;
  v1::CreateCentreRequest create = Create("usivak");
  *create.mutable_centre()->add_capacities() = Places("published", 2023, -1);
  EXPECT_THAT(story.Refused(create, "INVALID_FIELD"), HasSubstr("centre.capacities[0].places"));
  *create.mutable_centre()->mutable_capacities(0) = Places("published", 2023, 1);
  *create.mutable_centre()->add_capacities() = Places("published", 2023, 2);
  EXPECT_THAT(story.Refused(create, "INVALID_FIELD"), HasSubstr("centre.capacities[1]"));
  create.mutable_centre()->mutable_capacities(1)->mutable_valid_from()->set_month(13);
  EXPECT_THAT(story.Refused(create, "INVALID_FIELD"), HasSubstr("centre.capacities[1].valid_from"));
}

TEST(Centre, AnUnknownOperationIsSaid) {
  es::Context context;
  context.operation = "operations/hr";
  context.recorded_at = context.effective_at = absl::FromUnixSeconds(1'700'000'000);
  v1::CreateCentreRequest create = Create("usivak");
  create.set_parent("operations/hr");
  es::MapRows rows;
  const es::View view(rows);
  const es::Decision decision = ReceptionDecider().Decide(view, create, context);
  ASSERT_FALSE(decision.accepted());
  EXPECT_STREQ(decision.rejection().reason().id, "OPERATION_UNKNOWN");
}

}  // namespace
}  // namespace prihvat::reception
