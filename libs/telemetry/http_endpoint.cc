#include "libs/telemetry/http_endpoint.h"

#include <map>
#include <string_view>

#include "civetweb.h"
#include "fmt/format.h"
#include "libs/base/string_view.h"
#include "prometheus/metric_family.h"
#include "prometheus/text_serializer.h"

namespace prihvat::telemetry {

// The web server: civetweb, through its C interface.
class HttpEndpoint::Handler {
 public:
  Handler(const HttpEndpoint& endpoint, const std::string& listen) {
    // A thread a connection: so many, and none for long, that peers who say nothing do not hold up
    // a probe until it counts as failed.
    const char* options[] = {"listening_ports",    listen.c_str(), "num_threads", "16",
                             "request_timeout_ms", "2000",         nullptr};
    mg_callbacks callbacks{};
    context_ = mg_start(&callbacks, nullptr, options);
    if (context_ == nullptr) return;
    for (const char* path : {"/metrics", "/livez", "/readyz", "/startupz"})
      mg_set_request_handler(context_, path, &Handle, const_cast<HttpEndpoint*>(&endpoint));
    mg_server_port ports[1] = {};
    if (mg_get_server_ports(context_, 1, ports) == 1) port_ = ports[0].port;
  }
  ~Handler() {
    if (context_ != nullptr) mg_stop(context_);
  }
  Handler(const Handler&) = delete;
  Handler& operator=(const Handler&) = delete;

  int port() const { return port_; }

 private:
  static int Handle(mg_connection* connection, void* data) {
    const auto& endpoint = *static_cast<const HttpEndpoint*>(data);
    const std::string_view path = mg_get_request_info(connection)->local_uri;
    const HttpEndpointOptions& options = endpoint.options_;
    if (path == "/metrics") return Answer(connection, 200, endpoint.MetricsText());
    if (path == "/livez") return AnswerProbe(connection, options.live);
    if (path == "/readyz") return AnswerProbe(connection, options.ready);
    if (path == "/startupz") return AnswerProbe(connection, options.startup);
    return Answer(connection, 404, "no such page\n");
  }

  static int AnswerProbe(mg_connection* connection, const Probe& probe) {
    const absl::Status status = probe ? probe() : absl::OkStatus();
    return status.ok()
               ? Answer(connection, 200, "ok\n")
               : Answer(connection, 503, fmt::format("{}\n", base::FromAbsl(status.message())));
  }

  static int Answer(mg_connection* connection, int code, const std::string& body) {
    const std::string head = fmt::format(
        "HTTP/1.1 {} {}\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\n"
        "Content-Length: {}\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n",
        code,
        code == 200   ? "OK"
        : code == 404 ? "Not Found"
                      : "Service Unavailable",
        body.size());
    mg_write(connection, head.data(), head.size());
    mg_write(connection, body.data(), body.size());
    return code;
  }

  mg_context* context_ = nullptr;
  int port_ = 0;
};

absl::StatusOr<std::unique_ptr<HttpEndpoint>> HttpEndpoint::Start(HttpEndpointOptions options) {
  std::unique_ptr<HttpEndpoint> endpoint(new HttpEndpoint(std::move(options)));
  endpoint->handler_ = std::make_unique<Handler>(*endpoint, endpoint->options_.listen);
  endpoint->port_ = endpoint->handler_->port();
  if (endpoint->port_ == 0)
    return absl::UnavailableError(
        fmt::format("cannot serve metrics on {}: is the address this machine's, and the port free?",
                    endpoint->options_.listen));
  return endpoint;
}

HttpEndpoint::HttpEndpoint(HttpEndpointOptions options) : options_(std::move(options)) {}
HttpEndpoint::~HttpEndpoint() = default;

void HttpEndpoint::Add(std::shared_ptr<prometheus::Collectable> collectable) {
  std::lock_guard lock(mutex_);
  collectables_.push_back(std::move(collectable));
}

std::string HttpEndpoint::MetricsText() const {
  std::vector<std::shared_ptr<prometheus::Collectable>> collectables;
  {
    std::lock_guard lock(mutex_);
    collectables = collectables_;
  }
  std::map<std::string, prometheus::MetricFamily> merged;
  for (const auto& collectable : collectables) {
    for (prometheus::MetricFamily& family : collectable->Collect()) {
      const auto [at, added] = merged.try_emplace(family.name);
      if (added) {
        at->second = std::move(family);
      } else {
        for (auto& metric : family.metric) at->second.metric.push_back(std::move(metric));
      }
    }
  }
  std::vector<prometheus::MetricFamily> families;
  for (auto& [name, family] : merged) families.push_back(std::move(family));
  return prometheus::TextSerializer().Serialize(families);
}

}  // namespace prihvat::telemetry
