// The queue behind calls that answer by a callback.
#pragma once

#include <memory>

#include "grpcpp/channel.h"

namespace prihvat::rpc {

// For whoever makes a channel for such calls, before the first. gRPC 1.51 shares one queue among
// all of them and takes it down with the last, while its threads may still be in it: the process
// ends with "assertion failed: prior > 0". The first channel is kept for as long as the process
// lives. Thread-safe.
void KeepCallbackQueue(const std::shared_ptr<grpc::Channel>& channel);

}  // namespace prihvat::rpc
