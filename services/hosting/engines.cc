#include "services/hosting/engines.h"

#include <algorithm>

#include "absl/time/clock.h"
#include "fmt/format.h"
#include "libs/base/string_view.h"
#include "libs/event_log/embedded/embedded_log.h"
#include "libs/event_log/kafka/broker_check.h"
#include "libs/event_log/kafka/kafka_log.h"
#include "libs/event_log/kafka/topic_audit.h"

namespace prihvat::hosting {
namespace {

using event_log::TopicSpec;

// What brokers with access lists must let the services' user do.
constexpr char kRights[] =
    "; this user needs Describe, DescribeConfigs, Read and Write on the topics prihvat.*, and "
    "Create where they are not there yet";

absl::Status Explain(const absl::Status& status, const std::string& what) {
  return absl::Status(status.code(), fmt::format("{}: {}{}", what, base::FromAbsl(status.message()),
                                                 absl::IsPermissionDenied(status) ? kRights : ""));
}

std::vector<TopicSpec> Declare(const config::HostOptions& options,
                               const std::vector<std::string>& topics) {
  std::vector<TopicSpec> declared;
  for (const std::string& topic : topics) {
    const auto replication = static_cast<int16_t>(options.replication);
    declared.push_back({.name = topic,
                        .partitions = options.partitions,
                        .replication_factor = replication,
                        .min_insync_replicas = std::min<int16_t>(replication, 2)});
  }
  return declared;
}

absl::StatusOr<std::unique_ptr<event_log::EventLog>> OpenEmbedded(
    const config::HostOptions& options, const std::vector<TopicSpec>& topics) {
  auto log = event_log::EmbeddedLog::Open({.directory = (options.data_dir / "log").string(),
                                           .topics = topics,
                                           .clock_confirmed = options.clock_confirmed,
                                           .disk_reserve_bytes = options.disk_reserve_mib << 20});
  if (!log.ok())
    return Explain(log.status(), fmt::format("the log in {}", options.data_dir.string()));
  return *std::move(log);
}

absl::StatusOr<std::unique_ptr<event_log::EventLog>> OpenKafka(
    const config::HostOptions& options, const std::vector<TopicSpec>& topics) {
  const event_log::KafkaClientOptions client{.bootstrap_servers = options.brokers,
                                             .properties = options.kafka_properties};
  const event_log::TopicAuditOptions audit{.client = client};
  const std::string what = fmt::format("Kafka at {}", options.brokers);
  if (absl::Status s = event_log::CheckBrokers(client, absl::Now() + audit.timeout); !s.ok())
    return Explain(s, what);
  if (absl::Status s = event_log::CreateMissingTopics(audit, topics); !s.ok())
    return Explain(s, what);
  if (absl::Status s = event_log::AuditTopics(audit, topics); !s.ok()) return Explain(s, what);
  auto log = event_log::KafkaLog::Open({.client = client});
  if (!log.ok()) return Explain(log.status(), what);
  return *std::move(log);
}

}  // namespace

absl::StatusOr<std::unique_ptr<event_log::EventLog>> OpenLog(
    const config::HostOptions& options, const std::vector<std::string>& topics) {
  const std::vector<TopicSpec> declared = Declare(options, topics);
  return options.log == config::LogEngine::kKafka ? OpenKafka(options, declared)
                                                  : OpenEmbedded(options, declared);
}

}  // namespace prihvat::hosting
