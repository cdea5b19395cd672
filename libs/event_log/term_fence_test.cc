#include "libs/event_log/term_fence.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "libs/event_log/seal.h"
#include "libs/event_log/testing/records.h"

namespace prihvat::event_log {
namespace {

using log::v1::Record;
using testing::Id16;
using testing::MakeClaim;
using testing::MakeCommit;
using testing::MakeSeal;
using testing::MakeVacatingClaim;

const TopicPartition kTp{"prihvat.procurement", 2};

// A log under test with the one fence that folds it.
class Log {
 public:
  absl::StatusOr<Verdict> TryFold(const Record& record) {
    const std::string bytes = record.SerializeAsString();
    return fence_.Admit(fence_.state().next_offset, bytes, record);
  }
  Verdict Fold(const Record& record) {
    const absl::StatusOr<Verdict> verdict = TryFold(record);
    EXPECT_TRUE(verdict.ok()) << verdict.status();
    return verdict.value_or(Verdict::kVoid);
  }
  Record Claim(uint64_t id, const std::string& instance = "procurement-0") const {
    return MakeClaim(kTp, state(), Id16(id), instance, Id16(1000));
  }
  Record Commit(const std::string& request) const {
    return MakeCommit(state().claim_id, state().chain, request);
  }
  const FenceState& state() const { return fence_.state(); }

 private:
  TermFence fence_;
};

TEST(TermFence, FirstClaimOwnsAndNamesTheLog) {
  Log log;
  EXPECT_EQ(log.Fold(log.Claim(1)), Verdict::kAdmittedClaim);
  EXPECT_EQ(log.state().term, 1u);
  EXPECT_EQ(log.state().claim_id, Id16(1));
  EXPECT_EQ(log.state().owner_instance, "procurement-0");
  EXPECT_EQ(log.state().owner_address, "procurement-0:7000");
  EXPECT_EQ(log.state().log_id, Id16(1000));
  EXPECT_EQ(log.state().partition_count, 4);
  EXPECT_EQ(log.state().last_admitted, 0);
  EXPECT_EQ(log.state().next_offset, 1);
}

TEST(TermFence, G2_CommitWithoutAClaimIsVoid) {
  Log log;
  EXPECT_EQ(log.Fold(MakeCommit("", "", "r")), Verdict::kVoid);
  EXPECT_EQ(log.Fold(MakeCommit(Id16(1), "", "r")), Verdict::kVoid);
  EXPECT_EQ(log.state().last_admitted, -1);
  EXPECT_EQ(log.state().chain, "");
  EXPECT_EQ(log.state().void_records, 2);
}

TEST(TermFence, G2_ZombieIsVoidForEver) {
  Log log;
  log.Fold(log.Claim(1));
  const std::string zombie_chain = log.state().chain;
  EXPECT_EQ(log.Fold(log.Claim(2, "procurement-1")), Verdict::kAdmittedClaim);
  EXPECT_EQ(log.Fold(MakeCommit(Id16(1), zombie_chain, "late")), Verdict::kVoid);
  // Even one that guesses the chain right.
  EXPECT_EQ(log.Fold(MakeCommit(Id16(1), log.state().chain, "late")), Verdict::kVoid);
  EXPECT_EQ(log.Fold(log.Commit("fresh")), Verdict::kAdmittedCommit);
  EXPECT_EQ(log.Fold(MakeCommit(Id16(1), log.state().chain, "later")), Verdict::kVoid);
  EXPECT_EQ(log.state().owner_instance, "procurement-1");
}

TEST(TermFence, G2_OnlyAHigherTermIsAdmitted) {
  Log log;
  const Record first = log.Claim(1);
  const Record rival = log.Claim(2, "procurement-1");  // raced for the same term
  EXPECT_EQ(log.Fold(first), Verdict::kAdmittedClaim);
  EXPECT_EQ(log.Fold(rival), Verdict::kVoid);
  EXPECT_EQ(log.Fold(first), Verdict::kVoid);  // a duplicate of the claim itself
  EXPECT_EQ(log.state().claim_id, Id16(1));
  Record jump = log.Claim(3);
  jump.mutable_claim()->set_term(10);
  EXPECT_EQ(log.Fold(jump), Verdict::kAdmittedClaim);
  Record lower = log.Claim(4);
  lower.mutable_claim()->set_term(9);
  EXPECT_EQ(log.Fold(lower), Verdict::kVoid);
  EXPECT_EQ(log.state().term, 10u);
}

TEST(TermFence, G2_WhoLeavesOwnsNothingAnyMore) {
  Log log;
  log.Fold(log.Claim(1));
  const Record zombie = log.Commit("late");
  log.Fold(log.Commit("a"));
  EXPECT_FALSE(log.state().vacant());
  const Record leaving = MakeVacatingClaim(kTp, log.state(), Id16(2));
  EXPECT_EQ(log.Fold(leaving), Verdict::kAdmittedClaim);
  EXPECT_TRUE(log.state().vacant());
  EXPECT_EQ(log.state().owner_instance, "");
  EXPECT_EQ(log.state().owner_address, "");
  // Neither under the claim before, nor under the one that vacates, nor under none.
  EXPECT_EQ(log.Fold(zombie), Verdict::kVoid);
  EXPECT_EQ(log.Fold(MakeCommit(Id16(1), log.state().chain, "b")), Verdict::kVoid);
  EXPECT_EQ(log.Fold(MakeCommit(Id16(2), log.state().chain, "c")), Verdict::kVoid);
  EXPECT_EQ(log.Fold(MakeCommit("", log.state().chain, "d")), Verdict::kVoid);
  EXPECT_EQ(log.Fold(log.Claim(3, "procurement-1")), Verdict::kAdmittedClaim);
  EXPECT_FALSE(log.state().vacant());
  EXPECT_EQ(log.state().owner_instance, "procurement-1");
  // What the one who left says once more, or says too late, moves nobody.
  EXPECT_EQ(log.Fold(leaving), Verdict::kVoid);
  EXPECT_EQ(log.state().owner_instance, "procurement-1");
  EXPECT_EQ(log.Fold(log.Commit("e")), Verdict::kAdmittedCommit);
}

TEST(TermFence, G2_RivalsForAnEmptyPartitionMayCarryTheirOwnLogId) {
  Log log;
  Record rival = MakeClaim(kTp, log.state(), Id16(2), "procurement-1", Id16(2000));
  log.Fold(log.Claim(1));
  EXPECT_EQ(log.Fold(rival), Verdict::kVoid);
  EXPECT_EQ(log.state().log_id, Id16(1000));
}

TEST(TermFence, G2_LaterCommitNeverCountsWithoutTheOneBefore) {
  Log log;
  log.Fold(log.Claim(1));
  const Record lost = log.Commit("lost");
  const std::string after_lost = NextChain(log.state().chain, lost.SerializeAsString());
  EXPECT_EQ(log.Fold(MakeCommit(Id16(1), after_lost, "after the gap")), Verdict::kVoid);
  EXPECT_EQ(log.Fold(lost), Verdict::kAdmittedCommit);
  EXPECT_EQ(log.Fold(MakeCommit(Id16(1), after_lost, "in order now")), Verdict::kAdmittedCommit);
}

TEST(TermFence, G3_DuplicateCommitNeverCountsTwice) {
  Log log;
  log.Fold(log.Claim(1));
  const Record commit = log.Commit("once");
  EXPECT_EQ(log.Fold(commit), Verdict::kAdmittedCommit);
  const FenceState once = log.state();
  EXPECT_EQ(log.Fold(commit), Verdict::kVoid);
  log.Fold(log.Commit("next"));
  EXPECT_EQ(log.Fold(commit), Verdict::kVoid);
  EXPECT_EQ(once.chain, NextChain(commit.commit().previous_chain(), commit.SerializeAsString()));
}

TEST(TermFence, G10_ChainCoversAdmittedRecordsOnly) {
  Log log;
  const Record claim = log.Claim(1);
  log.Fold(claim);
  log.Fold(MakeCommit(Id16(9), log.state().chain, "void"));
  const Record commit = log.Commit("good");
  log.Fold(commit);
  EXPECT_EQ(log.state().chain,
            NextChain(NextChain("", claim.SerializeAsString()), commit.SerializeAsString()));
}

TEST(TermFence, G10_ChainIsSha256) {
  // FIPS 180-2, example B.1: the chain is the plain hash of both parts.
  EXPECT_EQ(absl::BytesToHexString(NextChain("a", "bc")),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(TermFence, MalformedClaimsAreVoid) {
  Log log;
  Record claim = log.Claim(1);
  claim.mutable_claim()->set_term(0);
  EXPECT_EQ(log.Fold(claim), Verdict::kVoid);
  claim = log.Claim(1);
  claim.mutable_claim()->set_claim_id("short");
  EXPECT_EQ(log.Fold(claim), Verdict::kVoid);
  claim = log.Claim(1);
  claim.mutable_claim()->clear_log_id();
  EXPECT_EQ(log.Fold(claim), Verdict::kVoid);
  EXPECT_EQ(log.state().term, 0u);
}

void ExpectForeign(Log log, const Record& record, const std::string& why) {
  const FenceState before = log.state();
  const absl::StatusOr<Verdict> verdict = log.TryFold(record);
  EXPECT_EQ(verdict.status().code(), absl::StatusCode::kFailedPrecondition) << verdict.status();
  EXPECT_THAT(std::string(verdict.status().message()), ::testing::HasSubstr(why));
  EXPECT_EQ(log.state(), before);
}

TEST(TermFence, G10_ForeignClaimsStopTheReader) {
  Log log;
  log.Fold(log.Claim(1));
  log.Fold(log.Commit("a"));

  Record claim = log.Claim(2);
  claim.mutable_claim()->set_log_id(Id16(2000));
  ExpectForeign(log, claim, "its log id is");

  claim = log.Claim(2);
  claim.mutable_claim()->set_last_admitted_chain(std::string(32, 'x'));
  ExpectForeign(log, claim, "at offset 1 its chain is");

  claim = log.Claim(2);
  claim.mutable_claim()->set_last_admitted_offset(7);  // folded what is no longer there
  ExpectForeign(log, claim, "had folded an admitted record at offset 7");

  claim = log.Claim(2);
  claim.mutable_claim()->set_partition_count(8);
  ExpectForeign(log, claim, "it counts 8 partitions, the log was made with 4");
}

TEST(TermFence, ClaimOfOneThatHadFoldedLessIsJudgedByItsTermAlone) {
  Log log;
  log.Fold(log.Claim(1));
  const Record behind = log.Claim(2);
  log.Fold(log.Commit("a"));
  EXPECT_EQ(log.Fold(behind), Verdict::kAdmittedClaim);
}

TEST(TermFence, UnknownKindStopsTheReader) {
  Log log;
  log.Fold(log.Claim(1));
  Record newer;  // field 9, which this version does not have
  ASSERT_TRUE(newer.ParseFromString(std::string("\x4a\x01x", 3)));
  ExpectForeign(log, newer, "of a kind that this version does not know");
}

TEST(TermFence, G10_ASealCountsAsACommitDoes) {
  const auto signer = SealSigner::Generate();
  Log log;
  log.Fold(log.Claim(1));
  EXPECT_TRUE(log.state().unsealed());
  const Record seal = MakeSeal(kTp, log.state(), *signer);
  const std::string chain = log.state().chain;
  EXPECT_EQ(log.Fold(seal), Verdict::kAdmittedSeal);
  EXPECT_FALSE(log.state().unsealed()) << "a seal alone asks for no other";
  EXPECT_EQ(log.state().chain, NextChain(chain, seal.SerializeAsString()));
  EXPECT_EQ(log.state().last_seal, 1);
  EXPECT_EQ(log.state().sealed_through, 0);
  EXPECT_EQ(log.Fold(seal), Verdict::kVoid) << "a duplicate";
  const Record before = MakeSeal(kTp, log.state(), *signer);
  log.Fold(log.Commit("a"));
  EXPECT_EQ(log.Fold(before), Verdict::kVoid) << "an admitted record came first";
  const Record zombie = MakeSeal(kTp, log.state(), *signer);
  log.Fold(log.Claim(2, "procurement-1"));
  EXPECT_EQ(log.Fold(zombie), Verdict::kVoid) << "G2";
  Record malformed = MakeSeal(kTp, log.state(), *signer);
  malformed.mutable_seal()->set_signature("short");
  EXPECT_EQ(log.Fold(malformed), Verdict::kVoid);
  EXPECT_EQ(log.state().last_seal, 1);
}

TEST(TermFence, G10_ASealCoversVoidRecordsAndThoseAfterItAreLeftToTheNext) {
  const auto signer = SealSigner::Generate();
  Log log;
  std::string voids(32, '\0');
  const auto fold = [&](const Record& record) {
    const Offset offset = log.state().next_offset;
    const Verdict verdict = log.Fold(record);
    if (verdict == Verdict::kVoid)
      voids = NextVoidDigest(voids, offset, record.SerializeAsString());
    return verdict;
  };
  fold(log.Claim(1));
  fold(MakeCommit(Id16(9), "", "void"));
  fold(log.Commit("a"));
  const Record seal = MakeSeal(kTp, log.state(), *signer);
  EXPECT_EQ(seal.seal().void_digest(), voids);
  EXPECT_EQ(seal.seal().last_offset(), 2);
  EXPECT_EQ(fold(MakeCommit(Id16(9), "", "void, before the seal lands")), Verdict::kVoid);
  EXPECT_EQ(fold(seal), Verdict::kAdmittedSeal);
  fold(log.Commit("b"));
  const Record next = MakeSeal(kTp, log.state(), *signer);
  EXPECT_EQ(next.seal().first_offset(), 3);
  EXPECT_EQ(next.seal().void_digest(), voids);
  EXPECT_EQ(fold(next), Verdict::kAdmittedSeal);
}

TEST(TermFence, G10_ASealOverOtherRecordsStopsTheReader) {
  const auto signer = SealSigner::Generate();
  Log log;
  log.Fold(log.Claim(1));
  log.Fold(MakeCommit(Id16(9), "", "void"));
  log.Fold(log.Commit("a"));
  const Record seal = MakeSeal(kTp, log.state(), *signer);
  Log other;
  other.Fold(other.Claim(1));
  other.Fold(MakeCommit(Id16(9), "", "another void"));
  other.Fold(other.Commit("a"));
  EXPECT_EQ(other.state().chain, log.state().chain) << "the chain does not cover void records";
  ExpectForeign(other, seal, "its digest over the void records through offset 2");

  Record wrong = seal;
  wrong.mutable_seal()->set_last_offset(1);
  ExpectForeign(log, wrong, "it covers records through offset 1");
  wrong = seal;
  wrong.mutable_seal()->set_first_offset(1);
  ExpectForeign(log, wrong, "it covers records from offset 1");
  wrong = seal;
  wrong.mutable_seal()->set_log_id(Id16(2000));
  ExpectForeign(log, wrong, "its log id is");

  // One that began at a mark knows the chain there, and cannot know of all records before.
  FenceState mark;
  mark.next_offset = log.state().next_offset;
  mark.last_admitted = log.state().last_admitted;
  mark.chain = log.state().chain;
  mark.term = log.state().term;
  mark.claim_id = log.state().claim_id;
  mark.log_id = log.state().log_id;
  TermFence begun(mark);
  const auto verdict = begun.Admit(mark.next_offset, seal.SerializeAsString(), seal);
  ASSERT_TRUE(verdict.ok()) << verdict.status();
  EXPECT_EQ(*verdict, Verdict::kAdmittedSeal);
}

TEST(TermFence, RecordedAtOfTheLastAdmitted) {
  Log log;
  EXPECT_EQ(log.state().last_recorded_at_us, INT64_MIN);
  log.Fold(log.Claim(1));
  Record commit = MakeCommit(Id16(1), log.state().chain, "a", 1700000000);
  commit.mutable_commit()->mutable_recorded_at()->set_nanos(123456789);
  log.Fold(commit);
  EXPECT_EQ(log.state().last_recorded_at_us, 1700000000123456);
  log.Fold(MakeCommit(Id16(9), log.state().chain, "void", 1900000000));
  EXPECT_EQ(log.state().last_recorded_at_us, 1700000000123456);
}

// Whose clock is ahead may claim before anybody can tell it so. What is recorded later would carry
// that time for ever.
TEST(TermFence, TheTimeOfAClaimBindsNobody) {
  Log log;
  Record claim = log.Claim(1);
  claim.mutable_claim()->mutable_recorded_at()->set_seconds(1900000000);
  log.Fold(claim);
  EXPECT_EQ(log.state().last_recorded_at_us, INT64_MIN);
  EXPECT_TRUE(log.state().unsealed());
  log.Fold(MakeCommit(Id16(1), log.state().chain, "a", 1700000000));
  EXPECT_EQ(log.state().last_recorded_at_us, 1700000000000000);
  EXPECT_EQ(log.state().unsealed_since_us, 1700000000000000) << "nor is a seal due so late";
}

TEST(TermFence, WhatAClaimAddsIsUnsealedSinceThenAndNotSinceTheLastCommit) {
  Log log;
  log.Fold(log.Claim(1));
  log.Fold(MakeCommit(Id16(1), log.state().chain, "a", 1700000000));
  log.Fold(MakeSeal(kTp, log.state(), *SealSigner::Generate()));
  ASSERT_FALSE(log.state().unsealed());
  Record claim = log.Claim(2);
  claim.mutable_claim()->mutable_recorded_at()->set_seconds(1700200000);
  log.Fold(claim);
  EXPECT_EQ(log.state().unsealed_since_us, 1700200000000000);
  log.Fold(MakeCommit(Id16(2), log.state().chain, "b", 1700200001));
  EXPECT_EQ(log.state().unsealed_since_us, 1700200000000000);
}

TEST(TermFence, ItKnowsTheLastCommitThatHoldsEvents) {
  Log log;
  log.Fold(log.Claim(1));
  EXPECT_EQ(log.state().last_event, -1);
  Record told = log.Commit("a");
  told.mutable_commit()->add_events();
  log.Fold(told);
  log.Fold(log.Commit("b"));  // without events, as a mark alone
  log.Fold(log.Claim(2));
  log.Fold(MakeCommit(Id16(9), "", "void"));
  EXPECT_EQ(log.state().last_event, 1);
}

TEST(TermFence, StateSurvivesTheStore) {
  Log log;
  const auto fresh = FenceState::Parse(FenceState().Serialize());
  ASSERT_TRUE(fresh.ok()) << fresh.status();
  EXPECT_EQ(*fresh, FenceState());
  log.Fold(log.Claim(1));
  log.Fold(log.Commit("a"));
  log.Fold(MakeCommit(Id16(9), "", "void"));
  log.Fold(MakeSeal(kTp, log.state(), *SealSigner::Generate()));
  log.Fold(log.Commit("b"));
  const std::string bytes = log.state().Serialize();
  const auto state = FenceState::Parse(bytes);
  ASSERT_TRUE(state.ok()) << state.status();
  EXPECT_EQ(*state, log.state());
  for (size_t cut = 0; cut < bytes.size(); ++cut) {
    EXPECT_FALSE(FenceState::Parse(bytes.substr(0, cut)).ok()) << cut;
  }
  EXPECT_FALSE(FenceState::Parse(bytes + "x").ok());
}

TEST(TermFenceDeathTest, AHoleIsABrokenInvariant) {
  TermFence fence;
  const Record claim = MakeClaim(kTp, fence.state(), Id16(1), "i", Id16(2));
  EXPECT_DEATH((void)fence.Admit(1, claim.SerializeAsString(), claim), "where 0 is next");
}

// Two writers over one log, each folding as far as it likes and writing what it believes to be
// right.
class Writers {
 public:
  explicit Writers(uint64_t seed) : random_(seed) {}

  void Step() {
    Writer& writer = writers_[Below(2)];
    switch (Below(10)) {
      case 0:
        writer.believes = Id16(++last_id_);
        log_.push_back(
            MakeClaim(kTp, writer.fence.state(), writer.believes, writer.name, Id16(last_id_)));
        break;
      case 1:
      case 2:
      case 3:
        log_.push_back(MakeCommit(writer.believes, writer.fence.state().chain, "r"));
        break;
      case 5:
        log_.push_back(MakeSeal(kTp, writer.fence.state(), *signer_));
        log_.back().mutable_seal()->set_claim_id(writer.believes);
        break;
      case 4:  // a duplicate of something old, as a network may make it
        if (!log_.empty()) log_.push_back(log_[Below(log_.size())]);
        break;
      default:
        for (size_t n = Below(12); n > 0; --n) FoldOne(writer);
    }
  }

  void FoldAll() {
    for (Writer& writer : writers_) {
      while (FoldOne(writer)) {
      }
    }
  }

  void ExpectAgreement() const {
    EXPECT_EQ(writers_[0].verdicts, writers_[1].verdicts);
    EXPECT_EQ(writers_[0].fence.state(), writers_[1].fence.state());
    uint64_t term = 0;
    std::string claim_id, chain;
    for (size_t i = 0; i < log_.size();
         ++i) {  // one admitted claim a term, and commits only of its writer, chained
      if (writers_[0].verdicts[i] == Verdict::kVoid) continue;
      if (writers_[0].verdicts[i] == Verdict::kAdmittedClaim) {
        EXPECT_GT(log_[i].claim().term(), term);
        term = log_[i].claim().term();
        claim_id = log_[i].claim().claim_id();
      } else if (writers_[0].verdicts[i] == Verdict::kAdmittedSeal) {
        EXPECT_EQ(log_[i].seal().claim_id(), claim_id);
        EXPECT_EQ(log_[i].seal().previous_chain(), chain);
        ++seals_;
      } else {
        EXPECT_EQ(log_[i].commit().claim_id(), claim_id);
        EXPECT_EQ(log_[i].commit().previous_chain(), chain);
        ++commits_;
      }
      chain = NextChain(chain, log_[i].SerializeAsString());
    }
  }
  int seals() const { return seals_; }
  int commits() const { return commits_; }

 private:
  struct Writer {
    std::string name;
    TermFence fence;
    std::string believes;
    std::vector<Verdict> verdicts;
  };

  size_t Below(size_t n) { return std::uniform_int_distribution<size_t>(0, n - 1)(random_); }

  bool FoldOne(Writer& writer) {
    const Offset next = writer.fence.state().next_offset;
    if (next >= static_cast<Offset>(log_.size())) return false;
    const Record& record = log_[static_cast<size_t>(next)];
    const auto verdict = writer.fence.Admit(next, record.SerializeAsString(), record);
    EXPECT_TRUE(verdict.ok()) << verdict.status();
    if (!verdict.ok()) return false;
    writer.verdicts.push_back(*verdict);
    if (Below(8) == 0) {  // a restart from the store
      writer.fence = TermFence(*FenceState::Parse(writer.fence.state().Serialize()));
    }
    return true;
  }

  std::mt19937_64 random_;
  std::vector<Record> log_;
  Writer writers_[2] = {{"a", {}, "", {}}, {"b", {}, "", {}}};
  uint64_t last_id_ = 0;
  mutable int commits_ = 0;
  mutable int seals_ = 0;
  std::unique_ptr<SealSigner> signer_ = SealSigner::Generate();
};

TEST(TermFence, G2_G6_ReadersAgreeWhateverWritersDo) {
  int commits = 0;
  int seals = 0;
  for (uint64_t seed = 1; seed <= 200; ++seed) {
    SCOPED_TRACE(::testing::Message() << "seed " << seed);
    Writers writers(seed);
    for (int step = 0; step < 300; ++step) writers.Step();
    writers.FoldAll();
    writers.ExpectAgreement();
    commits += writers.commits();
    seals += writers.seals();
    if (HasFailure()) return;
  }
  EXPECT_GT(commits, 500);  // the walk is not all void
  EXPECT_GT(seals, 100);
}

}  // namespace
}  // namespace prihvat::event_log
