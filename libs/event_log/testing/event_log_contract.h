// What every engine promises, as a typed suite: tests/contract/ runs it on memory, the embedded log
// and a real broker.
//
// An engine takes part with a type `Engine`, made anew for each test:
//   Engine();                                          fresh, empty storage with one topic of two
//   partitions std::string topic();                               its name
//   absl::StatusOr<std::unique_ptr<EventLog>> Open();  a log over that storage; again after the one
//   before was closed static constexpr bool kShared;                     whether two logs may be
//   open over one storage at once and then INSTANTIATE_TYPED_TEST_SUITE_P(Name, EventLogContract,
//   Engine).
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/blocking_counter.h"
#include "absl/synchronization/mutex.h"
#include "libs/event_log/admitted_reader.h"
#include "libs/event_log/event_log.h"
#include "libs/event_log/testing/log_calls.h"
#include "libs/event_log/testing/records.h"

namespace prihvat::event_log::testing {

template <typename Engine>
class EventLogContract : public ::testing::Test {
 protected:
  using Outcome = AppendResult::Outcome;

  void SetUp() override { Reopen(); }

  void Reopen() {
    if (log_ != nullptr) log_->Close();
    log_.reset();
    log_ = OpenAnother();
    ASSERT_NE(log_, nullptr);
  }

  std::unique_ptr<EventLog> OpenAnother() {
    absl::StatusOr<std::unique_ptr<EventLog>> log = engine_.Open();
    EXPECT_TRUE(log.ok()) << log.status();
    return log.ok() ? *std::move(log) : nullptr;
  }

  TopicPartition Tp(int32_t partition = 0) { return {engine_.topic(), partition}; }

  // Appends; the offsets must have been told.
  std::vector<Offset> MustAppend(EventLog& log, const TopicPartition& tp,
                                 const std::vector<std::string>& records) {
    const AppendResult result = AppendAndWait(log, tp, records);
    EXPECT_EQ(result.outcome, Outcome::kConfirmed) << result.status;
    EXPECT_EQ(result.offsets.size(), records.size());
    std::vector<Offset> offsets;
    for (const auto& offset : result.offsets) {
      EXPECT_TRUE(offset.has_value());
      offsets.push_back(offset.value_or(-1));
    }
    return offsets;
  }
  std::vector<Offset> MustAppend(std::vector<std::string> records) {
    return MustAppend(*log_, Tp(), std::move(records));
  }

  std::unique_ptr<LogReader> MustOpen(EventLog& log, const TopicPartition& tp, Offset from,
                                      std::function<void()> on_readable = nullptr) {
    auto reader = log.OpenReader(tp, from, std::move(on_readable));
    EXPECT_TRUE(reader.ok()) << reader.status();
    return reader.ok() ? *std::move(reader) : nullptr;
  }

  // The bytes from `from` to the tip; the offsets must be dense.
  std::vector<std::string> MustRead(const TopicPartition& tp, Offset from = 0) {
    auto reader = MustOpen(*log_, tp, from);
    if (reader == nullptr) return {};
    const auto records = ReadToTip(*reader);
    EXPECT_TRUE(records.ok()) << records.status();
    std::vector<std::string> bytes;
    if (!records.ok()) return bytes;
    for (const RawRecord& record : *records) {
      EXPECT_EQ(record.offset, from + static_cast<Offset>(bytes.size()));
      bytes.push_back(record.bytes);
    }
    EXPECT_EQ(reader->position(), from + static_cast<Offset>(bytes.size()));
    return bytes;
  }

  Offset MustEnd(const TopicPartition& tp) {
    const auto end = log_->End(tp, absl::Now() + kPatience);
    EXPECT_TRUE(end.ok()) << end.status();
    return end.value_or(-1);
  }

  Engine engine_;
  std::unique_ptr<EventLog> log_;
};

TYPED_TEST_SUITE_P(EventLogContract);

TYPED_TEST_P(EventLogContract, AnEmptyPartitionIsAtItsTip) {
  EXPECT_EQ(this->MustEnd(this->Tp()), 0);
  auto reader = this->MustOpen(*this->log_, this->Tp(), 0);
  for (int i = 0; i < 2; ++i) {
    const auto records = reader->Read(10, absl::Now() + kPatience);
    ASSERT_TRUE(records.ok()) << records.status();
    EXPECT_TRUE(records->empty());
    EXPECT_EQ(reader->position(), 0);
  }
}

TYPED_TEST_P(EventLogContract, OffsetsAreDenseAndInOrder) {
  EXPECT_EQ(this->MustAppend({"a", "b"}), (std::vector<Offset>{0, 1}));
  EXPECT_EQ(this->MustAppend({"c"}), (std::vector<Offset>{2}));
  EXPECT_EQ(this->MustEnd(this->Tp()), 3);
  EXPECT_EQ(this->MustRead(this->Tp()), (std::vector<std::string>{"a", "b", "c"}));
  EXPECT_EQ(this->MustRead(this->Tp(), 2), (std::vector<std::string>{"c"}));
  EXPECT_EQ(this->MustRead(this->Tp(), 3), (std::vector<std::string>{}));
}

TYPED_TEST_P(EventLogContract, PartitionsAreApart) {
  this->MustAppend(*this->log_, this->Tp(0), {"zero"});
  EXPECT_EQ(this->MustAppend(*this->log_, this->Tp(1), {"one", "two"}),
            (std::vector<Offset>{0, 1}));
  EXPECT_EQ(this->MustRead(this->Tp(0)), (std::vector<std::string>{"zero"}));
  EXPECT_EQ(this->MustRead(this->Tp(1)), (std::vector<std::string>{"one", "two"}));
}

TYPED_TEST_P(EventLogContract, BytesComeBackAsTheyWere) {
  std::string all;
  for (int i = 0; i < 256; ++i) all.push_back(static_cast<char>(i));
  const std::string zeros(1000, '\0');
  const absl::Time before = absl::Now();
  this->MustAppend({all, zeros});
  auto reader = this->MustOpen(*this->log_, this->Tp(), 0);
  const auto records = ReadToTip(*reader);
  ASSERT_TRUE(records.ok()) << records.status();
  ASSERT_EQ(records->size(), 2u);
  EXPECT_EQ((*records)[0].bytes, all);
  EXPECT_EQ((*records)[1].bytes, zeros);
  for (const RawRecord& record : *records) {
    EXPECT_GE(record.append_time,
              before - absl::Milliseconds(1));  // a broker counts in milliseconds
    EXPECT_LE(record.append_time, absl::Now() + absl::Milliseconds(1));
  }
}

TYPED_TEST_P(EventLogContract, G1_AcknowledgedSurvivesReopening) {
  for (int round = 0; round < 3; ++round) {
    EXPECT_EQ(this->MustAppend({absl::StrCat("r", round)}), (std::vector<Offset>{round}));
    this->Reopen();
    EXPECT_EQ(this->MustEnd(this->Tp()), round + 1);
  }
  EXPECT_EQ(this->MustRead(this->Tp()), (std::vector<std::string>{"r0", "r1", "r2"}));
}

TYPED_TEST_P(EventLogContract, ReadsInStepsOfAnySize) {
  std::vector<std::string> written;
  for (int i = 0; i < 100; ++i) written.push_back(absl::StrCat("record ", i));
  this->MustAppend(written);
  for (const size_t step : {1, 7, 1000}) {
    auto reader = this->MustOpen(*this->log_, this->Tp(), 0);
    std::vector<std::string> read;
    while (true) {
      const auto some = reader->Read(step, absl::Now() + kPatience);
      ASSERT_TRUE(some.ok()) << some.status();
      if (some->empty()) break;
      EXPECT_LE(some->size(), step);
      for (const RawRecord& record : *some) read.push_back(record.bytes);
    }
    EXPECT_EQ(read, written);
  }
}

TYPED_TEST_P(EventLogContract, EmptyMeansTipAndNeverTimedOut) {
  auto reader = this->MustOpen(*this->log_, this->Tp(), 0);
  constexpr int kRecords = 50;
  for (int i = 0; i < kRecords; ++i) this->MustAppend({absl::StrCat(i)});
  // With a deadline that has passed a read may give up, but must not say "tip" below the end.
  const absl::Time give_up = absl::Now() + kPatience;
  while (reader->position() < kRecords && absl::Now() < give_up) {
    const Offset before = reader->position();
    const auto records = reader->Read(7, absl::InfinitePast());
    if (!records.ok()) {
      ASSERT_EQ(records.status().code(), absl::StatusCode::kDeadlineExceeded) << records.status();
      EXPECT_EQ(reader->position(), before);
      const auto patient = reader->Read(1, give_up);
      ASSERT_TRUE(patient.ok()) << patient.status();
      ASSERT_EQ(patient->size(), 1u);
      continue;
    }
    ASSERT_FALSE(records->empty()) << "a tip at " << before << " of " << kRecords;
  }
  EXPECT_EQ(reader->position(), kRecords);
}

TYPED_TEST_P(EventLogContract, AReaderGoesOnPastATip) {
  auto reader = this->MustOpen(*this->log_, this->Tp(), 0);
  for (int round = 0; round < 5; ++round) {
    this->MustAppend({absl::StrCat("r", round)});
    const auto records = ReadToTip(*reader);
    ASSERT_TRUE(records.ok()) << records.status();
    ASSERT_EQ(records->size(), 1u);
    EXPECT_EQ((*records)[0].bytes, absl::StrCat("r", round));
    EXPECT_EQ((*records)[0].offset, round);
  }
}

TYPED_TEST_P(EventLogContract, APositionOutsideTheLogIsDataLoss) {
  this->MustAppend({"only"});
  for (const Offset from : {Offset{2}, Offset{1000}}) {
    auto reader = this->MustOpen(*this->log_, this->Tp(), from);
    const auto records = reader->Read(10, absl::Now() + kPatience);
    EXPECT_EQ(records.status().code(), absl::StatusCode::kDataLoss)
        << from << ": " << records.status();
  }
}

TYPED_TEST_P(EventLogContract, UnknownPartitionsAndTopics) {
  const TopicPartition none{this->engine_.topic(), 2};
  const AppendResult result = AppendAndWait(*this->log_, none, {"x"});
  EXPECT_NE(result.outcome, AppendResult::Outcome::kConfirmed);
  EXPECT_FALSE(result.status.ok());
  const auto count = this->log_->PartitionCount(this->engine_.topic(), absl::Now() + kPatience);
  ASSERT_TRUE(count.ok()) << count.status();
  EXPECT_EQ(*count, 2);
  EXPECT_EQ(this->log_->PartitionCount("prihvat.nothing", absl::Now() + kPatience).status().code(),
            absl::StatusCode::kNotFound);
}

TYPED_TEST_P(EventLogContract, ConcurrentAppendersInterleaveDensely) {
  constexpr int kWriters = 4, kBatches = 25, kBatch = 3;
  std::vector<std::vector<std::pair<Offset, std::string>>> confirmed(kWriters);
  std::vector<std::thread> writers;
  for (int w = 0; w < kWriters; ++w) {
    writers.emplace_back([this, w, &mine = confirmed[static_cast<size_t>(w)]] {
      for (int b = 0; b < kBatches; ++b) {
        std::vector<std::string> records;
        for (int r = 0; r < kBatch; ++r) records.push_back(absl::StrCat(w, "/", b, "/", r));
        const std::vector<Offset> offsets = this->MustAppend(*this->log_, this->Tp(), records);
        for (size_t r = 0; r < offsets.size(); ++r) mine.emplace_back(offsets[r], records[r]);
      }
    });
  }
  for (std::thread& writer : writers) writer.join();
  const std::vector<std::string> log = this->MustRead(this->Tp());
  ASSERT_EQ(log.size(), static_cast<size_t>(kWriters * kBatches * kBatch));
  std::set<Offset> taken;
  for (const auto& mine : confirmed) {
    EXPECT_TRUE(std::is_sorted(mine.begin(), mine.end()));  // each writer's own order holds
    for (const auto& [offset, bytes] : mine) {
      EXPECT_TRUE(taken.insert(offset).second) << "offset " << offset << " was given twice";
      EXPECT_EQ(log.at(static_cast<size_t>(offset)), bytes);
    }
  }
}

TYPED_TEST_P(EventLogContract, ALargeBatchIsWhole) {
  std::vector<std::string> written;
  for (int i = 0; i < 200; ++i)
    written.push_back(std::string(20'000, static_cast<char>('a' + i % 26)));
  written.push_back(std::string(this->log_->max_record_bytes(), 'z'));  // as large as may be
  const std::vector<Offset> offsets = this->MustAppend(written);
  ASSERT_EQ(offsets.size(), written.size());
  EXPECT_EQ(offsets.back() - offsets.front(), static_cast<Offset>(written.size()) - 1);
  EXPECT_EQ(this->MustRead(this->Tp()), written);
}

TYPED_TEST_P(EventLogContract, G13_ARecordTooLargeIsNotSentAndHarmsNothing) {
  this->MustAppend({"before"});
  const std::string large(this->log_->max_record_bytes() + 1, 'x');
  for (const std::vector<std::string>& bad :
       {std::vector<std::string>{"fine", large}, {}, {"fine", ""}}) {
    const AppendResult result = AppendAndWait(*this->log_, this->Tp(), bad);
    EXPECT_EQ(result.outcome, AppendResult::Outcome::kNotSent);
    EXPECT_EQ(result.status.code(), absl::StatusCode::kInvalidArgument) << result.status;
  }
  EXPECT_EQ(this->MustAppend({"after"}), (std::vector<Offset>{1}));
  EXPECT_EQ(this->MustRead(this->Tp()), (std::vector<std::string>{"before", "after"}));
}

TYPED_TEST_P(EventLogContract, AfterResetWriterAppendsGoOn) {
  this->MustAppend({"a"});
  this->log_->ResetWriter(this->Tp());
  EXPECT_EQ(this->MustAppend({"b"}), (std::vector<Offset>{1}));

  // In flight when it comes: each ends, and whatever was confirmed is there.
  absl::Mutex mutex;
  std::map<std::string, AppendResult> results;
  constexpr size_t kInFlight = 20;
  for (size_t i = 0; i < kInFlight; ++i) {
    const std::string bytes = absl::StrCat("flight ", i);
    this->log_->Append(this->Tp(), {bytes}, absl::Now() + kPatience,
                       [&mutex, &results, bytes](AppendResult result) {
                         absl::MutexLock lock(&mutex);
                         EXPECT_TRUE(results.emplace(bytes, std::move(result)).second)
                             << "done was called twice";
                       });
  }
  this->log_->ResetWriter(this->Tp());
  const auto all = [&results] { return results.size() == kInFlight; };
  {
    absl::MutexLock lock(&mutex);
    ASSERT_TRUE(mutex.AwaitWithTimeout(absl::Condition(&all), kPatience)) << results.size();
  }
  const std::vector<Offset> after = this->MustAppend({"after"});
  const std::vector<std::string> log = this->MustRead(this->Tp());
  ASSERT_EQ(after.size(), 1u);
  EXPECT_EQ(log.at(static_cast<size_t>(after[0])), "after");
  for (const auto& [bytes, result] : results) {
    const auto copies = std::count(log.begin(), log.end(), bytes);
    const bool confirmed = result.outcome == AppendResult::Outcome::kConfirmed;
    const bool not_sent = result.outcome == AppendResult::Outcome::kNotSent;
    EXPECT_GE(copies, confirmed ? 1 : 0) << bytes;
    EXPECT_LE(copies, not_sent ? 0 : 1) << bytes;
  }
}

TYPED_TEST_P(EventLogContract, AfterCloseEveryCallFails) {
  this->MustAppend({"a"});
  auto reader = this->MustOpen(*this->log_, this->Tp(), 0);
  this->log_->Close();
  this->log_->Close();
  const auto is_closed = [](const absl::Status& status) {
    return status.code() == absl::StatusCode::kFailedPrecondition;
  };
  const AppendResult result = AppendAndWait(*this->log_, this->Tp(), {"b"});
  EXPECT_EQ(result.outcome, AppendResult::Outcome::kNotSent);
  EXPECT_TRUE(is_closed(result.status)) << result.status;
  EXPECT_TRUE(is_closed(this->log_->End(this->Tp(), absl::Now() + kPatience).status()));
  EXPECT_TRUE(is_closed(
      this->log_->PartitionCount(this->engine_.topic(), absl::Now() + kPatience).status()));
  EXPECT_TRUE(is_closed(this->log_->OpenReader(this->Tp(), 0, nullptr).status()));
  EXPECT_TRUE(is_closed(reader->Read(1, absl::Now() + kPatience).status()));
  reader.reset();
  this->Reopen();
  EXPECT_EQ(this->MustRead(this->Tp()), (std::vector<std::string>{"a"}));
}

TYPED_TEST_P(EventLogContract, OnReadableWakesAfterEachTip) {
  absl::Mutex mutex;
  int wakes = 0;
  auto reader = this->MustOpen(*this->log_, this->Tp(), 0, [&mutex, &wakes] {
    absl::MutexLock lock(&mutex);
    ++wakes;
  });
  for (int round = 0; round < 5; ++round) {
    int before = 0;  // taken ahead of the read: a wake during or after it asks for another one
    {
      absl::MutexLock lock(&mutex);
      before = wakes;
    }
    const auto to_tip = ReadToTip(*reader);
    ASSERT_TRUE(to_tip.ok()) << to_tip.status();
    this->MustAppend({absl::StrCat("r", round)});
    // A wake may have come in vain; the record must come without another call to Read than those
    // that wakes ask for.
    const absl::Time give_up = absl::Now() + kPatience;
    bool arrived = false;
    while (!arrived && absl::Now() < give_up) {
      const auto woken = [&wakes, &before] { return wakes > before; };
      absl::MutexLock lock(&mutex);
      ASSERT_TRUE(mutex.AwaitWithDeadline(absl::Condition(&woken), give_up))
          << "never woken in round " << round;
      before = wakes;
      mutex.Unlock();
      const auto records = reader->Read(10, absl::Now() + kPatience);
      mutex.Lock();
      ASSERT_TRUE(records.ok()) << records.status();
      arrived = !records->empty();
    }
    EXPECT_TRUE(arrived);
  }
  reader.reset();  // stops the callbacks: nothing they use is needed after this
  this->MustAppend({"unheard"});
}

// From many threads, and by two that end it: each call ends, and what was confirmed is there.
TYPED_TEST_P(EventLogContract, AllCallsMayComeAtOnceAndWhileItCloses) {
  constexpr int kThreads = 4;
  constexpr int kBefore = 3;  // rounds of each thread, at least, before it closes
  absl::BlockingCounter under_way(kThreads);
  std::vector<std::vector<std::string>> confirmed(kThreads);
  const auto call_until_it_is_closed = [&](int me) {
    auto held = this->MustOpen(*this->log_, this->Tp(), 0);
    bool closed = false;
    for (int round = 0; !closed; ++round) {
      const std::string bytes = absl::StrCat("r ", me, " ", round);
      const AppendResult result = AppendAndWait(*this->log_, this->Tp(), {bytes});
      if (result.outcome == AppendResult::Outcome::kConfirmed)
        confirmed[static_cast<size_t>(me)].push_back(bytes);
      (void)this->log_->End(this->Tp(), absl::Now() + kPatience);
      (void)this->log_->PartitionCount(this->engine_.topic(), absl::Now() + kPatience);
      auto another = this->log_->OpenReader(this->Tp(), 0, [] {});
      if (another.ok()) (void)(*another)->Read(10, absl::InfinitePast());
      if (round % 4 == 0) this->log_->ResetWriter(this->Tp(1));
      closed = absl::IsFailedPrecondition(held->Read(1, absl::InfinitePast()).status());
      if (round == kBefore) under_way.DecrementCount();
    }
  };
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) threads.emplace_back(call_until_it_is_closed, i);
  under_way.Wait();
  for (int i = 0; i < 2; ++i) threads.emplace_back([this] { this->log_->Close(); });
  for (std::thread& thread : threads) thread.join();
  this->Reopen();
  const std::vector<std::string> log = this->MustRead(this->Tp());
  for (const std::vector<std::string>& mine : confirmed) {
    EXPECT_GE(mine.size(), static_cast<size_t>(kBefore));
    for (const std::string& bytes : mine) EXPECT_EQ(std::count(log.begin(), log.end(), bytes), 1);
  }
}

// One instance: a log of its own where the storage can be shared, and the claims it makes.
struct Candidate {
  EventLog* log;
  std::string name;
  std::unique_ptr<AdmittedReader> reader;
  std::map<uint64_t, std::string> owners;  // by term, as this one saw it
  std::vector<Verdict> verdicts;

  void Fold() {
    const absl::Time give_up = absl::Now() + kPatience;
    while (true) {
      const auto records = reader->Read(100, give_up);
      ASSERT_TRUE(records.ok()) << records.status();
      if (records->empty()) return;
      for (const JudgedRecord& record : *records) {
        verdicts.push_back(record.verdict);
        if (record.verdict != Verdict::kAdmittedClaim) continue;
        EXPECT_TRUE(
            owners.emplace(record.record.claim().term(), record.record.claim().instance()).second);
      }
    }
  }
};

TYPED_TEST_P(EventLogContract, G2_ClaimRacesHaveOneWinnerAndZombiesAreVoid) {
  constexpr int kRounds = 8;
  std::unique_ptr<EventLog> second;
  if (TypeParam::kShared) second = this->OpenAnother();
  std::vector<Candidate> candidates;
  for (EventLog* log : {this->log_.get(), second != nullptr ? second.get() : this->log_.get()}) {
    auto reader = AdmittedReader::Open(*log, this->Tp(), {}, nullptr);
    ASSERT_TRUE(reader.ok()) << reader.status();
    candidates.push_back(
        {log, absl::StrCat("instance-", candidates.size()), *std::move(reader), {}, {}});
  }
  int admitted_commits = 0;
  for (int round = 0; round < kRounds; ++round) {
    for (Candidate& candidate : candidates) ASSERT_NO_FATAL_FAILURE(candidate.Fold());
    std::vector<std::thread>
        racers;  // both claim the same term, each with its own commit right behind
    for (size_t i = 0; i < candidates.size(); ++i) {
      racers.emplace_back([this, i, round, &candidates] {
        Candidate& me = candidates[i];
        const FenceState& seen = me.reader->state();
        const std::string id = Id16(100 * static_cast<uint64_t>(round) + i + 1);
        const std::string claim =
            MakeClaim(this->Tp(), seen, id, me.name, Id16(i + 9000), 2).SerializeAsString();
        const std::string chain = NextChain(seen.chain, claim);
        const std::string commit = MakeCommit(id, chain, "r").SerializeAsString();
        this->MustAppend(*me.log, this->Tp(), {claim});
        this->MustAppend(*me.log, this->Tp(), {commit});
      });
    }
    for (std::thread& racer : racers) racer.join();
  }
  for (Candidate& candidate : candidates) ASSERT_NO_FATAL_FAILURE(candidate.Fold());
  EXPECT_EQ(candidates[0].owners.size(), static_cast<size_t>(kRounds));  // exactly one a term
  EXPECT_EQ(candidates[0].owners, candidates[1].owners);
  EXPECT_EQ(candidates[0].verdicts, candidates[1].verdicts);
  EXPECT_EQ(candidates[0].reader->state(), candidates[1].reader->state());
  for (const Verdict verdict : candidates[0].verdicts)
    admitted_commits += verdict == Verdict::kAdmittedCommit ? 1 : 0;
  EXPECT_EQ(admitted_commits, kRounds);  // the winner's, never the loser's
  EXPECT_EQ(candidates[0].reader->state().void_records, 2 * kRounds);
  candidates.clear();
}

REGISTER_TYPED_TEST_SUITE_P(EventLogContract, AnEmptyPartitionIsAtItsTip, OffsetsAreDenseAndInOrder,
                            PartitionsAreApart, BytesComeBackAsTheyWere,
                            G1_AcknowledgedSurvivesReopening, ReadsInStepsOfAnySize,
                            EmptyMeansTipAndNeverTimedOut, AReaderGoesOnPastATip,
                            APositionOutsideTheLogIsDataLoss, UnknownPartitionsAndTopics,
                            ConcurrentAppendersInterleaveDensely, ALargeBatchIsWhole,
                            G13_ARecordTooLargeIsNotSentAndHarmsNothing,
                            AfterResetWriterAppendsGoOn, AfterCloseEveryCallFails,
                            OnReadableWakesAfterEachTip, AllCallsMayComeAtOnceAndWhileItCloses,
                            G2_ClaimRacesHaveOneWinnerAndZombiesAreVoid);

}  // namespace prihvat::event_log::testing
