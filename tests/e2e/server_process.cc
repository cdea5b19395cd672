#include "tests/e2e/server_process.h"

#include <signal.h>

#include <regex>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/time/clock.h"
#include "fmt/format.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/generic/generic_stub.h"
#include "grpcpp/security/credentials.h"

namespace prihvat::e2e {
namespace {

constexpr absl::Duration kStart = absl::Seconds(60);
constexpr absl::Duration kBetweenChecks = absl::Milliseconds(20);

// What grpc.health.v1.Health/Check says of the process as a whole. Its messages are so small that
// they are written by hand: the request is empty, SERVING is field 1 with value 1.
bool IsServing(grpc::Channel& channel) {
  grpc::CompletionQueue queue;
  grpc::GenericStub stub(std::shared_ptr<grpc::Channel>(&channel, [](grpc::Channel*) {}));
  grpc::ClientContext context;
  context.set_deadline(absl::ToChronoTime(absl::Now() + absl::Seconds(1)));
  const grpc::Slice nothing;
  const grpc::ByteBuffer request(&nothing, 1);
  auto call = stub.PrepareUnaryCall(&context, "/grpc.health.v1.Health/Check", request, &queue);
  call->StartCall();
  grpc::ByteBuffer response;
  grpc::Status status;
  call->Finish(&response, &status, nullptr);
  void* tag = nullptr;
  bool ok = false;
  queue.Next(&tag, &ok);
  queue.Shutdown();
  grpc::Slice bytes;
  return status.ok() && response.DumpToSingleSlice(&bytes).ok() &&
         std::string(bytes.begin(), bytes.end()) == "\x08\x01";
}

std::string PathOf(const std::string& program) {
  return program.front() == '/' ? program : std::string(PRIHVAT_BIN "/") + program;
}

}  // namespace

absl::StatusOr<std::unique_ptr<ServerProcess>> ServerProcess::Start(const std::string& program,
                                                                    std::vector<std::string> flags,
                                                                    const std::string& listen) {
  flags.push_back("--listen=" + (listen.empty() ? "127.0.0.1:0" : listen));
  flags.push_back("--metrics-listen=127.0.0.1:0");
  flags.push_back("--insecure-dev");
  auto server = std::make_unique<ServerProcess>();
  auto process = Launch(program, std::move(flags));
  if (!process.ok()) return process.status();
  server->process_ = *std::move(process);
  auto hello = server->process_->ReadLine(absl::Now() + kStart);
  if (!hello.ok())
    return absl::UnavailableError(
        fmt::format("{} did not start: {}", program, server->process_->Complaints()));
  static const std::regex kHello(R"(.* listens on (\S+), metrics on port (\d+))");
  std::smatch match;
  if (!std::regex_match(*hello, match, kHello))
    return absl::InternalError(fmt::format("{} said \"{}\"", program, *hello));
  server->address_ = match[1];
  server->metrics_port_ = std::stoi(match[2]);
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  server->channel_ =
      grpc::CreateCustomChannel(server->address_, grpc::InsecureChannelCredentials(), arguments);
  return server;
}

absl::Status ServerProcess::AwaitServing(absl::Time deadline) {
  while (!IsServing(*channel_)) {
    if (absl::Now() >= deadline)
      return absl::DeadlineExceededError("not serving: " + process_->Complaints());
    absl::SleepFor(kBetweenChecks);
  }
  return absl::OkStatus();
}

absl::StatusOr<int> ServerProcess::Terminate(absl::Time deadline) {
  process_->Signal(SIGTERM);
  return process_->WaitForExit(deadline);
}

absl::StatusOr<std::unique_ptr<fault::ChildProcess>> Launch(const std::string& program,
                                                            std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), PathOf(program));
  return fault::ChildProcess::Start(std::move(arguments));
}

absl::StatusOr<Ended> RunToEnd(const std::string& program, std::vector<std::string> arguments,
                               absl::Time deadline) {
  auto process = Launch(program, std::move(arguments));
  if (!process.ok()) return process.status();
  Ended ended;
  while (true) {
    auto line = (*process)->ReadLine(deadline);
    if (absl::IsOutOfRange(line.status())) break;
    if (!line.ok()) return line.status();
    ended.out += *line + "\n";
  }
  auto status = (*process)->WaitForExit(deadline);
  if (!status.ok()) return status.status();
  ended.status = *status;
  ended.err = (*process)->Complaints();
  return ended;
}

}  // namespace prihvat::e2e
