#include "libs/event_log/kafka/cluster.h"

#include <algorithm>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

namespace prihvat::event_log::kafka {
namespace {

// One attempt: short, because each looks the leader up anew.
constexpr absl::Duration kAttempt = absl::Seconds(1);
constexpr absl::Duration kBetweenAttempts = absl::Milliseconds(20);
// How long a topic or partition that nobody knows may be one that is just being made.
constexpr absl::Duration kUnknownPatience = absl::Seconds(3);
constexpr absl::Duration kLearnEvery = absl::Minutes(1);
constexpr absl::Duration kLearnTime = absl::Milliseconds(500);

bool IsUnknown(rd_kafka_resp_err_t error) {
  return error == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART ||
         error == RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC || error == RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION;
}

std::string ServerOf(const rd_kafka_metadata_broker& broker) {
  const std::string host(broker.host);
  const bool is_v6 = host.find(':') != std::string::npos && host.front() != '[';
  return absl::StrCat(is_v6 ? "[" : "", host, is_v6 ? "]" : "", ":", broker.port);
}

}  // namespace

bool MaySettle(rd_kafka_resp_err_t error) {
  switch (error) {
    case RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE:
    case RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION:
    case RD_KAFKA_RESP_ERR_REPLICA_NOT_AVAILABLE:
    case RD_KAFKA_RESP_ERR_BROKER_NOT_AVAILABLE:
    case RD_KAFKA_RESP_ERR_NETWORK_EXCEPTION:
    case RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT:
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
    case RD_KAFKA_RESP_ERR_OFFSET_NOT_AVAILABLE:
    case RD_KAFKA_RESP_ERR_FENCED_LEADER_EPOCH:
    case RD_KAFKA_RESP_ERR_UNKNOWN_LEADER_EPOCH:
    case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
    case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
    case RD_KAFKA_RESP_ERR__WAIT_COORD:
    case RD_KAFKA_RESP_ERR__TRANSPORT:
    case RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN:
    case RD_KAFKA_RESP_ERR__TIMED_OUT:
    case RD_KAFKA_RESP_ERR__TIMED_OUT_QUEUE:
      return true;
    default:
      return false;
  }
}

absl::StatusOr<std::unique_ptr<Cluster>> Cluster::Connect(
    const std::map<std::string, std::string>& properties) {
  auto conf = MakeConf(properties);
  if (!conf.ok()) return conf.status();
  auto client = MakeClient(RD_KAFKA_CONSUMER, *std::move(conf));
  if (!client.ok()) return client.status();
  return absl::WrapUnique(new Cluster(*std::move(client), properties.at("bootstrap.servers")));
}

absl::StatusOr<rd_kafka_topic_t*> Cluster::TopicOf(const std::string& name) {
  absl::MutexLock lock(&mutex_);
  Topic& topic = topics_[name];
  if (topic == nullptr) {
    auto made = MakeTopic(client_.get(), name);
    if (!made.ok()) {
      topics_.erase(name);
      return made.status();
    }
    topic = *std::move(made);
  }
  return topic.get();
}

absl::StatusOr<Offset> Cluster::End(const TopicPartition& tp, absl::Time deadline) {
  const auto topic = TopicOf(tp.topic);
  if (!topic.ok()) return topic.status();
  const absl::Time began = absl::Now();
  while (true) {
    Offset end = 0;
    const rd_kafka_resp_err_t error = AskEnd(tp, std::min(deadline, absl::Now() + kAttempt), end);
    const absl::Time now = absl::Now();
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) {
      LearnBrokers(*topic, deadline);
      return end;
    }
    const absl::Time give_up =
        IsUnknown(error) ? std::min(deadline, began + kUnknownPatience) : deadline;
    if (!MaySettle(error) || now >= give_up)
      return ToStatus(error, absl::StrCat(ToString(tp), ": end"));
    absl::SleepFor(std::min(kBetweenAttempts, give_up - now));
  }
}

// The offset at which the next record will stand, by a call that is bounded.
rd_kafka_resp_err_t Cluster::AskEnd(const TopicPartition& tp, absl::Time until, Offset& end) {
  const PartitionList asked(rd_kafka_topic_partition_list_new(1));
  rd_kafka_topic_partition_t* partition =
      rd_kafka_topic_partition_list_add(asked.get(), tp.topic.c_str(), tp.partition);
  partition->offset = RD_KAFKA_OFFSET_END;  // stands for the time "latest"
  const rd_kafka_resp_err_t error =
      rd_kafka_offsets_for_times(client_.get(), asked.get(), std::max(1, TimeoutMs(until)));
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return error;
  if (partition->err != RD_KAFKA_RESP_ERR_NO_ERROR) return partition->err;
  if (partition->offset < 0) return RD_KAFKA_RESP_ERR_OFFSET_NOT_AVAILABLE;
  end = partition->offset;
  return RD_KAFKA_RESP_ERR_NO_ERROR;
}

// After an answer, so that somebody is there to tell.
void Cluster::LearnBrokers(rd_kafka_topic_t* topic, absl::Time deadline) {
  const absl::Time now = absl::Now();
  {
    absl::MutexLock lock(&mutex_);
    if (now < learn_again_) return;
    learn_again_ = now + kLearnEvery;
  }
  const rd_kafka_metadata_t* raw = nullptr;
  const rd_kafka_resp_err_t error = rd_kafka_metadata(
      client_.get(), 0, topic, &raw, std::max(1, TimeoutMs(std::min(deadline, now + kLearnTime))));
  const Metadata metadata(raw);
  absl::MutexLock lock(&mutex_);
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
    learn_again_ = now + kAttempt;
    return;
  }
  named_.clear();
  for (int i = 0; i < metadata->broker_cnt; ++i) named_.push_back(ServerOf(metadata->brokers[i]));
}

absl::StatusOr<int32_t> Cluster::PartitionCount(const std::string& topic, absl::Time deadline) {
  const auto handle = TopicOf(topic);
  if (!handle.ok()) return handle.status();
  const rd_kafka_metadata_t* raw = nullptr;
  rd_kafka_resp_err_t error =
      rd_kafka_metadata(client_.get(), 0, *handle, &raw, TimeoutMs(deadline));
  const Metadata metadata(raw);
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR && metadata->topic_cnt == 1)
    error = metadata->topics[0].err;
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return ToStatus(error, absl::StrCat("topic ", topic));
  return static_cast<int32_t>(metadata->topics[0].partition_cnt);
}

std::string Cluster::bootstrap_servers() const {
  absl::MutexLock lock(&mutex_);
  std::string servers = configured_;
  for (const std::string& server : named_) {
    if (absl::StrCat(",", servers, ",").find(absl::StrCat(",", server, ",")) == std::string::npos)
      absl::StrAppend(&servers, ",", server);
  }
  return servers;
}

}  // namespace prihvat::event_log::kafka
