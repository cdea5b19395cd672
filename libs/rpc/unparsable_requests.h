// A request whose bytes are no message of its method's type never reaches the method: gRPC's
// callback API answers it by itself, with UNIMPLEMENTED and no words, which a client takes for a
// method that is not there. Here it becomes INVALID_ARGUMENT with a reason.
#pragma once

#include <memory>

#include "grpcpp/support/server_interceptor.h"

namespace prihvat::rpc {

// For ServerBuilder::experimental().SetInterceptorCreators. It only looks at the answers that go
// out: the call chain is elsewhere (docs/decisions/call-chain-in-code.md).
std::unique_ptr<grpc::experimental::ServerInterceptorFactoryInterface> MakeUnparsableRequests();

}  // namespace prihvat::rpc
