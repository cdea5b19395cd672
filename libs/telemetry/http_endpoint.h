// What operators and their machines ask over HTTP: /metrics (Prometheus text), /startupz (caught
// up), /readyz (may be sent work), /livez (is not stuck: never fails for a slow restore).
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "prometheus/collectable.h"

namespace prihvat::telemetry {

// A probe answers OK (200), or why not (503 with the message). Called on the endpoint's threads.
using Probe = std::function<absl::Status()>;

struct HttpEndpointOptions {
  std::string listen = "127.0.0.1:0";
  Probe startup;
  Probe ready;
  Probe live;
};

// Any thread. Serves from Start to destruction.
class HttpEndpoint {
 public:
  // UNAVAILABLE where the address cannot be had.
  static absl::StatusOr<std::unique_ptr<HttpEndpoint>> Start(HttpEndpointOptions options);
  ~HttpEndpoint();
  HttpEndpoint(const HttpEndpoint&) = delete;
  HttpEndpoint& operator=(const HttpEndpoint&) = delete;

  // Families of the same name from several collectables are told as one.
  void Add(std::shared_ptr<prometheus::Collectable> collectable);
  int port() const { return port_; }

  // The text of /metrics.
  std::string MetricsText() const;

 private:
  class Handler;
  explicit HttpEndpoint(HttpEndpointOptions options);

  const HttpEndpointOptions options_;
  int port_ = 0;
  mutable std::mutex mutex_;  // guards collectables_
  std::vector<std::shared_ptr<prometheus::Collectable>> collectables_;
  std::unique_ptr<Handler> handler_;  // last: its threads end first
};

}  // namespace prihvat::telemetry
