#include "libs/event_log/embedded/embedded_log.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rocksdb/db.h>
#include <rocksdb/env.h>
#include <rocksdb/file_system.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/synchronization/blocking_counter.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "libs/event_log/crc32c.h"
#include "libs/event_log/embedded/record_codec.h"
#include "libs/event_log/testing/log_calls.h"

namespace prihvat::event_log {
namespace {

namespace fs = std::filesystem;
using testing::AppendAndWait;
using ::testing::HasSubstr;
using testing::kPatience;
using testing::ReadToTip;
using Outcome = AppendResult::Outcome;

const TopicPartition kTp{"t", 0};

TEST(Crc32c, Rfc3720Vectors) {
  EXPECT_EQ(Crc32c(0, std::string(32, '\0')), 0x8a9136aau);
  EXPECT_EQ(Crc32c(0, std::string(32, '\xff')), 0x62a8ab43u);
  EXPECT_EQ(Crc32c(0, "123456789"), 0xe3069283u);
  EXPECT_EQ(Crc32c(Crc32c(0, "12345"), "6789"), 0xe3069283u);
}

TEST(Crc32c, TheProcessorsInstructionEqualsTheTables) {
  std::string data;
  for (int i = 0; i < 300; ++i) {
    ASSERT_EQ(Crc32c(7, data), Crc32cByTables(7, data)) << data.size() << " bytes";
    data.push_back(static_cast<char>(i * 37));
  }
}

class EmbeddedLogTest : public ::testing::Test {
 protected:
  EmbeddedLogTest() {
    static std::atomic<int> counter = 0;
    directory_ = absl::StrCat(::testing::TempDir(), "/embedded_log_", getpid(), "_", counter++);
    fs::remove_all(directory_);
  }
  ~EmbeddedLogTest() override { fs::remove_all(directory_); }

  EmbeddedLogOptions Options() const {
    return {.directory = directory_,
            .topics = {{.name = "t", .partitions = 1}},
            .lock_wait = absl::Milliseconds(100)};
  }
  static std::unique_ptr<EmbeddedLog> MustOpen(EmbeddedLogOptions options) {
    auto log = EmbeddedLog::Open(std::move(options));
    EXPECT_TRUE(log.ok()) << log.status();
    return log.ok() ? *std::move(log) : nullptr;
  }
  std::unique_ptr<EmbeddedLog> MustOpen() const { return MustOpen(Options()); }

  static absl::StatusOr<std::vector<RawRecord>> ReadAll(EventLog& log) {
    auto reader = log.OpenReader(kTp, 0, nullptr);
    if (!reader.ok()) return reader.status();
    return ReadToTip(**reader);
  }
  static std::vector<std::string> MustReadAll(EventLog& log) {
    const auto records = ReadAll(log);
    EXPECT_TRUE(records.ok()) << records.status();
    std::vector<std::string> bytes;
    if (records.ok()) {
      for (const RawRecord& record : *records) bytes.push_back(record.bytes);
    }
    return bytes;
  }

  // The newest file with `extension`, and not an empty one.
  fs::path Newest(const std::string& extension) const {
    fs::path newest;
    for (const auto& entry : fs::directory_iterator(directory_)) {
      if (entry.path().extension() == extension && entry.file_size() > 0 && entry.path() > newest)
        newest = entry.path();
    }
    EXPECT_FALSE(newest.empty()) << "no " << extension << " in " << directory_;
    return newest;
  }
  static void FlipByte(const fs::path& path, int64_t at) {
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekg(at);
    const char was = static_cast<char>(file.get());
    file.seekp(at);
    file.put(static_cast<char>(was ^ 0x40));
    ASSERT_TRUE(file.good());
  }
  // Behind the log's back.
  void WithDb(const std::function<void(rocksdb::DB&)>& change) const {
    rocksdb::DB* db = nullptr;
    const rocksdb::Status opened = rocksdb::DB::Open(rocksdb::Options(), directory_, &db);
    ASSERT_TRUE(opened.ok()) << opened.ToString();
    const std::unique_ptr<rocksdb::DB> owned(db);
    change(*db);
  }

  std::string directory_;
};

TEST_F(EmbeddedLogTest, AppendTimesAreTheClocks) {
  EmbeddedLogOptions options = Options();
  options.clocks.clock = [] { return absl::FromUnixSeconds(1'700'000'000); };
  auto log = MustOpen(std::move(options));
  AppendAndWait(*log, kTp, {"a"});
  EXPECT_EQ(ReadAll(*log)->at(0).append_time, absl::FromUnixSeconds(1'700'000'000));
}

// A test decides what the clock says, how much time has passed and who vouches for the clock.
class EmbeddedLogClockTest : public EmbeddedLogTest {
 protected:
  EmbeddedLogOptions Options() {
    EmbeddedLogOptions options = EmbeddedLogTest::Options();
    options.clocks = {.clock = [this] { return absl::FromUnixSeconds(now_s_); },
                      .since_boot = [this] { return absl::Seconds(since_boot_s_.load()); },
                      .synchronised = [] { return false; }};
    return options;
  }
  static void ExpectRefused(EventLog& log) {
    const AppendResult refused = AppendAndWait(log, kTp, {"refused"});
    EXPECT_EQ(refused.outcome, Outcome::kNotSent);
    EXPECT_EQ(refused.status.code(), absl::StatusCode::kFailedPrecondition) << refused.status;
    EXPECT_THAT(std::string(refused.status.message()), HasSubstr("--clock-confirmed="));
  }

  static constexpr int64_t kStart = 1'700'000'000;
  static constexpr int64_t kTwoDays = 2 * 24 * 3600;
  std::atomic<int64_t> now_s_ = kStart;
  std::atomic<int64_t> since_boot_s_ = 0;
};

TEST_F(EmbeddedLogClockTest, AStartAfterAJumpOfTheClockReadsAndWritesNothingUntilItIsConfirmed) {
  for (const int64_t jump : {kTwoDays, -kTwoDays}) {
    now_s_ = kStart;
    fs::remove_all(directory_);
    AppendAndWait(*MustOpen(Options()), kTp, {"a"});
    now_s_ = kStart + jump;
    {
      auto log = MustOpen(Options());
      ExpectRefused(*log);
      EXPECT_TRUE(log->Writable().ok()) << "it has not failed: the clock may be set right";
      EXPECT_THAT(MustReadAll(*log), ::testing::ElementsAre("a"));
    }
    EmbeddedLogOptions confirmed = Options();
    confirmed.clock_confirmed = absl::FromUnixSeconds(now_s_);
    AppendAndWait(*MustOpen(confirmed), kTp, {"b"});
    auto log = MustOpen(Options());  // the word is needed once
    EXPECT_EQ(AppendAndWait(*log, kTp, {"c"}).outcome, Outcome::kConfirmed);
    EXPECT_THAT(MustReadAll(*log), ::testing::ElementsAre("a", "b", "c"));
  }
}

TEST_F(EmbeddedLogClockTest, AStartAfterQuietDaysIsNoJump) {
  EmbeddedLogOptions options = Options();
  std::atomic<int64_t> asked = 0;
  options.clocks.clock = [&] {
    ++asked;
    return absl::FromUnixSeconds(now_s_);
  };
  options.alive_every = absl::Milliseconds(1);
  auto log = MustOpen(options);
  AppendAndWait(*log, kTp, {"a"});
  now_s_ += kTwoDays;
  since_boot_s_ += kTwoDays;
  // It asks the clock for each note; the one under way may be of before.
  const int64_t before = asked;
  const absl::Time deadline = absl::Now() + kPatience;
  while (asked < before + 3 && absl::Now() < deadline) absl::SleepFor(absl::Milliseconds(1));
  ASSERT_GE(asked, before + 3) << "nothing notes that the log lives";
  log.reset();
  since_boot_s_ = 0;  // the machine was started anew
  EXPECT_EQ(AppendAndWait(*MustOpen(Options()), kTp, {"b"}).outcome, Outcome::kConfirmed);
}

TEST_F(EmbeddedLogClockTest, AJumpWhileItRunsIsRefusedUntilTheClockIsRightAgain) {
  auto log = MustOpen(Options());
  AppendAndWait(*log, kTp, {"a"});
  now_s_ += kTwoDays;
  for (int i = 0; i < 3; ++i) ExpectRefused(*log);
  now_s_ -= kTwoDays;
  EXPECT_EQ(AppendAndWait(*log, kTp, {"b"}).outcome, Outcome::kConfirmed);
  now_s_ += kTwoDays;  // that long nothing was written
  since_boot_s_ += kTwoDays;
  EXPECT_EQ(AppendAndWait(*log, kTp, {"c"}).outcome, Outcome::kConfirmed);
  EXPECT_THAT(MustReadAll(*log), ::testing::ElementsAre("a", "b", "c"));
}

// From memory or from the tables: the same records, times included.
TEST_F(EmbeddedLogTest, WhoFollowsCloselyReadsWhatIsStored) {
  EmbeddedLogOptions options = Options();
  options.tail_bytes = 40;  // four of these records
  auto log = MustOpen(options);
  auto close = log->OpenReader(kTp, 0, nullptr);
  auto behind = log->OpenReader(kTp, 0, nullptr);
  ASSERT_TRUE(close.ok() && behind.ok());
  std::vector<RawRecord> followed;
  std::vector<RawRecord> caught_up;
  const auto read = [](LogReader& reader, size_t most, std::vector<RawRecord>& into) {
    auto records = reader.Read(most, absl::InfiniteFuture());
    ASSERT_TRUE(records.ok()) << records.status();
    into.insert(into.end(), records->begin(), records->end());
  };
  for (int i = 0; i < 30; ++i) {
    AppendAndWait(*log, kTp, {absl::StrCat("record ", i, "a"), absl::StrCat("record ", i, "b")});
    read(**close, 10, followed);
    if (i % 5 == 4) read(**behind, 7, caught_up);  // begins in the tables, ends in memory
  }
  while (caught_up.size() < 60) read(**behind, 7, caught_up);
  log.reset();
  log = MustOpen(options);
  const auto stored = ReadAll(*log);
  ASSERT_TRUE(stored.ok()) << stored.status();
  ASSERT_EQ(stored->size(), 60U);
  ASSERT_EQ(followed.size(), 60U);
  for (size_t i = 0; i < 60; ++i) {
    for (const RawRecord* seen : {&followed[i], &caught_up[i]}) {
      EXPECT_EQ(seen->offset, (*stored)[i].offset);
      EXPECT_EQ(seen->bytes, (*stored)[i].bytes);
      EXPECT_EQ(seen->append_time, (*stored)[i].append_time);
    }
  }
}

TEST_F(EmbeddedLogTest, K5_ASecondOpenIsRefusedAndNamesTheDirectory) {
  auto first = MustOpen();
  const auto second = EmbeddedLog::Open(Options());
  EXPECT_EQ(second.status().code(), absl::StatusCode::kFailedPrecondition) << second.status();
  EXPECT_THAT(std::string(second.status().message()), HasSubstr(directory_));
  EXPECT_THAT(std::string(second.status().message()), HasSubstr("in use by another process"));
  EXPECT_EQ(AppendAndWait(*first, kTp, {"still mine"}).outcome, Outcome::kConfirmed);
}

TEST_F(EmbeddedLogTest, K5_ARestartWaitsForTheOneBefore) {
  auto first = MustOpen();
  EmbeddedLogOptions options = Options();
  options.lock_wait = kPatience;
  absl::StatusOr<std::unique_ptr<EmbeddedLog>> second;
  std::thread restart([&second, &options] { second = EmbeddedLog::Open(options); });
  first->Close();
  restart.join();
  EXPECT_TRUE(second.ok()) << second.status();
}

// Whom nobody holds the directory from need not wait, and is told what to do.
TEST_F(EmbeddedLogTest, ADirectoryThatCannotBeWrittenIsToldFromOneInUseAtOnce) {
  EmbeddedLogOptions options = Options();
  options.lock_wait = kPatience;
  const absl::Time began = absl::Now();
  std::filesystem::create_directories(options.directory + "/prihvat.lock");  // no file to open
  const auto blocked = EmbeddedLog::Open(options);
  EXPECT_EQ(blocked.status().code(), absl::StatusCode::kFailedPrecondition) << blocked.status();
  EXPECT_THAT(std::string(blocked.status().message()), HasSubstr("cannot be opened for writing"));
  options.directory += "/no/such/parent";
  const auto missing = EmbeddedLog::Open(options);
  EXPECT_EQ(missing.status().code(), absl::StatusCode::kFailedPrecondition) << missing.status();
  EXPECT_THAT(std::string(missing.status().message()), HasSubstr("there is no such folder"));
  EXPECT_LT(absl::Now() - began, kPatience / 2);
}

TEST_F(EmbeddedLogTest, AChangedPartitionCountIsRefused) {
  MustOpen();
  EmbeddedLogOptions options = Options();
  options.topics[0].partitions = 2;
  const auto log = EmbeddedLog::Open(options);
  EXPECT_EQ(log.status().code(), absl::StatusCode::kFailedPrecondition) << log.status();
  EXPECT_THAT(std::string(log.status().message()),
              HasSubstr("was made with 1 partitions, 2 are configured"));
}

TEST_F(EmbeddedLogTest, G1_ATornTailIsDroppedAndTheLogGoesOn) {
  {
    auto log = MustOpen();
    for (const char* record : {"a", "b", "torn"}) AppendAndWait(*log, kTp, {record});
  }
  const fs::path wal = Newest(".log");
  fs::resize_file(wal, fs::file_size(wal) - 2);
  auto log = MustOpen();
  ASSERT_NE(log, nullptr);
  EXPECT_THAT(MustReadAll(*log), ::testing::ElementsAre("a", "b"));
  EXPECT_EQ(AppendAndWait(*log, kTp, {"c"}).offsets[0], 2);
}

TEST_F(EmbeddedLogTest, G10_AFlippedByteInTheMiddleOfTheWalStopsTheStart) {
  {
    auto log = MustOpen();
    for (int i = 0; i < 5; ++i) AppendAndWait(*log, kTp, {std::string(40'000, 'x')});
  }
  FlipByte(Newest(".log"), 60'000);
  const auto log = EmbeddedLog::Open(Options());
  EXPECT_EQ(log.status().code(), absl::StatusCode::kDataLoss) << log.status();
  EXPECT_THAT(std::string(log.status().message()), HasSubstr("damaged"));
}

TEST_F(EmbeddedLogTest, G10_AFlippedByteInATableIsDataLoss) {
  {
    auto log = MustOpen();
    for (int i = 0; i < 5; ++i) AppendAndWait(*log, kTp, {std::string(40'000, 'x')});
  }
  MustOpen()->Close();  // recovery writes a table
  FlipByte(Newest(".sst"), 3'000);
  const auto log = EmbeddedLog::Open(Options());
  EXPECT_EQ(log.status().code(), absl::StatusCode::kDataLoss) << log.status();
}

TEST_F(EmbeddedLogTest, G10_AChangedRecordIsDataLossEvenWithNewTableChecksums) {
  {
    auto log = MustOpen();
    for (const char* record : {"aaaa", "bbbb", "cccc"}) AppendAndWait(*log, kTp, {record});
  }
  WithDb([](rocksdb::DB& db) {
    std::string value;
    ASSERT_TRUE(db.Get({}, RecordKey(kTp, 1), &value).ok());
    value.back() = 'B';
    ASSERT_TRUE(db.Put({}, RecordKey(kTp, 1), value).ok());
  });
  EXPECT_EQ(EmbeddedLog::Open(Options()).status().code(), absl::StatusCode::kDataLoss);
  EmbeddedLogOptions unverified = Options();  // as if it stood far below the tail
  unverified.verify_tail_records = 1;
  auto log = MustOpen(unverified);
  const auto records = ReadAll(*log);
  EXPECT_EQ(records.status().code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(std::string(records.status().message()),
              HasSubstr("t/0: the record at offset 1 is damaged"));
}

TEST_F(EmbeddedLogTest, G10_AMissingRecordIsDataLoss) {
  {
    auto log = MustOpen();
    for (const char* record : {"a", "b", "c"}) AppendAndWait(*log, kTp, {record});
  }
  WithDb([](rocksdb::DB& db) { ASSERT_TRUE(db.Delete({}, RecordKey(kTp, 1)).ok()); });
  const auto log = EmbeddedLog::Open(Options());
  EXPECT_EQ(log.status().code(), absl::StatusCode::kDataLoss) << log.status();
  EXPECT_THAT(std::string(log.status().message()), HasSubstr("the record at offset 1 is missing"));
}

TEST_F(EmbeddedLogTest, ACheckpointWhileItIsWrittenHoldsAllThatWasDurable) {
  const std::string copy = directory_ + "_copy";
  fs::remove_all(copy);
  auto log = MustOpen();
  for (int i = 0; i < 200; ++i) AppendAndWait(*log, kTp, {absl::StrCat("before ", i)});
  std::atomic<bool> stop = false;
  std::thread writer([&] {
    for (int i = 0; !stop; ++i) AppendAndWait(*log, kTp, {absl::StrCat("meanwhile ", i)});
  });
  const absl::Status made = log->Checkpoint(copy);
  stop = true;
  writer.join();
  ASSERT_TRUE(made.ok()) << made;
  EXPECT_FALSE(log->Checkpoint(copy).ok()) << "never over another";
  AppendAndWait(*log, kTp, {"after"});
  const std::vector<std::string> original = MustReadAll(*log);
  auto read_only = EmbeddedLog::Open({.directory = copy, .read_only = true});
  ASSERT_TRUE(read_only.ok()) << read_only.status();
  const std::vector<std::string> copied = MustReadAll(**read_only);
  ASSERT_GE(copied.size(), 200u);
  ASSERT_LE(copied.size(), original.size());
  for (size_t i = 0; i < copied.size(); ++i) EXPECT_EQ(copied[i], original[i]);
  fs::remove_all(copy);
}

TEST_F(EmbeddedLogTest, AReadOnlyLogKnowsItsTopicsAndChangesNothing) {
  {
    auto log = MustOpen();
    for (const char* record : {"a", "b"}) AppendAndWait(*log, kTp, {record});
  }
  const auto names = [this] {
    std::map<std::string, std::string> files;
    for (const auto& entry : fs::directory_iterator(directory_)) {
      std::ifstream in(entry.path(), std::ios::binary);
      files[entry.path().filename()] = {std::istreambuf_iterator<char>(in),
                                        std::istreambuf_iterator<char>()};
    }
    return files;
  };
  const auto before = names();
  {
    auto log = EmbeddedLog::Open({.directory = directory_, .read_only = true});
    ASSERT_TRUE(log.ok()) << log.status();
    ASSERT_EQ((*log)->Topics().size(), 1u);
    EXPECT_EQ((*log)->Topics()[0].name, "t");
    EXPECT_EQ((*log)->Topics()[0].partitions, 1);
    EXPECT_EQ(MustReadAll(**log), (std::vector<std::string>{"a", "b"}));
    EXPECT_EQ(AppendAndWait(**log, kTp, {"c"}).outcome, Outcome::kNotSent);
  }
  EXPECT_EQ(names(), before);
  EXPECT_FALSE(EmbeddedLog::Open({.directory = directory_ + "/none", .read_only = true}).ok());
}

// A disk of which a test decides when a WAL's sync comes back, and with what; it knows what a power
// cut would leave.
class TestDisk : public rocksdb::FileSystemWrapper {
 public:
  TestDisk() : FileSystemWrapper(rocksdb::FileSystem::Default()) {}
  const char* Name() const override { return "TestDisk"; }

  rocksdb::IOStatus NewWritableFile(const std::string& path, const rocksdb::FileOptions& options,
                                    std::unique_ptr<rocksdb::FSWritableFile>* result,
                                    rocksdb::IODebugContext* dbg) override {
    std::unique_ptr<rocksdb::FSWritableFile> file;
    rocksdb::IOStatus status = FileSystemWrapper::NewWritableFile(path, options, &file, dbg);
    if (status.ok()) *result = std::make_unique<File>(this, path, std::move(file));
    return status;
  }

  rocksdb::IOStatus GetFreeSpace(const std::string& /*path*/, const rocksdb::IOOptions& /*options*/,
                                 uint64_t* left, rocksdb::IODebugContext* /*dbg*/) override {
    absl::MutexLock lock(&mutex_);
    *left = left_;
    return rocksdb::IOStatus::OK();
  }

  void SetLeft(uint64_t bytes) {
    Set([bytes](TestDisk& disk) { disk.left_ = bytes; });
  }
  void FailAppends(bool fail) {
    Set([fail](TestDisk& disk) { disk.fail_appends_ = fail; });
  }
  void FailSyncs(bool fail) {
    Set([fail](TestDisk& disk) { disk.fail_syncs_ = fail; });
  }
  void HoldSyncs(bool hold) {
    Set([hold](TestDisk& disk) { disk.hold_syncs_ = hold; });
  }
  void AwaitHeldSync() {
    absl::MutexLock lock(&mutex_);
    const auto held = [this] { return held_ > 0; };
    EXPECT_TRUE(mutex_.AwaitWithTimeout(absl::Condition(&held), kPatience));
  }

  // What would be on the disk if power were lost now.
  void CopyAfterPowerCut(const fs::path& from, const fs::path& to) {
    absl::MutexLock lock(&mutex_);
    fs::create_directories(to);
    for (const auto& entry : fs::directory_iterator(from)) {
      const fs::path copy = to / entry.path().filename();
      fs::copy_file(entry.path(), copy);
      const auto synced = synced_.find(entry.path().string());
      if (copy.extension() == ".log" && synced != synced_.end())
        fs::resize_file(copy, synced->second);
    }
  }

 private:
  class File : public rocksdb::FSWritableFileOwnerWrapper {
   public:
    File(TestDisk* disk, std::string path, std::unique_ptr<rocksdb::FSWritableFile> file)
        : FSWritableFileOwnerWrapper(std::move(file)), disk_(disk), path_(std::move(path)) {
      wal_ = fs::path(path_).extension() == ".log";
      if (wal_) disk_->Set([this](TestDisk& d) { d.synced_[path_] = 0; });
    }
    using FSWritableFileOwnerWrapper::Append;
    rocksdb::IOStatus Append(const rocksdb::Slice& data, const rocksdb::IOOptions& options,
                             rocksdb::IODebugContext* dbg) override {
      if (wal_ && disk_->Get([](TestDisk& d) { return d.fail_appends_; })) {
        return rocksdb::IOStatus::NoSpace("the test's disk is full");
      }
      written_ += data.size();
      return FSWritableFileOwnerWrapper::Append(data, options, dbg);
    }
    rocksdb::IOStatus Sync(const rocksdb::IOOptions& options,
                           rocksdb::IODebugContext* dbg) override {
      return wal_ ? SyncWal() : FSWritableFileOwnerWrapper::Sync(options, dbg);
    }
    rocksdb::IOStatus Fsync(const rocksdb::IOOptions& options,
                            rocksdb::IODebugContext* dbg) override {
      return wal_ ? SyncWal() : FSWritableFileOwnerWrapper::Fsync(options, dbg);
    }

   private:
    rocksdb::IOStatus SyncWal() {
      absl::MutexLock lock(&disk_->mutex_);
      ++disk_->held_;
      const auto released = [this] { return !disk_->hold_syncs_; };
      disk_->mutex_.Await(absl::Condition(&released));
      --disk_->held_;
      if (disk_->fail_syncs_) return rocksdb::IOStatus::IOError("the test's disk failed to sync");
      disk_->synced_[path_] = written_;
      return rocksdb::IOStatus::OK();
    }

    TestDisk* const disk_;
    const std::string path_;
    bool wal_ = false;
    uint64_t written_ = 0;
  };

  template <typename F>
  void Set(F change) {
    absl::MutexLock lock(&mutex_);
    change(*this);
  }
  template <typename F>
  bool Get(F look) {
    absl::MutexLock lock(&mutex_);
    return look(*this);
  }

  absl::Mutex mutex_;
  uint64_t left_ = UINT64_MAX;
  bool fail_appends_ = false;
  bool fail_syncs_ = false;
  bool hold_syncs_ = false;
  int held_ = 0;
  std::map<std::string, uint64_t> synced_;  // WAL path -> bytes that a power cut leaves
};

class EmbeddedLogDiskTest : public EmbeddedLogTest {
 protected:
  EmbeddedLogOptions Options() {
    EmbeddedLogOptions options = EmbeddedLogTest::Options();
    options.env = env_.get();
    return options;
  }

  std::shared_ptr<TestDisk> disk_ = std::make_shared<TestDisk>();
  std::unique_ptr<rocksdb::Env> env_ = rocksdb::NewCompositeEnv(disk_);
};

TEST_F(EmbeddedLogDiskTest, G1_NothingIsReadOrAcknowledgedThatAPowerCutCouldUndo) {
  auto log = MustOpen(Options());
  AppendAndWait(*log, kTp, {"a"});
  disk_->HoldSyncs(true);
  std::atomic<bool> acknowledged = false;
  absl::Notification done;
  log->Append(kTp, {"b"}, absl::InfiniteFuture(), [&](AppendResult result) {
    acknowledged = result.outcome == Outcome::kConfirmed;
    done.Notify();
  });
  disk_->AwaitHeldSync();
  EXPECT_FALSE(done.HasBeenNotified());
  EXPECT_EQ(*log->End(kTp, absl::InfiniteFuture()), 1);
  EXPECT_THAT(MustReadAll(*log), ::testing::ElementsAre("a"));

  const std::string copy = directory_ + "_after_power_cut";
  fs::remove_all(copy);
  disk_->CopyAfterPowerCut(directory_, copy);
  disk_->HoldSyncs(false);
  ASSERT_TRUE(done.WaitForNotificationWithTimeout(kPatience));
  EXPECT_TRUE(acknowledged);
  EXPECT_THAT(MustReadAll(*log), ::testing::ElementsAre("a", "b"));

  EmbeddedLogOptions options = EmbeddedLogTest::Options();
  options.directory = copy;
  auto after = MustOpen(options);
  EXPECT_THAT(MustReadAll(*after), ::testing::ElementsAre("a"));
  after.reset();
  fs::remove_all(copy);
}

TEST_F(EmbeddedLogDiskTest, G1_WhatASecondWriteLeavesAfterAPowerCutIsAllThatWasAcknowledged) {
  auto log = MustOpen(Options());
  for (int i = 0; i < 20; ++i) {
    ASSERT_EQ(AppendAndWait(*log, kTp, {absl::StrCat(i)}).outcome, Outcome::kConfirmed);
    const std::string copy = absl::StrCat(directory_, "_cut_", i);
    fs::remove_all(copy);
    disk_->CopyAfterPowerCut(directory_, copy);
    EmbeddedLogOptions options = EmbeddedLogTest::Options();
    options.directory = copy;
    EXPECT_EQ(MustReadAll(*MustOpen(options)).size(), static_cast<size_t>(i) + 1);
    fs::remove_all(copy);
  }
}

TEST_F(EmbeddedLogDiskTest, AFailedSyncIsFatal) {
  absl::Mutex mutex;
  std::vector<absl::Status> fatal;
  EmbeddedLogOptions options = Options();
  options.on_fatal = [&](const absl::Status& status) {
    absl::MutexLock lock(&mutex);
    fatal.push_back(status);
  };
  auto log = MustOpen(std::move(options));
  AppendAndWait(*log, kTp, {"a"});
  disk_->FailSyncs(true);
  EXPECT_EQ(AppendAndWait(*log, kTp, {"b"}).outcome, Outcome::kUnknown);
  disk_->FailSyncs(false);  // a disk that recovered is not believed
  EXPECT_EQ(AppendAndWait(*log, kTp, {"c"}).outcome, Outcome::kNotSent);
  EXPECT_FALSE(log->Writable().ok());
  EXPECT_THAT(MustReadAll(*log), ::testing::ElementsAre("a"));
  absl::MutexLock lock(&mutex);
  ASSERT_EQ(fatal.size(), 1u);
  EXPECT_THAT(std::string(fatal[0].message()), HasSubstr("failed to sync"));
}

// What the contract does not have: the log is asked how it is, and copied, while its disk fails and
// while it closes.
TEST_F(EmbeddedLogDiskTest, AFailureACopyAndAnEndMayComeAtOnce) {
  EmbeddedLogOptions options = Options();
  options.on_fatal = [](const absl::Status&) {};
  auto log = MustOpen(std::move(options));
  const std::string copies = directory_ + "_copies";
  fs::remove_all(copies);
  fs::create_directories(copies);
  std::atomic<bool> closed = false;
  std::atomic<int> asks = 0;  // relaxed: it must order nothing between who asks and who writes
  absl::BlockingCounter asked(3);
  absl::BlockingCounter told_of_the_failure(3);
  std::vector<std::thread> threads;
  for (int me = 0; me < 3; ++me) {
    threads.emplace_back([&, me] {
      bool told = false;
      for (int round = 0; !closed; ++round) {
        if (me == 0) AppendAndWait(*log, kTp, {"a"});
        if (me == 1) (void)log->Checkpoint(absl::StrCat(copies, "/", round));
        EXPECT_EQ(log->Topics().size(), 1u);
        asks.fetch_add(1, std::memory_order_relaxed);
        if (!log->Writable().ok() && !std::exchange(told, true))
          told_of_the_failure.DecrementCount();
        if (round == 3) asked.DecrementCount();
      }
    });
  }
  asked.Wait();
  disk_->FailSyncs(true);
  disk_->HoldSyncs(true);
  disk_->AwaitHeldSync();
  // Somebody asks after the writer last took a lock.
  for (const int before = asks; asks.load(std::memory_order_relaxed) < before + 100;)
    std::this_thread::yield();
  disk_->HoldSyncs(false);
  told_of_the_failure.Wait();
  log->Close();
  closed = true;
  for (std::thread& thread : threads) thread.join();
  disk_->FailSyncs(false);
  fs::remove_all(copies);
}

// Both wait for the writer, which one of them ends.
TEST_F(EmbeddedLogDiskTest, TwoMayCloseAtOnceWhileItWrites) {
  auto log = MustOpen(Options());
  disk_->HoldSyncs(true);
  absl::Notification written;
  log->Append(kTp, {"a"}, absl::InfiniteFuture(), [&](const AppendResult&) { written.Notify(); });
  disk_->AwaitHeldSync();
  std::atomic<int> closing = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 2; ++i) {
    threads.emplace_back([&] {
      ++closing;
      log->Close();
    });
  }
  while (closing < 2 || log->PartitionCount("t", absl::InfiniteFuture()).ok())
    std::this_thread::yield();
  disk_->HoldSyncs(false);
  for (std::thread& thread : threads) thread.join();
  EXPECT_TRUE(written.HasBeenNotified());
}

TEST_F(EmbeddedLogDiskTest, G13_AFullDiskStopsWritingNotReading) {
  EmbeddedLogOptions options = Options();
  options.on_fatal = [](const absl::Status& status) { ADD_FAILURE() << status; };
  {
    auto log = MustOpen(options);
    AppendAndWait(*log, kTp, {"a"});
    disk_->FailAppends(true);
    const AppendResult during = AppendAndWait(*log, kTp, {"b"});
    EXPECT_EQ(during.outcome, Outcome::kUnknown);
    EXPECT_EQ(during.status.code(), absl::StatusCode::kResourceExhausted) << during.status;
    const AppendResult later = AppendAndWait(*log, kTp, {"c"});
    EXPECT_EQ(later.outcome, Outcome::kNotSent);
    EXPECT_EQ(later.status.code(), absl::StatusCode::kResourceExhausted) << later.status;
    EXPECT_THAT(std::string(log->Writable().message()), HasSubstr("the disk of the log is full"));
    EXPECT_THAT(MustReadAll(*log), ::testing::ElementsAre("a"));
  }
  disk_->FailAppends(false);
  auto log = MustOpen(options);
  EXPECT_THAT(MustReadAll(*log), ::testing::ElementsAre("a"));
  EXPECT_EQ(AppendAndWait(*log, kTp, {"d"}).outcome, Outcome::kConfirmed);
}

TEST_F(EmbeddedLogDiskTest, G13_ADiskDownToItsReserveRefusesWritesUntilThereIsSpace) {
  EmbeddedLogOptions options = Options();
  options.disk_reserve_bytes = 1000;
  auto log = MustOpen(options);
  disk_->SetLeft(1000);
  EXPECT_EQ(AppendAndWait(*log, kTp, {"a"}).outcome, Outcome::kConfirmed);
  disk_->SetLeft(999);
  for (int i = 0; i < 3; ++i) {
    const AppendResult refused = AppendAndWait(*log, kTp, {"b"});
    EXPECT_EQ(refused.outcome, Outcome::kNotSent);
    EXPECT_EQ(refused.status.code(), absl::StatusCode::kResourceExhausted) << refused.status;
    EXPECT_THAT(std::string(refused.status.message()), HasSubstr("the disk is nearly full"));
  }
  EXPECT_THAT(MustReadAll(*log), ::testing::ElementsAre("a"));
  disk_->SetLeft(1249);  // a quarter more must be free
  EXPECT_EQ(AppendAndWait(*log, kTp, {"c"}).outcome, Outcome::kNotSent);
  disk_->SetLeft(1250);
  EXPECT_EQ(AppendAndWait(*log, kTp, {"d"}).outcome, Outcome::kConfirmed);
  EXPECT_THAT(MustReadAll(*log), ::testing::ElementsAre("a", "d"));
}

TEST_F(EmbeddedLogDiskTest, G13_TheQueueIsBoundedAndLateBatchesAreNotWritten) {
  EmbeddedLogOptions options = Options();
  options.max_queued_batches = 2;
  auto log = MustOpen(std::move(options));
  disk_->HoldSyncs(true);
  absl::Mutex mutex;
  std::vector<std::pair<std::string, AppendResult>> results;
  const auto append = [&](const std::string& bytes, absl::Time deadline) {
    log->Append(kTp, {bytes}, deadline, [&, bytes](AppendResult result) {
      absl::MutexLock lock(&mutex);
      results.emplace_back(bytes, std::move(result));
    });
  };
  append("in flight", absl::InfiniteFuture());
  disk_->AwaitHeldSync();
  append("queued", absl::InfiniteFuture());
  append("late", absl::InfinitePast());
  append("too many", absl::InfiniteFuture());
  {
    absl::MutexLock lock(&mutex);
    ASSERT_EQ(results.size(), 1u);
    EXPECT_EQ(results[0].first, "too many");
    EXPECT_EQ(results[0].second.outcome, Outcome::kNotSent);
    EXPECT_EQ(results[0].second.status.code(), absl::StatusCode::kResourceExhausted);
  }
  disk_->HoldSyncs(false);
  const auto all = [&results] { return results.size() == 4; };
  absl::MutexLock lock(&mutex);
  ASSERT_TRUE(mutex.AwaitWithTimeout(absl::Condition(&all), kPatience));
  const std::map<std::string, AppendResult> by_name(results.begin(), results.end());
  EXPECT_EQ(by_name.at("in flight").offsets, (std::vector<std::optional<Offset>>{0}));
  EXPECT_EQ(by_name.at("queued").offsets, (std::vector<std::optional<Offset>>{1}));
  EXPECT_EQ(by_name.at("late").outcome, Outcome::kNotSent);
  EXPECT_EQ(by_name.at("late").status.code(), absl::StatusCode::kDeadlineExceeded);
}

// A child that appends until it is killed; what it said was acknowledged.
class Victim {
 public:
  Victim(const std::string& directory, int64_t first) {
    int fds[2];
    EXPECT_EQ(pipe2(fds, O_CLOEXEC), 0);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, fds[1], STDOUT_FILENO);
    std::string program = PRIHVAT_CRASH_WRITER, sequence = absl::StrCat(first), dir = directory;
    char* argv[] = {program.data(), dir.data(), sequence.data(), nullptr};
    EXPECT_EQ(posix_spawn(&pid_, program.c_str(), &actions, nullptr, argv, environ), 0);
    posix_spawn_file_actions_destroy(&actions);
    close(fds[1]);
    out_ = fdopen(fds[0], "r");
  }
  ~Victim() {
    Kill();
    std::fclose(out_);
  }

  // (offset, sequence) of the next acknowledgement; false at the end of output.
  bool Next(std::pair<Offset, int64_t>* ack) {
    long long offset = 0, sequence = 0;
    if (std::fscanf(out_, "%lld %lld\n", &offset, &sequence) != 2) return false;
    *ack = {offset, sequence};
    return true;
  }
  void Kill() {
    if (pid_ <= 0) return;
    kill(pid_, SIGKILL);
    int status = 0;
    EXPECT_EQ(waitpid(pid_, &status, 0), pid_);
    EXPECT_TRUE(WIFSIGNALED(status)) << "it ended by itself: " << status;
    pid_ = -1;
  }

 private:
  pid_t pid_ = -1;
  std::FILE* out_ = nullptr;
};

TEST_F(EmbeddedLogTest, G1_Kill9LosesNothingAcknowledged) {
  std::map<Offset, int64_t> acknowledged;
  int64_t next_sequence = 0;
  for (int round = 0; round < 5; ++round) {
    SCOPED_TRACE(::testing::Message() << "round " << round);
    {
      Victim victim(directory_, next_sequence);
      std::pair<Offset, int64_t> ack;
      for (int i = 0; i < 300 + 171 * round; ++i) {
        ASSERT_TRUE(victim.Next(&ack));
        acknowledged.insert(ack);
      }
      victim.Kill();  // under load: appends are in flight
      while (victim.Next(&ack)) acknowledged.insert(ack);
    }
    auto log = MustOpen();
    const auto records = ReadAll(*log);
    ASSERT_TRUE(records.ok()) << records.status();
    int64_t last = -1;
    for (const auto& [offset, sequence] : acknowledged) {
      ASSERT_LT(offset, static_cast<Offset>(records->size()));
      EXPECT_THAT((*records)[static_cast<size_t>(offset)].bytes,
                  ::testing::StartsWith(absl::StrCat(sequence, " ")));
      EXPECT_GT(sequence, last);  // in order
      last = sequence;
    }
    next_sequence = last + 1000;  // above all that was in flight
  }
  EXPECT_GT(acknowledged.size(), 2000u);
}

TEST_F(EmbeddedLogTest, K5_AReadOnlyLogIsRefusedWhereAnotherProcessWrites) {
  Victim victim(directory_, 0);
  std::pair<Offset, int64_t> ack;
  ASSERT_TRUE(victim.Next(&ack));
  const auto log = EmbeddedLog::Open({.directory = directory_, .read_only = true});
  EXPECT_EQ(log.status().code(), absl::StatusCode::kFailedPrecondition) << log.status();
  EXPECT_THAT(std::string(log.status().message()), HasSubstr("in use by another process"));
  victim.Kill();
}

}  // namespace
}  // namespace prihvat::event_log
