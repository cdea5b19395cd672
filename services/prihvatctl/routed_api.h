// Services in processes of their own: each call goes to the one that serves it.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "services/prihvatctl/api.h"

namespace prihvat::ctl {

// Routes by the package of the method's service: prihvat.handover.v1.HandoverService goes to
// "handover". Methods for operators of all services (prihvat.admin.v1) go where their request's
// field `service` says. One thread at a time.
class RoutedApi final : public Api {
 public:
  using Connect = std::function<std::unique_ptr<Api>(const std::string& address)>;

  explicit RoutedApi(std::map<std::string, std::unique_ptr<Api>> by_service)
      : by_service_(std::move(by_service)) {}

  // `servers`: "host:port" alone, or "procurement=host:port,handover=host:port". What is neither is
  // an Api whose every call answers INVALID_ARGUMENT.
  static std::unique_ptr<Api> To(const std::string& servers, const Connect& connect);

  absl::StatusOr<Reply> Call(const google::protobuf::MethodDescriptor& method,
                             const google::protobuf::Message& request,
                             const CallOptions& options) override;
  absl::Status Stream(const google::protobuf::MethodDescriptor& method,
                      const google::protobuf::Message& request, const CallOptions& options,
                      absl::FunctionRef<bool(const google::protobuf::Message&)> visit) override;

 private:
  // INVALID_ARGUMENT where no server is named for it.
  absl::StatusOr<Api*> ServerOf(const google::protobuf::MethodDescriptor& method,
                                const google::protobuf::Message& request) const;

  std::map<std::string, std::unique_ptr<Api>> by_service_;
};

}  // namespace prihvat::ctl
