#include "libs/rpc/testing/test_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <filesystem>

#include "fmt/format.h"
#include "google/rpc/status.pb.h"
#include "gtest/gtest.h"
#include "libs/base/check.h"
#include "libs/base/uuid.h"
#include "libs/rpc/metadata.h"

namespace prihvat::rpc::testing {
namespace {

constexpr char kPolicy[] = R"(
name: test
versions:
  - effective_from: 2000-01-01
    roles:
      writer:
        permissions: [board.notes.*]
        sees: [public, internal, personal]
      nurse:
        permissions: [board.*, operations.import]
        sees: [public, internal, personal, health]
      operator:
        permissions: [admin.*]
        sees: [public, internal]
      keeper:
        permissions: [admin.log.export]
        sees: [public, internal, personal, health, protection]
      partner:
        permissions: [admin.changes.watch]
        sees: [public, internal]
      reader:
        permissions: [board.notes.get, board.notes.list, board.notes.count]
        sees: [public, internal]
)";

std::shared_ptr<grpc::ChannelCredentials> ChannelOf(const InstanceOptions& options) {
  return options.tls.channel != nullptr ? options.tls.channel : grpc::InsecureChannelCredentials();
}

std::string UniqueDirectory() {
  base::SystemRandom random;
  return ::testing::TempDir() + "board-" + base::MakeUuid(random);
}

}  // namespace

std::shared_ptr<event_log::testing::MemoryStorage> BoardStorage() {
  return std::make_shared<event_log::testing::MemoryStorage>(
      std::vector<event_log::TopicSpec>{{.name = kBoardTopic, .partitions = 2}});
}

Instance::Instance(std::shared_ptr<event_log::testing::MemoryStorage> storage,
                   const InstanceOptions& options)
    : policy_(access::Policy::Parse(kPolicy).value()),
      registry_(std::make_shared<prometheus::Registry>()),
      metrics_(std::make_unique<telemetry::RpcMetrics>(*registry_)),
      executor_(std::make_unique<Executor>(2)),
      forwarder_(std::make_unique<Forwarder>(ChannelOf(options))),
      memory_(std::make_unique<event_log::testing::MemoryLog>(std::move(storage))),
      log_(std::make_unique<event_log::testing::FaultyLog>(*memory_, 1)) {
  const std::string listen = options.listen.empty() ? FreeAddress() : options.listen;
  runtime::ServiceOptions service_options;
  service_options.instance = options.name;
  service_options.address = listen;
  service_options.store_dir = UniqueDirectory();
  service_options.partitions = 2;
  service_options.rank = options.rank;
  service_options.last_heard = options.last_heard;
  auto service =
      runtime::Service::Start(BoardDefinition(), service_options, *log_, clock_, random_);
  PRIHVAT_CHECK(service.ok(), service.status().ToString());
  service_ = *std::move(service);
  const Environment environment{.clock = &clock_,
                                .access = &policy_,
                                .authenticator = options.authenticator != nullptr
                                                     ? options.authenticator
                                                     : &dev_authenticator_,
                                .executor = executor_.get(),
                                .forwarder = forwarder_.get(),
                                .metrics = metrics_.get()};
  calls_ = std::make_unique<Calls>(*service_, kBoardApi, environment, options.calls);
  board_ = std::make_unique<BoardServiceImpl>(*calls_);
  std::vector<grpc::Service*> services = {board_.get()};
  if (options.with_admin) {
    admin_ = std::make_unique<admin::Admin>(
        std::vector<runtime::Service*>{service_.get()}, environment,
        admin::AdminOptions{.checkpoint_root = options.checkpoint_root,
                            .log = log_.get(),
                            .backup = options.backup});
    services.push_back(&admin_->admin_service());
    services.push_back(&admin_->change_feed_service());
  }
  auto server = Server::Start({.listen = listen,
                               .credentials = options.tls.server,
                               .max_connection_age = options.max_connection_age},
                              services);
  PRIHVAT_CHECK(server.ok(), server.status().ToString());
  server_ = *std::move(server);
  channel_ = grpc::CreateChannel(server_->address(), ChannelOf(options));
  stub_ = rpctest::v1::BoardService::NewStub(channel_);
  const absl::Time deadline = absl::Now() + absl::Seconds(20);
  while (!service_->Ready() && absl::Now() < deadline) absl::SleepFor(absl::Milliseconds(2));
  PRIHVAT_CHECK(service_->Ready(), "the board service does not get ready");
}

Instance::~Instance() {
  if (admin_ != nullptr) admin_->EndStreams();
  server_->Drain(absl::Now() + absl::Seconds(5));
  service_->Stop(absl::Now() + absl::Seconds(5));
  executor_.reset();  // runs what the service's last replies queued
}

std::string FreeAddress() {
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof(address);
  const bool bound = bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0 &&
                     getsockname(fd, reinterpret_cast<sockaddr*>(&address), &length) == 0;
  close(fd);
  PRIHVAT_CHECK(bound, "no free port");
  return fmt::format("127.0.0.1:{}", ntohs(address.sin_port));
}

void Prepare(grpc::ClientContext& context, const Saying& saying) {
  if (!saying.principal.empty()) context.AddMetadata(kPrincipalKey, saying.principal);
  if (!saying.token.empty()) context.AddMetadata(kTokenKey, saying.token);
  for (const auto& [key, value] : saying.metadata) context.AddMetadata(key, value);
  context.set_deadline(absl::ToChronoTime(absl::Now() + saying.timeout));
}

Outcome OutcomeOf(const grpc::ClientContext& context, const grpc::Status& status) {
  Outcome outcome;
  outcome.status = status;
  const auto& trailing = context.GetServerTrailingMetadata();
  const auto token = trailing.find(kTokenKey);
  if (token != trailing.end()) outcome.token.assign(token->second.data(), token->second.size());
  const auto trace = trailing.find(kTraceIdKey);
  if (trace != trailing.end()) outcome.trace_id.assign(trace->second.data(), trace->second.size());
  google::rpc::Status wire;
  if (!wire.ParseFromString(status.error_details())) return outcome;
  google::rpc::ErrorInfo info;
  for (const auto& detail : wire.details()) {
    if (detail.UnpackTo(&info)) {
      outcome.reason = info.reason();
      outcome.domain = info.domain();
      outcome.metadata = {info.metadata().begin(), info.metadata().end()};
    }
    detail.UnpackTo(&outcome.bad_request);
    detail.UnpackTo(&outcome.precondition);
    detail.UnpackTo(&outcome.retry);
  }
  return outcome;
}

std::string RequestId(int n) { return fmt::format("00000000-0000-4000-8000-{:012}", n); }

}  // namespace prihvat::rpc::testing
