// What stands in the way of a start, and a disk that becomes full: told at once, in one line of the
// log, and nothing that was acknowledged is lost (G1, G13).
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "absl/time/clock.h"
#include "fmt/format.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/event_log/embedded/embedded_log.h"
#include "prihvat/procurement/v1/service.grpc.pb.h"
#include "tests/e2e/client.h"
#include "tests/e2e/log_lines.h"
#include "tests/e2e/server_process.h"
#include "tests/e2e/supplier_load.h"
#include "tests/fault/small_disk.h"

namespace prihvat::e2e {
namespace {

using fault::SmallDisk;
using procurement::v1::ProcurementService;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr int kPartitions = 4;
constexpr int kCallers = 8;
constexpr int kDiskMib = 256;
constexpr int kReserveMib = 32;
// Kafka's clients wait 30 s, the embedded log 10 s for its directory: less than either.
constexpr absl::Duration kAtOnce = absl::Seconds(8);
const std::vector<std::string> kTopics = {"prihvat.procurement", "prihvat.handover",
                                          "prihvat.reception", "prihvat.reporting"};
const std::vector<std::string> kOperations = {"operations/ba", "operations/rs"};

absl::Time Soon() { return absl::Now() + absl::Seconds(90); }

class StartAndDisk : public ::testing::Test {
 protected:
  StartAndDisk()
      : directory_(std::filesystem::path(::testing::TempDir()) /
                   fmt::format("prihvat_e2e_disk_{}", getpid())) {
    std::filesystem::remove_all(directory_);
    std::filesystem::create_directories(directory_);
  }
  ~StartAndDisk() override { std::filesystem::remove_all(directory_); }

  std::unique_ptr<ServerProcess> Start(std::vector<std::string> flags = {}) {
    flags.push_back("--data-dir=" + directory_.string());
    auto started = ServerProcess::Start("prihvatd", std::move(flags));
    EXPECT_TRUE(started.ok()) << started.status();
    if (!started.ok()) return nullptr;
    const absl::Status serving = (*started)->AwaitServing(Soon());
    EXPECT_TRUE(serving.ok()) << serving;
    return *std::move(started);
  }

  // Takes the space of the disk, down to half of the reserve.
  static void Fill(const std::filesystem::path& ballast) {
    std::ofstream file(ballast, std::ios::binary);
    const std::string mib(size_t{1} << 20, 'x');
    while (std::filesystem::space(ballast).available > (uint64_t{kReserveMib} << 20) / 2)
      ASSERT_TRUE((file << mib).flush());
  }

  // How many lines of its log say so.
  static int64_t Told(ServerProcess& server, const std::string& what) {
    const LogLines log = ReadLogLines(server.process().Complaints());
    return std::count_if(log.lines.begin(), log.lines.end(), [&what](const LogLine& line) {
      return line.text.find(what) != std::string::npos;
    });
  }

  // What it says when it cannot start; it must say so at once.
  std::string Refusal() {
    const absl::Time began = absl::Now();
    const auto ended = RunToEnd("prihvatd",
                                {"--data-dir=" + directory_.string(), "--listen=127.0.0.1:0",
                                 "--metrics-listen=127.0.0.1:0", "--insecure-dev"},
                                Soon());
    EXPECT_TRUE(ended.ok()) << ended.status();
    if (!ended.ok()) return "";
    EXPECT_EQ(ended->status, 1);
    EXPECT_LT(absl::Now() - began, kAtOnce);
    const LogLines log = ReadLogLines(ended->err);
    EXPECT_THAT(log.others, IsEmpty());
    return log.lines.empty() ? "" : log.lines.back().text;
  }

  static void CreateOperations(ServerProcess& server) {
    int n = 0;
    for (const std::string& operation : kOperations) {
      procurement::v1::CreateOperationRequest request;
      request.set_name(operation);
      request.set_display_name(operation);
      request.set_time_zone("Europe/Sarajevo");
      request.set_request_id(fmt::format("00000000-0000-4000-9000-{:012}", n++));
      const auto answer = Caller(server.channel(), kManager)
                              .Call(&ProcurementService::Stub::CreateOperation, request);
      ASSERT_TRUE(answer.ok()) << answer.failure.message;
    }
  }

  fault::LogContents Log() {
    std::vector<event_log::TopicSpec> topics;
    for (const std::string& topic : kTopics)
      topics.push_back({.name = topic, .partitions = kPartitions});
    auto log = event_log::EmbeddedLog::Open(
        {.directory = (directory_ / "log").string(), .topics = topics});
    EXPECT_TRUE(log.ok()) << log.status();
    if (!log.ok()) return {};
    auto contents = fault::ReadLog(**log, kTopics, kPartitions, Soon());
    EXPECT_TRUE(contents.ok()) << contents.status();
    return contents.value_or(fault::LogContents());
  }

  const std::filesystem::path directory_;
};

TEST_F(StartAndDisk, ASignalDuringTheStartEndsItAndAllThatIsWrittenIsTheLog) {
  auto program =
      Launch("prihvat-procurement",
             {"--log=kafka", "--brokers=127.0.0.1:1", "--data-dir=" + directory_.string(),
              "--listen=127.0.0.1:0", "--metrics-listen=127.0.0.1:0", "--insecure-dev"});
  ASSERT_TRUE(program.ok()) << program.status();
  // That nobody answers there is the first thing that there is to tell.
  const absl::Time deadline = Soon();
  while ((*program)->Complaints().find("librdkafka") == std::string::npos)
    ASSERT_LT(absl::Now(), deadline) << (*program)->Complaints();
  (*program)->Signal(SIGTERM);
  const auto status = (*program)->WaitForExit(absl::Now() + kAtOnce);
  EXPECT_TRUE(status.ok()) << status.status();
  EXPECT_EQ(status.value_or(-1), 0);
  const LogLines log = ReadLogLines((*program)->Complaints());
  EXPECT_THAT(log.others, IsEmpty());
  EXPECT_FALSE(log.lines.empty());
}

TEST_F(StartAndDisk, AReadOnlyDiskIsToldAtOnceAndNotTakenForADirectoryInUse) {
  SmallDisk disk(directory_, kDiskMib);
  if (!disk.mounted()) GTEST_SKIP() << "only root may mount";
  {
    auto server = Start({fmt::format("--disk-reserve-mib={}", kReserveMib)});
    ASSERT_NE(server, nullptr);
    EXPECT_EQ(server->Terminate(Soon()).value_or(-1), 0);
  }
  ASSERT_TRUE(disk.MakeReadOnly());
  EXPECT_THAT(Refusal(), HasSubstr("its file system is read-only: mount it writable"));
}

TEST_F(StartAndDisk, WhatAKillLeftOfACheckpointIsRemovedAtTheNextStart) {
  const auto half = directory_ / "checkpoints" / "procurement" / "monday.tmp";
  const auto whole = directory_ / "checkpoints" / "procurement" / "sunday";
  std::filesystem::create_directories(half / "inside");
  std::filesystem::create_directories(whole);
  auto server = Start();
  ASSERT_NE(server, nullptr);
  EXPECT_FALSE(std::filesystem::exists(half));
  EXPECT_TRUE(std::filesystem::exists(whole));
  EXPECT_EQ(server->Terminate(Soon()).value_or(-1), 0);
}

// A disk without any space left is one that RocksDB may not come back from: so writes end before it
// is full, and go on by themselves when somebody has made space.
TEST_F(StartAndDisk, G1_G13_ADiskThatFillsUpIsToldInOneLineAndLosesNothing) {
  SmallDisk disk(directory_, kDiskMib);
  if (!disk.mounted()) GTEST_SKIP() << "only root may mount";
  auto server = Start({fmt::format("--disk-reserve-mib={}", kReserveMib)});
  ASSERT_NE(server, nullptr);
  CreateOperations(*server);
  SupplierLoad load(kOperations);
  load.Start(server->address(), kCallers);
  ASSERT_TRUE(load.AwaitAcknowledged(100, Soon()).ok());
  const auto ballast = directory_ / "ballast";
  Fill(ballast);
  const absl::Time deadline = Soon();
  while (Told(*server, "nearly full") == 0)
    ASSERT_LT(absl::Now(), deadline) << server->process().Complaints();
  procurement::v1::RegisterSupplierRequest request;
  request.set_parent(kOperations.front());
  request.set_supplier_id("refused");
  request.mutable_supplier()->set_display_name("Primjer");
  request.mutable_supplier()->set_country_code("BA");
  request.set_request_id("00000000-0000-4000-b000-000000000000");
  const auto refused = Caller(server->channel(), kManager)
                           .Call(&ProcurementService::Stub::RegisterSupplier, request);
  EXPECT_EQ(refused.failure.code, grpc::StatusCode::UNAVAILABLE);
  EXPECT_THAT(refused.failure.message, HasSubstr("the disk is nearly full"));
  procurement::v1::GetOperationRequest get;
  get.set_name(kOperations.front());
  EXPECT_TRUE(
      Caller(server->channel(), kManager).Call(&ProcurementService::Stub::GetOperation, get).ok());
  std::filesystem::remove(ballast);
  const auto stall = load.AwaitEachOperation(Soon());
  EXPECT_TRUE(stall.ok()) << stall.status();
  load.Stop();
  EXPECT_EQ(Told(*server, "nearly full"), 1) << server->process().Complaints();
  EXPECT_EQ(Told(*server, "there is space again"), 1) << server->process().Complaints();
  EXPECT_THAT(ReadLogLines(server->process().Complaints()).others, IsEmpty());
  ASSERT_TRUE(load.SettleAll(server->address(), Soon()).ok());
  EXPECT_EQ(server->Terminate(Soon()).value_or(-1), 0);
  EXPECT_THAT(fault::Contradictions(load.history(), Log()), IsEmpty());
}

}  // namespace
}  // namespace prihvat::e2e
