#include "libs/event_log/testing/faulty_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "libs/event_log/testing/log_calls.h"
#include "libs/event_log/testing/memory_log.h"

namespace prihvat::event_log::testing {
namespace {

using Outcome = AppendResult::Outcome;
const TopicPartition kTp{"t", 0};

class FaultyLogTest : public ::testing::Test {
 protected:
  AppendResult Append(const std::string& bytes) { return AppendAndWait(log_, kTp, {bytes}); }
  std::vector<std::string> Stored() const {
    std::vector<std::string> bytes;
    for (const RawRecord& record : memory_.storage()->All(kTp)) bytes.push_back(record.bytes);
    return bytes;
  }

  MemoryLog memory_{{TopicSpec{.name = "t", .partitions = 1}}};
  FaultyLog log_{memory_, 7};
};

TEST_F(FaultyLogTest, EachFaultOnceAndThenNoMore) {
  for (const AppendFault fault :
       {AppendFault::kLoseAnswer, AppendFault::kLoseRecords, AppendFault::kNotSent,
        AppendFault::kNoOffsets, AppendFault::kDuplicate}) {
    log_.FailNextAppends(1, fault);
  }
  EXPECT_EQ(Append("answer lost").outcome, Outcome::kUnknown);
  EXPECT_EQ(Append("records lost").outcome, Outcome::kUnknown);
  EXPECT_EQ(Append("not sent").outcome, Outcome::kNotSent);
  const AppendResult no_offsets = Append("no offsets");
  EXPECT_EQ(no_offsets.outcome, Outcome::kConfirmed);
  EXPECT_EQ(no_offsets.offsets, (std::vector<std::optional<Offset>>{std::nullopt}));
  EXPECT_EQ(Append("twice").offsets, (std::vector<std::optional<Offset>>{2}));
  EXPECT_EQ(Append("well").offsets, (std::vector<std::optional<Offset>>{4}));
  EXPECT_THAT(Stored(),
              ::testing::ElementsAre("answer lost", "no offsets", "twice", "twice", "well"));
}

TEST_F(FaultyLogTest, HeldAppendsComeLate) {
  std::vector<AppendResult> results;
  const auto collect = [&results](AppendResult result) { results.push_back(std::move(result)); };
  log_.FailNextAppends(2, AppendFault::kHold);
  log_.FailNextAppends(1, AppendFault::kHoldLoseAnswer);
  log_.Append(kTp, {"held"}, absl::InfiniteFuture(), collect);
  log_.ResetWriter(kTp);  // answers it; the record is still on its way
  log_.Append(kTp, {"held too"}, absl::InfiniteFuture(), collect);
  log_.Append(kTp, {"zombie"}, absl::InfiniteFuture(), collect);
  ASSERT_EQ(results.size(), 2u);
  EXPECT_EQ(results[0].outcome, Outcome::kUnknown);
  EXPECT_EQ(results[1].outcome, Outcome::kUnknown);
  EXPECT_EQ(log_.held(), 3u);
  Append("first");
  log_.ReleaseHeld();
  ASSERT_EQ(results.size(), 3u);
  EXPECT_EQ(results[2].offsets, (std::vector<std::optional<Offset>>{2}));
  EXPECT_THAT(Stored(), ::testing::ElementsAre("first", "held", "held too", "zombie"));
}

TEST_F(FaultyLogTest, ATornBatchLandsInPart) {
  const std::vector<std::string> batch = {"1", "2", "3"};
  log_.FailNextAppends(1, AppendFault::kLoseTail);
  EXPECT_EQ(AppendAndWait(log_, kTp, batch).outcome, Outcome::kUnknown);
  EXPECT_THAT(Stored(), ::testing::ElementsAre("1"));
  log_.FailNextAppends(1, AppendFault::kLoseHead);
  EXPECT_EQ(AppendAndWait(log_, kTp, batch).outcome, Outcome::kUnknown);
  EXPECT_THAT(Stored(), ::testing::ElementsAre("1", "2", "3"));
  log_.FailNextAppends(1, AppendFault::kLateTail);
  std::optional<AppendResult> result;
  log_.Append(kTp, batch, absl::InfiniteFuture(), [&](AppendResult r) { result = std::move(r); });
  Append("another's");
  EXPECT_FALSE(result) << "its tail is still on its way";
  log_.ReleaseHeld();
  ASSERT_TRUE(result);
  EXPECT_EQ(result->offsets, (std::vector<std::optional<Offset>>{3, 5, 6}));
  EXPECT_THAT(Stored(), ::testing::ElementsAre("1", "2", "3", "1", "another's", "2", "3"));
}

TEST_F(FaultyLogTest, SlowReadsComeInCrumbsAndLoseNothing) {
  for (const char* record : {"a", "b", "c"}) Append(record);
  auto reader = log_.OpenReader(kTp, 0, nullptr);
  ASSERT_TRUE(reader.ok()) << reader.status();
  log_.SlowNextReads(2);
  EXPECT_EQ((*reader)->Read(10, absl::InfinitePast()).status().code(),
            absl::StatusCode::kDeadlineExceeded);
  EXPECT_EQ((*reader)->Read(10, absl::InfinitePast())->size(), 1u);
  EXPECT_EQ((*reader)->Read(10, absl::InfinitePast())->size(), 2u);
}

TEST_F(FaultyLogTest, ReadErrorsLoseNothing) {
  Append("a");
  auto reader = log_.OpenReader(kTp, 0, nullptr);
  ASSERT_TRUE(reader.ok()) << reader.status();
  log_.FailNextReads(1, absl::UnavailableError("gone"));
  EXPECT_EQ((*reader)->Read(10, absl::InfiniteFuture()).status().code(),
            absl::StatusCode::kUnavailable);
  EXPECT_EQ((*reader)->Read(10, absl::InfiniteFuture())->size(), 1u);
}

TEST_F(FaultyLogTest, ChanceIsTheSeeds) {
  const auto outcomes = [this](uint64_t seed) {
    FaultyLog log(memory_, seed);
    log.SetChances({.lose_answer = 0.3, .not_sent = 0.3});
    std::vector<Outcome> drawn;
    for (int i = 0; i < 100; ++i) drawn.push_back(AppendAndWait(log, kTp, {"x"}).outcome);
    return drawn;
  };
  EXPECT_EQ(outcomes(1), outcomes(1));
  EXPECT_NE(outcomes(1), outcomes(2));
  EXPECT_THAT(outcomes(1),
              ::testing::IsSupersetOf({Outcome::kConfirmed, Outcome::kUnknown, Outcome::kNotSent}));
}

}  // namespace
}  // namespace prihvat::event_log::testing
