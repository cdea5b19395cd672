// The census of a local day reconciles, and names what it cannot explain.
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/reception/domain/times.h"
#include "services/reception/testing/story.h"
#include "services/reception/views/presence.h"

namespace prihvat::reception {
namespace {

using testing::Centre;
using testing::Person;
using testing::Stay;
using testing::Story;

absl::CivilSecond OnDay(int day, int hour, int minute = 0) {
  return absl::CivilSecond(2023, 7, day, hour, minute, 0);
}

// What INV-23 says that the day should end with.
int64_t Explained(const v1::Census& census) {
  const v1::Flows& flows = census.flows();
  return census.present_opening() + flows.admissions() + flows.births() + flows.transfers_in() +
         flows.leave_returns() - flows.exits() - flows.transfers_out() - flows.deaths() -
         flows.leave_departures();
}

TEST(Census, WorkedCase_517OpenStays_403ThereAtMidnight_Is403) {
  Story story;
  story.At(OnDay(1, 8)).OpenCentre("usivak", 0);
  story.OpenCentre("blazuj", 0);
  for (int i = 0; i < 517; ++i) story.Arrive(fmt::format("{}", i), "usivak");
  for (int i = 0; i < 100; ++i) story.Leave(fmt::format("{}", i), false);
  for (int i = 100; i < 114; ++i) {
    story.AskTransfer(fmt::format("{}", i), "blazuj");
    story.Depart(fmt::format("{}", i));
  }
  for (int i = 114; i < 120; ++i) story.AskTransfer(fmt::format("{}", i), "blazuj");  // still there

  const v1::Census census = story.CensusOfDay("usivak", absl::CivilDay(2023, 7, 1));
  EXPECT_EQ(census.present_closing(), 403);
  EXPECT_EQ(census.on_leave_closing(), 100);
  EXPECT_EQ(census.on_the_books_closing(), 503);
  const v1::NationalCensus national = story.NationalCensusOfDay(absl::CivilDay(2023, 7, 1));
  EXPECT_EQ(national.total_closing(), 517);
  EXPECT_EQ(national.in_transit_closing(), 14);
  EXPECT_EQ(national.present_closing(), 403);
}

TEST(Census, INV22_PresentAndOnTheBooksAreTwoSeries) {
  Story story;
  story.At(OnDay(1, 8)).OpenCentre("usivak", 0);
  story.OpenCentre("blazuj", 0);
  for (const char* id : {"1", "2", "3"}) story.Arrive(id, "usivak");
  story.At(OnDay(2, 8)).Leave("1", false);
  story.AskTransfer("2", "blazuj");

  const v1::Census census = story.CensusOfDay("usivak", absl::CivilDay(2023, 7, 2));
  EXPECT_EQ(census.present_opening(), 3);
  EXPECT_EQ(census.present_closing(), 2) << "checked in, and to be moved";
  EXPECT_EQ(census.on_the_books_opening(), 3);
  EXPECT_EQ(census.on_the_books_closing(), 3) << "a leave is neither in nor out";
  EXPECT_EQ(census.on_leave_closing(), 1);
}

TEST(Census, INV23_ADayOfEverythingReconciles) {
  Story story;
  story.At(OnDay(1, 8)).OpenCentre("usivak", 0);
  story.OpenCentre("blazuj", 0);
  for (const char* id : {"1", "2", "3", "4", "5", "6", "7"}) story.Arrive(id, "usivak");
  story.Arrive("8", "blazuj");
  story.Leave("6", false);
  story.Leave("7", false);
  story.AskTransfer("8", "usivak");

  story.At(OnDay(2, 9)).Arrive("9", "usivak");
  story.Register("p-10");
  v1::CheckInRequest birth = story.CheckIn("10", "usivak");
  birth.set_origin(v1::STAY_ORIGIN_BIRTH);
  story.Do(birth);
  story.Depart("8");
  story.At(OnDay(2, 10)).ArriveThere("8");
  story.Return("6");
  story.Exit("1");
  story.Exit("2", v1::EXIT_REASON_DECEASED);
  story.AskTransfer("3", "blazuj");
  story.Depart("3");
  story.Leave("4", false);
  story.Exit("7", v1::EXIT_REASON_ABSENT);  // out of a leave

  const v1::Census census = story.CensusOfDay("usivak", absl::CivilDay(2023, 7, 2));
  EXPECT_EQ(census.present_opening(), 5);
  EXPECT_EQ(census.flows().admissions(), 1);
  EXPECT_EQ(census.flows().births(), 1);
  EXPECT_EQ(census.flows().transfers_in(), 1);
  EXPECT_EQ(census.flows().leave_returns(), 1);
  EXPECT_EQ(census.flows().exits(), 1);
  EXPECT_EQ(census.flows().deaths(), 1);
  EXPECT_EQ(census.flows().transfers_out(), 1);
  EXPECT_EQ(census.flows().leave_departures(), 1);
  EXPECT_EQ(census.flows().exits_on_leave(), 1);
  EXPECT_EQ(census.present_closing(), 5);
  EXPECT_EQ(Explained(census), census.present_closing());
  EXPECT_EQ(census.unexplained(), 0);
  EXPECT_TRUE(census.unexplained_people().empty());

  const v1::NationalCensus national = story.NationalCensusOfDay(absl::CivilDay(2023, 7, 2));
  EXPECT_EQ(national.total_opening(), 8);
  EXPECT_EQ(national.total_closing(), 8 + 2 - 3);
}

TEST(Census, INV23_WhatRemainsIsNamedPersonByPerson) {
  Story story;
  story.At(OnDay(1, 8)).OpenCentre("usivak", 0);
  story.Arrive("1", "usivak");
  // Two movements that no stay explains, and that would cancel out in a sum: an exit of somebody
  // who never came, and somebody who came twice and is there once.
  story.Register("p-2");
  story.At(OnDay(2, 8));
  v1::LeaveStarted ghost;
  ghost.set_stay(Stay("s-1"));
  ghost.set_person(Person("p-1"));
  ghost.set_centre(Centre("usivak"));
  story.Happened(ghost);
  story.Happened(ghost);
  v1::LeaveEnded back;
  back.set_stay(Stay("s-1"));
  back.set_person(Person("p-1"));
  back.set_centre(Centre("usivak"));
  story.Happened(back);

  const v1::Census census = story.CensusOfDay("usivak", absl::CivilDay(2023, 7, 2));
  EXPECT_EQ(census.present_opening(), 1);
  EXPECT_EQ(census.present_closing(), 1);
  EXPECT_EQ(Explained(census), 0);
  EXPECT_EQ(census.unexplained(), 1);
  ASSERT_EQ(census.unexplained_people_size(), 1);
  EXPECT_EQ(census.unexplained_people(0).stay(), Stay("s-1"));
  EXPECT_EQ(census.unexplained_people(0).person(), Person("p-1"));
  EXPECT_EQ(census.unexplained_people(0).present_change(), 0);
  EXPECT_EQ(census.unexplained_people(0).movements_change(), -1);
}

TEST(Census, T6_ADayClosesAsTheNextOpens) {
  Story story;
  story.At(OnDay(1, 8)).OpenCentre("usivak", 10);
  for (int i = 1; i <= 10; ++i) {
    story.Arrive(fmt::format("{}", i), "usivak", fmt::format("b{}", i));
  }
  for (int day = 2; day <= 30; ++day) {
    const std::string id = fmt::format("{}", day % 10 + 1);
    const v1::StayState state = story.Entity<v1::Stay>(Stay("s-" + id)).state();
    story.At(OnDay(day, 20));
    if (state == v1::STAY_STATE_ON_LEAVE) {
      story.Return(id);
    } else if (state == v1::STAY_STATE_CHECKED_IN) {
      story.Leave(id, day % 3 != 0);
    }
  }
  for (int day = 1; day <= 30; ++day) {
    const v1::Census census = story.CensusOfDay("usivak", absl::CivilDay(2023, 7, day));
    const v1::Census next = story.CensusOfDay("usivak", absl::CivilDay(2023, 7, day) + 1);
    EXPECT_EQ(census.present_closing(), next.present_opening()) << day;
    EXPECT_EQ(census.on_the_books_closing(), next.on_the_books_opening()) << day;
    EXPECT_EQ(Explained(census), census.present_closing()) << day;
    EXPECT_EQ(census.on_the_books_closing(), 10) << "a leave is neither in nor out";
  }
}

TEST(Census, T12_ArrivedAtHalfPastMidnightBelongsToTheNewDay) {
  Story story;
  story.At(absl::CivilSecond(2023, 6, 30, 8, 0, 0)).OpenCentre("usivak", 0);
  // 00:30 on 1 July in Sarajevo is 22:30 on 30 June in UTC.
  story.At(absl::FromCivil(absl::CivilSecond(2023, 6, 30, 22, 30, 0), absl::UTCTimeZone()));
  story.Arrive("1", "usivak");
  EXPECT_EQ(story.CensusOfDay("usivak", absl::CivilDay(2023, 6, 30)).present_closing(), 0);
  const v1::Census first = story.CensusOfDay("usivak", absl::CivilDay(2023, 7, 1));
  EXPECT_EQ(first.flows().admissions(), 1);
  EXPECT_EQ(first.present_closing(), 1);
  EXPECT_EQ(FromProto(story.Entity<v1::Stay>(Stay("s-1")).check_in_time()), story.now());
}

TEST(Census, MidnightItselfBelongsToTheDayThatBegins) {
  Story story;
  story.At(OnDay(1, 8)).OpenCentre("usivak", 0);
  story.At(OnDay(2, 0)).Arrive("1", "usivak");
  EXPECT_EQ(story.CensusOfDay("usivak", absl::CivilDay(2023, 7, 1)).present_closing(), 0);
  EXPECT_EQ(story.CensusOfDay("usivak", absl::CivilDay(2023, 7, 1)).flows().admissions(), 0);
  EXPECT_EQ(story.CensusOfDay("usivak", absl::CivilDay(2023, 7, 2)).present_opening(), 0);
  EXPECT_EQ(story.CensusOfDay("usivak", absl::CivilDay(2023, 7, 2)).flows().admissions(), 1);
}

TEST(Census, T11_ADayOf23AndOneOf25HoursReconcile) {
  for (const auto& [day, hours] :
       {std::pair(absl::CivilDay(2024, 3, 31), 23), std::pair(absl::CivilDay(2024, 10, 27), 25)}) {
    Story story;
    story.At(absl::CivilSecond(day) - 3600).OpenCentre("usivak", 0);
    story.Arrive("1", "usivak");
    story.At(absl::CivilSecond(day) + 1800).Arrive("2", "usivak");
    story.At(absl::CivilSecond(day + 1) - 60).Exit("1");
    const v1::Census census = story.CensusOfDay("usivak", day);
    EXPECT_EQ(FromProto(census.end_time()) - FromProto(census.start_time()), absl::Hours(hours));
    EXPECT_EQ(census.present_opening(), 1);
    EXPECT_EQ(census.flows().admissions(), 1);
    EXPECT_EQ(census.flows().exits(), 1);
    EXPECT_EQ(census.present_closing(), 1);
    EXPECT_EQ(census.unexplained(), 0);
  }
}

TEST(Census, WorkedCase_745MovedInADay_TheMessageRepeated) {
  Story story;
  story.At(OnDay(1, 8)).OpenCentre("lipa", 0);
  story.OpenCentre("blazuj", 0);
  for (int i = 0; i < 800; ++i) story.Arrive(fmt::format("{}", i), "lipa");
  story.At(OnDay(2, 9));
  for (int i = 0; i < 745; ++i) {
    story.AskTransfer(fmt::format("{}", i), "blazuj");
    story.Depart(fmt::format("{}", i));
  }
  EXPECT_EQ(story.NationalNow().total(), 800);
  story.At(OnDay(2, 15));
  for (int i = 0; i < 745; ++i) {
    story.ArriveThere(fmt::format("{}", i));
    v1::ArriveTransferRequest again;
    again.set_name(Stay(fmt::format("s-{}", i)));
    story.Refused(again, "WRONG_STATE");
  }
  const v1::NationalCensus census = story.NationalCensusOfDay(absl::CivilDay(2023, 7, 2));
  EXPECT_EQ(census.total_opening(), 800);
  EXPECT_EQ(census.total_closing(), 800);
  EXPECT_EQ(census.flows().transfers_in(), 745);
  EXPECT_EQ(census.flows().transfers_out(), 745);
  EXPECT_EQ(census.flows().admissions(), 0);
  EXPECT_EQ(story.CensusOfDay("blazuj", absl::CivilDay(2023, 7, 2)).present_closing(), 745);
  EXPECT_EQ(story.CensusOfDay("lipa", absl::CivilDay(2023, 7, 2)).present_closing(), 55);
}

TEST(Census, INV24_AnExitUnderWayIsNobodysButTheNations) {
  Story story;
  story.At(OnDay(1, 8)).OpenCentre("usivak", 0);
  story.OpenCentre("blazuj", 0);
  story.Arrive("1", "usivak");
  story.Arrive("2", "usivak");
  for (const char* id : {"1", "2"}) {
    story.AskTransfer(id, "blazuj");
    story.Depart(id);
  }
  story.At(OnDay(2, 8)).Exit("1", v1::EXIT_REASON_ABSENT);
  story.Exit("2", v1::EXIT_REASON_DECEASED);
  const v1::NationalCensus census = story.NationalCensusOfDay(absl::CivilDay(2023, 7, 2));
  EXPECT_EQ(census.total_opening(), 2);
  EXPECT_EQ(census.in_transit_opening(), 2);
  EXPECT_EQ(census.total_closing(), 0);
  EXPECT_EQ(census.flows().exits_in_transit(), 1);
  EXPECT_EQ(census.flows().deaths_in_transit(), 1);
  EXPECT_EQ(census.flows().exits(), 0);
  EXPECT_EQ(story.CensusOfDay("usivak", absl::CivilDay(2023, 7, 2)).unexplained(), 0);
}

}  // namespace
}  // namespace prihvat::reception
