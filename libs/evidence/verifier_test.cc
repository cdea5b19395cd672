// Whatever is done to a log, verification finds it, and names the record (G10).
#include "libs/evidence/verifier.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <random>

#include "libs/event_log/testing/records.h"

namespace prihvat::evidence {
namespace {

using event_log::Offset;
using event_log::SealSigner;
using event_log::TermFence;
using event_log::TopicPartition;
using event_log::TrustedKeys;
using event_log::Verdict;
using event_log::testing::Id16;
using event_log::testing::KnownSigner;
using event_log::testing::MakeClaim;
using event_log::testing::MakeCommit;
using event_log::testing::MakeSeal;
using log::v1::Record;
using ::testing::HasSubstr;

const TopicPartition kTp{"prihvat.procurement", 2};
constexpr int32_t kPartitions = 4;

TrustedKeys Trusted() {
  return *TrustedKeys::Parse(
      TrustedKeys::LineOf({KnownSigner()->key_id(), KnownSigner()->public_key()}));
}

// A log as honest owners, fenced ones and the network make it.
class LogBuilder {
 public:
  void Claim(uint64_t id) {
    Add(MakeClaim(kTp, fence_.state(), Id16(id), "i", Id16(1000), kPartitions));
  }
  void Commit(const std::string& request) {
    Add(MakeCommit(fence_.state().claim_id, fence_.state().chain, request, 1'700'000'000));
  }
  void Void(const std::string& request) {
    Add(MakeCommit(Id16(99), std::string(32, 'v'), request, 1'700'000'000));
  }
  void Again(size_t index) { AddBytes(records_[index]); }
  void Seal() { Add(MakeSeal(kTp, fence_.state(), *KnownSigner(), 1'700'000'000)); }

  const std::vector<std::string>& records() const { return records_; }
  const std::vector<Verdict>& verdicts() const { return verdicts_; }

 private:
  void Add(const Record& record) { AddBytes(record.SerializeAsString()); }
  void AddBytes(const std::string& bytes) {
    Record record;
    ASSERT_TRUE(record.ParseFromString(bytes));
    const auto verdict = fence_.Admit(static_cast<Offset>(records_.size()), bytes, record);
    ASSERT_TRUE(verdict.ok()) << verdict.status();
    records_.push_back(bytes);
    verdicts_.push_back(*verdict);
  }

  TermFence fence_;
  std::vector<std::string> records_;
  std::vector<Verdict> verdicts_;
};

// Two owners, a fenced one's late records, a duplicate, three seals; the last record is a seal.
LogBuilder Small() {
  LogBuilder log;
  log.Claim(1);
  log.Commit("a");
  log.Commit("b");
  log.Seal();
  log.Commit("c");
  log.Void("late");
  log.Commit("d");
  log.Commit("e");
  log.Commit("f");
  log.Claim(2);
  log.Commit("g");
  log.Again(10);
  log.Commit("h");
  log.Seal();
  log.Commit("i");
  log.Commit("j");
  log.Seal();
  return log;
}

PartitionReport Verify(const std::vector<std::string>& records, const TrustedKeys* keys) {
  PartitionVerifier verifier(kTp, kPartitions, keys);
  for (const std::string& record : records) {
    if (!verifier.Add(record)) break;
  }
  verifier.Finish();
  return verifier.report();
}

std::string Say(const PartitionReport& report) {
  return report.finding ? ToString(*report.finding) : "nothing found";
}

// "claim commit void ...", to see what a failing seed made.
std::string Kinds(const LogBuilder& log) {
  std::string kinds;
  for (size_t i = 0; i < log.records().size(); ++i) {
    Record record;
    record.ParseFromString(log.records()[i]);
    kinds += std::to_string(i) + (record.has_claim() ? ":claim" : record.has_seal() ? ":seal" : "");
    kinds += log.verdicts()[i] == Verdict::kVoid ? ":void " : " ";
  }
  return kinds;
}

TEST(Verifier, G10_AGoodLogIsGoodAndItsTailIsToldAsUnsealed) {
  const TrustedKeys trusted = Trusted();
  LogBuilder log = Small();
  PartitionReport report = Verify(log.records(), &trusted);
  EXPECT_FALSE(report.finding) << Say(report);
  EXPECT_EQ(report.end, 17);
  EXPECT_EQ(report.claims, 2);
  EXPECT_EQ(report.commits, 10);
  EXPECT_EQ(report.seals, 3);
  EXPECT_EQ(report.voids, 2);
  EXPECT_EQ(report.sealed_through, 15);
  EXPECT_EQ(report.unsealed(), 1) << "the last seal itself";
  log.Commit("k");
  report = Verify(log.records(), &trusted);
  EXPECT_FALSE(report.finding) << Say(report);
  EXPECT_EQ(report.unsealed(), 2);
  EXPECT_EQ(Verify({}, &trusted).sealed_through, -1);
}

TEST(Verifier, G10_EveryFlippedBitOfASealedLogIsFoundAndItsRecordNamed) {
  const TrustedKeys trusted = Trusted();
  const LogBuilder log = Small();
  int bits = 0;
  for (size_t i = 0; i < log.records().size(); ++i) {
    for (size_t bit = 0; bit < 8 * log.records()[i].size(); ++bit) {
      std::vector<std::string> records = log.records();
      records[i][bit / 8] ^= static_cast<char>(1 << (bit % 8));
      const PartitionReport report = Verify(records, &trusted);
      ++bits;
      ASSERT_TRUE(report.finding) << "record " << i << " bit " << bit;
      // Void records have no links: all that one seal covers are named. The copy of record 10 takes
      // its place where that one no longer counts.
      if (report.finding->what.find("one of the void records at offsets 5, 1") ==
          std::string::npos) {
        EXPECT_EQ(report.finding->offset, static_cast<Offset>(i)) << bit << ": " << Say(report);
      } else {
        EXPECT_TRUE(i == 5 || i == 10 || i == 11) << i << " bit " << bit << ": " << Say(report);
      }
      if (HasFailure()) return;
    }
  }
  EXPECT_GT(bits, 14'000);
}

TEST(Verifier, G10_EveryRemovedRecordIsFound) {
  const TrustedKeys trusted = Trusted();
  const LogBuilder log = Small();
  // But the last: a log that was cut at its end is shorter, and only a seal that somebody holds can
  // tell.
  for (size_t i = 0; i + 1 < log.records().size(); ++i) {
    std::vector<std::string> records = log.records();
    records.erase(records.begin() + static_cast<std::ptrdiff_t>(i));
    const PartitionReport report = Verify(records, &trusted);
    ASSERT_TRUE(report.finding) << "record " << i;
    // Which of two equal neighbours it was nobody can tell.
    if (log.verdicts()[i] != Verdict::kVoid && log.records()[i] != log.records()[i + 1]) {
      // Void records beside it: where among them it stood cannot be told.
      EXPECT_LE(report.finding->offset, static_cast<Offset>(i)) << Say(report);
      for (auto between = static_cast<size_t>(report.finding->offset); between < i; ++between)
        EXPECT_EQ(log.verdicts()[between], Verdict::kVoid) << Say(report);
    }
  }
}

TEST(Verifier, G10_EveryCutIsFoundByASealThatSomebodyHolds) {
  const TrustedKeys trusted = Trusted();
  const LogBuilder log = Small();
  Record last;
  ASSERT_TRUE(last.ParseFromString(log.records().back()));
  for (size_t cut = 0; cut <= log.records().size(); ++cut) {
    PartitionVerifier verifier(kTp, kPartitions, &trusted);
    verifier.Expect(last.seal());
    for (size_t i = 0; i < cut; ++i) verifier.Add(log.records()[i]);
    verifier.Finish();
    EXPECT_EQ(verifier.report().finding.has_value(), cut < log.records().size()) << cut;
    if (verifier.report().finding) {
      EXPECT_LE(verifier.report().finding->offset, static_cast<Offset>(cut));
    }
  }
}

TEST(Verifier, G10_EveryDuplicatedRecordIsFound) {
  const TrustedKeys trusted = Trusted();
  const LogBuilder log = Small();
  for (size_t i = 0; i < log.records().size(); ++i) {
    for (size_t at = i + 1; at + 1 < log.records().size(); ++at) {
      std::vector<std::string> records = log.records();
      records.insert(records.begin() + static_cast<std::ptrdiff_t>(at), log.records()[i]);
      const PartitionReport report = Verify(records, &trusted);
      EXPECT_TRUE(report.finding) << "record " << i << " again at " << at;
    }
  }
}

TEST(Verifier, G10_EverySwapIsFoundAndNamedByTheFirstOfTheTwo) {
  const TrustedKeys trusted = Trusted();
  const LogBuilder log = Small();
  for (size_t i = 0; i < log.records().size(); ++i) {
    for (size_t j = i + 1; j < log.records().size(); ++j) {
      if (log.records()[i] == log.records()[j]) continue;
      std::vector<std::string> records = log.records();
      std::swap(records[i], records[j]);
      const PartitionReport report = Verify(records, &trusted);
      ASSERT_TRUE(report.finding) << i << " and " << j;
      const bool next_to = j == i + 1 && log.verdicts()[i] == Verdict::kAdmittedCommit &&
                           log.verdicts()[j] == Verdict::kAdmittedCommit;
      if (next_to) {
        EXPECT_EQ(report.finding->offset, static_cast<Offset>(i)) << Say(report);
        EXPECT_THAT(report.finding->what, HasSubstr("another order"));
      }
    }
  }
}

TEST(Verifier, G10_ARecordThatSomebodyAddedIsNamed) {
  const TrustedKeys trusted = Trusted();
  LogBuilder log;
  log.Claim(1);
  log.Commit("a");
  LogBuilder forged = log;
  forged.Commit("forged");
  log.Commit("b");
  log.Seal();
  std::vector<std::string> records = forged.records();
  records.insert(records.end(), log.records().begin() + 2, log.records().end());
  const PartitionReport report = Verify(records, &trusted);
  ASSERT_TRUE(report.finding);
  EXPECT_EQ(report.finding->offset, 2) << Say(report);
  EXPECT_THAT(report.finding->what, HasSubstr("the record was added"));
}

TEST(Verifier, G10_OneWhoRewritesTheWholeLogNeedsTheKey) {
  const TrustedKeys trusted = Trusted();
  LogBuilder log;
  log.Claim(1);
  log.Commit("a");
  log.Seal();
  LogBuilder other;
  other.Claim(1);
  other.Commit("another a");
  other.Seal();
  // With the true seal the false record is found; a seal of another key is none.
  std::vector<std::string> records = other.records();
  records[2] = log.records()[2];
  EXPECT_EQ(Verify(records, &trusted).finding->offset, 1);
  Record seal;
  ASSERT_TRUE(seal.ParseFromString(other.records()[2]));
  SealSigner::Generate()->Sign(*seal.mutable_seal());
  records[2] = seal.SerializeAsString();
  EXPECT_THAT(Say(Verify(records, &trusted)),
              HasSubstr("offset 2: the seal does not hold: its key"));
  EXPECT_FALSE(Verify(records, nullptr).finding) << "whoever checks no signature finds nothing";
}

TEST(Verifier, G10_WithoutSealsTheChainAloneFindsWhatALaterClaimOrCommitKnows) {
  LogBuilder log;
  log.Claim(1);
  log.Commit("a");
  log.Commit("b");
  log.Commit("c");
  log.Claim(2);
  log.Commit("d");
  log.Commit("e");
  EXPECT_FALSE(Verify(log.records(), nullptr).finding) << Say(Verify(log.records(), nullptr));
  for (size_t i = 0; i + 1 < log.records().size(); ++i) {
    std::vector<std::string> records = log.records();
    const size_t last = records[i].size() - 1;
    records[i][last] ^= 1;  // of the request id, or of the log id
    const PartitionReport report = Verify(records, nullptr);
    ASSERT_TRUE(report.finding) << i;
    EXPECT_EQ(report.finding->offset, static_cast<Offset>(i)) << Say(report);
  }
  // The last one is what nobody knows of yet: it is unsealed, and told as such.
  std::vector<std::string> records = log.records();
  records.back()[records.back().size() - 1] ^= 1;
  EXPECT_FALSE(Verify(records, nullptr).finding);
  EXPECT_EQ(Verify(records, nullptr).unsealed(), 7);
}

TEST(Verifier, G10_BetweenTwoSealsNothingBeforeIsNeeded) {
  const TrustedKeys trusted = Trusted();
  const LogBuilder log = Small();
  Record first, last;
  ASSERT_TRUE(first.ParseFromString(log.records()[3]));
  ASSERT_TRUE(last.ParseFromString(log.records()[16]));
  const auto verify = [&](const std::vector<std::string>& records) {
    PartitionVerifier verifier(kTp, kPartitions, &trusted);
    verifier.BeginAfter(first.seal());
    verifier.Expect(last.seal());
    while (verifier.next() < static_cast<Offset>(records.size()) &&
           verifier.Add(records[static_cast<size_t>(verifier.next())])) {
    }
    verifier.Finish();
    return verifier.report();
  };
  const PartitionReport good = verify(log.records());
  EXPECT_FALSE(good.finding) << Say(good);
  EXPECT_EQ(good.from, 3);
  for (size_t i = 3; i < log.records().size(); ++i) {
    std::vector<std::string> records = log.records();
    records[i][records[i].size() / 2] ^= 1;
    EXPECT_TRUE(verify(records).finding) << i;
  }
  std::vector<std::string> records = log.records();
  records[1][0] ^= 1;
  EXPECT_FALSE(verify(records).finding) << "what stands before is none of its business";
}

TEST(Verifier, G10_AnotherPartitionsLogIsFound) {
  const LogBuilder log = Small();
  PartitionVerifier verifier({"prihvat.procurement", 1}, kPartitions, nullptr);
  verifier.Add(log.records()[0]);
  ASSERT_TRUE(verifier.report().finding);
  EXPECT_THAT(verifier.report().finding->what, HasSubstr("made for prihvat.procurement/2"));
}

// Longer logs at random: whatever one does to a sealed record is found, and a changed one is named.
TEST(Verifier, G10_RandomLogsAndRandomChanges) {
  const TrustedKeys trusted = Trusted();
  for (uint64_t seed = 1; seed <= 150 && !HasFailure(); ++seed) {
    std::mt19937_64 random(seed);
    const auto below = [&random](size_t n) { return static_cast<size_t>(random() % n); };
    LogBuilder log;
    log.Claim(1);
    for (int i = 0; i < 80; ++i) {
      const size_t what = below(20);
      if (what == 0) log.Claim(100 + static_cast<uint64_t>(i));
      if (what == 1) log.Void("v" + std::to_string(i));
      if (what == 2) log.Again(below(log.records().size()));
      if (what == 3) log.Seal();
      if (what > 3) log.Commit("r" + std::to_string(i));
    }
    log.Commit("last");
    log.Seal();
    const PartitionReport good = Verify(log.records(), &trusted);
    ASSERT_FALSE(good.finding) << Say(good) << "; seed " << seed;
    for (int change = 0; change < 20; ++change) {
      std::vector<std::string> records = log.records();
      const size_t at = below(records.size() - 1);
      records[at][below(records[at].size())] ^= static_cast<char>(1 << below(8));
      const PartitionReport report = Verify(records, &trusted);
      ASSERT_TRUE(report.finding) << "record " << at << "; seed " << seed;
      if (log.verdicts()[at] != Verdict::kVoid) {
        EXPECT_EQ(report.finding->offset, static_cast<Offset>(at))
            << Say(report) << "; seed " << seed << "; " << Kinds(log);
      }
    }
  }
}

}  // namespace
}  // namespace prihvat::evidence
