#include "libs/event_log/embedded/clock_guard.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace prihvat::event_log {
namespace {

using ::testing::HasSubstr;

constexpr absl::Duration kDay = absl::Hours(24);
const absl::Time kStart = absl::FromCivil(absl::CivilHour(2023, 11, 14, 22), absl::UTCTimeZone());

class ClockGuardTest : public ::testing::Test {
 protected:
  ClockGuard Guard(absl::Time confirmed = absl::InfinitePast()) {
    return ClockGuard({.clock = [this] { return now_; },
                       .since_boot = [this] { return since_boot_; },
                       .synchronised = [this] { return synchronised_; }},
                      confirmed);
  }
  void Pass(absl::Duration time) {
    now_ += time;
    since_boot_ += time;
  }

  absl::Time now_ = kStart;
  absl::Duration since_boot_ = absl::Hours(3);
  bool synchronised_ = false;
};

TEST_F(ClockGuardTest, AnEmptyLogTakesTheClockAsItIs) {
  ClockGuard guard = Guard();
  EXPECT_EQ(guard.Now().value(), kStart);
}

TEST_F(ClockGuardTest, AtAStartADayMoreOrLessNeedsNoExplanation) {
  for (const absl::Duration since : {kDay, absl::ZeroDuration(), -kDay}) {
    ClockGuard guard = Guard();
    guard.Begin(kStart - since);
    EXPECT_EQ(guard.Now().value(), kStart) << since;
  }
}

TEST_F(ClockGuardTest, AtAStartMoreThanADayWaitsForAnOperatorsWord) {
  for (const absl::Duration since : {kDay + absl::Seconds(1), -kDay - absl::Seconds(1)}) {
    ClockGuard guard = Guard();
    guard.Begin(kStart - since);
    for (int i = 0; i < 2; ++i) {
      const auto refused = guard.Now();
      EXPECT_EQ(refused.status().code(), absl::StatusCode::kFailedPrecondition) << since;
      EXPECT_THAT(std::string(refused.status().message()),
                  HasSubstr("--clock-confirmed=2023-11-14T22:00:00Z"));
      EXPECT_THAT(std::string(refused.status().message()),
                  HasSubstr(since > absl::ZeroDuration() ? "24h ahead of" : "24h behind"));
    }
    ClockGuard confirmed = Guard(kStart + absl::Hours(5));
    confirmed.Begin(kStart - since);
    EXPECT_EQ(confirmed.Now().value(), kStart) << since;
    ClockGuard stale = Guard(kStart - absl::Hours(25));
    stale.Begin(kStart - since);
    EXPECT_FALSE(stale.Now().ok()) << "an old word says nothing of today's clock";
  }
}

// After a weekend without power. Backward, a right clock means that the log was ahead: people must
// know before more is recorded there.
TEST_F(ClockGuardTest, ASynchronisedClockIsBelievedForwardAndNotBackward) {
  synchronised_ = true;
  ClockGuard forward = Guard();
  forward.Begin(kStart - 4 * kDay);
  EXPECT_EQ(forward.Now().value(), kStart);
  ClockGuard backward = Guard();
  backward.Begin(kStart + 4 * kDay);
  EXPECT_FALSE(backward.Now().ok());
}

TEST_F(ClockGuardTest, TimeThatHasPassedExplainsItself) {
  ClockGuard guard = Guard();
  ASSERT_TRUE(guard.Now().ok());
  for (const absl::Duration idle : {absl::Seconds(1), 3 * kDay, 400 * kDay}) {
    Pass(idle);
    EXPECT_EQ(guard.Now().value(), now_) << idle;
  }
}

TEST_F(ClockGuardTest, AJumpWhileItRunsIsRefusedUntilTheClockIsRightAgain) {
  for (const absl::Duration jump : {2 * kDay, -2 * kDay, 3650 * kDay}) {
    ClockGuard guard = Guard();
    ASSERT_TRUE(guard.Now().ok());
    now_ += jump;
    for (int i = 0; i < 30; ++i) {  // a refused time explains none that comes later
      Pass(absl::Hours(1));
      EXPECT_FALSE(guard.Now().ok()) << jump;
    }
    now_ -= jump;
    EXPECT_EQ(guard.Now().value(), now_) << jump;
  }
}

TEST_F(ClockGuardTest, SmallStepsAreFollowed) {
  ClockGuard guard = Guard();
  ASSERT_TRUE(guard.Now().ok());
  for (int i = 0; i < 5; ++i) {
    now_ += absl::Hours(23);  // a clock that was set by hand
    EXPECT_TRUE(guard.Now().ok());
  }
}

TEST_F(ClockGuardTest, TheMachineTellsHowLongItHasBeenUp) {
  const absl::Duration before = TimeSinceBoot();
  EXPECT_GT(before, absl::ZeroDuration());
  EXPECT_GE(TimeSinceBoot(), before);
  ClockIsSynchronised();  // whatever it says
}

}  // namespace
}  // namespace prihvat::event_log
