// prihvatd killed under load: what it acknowledged through gRPC stands in its log, once (G1, G3).
#include <unistd.h>

#include <filesystem>

#include "absl/time/clock.h"
#include "fmt/format.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/base/random.h"
#include "libs/event_log/embedded/embedded_log.h"
#include "prihvat/procurement/v1/service.grpc.pb.h"
#include "tests/e2e/client.h"
#include "tests/e2e/server_process.h"
#include "tests/e2e/supplier_load.h"

namespace prihvat::e2e {
namespace {

using procurement::v1::ProcurementService;
using ::testing::IsEmpty;

constexpr int kPartitions = 4;
constexpr int kCallers = 16;
const std::vector<std::string> kTopics = {"prihvat.procurement", "prihvat.handover",
                                          "prihvat.reception", "prihvat.reporting"};
const std::vector<std::string> kOperations = {"operations/ba", "operations/rs", "operations/me"};

absl::Time Soon() { return absl::Now() + absl::Seconds(90); }

class Crash : public ::testing::Test {
 protected:
  Crash()
      : directory_(std::filesystem::path(::testing::TempDir()) /
                   fmt::format("prihvat_e2e_crash_{}", getpid())) {
    std::filesystem::remove_all(directory_);
  }
  ~Crash() override { std::filesystem::remove_all(directory_); }

  std::unique_ptr<ServerProcess> Start() {
    auto started = ServerProcess::Start("prihvatd", {"--data-dir=" + directory_.string()});
    EXPECT_TRUE(started.ok()) << started.status();
    if (!started.ok()) return nullptr;
    const absl::Status serving = (*started)->AwaitServing(Soon());
    EXPECT_TRUE(serving.ok()) << serving;
    return *std::move(started);
  }

  void CreateOperations(ServerProcess& server) {
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

  std::filesystem::path directory_;
};

TEST_F(Crash, G1_G3_WhatPrihvatdAcknowledgedSurvivesKillsUnderLoadOnce) {
  SupplierLoad load(kOperations);
  base::SeededRandom random(41);
  for (int round = 0; round < 4; ++round) {
    auto server = Start();
    ASSERT_NE(server, nullptr);
    if (round == 0) CreateOperations(*server);
    load.Start(server->address(), kCallers);
    const absl::Status loaded = load.AwaitAcknowledged(100 + random.Uniform(400), Soon());
    ASSERT_TRUE(loaded.ok()) << loaded;
    server->process().Kill();
    load.Stop();
    EXPECT_THAT(fault::Contradictions(load.history(), Log()), IsEmpty())
        << "after kill " << round + 1;
  }
  auto server = Start();
  ASSERT_NE(server, nullptr);
  const absl::Status settled = load.SettleAll(server->address(), Soon());
  ASSERT_TRUE(settled.ok()) << settled;
  const absl::Status repeated = load.RepeatMany(server->address(), load.sent());
  ASSERT_TRUE(repeated.ok()) << repeated;
  EXPECT_EQ(server->Terminate(Soon()).value_or(-1), 0);
  const fault::LogContents contents = Log();
  EXPECT_THAT(fault::Contradictions(load.history(), contents), IsEmpty());
  const auto registered = fault::CountEvents(
      contents,
      [](const log::v1::Commit& commit, const log::v1::Event&) -> std::optional<std::string> {
        if (commit.command_type() != "prihvat.procurement.v1.RegisterSupplierRequest")
          return std::nullopt;
        return commit.resource_name();
      });
  EXPECT_EQ(registered.size(), static_cast<size_t>(load.sent()));
  for (const auto& [supplier, times] : registered) EXPECT_EQ(times, 1) << supplier;
}

// SIGTERM under load: what was taken is finished, the rest is told so, and the exit is clean.
TEST_F(Crash, ShutdownUnderLoadFinishesWhatItTookAndExitsWithZero) {
  auto server = Start();
  ASSERT_NE(server, nullptr);
  CreateOperations(*server);
  SupplierLoad load(kOperations);
  load.Start(server->address(), kCallers);
  ASSERT_TRUE(load.AwaitAcknowledged(200, Soon()).ok());
  EXPECT_EQ(server->Terminate(absl::Now() + absl::Seconds(30)).value_or(-1), 0);
  load.Stop();
  const fault::LogContents contents = Log();
  EXPECT_THAT(fault::Contradictions(load.history(), contents), IsEmpty());
}

}  // namespace
}  // namespace prihvat::e2e
