#include "libs/event_log/kafka/handles.h"

#include <algorithm>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "libs/base/report.h"

namespace prihvat::event_log::kafka {
namespace {

constexpr absl::Duration kDestroyPatience = absl::Seconds(10);
constexpr int kMaxTimeoutMs = 600'000;
constexpr size_t kErrorBytes = 512;

// librdkafka's levels are syslog's: 2 is critical, 3 an error, 4 a warning, 7 for debugging. A
// broker that does not answer is an error for it; for us it is one that may come back.
base::Severity SeverityOf(int level) {
  if (level <= 2) return base::Severity::kError;
  if (level <= 4) return base::Severity::kWarning;
  return level <= 6 ? base::Severity::kInfo : base::Severity::kDebug;
}

void OnLog(const rd_kafka_t* /*client*/, int level, const char* facility, const char* text) {
  base::Report(SeverityOf(level), "librdkafka", absl::StrCat(facility, ": ", text));
}

}  // namespace

void DestroyClient::operator()(rd_kafka_t* client) const {
  auto destroyed = std::make_shared<absl::Notification>();
  std::thread destroyer([client, destroyed] {
    rd_kafka_destroy_flags(client, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
    destroyed->Notify();
  });
  if (destroyed->WaitForNotificationWithTimeout(kDestroyPatience)) {
    destroyer.join();
    return;
  }
  base::Report(base::Severity::kWarning, "kafka log",
               "a client does not end, its threads are left behind");
  destroyer.detach();
}

void Undertaker::Take(std::function<void()> bury) {
  {
    absl::MutexLock lock(&state_->mutex);
    if (!state_->closed) {
      ++state_->under_way;
      std::thread([state = state_, bury = std::move(bury)]() mutable {
        bury();
        bury = nullptr;
        absl::MutexLock done(&state->mutex);
        --state->under_way;
      }).detach();
      return;
    }
  }
  bury();
}

bool Undertaker::Close(absl::Time deadline) {
  State& state = *state_;
  const auto all = [&state]() ABSL_NO_THREAD_SAFETY_ANALYSIS { return state.under_way == 0; };
  absl::MutexLock lock(&state.mutex);
  state.closed = true;
  return state.mutex.AwaitWithDeadline(absl::Condition(&all), deadline);
}

std::map<std::string, std::string> WithDefaults(const std::map<std::string, std::string>& given) {
  std::map<std::string, std::string> all = {
      {"socket.nagle.disable", "true"},
      {"log.connection.close", "false"},
      {"reconnect.backoff.ms", "20"},
      {"reconnect.backoff.max.ms", "1000"},
      // A broker that hangs takes connections and answers nothing: its successor is found by asking
      // the others again and again, and by giving up on it.
      {"topic.metadata.refresh.interval.ms", "3000"},
      {"socket.timeout.ms", "6000"},
      {"socket.connection.setup.timeout.ms", "5000"},
      {"api.version.request.timeout.ms", "5000"}};
  for (const auto& [name, value] : given) all[name] = value;
  return all;
}

absl::StatusOr<Conf> MakeConf(const std::map<std::string, std::string>& properties) {
  Conf conf(rd_kafka_conf_new());
  rd_kafka_conf_set_log_cb(conf.get(), &OnLog);
  char error[kErrorBytes];
  for (const auto& [name, value] : properties) {
    if (rd_kafka_conf_set(conf.get(), name.c_str(), value.c_str(), error, sizeof(error)) !=
        RD_KAFKA_CONF_OK) {
      return absl::InvalidArgumentError(absl::StrCat("Kafka client property ", name, ": ", error));
    }
  }
  return conf;
}

absl::StatusOr<Client> MakeClient(rd_kafka_type_t type, Conf conf) {
  char error[kErrorBytes];
  rd_kafka_t* client = rd_kafka_new(type, conf.get(), error, sizeof(error));
  if (client == nullptr)
    return absl::InvalidArgumentError(absl::StrCat("cannot make a Kafka client: ", error));
  (void)conf.release();  // the client's now
  return Client(client);
}

absl::StatusOr<Topic> MakeTopic(rd_kafka_t* client, const std::string& name) {
  rd_kafka_topic_t* topic = rd_kafka_topic_new(client, name.c_str(), nullptr);
  if (topic == nullptr) return ToStatus(rd_kafka_last_error(), absl::StrCat("topic ", name));
  return Topic(topic);
}

absl::Status ToStatus(rd_kafka_resp_err_t error, const std::string& what) {
  const std::string message =
      absl::StrCat(what, ": ", rd_kafka_err2str(error), " (", rd_kafka_err2name(error), ")");
  switch (error) {
    case RD_KAFKA_RESP_ERR_NO_ERROR:
      return absl::OkStatus();
    case RD_KAFKA_RESP_ERR__TIMED_OUT:
    case RD_KAFKA_RESP_ERR__TIMED_OUT_QUEUE:
    case RD_KAFKA_RESP_ERR__MSG_TIMED_OUT:
      return absl::DeadlineExceededError(message);
    case RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE:
    case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET:
    case RD_KAFKA_RESP_ERR__BAD_MSG:
    case RD_KAFKA_RESP_ERR_INVALID_MSG:
      return absl::DataLossError(message);
    case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
    case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
      return absl::NotFoundError(message);
    case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE:
      return absl::InvalidArgumentError(message);
    case RD_KAFKA_RESP_ERR__QUEUE_FULL:
      return absl::ResourceExhaustedError(message);
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED:
      return absl::PermissionDeniedError(message);
    default:
      return absl::UnavailableError(message);
  }
}

int TimeoutMs(absl::Time deadline) {
  const int64_t left =
      absl::ToInt64Milliseconds(absl::Ceil(deadline - absl::Now(), absl::Milliseconds(1)));
  return static_cast<int>(std::clamp<int64_t>(left, 0, kMaxTimeoutMs));
}

}  // namespace prihvat::event_log::kafka
