#include "libs/base/months.h"

#include "gtest/gtest.h"

namespace prihvat::base {
namespace {

using Day = absl::CivilDay;

TEST(AddMonths, KeepsTheDaysNumber) {
  EXPECT_EQ(AddMonths(Day(2023, 7, 13), 24), Day(2025, 7, 13));
  EXPECT_EQ(AddMonths(Day(2023, 12, 1), 1), Day(2024, 1, 1));
  EXPECT_EQ(AddMonths(Day(2023, 7, 13), 0), Day(2023, 7, 13));
}

TEST(AddMonths, EndsOnTheMonthsLastDayWhereItHasNoSuchDay) {
  EXPECT_EQ(AddMonths(Day(2023, 10, 31), 6), Day(2024, 4, 30));
  EXPECT_EQ(AddMonths(Day(2023, 12, 31), 12), Day(2024, 12, 31));
  EXPECT_EQ(AddMonths(Day(2023, 4, 30), 1), Day(2023, 5, 30));  // not its last
}

TEST(AddMonths, KnowsLeapYears) {
  EXPECT_EQ(AddMonths(Day(2023, 1, 31), 1), Day(2023, 2, 28));
  EXPECT_EQ(AddMonths(Day(2024, 1, 31), 1), Day(2024, 2, 29));
  EXPECT_EQ(AddMonths(Day(2024, 2, 29), 12), Day(2025, 2, 28));
  EXPECT_EQ(AddMonths(Day(2024, 2, 29), 48), Day(2028, 2, 29));
  EXPECT_EQ(AddMonths(Day(1999, 12, 31), 2), Day(2000, 2, 29));
  EXPECT_EQ(AddMonths(Day(2099, 12, 31), 2), Day(2100, 2, 28));
}

TEST(AddMonths, GoesBackToo) {
  EXPECT_EQ(AddMonths(Day(2024, 3, 31), -1), Day(2024, 2, 29));
  EXPECT_EQ(AddMonths(Day(2024, 1, 15), -13), Day(2022, 12, 15));
}

}  // namespace
}  // namespace prihvat::base
