#include "services/hosting/host.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <fstream>
#include <iterator>
#include <optional>
#include <set>
#include <system_error>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/time/clock.h"
#include "fmt/format.h"
#include "grpcpp/security/credentials.h"
#include "libs/access/policy.h"
#include "libs/base/clock.h"
#include "libs/base/random.h"
#include "libs/base/status_macros.h"
#include "libs/base/string_view.h"
#include "libs/event_log/event_log.h"
#include "libs/rpc/admin/admin_service.h"
#include "libs/rpc/authenticator.h"
#include "libs/rpc/executor.h"
#include "libs/rpc/forwarder.h"
#include "libs/rpc/server.h"
#include "libs/rpc/service_metrics.h"
#include "libs/telemetry/http_endpoint.h"
#include "libs/telemetry/log.h"
#include "libs/telemetry/rpc_metrics.h"
#include "prometheus/registry.h"
#include "services/hosting/engines.h"
#include "services/hosting/peer_monitor.h"

namespace prihvat::hosting {
namespace {

constexpr int kReadThreads = 4;

// Every topic that the services write or read.
std::vector<std::string> TopicsOf(const std::vector<HostedService>& services) {
  std::set<std::string> topics;
  for (const HostedService& service : services) {
    topics.insert(service.definition.topic);
    for (const es::Projection* projection : service.definition.projections)
      topics.insert(projection->topics().begin(), projection->topics().end());
    for (const es::Process* process : service.definition.processes)
      topics.insert(process->source_topic());
  }
  return {topics.begin(), topics.end()};
}

// The address with a port that is free just now, where the port is 0: a claim carries the address
// before the server listens.
absl::StatusOr<std::string> WithPort(const std::string& listen) {
  const size_t colon = listen.rfind(':');
  if (colon == std::string::npos || listen.substr(colon) != ":0") return listen;
  addrinfo hints = {};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const std::string host = listen.substr(0, colon);
  if (getaddrinfo(host.c_str(), "0", &hints, &found) != 0 || found == nullptr)
    return absl::InvalidArgumentError(fmt::format("--listen: {} is no host", host));
  const int fd = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_storage bound = {};
  socklen_t size = sizeof bound;
  const bool have = fd >= 0 && bind(fd, found->ai_addr, found->ai_addrlen) == 0 &&
                    getsockname(fd, reinterpret_cast<sockaddr*>(&bound), &size) == 0;
  if (fd >= 0) close(fd);
  freeaddrinfo(found);
  if (!have) return absl::UnavailableError(fmt::format("no free port on {}", host));
  const uint16_t port =
      ntohs(bound.ss_family == AF_INET6 ? reinterpret_cast<sockaddr_in6*>(&bound)->sin6_port
                                        : reinterpret_cast<sockaddr_in*>(&bound)->sin_port);
  return fmt::format("{}:{}", host, port);
}

absl::Status CheckIdentity(const config::HostOptions& options) {
  if (options.insecure_dev) return absl::OkStatus();
  return absl::InvalidArgumentError(
      "no way of telling callers apart is set up, so every call would be refused; give "
      "--insecure-dev on a machine for development (certificates and tokens are not yet "
      "supported)");
}

absl::StatusOr<access::Policy> ReadPolicy(const std::filesystem::path& path) {
  std::ifstream in(path);
  const std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  if (!in)
    return absl::InvalidArgumentError(
        fmt::format("--access-policy: {} cannot be read", path.string()));
  return access::Policy::Parse(text);
}

}  // namespace

// Members end in the reverse of their order: what uses another stands below it.
class Host::Parts {
 public:
  explicit Parts(config::HostOptions options) : options_(std::move(options)) {}
  ~Parts() { Stop(absl::Now()); }

  absl::Status Start(std::vector<HostedService> hosted) {
    PRIHVAT_RETURN_IF_ERROR(CheckIdentity(options_));
    std::error_code error;
    std::filesystem::create_directories(options_.data_dir / "store", error);
    if (error)
      return absl::FailedPreconditionError(
          fmt::format("--data-dir: {}: {}", options_.data_dir.string(), error.message()));
    if (!options_.access_policy.empty()) {
      PRIHVAT_ASSIGN_OR_RETURN(policy_, ReadPolicy(options_.access_policy));
    }
    PRIHVAT_ASSIGN_OR_RETURN(options_.listen, WithPort(options_.listen));
    PRIHVAT_ASSIGN_OR_RETURN(log_, OpenLog(options_, TopicsOf(hosted)));
    if (options_.log == config::LogEngine::kKafka) peers_ = std::make_unique<PeerMonitor>();
    for (HostedService& service : hosted) PRIHVAT_RETURN_IF_ERROR(StartService(service));
    PRIHVAT_RETURN_IF_ERROR(StartServer());
    return StartEndpoint();
  }

  absl::Status Health() const {
    for (const auto& running : running_) {
      const absl::Status health = running->service->Health();
      if (!health.ok() && !stopped_)
        return absl::Status(health.code(), fmt::format("{}: {}", running->definition.name,
                                                       base::FromAbsl(health.message())));
    }
    return absl::OkStatus();
  }

  absl::Status Ready() const {
    for (const auto& running : running_) {
      if (!running->service->Ready())
        return absl::UnavailableError(running->definition.name + " is not ready");
    }
    return absl::OkStatus();
  }

  absl::Status Started() const {
    return started_ ? absl::OkStatus() : absl::UnavailableError("still catching up");
  }

  void UpdateHealth() {
    bool all = true;
    for (const auto& running : running_) {
      const bool ready = running->service->Ready();
      all = all && ready;
      if (ready != std::exchange(running->serving, ready)) {
        server_->SetServing(running->api_name, ready);
        telemetry::Log(telemetry::Level::kInfo, ready ? "ready" : "not ready",
                       {{"service", running->definition.name}});
      }
    }
    if (all != std::exchange(all_serving_, all)) server_->SetServing("", all);
    if (all) started_ = true;
  }

  void Stop(absl::Time deadline) {
    if (stopped_.exchange(true)) return;
    if (admin_ != nullptr) admin_->EndStreams();
    if (server_ != nullptr) server_->Drain(deadline);
    for (const auto& running : running_) running->service->Stop(deadline);
    if (log_ != nullptr) log_->Close();
  }

  const std::string& address() const { return server_->address(); }
  int metrics_port() const { return endpoint_->port(); }

 private:
  struct Running {
    runtime::ServiceDefinition definition;
    std::string api_name;
    std::unique_ptr<runtime::Service> service;
    std::unique_ptr<rpc::Calls> calls;
    std::unique_ptr<grpc::Service> api;
    bool serving = false;
  };

  absl::Status StartService(HostedService& hosted) {
    auto running = std::make_unique<Running>();
    running->definition = hosted.definition;
    running->api_name = hosted.api;
    runtime::ServiceOptions options;
    options.instance = options_.instance;
    options.address = options_.advertise.empty() ? options_.listen : options_.advertise;
    options.store_dir = (options_.data_dir / "store" / hosted.definition.name).string();
    options.partitions = options_.partitions;
    options.mailbox_limit = options_.mailbox_limit;
    options.batch_limit = options_.batch_limit;
    options.store_cache_bytes = options_.store_cache_mib << 20;
    options.takeover_after = options_.takeover_after;
    options.rank = options_.rank();
    if (peers_ != nullptr) {
      options.last_heard = [peers = peers_.get()](const std::string& address) {
        return peers->LastHeard(address);
      };
    }
    auto service =
        runtime::Service::Start(running->definition, std::move(options), *log_, clock_, random_);
    if (!service.ok())
      return absl::Status(service.status().code(),
                          fmt::format("{}: {}", hosted.definition.name,
                                      base::FromAbsl(service.status().message())));
    running->service = *std::move(service);
    running->calls = std::make_unique<rpc::Calls>(*running->service, hosted.api, Environment());
    running->api = hosted.make_api(*running->calls);
    running_.push_back(std::move(running));
    return absl::OkStatus();
  }

  rpc::Environment Environment() {
    return {.clock = &clock_,
            .access = policy_ ? &*policy_ : &access::Policy::Default(),
            .authenticator = &authenticator_,
            .executor = &executor_,
            .forwarder = &forwarder_,
            .metrics = &rpc_metrics_};
  }

  absl::Status StartServer() {
    std::vector<runtime::Service*> services;
    std::vector<grpc::Service*> apis;
    for (const auto& running : running_) {
      services.push_back(running->service.get());
      apis.push_back(running->api.get());
    }
    admin_ = std::make_unique<rpc::admin::Admin>(
        services, Environment(),
        rpc::admin::AdminOptions{.checkpoint_root = options_.data_dir / "checkpoints"});
    apis.push_back(&admin_->admin_service());
    apis.push_back(&admin_->change_feed_service());
    PRIHVAT_ASSIGN_OR_RETURN(server_, rpc::Server::Start({.listen = options_.listen}, apis));
    for (const auto& running : running_) server_->SetServing(running->api_name, false);
    for (const char* api : {rpc::admin::kAdminApi, rpc::admin::kChangeFeedApi})
      server_->SetServing(api, true);
    return absl::OkStatus();
  }

  absl::Status StartEndpoint() {
    PRIHVAT_ASSIGN_OR_RETURN(
        endpoint_, telemetry::HttpEndpoint::Start({.listen = options_.metrics_listen,
                                                   .startup = [this] { return Started(); },
                                                   .ready = [this] { return Ready(); },
                                                   .live = [this] { return Health(); }}));
    endpoint_->Add(registry_);
    for (const auto& running : running_)
      endpoint_->Add(std::make_shared<rpc::ServiceMetrics>(*running->service));
    return absl::OkStatus();
  }

  config::HostOptions options_;
  base::SystemClock clock_;
  base::SystemRandom random_;
  const std::shared_ptr<prometheus::Registry> registry_ = std::make_shared<prometheus::Registry>();
  telemetry::RpcMetrics rpc_metrics_{*registry_};
  std::optional<access::Policy> policy_;         // that of the options
  rpc::InsecureDevAuthenticator authenticator_;  // CheckIdentity: nothing else is set up yet
  std::unique_ptr<event_log::EventLog> log_;
  std::unique_ptr<PeerMonitor> peers_;
  rpc::Forwarder forwarder_{grpc::InsecureChannelCredentials()};
  rpc::Executor executor_{kReadThreads};
  std::vector<std::unique_ptr<Running>> running_;
  std::unique_ptr<rpc::admin::Admin> admin_;
  std::atomic<bool> started_ = false;
  std::atomic<bool> stopped_ = false;
  bool all_serving_ = false;
  std::unique_ptr<rpc::Server> server_;
  std::unique_ptr<telemetry::HttpEndpoint> endpoint_;
};

absl::StatusOr<std::unique_ptr<Host>> Host::Start(config::HostOptions options,
                                                  std::vector<HostedService> services) {
  auto parts = std::make_unique<Parts>(std::move(options));
  PRIHVAT_RETURN_IF_ERROR(parts->Start(std::move(services)));
  return absl::WrapUnique(new Host(std::move(parts)));
}

Host::Host(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Host::~Host() = default;
const std::string& Host::address() const { return parts_->address(); }
int Host::metrics_port() const { return parts_->metrics_port(); }
absl::Status Host::Health() const { return parts_->Health(); }
void Host::UpdateHealth() { parts_->UpdateHealth(); }
void Host::Stop(absl::Time deadline) { parts_->Stop(deadline); }

}  // namespace prihvat::hosting
