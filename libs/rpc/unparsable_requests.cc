#include "libs/rpc/unparsable_requests.h"

#include <algorithm>
#include <string>

#include "fmt/format.h"
#include "google/protobuf/descriptor.h"
#include "libs/rpc/errors.h"
#include "libs/rpc/reasons.h"

namespace prihvat::rpc {
namespace {

using grpc::experimental::InterceptionHookPoints;
using grpc::experimental::Interceptor;
using grpc::experimental::InterceptorBatchMethods;
using grpc::experimental::ServerRpcInfo;

// "/prihvat.procurement.v1.ProcurementService/GetOperation"
bool IsMethod(std::string path) {
  if (path.empty() || path.front() != '/') return false;
  path.erase(0, 1);
  std::replace(path.begin(), path.end(), '/', '.');
  return google::protobuf::DescriptorPool::generated_pool()->FindMethodByName(path) != nullptr;
}

class UnparsableRequest final : public Interceptor {
 public:
  explicit UnparsableRequest(ServerRpcInfo* call) : call_(call) {}

  void Intercept(InterceptorBatchMethods* batch) override {
    if (batch->QueryInterceptionHookPoint(InterceptionHookPoints::PRE_SEND_STATUS)) {
      const grpc::Status said = batch->GetSendStatus();
      // Our own UNIMPLEMENTED has words and details.
      if (said.error_code() == grpc::StatusCode::UNIMPLEMENTED && said.error_message().empty() &&
          IsMethod(call_->method())) {
        batch->ModifySendStatus(ToGrpc(
            Reject(es::Rejected(kUnparsableRequest)
                       .Saying(fmt::format("these bytes are no request of {}", call_->method()))
                       .With("method", call_->method()))));
      }
    }
    batch->Proceed();
  }

 private:
  ServerRpcInfo* const call_;  // outlives this
};

class Factory final : public grpc::experimental::ServerInterceptorFactoryInterface {
 public:
  Interceptor* CreateServerInterceptor(ServerRpcInfo* call) override {
    return new UnparsableRequest(call);  // gRPC's from here on
  }
};

}  // namespace

std::unique_ptr<grpc::experimental::ServerInterceptorFactoryInterface> MakeUnparsableRequests() {
  return std::make_unique<Factory>();
}

}  // namespace prihvat::rpc
