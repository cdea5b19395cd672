// Services in processes of their own on a real Kafka broker: tokens across services (G5),
// forwarding to the owner, a standby that takes over from a killed, from a paused and from a
// leaving owner.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <iostream>
#include <mutex>
#include <thread>

#include "absl/time/clock.h"
#include "fmt/format.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/event_log/kafka/kafka_log.h"
#include "libs/event_log/kafka/topic_audit.h"
#include "libs/event_log/partitioner.h"
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
constexpr char kOperator[] = "organisations/iom/people/op;roles=platform_operator;operations=*";
constexpr absl::Duration kPoll = absl::Milliseconds(2);
const std::vector<std::string> kOperations = {"operations/ba", "operations/rs", "operations/me"};

absl::Time Soon() { return absl::Now() + absl::Seconds(90); }

// Rows that the process has written to its store since it started, by its metrics.
double RowsWritten(ServerProcess& server) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in to = {};
  to.sin_family = AF_INET;
  to.sin_port = htons(static_cast<uint16_t>(server.metrics_port()));
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  EXPECT_EQ(connect(fd, reinterpret_cast<sockaddr*>(&to), sizeof to), 0);
  constexpr std::string_view kAsk =
      "GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
  EXPECT_EQ(send(fd, kAsk.data(), kAsk.size(), MSG_NOSIGNAL), static_cast<ssize_t>(kAsk.size()));
  std::string page;
  char some[4096];
  for (ssize_t n = recv(fd, some, sizeof some, 0); n > 0; n = recv(fd, some, sizeof some, 0))
    page.append(some, static_cast<size_t>(n));
  close(fd);
  const size_t at = page.find("\nprihvat_store_rows_written_total");
  EXPECT_NE(at, std::string::npos) << page;
  return at == std::string::npos ? 0 : std::stod(page.substr(page.find(' ', at)));
}

class KafkaServices : public ::testing::Test {
 protected:
  // One broker for all tests: most of a test's time would go into starting its own.
  static void SetUpTestSuite() {
    auto broker = event_log::testing::KafkaBroker::Start(1);
    ASSERT_TRUE(broker.ok()) << broker.status();
    broker_ = *std::move(broker);
  }
  static void TearDownTestSuite() { broker_.reset(); }
  void SetUp() override {
    directory_ =
        std::filesystem::path(::testing::TempDir()) / fmt::format("prihvat_e2e_kafka_{}", getpid());
    std::filesystem::remove_all(directory_);
    ASSERT_NE(broker_, nullptr);
    const absl::Status empty = broker_->RemoveTopics();
    ASSERT_TRUE(empty.ok()) << empty;
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }

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
      absl::SleepFor(kPoll);
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

  // The last claims of `instance` in the partitions that are written; empty until it has all.
  std::map<int32_t, int64_t> ClaimsOf(const std::string& instance) {
    std::map<int32_t, int64_t> claims;
    for (const auto& [tp, records] : Log()) {
      for (const auto& record : records) {
        if (record.verdict == event_log::Verdict::kAdmittedClaim &&
            record.record.claim().instance() == instance) {
          claims[tp.partition] = record.offset;
        }
      }
    }
    std::map<int32_t, int64_t> written;
    for (const std::string& operation : kOperations) {
      const auto claim = claims.find(event_log::PartitionOf(operation, kPartitions));
      if (claim == claims.end()) return {};
      written.insert(*claim);
    }
    return written;
  }

  std::filesystem::path directory_;
  static inline std::unique_ptr<event_log::testing::KafkaBroker> broker_;
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
  ASSERT_TRUE(load.RepeatMany(standby->address(), load.sent()).ok());
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

// Callers of both instances while one hands over to the other: whoever is refused tries once more,
// after the time that the refusal names, and is served.
class HandOverLoad {
 public:
  HandOverLoad(std::string leaving, std::string staying)
      : leaving_(std::move(leaving)), staying_(std::move(staying)) {
    for (int i = 0; i < kCallers; ++i) threads_.emplace_back([this, i] { CallOn(i); });
  }
  ~HandOverLoad() { Stop(); }
  void Stop() {
    stopping_ = true;
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
  }

  // When the first write after each offset of `floor` was acknowledged, the latest partition's.
  // InfiniteFuture: somewhere not yet.
  absl::Time FirstAfter(const std::map<int32_t, int64_t>& floor) {
    std::lock_guard lock(mutex_);
    absl::Time latest = absl::InfinitePast();
    for (const auto& [partition, offset] : floor) {
      absl::Time first = absl::InfiniteFuture();
      for (const auto& [position, at] : acknowledged_) {
        if (position.partition() == partition && position.offset() > offset)
          first = std::min(first, at);
      }
      latest = std::max(latest, first);
    }
    return latest;
  }
  size_t acknowledged() {
    std::lock_guard lock(mutex_);
    return acknowledged_.size();
  }
  int refused_once() const { return refused_once_; }
  std::vector<std::string> refused_twice() {
    std::lock_guard lock(mutex_);
    return refused_twice_;
  }

 private:
  void CallOn(int caller) {
    const Caller leaving(NewChannel(leaving_), kManager), staying(NewChannel(staying_), kManager);
    const bool asks_leaving = caller % 2 == 0;
    for (int n = 0; !stopping_; ++n) {
      procurement::v1::RegisterSupplierRequest request;
      request.set_parent(kOperations[static_cast<size_t>(n) % kOperations.size()]);
      const int id = counter_++;
      request.set_supplier_id(fmt::format("moved-{}", id));
      request.mutable_supplier()->set_display_name("Primjer");
      request.mutable_supplier()->set_country_code("BA");
      request.set_request_id(fmt::format("00000000-0000-4000-c000-{:012}", id));
      // As a load balancer does, nobody is sent to one that is gone.
      auto answer = (asks_leaving && !left_ ? leaving : staying)
                        .Call(&ProcurementService::Stub::RegisterSupplier, request);
      if (!answer.ok()) {
        const std::string first = answer.failure.reason + " " + answer.failure.message;
        if (asks_leaving) left_ = true;
        ++refused_once_;
        absl::SleepFor(answer.failure.retry
                           ? absl::Nanoseconds(answer.failure.retry->retry_delay().nanos())
                           : absl::Milliseconds(300));
        answer = staying.Call(&ProcurementService::Stub::RegisterSupplier, request);
        if (!answer.ok()) {
          std::lock_guard lock(mutex_);
          refused_twice_.push_back(first + ", then " + answer.failure.reason + " " +
                                   answer.failure.message);
          continue;
        }
      }
      std::lock_guard lock(mutex_);
      acknowledged_.emplace_back(PositionIn(answer.token), absl::Now());
    }
  }

  const std::string leaving_, staying_;
  std::atomic<bool> stopping_ = false;
  std::atomic<bool> left_ = false;  // somebody was refused by the one that leaves
  std::atomic<int> refused_once_ = 0;
  static inline std::atomic<int> counter_ = 0;
  std::mutex mutex_;  // guards the next two
  std::vector<std::pair<common::v1::Position, absl::Time>> acknowledged_;
  std::vector<std::string> refused_twice_;
  std::vector<std::thread> threads_;
};

// By default settings, there and back. How long it takes is told, and depends on the machine; that
// nobody is refused twice does not.
TEST_F(KafkaServices, G1_AnOwnerThatIsToldToEndHandsOverAndWhoRetriesOnceIsServed) {
  std::unique_ptr<ServerProcess> owner = Start("procurement", 0);
  ASSERT_NE(owner, nullptr);
  for (const std::string& operation : kOperations)
    ASSERT_TRUE(CreateOperation(*owner, operation).ok());
  for (int round = 0; round < 2; ++round) {
    auto standby = Start("procurement", (round + 1) % 2);
    ASSERT_NE(standby, nullptr);
    HandOverLoad load(owner->address(), standby->address());
    const absl::Time deadline = Soon();
    while (load.acknowledged() < 100) {
      ASSERT_LT(absl::Now(), deadline);
      absl::SleepFor(kPoll);
    }
    const absl::Time told = absl::Now();
    EXPECT_EQ(owner->Terminate(Soon()).value_or(-1), 0);
    const absl::Duration ended = absl::Now() - told;
    std::map<int32_t, int64_t> floor;  // the successor's claims in the partitions that are written
    for (const auto& [tp, records] : Log()) {
      for (const auto& record : records) {
        if (record.verdict != event_log::Verdict::kAdmittedClaim) continue;
        EXPECT_NE(record.record.claim().instance(), "") << "it tells who came or left";
        for (const std::string& operation : kOperations) {
          if (event_log::PartitionOf(operation, kPartitions) == tp.partition)
            floor[tp.partition] = record.offset;
        }
      }
    }
    while (load.FirstAfter(floor) == absl::InfiniteFuture()) {
      ASSERT_LT(absl::Now(), deadline);
      absl::SleepFor(kPoll);
    }
    const absl::Duration took = load.FirstAfter(floor) - told;
    load.Stop();
    std::printf(
        "[ handover ] %s to the last partition's first write; refused once %d, twice %zu; "
        "the process ended after %s\n",
        absl::FormatDuration(took).c_str(), load.refused_once(), load.refused_twice().size(),
        absl::FormatDuration(ended).c_str());
    EXPECT_THAT(load.refused_twice(), IsEmpty());
    owner = std::move(standby);
  }
}

// By default settings; how long it takes is told.
TEST_F(KafkaServices, G1_TheCallersOfAKilledOwnerAreServedByTheStandby) {
  const std::unique_ptr<ServerProcess> owner = Start("procurement", 0);
  ASSERT_NE(owner, nullptr);
  for (const std::string& operation : kOperations)
    ASSERT_TRUE(CreateOperation(*owner, operation).ok());
  const std::unique_ptr<ServerProcess> standby = Start("procurement", 1);
  ASSERT_NE(standby, nullptr);
  HandOverLoad load(owner->address(), standby->address());
  const absl::Time deadline = Soon();
  while (load.acknowledged() < 100) {
    ASSERT_LT(absl::Now(), deadline);
    absl::SleepFor(kPoll);
  }
  const absl::Time killed = absl::Now();
  owner->process().Kill();
  std::map<int32_t, int64_t> claims;
  while (claims.empty() || load.FirstAfter(claims) == absl::InfiniteFuture()) {
    ASSERT_LT(absl::Now(), deadline);
    if (claims.empty()) claims = ClaimsOf("procurement-1");
    absl::SleepFor(kPoll);
  }
  const absl::Duration took = load.FirstAfter(claims) - killed;
  load.Stop();
  std::printf("[ takeover ] %s from the kill to the last partition's first write\n",
              absl::FormatDuration(took).c_str());
  EXPECT_EQ(standby->Terminate(Soon()).value_or(-1), 0);
}

// A new instance begins with a copy of another's store, made while that one serves, and folds what
// has come since instead of the whole log.
TEST_F(KafkaServices, G6_ANewInstanceBeginsWithTheStoreOfAnother) {
  const std::unique_ptr<ServerProcess> owner = Start("procurement", 0);
  ASSERT_NE(owner, nullptr);
  for (const std::string& operation : kOperations)
    ASSERT_TRUE(CreateOperation(*owner, operation).ok());
  SupplierLoad load(kOperations);
  load.Start(owner->address(), kCallers);
  ASSERT_TRUE(load.AwaitAcknowledged(300, Soon()).ok());
  load.Stop();
  const auto ctl = [](std::vector<std::string> arguments) {
    const auto ended = RunToEnd("prihvatctl", std::move(arguments), Soon());
    EXPECT_TRUE(ended.ok()) << ended.status();
    EXPECT_EQ(ended.value_or(Ended()).status, 0) << ended.value_or(Ended()).err;
    return ended.value_or(Ended()).out;
  };
  const std::string copy = (directory_ / "copy").string();
  std::cout << ctl({"store", "checkpoint", "--server", owner->address(), "--principal", kOperator,
                    "-o", copy})
            << ctl({"restore", copy, "--data-dir", (directory_ / "procurement-1").string()});
  ASSERT_TRUE(CreateOperation(*owner, "operations/al").ok());
  const std::unique_ptr<ServerProcess> seeded = Start("procurement", 1);
  ASSERT_NE(seeded, nullptr);
  const auto sums = [&](ServerProcess& server) {
    return ctl({"store", "checksum", "--service=procurement", "--requests", "--server",
                server.address(), "--principal", kOperator});
  };
  const std::string wanted = sums(*owner);
  const absl::Time deadline = Soon();
  while (sums(*seeded) != wanted) ASSERT_LT(absl::Now(), deadline) << "G6: stores differ";
  EXPECT_LT(RowsWritten(*seeded), 300) << "it has folded the whole log";
  EXPECT_GT(RowsWritten(*owner), 300);
  EXPECT_EQ(seeded->Terminate(Soon()).value_or(-1), 0);
  EXPECT_EQ(owner->Terminate(Soon()).value_or(-1), 0);
}

// The last one: nobody has to wait until the topic is gone for all that know it.
TEST_F(KafkaServices, AServiceWhoseTopicIsNotAsDeclaredDoesNotStartAndSaysWhatToDo) {
  const absl::Status made =
      event_log::CreateMissingTopics({.client = {.bootstrap_servers = broker_->bootstrap()}},
                                     {{.name = "prihvat.procurement", .partitions = 3}});
  ASSERT_TRUE(made.ok()) << made;
  const auto ended = RunToEnd(
      "prihvat-procurement",
      {"--log=kafka", "--brokers=" + broker_->bootstrap(),
       "--data-dir=" + (directory_ / "p").string(), "--listen=127.0.0.1:0", "--insecure-dev"},
      Soon());
  ASSERT_TRUE(ended.ok()) << ended.status();
  EXPECT_NE(ended->status, 0);
  EXPECT_THAT(ended->err, ::testing::HasSubstr("prihvat.procurement"));
  EXPECT_THAT(ended->err, ::testing::HasSubstr("4 partitions wanted, 3"));
}

}  // namespace
}  // namespace prihvat::e2e
