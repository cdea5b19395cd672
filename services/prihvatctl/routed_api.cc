#include "services/prihvatctl/routed_api.h"

#include <utility>
#include <vector>

#include "absl/strings/str_split.h"
#include "fmt/format.h"
#include "libs/base/status_macros.h"

namespace prihvat::ctl {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::MethodDescriptor;

constexpr char kAdmin[] = "admin";

// "handover" of prihvat.handover.v1.HandoverService.
std::string ServiceOf(const MethodDescriptor& method) {
  const std::vector<std::string> parts = absl::StrSplit(method.service()->full_name(), '.');
  return parts.size() > 1 ? parts[1] : "";
}

std::string ServiceField(const Message& request) {
  const FieldDescriptor* field = request.GetDescriptor()->FindFieldByName("service");
  return field == nullptr ? "" : request.GetReflection()->GetString(request, field);
}

}  // namespace

std::unique_ptr<Api> RoutedApi::To(const std::string& servers, const Connect& connect) {
  if (servers.find('=') == std::string::npos) return connect(servers);
  std::map<std::string, std::unique_ptr<Api>> by_service;
  const std::vector<std::string> entries = absl::StrSplit(servers, ',');
  for (const std::string& entry : entries) {
    const std::vector<std::string> parts = absl::StrSplit(entry, absl::MaxSplits('=', 1));
    if (parts.size() != 2 || parts[0].empty() || parts[1].empty())
      return std::make_unique<RoutedApi>(std::map<std::string, std::unique_ptr<Api>>());
    by_service[parts[0]] = connect(parts[1]);
  }
  return std::make_unique<RoutedApi>(std::move(by_service));
}

absl::StatusOr<Api*> RoutedApi::ServerOf(const MethodDescriptor& method,
                                         const Message& request) const {
  std::string service = ServiceOf(method);
  if (service == kAdmin) service = ServiceField(request);
  const auto found = by_service_.find(service);
  if (found == by_service_.end()) {
    return absl::InvalidArgumentError(
        fmt::format("--server names no server for '{}'; give host:port for all, or "
                    "SERVICE=host:port,... for each",
                    service));
  }
  return found->second.get();
}

absl::StatusOr<Reply> RoutedApi::Call(const MethodDescriptor& method, const Message& request,
                                      const CallOptions& options) {
  PRIHVAT_ASSIGN_OR_RETURN(Api * api, ServerOf(method, request));
  return api->Call(method, request, options);
}

absl::Status RoutedApi::Stream(const MethodDescriptor& method, const Message& request,
                               const CallOptions& options,
                               absl::FunctionRef<bool(const Message&)> visit) {
  PRIHVAT_ASSIGN_OR_RETURN(Api * api, ServerOf(method, request));
  return api->Stream(method, request, options, visit);
}

}  // namespace prihvat::ctl
