// A process's gRPC server: the callback API, health for each service, reflection, bounds on what a
// peer may send, and an end that neither loses an answer nor hangs.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "grpcpp/impl/codegen/service_type.h"
#include "grpcpp/security/server_credentials.h"
#include "grpcpp/server.h"

namespace prihvat::rpc {

struct ServerOptions {
  std::string listen = "127.0.0.1:0";  // "host:port"; port 0: any free one
  // nullptr: no encryption, for which `listen` must be a loopback address.
  std::shared_ptr<grpc::ServerCredentials> credentials;
  int max_message_bytes = 8 << 20;    // either way
  int max_concurrent_streams = 1000;  // open calls of one connection
  size_t memory_quota_bytes = size_t{256} << 20;
  // So that clients with a list of addresses spread out again after a restart; calls under way then
  // have the grace.
  absl::Duration max_connection_age = absl::Minutes(30);
  absl::Duration max_connection_age_grace = absl::Minutes(5);
  absl::Duration keepalive_time = absl::Seconds(30);
  absl::Duration keepalive_timeout = absl::Seconds(10);
  // Who pings oftener, with calls under way or without, is cut off. Partners' clients are told to
  // leave 10 s; half of that bears with a network that delays one ping and not the next.
  absl::Duration min_ping_interval = absl::Seconds(5);
};

// Any thread. The services outlive it.
class Server {
 public:
  // Listens from here on, but says NOT_SERVING for every service until told otherwise.
  // INVALID_ARGUMENT for an address that is none or, without credentials, not loopback's;
  // UNAVAILABLE where it cannot be had.
  static absl::StatusOr<std::unique_ptr<Server>> Start(ServerOptions options,
                                                       const std::vector<grpc::Service*>& services);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  int port() const { return port_; }
  // "127.0.0.1:4321", with the port that was given.
  const std::string& address() const { return address_; }

  // What grpc.health.v1 says of a service ("prihvat.procurement.v1.ProcurementService"); "" is the
  // process as a whole. A health check of an unknown name answers NOT_FOUND.
  void SetServing(const std::string& service, bool serving);

  // Says NOT_SERVING for all from now on; calls are still taken.
  void StopServing();

  // Says NOT_SERVING for all, takes no more calls, waits for those under way until `deadline`, then
  // cancels the rest, which finish at once. Idempotent.
  void Drain(absl::Time deadline);

 private:
  Server() = default;

  std::unique_ptr<grpc::Server> server_;
  int port_ = 0;
  std::string address_;
};

// Whether "host:port" names a loopback address.
bool IsLoopback(std::string_view listen);

}  // namespace prihvat::rpc
