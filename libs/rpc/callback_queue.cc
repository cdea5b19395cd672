#include "libs/rpc/callback_queue.h"

namespace prihvat::rpc {

void KeepCallbackQueue(const std::shared_ptr<grpc::Channel>& channel) {
  static const auto* const kept = new std::shared_ptr<grpc::Channel>(channel);
  (void)kept;
}

}  // namespace prihvat::rpc
