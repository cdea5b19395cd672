#include "services/hosting/catch_up.h"

#include "gtest/gtest.h"

namespace prihvat::hosting {
namespace {

const absl::Time kStart = absl::FromUnixSeconds(1'800'000'000);

TEST(CatchUp, SaysAtTheStartThenNowAndThenWithAnEstimateAndAtTheEnd) {
  CatchUp catch_up;
  auto line = catch_up.Note(0, 100'000, false, kStart);
  ASSERT_TRUE(line);
  EXPECT_EQ(line->message, "catching up with the log");
  EXPECT_EQ(line->records, 100'000);
  EXPECT_EQ(line->seconds_left, -1);
  EXPECT_FALSE(catch_up.Note(10'000, 100'000, false, kStart + absl::Seconds(4)));
  line = catch_up.Note(20'000, 100'000, false, kStart + absl::Seconds(5));
  ASSERT_TRUE(line);
  EXPECT_EQ(line->folded, 20'000);
  EXPECT_EQ(line->records_per_second, 4000);
  EXPECT_EQ(line->seconds_left, 20);
  EXPECT_FALSE(catch_up.Note(30'000, 100'000, false, kStart + absl::Seconds(6)));
  line = catch_up.Note(100'000, 100'000, true, kStart + absl::Seconds(8));
  ASSERT_TRUE(line);
  EXPECT_EQ(line->message, "caught up with the log");
  EXPECT_EQ(line->seconds_left, 0);
  EXPECT_FALSE(catch_up.Note(100'000, 100'000, true, kStart + absl::Seconds(20)));
}

TEST(CatchUp, SaysNothingOfWhatTakesAMoment) {
  CatchUp catch_up;
  EXPECT_FALSE(catch_up.Note(99'500, 100'000, false, kStart));
  EXPECT_FALSE(catch_up.Note(100'000, 100'000, true, kStart + absl::Seconds(60)));
}

}  // namespace
}  // namespace prihvat::hosting
