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
#include "libs/base/bytes.h"
#include "libs/base/clock.h"
#include "libs/base/random.h"
#include "libs/base/status_macros.h"
#include "libs/base/string_view.h"
#include "libs/es/values.h"
#include "libs/event_log/event_log.h"
#include "libs/event_log/seal.h"
#include "libs/rpc/admin/admin_service.h"
#include "libs/rpc/authenticator.h"
#include "libs/rpc/executor.h"
#include "libs/rpc/forwarder.h"
#include "libs/rpc/identities.h"
#include "libs/rpc/server.h"
#include "libs/rpc/service_metrics.h"
#include "libs/rpc/tls.h"
#include "libs/telemetry/http_endpoint.h"
#include "libs/telemetry/log.h"
#include "libs/telemetry/rpc_metrics.h"
#include "prometheus/registry.h"
#include "services/hosting/backup.h"
#include "services/hosting/catch_up.h"
#include "services/hosting/engines.h"
#include "services/hosting/installation.h"
#include "services/hosting/memory_budget.h"
#include "services/hosting/peer_monitor.h"

namespace prihvat::hosting {
namespace {

constexpr int kReadThreads = 4;
constexpr absl::Duration kHandOverPoll = absl::Milliseconds(5);
constexpr char kCheckpoints[] = "checkpoints";  // in the data directory, a folder a service
constexpr char kHalfDone[] = ".tmp";            // as RocksDB names one that it is making

std::string WhatToDo(const std::error_code& error) {
  if (error == std::errc::read_only_file_system)
    return "mount it writable, or give another directory";
  if (error == std::errc::permission_denied || error == std::errc::operation_not_permitted)
    return fmt::format("user {} must own it, or be given another directory", getuid());
  if (error == std::errc::no_space_on_device) return "make space";
  return "give a directory that can be made and written";
}

// What a kill in the middle of a checkpoint has left: of no use, and in the way of the next one.
void RemoveHalfCheckpoints(const std::filesystem::path& root) {
  std::error_code error;
  std::vector<std::filesystem::path> found;
  for (const auto& service : std::filesystem::directory_iterator(root, error)) {
    for (const auto& checkpoint : std::filesystem::directory_iterator(service.path(), error)) {
      if (checkpoint.path().extension() == kHalfDone) found.push_back(checkpoint.path());
    }
  }
  for (const std::filesystem::path& half : found) {
    std::filesystem::remove_all(half, error);
    telemetry::Log(error ? telemetry::Level::kWarning : telemetry::Level::kInfo,
                   error ? "a checkpoint that was not finished cannot be removed"
                         : "removed a checkpoint that was not finished",
                   {{"directory", half.string()}});
  }
}

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
  if (options.insecure_dev || !options.tls_cert.empty()) return absl::OkStatus();
  return absl::InvalidArgumentError(
      "no way of telling callers apart is set up, so every call would be refused; give "
      "--tls-cert, --tls-key, --tls-client-ca and --identities, or --insecure-dev on a machine for "
      "development");
}

absl::StatusOr<std::string> ReadFile(const char* option, const std::filesystem::path& path) {
  std::ifstream in(path);
  std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  if (!in)
    return absl::InvalidArgumentError(fmt::format("{}: {} cannot be read", option, path.string()));
  return text;
}

absl::StatusOr<access::Policy> ReadPolicy(const std::filesystem::path& path) {
  PRIHVAT_ASSIGN_OR_RETURN(const std::string text, ReadFile("--access-policy", path));
  return access::Policy::Parse(text);
}

class InstallationMetrics final : public prometheus::Collectable {
 public:
  explicit InstallationMetrics(config::HostOptions options) : options_(std::move(options)) {}
  std::vector<prometheus::MetricFamily> Collect() const override {
    return rpc::FamiliesOf(InstallationStatistics(options_, started_));
  }

 private:
  const config::HostOptions options_;
  const absl::Time started_ = absl::Now();
};

// How the program stands, but for the services that it hosts.
admin::v1::Instance InstanceOf(const config::HostOptions& options, absl::Time now,
                               absl::Time started, const std::string& seal_key_id) {
  const bool embedded = options.log == config::LogEngine::kEmbedded;
  admin::v1::Instance instance;
  instance.set_instance(options.instance);
  instance.set_program(options.program);
  instance.set_version(PRIHVAT_VERSION);
  *instance.mutable_time() = es::ToProto(now);
  *instance.mutable_start_time() = es::ToProto(started);
  instance.set_log_engine(embedded ? "embedded" : "kafka");
  instance.set_partitions(options.partitions);
  instance.set_replication(embedded ? 1 : options.replication);
  const DiskState state = LookAtDisk(options.data_dir);
  admin::v1::Disk& disk = *instance.mutable_disk();
  disk.set_directory(options.data_dir.string());
  disk.set_size_bytes(state.size_bytes);
  disk.set_free_bytes(state.free_bytes);
  disk.set_reserve_bytes(embedded ? static_cast<int64_t>(options.disk_reserve_mib << 20) : 0);
  disk.set_read_only(state.read_only);
  for (const CertificateState& file : LookAtCertificates(options)) {
    admin::v1::Certificate& certificate = *instance.add_certificates();
    certificate.set_option(file.option);
    certificate.set_subject(file.subject);
    certificate.set_problem(file.problem);
    if (!file.problem.empty()) continue;
    *certificate.mutable_valid_from_time() = es::ToProto(file.valid_from);
    *certificate.mutable_valid_until_time() = es::ToProto(file.valid_until);
  }
  instance.set_seal_key_id(seal_key_id);
  instance.mutable_seal_interval()->set_seconds(absl::ToInt64Seconds(options.seal_after));
  return instance;
}

// What was told `auto` becomes a number. Both are said where one was.
void SettleMemory(config::HostOptions& options, size_t stores) {
  if (options.store_cache_mib && options.call_memory_mib) return;
  const MemoryLimit limit = LookAtMemory();
  const MemoryBudget budget = BudgetOf(limit.bytes, stores);
  options.store_cache_mib = options.store_cache_mib.value_or(budget.store_cache_mib);
  options.call_memory_mib = options.call_memory_mib.value_or(budget.call_memory_mib);
  telemetry::Log(telemetry::Level::kInfo, "memory is shared out",
                 {{"limit_mib", limit.bytes >> 20},
                  {"file", limit.told_by},
                  {"stores", static_cast<int64_t>(stores)},
                  {"store_cache_mib", static_cast<int64_t>(*options.store_cache_mib)},
                  {"call_memory_mib", static_cast<int64_t>(*options.call_memory_mib)}});
}

// Says whether, and with which key, the log is sealed.
absl::StatusOr<runtime::SealOptions> ReadSealOptions(const config::HostOptions& options) {
  runtime::SealOptions seals;
  seals.every_records = options.seal_every_records;
  seals.every = options.seal_after;
  if (options.seal_key.empty()) {
    telemetry::Log(telemetry::Level::kInfo, "without --seal-key the log is not sealed");
    return seals;
  }
  PRIHVAT_ASSIGN_OR_RETURN(std::string text, ReadFile("--seal-key", options.seal_key));
  auto signer = event_log::SealSigner::Parse(text);
  text.assign(text.size(), '\0');
  if (!signer.ok()) {
    return absl::InvalidArgumentError(fmt::format("--seal-key: {}: {}", options.seal_key.string(),
                                                  base::FromAbsl(signer.status().message())));
  }
  const std::string key_id = base::HexEncode((*signer)->key_id());
  telemetry::Log(telemetry::Level::kInfo, "the log is sealed", {{"key", key_id}});
  std::error_code error;
  const auto mode = std::filesystem::status(options.seal_key, error).permissions();
  if ((mode & std::filesystem::perms::others_all) != std::filesystem::perms::none) {
    telemetry::Log(telemetry::Level::kWarning,
                   "everybody on this machine may read the private key for seals",
                   {{"key", key_id}});
  }
  seals.signer = *std::move(signer);
  return seals;
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
      return absl::FailedPreconditionError(fmt::format(
          "--data-dir: {}: {}: {}", options_.data_dir.string(), error.message(), WhatToDo(error)));
    if (!options_.access_policy.empty()) {
      PRIHVAT_ASSIGN_OR_RETURN(policy_, ReadPolicy(options_.access_policy));
    }
    PRIHVAT_RETURN_IF_ERROR(StartIdentity());
    // First of all: who looks on must be able to tell a long opening from a dead process. Also
    // before WithPort, whose port would be free for it to take.
    PRIHVAT_RETURN_IF_ERROR(StartEndpoint());
    PRIHVAT_ASSIGN_OR_RETURN(options_.listen, WithPort(options_.listen));
    SettleMemory(options_, hosted.size());
    topics_ = TopicsOf(hosted);
    PRIHVAT_ASSIGN_OR_RETURN(log_, OpenLog(options_, topics_));
    PRIHVAT_ASSIGN_OR_RETURN(seals_, ReadSealOptions(options_));
    if (options_.log == config::LogEngine::kKafka) {
      peers_ = std::make_unique<PeerMonitor>(PeerMonitorOptions{.credentials = tls_.channel});
    }
    for (HostedService& service : hosted) PRIHVAT_RETURN_IF_ERROR(StartService(service));
    // Now that log and stores are open, no other process can be making one here.
    RemoveHalfCheckpoints(options_.data_dir / kCheckpoints);
    PRIHVAT_RETURN_IF_ERROR(StartServer());
    for (const auto& running : running_) {
      endpoint_->Add(std::make_shared<rpc::ServiceMetrics>(*running->service, log_.get()));
      endpoint_->Add(std::make_shared<rpc::FigureMetrics>(*running->service));
    }
    endpoint_->Add(std::make_shared<rpc::LogMetrics>(*log_));
    endpoint_->Add(std::make_shared<InstallationMetrics>(options_));
    composed_ = true;
    return absl::OkStatus();
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

  // Never fails for slow work, at the start or later: only for a service that has ended, or whose
  // thread has not come round for so long that it never will.
  absl::Status Live() const {
    if (!composed_) return absl::OkStatus();
    PRIHVAT_RETURN_IF_ERROR(Health());
    for (const auto& running : running_) {
      const absl::Duration silent = running->service->SinceLastStep();
      if (silent > options_.stuck_after && !stopped_)
        return absl::UnavailableError(
            fmt::format("{} is stuck: no step of its work since {:.0f} s (--stuck-after={:.0f})",
                        running->definition.name, absl::ToDoubleSeconds(silent),
                        absl::ToDoubleSeconds(options_.stuck_after)));
    }
    return absl::OkStatus();
  }

  absl::Status Ready() const {
    if (!composed_) return absl::UnavailableError("still opening log and stores");
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
      TellOfCatchingUp(*running, ready);
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
    const absl::Time look_elsewhere = std::min(deadline, absl::Now() + options_.drain_delay);
    if (admin_ != nullptr) admin_->EndStreams();
    HandOver(deadline);
    absl::SleepFor(look_elsewhere - absl::Now());
    if (server_ != nullptr) server_->Drain(deadline);
    for (const auto& running : running_) running->service->Stop(deadline);
    if (log_ != nullptr) log_->Close();
  }

  const std::string& address() const { return server_->address(); }
  int metrics_port() const { return endpoint_->port(); }

 private:
  // While the server still answers: what comes in meanwhile is sent on to the new owner. What takes
  // its time at the end (calls of slow clients, closing the log) comes after, and nobody waits for
  // it.
  void HandOver(absl::Time deadline) {
    if (server_ != nullptr) server_->StopServing();
    for (const auto& running : running_) running->service->BeginStop();
    const auto handed_over = [](const auto& running) { return running->service->HandedOver(); };
    while (absl::Now() < deadline && !std::all_of(running_.begin(), running_.end(), handed_over))
      absl::SleepFor(kHandOverPoll);
  }

  struct Running {
    runtime::ServiceDefinition definition;
    std::string api_name;
    std::unique_ptr<runtime::Service> service;
    std::unique_ptr<rpc::Calls> calls;
    std::unique_ptr<grpc::Service> api;
    bool serving = false;
    CatchUp catch_up;
    bool caught_up = false;
    absl::Time look_again_at = absl::InfinitePast();
  };

  absl::Status StartIdentity() {
    if (options_.insecure_dev) {
      authenticator_ = std::make_unique<rpc::InsecureDevAuthenticator>();
      forwarder_ = std::make_unique<rpc::Forwarder>(grpc::InsecureChannelCredentials());
      return absl::OkStatus();
    }
    PRIHVAT_ASSIGN_OR_RETURN(const std::string text, ReadFile("--identities", options_.identities));
    PRIHVAT_ASSIGN_OR_RETURN(rpc::Identities identities, rpc::Identities::Parse(text));
    authenticator_ = std::make_unique<rpc::CertificateAuthenticator>(std::move(identities));
    PRIHVAT_ASSIGN_OR_RETURN(tls_, rpc::MakeTlsCredentials({.certificate = options_.tls_cert,
                                                            .key = options_.tls_key,
                                                            .client_ca = options_.tls_client_ca}));
    forwarder_ = std::make_unique<rpc::Forwarder>(tls_.channel);
    return absl::OkStatus();
  }

  // Whoever waits for a service wants to know for how long. Asked of the log once in a while only.
  void TellOfCatchingUp(Running& running, bool ready) {
    const absl::Time now = absl::Now();
    if (running.caught_up || (!ready && now < running.look_again_at)) return;
    running.look_again_at = now + absl::Seconds(1);
    std::set<std::string> topics = {running.definition.topic};
    for (const es::Projection* projection : running.definition.projections)
      topics.insert(projection->topics().begin(), projection->topics().end());
    int64_t records = 0;
    for (const std::string& topic : topics) {
      for (int32_t p = 0; p < options_.partitions; ++p)
        records += log_->End({topic, p}, now + absl::Milliseconds(500)).value_or(0);
    }
    int64_t folded = 0;
    for (const runtime::PartitionStatus& partition : running.service->Partitions())
      folded += partition.applied + 1;
    for (const runtime::SourceStatus& source : running.service->Sources())
      if (source.process.empty() && topics.contains(source.topic))
        folded += source.done_through + 1;
    if (const auto line = running.catch_up.Note(folded, records, ready, now)) {
      telemetry::Log(telemetry::Level::kInfo, line->message,
                     {{"service", running.definition.name},
                      {"folded", line->folded},
                      {"records", line->records},
                      {"records_per_second", line->records_per_second},
                      {"seconds_left", line->seconds_left}});
    }
    running.caught_up = ready;
  }

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
    options.store_cache_bytes = *options_.store_cache_mib << 20;
    options.seals = seals_;
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
            .authenticator = authenticator_.get(),
            .executor = &executor_,
            .forwarder = forwarder_.get(),
            .metrics = &rpc_metrics_,
            .signer = seals_.signer.get()};
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
        rpc::admin::AdminOptions{.checkpoint_root = options_.data_dir / kCheckpoints,
                                 .log = log_.get(),
                                 .backup = BackupOf(services),
                                 .instance = [this, started = clock_.Now(), key = SealKeyId()] {
                                   return InstanceOf(options_, clock_.Now(), started, key);
                                 }});
    apis.push_back(&admin_->admin_service());
    apis.push_back(&admin_->change_feed_service());
    PRIHVAT_ASSIGN_OR_RETURN(
        server_, rpc::Server::Start({.listen = options_.listen,
                                     .credentials = tls_.server,
                                     .memory_quota_bytes = *options_.call_memory_mib << 20},
                                    apis));
    for (const auto& running : running_) server_->SetServing(running->api_name, false);
    for (const char* api : {rpc::admin::kAdminApi, rpc::admin::kChangeFeedApi})
      server_->SetServing(api, true);
    return absl::OkStatus();
  }

  std::string SealKeyId() const {
    return seals_.signer == nullptr ? "" : base::HexEncode(seals_.signer->key_id());
  }

  // How a backup is written; empty where brokers keep the log.
  decltype(rpc::admin::AdminOptions::backup) BackupOf(std::vector<runtime::Service*> services) {
    if (options_.log != config::LogEngine::kEmbedded) return {};
    BackupSource source{
        options_.data_dir / "backups", options_.instance, {}, log_.get(), std::move(services)};
    for (const std::string& topic : topics_)
      source.topics.push_back({.name = topic, .partitions = options_.partitions});
    return [source = std::move(source)](const std::string& backup_id) {
      return WriteBackup(source, backup_id);
    };
  }

  absl::Status StartEndpoint() {
    PRIHVAT_ASSIGN_OR_RETURN(
        endpoint_, telemetry::HttpEndpoint::Start({.listen = options_.metrics_listen,
                                                   .startup = [this] { return Started(); },
                                                   .ready = [this] { return Ready(); },
                                                   .live = [this] { return Live(); }}));
    endpoint_->Add(registry_);
    return absl::OkStatus();
  }

  config::HostOptions options_;
  base::SystemClock clock_;
  base::SystemRandom random_;
  const std::shared_ptr<prometheus::Registry> registry_ = std::make_shared<prometheus::Registry>();
  telemetry::RpcMetrics rpc_metrics_{*registry_};
  std::optional<access::Policy> policy_;  // that of the options
  runtime::SealOptions seals_;
  std::vector<std::string> topics_;  // of the log
  rpc::TlsCredentials tls_;          // empty with --insecure-dev
  std::unique_ptr<rpc::Authenticator> authenticator_;
  std::unique_ptr<event_log::EventLog> log_;
  std::unique_ptr<PeerMonitor> peers_;
  std::unique_ptr<rpc::Forwarder> forwarder_;
  rpc::Executor executor_{kReadThreads};
  std::vector<std::unique_ptr<Running>> running_;
  std::unique_ptr<rpc::admin::Admin> admin_;
  std::atomic<bool> composed_ = false;  // what stands above is complete
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
