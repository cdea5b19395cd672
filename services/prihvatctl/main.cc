// prihvatctl: talks to the services of Prihvat. See cli.h.
#include <sys/ioctl.h>
#include <unistd.h>

#include <iostream>

#include "absl/time/clock.h"
#include "libs/event_log/embedded/embedded_log.h"
#include "libs/event_log/kafka/broker_check.h"
#include "libs/event_log/kafka/kafka_log.h"
#include "libs/event_log/kafka/topic_audit.h"
#include "services/prihvatctl/cli.h"
#include "services/prihvatctl/commands.h"
#include "services/prihvatctl/grpc_api.h"
#include "services/prihvatctl/routed_api.h"

namespace {

using prihvat::ctl::LogPlace;
using prihvat::ctl::OpenedLog;

absl::StatusOr<OpenedLog> OpenEmbedded(const LogPlace& place) {
  auto log =
      prihvat::event_log::EmbeddedLog::Open({.directory = place.directory, .read_only = true});
  if (!log.ok()) return log.status();
  OpenedLog opened;
  opened.topics = (*log)->Topics();
  opened.log = *std::move(log);
  return opened;
}

constexpr absl::Duration kBrokersPatience = absl::Seconds(10);

absl::StatusOr<OpenedLog> OpenKafka(const LogPlace& place) {
  const prihvat::event_log::KafkaClientOptions client{.bootstrap_servers = place.brokers,
                                                      .properties = place.kafka_properties};
  if (absl::Status s = prihvat::event_log::CheckBrokers(client, absl::Now() + kBrokersPatience);
      !s.ok())
    return s;
  auto log = prihvat::event_log::KafkaLog::Open({.client = client});
  if (!log.ok()) return log.status();
  OpenedLog opened;
  for (const std::string& service : prihvat::ctl::AllServices()) {
    const std::string topic = "prihvat." + service;
    const auto partitions = (*log)->PartitionCount(topic, absl::Now() + absl::Seconds(30));
    if (absl::IsNotFound(partitions.status())) continue;
    if (!partitions.ok()) return partitions.status();
    opened.topics.push_back({.name = topic, .partitions = *partitions});
  }
  if (opened.topics.empty()) return absl::NotFoundError("the brokers have no topic of Prihvat");
  opened.log = *std::move(log);
  return opened;
}

absl::StatusOr<OpenedLog> OpenLog(const LogPlace& place) {
  return place.brokers.empty() ? OpenEmbedded(place) : OpenKafka(place);
}

// Columns of the terminal at standard output; 0 where it is none.
size_t TerminalWidth() {
  winsize size{};
  if (isatty(STDOUT_FILENO) == 0 || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0) return 0;
  return size.ws_col;
}

}  // namespace

int main(int argc, char** argv) {
  prihvat::ctl::Surroundings surroundings{std::cout, std::cerr, std::cin};
  surroundings.err_is_terminal = isatty(STDERR_FILENO) != 0;
  surroundings.width = TerminalWidth();
  surroundings.connect = [](const prihvat::ctl::Connection& connection) {
    return prihvat::ctl::RoutedApi::To(connection.servers, [&](const std::string& address) {
      return prihvat::ctl::GrpcApi::To(address, connection);
    });
  };
  surroundings.open_log = OpenLog;
  surroundings.audit_topics = [](const LogPlace& place,
                                 const std::vector<prihvat::event_log::TopicSpec>& topics) {
    return prihvat::event_log::AuditTopics(
        {.client = {.bootstrap_servers = place.brokers, .properties = place.kafka_properties}},
        topics);
  };
  surroundings.wait = [](absl::Duration wait) { absl::SleepFor(wait); };
  return prihvat::ctl::RunCommandLine({argv + 1, argv + argc}, surroundings);
}
