#include "libs/event_log/kafka/broker_check.h"

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "libs/event_log/kafka/handles.h"

namespace prihvat::event_log {
namespace {

constexpr absl::Duration kAttempt = absl::Milliseconds(500);
constexpr int kBetweenAttemptsMs = 50;
// Of several brokers one may be set up wrongly: so long another one may answer.
constexpr absl::Duration kRefusedPatience = absl::Seconds(3);

// What says most of why no broker answers. "All brokers are down" is only what follows from it.
constexpr int kUser = 3;
constexpr int kTls = 2;
int Weight(int error) {
  switch (error) {
    case RD_KAFKA_RESP_ERR__AUTHENTICATION:
    case RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED:
      return kUser;
    case RD_KAFKA_RESP_ERR__SSL:
      return kTls;
    case RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN:
      return 0;
    default:
      return 1;
  }
}

// Until 2.6.1 the library answers SCRAM in a way that brokers have refused since Kafka 4.0
// (librdkafka #4895), and they say no more than "invalid credentials".
bool ScramIsOutdated(const std::map<std::string, std::string>& properties) {
  constexpr int kMended = 0x02060100;
  const auto mechanism = std::find_if(properties.begin(), properties.end(), [](const auto& one) {
    return one.first == "sasl.mechanisms" || one.first == "sasl.mechanism";
  });
  return mechanism != properties.end() && mechanism->second.rfind("SCRAM", 0) == 0 &&
         rd_kafka_version() < kMended;
}

struct Trouble {
  int weight = -1;
  std::string reason;
  absl::Time refused_at = absl::InfiniteFuture();  // since when user or TLS are
};

// Called by rd_kafka_poll, on the thread that asks.
void OnError(rd_kafka_t* /*client*/, int error, const char* reason, void* opaque) {
  auto& trouble = *static_cast<Trouble*>(opaque);
  // A broker that misses the client's certificate ends the connection with an alert.
  const bool tls = std::string_view(reason).find("SSL routines") != std::string_view::npos;
  const int weight = std::max(Weight(error), tls ? kTls : 0);
  if (weight >= kTls) trouble.refused_at = std::min(trouble.refused_at, absl::Now());
  if (weight < trouble.weight) return;
  trouble.weight = weight;
  trouble.reason = reason;
}

absl::Status ToStatus(const Trouble& trouble, bool scram_is_outdated) {
  const std::string said = trouble.reason.empty() ? "no answer" : trouble.reason;
  if (trouble.weight == kUser) {
    return absl::UnauthenticatedError(absl::StrCat(
        "the brokers refuse this user: ", said,
        scram_is_outdated
            ? absl::StrCat("; librdkafka ", rd_kafka_version_str(),
                           " cannot do SCRAM with Kafka 4.0 or later, 2.6.1 can: use a "
                           "certificate, or PLAIN over TLS")
            : "",
        "; compare sasl.username, sasl.password and sasl.mechanisms (--kafka-property, or "
        "kafka-property in the file of --config) with what the brokers were told of the user"));
  }
  if (trouble.weight == kTls) {
    return absl::FailedPreconditionError(absl::StrCat(
        "TLS with the brokers does not come about: ", said,
        "; ssl.ca.location must hold who signed the brokers' certificates, these must name the "
        "hosts by which the brokers are reached, and where brokers ask for it "
        "ssl.certificate.location and ssl.key.location say who this is (--kafka-property)"));
  }
  return absl::UnavailableError(absl::StrCat(
      "no broker answers: ", said,
      "; see whether they run and can be reached from here, and whether security.protocol is what "
      "their listener speaks: plaintext, ssl, sasl_plaintext or sasl_ssl (--kafka-property)"));
}

}  // namespace

absl::Status CheckBrokers(const KafkaClientOptions& options, absl::Time deadline) {
  std::map<std::string, std::string> properties = kafka::WithDefaults(options.properties);
  properties["bootstrap.servers"] = options.bootstrap_servers;
  properties["statistics.interval.ms"] = "0";  // nobody listens
  auto conf = kafka::MakeConf(properties);
  if (!conf.ok()) return conf.status();
  Trouble trouble;  // outlives the client
  rd_kafka_conf_set_opaque(conf->get(), &trouble);
  rd_kafka_conf_set_error_cb(conf->get(), &OnError);
  const auto client = kafka::MakeClient(RD_KAFKA_PRODUCER, *std::move(conf));
  if (!client.ok()) return client.status();
  while (true) {
    const absl::Time until = std::min(deadline, absl::Now() + kAttempt);
    const rd_kafka_metadata_t* raw = nullptr;
    const rd_kafka_resp_err_t error =
        rd_kafka_metadata(client->get(), 0, nullptr, &raw, std::max(1, kafka::TimeoutMs(until)));
    const kafka::Metadata metadata(raw);
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) return absl::OkStatus();
    rd_kafka_poll(client->get(), kBetweenAttemptsMs);
    const absl::Time now = absl::Now();
    if (now >= deadline || now - trouble.refused_at >= kRefusedPatience)
      return ToStatus(trouble, ScramIsOutdated(properties));
  }
}

}  // namespace prihvat::event_log
