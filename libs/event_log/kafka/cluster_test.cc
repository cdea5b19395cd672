// What is asked of brokers ends at its deadline, and follows the leader: against librdkafka's own
// mock cluster, whose brokers hang and go down when told to.
#include "libs/event_log/kafka/cluster.h"

#include <librdkafka/rdkafka_mock.h>

#include <algorithm>
#include <string>

#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/event_log/kafka/kafka_log.h"

namespace prihvat::event_log::kafka {
namespace {

using ::testing::HasSubstr;

constexpr int kBrokers = 3;
constexpr int kHangMs = 60'000;
constexpr absl::Duration kShort = absl::Milliseconds(300);
constexpr absl::Duration kSlack = absl::Seconds(3);  // for a machine that is busy
constexpr absl::Duration kLong = absl::Seconds(30);
const TopicPartition kTp{"prihvat.mock", 0};

using MockCluster =
    std::unique_ptr<rd_kafka_mock_cluster_t, Destroy<rd_kafka_mock_cluster_destroy>>;

class ClusterTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto conf = MakeConf({});
    ASSERT_TRUE(conf.ok());
    auto host = MakeClient(RD_KAFKA_PRODUCER, *std::move(conf));
    ASSERT_TRUE(host.ok());
    host_ = *std::move(host);
    mock_.reset(rd_kafka_mock_cluster_new(host_.get(), kBrokers));
    ASSERT_NE(mock_, nullptr);
    rd_kafka_mock_topic_create(mock_.get(), kTp.topic.c_str(), 1, kBrokers);
    Lead(1);
    auto log = KafkaLog::Open({.client = {.bootstrap_servers = AllServers()}});
    ASSERT_TRUE(log.ok()) << log.status();
    log_ = *std::move(log);
  }
  void TearDown() override {
    Hang(1, false);
    log_.reset();
  }

  std::string AllServers() const { return rd_kafka_mock_cluster_bootstraps(mock_.get()); }
  void Lead(int32_t broker) {
    rd_kafka_mock_partition_set_leader(mock_.get(), kTp.topic.c_str(), kTp.partition, broker);
  }
  void Hang(int32_t broker, bool hang) {
    rd_kafka_mock_broker_set_rtt(mock_.get(), broker, hang ? kHangMs : 0);
  }

  Client host_;
  MockCluster mock_;
  std::unique_ptr<EventLog> log_;
};

TEST_F(ClusterTest, AskingALeaderThatHangsEndsAtTheDeadline) {
  ASSERT_TRUE(log_->End(kTp, absl::Now() + kLong).ok());
  Hang(1, true);
  const absl::Time began = absl::Now();
  const auto end = log_->End(kTp, began + kShort);
  EXPECT_FALSE(end.ok());
  EXPECT_LT(absl::Now() - began, kShort + kSlack);
}

TEST_F(ClusterTest, AReadThatMustAskALeaderThatHangsEndsAtItsDeadlineAndSaysNoTip) {
  auto reader = log_->OpenReader(kTp, 0, nullptr);
  ASSERT_TRUE(reader.ok()) << reader.status();
  auto tip = (*reader)->Read(1, absl::Now() + kLong);
  ASSERT_TRUE(tip.ok()) << tip.status();
  Hang(1, true);
  const absl::Time began = absl::Now();
  const auto records = (*reader)->Read(1, began + kShort);
  EXPECT_FALSE(records.ok()) << "a time-out was taken for the tip";
  EXPECT_LT(absl::Now() - began, kShort + kSlack);
  const absl::Time letting_go = absl::Now();
  reader->reset();
  EXPECT_LT(absl::Now() - letting_go, kSlack) << "who lets go of a reader waits for its broker";
}

TEST_F(ClusterTest, TheNextLeaderIsFoundWhenTheOldOneIsDown) {
  ASSERT_TRUE(log_->End(kTp, absl::Now() + kLong).ok());
  rd_kafka_mock_broker_set_down(mock_.get(), 1);
  const auto nobody = log_->End(kTp, absl::Now() + kShort);
  EXPECT_FALSE(nobody.ok());
  Lead(2);
  const auto end = log_->End(kTp, absl::Now() + kLong);
  EXPECT_TRUE(end.ok()) << end.status();
}

TEST_F(ClusterTest, TheNextLeaderIsFoundWhenTheOldOneHangs) {
  ASSERT_TRUE(log_->End(kTp, absl::Now() + kLong).ok());
  Hang(1, true);
  Lead(2);
  const absl::Time began = absl::Now();
  const auto end = log_->End(kTp, began + kLong);
  EXPECT_TRUE(end.ok()) << end.status();
}

// A writer that is made after the only configured broker died must find the others.
TEST_F(ClusterTest, TheClusterIsFoundThoughTheConfiguredBrokerIsDown) {
  Lead(2);
  const std::string all = AllServers();
  const std::string first = all.substr(0, all.find(','));
  auto cluster = Cluster::Connect({{"bootstrap.servers", first}});
  ASSERT_TRUE(cluster.ok()) << cluster.status();
  EXPECT_EQ((*cluster)->bootstrap_servers(), first);
  ASSERT_TRUE((*cluster)->End(kTp, absl::Now() + kLong).ok());
  const std::string known = (*cluster)->bootstrap_servers();
  EXPECT_EQ(std::count(known.begin(), known.end(), ','), kBrokers - 1) << known;
  EXPECT_THAT(known, HasSubstr(first));
  rd_kafka_mock_broker_set_down(mock_.get(), 1);
  auto later = Cluster::Connect({{"bootstrap.servers", known}});
  ASSERT_TRUE(later.ok()) << later.status();
  const auto end = (*later)->End(kTp, absl::Now() + kLong);
  EXPECT_TRUE(end.ok()) << end.status();
}

}  // namespace
}  // namespace prihvat::event_log::kafka
