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

  // To `address`, "host:port", without encryption: for the loopback address of a development
  // server.
  static std::unique_ptr<GrpcApi> Insecure(const std::string& address);

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
