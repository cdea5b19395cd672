#include "libs/event_log/kafka/topic_audit.h"

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "libs/event_log/kafka/handles.h"

namespace prihvat::event_log {
namespace {

using kafka::TimeoutMs;
using kafka::ToStatus;
using Settings = std::map<std::string, std::string>;

constexpr absl::Duration kLeaderPoll = absl::Milliseconds(50);
constexpr absl::Duration kHearsay = absl::Seconds(5);
constexpr size_t kErrorBytes = 512;

absl::StatusOr<kafka::Client> MakeAdmin(const TopicAuditOptions& options) {
  std::map<std::string, std::string> properties = kafka::WithDefaults(options.client.properties);
  properties["bootstrap.servers"] = options.client.bootstrap_servers;
  auto conf = kafka::MakeConf(properties);
  if (!conf.ok()) return conf.status();
  return kafka::MakeClient(RD_KAFKA_PRODUCER, *std::move(conf));
}

// What a topic must say, exactly.
Settings WantedSettings() {
  return {{"cleanup.policy", "delete"},
          {"retention.ms", "-1"},
          {"retention.bytes", "-1"},
          {"message.timestamp.type", "LogAppendTime"},
          {"unclean.leader.election.enable", "false"}};
}

// What a topic must say at least.
std::map<std::string, int64_t> WantedAtLeast(const TopicAuditOptions& options,
                                             const TopicSpec& topic) {
  // A replicated topic whose acknowledgement rests on one broker is not replicated when it matters.
  const int64_t least_in_sync =
      std::max<int64_t>(topic.min_insync_replicas, topic.replication_factor > 1 ? 2 : 1);
  return {
      {"min.insync.replicas", least_in_sync},
      {"max.message.bytes", static_cast<int64_t>(TopicMaxMessageBytes(options.max_record_bytes))}};
}

const char* Why(const std::string& setting) {
  static const auto* const kWhy = new Settings{
      {"cleanup.policy", "compaction would remove events"},
      {"retention.ms", "events would vanish with time"},
      {"retention.bytes", "events would vanish as the log grows"},
      {"message.timestamp.type", "a producer's clock would stand for the broker's"},
      {"unclean.leader.election.enable", "acknowledged events could be lost in an election"},
      {"min.insync.replicas", "an acknowledged event could be on too few brokers"},
      {"max.message.bytes", "records that the service takes would be refused"}};
  return kWhy->at(setting).c_str();
}

// The metadata of one topic.
struct TopicShape {
  rd_kafka_resp_err_t error = RD_KAFKA_RESP_ERR_NO_ERROR;
  int32_t partitions = 0;
  int32_t fewest_replicas = 0;
  bool all_led = false;
};

absl::StatusOr<TopicShape> ShapeOf(rd_kafka_t* admin, const std::string& name,
                                   absl::Time deadline) {
  const auto topic = kafka::MakeTopic(admin, name);
  if (!topic.ok()) return topic.status();
  const rd_kafka_metadata_t* raw = nullptr;
  const auto error = rd_kafka_metadata(admin, 0, topic->get(), &raw, TimeoutMs(deadline));
  const kafka::Metadata metadata(raw);
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR)
    return ToStatus(error, absl::StrCat("topic ", name, ": metadata"));
  if (metadata->topic_cnt != 1)
    return absl::UnavailableError(absl::StrCat("topic ", name, ": no metadata"));
  const rd_kafka_metadata_topic_t& found = metadata->topics[0];
  TopicShape shape{found.err, found.partition_cnt, INT32_MAX, found.partition_cnt > 0};
  for (int i = 0; i < found.partition_cnt; ++i) {
    shape.fewest_replicas = std::min(shape.fewest_replicas, found.partitions[i].replica_cnt);
    shape.all_led = shape.all_led && found.partitions[i].leader >= 0;
  }
  return shape;
}

bool IsMissing(const TopicShape& shape) {
  return shape.error == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART ||
         shape.error == RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC;
}

absl::StatusOr<kafka::NewTopic> Declare(const TopicAuditOptions& options, const TopicSpec& spec) {
  char error[kErrorBytes];
  kafka::NewTopic topic(rd_kafka_NewTopic_new(spec.name.c_str(), spec.partitions,
                                              spec.replication_factor, error, sizeof(error)));
  if (topic == nullptr)
    return absl::InvalidArgumentError(absl::StrCat("topic ", spec.name, ": ", error));
  Settings settings = WantedSettings();
  for (const auto& [name, least] : WantedAtLeast(options, spec))
    settings[name] = absl::StrCat(least);
  for (const auto& [name, value] : settings) {
    const auto set = rd_kafka_NewTopic_set_config(topic.get(), name.c_str(), value.c_str());
    if (set != RD_KAFKA_RESP_ERR_NO_ERROR)
      return ToStatus(set, absl::StrCat("topic ", spec.name, ": ", name));
  }
  return topic;
}

// Sends one admin request by `send` and waits for its answer.
template <typename Send>
absl::StatusOr<kafka::Event> Ask(rd_kafka_t* admin, rd_kafka_admin_op_t operation,
                                 const std::string& what, absl::Time deadline, Send send) {
  const kafka::Queue answers(rd_kafka_queue_new(admin));
  const kafka::AdminOptions options(rd_kafka_AdminOptions_new(admin, operation));
  char error[kErrorBytes];
  const int timeout_ms = std::max(1, TimeoutMs(deadline));
  if (rd_kafka_AdminOptions_set_request_timeout(options.get(), timeout_ms, error, sizeof(error)) !=
      RD_KAFKA_RESP_ERR_NO_ERROR) {
    return absl::InternalError(absl::StrCat(what, ": ", error));
  }
  send(options.get(), answers.get());
  kafka::Event event(rd_kafka_queue_poll(answers.get(), timeout_ms + 1000));
  if (event == nullptr) return absl::DeadlineExceededError(absl::StrCat(what, ": no answer"));
  if (rd_kafka_event_error(event.get()) != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return ToStatus(rd_kafka_event_error(event.get()),
                    absl::StrCat(what, ": ", rd_kafka_event_error_string(event.get())));
  }
  return event;
}

absl::Status Create(rd_kafka_t* admin, const TopicAuditOptions& options, const TopicSpec& spec,
                    absl::Time deadline) {
  const auto topic = Declare(options, spec);
  if (!topic.ok()) return topic.status();
  rd_kafka_NewTopic_t* raw = topic->get();
  const std::string what = absl::StrCat("create topic ", spec.name);
  const auto event = Ask(admin, RD_KAFKA_ADMIN_OP_CREATETOPICS, what, deadline,
                         [&](rd_kafka_AdminOptions_t* ask, rd_kafka_queue_t* answers) {
                           rd_kafka_CreateTopics(admin, &raw, 1, ask, answers);
                         });
  if (!event.ok()) return event.status();
  size_t count = 0;
  const auto** results =
      rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event->get()), &count);
  if (count != 1) return absl::InternalError(absl::StrCat(what, ": ", count, " answers"));
  const rd_kafka_resp_err_t error = rd_kafka_topic_result_error(results[0]);
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR || error == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS) {
    return absl::OkStatus();  // another instance may have been first
  }
  const char* detail = rd_kafka_topic_result_error_string(results[0]);
  return ToStatus(error, absl::StrCat(what, ": ", detail != nullptr ? detail : ""));
}

absl::Status AwaitLeaders(rd_kafka_t* admin, const TopicSpec& spec, absl::Time deadline) {
  while (true) {
    const auto shape = ShapeOf(admin, spec.name, deadline);
    if (shape.ok() && shape->error == RD_KAFKA_RESP_ERR_NO_ERROR && shape->all_led)
      return absl::OkStatus();
    if (absl::Now() >= deadline) {
      return absl::DeadlineExceededError(
          absl::StrCat("topic ", spec.name, ": not every partition has a leader in time"));
    }
    absl::SleepFor(kLeaderPoll);
  }
}

// A broker may not have heard yet of a topic that was made a moment ago through another one.
absl::StatusOr<TopicShape> ShapeOnceThere(rd_kafka_t* admin, const std::string& name,
                                          absl::Time deadline) {
  const absl::Time patience = std::min(deadline, absl::Now() + kHearsay);
  while (true) {
    auto shape = ShapeOf(admin, name, deadline);
    if (!shape.ok() || !IsMissing(*shape) || absl::Now() >= patience) return shape;
    absl::SleepFor(kLeaderPoll);
  }
}

absl::StatusOr<Settings> SettingsOf(rd_kafka_t* admin, const std::string& name,
                                    absl::Time deadline) {
  const kafka::ConfigResource resource(
      rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, name.c_str()));
  rd_kafka_ConfigResource_t* raw = resource.get();
  const std::string what = absl::StrCat("describe topic ", name);
  const auto event = Ask(admin, RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS, what, deadline,
                         [&](rd_kafka_AdminOptions_t* ask, rd_kafka_queue_t* answers) {
                           rd_kafka_DescribeConfigs(admin, &raw, 1, ask, answers);
                         });
  if (!event.ok()) return event.status();
  size_t resources = 0;
  const auto** described = rd_kafka_DescribeConfigs_result_resources(
      rd_kafka_event_DescribeConfigs_result(event->get()), &resources);
  if (resources != 1) return absl::InternalError(absl::StrCat(what, ": ", resources, " answers"));
  if (const auto error = rd_kafka_ConfigResource_error(described[0]);
      error != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return ToStatus(error, what);
  }
  size_t count = 0;
  const auto** entries = rd_kafka_ConfigResource_configs(described[0], &count);
  Settings settings;
  for (size_t i = 0; i < count; ++i) {
    const char* value = rd_kafka_ConfigEntry_value(entries[i]);
    settings[rd_kafka_ConfigEntry_name(entries[i])] = value != nullptr ? value : "";
  }
  return settings;
}

// The broker that is asked may be another one than that which knew the topic.
absl::StatusOr<Settings> SettingsOnceThere(rd_kafka_t* admin, const std::string& name,
                                           absl::Time deadline) {
  const absl::Time patience = std::min(deadline, absl::Now() + kHearsay);
  while (true) {
    auto settings = SettingsOf(admin, name, deadline);
    if (!absl::IsNotFound(settings.status()) || absl::Now() >= patience) return settings;
    absl::SleepFor(kLeaderPoll);
  }
}

std::string Change(const std::string& topic, const std::string& setting, const std::string& value) {
  return absl::StrCat("kafka-configs.sh --alter --topic ", topic, " --add-config ", setting, "=",
                      value);
}

void CompareShape(const TopicSpec& spec, const TopicShape& shape,
                  std::vector<std::string>& differences) {
  if (shape.partitions != spec.partitions) {
    differences.push_back(absl::StrCat(
        "topic ", spec.name, ": ", spec.partitions, " partitions wanted, ", shape.partitions,
        " found (the count decides where an operation lives and never changes: configure ",
        shape.partitions, ", or copy the log to a new topic)"));
  }
  if (shape.fewest_replicas < spec.replication_factor) {
    differences.push_back(absl::StrCat("topic ", spec.name, ": replication factor at least ",
                                       spec.replication_factor, " wanted, ", shape.fewest_replicas,
                                       " found (add replicas with kafka-reassign-partitions.sh)"));
  }
}

void CompareSettings(const TopicAuditOptions& options, const TopicSpec& spec, const Settings& found,
                     std::vector<std::string>& differences) {
  const auto value_of = [&found](const std::string& name) {
    const auto it = found.find(name);
    return it == found.end() ? std::string("nothing") : it->second;
  };
  for (const auto& [name, wanted] : WantedSettings()) {
    if (value_of(name) == wanted) continue;
    differences.push_back(absl::StrCat("topic ", spec.name, ": ", name, "=", wanted, " wanted, ",
                                       value_of(name), " found: ", Why(name), " (",
                                       Change(spec.name, name, wanted), ")"));
  }
  for (const auto& [name, least] : WantedAtLeast(options, spec)) {
    int64_t value = 0;
    if (absl::SimpleAtoi(value_of(name), &value) && value >= least) continue;
    differences.push_back(absl::StrCat("topic ", spec.name, ": ", name, " of at least ", least,
                                       " wanted, ", value_of(name), " found: ", Why(name), " (",
                                       Change(spec.name, name, absl::StrCat(least)), ")"));
  }
}

}  // namespace

absl::Status CreateMissingTopics(const TopicAuditOptions& options,
                                 const std::vector<TopicSpec>& topics) {
  const absl::Time deadline = absl::Now() + options.timeout;
  const auto admin = MakeAdmin(options);
  if (!admin.ok()) return admin.status();
  for (const TopicSpec& spec : topics) {
    const auto shape = ShapeOf(admin->get(), spec.name, deadline);
    if (!shape.ok()) return shape.status();
    // It would be so for ever, and wait for leaders below.
    if (shape->error == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED)
      return ToStatus(shape->error, absl::StrCat("topic ", spec.name));
    if (!IsMissing(*shape)) continue;
    if (absl::Status created = Create(admin->get(), options, spec, deadline); !created.ok())
      return created;
  }
  for (const TopicSpec& spec : topics) {
    if (absl::Status led = AwaitLeaders(admin->get(), spec, deadline); !led.ok()) return led;
  }
  return absl::OkStatus();
}

absl::Status AuditTopics(const TopicAuditOptions& options, const std::vector<TopicSpec>& topics) {
  const absl::Time deadline = absl::Now() + options.timeout;
  const auto admin = MakeAdmin(options);
  if (!admin.ok()) return admin.status();
  std::vector<std::string> differences;
  for (const TopicSpec& spec : topics) {
    const auto shape = ShapeOnceThere(admin->get(), spec.name, deadline);
    if (!shape.ok()) return shape.status();
    if (IsMissing(*shape)) {
      return absl::NotFoundError(
          absl::StrCat("topic ", spec.name, " is not there: create it as declared"));
    }
    if (shape->error != RD_KAFKA_RESP_ERR_NO_ERROR)
      return ToStatus(shape->error, absl::StrCat("topic ", spec.name));
    CompareShape(spec, *shape, differences);
    const auto settings = SettingsOnceThere(admin->get(), spec.name, deadline);
    if (!settings.ok()) return settings.status();
    CompareSettings(options, spec, *settings, differences);
  }
  if (differences.empty()) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat("refused, events would not be safe: ", absl::StrJoin(differences, "; ")));
}

}  // namespace prihvat::event_log
