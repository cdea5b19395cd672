#include "tests/scenario/world_api.h"

#include <memory>

#include "fmt/format.h"
#include "google/protobuf/timestamp.pb.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "libs/access/policy.h"
#include "libs/base/status_macros.h"
#include "libs/base/string_view.h"
#include "libs/es/values.h"
#include "libs/rpc/metadata.h"
#include "prihvat/common/v1/options.pb.h"
#include "services/prihvatctl/api_catalogue.h"
#include "services/prihvatctl/error_text.h"
#include "services/prihvatctl/scenario_yaml.h"

namespace prihvat::scenario {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

std::string TextOf(const Message& message, const char* field) {
  const FieldDescriptor* descriptor = message.GetDescriptor()->FindFieldByName(field);
  return descriptor == nullptr ? "" : message.GetReflection()->GetString(message, descriptor);
}

// "operations/ba" of a name at or below it.
std::string OperationOf(const Message& request) {
  for (const char* field : {"parent", "name"}) {
    const std::string name = TextOf(request, field);
    if (name.empty()) continue;
    const size_t collection = name.find('/');
    return name.substr(0, name.find('/', collection + 1));
  }
  return "";
}

absl::Time EffectiveTimeOf(const Message& request) {
  const FieldDescriptor* field = request.GetDescriptor()->FindFieldByName("effective_time");
  if (!request.GetReflection()->HasField(request, field)) return absl::InfinitePast();
  google::protobuf::Timestamp time;
  time.CopyFrom(request.GetReflection()->GetMessage(request, field));
  return es::FromProto(time);
}

absl::Status ErrorOf(const runtime::CommandReply& reply) {
  google::rpc::ErrorInfo info;
  info.set_reason(reply.rejection == nullptr ? reply.reason : reply.rejection->reason().id);
  google::rpc::Status details;
  details.add_details()->PackFrom(info);
  const std::string message =
      reply.rejection == nullptr ? std::string(reply.status.message()) : reply.rejection->message();
  return ctl::ServerError(reply.status.code(), message, details.SerializeAsString());
}

// The permission that the method declares, of what the built-in policy grants: who acts in a
// scenario has the roles that the step needs.
absl::Status CheckPermission(const google::protobuf::MethodDescriptor& method,
                             const access::Principal& principal) {
  const std::string& permission = method.options().GetExtension(common::v1::permission);
  const absl::CivilDay day(2026, 1, 1);
  if (access::Policy::Default().Grants(principal, permission, day)) return absl::OkStatus();
  google::rpc::ErrorInfo info;
  info.set_reason("PERMISSION_DENIED");
  google::rpc::Status details;
  details.add_details()->PackFrom(info);
  return ctl::ServerError(absl::StatusCode::kPermissionDenied,
                          fmt::format("no role of {} grants {}", principal.name, permission),
                          details.SerializeAsString());
}

std::vector<event_log::TopicSpec> TopicsOf(
    const std::vector<runtime::ServiceDefinition>& services) {
  std::vector<event_log::TopicSpec> topics;
  for (const runtime::ServiceDefinition& service : services) {
    topics.push_back({service.topic, /*partitions=*/1});
  }
  return topics;
}

}  // namespace

WorldApi::WorldApi(const std::vector<runtime::ServiceDefinition>& services)
    : world_(TopicsOf(services), /*partitions=*/1, /*seed=*/1) {
  for (const runtime::ServiceDefinition& service : services) {
    instances_[service.name] = &world_.Add(service, service.name + "-0");
  }
  world_.Settle();
}

absl::StatusOr<ctl::Reply> WorldApi::Call(const google::protobuf::MethodDescriptor& method,
                                          const Message& request, const ctl::CallOptions& options) {
  const auto instance = instances_.find(ctl::ShortServiceName(*method.service()));
  if (instance == instances_.end()) return absl::UnimplementedError("the service is not here");
  PRIHVAT_ASSIGN_OR_RETURN(const access::Principal principal,
                           rpc::ParsePrincipal(options.principal));
  PRIHVAT_RETURN_IF_ERROR(CheckPermission(method, principal));
  std::shared_ptr<Message> command(request.New());
  command->CopyFrom(request);
  runtime::CommandRequest submitted;
  submitted.operation = OperationOf(request);
  submitted.command = command;
  submitted.principal = principal.name;
  submitted.request_id = TextOf(request, "request_id");
  submitted.effective_at = EffectiveTimeOf(request);
  submitted.import_id = options.import_id;
  const runtime::CommandReply reply = world_.Do(*instance->second, std::move(submitted));
  world_.Settle();
  if (!reply.status.ok()) return ErrorOf(reply);
  return ctl::Reply{ctl::NewMessage(*method.output_type()), ""};
}

absl::Status WorldApi::Stream(const google::protobuf::MethodDescriptor&, const Message&,
                              const ctl::CallOptions&, absl::FunctionRef<bool(const Message&)>) {
  return absl::UnimplementedError("a scenario is made of commands");
}

}  // namespace prihvat::scenario
