// Three real brokers, replication 3, and the loss of one under load: the leader of a partition, the
// only broker that a service was told of, one that hangs and wakes up again. What was acknowledged
// is there, once (G1, G3), and writes go on by themselves within a stated time (G13: an outage of
// one broker costs that, and nothing else).
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "absl/time/clock.h"
#include "fmt/format.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/event_log/kafka/kafka_log.h"
#include "libs/event_log/partitioner.h"
#include "libs/event_log/testing/kafka_broker.h"
#include "prihvat/procurement/v1/service.grpc.pb.h"
#include "prihvat/reception/v1/service.grpc.pb.h"
#include "tests/e2e/client.h"
#include "tests/e2e/log_lines.h"
#include "tests/e2e/server_process.h"
#include "tests/e2e/supplier_load.h"

namespace prihvat::e2e {
namespace {

using procurement::v1::ProcurementService;
using reception::v1::ReceptionService;
using ::testing::IsEmpty;

constexpr int kNodes = 3;
constexpr int kPartitions = 4;
constexpr int kCallers = 8;
constexpr int kRepeated = 1000;  // of thousands that were sent
const std::string kTopic = "prihvat.procurement";
// Kafka replaces a broker that says nothing after this time, which is most of each stall; half of
// what it is unless one says so.
constexpr char kSessionMs[] = "4500";
constexpr absl::Duration kLongestStall = absl::Seconds(60);
const std::vector<std::string> kOperations = {"operations/ba", "operations/rs", "operations/me",
                                              "operations/mk", "operations/al"};

absl::Time Soon() { return absl::Now() + absl::Seconds(120); }

// One cluster for all tests: to start three brokers takes longer than what is tested.
class KafkaBrokerLoss : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    setenv("KAFKA_SESSION_MS", kSessionMs, /*replace=*/1);
    auto brokers = event_log::testing::KafkaBroker::Start(kNodes);
    ASSERT_TRUE(brokers.ok()) << brokers.status();
    brokers_ = *std::move(brokers);
  }
  static void TearDownTestSuite() { brokers_.reset(); }

  void SetUp() override {
    directory_ =
        std::filesystem::path(::testing::TempDir()) / fmt::format("prihvat_e2e_loss_{}", getpid());
    std::filesystem::remove_all(directory_);
    ASSERT_NE(brokers_, nullptr);
    const absl::Status up = brokers_->StartNode(1);  // and all others that were lost
    ASSERT_TRUE(up.ok()) << up;
    const absl::Status removed = brokers_->RemoveTopics();
    ASSERT_TRUE(removed.ok()) << removed;
  }
  void TearDown() override {
    for (int node = 1; brokers_ != nullptr && node <= kNodes; ++node)
      (void)brokers_->ResumeNode(node);
    std::filesystem::remove_all(directory_);
  }

  std::unique_ptr<ServerProcess> Start(const std::string& service, const std::string& bootstrap) {
    auto started = ServerProcess::Start(
        "prihvat-" + service,
        {"--log=kafka", "--brokers=" + bootstrap, "--replication=3",
         "--data-dir=" + (directory_ / service).string(), "--instance=" + service + "-0"});
    EXPECT_TRUE(started.ok()) << started.status();
    if (!started.ok()) return nullptr;
    const absl::Status serving = (*started)->AwaitServing(Soon());
    EXPECT_TRUE(serving.ok()) << serving;
    return *std::move(started);
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

  int LeaderOfFirst() {
    const auto leader =
        brokers_->LeaderOf({kTopic, event_log::PartitionOf(kOperations.front(), kPartitions)});
    EXPECT_TRUE(leader.ok()) << leader.status();
    return leader.value_or(0);
  }

  // Waits until writes go on in every operation, and tells how long that took.
  static void ExpectToGoOn(SupplierLoad& load, ServerProcess& server, const std::string& after) {
    const auto stall = load.AwaitEachOperation(absl::Now() + kLongestStall);
    ASSERT_TRUE(stall.ok()) << "after " << after << ": " << stall.status()
                            << server.process().Complaints();
    std::printf("[  stall   ] %s after %s\n", absl::FormatDuration(*stall).c_str(), after.c_str());
    std::fflush(stdout);
  }

  fault::LogContents Log() {
    auto log = event_log::KafkaLog::Open({.client = {.bootstrap_servers = brokers_->bootstrap()}});
    EXPECT_TRUE(log.ok()) << log.status();
    if (!log.ok()) return {};
    auto contents = fault::ReadLog(**log, {kTopic}, kPartitions, Soon());
    EXPECT_TRUE(contents.ok()) << contents.status();
    return contents.value_or(fault::LogContents());
  }

  // All that was ever sent is settled, answers as a repeat where it is sent again, and stands in
  // the log once.
  void ExpectAllThereOnce(SupplierLoad& load, ServerProcess& server) {
    const absl::Time began = absl::Now();
    const absl::Status settled = load.SettleAll(server.address(), Soon());
    ASSERT_TRUE(settled.ok()) << settled;
    const absl::Time repeat = absl::Now();
    const absl::Status repeated = load.RepeatMany(server.address(), kRepeated);
    ASSERT_TRUE(repeated.ok()) << repeated;
    const absl::Time read = absl::Now();
    const fault::LogContents contents = Log();
    std::printf("[ repeated ] %d suppliers: settled in %s, repeated in %s, the log read in %s\n",
                load.sent(), absl::FormatDuration(repeat - began).c_str(),
                absl::FormatDuration(read - repeat).c_str(),
                absl::FormatDuration(absl::Now() - read).c_str());
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

  // Whatever the libraries had to say in all that.
  static void ExpectLogLinesOnly(ServerProcess& server) {
    const LogLines log = ReadLogLines(server.process().Complaints());
    EXPECT_THAT(log.others, IsEmpty());
    EXPECT_FALSE(log.lines.empty());
  }

  std::filesystem::path directory_;
  static inline std::unique_ptr<event_log::testing::KafkaBroker> brokers_;
};

TEST_F(KafkaBrokerLoss, G1_G3_G13_WritesGoOnWhenTheLeaderIsKilledAndNothingIsLostOrDoubled) {
  auto procurement = Start("procurement", brokers_->bootstrap());
  auto reception = Start("reception", brokers_->bootstrap());
  ASSERT_TRUE(procurement != nullptr && reception != nullptr);
  CreateOperations(*procurement);
  SupplierLoad load(kOperations);
  load.Start(procurement->address(), kCallers);
  ASSERT_TRUE(load.AwaitAcknowledged(200, Soon()).ok());
  for (int round = 0; round < 2; ++round) {
    const int leader = LeaderOfFirst();
    ASSERT_TRUE(brokers_->StopNode(leader).ok());
    ExpectToGoOn(load, *procurement, fmt::format("node {}, a leader, was killed", leader));
    if (HasFatalFailure()) return;
    const absl::Status back = brokers_->StartNode(leader);
    ASSERT_TRUE(back.ok()) << back;
    ExpectToGoOn(load, *procurement, fmt::format("node {} came back", leader));
    if (HasFatalFailure()) return;
  }
  load.Stop();
  ExpectAllThereOnce(load, *procurement);

  // The other service has gone on too: it folds what procurement writes, and writes itself.
  reception::v1::CreateCentreRequest request;
  request.set_parent(kOperations.front());
  request.set_centre_id("usivak");
  request.mutable_centre()->set_display_name("Ušivak");
  request.set_request_id("00000000-0000-4000-a000-000000000000");
  const auto centre =
      Caller(reception->channel(), kManager).Call(&ReceptionService::Stub::CreateCentre, request);
  EXPECT_TRUE(centre.ok()) << centre.failure.reason << " " << centre.failure.message;
  EXPECT_EQ(procurement->Terminate(Soon()).value_or(-1), 0);
  ExpectLogLinesOnly(*procurement);
  EXPECT_EQ(reception->Terminate(Soon()).value_or(-1), 0);
}

// New connections are made after the loss; they must not depend on what was configured.
TEST_F(KafkaBrokerLoss, G1_G3_WritesGoOnWhenTheOnlyConfiguredBrokerIsKilled) {
  const std::string all = brokers_->bootstrap();
  auto procurement = Start("procurement", all.substr(0, all.find(',')));
  ASSERT_NE(procurement, nullptr);
  CreateOperations(*procurement);
  SupplierLoad load(kOperations);
  load.Start(procurement->address(), kCallers);
  ASSERT_TRUE(load.AwaitAcknowledged(200, Soon()).ok());
  ASSERT_TRUE(brokers_->StopNode(1).ok());
  ExpectToGoOn(load, *procurement, "the configured broker was killed");
  load.Stop();
  if (!HasFatalFailure()) ExpectAllThereOnce(load, *procurement);
}

TEST_F(KafkaBrokerLoss, G1_G2_G3_WritesGoOnWhenTheLeaderHangsAndAfterItWakes) {
  auto procurement = Start("procurement", brokers_->bootstrap());
  ASSERT_NE(procurement, nullptr);
  CreateOperations(*procurement);
  SupplierLoad load(kOperations);
  load.Start(procurement->address(), kCallers);
  ASSERT_TRUE(load.AwaitAcknowledged(200, Soon()).ok());
  const int leader = LeaderOfFirst();
  ASSERT_TRUE(brokers_->PauseNode(leader).ok());
  ExpectToGoOn(load, *procurement, fmt::format("node {}, a leader, hung", leader));
  ASSERT_TRUE(brokers_->ResumeNode(leader).ok());
  if (HasFatalFailure()) return;
  // What it was sent in its sleep it answers now, as the leader that it no longer is.
  ASSERT_TRUE(load.AwaitAcknowledged(load.acknowledged() + 500, Soon()).ok());
  ExpectToGoOn(load, *procurement, fmt::format("node {} woke", leader));
  load.Stop();
  if (!HasFatalFailure()) ExpectAllThereOnce(load, *procurement);
}

}  // namespace
}  // namespace prihvat::e2e
