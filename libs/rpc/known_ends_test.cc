#include "libs/rpc/known_ends.h"

#include "gtest/gtest.h"
#include "libs/event_log/testing/memory_log.h"

namespace prihvat::rpc {
namespace {

using event_log::TopicPartition;

class KnownEndsTest : public ::testing::Test {
 protected:
  void Append(int records) {
    ASSERT_TRUE(
        storage_->Append(tp_, std::vector<std::string>(static_cast<size_t>(records), "x")).ok());
  }
  event_log::Offset End() { return ends_.EndOf(tp_, clock_.Now() + absl::Seconds(1)); }

  const TopicPartition tp_{"topic", 0};
  base::ManualClock clock_{absl::FromUnixSeconds(1'700'000'000)};
  std::shared_ptr<event_log::testing::MemoryStorage> storage_ =
      std::make_shared<event_log::testing::MemoryStorage>(
          std::vector<event_log::TopicSpec>{{"topic", 1}}, [this] { return clock_.Now(); });
  event_log::testing::MemoryLog log_{storage_};
  KnownEnds ends_{log_, clock_};
};

TEST_F(KnownEndsTest, TellsSinceWhenWhatIsNotFoldedHasBeenThere) {
  EXPECT_EQ(ends_.Behind(tp_, -1), absl::ZeroDuration()) << "nothing was asked yet";
  Append(3);
  EXPECT_EQ(End(), 3);
  clock_.Advance(absl::Seconds(10));
  Append(2);
  EXPECT_EQ(End(), 5);
  clock_.Advance(absl::Seconds(20));
  EXPECT_EQ(ends_.Behind(tp_, 1), absl::Seconds(30));
  EXPECT_EQ(ends_.Behind(tp_, 2), absl::Seconds(20)) << "of the first look, all is folded";
  EXPECT_EQ(ends_.Behind(tp_, 4), absl::ZeroDuration()) << "all is folded";
}

TEST_F(KnownEndsTest, AsksTheLogNoMoreOftenThanItKeeps) {
  Append(1);
  EXPECT_EQ(End(), 1);
  Append(1);
  clock_.Advance(KnownEnds::kKeep - absl::Milliseconds(1));
  EXPECT_EQ(End(), 1);
  clock_.Advance(absl::Milliseconds(1));
  EXPECT_EQ(End(), 2);
}

TEST_F(KnownEndsTest, WhatStandsStillForLongIsStillKnownToBeOld) {
  Append(1);
  End();
  for (int i = 0; i < 5'000; ++i) {
    clock_.Advance(KnownEnds::kKeep);
    Append(1);
    ASSERT_EQ(End(), i + 2);
  }
  // Thinned out, so the first look may be gone, but not what is nearly as old.
  EXPECT_GT(ends_.Behind(tp_, -1), 0.9 * 5'000 * KnownEnds::kKeep);
  EXPECT_EQ(ends_.Behind(tp_, 5'000), absl::ZeroDuration());
}

}  // namespace
}  // namespace prihvat::rpc
