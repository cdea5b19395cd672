// A server that makes way for another. Those who connect while load balancers still send them here
// are served.
//
// What a newer build has written, met by this one as it runs: a field that it does not know is
// passed over, an event or a record that it does not know stops that partition with the words that
// say so, and nothing else (G14).
#include <signal.h>
#include <unistd.h>

#include <filesystem>
#include <future>

#include "absl/time/clock.h"
#include "fmt/format.h"
#include "gmock/gmock.h"
#include "grpcpp/create_channel.h"
#include "gtest/gtest.h"
#include "libs/event_log/admitted_reader.h"
#include "libs/event_log/embedded/embedded_log.h"
#include "libs/event_log/partitioner.h"
#include "libs/event_log/testing/records.h"
#include "prihvat/procurement/v1/events.pb.h"
#include "prihvat/procurement/v1/service.grpc.pb.h"
#include "tests/e2e/client.h"
#include "tests/e2e/server_process.h"

namespace prihvat::e2e {
namespace {

using event_log::TopicPartition;
using procurement::v1::ProcurementService;
using ::testing::HasSubstr;

constexpr int kPartitions = 4;
constexpr char kOperation[] = "operations/ba";
constexpr char kOther[] = "operations/rs";  // in another partition
const std::vector<std::string> kTopics = {"prihvat.procurement", "prihvat.handover",
                                          "prihvat.reception", "prihvat.reporting"};

absl::Time Soon() { return absl::Now() + absl::Seconds(60); }

class Upgrade : public ::testing::Test {
 protected:
  Upgrade()
      : directory_(std::filesystem::path(::testing::TempDir()) /
                   fmt::format("prihvat_e2e_upgrade_{}", getpid())) {
    std::filesystem::remove_all(directory_);
  }
  ~Upgrade() override {
    server_.reset();
    std::filesystem::remove_all(directory_);
  }

  void SetUp() override {
    ASSERT_NE(event_log::PartitionOf(kOperation, kPartitions),
              event_log::PartitionOf(kOther, kPartitions));
    Start();
    const absl::Status serving = server_->AwaitServing(Soon());
    ASSERT_TRUE(serving.ok()) << serving;
    int n = 0;
    for (const char* operation : {kOperation, kOther}) {
      procurement::v1::CreateOperationRequest request;
      request.set_name(operation);
      request.set_display_name(operation);
      request.set_time_zone("Europe/Sarajevo");
      request.set_request_id(fmt::format("00000000-0000-4000-9000-{:012}", n++));
      const auto answer = Caller(server_->channel(), kManager)
                              .Call(&ProcurementService::Stub::CreateOperation, request);
      ASSERT_TRUE(answer.ok()) << answer.failure.message;
    }
    server_->process().Kill();
  }

  void Start(std::vector<std::string> flags = {}) {
    flags.insert(flags.end(), {"--data-dir=" + directory_.string(), "--takeover-after=1"});
    auto started = ServerProcess::Start("prihvatd", std::move(flags), address_);
    ASSERT_TRUE(started.ok()) << started.status();
    server_ = *std::move(started);
    address_ = server_->address();
  }

  // Writes to the operation's partition as the same instance, of a newer build, would before it
  // is taken back: `make` makes a record of a commit that is right so far.
  void WriteAsNewerBuild(const std::function<std::string(log::v1::Record)>& make) {
    std::vector<event_log::TopicSpec> topics;
    for (const std::string& topic : kTopics)
      topics.push_back({.name = topic, .partitions = kPartitions});
    auto log = event_log::EmbeddedLog::Open(
        {.directory = (directory_ / "log").string(), .topics = topics});
    ASSERT_TRUE(log.ok()) << log.status();
    const TopicPartition tp{kTopics.front(), event_log::PartitionOf(kOperation, kPartitions)};
    auto reader = (*log)->OpenReader(tp, 0, nullptr);
    ASSERT_TRUE(reader.ok()) << reader.status();
    event_log::TermFence fence;
    const auto admit = [&](event_log::Offset offset, const std::string& bytes) {
      log::v1::Record record;
      ASSERT_TRUE(record.ParseFromString(bytes));
      ASSERT_TRUE(fence.Admit(offset, bytes, record).ok());
    };
    for (auto records = (*reader)->Read(1000, Soon()); records.ok() && !records->empty();
         records = (*reader)->Read(1000, Soon())) {
      for (const event_log::RawRecord& record : *records) admit(record.offset, record.bytes);
    }
    log::v1::Record claiming = event_log::testing::MakeClaim(
        tp, fence.state(), event_log::testing::Id16(9), "prihvatd-0", "");
    claiming.mutable_claim()->set_address(address_);
    const std::string claim = claiming.SerializeAsString();
    admit(fence.state().next_offset, claim);
    log::v1::Record commit = event_log::testing::MakeCommit(
        event_log::testing::Id16(9), fence.state().chain, "00000000-0000-4000-8000-000000000001",
        absl::ToUnixSeconds(absl::Now()));
    commit.mutable_commit()->set_principal("organisations/iom/people/amra");
    std::promise<event_log::AppendResult> done;
    (*log)->Append(tp, {claim, make(std::move(commit))}, Soon(),
                   [&](event_log::AppendResult result) { done.set_value(std::move(result)); });
    ASSERT_EQ(done.get_future().get().outcome, event_log::AppendResult::Outcome::kConfirmed);
  }

  // Registers a supplier, once the partition has an owner or has stopped.
  Failure Register(const std::string& operation, const std::string& id) {
    procurement::v1::RegisterSupplierRequest request;
    request.set_parent(operation);
    request.set_supplier_id(id);
    request.mutable_supplier()->set_display_name("Primjer d.o.o.");
    request.mutable_supplier()->set_country_code("BA");
    request.set_request_id("00000000-0000-4000-a000-000000000000");
    const absl::Time deadline = Soon();
    while (true) {
      Failure failure = Caller(server_->channel(), kManager)
                            .Call(&ProcurementService::Stub::RegisterSupplier, request)
                            .failure;
      if (failure.reason != "NOT_OWNER" || absl::Now() > deadline) return failure;
      absl::SleepFor(absl::Milliseconds(20));
    }
  }

  // The operation's partition has stopped and says why; the others go on.
  void ExpectStopped(const std::string& why) {
    Start();
    const Failure refused = Register(kOperation, "here");
    EXPECT_EQ(refused.code, grpc::StatusCode::UNAVAILABLE);
    EXPECT_EQ(refused.reason, "PARTITION_STOPPED");
    EXPECT_THAT(refused.message, HasSubstr(why));
    EXPECT_THAT(refused.message, HasSubstr("upgrade"));
    EXPECT_EQ(Register(kOther, "there").code, grpc::StatusCode::OK);
    EXPECT_EQ(server_->Terminate(Soon()).value_or(-1), 0);
  }

  const std::filesystem::path directory_;
  std::string address_;  // the same at each start, as an instance's is
  std::unique_ptr<ServerProcess> server_;
};

TEST_F(Upgrade, WhoConnectsWithinTheDrainDelayIsServed) {
  const absl::Duration delay = absl::Seconds(4);
  Start({"--drain-delay=4", "--grace=5"});
  ASSERT_TRUE(server_->AwaitServing(Soon()).ok());
  const absl::Time told = absl::Now();
  server_->process().Signal(SIGTERM);
  while (server_->process().Complaints().find("shutting down") == std::string::npos)
    ASSERT_LT(absl::Now(), told + delay) << server_->process().Complaints();
  grpc::ChannelArguments own;
  own.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL,
             1);  // else it would be the connection that is there
  const auto fresh = grpc::CreateCustomChannel(address_, grpc::InsecureChannelCredentials(), own);
  procurement::v1::GetOperationRequest request;
  request.set_name(kOperation);
  const auto answer =
      Caller(fresh, kManager).Call(&ProcurementService::Stub::GetOperation, request);
  EXPECT_TRUE(answer.ok()) << answer.failure.message;
  EXPECT_EQ(server_->process().WaitForExit(Soon()).value_or(-1), 0);
  EXPECT_GE(absl::Now() - told, delay);
}

TEST_F(Upgrade, G14_AFieldThatThisBuildDoesNotKnowIsPassedOver) {
  WriteAsNewerBuild([](log::v1::Record record) {
    procurement::v1::SupplierRegistered registered;
    registered.set_supplier("operations/ba/suppliers/newer");
    registered.set_display_name("Noviji d.o.o.");
    registered.set_country_code("BA");
    registered.GetReflection()->MutableUnknownFields(&registered)->AddVarint(9999, 7);
    log::v1::Event& event = *record.mutable_commit()->add_events();
    event.set_type("prihvat.procurement.v1.SupplierRegistered");
    event.set_payload(registered.SerializeAsString());
    return record.SerializeAsString();
  });
  Start();
  EXPECT_EQ(Register(kOperation, "here").code, grpc::StatusCode::OK);
  procurement::v1::GetSupplierRequest get;
  get.set_name("operations/ba/suppliers/newer");
  const auto supplier =
      Caller(server_->channel(), kManager).Call(&ProcurementService::Stub::GetSupplier, get);
  EXPECT_TRUE(supplier.ok()) << supplier.failure.message;
  EXPECT_EQ(supplier.response.display_name(), "Noviji d.o.o.");
}

TEST_F(Upgrade, G14_AnEventThatThisBuildDoesNotKnowStopsItsPartitionAndSaysSo) {
  WriteAsNewerBuild([](log::v1::Record record) {
    record.mutable_commit()->add_events()->set_type("prihvat.procurement.v1.SupplierFoundAgain");
    return record.SerializeAsString();
  });
  ExpectStopped("event of unknown type prihvat.procurement.v1.SupplierFoundAgain");
}

TEST_F(Upgrade, G14_ARecordOfAKindThatThisBuildDoesNotKnowStopsItsPartitionAndSaysSo) {
  WriteAsNewerBuild([](const log::v1::Record&) {
    log::v1::Record record;
    record.GetReflection()->MutableUnknownFields(&record)->AddLengthDelimited(99, "new");
    return record.SerializeAsString();
  });
  ExpectStopped("is of a kind that this version does not know");
}

}  // namespace
}  // namespace prihvat::e2e
