#include "libs/event_log/admitted_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "libs/event_log/testing/memory_log.h"
#include "libs/event_log/testing/records.h"

namespace prihvat::event_log {
namespace {

using testing::Id16;
using testing::MakeClaim;
using testing::MakeCommit;
using testing::MemoryLog;

const TopicPartition kTp{"t", 0};

class AdmittedReaderTest : public ::testing::Test {
 protected:
  void Append(const std::string& bytes) {
    AppendResult result;
    log_.Append(kTp, {bytes}, absl::InfiniteFuture(),
                [&result](AppendResult r) { result = std::move(r); });
    ASSERT_EQ(result.outcome, AppendResult::Outcome::kConfirmed) << result.status;
  }
  void Append(const log::v1::Record& record) { Append(record.SerializeAsString()); }
  std::unique_ptr<AdmittedReader> Open(FenceState from = {}) {
    auto reader = AdmittedReader::Open(log_, kTp, std::move(from), nullptr);
    EXPECT_TRUE(reader.ok()) << reader.status();
    return *std::move(reader);
  }

  MemoryLog log_{{TopicSpec{.name = "t", .partitions = 1}}};
};

TEST_F(AdmittedReaderTest, JudgesEachRecordAndContinuesFromAState) {
  auto reader = Open();
  EXPECT_THAT(*reader->Read(10, absl::InfiniteFuture()), ::testing::IsEmpty());
  Append(MakeClaim(kTp, {}, Id16(1), "a", Id16(7)));
  Append(MakeCommit(Id16(5), "", "void"));
  auto records = reader->Read(10, absl::InfiniteFuture());
  ASSERT_TRUE(records.ok()) << records.status();
  ASSERT_EQ(records->size(), 2u);
  EXPECT_EQ((*records)[0].verdict, Verdict::kAdmittedClaim);
  EXPECT_EQ((*records)[0].previous_admitted, -1);
  EXPECT_EQ((*records)[1].verdict, Verdict::kVoid);
  EXPECT_EQ((*records)[1].previous_admitted, 0);
  EXPECT_EQ((*records)[1].chain, (*records)[0].chain);
  EXPECT_GT((*records)[1].append_time, absl::UnixEpoch());

  Append(MakeCommit(Id16(1), reader->state().chain, "good"));
  auto later = Open(reader->state());
  records = later->Read(10, absl::InfiniteFuture());
  ASSERT_TRUE(records.ok()) << records.status();
  ASSERT_EQ(records->size(), 1u);
  EXPECT_EQ((*records)[0].offset, 2);
  EXPECT_EQ((*records)[0].verdict, Verdict::kAdmittedCommit);
  EXPECT_EQ((*records)[0].previous_admitted, 0);
}

TEST_F(AdmittedReaderTest, GarbageStopsTheLineAfterWhatWasGood) {
  auto reader = Open();
  Append(MakeClaim(kTp, {}, Id16(1), "a", Id16(7)));
  Append(std::string("\xff\xff\xff", 3));
  Append(MakeCommit(Id16(1), "", "never reached"));
  auto records = reader->Read(10, absl::InfiniteFuture());
  ASSERT_TRUE(records.ok()) << records.status();
  EXPECT_EQ(records->size(), 1u);
  for (int i = 0; i < 2; ++i) {
    const auto stopped = reader->Read(10, absl::InfiniteFuture());
    EXPECT_EQ(stopped.status().code(), absl::StatusCode::kDataLoss);
    EXPECT_THAT(std::string(stopped.status().message()),
                ::testing::HasSubstr("t/0: the record at offset 1 cannot be parsed"));
  }
  EXPECT_EQ(reader->state().next_offset, 1);
}

TEST_F(AdmittedReaderTest, ALogThatIsShorterThanTheStoreStops) {
  auto reader = Open({.next_offset = 3});
  EXPECT_EQ(reader->Read(10, absl::InfiniteFuture()).status().code(), absl::StatusCode::kDataLoss);
  Append("later");
  EXPECT_EQ(reader->Read(10, absl::InfiniteFuture()).status().code(), absl::StatusCode::kDataLoss);
}

TEST_F(AdmittedReaderTest, AClaimForAnotherPartitionStops) {
  Append(MakeClaim({"t", 1}, {}, Id16(1), "a", Id16(7)));
  auto reader = Open();
  const auto stopped = reader->Read(10, absl::InfiniteFuture());
  EXPECT_EQ(stopped.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(stopped.status().message()), ::testing::HasSubstr("was made for t/1"));
}

}  // namespace
}  // namespace prihvat::event_log
