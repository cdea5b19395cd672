// Sends a call on to the instance that owns its partition: as it came, with its deadline and
// metadata, in the name of who was found to ask, marked so that it is not sent on again.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "absl/time/time.h"
#include "google/protobuf/message.h"
#include "grpcpp/channel.h"
#include "grpcpp/generic/generic_stub.h"
#include "grpcpp/security/credentials.h"
#include "grpcpp/server_context.h"
#include "grpcpp/support/byte_buffer.h"
#include "libs/access/policy.h"
#include "libs/telemetry/trace.h"

namespace prihvat::rpc {

// Thread-safe. Calls under way keep what they need alive.
class Forwarder {
 public:
  explicit Forwarder(std::shared_ptr<grpc::ChannelCredentials> credentials)
      : credentials_(std::move(credentials)) {}

  // What the owner answered.
  struct Answer {
    grpc::Status status;
    grpc::ByteBuffer response;
    std::string token;  // x-prihvat-token, "" for none
  };
  // `done` is called once, on a transport thread. What is returned gives the call up, for a caller
  // who did: any thread, at any time, also when it is done.
  std::function<void()> Forward(const std::string& address, const std::string& path,
                                const grpc::CallbackServerContext& incoming,
                                const access::Principal& principal,
                                const telemetry::TraceContext& trace, absl::Time deadline,
                                const google::protobuf::Message& request,
                                std::function<void(Answer)> done);

 private:
  std::shared_ptr<grpc::GenericStub> StubFor(const std::string& address);

  const std::shared_ptr<grpc::ChannelCredentials> credentials_;
  std::mutex mutex_;  // guards stubs_
  std::map<std::string, std::shared_ptr<grpc::GenericStub>> stubs_;
};

}  // namespace prihvat::rpc
