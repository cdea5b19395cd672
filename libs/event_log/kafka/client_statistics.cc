#include "libs/event_log/kafka/client_statistics.h"

#include <algorithm>
#include <utility>

#include "nlohmann/json.hpp"

namespace prihvat::event_log::kafka {
namespace {

using Json = nlohmann::json;

constexpr double kMicros = 1e-6;
constexpr double kMillis = 1e-3;

double Number(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_number() ? found->get<double>() : 0;
}

// A field of a window of samples, such as "rtt": {"avg": ..., "p99": ...}.
double OfWindow(const Json& object, const char* window, const char* name) {
  const auto found = object.find(window);
  return found != object.end() && found->is_object() ? Number(*found, name) : 0;
}

}  // namespace

absl::Status ClientStatistics::Note(const void* client, std::string_view json) {
  const Json told = Json::parse(json.begin(), json.end(), nullptr, /*allow_exceptions=*/false);
  if (!told.is_object()) return absl::InvalidArgumentError("statistics that are no JSON object");
  Client now;
  now.queued_messages = Number(told, "msg_cnt");
  now.queued_bytes = Number(told, "msg_size");
  const auto brokers = told.find("brokers");
  if (brokers != told.end() && brokers->is_object()) {
    for (const auto& [name, broker] : brokers->items()) {
      const auto id = static_cast<int64_t>(Number(broker, "nodeid"));
      // Bootstrap addresses and coordinators have no number of their own: -1.
      if (id < 0) continue;
      Broker& into = now.brokers[id];
      into.requests = Number(broker, "tx");
      into.responses = Number(broker, "rx");
      into.sent_bytes = Number(broker, "txbytes");
      into.received_bytes = Number(broker, "rxbytes");
      into.errors = Number(broker, "txerrs") + Number(broker, "rxerrs");
      into.retries = Number(broker, "txretries");
      into.timeouts = Number(broker, "req_timeouts");
      into.disconnects = Number(broker, "disconnects");
      const auto state = broker.find("state");
      into.connections = state != broker.end() && *state == "UP" ? 1 : 0;
      into.waiting = Number(broker, "waitresp_cnt");
      into.round_trip_seconds = OfWindow(broker, "rtt", "avg") * kMicros;
      into.round_trip_p99_seconds = OfWindow(broker, "rtt", "p99") * kMicros;
      into.throttle_seconds = OfWindow(broker, "throttle", "avg") * kMillis;
    }
  }
  absl::MutexLock lock(&mutex_);
  clients_[client] = std::move(now);
  return absl::OkStatus();
}

void ClientStatistics::AddCounters(const Broker& from, Broker& into) {
  into.requests += from.requests;
  into.responses += from.responses;
  into.sent_bytes += from.sent_bytes;
  into.received_bytes += from.received_bytes;
  into.errors += from.errors;
  into.retries += from.retries;
  into.timeouts += from.timeouts;
  into.disconnects += from.disconnects;
}

void ClientStatistics::Forget(const void* client) {
  absl::MutexLock lock(&mutex_);
  const auto found = clients_.find(client);
  if (found == clients_.end()) return;
  for (const auto& [id, broker] : found->second.brokers) AddCounters(broker, gone_[id]);
  clients_.erase(found);
}

std::vector<base::Statistic> ClientStatistics::Collect() const {
  std::map<int64_t, Broker> brokers;
  double queued_messages = 0;
  double queued_bytes = 0;
  {
    absl::MutexLock lock(&mutex_);
    brokers = gone_;
    for (const auto& [key, client] : clients_) {
      queued_messages += client.queued_messages;
      queued_bytes += client.queued_bytes;
      for (const auto& [id, broker] : client.brokers) {
        Broker& sum = brokers[id];
        AddCounters(broker, sum);
        sum.connections += broker.connections;
        sum.waiting += broker.waiting;
        sum.round_trip_seconds = std::max(sum.round_trip_seconds, broker.round_trip_seconds);
        sum.round_trip_p99_seconds =
            std::max(sum.round_trip_p99_seconds, broker.round_trip_p99_seconds);
        sum.throttle_seconds = std::max(sum.throttle_seconds, broker.throttle_seconds);
      }
    }
  }
  struct Field {
    const char* name;
    const char* help;
    bool is_counter;
    double Broker::*value;
  };
  static constexpr Field kFields[] = {
      {"prihvat_kafka_requests_total", "Requests that producers sent to the broker.", true,
       &Broker::requests},
      {"prihvat_kafka_responses_total", "Its answers to producers.", true, &Broker::responses},
      {"prihvat_kafka_sent_bytes_total", "What producers sent to the broker.", true,
       &Broker::sent_bytes},
      {"prihvat_kafka_received_bytes_total", "What it sent to producers.", true,
       &Broker::received_bytes},
      {"prihvat_kafka_errors_total", "Requests and answers of producers that failed on the way.",
       true, &Broker::errors},
      {"prihvat_kafka_retries_total", "Requests that producers sent again.", true,
       &Broker::retries},
      {"prihvat_kafka_timeouts_total", "Requests of producers that had no answer in time.", true,
       &Broker::timeouts},
      {"prihvat_kafka_disconnects_total", "Connections of producers to the broker that ended.",
       true, &Broker::disconnects},
      {"prihvat_kafka_connections", "Producers that are connected to the broker.", false,
       &Broker::connections},
      {"prihvat_kafka_waiting_requests", "Requests of producers without an answer so far.", false,
       &Broker::waiting},
      {"prihvat_kafka_round_trip_seconds",
       "From a producer's request to its answer, mean: of the slowest producer.", false,
       &Broker::round_trip_seconds},
      {"prihvat_kafka_round_trip_p99_seconds",
       "What 99 of 100 round trips stay below: of the slowest producer.", false,
       &Broker::round_trip_p99_seconds},
      {"prihvat_kafka_throttle_seconds",
       "How long the broker makes producers wait for their quota, mean: the longest.", false,
       &Broker::throttle_seconds}};
  std::vector<base::Statistic> all = {
      {"prihvat_kafka_queued_messages",
       "Records that producers hold, sent or not, unconfirmed.",
       false,
       {},
       queued_messages},
      {"prihvat_kafka_queued_bytes", "Their size.", false, {}, queued_bytes}};
  for (const Field& field : kFields) {
    for (const auto& [id, broker] : brokers) {
      all.push_back({field.name,
                     field.help,
                     field.is_counter,
                     {{"broker", std::to_string(id)}},
                     broker.*field.value});
    }
  }
  return all;
}

}  // namespace prihvat::event_log::kafka
