// Services in processes of their own on a real Kafka broker: tokens across services (G5),
// forwarding to the owner, a standby that takes over from a killed and from a paused owner.
#include <signal.h>
#include <unistd.h>

#include <filesystem>
#include <thread>

#include "absl/time/clock.h"
#include "fmt/format.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/event_log/kafka/kafka_log.h"
#include "libs/event_log/testing/kafka_broker.h"
#include "prihvat/procurement/v1/service.grpc.pb.h"
#include "prihvat/reception/v1/service.grpc.pb.h"
#include "tests/e2e/client.h"
#include "tests/e2e/server_process.h"
#include "tests/e2e/supplier_load.h"

namespace prihvat::e2e {
namespace {

using procurement::v1::ProcurementService;
using reception::v1::ReceptionService;
using ::testing::IsEmpty;

constexpr int kPartitions = 4;
constexpr int kCallers = 8;
const std::vector<std::string> kOperations = {"operations/ba", "operations/rs", "operations/me"};

absl::Time Soon() { return absl::Now() + absl::Seconds(90); }

class KafkaServices : public ::testing::Test {
 protected:
  void SetUp() override {
    directory_ =
        std::filesystem::path(::testing::TempDir()) / fmt::format("prihvat_e2e_kafka_{}", getpid());
    std::filesystem::remove_all(directory_);
    auto broker = event_log::testing::KafkaBroker::Start(1);
    ASSERT_TRUE(broker.ok()) << broker.status();
    broker_ = *std::move(broker);
  }
  void TearDown() override {
    broker_.reset();
    std::filesystem::remove_all(directory_);
  }

  std::unique_ptr<ServerProcess> Start(const std::string& service, int number) {
    const std::string instance = fmt::format("{}-{}", service, number);
    auto started = ServerProcess::Start(
        "prihvat-" + service,
        {"--log=kafka", "--brokers=" + broker_->bootstrap(),
         "--data-dir=" + (directory_ / instance).string(), "--instance=" + instance});
    EXPECT_TRUE(started.ok()) << started.status();
    if (!started.ok()) return nullptr;
    const absl::Status serving = (*started)->AwaitServing(Soon());
    EXPECT_TRUE(serving.ok()) << serving;
    return *std::move(started);
  }

  static Caller At(ServerProcess& server) { return {server.channel(), kManager}; }

  // Creates it wherever the answer comes from, trying again while nobody decides.
  static Answer<procurement::v1::Operation> CreateOperation(ServerProcess& server,
                                                            const std::string& operation) {
    procurement::v1::CreateOperationRequest request;
    request.set_name(operation);
    request.set_display_name(operation);
    request.set_time_zone("Europe/Sarajevo");
    static int number = 0;
    request.set_request_id(fmt::format("00000000-0000-4000-9000-{:012}", number++));
    const absl::Time deadline = Soon();
    while (true) {
      auto answer = At(server).Call(&ProcurementService::Stub::CreateOperation, request);
      if (answer.failure.code != grpc::StatusCode::UNAVAILABLE || absl::Now() > deadline)
        return answer;
    }
  }

  fault::LogContents Log() {
    auto log = event_log::KafkaLog::Open({.client = {.bootstrap_servers = broker_->bootstrap()}});
    EXPECT_TRUE(log.ok()) << log.status();
    if (!log.ok()) return {};
    auto contents = fault::ReadLog(**log, {"prihvat.procurement"}, kPartitions, Soon());
    EXPECT_TRUE(contents.ok()) << contents.status();
    return contents.value_or(fault::LogContents());
  }

  std::filesystem::path directory_;
  std::unique_ptr<event_log::testing::KafkaBroker> broker_;
};

TEST_F(KafkaServices, G5_WithItsTokenACallerFindsInOneServiceWhatItDidInAnother) {
  auto procurement = Start("procurement", 0);
  auto reception = Start("reception", 0);
  ASSERT_TRUE(procurement != nullptr && reception != nullptr);
  for (int n = 0; n < 25; ++n) {
    const std::string operation = fmt::format("operations/op-{}", n);
    const auto created = CreateOperation(*procurement, operation);
    ASSERT_TRUE(created.ok()) << created.failure.message;
    reception::v1::CreateCentreRequest request;
    request.set_parent(operation);
    request.set_centre_id("usivak");
    request.mutable_centre()->set_display_name("Ušivak");
    request.set_request_id(fmt::format("00000000-0000-4000-a000-{:012}", n));
    const auto answer = At(*reception)
                            .WithToken(created.token)
                            .Call(&ReceptionService::Stub::CreateCentre, request);
    ASSERT_TRUE(answer.ok()) << operation << ": " << answer.failure.reason << " "
                             << answer.failure.message;
    reception::v1::GetCentreRequest get;
    get.set_name(answer.response.name());
    EXPECT_TRUE(
        At(*reception).WithToken(answer.token).Call(&ReceptionService::Stub::GetCentre, get).ok());
  }
}

TEST_F(KafkaServices, G5_AStandbyForwardsCommandsAndAnswersReadsThatCarryTheirToken) {
  auto owner = Start("procurement", 0);
  ASSERT_NE(owner, nullptr);
  ASSERT_TRUE(CreateOperation(*owner, "operations/ba").ok());
  auto standby = Start("procurement", 1);
  ASSERT_NE(standby, nullptr);
  for (int n = 0; n < 20; ++n) {
    const std::string operation = fmt::format("operations/op-{}", n);
    const auto created = CreateOperation(*standby, operation);
    ASSERT_TRUE(created.ok()) << created.failure.reason << " " << created.failure.message;
    for (ServerProcess* reader : {owner.get(), standby.get()}) {
      procurement::v1::GetOperationRequest get;
      get.set_name(operation);
      const auto read =
          At(*reader).WithToken(created.token).Call(&ProcurementService::Stub::GetOperation, get);
      EXPECT_TRUE(read.ok()) << read.failure.message;
      EXPECT_EQ(read.response.etag(), created.response.etag());
    }
  }
}

TEST_F(KafkaServices, G1_G3_TheStandbyTakesOverFromAnOwnerKilledUnderLoad) {
  auto owner = Start("procurement", 0);
  ASSERT_NE(owner, nullptr);
  for (const std::string& operation : kOperations)
    ASSERT_TRUE(CreateOperation(*owner, operation).ok());
  auto standby = Start("procurement", 1);
  ASSERT_NE(standby, nullptr);
  SupplierLoad load(kOperations);
  load.Start(standby->address(), kCallers);  // forwarded to the owner
  ASSERT_TRUE(load.AwaitAcknowledged(200, Soon()).ok());
  owner->process().Kill();
  load.Stop();
  load.Start(standby->address(), kCallers);  // refused until the standby owns
  const absl::Status resumed = load.AwaitAcknowledged(200, Soon());
  load.Stop();
  ASSERT_TRUE(resumed.ok()) << resumed;
  ASSERT_TRUE(load.SettleAll(standby->address(), Soon()).ok());
  ASSERT_TRUE(load.RepeatAll(standby->address()).ok());
  EXPECT_THAT(fault::Contradictions(load.history(), Log()), IsEmpty());
  EXPECT_EQ(standby->Terminate(Soon()).value_or(-1), 0);
}

TEST_F(KafkaServices, G2_AnOwnerPausedPastItsReplacementAcknowledgesNothing) {
  auto owner = Start("procurement", 0);
  ASSERT_NE(owner, nullptr);
  for (const std::string& operation : kOperations)
    ASSERT_TRUE(CreateOperation(*owner, operation).ok());
  auto standby = Start("procurement", 1);
  ASSERT_NE(standby, nullptr);
  owner->process().Signal(SIGSTOP);
  SupplierLoad successors(kOperations);
  successors.Start(standby->address(), kCallers);
  const absl::Status taken_over = successors.AwaitAcknowledged(100, Soon());
  successors.Stop();
  ASSERT_TRUE(taken_over.ok()) << taken_over;

  // Sent to the paused one, which finds them when it wakes: forwarded to the new owner, or refused;
  // but what it says is done stands in the log once, under the new owner's claim.
  procurement::v1::RegisterSupplierRequest request;
  request.set_parent("operations/ba");
  request.set_supplier_id("zombie");
  request.mutable_supplier()->set_display_name("Primjer");
  request.mutable_supplier()->set_country_code("BA");
  request.set_request_id("00000000-0000-4000-b000-000000000000");
  Answer<procurement::v1::Supplier> answer;
  std::thread caller([&] {
    answer = Caller(NewChannel(owner->address()), kManager)
                 .WithDeadline(absl::Seconds(20))
                 .Call(&ProcurementService::Stub::RegisterSupplier, request);
  });
  owner->process().Signal(SIGCONT);
  caller.join();
  const fault::LogContents contents = Log();
  EXPECT_THAT(fault::Contradictions(successors.history(), contents), IsEmpty());
  int admitted = 0;
  for (const auto& [tp, records] : contents) {
    std::string current;
    for (const auto& record : records) {
      if (record.verdict == event_log::Verdict::kAdmittedClaim)
        current = record.record.claim().instance();
      if (record.record.commit().request_id() != request.request_id()) continue;
      if (record.verdict != event_log::Verdict::kAdmittedCommit) continue;
      ++admitted;
      EXPECT_EQ(current, "procurement-1") << "G2: a fenced writer changed the state";
    }
  }
  EXPECT_EQ(admitted, answer.ok() ? 1 : 0) << answer.failure.reason;
}

}  // namespace
}  // namespace prihvat::e2e
