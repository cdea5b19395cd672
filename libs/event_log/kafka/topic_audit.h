// Topics are declared, and refused when they are not what the log's guarantees need (DESIGN section
// 4).
#pragma once

#include <cstddef>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "libs/event_log/event_log.h"
#include "libs/event_log/kafka/kafka_log.h"

namespace prihvat::event_log {

// The largest produce request that a log with this record limit makes, and what the topic must
// therefore take.
constexpr size_t ClientMaxMessageBytes(size_t max_record_bytes) {
  return max_record_bytes + (size_t{8} << 10);
}
constexpr size_t TopicMaxMessageBytes(size_t max_record_bytes) {
  return max_record_bytes + (size_t{16} << 10);
}

struct TopicAuditOptions {
  KafkaClientOptions client;
  size_t max_record_bytes = size_t{1} << 20;  // as the log's
  absl::Duration timeout = absl::Seconds(30);
};

// Creates those of `topics` that are not there, with every setting that AuditTopics asks for, and
// waits until each partition has a leader. Topics that are there are left as they are. Errors of
// the cluster; DEADLINE_EXCEEDED.
absl::Status CreateMissingTopics(const TopicAuditOptions& options,
                                 const std::vector<TopicSpec>& topics);

// Compares each topic with its declaration: partition count, replication, cleanup.policy,
// retention.ms and .bytes, message.timestamp.type, min.insync.replicas (at least 2 where
// replicated), unclean.leader.election.enable, max.message.bytes. FAILED_PRECONDITION names every
// difference with the wanted and the found value and what to do; NOT_FOUND a topic that is not
// there; else errors of the cluster.
absl::Status AuditTopics(const TopicAuditOptions& options, const std::vector<TopicSpec>& topics);

}  // namespace prihvat::event_log
