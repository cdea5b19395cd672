// Who is where, now and as of a time.
#include "services/reception/views/presence.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/reception/testing/story.h"

namespace prihvat::reception {
namespace {

using testing::Centre;
using testing::Stay;
using testing::Story;

absl::CivilSecond OnDay(int day, int hour, int minute = 0) {
  return absl::CivilSecond(2023, 7, day, hour, minute, 0);
}

TEST(Presence, NowAndAsOf) {
  Story story;
  story.At(OnDay(1, 8)).OpenCentre("usivak", 3);
  story.At(OnDay(1, 10)).Arrive("1", "usivak", "b1");
  story.At(OnDay(2, 10)).Arrive("2", "usivak", "b2");
  story.At(OnDay(3, 10)).Exit("1");
  story.At(OnDay(4, 10)).Leave("2", true);

  EXPECT_EQ(story.PresenceAsOf("usivak", OnDay(1, 9)).present(), 0);
  EXPECT_EQ(story.PresenceAsOf("usivak", OnDay(1, 10)).present(), 1);
  EXPECT_EQ(story.PresenceAsOf("usivak", OnDay(2, 10)).present(), 2);
  EXPECT_EQ(story.PresenceAsOf("usivak", OnDay(3, 9, 59)).present(), 2);
  EXPECT_EQ(story.PresenceAsOf("usivak", OnDay(3, 10)).present(), 1);
  const v1::Presence now = story.PresenceNow("usivak");
  EXPECT_EQ(now.present(), 0);
  EXPECT_EQ(now.on_leave(), 1);
  EXPECT_EQ(now.on_the_books(), 1);
  ASSERT_EQ(now.people_size(), 1);
  EXPECT_EQ(now.people(0).stay(), Stay("s-2"));
  EXPECT_EQ(now.people(0).state(), v1::STAY_STATE_ON_LEAVE);
}

TEST(Presence, WhatIsToldLateCountsFromWhenItHappened) {
  Story story;
  story.At(OnDay(1, 8)).OpenCentre("usivak", 0);
  story.At(OnDay(5, 8)).Effective(OnDay(2, 10)).Arrive("1", "usivak");
  EXPECT_EQ(story.PresenceAsOf("usivak", OnDay(2, 9)).present(), 0);
  EXPECT_EQ(story.PresenceAsOf("usivak", OnDay(3, 0)).present(), 1);
}

TEST(Presence, T5_AdmittedBeforeThePeriodAndStillThereIsCounted) {
  Story story;
  story.At(absl::CivilSecond(2023, 6, 28, 10, 0, 0)).OpenCentre("usivak", 0);
  story.Arrive("1", "usivak");
  for (int day = 1; day <= 7; ++day) {
    const v1::Census census = story.CensusOfDay("usivak", absl::CivilDay(2023, 7, day));
    EXPECT_EQ(census.present_opening(), 1) << day;
    EXPECT_EQ(census.present_closing(), 1) << day;
    EXPECT_EQ(census.flows().admissions(), 0) << day;
  }
}

TEST(Presence, INV24_NationalIsTheSumOfTheCentresAndThoseUnderWay) {
  Story story;
  story.At(OnDay(1, 8)).OpenCentre("usivak", 0);
  story.OpenCentre("blazuj", 0);
  for (const char* id : {"1", "2", "3", "4"}) story.Arrive(id, "usivak");
  story.Leave("1", false);
  story.AskTransfer("2", "blazuj");
  story.AskTransfer("3", "blazuj");
  story.Depart("3");
  story.AskTransfer("4", "blazuj");
  story.Depart("4");
  story.At(OnDay(1, 9)).ArriveThere("4");

  const v1::NationalPresence national = story.NationalNow();
  EXPECT_EQ(national.present(), 2);
  EXPECT_EQ(national.on_leave(), 1);
  EXPECT_EQ(national.in_transit(), 1);
  EXPECT_EQ(national.total(), 4);
  EXPECT_EQ(national.persons(), 4);
  int64_t sum = national.in_transit();
  for (const v1::Presence& centre : national.centres()) sum += centre.on_the_books();
  EXPECT_EQ(sum, national.total());
  // At the moment before the arrival two were under way, and the total was the same.
  const v1::NationalPresence before = NationalPresenceAt(
      story.presence(), testing::kOperation, absl::FromCivil(OnDay(1, 8, 59), story.zone()));
  EXPECT_EQ(before.in_transit(), 2);
  EXPECT_EQ(before.total(), 4);
}

TEST(Presence, CentresWhoseIdsBeginAlikeAreKeptApart) {
  Story story;
  story.At(OnDay(1, 8)).OpenCentre("lipa", 0);
  story.OpenCentre("lipa2", 0);
  story.Arrive("1", "lipa");
  story.Arrive("2", "lipa2");
  story.At(OnDay(1, 9)).Exit("2");
  EXPECT_EQ(story.PresenceAsOf("lipa", OnDay(1, 8)).present(), 1);
  EXPECT_EQ(story.PresenceAsOf("lipa2", OnDay(1, 8)).present(), 1);
}

}  // namespace
}  // namespace prihvat::reception
