// A board service behind a real gRPC server on loopback, over a log in memory; and a client's view
// of it. For tests.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "google/rpc/error_details.pb.h"
#include "grpcpp/client_context.h"
#include "grpcpp/create_channel.h"
#include "libs/base/clock.h"
#include "libs/base/random.h"
#include "libs/event_log/testing/faulty_log.h"
#include "libs/event_log/testing/memory_log.h"
#include "libs/rpc/admin/admin_service.h"
#include "libs/rpc/authenticator.h"
#include "libs/rpc/calls.h"
#include "libs/rpc/executor.h"
#include "libs/rpc/forwarder.h"
#include "libs/rpc/server.h"
#include "libs/rpc/testing/board.h"
#include "libs/rpc/tls.h"
#include "libs/telemetry/rpc_metrics.h"

namespace prihvat::rpc::testing {

inline constexpr char kAna[] =
    "organisations/test/people/ana;roles=writer;operations=operations/ba,operations/rs";
inline constexpr char kNurse[] = "organisations/test/people/nurse;roles=nurse;operations=*";
inline constexpr char kReader[] =
    "organisations/test/people/ben;roles=reader;operations=operations/ba";

// The log that several instances share.
std::shared_ptr<event_log::testing::MemoryStorage> BoardStorage();

struct InstanceOptions {
  std::string name = "board-0";
  int rank = 0;
  // Empty: it replaces an owner at once.
  std::function<absl::Time(const std::string&)> last_heard;
  // nullptr: believes x-prihvat-principal.
  const Authenticator* authenticator = nullptr;
  CallsOptions calls;
  // nullptrs: no encryption. Its own channel() then has the instance's certificate too.
  TlsCredentials tls;
  // Listens here; "" for a free port. The claim names it.
  std::string listen;
  absl::Duration max_connection_age = absl::Minutes(30);
  bool with_admin = false;  // serves the admin API and the change feed too
  std::string checkpoint_root;
  std::function<absl::StatusOr<::prihvat::admin::v1::Backup>(const std::string&)> backup;
};

// One instance. Made ready by its constructor (CHECKed), ended by its destructor.
class Instance {
 public:
  explicit Instance(std::shared_ptr<event_log::testing::MemoryStorage> storage,
                    const InstanceOptions& options = {});
  ~Instance();

  const std::string& address() const { return server_->address(); }
  event_log::testing::FaultyLog& log() { return *log_; }
  runtime::Service& service() { return *service_; }
  Server& server() { return *server_; }
  Calls& calls() { return *calls_; }
  admin::Admin& admin() { return *admin_; }  // with_admin only
  prometheus::Registry& registry() { return *registry_; }
  const std::shared_ptr<prometheus::Registry>& shared_registry() { return registry_; }
  std::shared_ptr<grpc::Channel> channel() { return channel_; }
  rpctest::v1::BoardService::Stub& stub() { return *stub_; }

 private:
  base::SystemClock clock_;
  base::SystemRandom random_;
  access::Policy policy_;
  InsecureDevAuthenticator dev_authenticator_;
  std::shared_ptr<prometheus::Registry> registry_;
  std::unique_ptr<telemetry::RpcMetrics> metrics_;
  std::unique_ptr<Executor> executor_;
  std::unique_ptr<Forwarder> forwarder_;
  std::unique_ptr<event_log::testing::MemoryLog> memory_;
  std::unique_ptr<event_log::testing::FaultyLog> log_;
  std::unique_ptr<runtime::Service> service_;
  std::unique_ptr<Calls> calls_;
  std::unique_ptr<BoardServiceImpl> board_;
  std::unique_ptr<admin::Admin> admin_;
  std::unique_ptr<Server> server_;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<rpctest::v1::BoardService::Stub> stub_;
};

// A loopback address with a port that was free a moment ago.
std::string FreeAddress();

// What came of a call.
struct Outcome {
  grpc::Status status;
  std::string reason;  // ErrorInfo
  std::string domain;
  std::map<std::string, std::string> metadata;
  google::rpc::BadRequest bad_request;
  google::rpc::PreconditionFailure precondition;
  google::rpc::RetryInfo retry;
  std::string token;     // trailing
  std::string trace_id;  // trailing
};

// What a caller says beside its request.
struct Saying {
  std::string principal = kAna;
  std::string token;
  std::map<std::string, std::string> metadata;
  absl::Duration timeout = absl::Seconds(20);
};
void Prepare(grpc::ClientContext& context, const Saying& saying);
Outcome OutcomeOf(const grpc::ClientContext& context, const grpc::Status& status);

// Makes one call: Call(stub, &Stub::GetNote, request, &response).
template <class Stub, class Request, class Response>
Outcome Call(Stub& stub,
             grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
             const Request& request, Response* response, const Saying& saying = {}) {
  grpc::ClientContext context;
  Prepare(context, saying);
  const grpc::Status status = (stub.*method)(&context, request, response);
  return OutcomeOf(context, status);
}

// The UUID that stands for `n`.
std::string RequestId(int n);

}  // namespace prihvat::rpc::testing
