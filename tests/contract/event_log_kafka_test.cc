#include <unistd.h>

#include <atomic>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "libs/event_log/kafka/kafka_log.h"
#include "libs/event_log/kafka/topic_audit.h"
#include "libs/event_log/testing/event_log_contract.h"
#include "libs/event_log/testing/kafka_broker.h"

namespace prihvat::event_log::testing {
namespace {

// One broker for all tests of this program; each has a topic of its own.
class BrokerEnvironment : public ::testing::Environment {
 public:
  void SetUp() override {
    auto started = KafkaBroker::Start(1);
    ASSERT_TRUE(started.ok()) << started.status();
    broker() = *std::move(started);
  }
  void TearDown() override { broker().reset(); }
  static std::unique_ptr<KafkaBroker>& broker() {
    static std::unique_ptr<KafkaBroker> broker;
    return broker;
  }
};

const auto* const kEnvironment = ::testing::AddGlobalTestEnvironment(new BrokerEnvironment);

class KafkaEngine {
 public:
  static constexpr bool kShared = true;

  KafkaEngine() {
    static std::atomic<int> counter = 0;
    topic_ = absl::StrCat("prihvat.contract-", counter++);
    const TopicAuditOptions audit{.client = {.bootstrap_servers = bootstrap()}};
    const std::vector<TopicSpec> topics = {{.name = topic_, .partitions = 2}};
    const absl::Status created = CreateMissingTopics(audit, topics);
    EXPECT_TRUE(created.ok()) << created;
    const absl::Status audited = AuditTopics(audit, topics);
    EXPECT_TRUE(audited.ok()) << audited;
  }

  std::string topic() const { return topic_; }
  absl::StatusOr<std::unique_ptr<EventLog>> Open() { return OpenWith({}); }
  absl::StatusOr<std::unique_ptr<EventLog>> OpenWith(
      std::map<std::string, std::string> properties) {
    return KafkaLog::Open(
        {.client = {.bootstrap_servers = bootstrap(), .properties = std::move(properties)}});
  }

 private:
  static std::string bootstrap() { return BrokerEnvironment::broker()->bootstrap(); }

  std::string topic_;
};

INSTANTIATE_TYPED_TEST_SUITE_P(Kafka, EventLogContract, KafkaEngine);

double RequestsOf(const EventLog& log) {
  for (const base::Statistic& statistic : log.Statistics()) {
    if (statistic.name == "prihvat_kafka_requests_total") return statistic.value;
  }
  return 0;
}

void AppendBatch(EventLog& log, const std::string& topic) {
  absl::Notification appended;
  AppendResult result;
  log.Append({topic, 0}, std::vector<std::string>(2000, "a record"),
             absl::Now() + absl::Seconds(30), [&](AppendResult told) {
               result = std::move(told);
               appended.Notify();
             });
  appended.WaitForNotification();
  ASSERT_EQ(result.outcome, AppendResult::Outcome::kConfirmed) << result.status;
}

// A broker does as much for a request of one record as for one of a thousand.
TEST(KafkaLogTest, ABatchIsSentAsOneRequest) {
  constexpr int kBatches = 50;
  constexpr int kOthers = 20;  // versions, metadata, the producer's id
  KafkaEngine engine;
  auto log = engine.OpenWith({{"statistics.interval.ms", "50"}});
  ASSERT_TRUE(log.ok()) << log.status();
  for (int i = 0; i < kBatches; ++i) AppendBatch(**log, engine.topic());
  // What is told now may be of before the last ones; what changes after one more is not.
  const double told = RequestsOf(**log);
  AppendBatch(**log, engine.topic());
  const absl::Time deadline = absl::Now() + absl::Seconds(30);
  while (RequestsOf(**log) <= told) {
    ASSERT_LT(absl::Now(), deadline) << RequestsOf(**log) << " requests are told of";
    absl::SleepFor(absl::Milliseconds(10));
  }
  EXPECT_LE(RequestsOf(**log), kBatches + 1 + kOthers);
}

}  // namespace
}  // namespace prihvat::event_log::testing
