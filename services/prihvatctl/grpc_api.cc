#include "services/prihvatctl/grpc_api.h"

#include <chrono>
#include <utility>
#include <vector>

#include "absl/synchronization/notification.h"
#include "fmt/format.h"
#include "grpcpp/client_context.h"
#include "grpcpp/completion_queue.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/security/credentials.h"
#include "grpcpp/support/byte_buffer.h"
#include "grpcpp/support/channel_arguments.h"
#include "services/prihvatctl/error_text.h"
#include "services/prihvatctl/scenario_yaml.h"

namespace prihvat::ctl {
namespace {

using google::protobuf::Message;
using google::protobuf::MethodDescriptor;

constexpr int kReconnectMs = 50;
constexpr int kMaxReconnectMs = 2000;
constexpr int kConnectMs = 5000;            // that one attempt may take
constexpr int kMaxMessageBytes = 64 << 20;  // a report or an export comes in one message

std::string Path(const MethodDescriptor& method) {
  return fmt::format("/{}/{}", method.service()->full_name(), method.name());
}

void Prepare(const CallOptions& options, grpc::ClientContext& context) {
  if (!options.principal.empty()) context.AddMetadata("x-prihvat-principal", options.principal);
  if (!options.token.empty()) context.AddMetadata("x-prihvat-token", options.token);
  if (!options.import_id.empty()) context.AddMetadata("x-prihvat-import", options.import_id);
  if (options.timeout != absl::InfiniteDuration()) {
    context.set_deadline(std::chrono::system_clock::now() +
                         absl::ToChronoMilliseconds(options.timeout));
  }
}

grpc::ByteBuffer Encode(const Message& message) {
  const grpc::Slice slice(message.SerializeAsString());
  return grpc::ByteBuffer(&slice, 1);
}

absl::StatusOr<std::unique_ptr<Message>> Decode(const grpc::ByteBuffer& buffer,
                                                const MethodDescriptor& method) {
  std::unique_ptr<Message> message = NewMessage(*method.output_type());
  grpc::Slice slice;
  if (!buffer.DumpToSingleSlice(&slice).ok() ||
      !message->ParseFromArray(slice.begin(), static_cast<int>(slice.size()))) {
    return absl::InternalError(
        fmt::format("the reply to {} is no {}", Path(method), method.output_type()->full_name()));
  }
  return message;
}

absl::Status ToStatus(const grpc::Status& status) {
  if (status.ok()) return absl::OkStatus();
  return ServerError(static_cast<absl::StatusCode>(status.error_code()), status.error_message(),
                     status.error_details());
}

std::string TokenOf(const grpc::ClientContext& context) {
  const auto& metadata = context.GetServerTrailingMetadata();
  const auto found = metadata.find("x-prihvat-token");
  return found == metadata.end() ? "" : std::string(found->second.data(), found->second.size());
}

}  // namespace

std::unique_ptr<GrpcApi> GrpcApi::To(const std::string& address, const Connection& connection) {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(kMaxMessageBytes);
  const bool encrypted = !connection.ca.empty();
  // A proxy of the environment has no place between this program and the loopback address.
  if (!encrypted) arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  // Servers are replaced one by one: behind the same name the next is there at once. gRPC would
  // fail all calls of the second after a connection that was refused.
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, kReconnectMs);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, kConnectMs);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, kMaxReconnectMs);
  const auto credentials = encrypted
                               ? grpc::SslCredentials({.pem_root_certs = connection.ca,
                                                       .pem_private_key = connection.key,
                                                       .pem_cert_chain = connection.certificate})
                               : grpc::InsecureChannelCredentials();
  return std::make_unique<GrpcApi>(grpc::CreateCustomChannel(address, credentials, arguments));
}

absl::StatusOr<Reply> GrpcApi::Call(const MethodDescriptor& method, const Message& request,
                                    const CallOptions& options) {
  grpc::ClientContext context;
  Prepare(options, context);
  const grpc::ByteBuffer encoded = Encode(request);
  grpc::ByteBuffer response;
  grpc::Status status;
  absl::Notification done;
  stub_.UnaryCall(&context, Path(method), grpc::StubOptions(), &encoded, &response,
                  [&](grpc::Status result) {
                    status = std::move(result);
                    done.Notify();
                  });
  done.WaitForNotification();
  if (!status.ok()) return ToStatus(status);
  absl::StatusOr<std::unique_ptr<Message>> message = Decode(response, method);
  if (!message.ok()) return message.status();
  return Reply{*std::move(message), TokenOf(context)};
}

absl::Status GrpcApi::Stream(const MethodDescriptor& method, const Message& request,
                             const CallOptions& options,
                             absl::FunctionRef<bool(const Message&)> visit) {
  grpc::ClientContext context;
  Prepare(options, context);
  grpc::CompletionQueue queue;
  const auto call = stub_.PrepareCall(&context, Path(method), &queue);
  // One operation at a time, so the tag says nothing and is not looked at.
  const auto finished = [&queue] {
    void* tag = nullptr;
    bool ok = false;
    return queue.Next(&tag, &ok) && ok;
  };
  call->StartCall(nullptr);
  bool going = finished();
  if (going) {
    call->WriteLast(Encode(request), grpc::WriteOptions(), nullptr);
    going = finished();
  }
  absl::Status decoded = absl::OkStatus();
  bool stopped = false;
  while (going && !stopped) {
    grpc::ByteBuffer buffer;
    call->Read(&buffer, nullptr);
    going = finished();
    if (!going) break;
    absl::StatusOr<std::unique_ptr<Message>> message = Decode(buffer, method);
    decoded = message.status();
    stopped = !message.ok() || !visit(**message);
  }
  if (stopped) context.TryCancel();
  grpc::Status status;
  call->Finish(&status, nullptr);
  finished();
  return stopped ? decoded : ToStatus(status);
}

}  // namespace prihvat::ctl
