// The checker itself: it must see each fault that it is there to see.
#include "tests/fault/history.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace prihvat::fault {
namespace {

using event_log::TopicPartition;
using event_log::Verdict;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const TopicPartition kPartition{"t", 0};

common::v1::Position At(int64_t offset) {
  common::v1::Position position;
  position.set_topic(kPartition.topic);
  position.set_partition(kPartition.partition);
  position.set_offset(offset);
  return position;
}

class HistoryTest : public ::testing::Test {
 protected:
  void Stored(const std::string& request_id, Verdict verdict = Verdict::kAdmittedCommit) {
    auto& records = contents_[kPartition];
    event_log::JudgedRecord record;
    record.offset = static_cast<int64_t>(records.size());
    record.verdict = verdict;
    record.record.mutable_commit()->set_request_id(request_id);
    records.push_back(std::move(record));
  }
  void Acknowledged(const std::string& request_id, int64_t offset, bool repeated = false) {
    history_.Acknowledge(history_.Invoke(request_id), At(offset), repeated);
  }

  History history_;
  LogContents contents_;
};

TEST_F(HistoryTest, WhatTheLogHoldsIsNoContradiction) {
  Stored("a");
  Stored("zombie", Verdict::kVoid);
  Stored("b");
  Acknowledged("a", 0);
  Acknowledged("b", 2);
  Acknowledged("a", 2, /*repeated=*/true);
  history_.Invoke("open");
  history_.Fail(history_.Invoke("unknown"), Call::Outcome::kUnknown);
  history_.Fail(history_.Invoke("zombie"), Call::Outcome::kNothingDone);
  EXPECT_THAT(Contradictions(history_, contents_), IsEmpty());
  EXPECT_EQ(CountVoid(contents_), 1);
}

TEST_F(HistoryTest, G1_ALostAcknowledgedCommandIsSeen) {
  Acknowledged("a", 0);
  EXPECT_THAT(Contradictions(history_, contents_), ElementsAre(HasSubstr("is lost")));
}

TEST_F(HistoryTest, G1_AVoidRecordIsNoEffect) {
  Stored("a", Verdict::kVoid);
  Acknowledged("a", 0);
  EXPECT_THAT(Contradictions(history_, contents_), ElementsAre(HasSubstr("is lost")));
}

TEST_F(HistoryTest, G1_AWrongPositionIsSeen) {
  Stored("x");
  Stored("a");
  Acknowledged("a", 0);
  EXPECT_THAT(Contradictions(history_, contents_),
              ElementsAre(HasSubstr("stands at t/0 offset 1")));
}

TEST_F(HistoryTest, G1_ARepeatToldOfAPositionBeforeItsFirstIsSeen) {
  Stored("x");
  Stored("a");
  Acknowledged("a", 0, /*repeated=*/true);
  EXPECT_THAT(Contradictions(history_, contents_), ElementsAre(HasSubstr("acknowledged by")));
}

TEST_F(HistoryTest, G3_ARequestIdStoredTwiceIsSeen) {
  Stored("a");
  Stored("a");
  EXPECT_THAT(Contradictions(history_, contents_), ElementsAre(HasSubstr("G3")));
}

TEST_F(HistoryTest, ACommandPromisedUndoneAndStoredIsSeen) {
  Stored("a");
  history_.Fail(history_.Invoke("a"), Call::Outcome::kNothingDone);
  EXPECT_THAT(Contradictions(history_, contents_), ElementsAre(HasSubstr("nothing done")));
  // Not so if another call for it may have stored it.
  history_.Fail(history_.Invoke("a"), Call::Outcome::kUnknown);
  EXPECT_THAT(Contradictions(history_, contents_), IsEmpty());
}

TEST_F(HistoryTest, OrderAgainstRealTimeIsSeen) {
  Stored("late");
  Stored("early");
  Acknowledged("early", 1);
  Acknowledged("late", 0);
  EXPECT_THAT(Contradictions(history_, contents_), ElementsAre(HasSubstr("order")));
}

TEST_F(HistoryTest, CallsUnderWayTogetherMayStandInEitherOrder) {
  Stored("b");
  Stored("a");
  const size_t a = history_.Invoke("a");
  const size_t b = history_.Invoke("b");
  history_.Acknowledge(a, At(1), false);
  history_.Acknowledge(b, At(0), false);
  EXPECT_THAT(Contradictions(history_, contents_), IsEmpty());
}

TEST_F(HistoryTest, TwoOwnersOfOneTermAreSeen) {
  for (int i = 0; i < 2; ++i) {
    Stored("", Verdict::kAdmittedClaim);
    contents_[kPartition].back().record.mutable_claim()->set_term(7);
  }
  EXPECT_THAT(Contradictions(history_, contents_), ElementsAre(HasSubstr("two owners in term 7")));
}

}  // namespace
}  // namespace prihvat::fault
