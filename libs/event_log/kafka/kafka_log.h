// The log on Apache Kafka: librdkafka, no consumer group, no transactions.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/event_log/event_log.h"

namespace prihvat::event_log {

// How to reach the cluster: shared by the log and the topic audit.
struct KafkaClientOptions {
  std::string bootstrap_servers;  // "host:port,host:port"
  // librdkafka's names, for security and tuning; what the engine's guarantees rest on cannot be
  // changed by them.
  std::map<std::string, std::string> properties;
};

struct KafkaLogOptions {
  KafkaClientOptions client;
  size_t max_record_bytes =
      size_t{1} << 20;  // the topic's max.message.bytes must be larger: see topic_audit.h
  // A record that the brokers did not take in this time is given up, whatever the deadline of its
  // append.
  absl::Duration delivery_timeout = absl::Seconds(30);
};

// Owned by main. Thread-safe. One idempotent producer for each partition that is written (so that
// ResetWriter drops one alone), each with a thread that serves its delivery reports: `done` runs
// there. One consumer for each reader, with librdkafka's threads, where `on_readable` runs. One
// more client asks for ends and partition counts, on a connection of its own, where no fetch is
// waiting ahead. Readers may outlive the log, and fail once it is closed.
//
// Failures. Whatever was or may have been sent and was not confirmed is kUnknown; the engine never
// sends a batch again by itself but for the producer's idempotent retries. After a producer's fatal
// error every append to that partition is kNotSent with UNAVAILABLE until ResetWriter. A broker
// that is down is UNAVAILABLE or DEADLINE_EXCEEDED.
class KafkaLog : public EventLog {
 public:
  // INVALID_ARGUMENT for properties that librdkafka does not take. Does not wait for the cluster.
  static absl::StatusOr<std::unique_ptr<KafkaLog>> Open(KafkaLogOptions options);
  ~KafkaLog() override;

  void Append(const TopicPartition& tp, std::vector<std::string> records, absl::Time deadline,
              AppendDone done) override;
  absl::StatusOr<std::unique_ptr<LogReader>> OpenReader(const TopicPartition& tp, Offset from,
                                                        std::function<void()> on_readable) override;
  absl::StatusOr<Offset> End(const TopicPartition& tp, absl::Time deadline) override;
  absl::StatusOr<int32_t> PartitionCount(const std::string& topic, absl::Time deadline) override;
  void ResetWriter(const TopicPartition& tp) override;
  size_t max_record_bytes() const override;
  // Of its producers, as of the last ten seconds (the property statistics.interval.ms).
  std::vector<base::Statistic> Statistics() const override;
  // Waits a bounded time for producers to end.
  void Close() override;

 private:
  class Core;

  explicit KafkaLog(std::shared_ptr<Core> core) : core_(std::move(core)) {}

  const std::shared_ptr<Core> core_;  // shared with readers
};

}  // namespace prihvat::event_log
