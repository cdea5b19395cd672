// A running server program: one log, some services on it, one gRPC server, one endpoint for
// metrics and probes. Knows no domain: main.cc says which services.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "grpcpp/impl/codegen/service_type.h"
#include "libs/config/options.h"
#include "libs/rpc/calls.h"
#include "libs/runtime/service.h"

namespace prihvat::hosting {

// One service, as main.cc composes it.
struct HostedService {
  runtime::ServiceDefinition definition;
  std::string api;  // "prihvat.procurement.v1.ProcurementService"
  std::function<std::unique_ptr<grpc::Service>(rpc::Calls&)> make_api;
};

// `Api` is the generated service, `Impl` what implements it, made from rpc::Calls.
template <class Api, class Impl>
HostedService Hosted(runtime::ServiceDefinition definition) {
  return {std::move(definition), Api::service_full_name(),
          [](rpc::Calls& calls) -> std::unique_ptr<grpc::Service> {
            return std::make_unique<Impl>(calls);
          }};
}

// Owned by main, on one thread; what it owns has threads of its own. Starting: log, stores,
// services (each begins to fold), server (NOT_SERVING until the service is ready). Ending: the
// other way round.
class Host {
 public:
  // The error says in words what is wrong and, where it can, what to do.
  static absl::StatusOr<std::unique_ptr<Host>> Start(config::HostOptions options,
                                                     std::vector<HostedService> services);
  ~Host();
  Host(const Host&) = delete;
  Host& operator=(const Host&) = delete;

  const std::string& address() const;  // of the gRPC server, with its port
  int metrics_port() const;

  // OK while all services go on; else what ended one, from which only a restart helps.
  absl::Status Health() const;
  // Tells health checks how things stand; to be called again and again.
  void UpdateHealth();

  // Takes no more calls, finishes those under way, ends services and log; at the latest at
  // `deadline`. Idempotent.
  void Stop(absl::Time deadline);

 private:
  class Parts;
  explicit Host(std::unique_ptr<Parts> parts);

  std::unique_ptr<Parts> parts_;
};

}  // namespace prihvat::hosting
