#include "libs/event_log/kafka/topic_audit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>

#include "libs/event_log/kafka/handles.h"
#include "libs/event_log/testing/kafka_broker.h"
#include "libs/event_log/testing/log_calls.h"

namespace prihvat::event_log {
namespace {

using ::testing::HasSubstr;
using testing::KafkaBroker;
using testing::kPatience;
using ::testing::Not;

class KafkaTopicTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    auto started = KafkaBroker::Start(1);
    ASSERT_TRUE(started.ok()) << started.status();
    broker_ = started->release();
  }
  static void TearDownTestSuite() {
    delete broker_;
    broker_ = nullptr;
  }

  static TopicAuditOptions Options() {
    return {.client = {.bootstrap_servers = broker_->bootstrap()}};
  }

  // Makes a topic as declared but for `changes`, as an operator's own hand may.
  static void MakeWrong(const TopicSpec& spec, const std::map<std::string, std::string>& changes) {
    ASSERT_TRUE(CreateMissingTopics(Options(), {spec}).ok());
    auto conf = kafka::MakeConf({{"bootstrap.servers", broker_->bootstrap()}});
    ASSERT_TRUE(conf.ok());
    auto admin = kafka::MakeClient(RD_KAFKA_PRODUCER, *std::move(conf));
    ASSERT_TRUE(admin.ok());
    const kafka::ConfigResource resource(
        rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, spec.name.c_str()));
    std::map<std::string, std::string> settings = {{"cleanup.policy", "delete"},
                                                   {"retention.ms", "-1"},
                                                   {"retention.bytes", "-1"},
                                                   {"message.timestamp.type", "LogAppendTime"},
                                                   {"unclean.leader.election.enable", "false"},
                                                   {"min.insync.replicas", "1"},
                                                   {"max.message.bytes", "2000000"}};
    for (const auto& [name, value] : changes) settings[name] = value;
    for (const auto& [name, value] : settings) {
      rd_kafka_ConfigResource_set_config(resource.get(), name.c_str(), value.c_str());
    }
    const kafka::Queue answers(rd_kafka_queue_new(admin->get()));
    rd_kafka_ConfigResource_t* raw = resource.get();
    rd_kafka_AlterConfigs(admin->get(), &raw, 1, nullptr, answers.get());
    const kafka::Event event(rd_kafka_queue_poll(answers.get(), 60'000));
    ASSERT_NE(event, nullptr);
    ASSERT_EQ(rd_kafka_event_error(event.get()), RD_KAFKA_RESP_ERR_NO_ERROR);
    size_t count = 0;
    const auto** results = rd_kafka_AlterConfigs_result_resources(
        rd_kafka_event_AlterConfigs_result(event.get()), &count);
    ASSERT_EQ(count, 1u);
    ASSERT_EQ(rd_kafka_ConfigResource_error(results[0]), RD_KAFKA_RESP_ERR_NO_ERROR);
  }

  static KafkaBroker* broker_;
};
KafkaBroker* KafkaTopicTest::broker_ = nullptr;

TEST_F(KafkaTopicTest, CreatedTopicsPassTheAuditAndCreatingAgainChangesNothing) {
  const std::vector<TopicSpec> topics = {{.name = "good.one", .partitions = 3},
                                         {.name = "good.two"}};
  ASSERT_TRUE(CreateMissingTopics(Options(), topics).ok());
  ASSERT_TRUE(CreateMissingTopics(Options(), topics).ok());
  const absl::Status audited = AuditTopics(Options(), topics);
  EXPECT_TRUE(audited.ok()) << audited;
}

TEST_F(KafkaTopicTest, AMissingTopicIsNotFound) {
  const absl::Status audited = AuditTopics(Options(), {{.name = "never.made"}});
  EXPECT_EQ(audited.code(), absl::StatusCode::kNotFound) << audited;
  EXPECT_THAT(std::string(audited.message()), HasSubstr("never.made"));
}

TEST_F(KafkaTopicTest, K4_EachWrongSettingIsRefusedByName) {
  struct Case {
    std::string setting, wrong, message;
  };
  const std::vector<Case> cases = {
      {"retention.ms", "604800000",
       "retention.ms=-1 wanted, 604800000 found: events would vanish with time"},
      {"retention.bytes", "1000000", "retention.bytes=-1 wanted, 1000000 found"},
      {"cleanup.policy", "compact",
       "cleanup.policy=delete wanted, compact found: compaction would remove events"},
      {"message.timestamp.type", "CreateTime",
       "message.timestamp.type=LogAppendTime wanted, CreateTime found"},
      {"unclean.leader.election.enable", "true",
       "unclean.leader.election.enable=false wanted, true found"},
      {"max.message.bytes", "1000", "max.message.bytes of at least"},
  };
  for (const Case& wrong : cases) {
    SCOPED_TRACE(wrong.setting);
    const TopicSpec spec{.name = "wrong." + wrong.setting, .partitions = 1};
    ASSERT_NO_FATAL_FAILURE(MakeWrong(spec, {{wrong.setting, wrong.wrong}}));
    const absl::Status audited = AuditTopics(Options(), {spec});
    EXPECT_EQ(audited.code(), absl::StatusCode::kFailedPrecondition) << audited;
    const std::string message(audited.message());
    EXPECT_THAT(message, HasSubstr("topic " + spec.name + ": " + wrong.message));
    EXPECT_THAT(message, HasSubstr("kafka-configs.sh --alter --topic " + spec.name +
                                   " --add-config " + wrong.setting));
    EXPECT_THAT(message, Not(HasSubstr(";"))) << "one difference, one message";
  }
}

TEST_F(KafkaTopicTest, WrongPartitionCountReplicationAndInsyncReplicasAreRefused) {
  ASSERT_TRUE(CreateMissingTopics(Options(), {{.name = "shape", .partitions = 2}}).ok());
  const absl::Status audited =
      AuditTopics(Options(), {{.name = "shape", .partitions = 4, .replication_factor = 3}});
  EXPECT_EQ(audited.code(), absl::StatusCode::kFailedPrecondition) << audited;
  const std::string message(audited.message());
  EXPECT_THAT(message, HasSubstr("4 partitions wanted, 2 found"));
  EXPECT_THAT(message, HasSubstr("replication factor at least 3 wanted, 1 found"));
  EXPECT_THAT(message, HasSubstr("min.insync.replicas of at least 2 wanted, 1 found"));
}

// openmeter #5005: a record stamped with a business time older than the retention was deleted
// within minutes. Here the broker's own time stands, whatever a producer says.
TEST_F(KafkaTopicTest, K3_ATwoYearOldBusinessTimeNeverDatesTheRecord) {
  const TopicSpec spec{.name = "backdated", .partitions = 1};
  ASSERT_TRUE(CreateMissingTopics(Options(), {spec}).ok());
  const absl::Time before = absl::Now();
  {
    auto conf = kafka::MakeConf({{"bootstrap.servers", broker_->bootstrap()}, {"acks", "all"}});
    ASSERT_TRUE(conf.ok());
    auto producer = kafka::MakeClient(RD_KAFKA_PRODUCER, *std::move(conf));
    ASSERT_TRUE(producer.ok());
    ASSERT_EQ(rd_kafka_producev(
                  producer->get(), RD_KAFKA_V_TOPIC("backdated"), RD_KAFKA_V_PARTITION(0),
                  RD_KAFKA_V_VALUE(const_cast<char*>("handover"), 8),
                  RD_KAFKA_V_TIMESTAMP(absl::ToUnixMillis(before - absl::Hours(2 * 365 * 24))),
                  RD_KAFKA_V_END),
              RD_KAFKA_RESP_ERR_NO_ERROR);
    ASSERT_EQ(rd_kafka_flush(producer->get(), 60'000), RD_KAFKA_RESP_ERR_NO_ERROR);
  }
  auto log = KafkaLog::Open({.client = {.bootstrap_servers = broker_->bootstrap()}});
  ASSERT_TRUE(log.ok()) << log.status();
  auto reader = (*log)->OpenReader({"backdated", 0}, 0, nullptr);
  ASSERT_TRUE(reader.ok()) << reader.status();
  const auto records = testing::ReadToTip(**reader);
  ASSERT_TRUE(records.ok()) << records.status();
  ASSERT_EQ(records->size(), 1u);
  EXPECT_EQ((*records)[0].bytes, "handover");
  EXPECT_GE((*records)[0].append_time, before - absl::Milliseconds(1));
}

}  // namespace
}  // namespace prihvat::event_log
