#include "libs/rpc/server.h"

#include <future>

#include "grpcpp/generic/generic_stub.h"
#include "gtest/gtest.h"
#include "libs/rpc/testing/test_server.h"

namespace prihvat::rpc::testing {
namespace {

using event_log::testing::AppendFault;
using rpctest::v1::Note;
using rpctest::v1::PinNoteRequest;
using Stub = rpctest::v1::BoardService::Stub;

PinNoteRequest Pin(int n) {
  PinNoteRequest request;
  request.set_parent("operations/ba");
  request.mutable_note()->set_text("x");
  request.set_request_id(RequestId(n));
  return request;
}

// grpc.health.v1.Health/Check without its stub: the status field of the answer, or -1 for an error.
int HealthOf(const std::shared_ptr<grpc::Channel>& channel, const std::string& service) {
  // HealthCheckRequest{service = 1}, HealthCheckResponse{status = 1}.
  std::string bytes;
  if (!service.empty()) bytes = std::string("\x0a") + static_cast<char>(service.size()) + service;
  const grpc::Slice slice(bytes);
  const grpc::ByteBuffer request(&slice, 1);
  grpc::ByteBuffer response;
  grpc::ClientContext context;
  context.set_deadline(absl::ToChronoTime(absl::Now() + absl::Seconds(10)));
  std::promise<grpc::Status> done;
  grpc::GenericStub(channel).UnaryCall(&context, "/grpc.health.v1.Health/Check", {}, &request,
                                       &response,
                                       [&](grpc::Status status) { done.set_value(status); });
  if (!done.get_future().get().ok()) return -1;
  grpc::Slice answer;
  if (!response.DumpToSingleSlice(&answer).ok() || answer.size() != 2) return 0;
  return answer.begin()[1];
}

TEST(ServerTest, WithoutEncryptionItListensOnLoopbackOnly) {
  for (const char* listen : {"0.0.0.0:0", "[::]:0", "192.0.2.1:0", "example.org:0"}) {
    const auto server = Server::Start({.listen = listen}, {});
    ASSERT_FALSE(server.ok()) << listen;
    EXPECT_EQ(server.status().code(), absl::StatusCode::kInvalidArgument);
  }
  // A name that only begins as an address does, and ports that gRPC would take modulo 65536.
  for (const char* listen : {"127.0.0.1", "127.example.org:0", "127.0.0.1.example.org:0",
                             "127.0.0.1:", "127.0.0.1:99999", "127.0.0.1:65536", "127.0.0.1:-1",
                             "127.0.0.1:http", "127.0.0.1:80x"}) {
    const auto refused = Server::Start({.listen = listen}, {});
    ASSERT_FALSE(refused.ok()) << listen;
    EXPECT_EQ(refused.status().code(), absl::StatusCode::kInvalidArgument) << listen;
  }
  const auto server = Server::Start({.listen = "127.0.0.1:0"}, {});
  ASSERT_TRUE(server.ok()) << server.status();
  EXPECT_GT((*server)->port(), 0);
  const auto second = Server::Start({.listen = (*server)->address()}, {});
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.status().code(), absl::StatusCode::kUnavailable);
}

// A channel without calls that pings each second, as often as gRPC's client may.
std::shared_ptr<grpc::Channel> PingingChannel(const std::string& address) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, 1'000);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  arguments.SetInt(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  return grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments);
}

// Whether the server cuts such a channel off within the time.
bool IsCutOff(const ServerOptions& options, absl::Duration within) {
  const auto server = Server::Start(options, {});
  EXPECT_TRUE(server.ok()) << server.status();
  const auto channel = PingingChannel((*server)->address());
  EXPECT_TRUE(channel->WaitForConnected(absl::ToChronoTime(absl::Now() + absl::Seconds(30))));
  return channel->WaitForStateChange(GRPC_CHANNEL_READY, absl::ToChronoTime(absl::Now() + within));
}

TEST(ServerTest, K12_AClientThatPingsWithoutCallsStaysUnlessItFloods) {
  EXPECT_FALSE(IsCutOff({.min_ping_interval = absl::Milliseconds(500)}, absl::Seconds(8)));
  EXPECT_TRUE(IsCutOff({.min_ping_interval = absl::Minutes(5)}, absl::Seconds(60)))
      << "three pings too many";
}

// So that a new instance gets load: every connection ends once it is old, with time for the calls
// under way, and the client makes another one by itself.
TEST(ServerTest, K12_AnOldConnectionEndsAfterItsCallsAndTheNextGoesOn) {
  Instance board(BoardStorage(), {.max_connection_age = absl::Seconds(1)});
  const auto channel = grpc::CreateChannel(board.address(), grpc::InsecureChannelCredentials());
  const auto stub = rpctest::v1::BoardService::NewStub(channel);
  board.log().FailNextAppends(1, AppendFault::kHold);
  auto under_way = std::async(std::launch::async, [&] {
    Note note;
    return Call(*stub, &Stub::PinNote, Pin(1), &note);
  });
  const absl::Time deadline = absl::Now() + absl::Seconds(30);
  while (board.log().held() == 0 && absl::Now() < deadline) absl::SleepFor(absl::Milliseconds(1));
  // The server says that the connection takes no more calls; the one under way goes on.
  EXPECT_TRUE(channel->WaitForStateChange(GRPC_CHANNEL_READY, absl::ToChronoTime(deadline)));
  board.log().ReleaseHeld();
  const Outcome first = under_way.get();
  EXPECT_TRUE(first.status.ok()) << first.status.error_message();
  Note note;
  const Outcome second = Call(*stub, &Stub::PinNote, Pin(2), &note);
  EXPECT_TRUE(second.status.ok()) << second.status.error_message();
}

TEST(ServerTest, HealthIsToldOfEachService) {
  constexpr int kServing = 1;
  constexpr int kNotServing = 2;
  Instance board(BoardStorage());
  EXPECT_EQ(HealthOf(board.channel(), ""), kNotServing) << "until it is said to serve";
  board.server().SetServing("", true);
  board.server().SetServing(kBoardApi, true);
  EXPECT_EQ(HealthOf(board.channel(), ""), kServing);
  EXPECT_EQ(HealthOf(board.channel(), kBoardApi), kServing);
  board.server().SetServing(kBoardApi, false);
  EXPECT_EQ(HealthOf(board.channel(), kBoardApi), kNotServing);
  EXPECT_EQ(HealthOf(board.channel(), "nobody.v1.Nothing"), -1);
}

TEST(ServerTest, ADrainLetsCallsUnderWayFinishAndTakesNoMore) {
  Instance board(BoardStorage());
  Note note;
  ASSERT_TRUE(Call(board.stub(), &Stub::PinNote, Pin(1), &note).status.ok());
  board.log().FailNextAppends(1, AppendFault::kHold);
  auto under_way = std::async(std::launch::async, [&] {
    Note late;
    return Call(board.stub(), &Stub::PinNote, Pin(2), &late);
  });
  const absl::Time deadline = absl::Now() + absl::Seconds(10);
  while (board.log().held() == 0 && absl::Now() < deadline) absl::SleepFor(absl::Milliseconds(1));
  auto drained = std::async(std::launch::async,
                            [&] { board.server().Drain(absl::Now() + absl::Seconds(20)); });
  Outcome refused;
  do {  // a fresh connection is not taken once the drain has begun
    const auto channel = grpc::CreateChannel(board.address(), grpc::InsecureChannelCredentials());
    auto stub = rpctest::v1::BoardService::NewStub(channel);
    rpctest::v1::GetNoteRequest get;
    get.set_name("operations/ba/notes/none");
    refused = Call(*stub, &Stub::GetNote, get, &note, {.timeout = absl::Seconds(5)});
  } while (refused.status.error_code() == grpc::StatusCode::NOT_FOUND && absl::Now() < deadline);
  // gRPC answers CANCELLED to a call that comes between the end of taking and the closed port.
  EXPECT_TRUE(refused.status.error_code() == grpc::StatusCode::UNAVAILABLE ||
              refused.status.error_code() == grpc::StatusCode::CANCELLED)
      << refused.status.error_code() << refused.status.error_message();
  board.log().ReleaseHeld();
  const Outcome finished = under_way.get();
  EXPECT_TRUE(finished.status.ok()) << finished.status.error_message();
  drained.get();
}

TEST(ServerTest, ADrainIsBoundedWhateverIsUnderWay) {
  Instance board(BoardStorage());
  Note note;
  ASSERT_TRUE(Call(board.stub(), &Stub::PinNote, Pin(1), &note).status.ok());
  board.log().FailNextAppends(1, AppendFault::kHold);
  auto under_way = std::async(std::launch::async, [&] {
    Note late;
    return Call(board.stub(), &Stub::PinNote, Pin(2), &late);
  });
  const absl::Time deadline = absl::Now() + absl::Seconds(10);
  while (board.log().held() == 0 && absl::Now() < deadline) absl::SleepFor(absl::Milliseconds(1));
  const absl::Time begin = absl::Now();
  board.server().Drain(begin + absl::Milliseconds(100));
  EXPECT_LT(absl::Now() - begin, absl::Seconds(5));
  EXPECT_FALSE(under_way.get().status.ok());
  board.log().ReleaseHeld();
}

TEST(ServiceTest, AThreadThatHangsIsTold) {
  Instance board(BoardStorage());
  std::promise<void> release;
  const std::shared_future<void> released = release.get_future().share();
  // Against its contract it blocks the service's thread.
  const auto subscription = board.service().Subscribe([released] { released.wait(); });
  auto pinned = std::async(std::launch::async, [&] {
    Note note;
    return Call(board.stub(), &Stub::PinNote, Pin(1), &note);
  });
  const absl::Time deadline = absl::Now() + absl::Seconds(30);
  const auto waits_for = [&](bool hanging) {
    // An idle one comes round once a second.
    while ((board.service().SinceLastStep() > absl::Seconds(2)) != hanging &&
           absl::Now() < deadline)
      absl::SleepFor(absl::Milliseconds(5));
    return (board.service().SinceLastStep() > absl::Seconds(2)) == hanging;
  };
  EXPECT_TRUE(waits_for(true));
  EXPECT_TRUE(board.service().Health().ok()) << "nothing else tells of it";
  release.set_value();
  EXPECT_TRUE(waits_for(false));
  EXPECT_TRUE(pinned.get().status.ok());
}

TEST(ServerTest, G13_AMessageLargerThanMayBeIsRefused) {
  Instance board(BoardStorage());
  PinNoteRequest request = Pin(1);
  request.mutable_note()->set_text(std::string(9 << 20, 'x'));
  Note note;
  const Outcome outcome = Call(board.stub(), &Stub::PinNote, request, &note);
  EXPECT_EQ(outcome.status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_TRUE(Call(board.stub(), &Stub::PinNote, Pin(2), &note).status.ok());
}

}  // namespace
}  // namespace prihvat::rpc::testing
