#include "libs/base/civil.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/base/status_testing.h"

namespace prihvat::base {
namespace {

using ::testing::HasSubstr;

absl::TimeZone Sarajevo() { return LoadZone("Europe/Sarajevo").value(); }

// "2024-03-30 18:00" in `zone`.
absl::Time At(std::string_view text, const absl::TimeZone& zone) {
  absl::Time time;
  std::string error;
  EXPECT_TRUE(absl::ParseTime("%Y-%m-%d %H:%M", std::string(text), zone, &time, &error)) << error;
  return time;
}

int64_t Nights(std::string_view in, std::string_view out) {
  return NightsBetween(At(in, Sarajevo()), At(out, Sarajevo()), Sarajevo()).value();
}

TEST(Civil, LoadsZonesByIanaName) {
  EXPECT_EQ(std::string(Sarajevo().name()), "Europe/Sarajevo");
  for (const std::string_view name :
       {"", "Europe/Atlantis", "../zoneinfo/Europe/Sarajevo", "/usr/share/zoneinfo/Europe/Sarajevo",
        "file:Europe/Sarajevo"}) {
    EXPECT_EQ(CodeOf(LoadZone(name)), absl::StatusCode::kInvalidArgument) << name;
  }
}

TEST(Civil, INV25_T11_NightsAreCountedByDateAcrossClockChanges) {
  EXPECT_EQ(Nights("2024-03-30 18:00", "2024-04-01 17:00"), 2);  // 46 hours
  EXPECT_EQ(Nights("2024-10-26 18:00", "2024-10-28 17:00"), 2);  // 48 hours
  EXPECT_EQ(Nights("2024-03-30 00:00", "2024-04-01 00:00"), 2);  // 47 hours
}

TEST(Civil, INV25_TheExitNightIsNotCounted) {
  EXPECT_EQ(Nights("2024-05-01 00:10", "2024-05-01 23:50"), 0);
  EXPECT_EQ(Nights("2024-05-01 23:50", "2024-05-02 00:10"), 1);
  EXPECT_EQ(Nights("2024-05-01 12:00", "2024-05-01 12:00"), 0);
  EXPECT_EQ(Nights("2023-12-31 12:00", "2024-03-01 12:00"), 61);
}

TEST(Civil, NightsBetweenRefusesAnOrderThatCannotBe) {
  const absl::Time noon = At("2024-05-01 12:00", Sarajevo());
  EXPECT_FALSE(NightsBetween(noon, noon - absl::Seconds(1), Sarajevo()).ok());
  EXPECT_FALSE(NightsBetween(noon, absl::InfiniteFuture(), Sarajevo()).ok());
  EXPECT_FALSE(NightsBetween(absl::InfinitePast(), noon, Sarajevo()).ok());
}

TEST(Civil, T12_TheBusinessDateIsThePlacesNotTheServers) {
  const absl::Time posted = At("2024-06-30 22:30", absl::UTCTimeZone());
  EXPECT_EQ(LocalDay(posted, Sarajevo()), absl::CivilDay(2024, 7, 1));
  EXPECT_EQ(LocalDay(posted, absl::UTCTimeZone()), absl::CivilDay(2024, 6, 30));
  EXPECT_EQ(posted, At("2024-07-01 00:30", Sarajevo()));  // the instant itself is untouched
}

TEST(Civil, MealsAt0030And0230AreOfOneLocalDay) {
  EXPECT_EQ(LocalDay(At("2024-06-30 22:30", absl::UTCTimeZone()), Sarajevo()),
            LocalDay(At("2024-07-01 00:30", absl::UTCTimeZone()), Sarajevo()));
}

TEST(Civil, ADayHas23Or25HoursWhereTheClocksChange) {
  const absl::TimeZone zone = Sarajevo();
  const auto hours = [&zone](absl::CivilDay day) {
    return absl::ToInt64Hours(DayStart(day + 1, zone) - DayStart(day, zone));
  };
  EXPECT_EQ(hours(absl::CivilDay(2024, 3, 31)), 23);
  EXPECT_EQ(hours(absl::CivilDay(2024, 10, 27)), 25);
  EXPECT_EQ(hours(absl::CivilDay(2024, 7, 1)), 24);
}

TEST(Civil, DayStartIsTheFirstInstantWhereMidnightIsSkipped) {
  const absl::TimeZone beirut = LoadZone("Asia/Beirut").value();
  const absl::CivilDay day(2021, 3, 28);  // 00:00 -> 01:00
  const absl::Time start = DayStart(day, beirut);
  EXPECT_EQ(LocalDay(start, beirut), day);
  EXPECT_EQ(LocalDay(start - absl::Nanoseconds(1), beirut), day - 1);
}

TEST(Civil, DayStartIsTheFirstInstantWhereMidnightComesTwice) {
  const absl::TimeZone havana = LoadZone("America/Havana").value();
  const absl::CivilDay day(2021, 11, 7);  // 01:00 -> 00:00
  const absl::Time start = DayStart(day, havana);
  EXPECT_EQ(LocalDay(start - absl::Nanoseconds(1), havana), day - 1);
  EXPECT_EQ(DayStart(day + 1, havana) - start, absl::Hours(25));
}

TEST(Civil, ADayThatAZoneNeverHadIsEmpty) {
  const absl::TimeZone apia = LoadZone("Pacific/Apia").value();
  const absl::CivilDay skipped(2011, 12, 30);
  EXPECT_EQ(DayStart(skipped, apia), DayStart(skipped + 1, apia));
}

TEST(Civil, DatesAreReadAndWritten) {
  const absl::CivilDay handover = ParseDate("2023-07-13").value();
  EXPECT_EQ(handover, absl::CivilDay(2023, 7, 13));
  EXPECT_EQ(FormatDate(handover), "2023-07-13");
  EXPECT_EQ(FormatDate(ParseDate("0001-01-01").value()), "0001-01-01");
  EXPECT_EQ(ParseDate("2024-02-29").value(), absl::CivilDay(2024, 2, 29));
  EXPECT_EQ(MakeDate(2023, 7, 13).value(), handover);
}

TEST(Civil, InstantsAreSaidAsTheClocksOfThePlaceShowThem) {
  const absl::TimeZone sarajevo = LoadZone("Europe/Sarajevo").value();
  EXPECT_EQ(Say(absl::FromUnixSeconds(1'689'242'400), sarajevo), "2023-07-13 12:00:00+02:00");
  EXPECT_EQ(Say(absl::InfiniteFuture(), sarajevo), "further notice");
}

TEST(Civil, DatesThatDoNotExistAreRefusedWithTheNumbers) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"2023-02-29", "day 29 is not between 1 and 28, the days of 2023-02"},
      {"1900-02-29", "day 29 is not between 1 and 28"},
      {"2023-04-31", "day 31 is not between 1 and 30"},
      {"2023-04-00", "day 0 is not"},
      {"2023-13-01", "month 13 is not between 1 and 12"},
      {"2023-00-01", "month 0 is not"},
      {"0000-01-01", "year 0 is not between 1 and 9999"},
      {"2023-7-13", "\"2023-7-13\" is not a date of the form"},
      {"13.07.2023", "is not a date of the form"},
      {"2023-07-13T00:00:00Z", "is not a date of the form"},
      {"2023-07-13 ", "is not a date of the form"},
      {"", "is not a date of the form"},
  };
  for (const auto& [text, says] : cases) {
    const auto result = ParseDate(text);
    EXPECT_EQ(CodeOf(result), absl::StatusCode::kInvalidArgument) << text;
    EXPECT_THAT(MessageOf(result), HasSubstr(says));
  }
  EXPECT_FALSE(MakeDate(10000, 1, 1).ok());
  EXPECT_FALSE(MakeDate(2023, 0, 0)
                   .ok());  // google.type.Date allows these, as "a year"; we need whole dates
}

}  // namespace
}  // namespace prihvat::base
