#include "libs/rpc/forwarder.h"

#include <utility>

#include "grpcpp/create_channel.h"
#include "grpcpp/impl/codegen/proto_utils.h"
#include "libs/rpc/callback_queue.h"
#include "libs/rpc/metadata.h"

namespace prihvat::rpc {
namespace {

// Owners change rarely; a test or a long life with many addresses must not pile up channels.
constexpr size_t kMaxStubs = 64;

struct Outgoing {
  std::shared_ptr<grpc::GenericStub> stub;
  grpc::ClientContext context;
  grpc::ByteBuffer request;
  Forwarder::Answer answer;
  std::function<void(Forwarder::Answer)> done;
};

bool GoesOn(std::string_view key) {
  return key.rfind("x-prihvat-", 0) == 0 || key == kAuthorizationKey || key == kTracestateKey;
}

}  // namespace

std::function<void()> Forwarder::Forward(const std::string& address, const std::string& path,
                                         const grpc::CallbackServerContext& incoming,
                                         const access::Principal& principal,
                                         const telemetry::TraceContext& trace, absl::Time deadline,
                                         const google::protobuf::Message& request,
                                         std::function<void(Answer)> done) {
  auto call = std::make_shared<Outgoing>();
  call->stub = StubFor(address);
  call->done = std::move(done);
  call->context.set_deadline(absl::ToChronoTime(deadline));
  for (const auto& [key, value] : incoming.client_metadata()) {
    const std::string name(key.data(), key.size());
    if (name != kPrincipalKey && GoesOn(name))
      call->context.AddMetadata(name, std::string(value.data(), value.size()));
  }
  // Not what the caller said of itself: the owner knows only that this instance asks.
  call->context.AddMetadata(kPrincipalKey, FormatPrincipal(principal));
  call->context.AddMetadata(kForwardedKey, "1");
  call->context.AddMetadata(kTraceparentKey, trace.ToTraceparent());
  bool own_buffer = false;
  const grpc::Status serialized = grpc::SerializationTraits<google::protobuf::Message>::Serialize(
      request, &call->request, &own_buffer);
  if (!serialized.ok()) {
    call->answer.status = serialized;
    call->done(std::move(call->answer));
    return [] {};
  }
  call->stub->UnaryCall(&call->context, path, grpc::StubOptions(), &call->request,
                        &call->answer.response, [call](grpc::Status status) {
                          call->answer.status = std::move(status);
                          const auto& trailing = call->context.GetServerTrailingMetadata();
                          const auto token = trailing.find(kTokenKey);
                          if (token != trailing.end())
                            call->answer.token.assign(token->second.data(), token->second.size());
                          // Let go of: it holds the call that holds what gives this one up.
                          const auto done = std::exchange(call->done, nullptr);
                          done(std::move(call->answer));
                        });
  return [call] { call->context.TryCancel(); };
}

std::shared_ptr<grpc::GenericStub> Forwarder::StubFor(const std::string& address) {
  std::lock_guard lock(mutex_);
  auto& stub = stubs_[address];
  if (stub == nullptr) {
    const auto channel = grpc::CreateChannel(address, credentials_);
    KeepCallbackQueue(channel);
    stub = std::make_shared<grpc::GenericStub>(channel);
  }
  std::shared_ptr<grpc::GenericStub> found = stub;
  if (stubs_.size() > kMaxStubs) {
    stubs_.clear();
    stubs_[address] = found;
  }
  return found;
}

}  // namespace prihvat::rpc
