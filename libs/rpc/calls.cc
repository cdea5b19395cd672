#include "libs/rpc/calls.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "fmt/format.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/empty.pb.h"
#include "grpcpp/impl/codegen/proto_utils.h"
#include "libs/base/check.h"
#include "libs/base/resource_name.h"
#include "libs/base/status_macros.h"
#include "libs/rpc/admission.h"
#include "libs/rpc/executor.h"
#include "libs/rpc/forwarder.h"
#include "libs/rpc/metadata.h"
#include "libs/rpc/reasons.h"
#include "libs/rpc/refusals.h"
#include "libs/rpc/row_filter.h"
#include "libs/rpc/validation.h"
#include "libs/runtime/reasons.h"
#include "libs/telemetry/log.h"
#include "prihvat/common/v1/options.pb.h"

namespace prihvat::rpc {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// Of a row in a List, against passing it over unparsed.
constexpr int kCostOfParsing = 20;
// A page ends where its rows come to more: clients take messages of up to 4 MiB by default.
constexpr size_t kMaxPageBytes = 2 << 20;
constexpr absl::Duration kRetryAfter = absl::Milliseconds(300);  // where nothing better is known

const FieldDescriptor* StringFieldOf(const Message& message, const char* name) {
  const FieldDescriptor* field = message.GetDescriptor()->FindFieldByName(name);
  const bool is_string =
      field != nullptr && !field->is_repeated() && field->type() == FieldDescriptor::TYPE_STRING;
  return is_string ? field : nullptr;
}

void FillEtag(std::string_view row, Message& entity) {
  if (const FieldDescriptor* etag = StringFieldOf(entity, "etag"))
    entity.GetReflection()->SetString(&entity, etag, es::EtagOfRow(row));
}

// Decodes an entity's row and fills its etag (AIP-154). False: another type.
bool Render(std::string_view row, Message& entity) {
  if (!es::DecodeEntity(row, entity)) return false;
  FillEtag(row, entity);
  return true;
}

std::map<const Descriptor*, std::unique_ptr<ApiMethod>> MethodsOf(std::string_view api,
                                                                  telemetry::RpcMetrics& metrics) {
  const auto* service =
      google::protobuf::DescriptorPool::generated_pool()->FindServiceByName(std::string(api));
  PRIHVAT_CHECK(service != nullptr, std::string(api) + " is not linked in");
  std::map<const Descriptor*, std::unique_ptr<ApiMethod>> methods;
  for (int i = 0; i < service->method_count(); ++i) {
    auto method = std::make_unique<ApiMethod>();
    method->descriptor = service->method(i);
    method->path = fmt::format("/{}/{}", service->full_name(), method->descriptor->name());
    method->permission = method->descriptor->options().GetExtension(common::v1::permission);
    method->mutation = IsMutation(*method->descriptor->input_type());
    method->metrics = metrics.ForMethod(service->full_name(), method->descriptor->name(),
                                        method->descriptor->server_streaming());
    const std::string path = method->path;
    PRIHVAT_CHECK(methods.emplace(method->descriptor->input_type(), std::move(method)).second,
                  path + " shares its request message with another rpc");
  }
  return methods;
}

// Answers a command from what its decision left, so that nothing need be read again. False: that is
// another type, or has to be looked up.
bool RenderReply(const runtime::CommandReply& reply, Message& response) {
  if (!es::DecodeEntity(reply.row, response)) return false;
  if (const FieldDescriptor* etag = StringFieldOf(response, "etag"))
    response.GetReflection()->SetString(&response, etag, reply.etag);
  return true;
}

// By the type, since the response itself may be gone with a caller who gave up.
bool RendersWithoutReading(const runtime::CommandReply& reply,
                           const google::protobuf::Descriptor& response) {
  return !reply.row.empty() && (&response == google::protobuf::Empty::descriptor() ||
                                es::EntityType(reply.row) == response.full_name());
}

void AddToken(grpc::CallbackServerContext& context, const common::v1::Token& token) {
  if (token.positions_size() > 0) context.AddTrailingMetadata(kTokenKey, EncodeToken(token));
}

}  // namespace

ReadContext::ReadContext(const runtime::Service& service, const Admission& admission)
    : service_(service), admission_(admission) {}

ReadContext::~ReadContext() = default;

const runtime::Snapshot& ReadContext::snapshot() const {
  if (snapshot_ == nullptr) snapshot_ = service_.Look();
  return *snapshot_;
}

const es::View& ReadContext::entities() const {
  if (!view_) view_.emplace(snapshot().entities());
  return *view_;
}

absl::StatusOr<const es::Rows*> ReadContext::view(std::string_view name) const {
  absl::StatusOr<const es::Rows*> rows = snapshot().view(name);
  if (!rows.ok() && rows.status().code() == absl::StatusCode::kFailedPrecondition)
    return RejectAndRetry(
        es::Rejected(kViewBuilding)
            .Saying(fmt::format("the view {} is being built and has not caught up", name))
            .With("view", name),
        absl::Seconds(1));
  return rows;
}

absl::Status ReadContext::FindInto(std::string_view name, Message& entity) const {
  const std::optional<std::string> row = snapshot().entities().Get(name);
  if (!row || !Render(*row, entity)) return Reject(es::NotFound(name));
  return absl::OkStatus();
}

const std::string& ReadContext::operation() const { return admission_.operation; }
const access::Principal& ReadContext::principal() const { return admission_.principal; }
absl::Time ReadContext::now() const { return admission_.received; }
const std::string& ReadContext::page_after() const { return admission_.page.after; }
int ReadContext::page_size() const { return admission_.page.size; }

absl::TimeZone ReadContext::zone() const {
  if (admission_.operation.empty()) return absl::UTCTimeZone();
  return service_.definition().decider->ZoneOf(entities(), admission_.operation);
}

Calls::Calls(runtime::Service& service, std::string_view api, Environment environment,
             CallsOptions options)
    : service_(service),
      environment_(environment),
      options_(options),
      methods_(MethodsOf(api, *environment.metrics)) {}

Calls::~Calls() = default;

const ApiMethod* Calls::MethodOf(const Message& request) const {
  const auto found = methods_.find(request.GetDescriptor());
  PRIHVAT_CHECK(found != methods_.end(),
                request.GetDescriptor()->full_name() + " is no request of this service");
  return found->second.get();
}

absl::StatusOr<Admission> Calls::Admit(Context& context, const Message& request) const {
  Admission admission = Receive(context, *MethodOf(request), environment_, options_);
  absl::Status admitted = rpc::Admit(context, request, environment_, options_, admission);
  if (admitted.ok()) return admission;
  TellRefusal(admission, admitted.code(), ReasonOf(admitted));
  return admitted;
}

Calls::Reactor* Calls::Start(Context* context, const Message* request, Message* response,
                             std::function<void(std::shared_ptr<UnaryCall>)> handler) {
  const int64_t bytes = static_cast<int64_t>(request->ByteSizeLong());
  const int open = in_flight_.calls.fetch_add(1) + 1;
  const int64_t held = in_flight_.request_bytes.fetch_add(bytes) + bytes;
  std::shared_ptr<UnaryCall> call = UnaryCall::Open(
      context, request, response, Receive(*context, *MethodOf(*request), environment_, options_),
      environment_.clock, &in_flight_, bytes);
  Reactor* reactor = call.get();
  absl::Status admitted = HasRoom(open, held, bytes);
  if (admitted.ok())
    admitted = rpc::Admit(*context, *request, environment_, options_, call->mutable_admission());
  if (admitted.ok()) {
    handler(std::move(call));
  } else {
    call->Fail(admitted);
  }
  return reactor;
}

absl::Status Calls::HasRoom(int calls, int64_t bytes, int64_t of_this_one) const {
  // What most commands are: their number bounds them, and somebody's large ones do not hold them
  // up.
  constexpr int64_t kSmallRequestBytes = 4 << 10;
  if (calls > options_.max_in_flight) {
    return RejectAndRetry(
        es::Rejected(kOverloaded)
            .Saying(fmt::format("{} calls are open; at most {} may", calls, options_.max_in_flight))
            .With("limit", options_.max_in_flight),
        kRetryAfter);
  }
  if (bytes > options_.max_request_bytes && of_this_one > kSmallRequestBytes) {
    return RejectAndRetry(es::Rejected(kOverloaded)
                              .Saying(fmt::format("the requests of all open calls take {} bytes "
                                                  "together; at most {} may",
                                                  bytes, options_.max_request_bytes))
                              .With("limit_bytes", options_.max_request_bytes),
                          kRetryAfter);
  }
  return absl::OkStatus();
}

void Calls::WaitForToken(const std::shared_ptr<UnaryCall>& call, std::function<void()> then) {
  if (!call->admission().token) {
    then();
    return;
  }
  service_.WhenSeen(
      *call->admission().token, call->admission().deadline, [call] { return call->open(); },
      [call, then = std::move(then)](const absl::Status& seen) {
        if (seen.ok()) {
          then();
        } else if (seen.code() == absl::StatusCode::kDeadlineExceeded) {
          call->Fail(Reject(es::Rejected(kTokenNotSeen)
                                .With("deadline", absl::FormatTime(call->admission().deadline,
                                                                   absl::UTCTimeZone()))));
        } else {
          const bool full = seen.code() == absl::StatusCode::kResourceExhausted;
          call->Fail(RejectAndRetry(
              es::Rejected(full ? runtime::kMailboxFull : runtime::kShuttingDown), kRetryAfter));
        }
      });
}

Calls::Reactor* Calls::Command(Context* context, const Message* request, Message* response) {
  return Command(
      context, request, response,
      [response](const ReadContext& reads, const runtime::CommandReply& reply) {
        if (response->GetDescriptor() == google::protobuf::Empty::descriptor())
          return absl::OkStatus();
        if (RenderReply(reply, *response)) return absl::OkStatus();
        absl::Status found = reads.FindInto(reply.resource, *response);
        if (found.ok()) return found;
        return absl::InternalError(fmt::format("the decision named '{}', which is no {}",
                                               reply.resource,
                                               response->GetDescriptor()->full_name()));
      },
      /*from_row=*/true);
}

Calls::Reactor* Calls::Command(Context* context, const Message* request, Message* response,
                               RenderFn render) {
  return Command(context, request, response, std::move(render), /*from_row=*/false);
}

Calls::Reactor* Calls::Command(Context* context, const Message* request, Message* response,
                               RenderFn render, bool from_row) {
  return Start(context, request, response,
               [this, from_row, render = std::move(render)](std::shared_ptr<UnaryCall> call) {
                 const Admission& admission = call->admission();
                 const runtime::Service::Owner owner = service_.OwnerOf(admission.operation);
                 if (!owner.here && !owner.address.empty() && !admission.forwarded) {
                   Forward(call, owner.address);
                   return;
                 }
                 // The request belongs to the call, which may be gone before it is decided.
                 std::shared_ptr<Message> command(call->request().New());
                 command->CopyFrom(call->request());
                 // Nobody has looked at them, and an event would keep them for ever.
                 command->DiscardUnknownFields();
                 WaitForToken(call, [this, call, command, render, from_row] {
                   Submit(call, command, render, from_row);
                 });
               });
}

void Calls::Submit(const std::shared_ptr<UnaryCall>& call, std::shared_ptr<const Message> request,
                   RenderFn render, bool from_row) {
  const Admission& admission = call->admission();
  runtime::CommandRequest command;
  command.command = std::move(request);
  command.operation = admission.operation;
  command.principal = admission.principal.name;
  command.request_id = admission.request_id;
  command.effective_at = admission.effective_at;
  command.import_id = admission.import_id;
  command.trace_id = admission.trace.trace_id;
  command.deadline = admission.deadline;
  service_.Submit(std::move(command), [this, call, from_row, render = std::move(render)](
                                          runtime::CommandReply reply) mutable {
    // What cannot be rendered from the row has to read: not on the service's thread, nor before the
    // store has the commit.
    const bool here =
        from_row && reply.unhurried &&
        RendersWithoutReading(reply, *call->admission().method->descriptor->output_type());
    auto answer = [this, call, render = std::move(render), reply = std::move(reply)] {
      if (!call->Claim()) return;
      AddToken(call->context(), reply.token);
      if (!reply.status.ok()) {
        call->Finish(FromReply(reply, kRetryAfter));
        return;
      }
      const ReadContext reads(service_, call->admission());
      absl::Status rendered = render(reads, reply);
      if (rendered.ok())
        access::Mask(call->response(), *environment_.access, call->admission().principal,
                     call->admission().day);
      call->Finish(rendered);
    };
    if (here) return answer();
    environment_.executor->Post(std::move(answer));
  });
}

void Calls::Forward(const std::shared_ptr<UnaryCall>& call, const std::string& address) {
  const Admission& admission = call->admission();
  // Who gives up here gives up there too: the owner need not answer nobody.
  call->WhenCancelled(environment_.forwarder->Forward(
      address, admission.method->path, call->context(), admission.principal, admission.trace,
      admission.deadline, call->request(), [call](Forwarder::Answer answer) {
        if (!call->Claim()) return;
        if (!answer.token.empty()) call->context().AddTrailingMetadata(kTokenKey, answer.token);
        if (answer.status.ok()) {
          const grpc::Status parsed =
              grpc::SerializationTraits<Message>::Deserialize(&answer.response, &call->response());
          call->Finish(parsed.ok() ? absl::OkStatus()
                                   : absl::InternalError("the owner's answer cannot be parsed"));
        } else if (answer.status.error_details().empty()) {  // not the owner's own words
          call->Finish(RejectAndRetry(es::Rejected(kOwnerUnreachable), kRetryAfter));
        } else {
          call->Finish(answer.status);
        }
      }));
}

Calls::Reactor* Calls::Get(Context* context, const Message* request, Message* response) {
  return Start(context, request, response, [this](std::shared_ptr<UnaryCall> call) {
    StartReads(call, [raw = call.get()](const ReadContext& reads) {
      return reads.FindInto(StringField(raw->request(), "name"), raw->response());
    });
  });
}

// One page of a collection: rows directly in it, in key order. The children of a resource lie among
// its siblings' rows; the scan leaps over them.
class Calls::ListScan {
 public:
  ListScan(const ReadContext& reads, const ListSpec& spec, const std::string& parent,
           int most_rows_passed_over)
      : reads_(reads),
        spec_(spec),
        only_granted_(parent.empty()),
        prefix_(parent.empty() ? spec.collection + "/"
                               : fmt::format("{}/{}/", parent, spec.collection)),
        after_(reads.page_after()),
        left_(most_rows_passed_over) {}

  void Run() {
    for (bool leapt = true; leapt;) {
      leapt = false;
      reads_.entities().rows().Scan(
          prefix_, after_, [&](std::string_view key, std::string_view row) {
            const size_t slash = key.find('/', prefix_.size());
            if (slash == std::string_view::npos) return Visit(key, row);
            after_ = fmt::format("{}\x7f", key.substr(0, slash + 1));  // above all its children
            leapt = true;
            return false;
          });
    }
  }

 private:
  // False: the page is full, or enough was looked at.
  bool Visit(std::string_view key, std::string_view row) {
    // Where the caller has no business the page neither ends nor says so.
    if (Granted(key)) {
      if (left_ <= 0) {
        reads_.NextPage(last_);
        return false;
      }
      if (!MayBeKept(row)) {
        --left_;
        last_ = std::string(key);
        return true;
      }
      left_ -= kCostOfParsing;
      Message* entity = spec_.add();
      const bool kept = es::DecodeEntity(row, *entity) && (!spec_.keep || spec_.keep(*entity));
      const bool full = found_ == reads_.page_size() || bytes_ > kMaxPageBytes;
      if (!kept || full) spec_.drop_last();
      if (kept && full) {
        reads_.NextPage(last_);
        return false;
      }
      if (kept) {
        FillEtag(row, *entity);  // costs as much as parsing, so only of what is told
        ++found_;
        bytes_ += row.size();
      }
      last_ = std::string(key);
    }
    return true;
  }

  bool MayBeKept(std::string_view row) const {
    return std::all_of(spec_.mentioned.begin(), spec_.mentioned.end(),
                       [row](const std::string& entry) { return Mentions(row, entry); });
  }

  // A list over all operations shows those that the caller has.
  bool Granted(std::string_view key) const {
    if (!only_granted_) return true;
    const absl::StatusOr<base::ResourceName> name = base::ResourceName::Parse(key);
    return name.ok() &&
           (name->Operation().empty() || reads_.principal().MayActIn(name->Operation()));
  }

  const ReadContext& reads_;
  const ListSpec& spec_;
  const bool only_granted_;
  const std::string prefix_;
  std::string after_;  // where a scan goes on
  // The last row that the page holds or has passed over, of those that the caller may know of: a
  // token can be read.
  std::string last_;
  int left_;  // of what may be looked at
  int found_ = 0;
  size_t bytes_ = 0;  // of the rows that the page holds
};

Calls::Reactor* Calls::StartList(Context* context, const Message* request, Message* response,
                                 ListSpec spec) {
  return Start(context, request, response,
               [this, spec = std::move(spec)](std::shared_ptr<UnaryCall> call) {
                 StartReads(call, [this, raw = call.get(), spec](const ReadContext& reads) {
                   ListScan(reads, spec, StringField(raw->request(), "parent"),
                            options_.most_rows_passed_over)
                       .Run();
                   return absl::OkStatus();
                 });
               });
}

Calls::Reactor* Calls::Read(Context* context, const Message* request, Message* response,
                            ReadOptions options, ReadFn read) {
  return Start(context, request, response,
               [this, options, read = std::move(read)](std::shared_ptr<UnaryCall> call) {
                 // A query that names no operation could tell of any.
                 Admission& admission = call->mutable_admission();
                 if (!options.any_operation && admission.operation.empty() &&
                     !admission.principal.MayActIn("*")) {
                   call->Fail(Reject(es::Rejected(kOperationNotGranted)
                                         .Saying("the request names no operation, so it needs "
                                                 "access to all")
                                         .With("permission", admission.method->permission)));
                   return;
                 }
                 if (options.default_page_size > 0)
                   admission.page.size =
                       PageSize(call->request(), options.default_page_size, options.max_page_size);
                 StartReads(call, read);
               });
}

void Calls::StartReads(std::shared_ptr<UnaryCall> call, ReadFn read) {
  WaitForToken(call, [this, call, read = std::move(read)] {
    environment_.executor->Post([this, call, read] {
      if (!call->Claim()) return;
      const ReadContext reads(service_, call->admission());
      absl::Status status = read(reads);
      if (status.ok()) status = FillPage(reads, *call);
      if (status.ok())
        access::Mask(call->response(), *environment_.access, call->admission().principal,
                     call->admission().day);
      AddToken(call->context(), reads.token());
      call->Finish(status);
    });
  });
}

absl::Status Calls::FillPage(const ReadContext& reads, const UnaryCall& call) const {
  if (reads.next_page_after().empty()) return absl::OkStatus();
  Message& response = call.response();
  const FieldDescriptor* field = StringFieldOf(response, "next_page_token");
  if (field == nullptr) return absl::InternalError("the response has no next_page_token");
  response.GetReflection()->SetString(&response, field,
                                      MakePageToken(call.request(), reads.next_page_after()));
  return absl::OkStatus();
}

}  // namespace prihvat::rpc
