#include <unistd.h>

#include <atomic>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
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
  absl::StatusOr<std::unique_ptr<EventLog>> Open() {
    return KafkaLog::Open({.client = {.bootstrap_servers = bootstrap()}});
  }

 private:
  static std::string bootstrap() { return BrokerEnvironment::broker()->bootstrap(); }

  std::string topic_;
};

INSTANTIATE_TYPED_TEST_SUITE_P(Kafka, EventLogContract, KafkaEngine);

}  // namespace
}  // namespace prihvat::event_log::testing
