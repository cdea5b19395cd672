#pragma once

#include <memory>
#include <string>

#include "grpcpp/channel.h"
#include "grpcpp/generic/generic_stub.h"
#include "services/prihvatctl/api.h"

namespace prihvat::ctl {

// Calls over one gRPC channel. One thread at a time.
class GrpcApi final : public Api {
 public:
  explicit GrpcApi(std::shared_ptr<grpc::Channel> channel) : stub_(std::move(channel)) {}

  // To `address`, "host:port", as `connection` says but for its servers.
  static std::unique_ptr<GrpcApi> To(const std::string& address, const Connection& connection);

  absl::StatusOr<Reply> Call(const google::protobuf::MethodDescriptor& method,
                             const google::protobuf::Message& request,
                             const CallOptions& options) override;
  absl::Status Stream(const google::protobuf::MethodDescriptor& method,
                      const google::protobuf::Message& request, const CallOptions& options,
                      absl::FunctionRef<bool(const google::protobuf::Message&)> visit) override;

 private:
  grpc::GenericStub stub_;
};

}  // namespace prihvat::ctl
