#include "libs/base/clock.h"

#include <gtest/gtest.h>

#include <ctime>

namespace prihvat::base {
namespace {

TEST(ManualClock, MovesOnlyWhenTold) {
  const absl::Time start = absl::FromUnixSeconds(1'689'242'400);
  ManualClock clock(start);
  EXPECT_EQ(clock.Now(), start);
  EXPECT_EQ(clock.Now(), start);
  clock.Advance(absl::Hours(2));
  EXPECT_EQ(clock.Now(), start + absl::Hours(2));
  clock.Set(start - absl::Seconds(1));
  EXPECT_EQ(clock.Now(), start - absl::Seconds(1));
}

TEST(SystemClock, IsTheMachinesClock) {
  SystemClock clock;
  const absl::Time before = absl::FromTimeT(std::time(nullptr));
  const absl::Time now = clock.Now();
  EXPECT_GE(now, before);
  EXPECT_LT(now, before + absl::Minutes(10));
}

}  // namespace
}  // namespace prihvat::base
