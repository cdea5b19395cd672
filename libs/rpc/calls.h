// What a service's api/ calls: one line a method, everything else happens here.
//
//   ServerUnaryReactor* IssuePurchaseOrder(CallbackServerContext* context,
//                                          const IssuePurchaseOrderRequest* request,
//                                          PurchaseOrder* response) override {
//     return calls_.Command(context, request, response);
//   }
//
// Every call goes through the chain: deadline -> identity -> access (the method's permission, the
// operations of the principal; default deny) -> validation -> forwarding to the owner (commands
// only, once at most) -> waiting for the caller's token -> handler -> error details and the
// trailing token. The method is found by the request's type, so a request message belongs to one
// rpc (which buf's lint asks for).
//
// One Calls a service of the API. Thread-safe; outlives the server. Requests and responses are
// touched only while their call is open; a call that is cancelled is finished at once.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "google/protobuf/message.h"
#include "grpcpp/support/server_callback.h"
#include "libs/access/policy.h"
#include "libs/base/clock.h"
#include "libs/es/decision.h"
#include "libs/es/entities.h"
#include "libs/rpc/errors.h"
#include "libs/rpc/unary_call.h"
#include "libs/runtime/service.h"

namespace prihvat::telemetry {
class RpcMetrics;
}

namespace prihvat::rpc {

class Authenticator;
class Executor;
class Forwarder;
struct Admission;
struct ApiMethod;

// What all services of a process share. All of it outlives every Calls.
struct Environment {
  base::Clock* clock = nullptr;
  const access::Policy* access = nullptr;
  const Authenticator* authenticator = nullptr;
  Executor* executor = nullptr;
  Forwarder* forwarder = nullptr;
  telemetry::RpcMetrics* metrics = nullptr;
  const event_log::SealSigner* signer = nullptr;  // the installation's key; none without --seal-key
};

struct CallsOptions {
  absl::Duration default_deadline = absl::Seconds(30);  // where the caller set none
  int default_page_size = 50;
  int max_page_size = 1000;
  // Rows that a List may pass over; one that it has to parse counts as twenty. With a narrow filter
  // over a large collection a page comes back short, with a token to go on (AIP-158 allows it).
  int most_rows_passed_over = 100'000;
  int max_in_flight = 10'000;  // calls; above it RESOURCE_EXHAUSTED (OVERLOADED)
  // Of all their requests to this API; only large ones are refused above it. gRPC's quota ends
  // where a request is parsed, and each is copied once for its partition: four APIs in one process
  // take eight times as much at most.
  int64_t max_request_bytes = 16 << 20;
};

// What a read looks at: entities and views at one moment, that of the first look, and who asks.
// Lives as long as the handler's call; one thread.
class ReadContext {
 public:
  ReadContext(const runtime::Service& service, const Admission& admission);
  ReadContext(const ReadContext&) = delete;
  ReadContext& operator=(const ReadContext&) = delete;
  ~ReadContext();

  const es::View& entities() const;
  // The rows of a view of the service; UNAVAILABLE (VIEW_BUILDING) while it is being built.
  absl::StatusOr<const es::Rows*> view(std::string_view name) const;
  // The entity of that name and type, or NOT_FOUND. Safe for any text as name.
  template <class T>
  absl::StatusOr<T> Find(std::string_view name) const {
    T entity;
    absl::Status status = FindInto(name, entity);
    if (!status.ok()) return status;
    return entity;
  }
  absl::Status FindInto(std::string_view name, google::protobuf::Message& entity) const;

  // The operation that the request names, "" for none, and its zone (UTC where none is known).
  const std::string& operation() const;
  absl::TimeZone zone() const;
  const access::Principal& principal() const;
  absl::Time now() const;
  // How far what is seen goes.
  const common::v1::Token& token() const { return snapshot().token(); }

  // AIP-158 for computed lists whose request has page_size and page_token: rows with a key above
  // page_after() ("" at first), at most page_size() of them; NextPage(key of the last row) where
  // there are more.
  const std::string& page_after() const;
  int page_size() const;
  void NextPage(std::string_view last_key) const { next_page_after_ = std::string(last_key); }
  const std::string& next_page_after() const { return next_page_after_; }

 private:
  const runtime::Snapshot& snapshot() const;

  const runtime::Service& service_;
  const Admission& admission_;
  mutable std::unique_ptr<runtime::Snapshot> snapshot_;  // made when first asked for
  mutable std::optional<es::View> view_;
  mutable std::string next_page_after_;
};

class Calls {
 public:
  using Context = grpc::CallbackServerContext;
  using Reactor = grpc::ServerUnaryReactor;
  using Message = google::protobuf::Message;
  using ReadFn = std::function<absl::Status(const ReadContext&)>;
  // Fills the response of a command that does not answer with the resource that it changed.
  using RenderFn = std::function<absl::Status(const ReadContext&, const runtime::CommandReply&)>;

  // `api`: the full name of the gRPC service ("prihvat.procurement.v1.ProcurementService"), whose
  // descriptor must be linked in (CHECKed). `service` outlives the Calls.
  Calls(runtime::Service& service, std::string_view api, Environment environment,
        CallsOptions options = {});
  ~Calls();
  Calls(const Calls&) = delete;
  Calls& operator=(const Calls&) = delete;

  // A mutation: the request is the command. The response is the resource that the decision named,
  // read after the commit, with its etag. A repeated request id answers the resource as it is now.
  Reactor* Command(Context* context, const Message* request, Message* response);
  Reactor* Command(Context* context, const Message* request, Message* response, RenderFn render);

  // The entity named by request->name(), of the response's type.
  Reactor* Get(Context* context, const Message* request, Message* response);

  // The entities of type T directly in `collection` of request->parent(), by name, those that
  // `keep` says; AIP-158 paging. `into` is the repeated field of the response. `mentioned`: texts
  // of which each that is not empty is the whole of a string field of all that `keep` keeps; what
  // does not hold them is passed over without being parsed.
  template <class T>
  Reactor* List(Context* context, const Message* request, Message* response,
                google::protobuf::RepeatedPtrField<T>* into, std::string_view collection,
                std::function<bool(const T&)> keep = {}, std::vector<std::string> mentioned = {}) {
    ListSpec spec;
    spec.collection = std::string(collection);
    spec.mentioned = std::move(mentioned);
    spec.add = [into]() -> Message* { return into->Add(); };
    spec.drop_last = [into] { into->RemoveLast(); };
    if (keep) {
      spec.keep = [keep = std::move(keep)](const Message& entity) {
        return keep(static_cast<const T&>(entity));
      };
    }
    return StartList(context, request, response, std::move(spec));
  }

  // A computed query over one snapshot; `read` fills the response that the caller captured. It runs
  // on a worker thread. A request that names no operation needs access to all, unless
  // `any_operation` says that the query shows only what the principal may see.
  struct ReadOptions {
    int default_page_size = 0;  // 0: that of the CallsOptions
    int max_page_size = 0;
    bool any_operation = false;
  };
  Reactor* Read(Context* context, const Message* request, Message* response, ReadFn read) {
    return Read(context, request, response, ReadOptions(), std::move(read));
  }
  Reactor* Read(Context* context, const Message* request, Message* response, ReadOptions options,
                ReadFn read);

  runtime::Service& service() { return service_; }
  const Environment& environment() const { return environment_; }
  // For streams, which run the chain's first steps themselves: deadline, identity, access and
  // validation of `request`.
  absl::StatusOr<Admission> Admit(Context& context, const Message& request) const;

 private:
  friend class UnaryCall;
  struct ListSpec {
    std::string collection;
    std::function<Message*()> add;
    std::function<void()> drop_last;
    std::function<bool(const Message&)> keep;
    std::vector<std::string> mentioned;
  };

  Reactor* StartList(Context* context, const Message* request, Message* response, ListSpec spec);
  // Runs the chain up to the handler, which gets an open call.
  Reactor* Start(Context* context, const Message* request, Message* response,
                 std::function<void(std::shared_ptr<UnaryCall>)> handler);
  void StartReads(std::shared_ptr<UnaryCall> call, ReadFn read);
  void WaitForToken(const std::shared_ptr<UnaryCall>& call, std::function<void()> then);
  class ListScan;
  // `from_row`: `render` reads nothing where the reply has a row of the response's type.
  Reactor* Command(Context* context, const Message* request, Message* response, RenderFn render,
                   bool from_row);
  void Submit(const std::shared_ptr<UnaryCall>& call, std::shared_ptr<const Message> request,
              RenderFn render, bool from_row);
  void Forward(const std::shared_ptr<UnaryCall>& call, const std::string& address);
  absl::Status FillPage(const ReadContext& reads, const UnaryCall& call) const;
  absl::Status HasRoom(int calls, int64_t bytes, int64_t of_this_one) const;
  const ApiMethod* MethodOf(const Message& request) const;

  runtime::Service& service_;
  const Environment environment_;
  const CallsOptions options_;
  std::map<const google::protobuf::Descriptor*, std::unique_ptr<ApiMethod>> methods_;
  InFlight in_flight_;
};

}  // namespace prihvat::rpc
