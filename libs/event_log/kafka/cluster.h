// What a log asks the brokers: where a partition ends, how many a topic has, who the brokers are.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "libs/event_log/event_log.h"
#include "libs/event_log/kafka/handles.h"

namespace prihvat::event_log::kafka {

// One client, on connections of its own, where no fetch is waiting ahead. Owned by the KafkaLog;
// thread-safe. Every call ends at its deadline, whatever the brokers do: rd_kafka_query_watermark_
// offsets does not (2.0.2 waits for its request to end, a minute and more with a leader that died),
// and is not used.
class Cluster {
 public:
  // `properties` name the bootstrap servers. Does not wait for them.
  static absl::StatusOr<std::unique_ptr<Cluster>> Connect(
      const std::map<std::string, std::string>& properties);

  // Asks the partition's leader, another one as soon as there is one, until `deadline`.
  absl::StatusOr<Offset> End(const TopicPartition& tp, absl::Time deadline);
  absl::StatusOr<int32_t> PartitionCount(const std::string& topic, absl::Time deadline);

  // The servers that were configured and those that the cluster has named since: a client that is
  // made later finds the cluster though the configured ones are down.
  std::string bootstrap_servers() const;

 private:
  Cluster(Client client, std::string bootstrap)
      : client_(std::move(client)), configured_(std::move(bootstrap)) {}

  absl::StatusOr<rd_kafka_topic_t*> TopicOf(const std::string& name);
  rd_kafka_resp_err_t AskEnd(const TopicPartition& tp, absl::Time until, Offset& end);
  void LearnBrokers(rd_kafka_topic_t* topic, absl::Time deadline);

  const Client client_;
  const std::string configured_;
  mutable absl::Mutex mutex_;
  // Kept: librdkafka looks for the leader of what it has a handle of when the leader's broker is
  // down, and of nothing else.
  absl::flat_hash_map<std::string, Topic> topics_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::string> named_ ABSL_GUARDED_BY(mutex_);  // "host:port"
  absl::Time learn_again_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
};

// Whether the error is what a new topic, a lost broker or a change of leaders brings for a while.
bool MaySettle(rd_kafka_resp_err_t error);

}  // namespace prihvat::event_log::kafka
