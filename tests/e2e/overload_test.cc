// Many times the load that a server can serve, for some seconds (PRIHVAT_OVERLOAD_SECONDS: longer;
// PRIHVAT_OVERLOAD_CALLERS: more; PRIHVAT_OVERLOAD_MAILBOX: that wait): its memory stays bounded,
// what it accepts it finishes, all else is told to come back later, and when the load goes nobody
// is any more. Beside that: connections that say nothing or half a word, messages and streams
// without an end, and readers that never read (G13).
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <mutex>
#include <thread>

#include "absl/time/clock.h"
#include "fmt/format.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "prihvat/admin/v1/service.grpc.pb.h"
#include "prihvat/procurement/v1/service.grpc.pb.h"
#include "tests/e2e/client.h"
#include "tests/e2e/server_process.h"
#include "tests/e2e/supplier_load.h"

namespace prihvat::e2e {
namespace {

using procurement::v1::ProcurementService;
using ::testing::IsEmpty;

constexpr int kUsual = 8;            // callers that it serves well
constexpr int64_t kTooMany = 200;    // and those that it does not
constexpr int kLines = 8;            // connections that callers share
constexpr int64_t kMailbox = 16;     // commands that may wait for a partition
constexpr int kIdle = 1500;          // connections that say nothing
constexpr int64_t kGrowthMib = 250;  // of its memory, at most
constexpr int kReaders = 40;         // that never read
constexpr int kServed = 500;         // commands of the usual callers, to see that they are served

absl::Time Soon() { return absl::Now() + absl::Seconds(60); }

int64_t Number(const char* variable, int64_t otherwise) {
  const char* given = std::getenv(variable);
  return given == nullptr ? otherwise : std::strtol(given, nullptr, 10);
}

absl::Duration OverloadTime() { return absl::Seconds(Number("PRIHVAT_OVERLOAD_SECONDS", 3)); }

// Not the server's own answer.
bool IsOfTheTransport(grpc::StatusCode code) {
  return code == grpc::StatusCode::UNAVAILABLE || code == grpc::StatusCode::DEADLINE_EXCEEDED;
}

int64_t ResidentMib(pid_t pid) {
  std::ifstream status(fmt::format("/proc/{}/status", pid));
  for (std::string word; status >> word;) {
    int64_t kib = 0;
    if (word == "VmRSS:" && status >> kib) return kib / 1024;
  }
  return 0;
}

// Callers that ask without a pause, over a few connections, as gateways do; and what they were
// told.
class Crowd {
 public:
  Crowd(const std::string& address, int callers) {
    const absl::Time began = absl::Now();
    std::vector<std::shared_ptr<grpc::Channel>> channels;
    for (int i = 0; i < std::min(callers, kLines); ++i) channels.push_back(NewChannel(address));
    for (const auto& channel : channels)
      EXPECT_TRUE(channel->WaitForConnected(absl::ToChronoTime(Soon())));
    connected_in_ = absl::Now() - began;
    for (int i = 0; i < callers; ++i)
      threads_.emplace_back([this, channel = channels[i % kLines], i] { CallOn(channel, i); });
  }
  ~Crowd() { Stop(); }
  void Stop() {
    stopping_ = true;
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
  }
  absl::Duration connected_in() const { return connected_in_; }
  int served() const { return served_; }
  int refused() const { return refused_; }
  std::map<std::string, int> others() {
    std::lock_guard lock(mutex_);
    return others_;
  }
  std::vector<std::string> acknowledged() {
    std::lock_guard lock(mutex_);
    return acknowledged_;
  }

 private:
  void CallOn(const std::shared_ptr<grpc::Channel>& channel, int caller) {
    const Caller call(channel, fmt::format("organisations/iom/people/p{};roles=operation_manager;"
                                           "operations=*",
                                           caller));
    while (!stopping_) {
      const int n = next_++;
      procurement::v1::RegisterSupplierRequest request;
      request.set_parent("operations/ba");
      request.set_supplier_id(fmt::format("crowd-{}", n));
      request.mutable_supplier()->set_display_name("Primjer");
      request.mutable_supplier()->set_country_code("BA");
      request.set_request_id(fmt::format("00000000-0000-4000-e000-{:012}", n));
      const auto answer = call.Call(&ProcurementService::Stub::RegisterSupplier, request);
      if (answer.ok()) {
        ++served_;
        std::lock_guard lock(mutex_);
        acknowledged_.push_back(answer.response.name());
      } else if (answer.failure.code == grpc::StatusCode::RESOURCE_EXHAUSTED &&
                 answer.failure.retry && !answer.failure.reason.empty()) {
        ++refused_;
      } else {
        std::lock_guard lock(mutex_);
        ++others_[fmt::format("{} {} {}", static_cast<int>(answer.failure.code),
                              answer.failure.reason, answer.failure.message)];
      }
    }
  }

  static inline std::atomic<int> next_ = 0;
  std::atomic<bool> stopping_ = false;
  absl::Duration connected_in_;
  std::atomic<int> served_ = 0;
  std::atomic<int> refused_ = 0;
  std::mutex mutex_;  // guards the next two
  std::map<std::string, int> others_;
  std::vector<std::string> acknowledged_;
  std::vector<std::thread> threads_;
};

// A raw connection to the server; -1 for none.
int Connect(const std::string& address) {
  sockaddr_in to = {};
  to.sin_family = AF_INET;
  to.sin_port = htons(static_cast<uint16_t>(std::stoi(address.substr(address.rfind(':') + 1))));
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd >= 0 && connect(fd, reinterpret_cast<sockaddr*>(&to), sizeof to) == 0) return fd;
  if (fd >= 0) close(fd);
  return -1;
}

// Raw connections, each with `says` sent to it.
class Connections {
 public:
  Connections(const std::string& address, int count, const std::string& says) {
    for (int i = 0; i < count; ++i) {
      const int fd = Connect(address);
      if (fd < 0) break;
      if (!says.empty()) (void)!write(fd, says.data(), says.size());
      open_.push_back(fd);
    }
  }
  ~Connections() {
    for (const int fd : open_) close(fd);
  }
  size_t count() const { return open_.size(); }

 private:
  std::vector<int> open_;
};

// A frame of HTTP/2 (RFC 9113 section 4.1) on stream 1, or on the connection.
std::string Frame(char type, char flags, bool of_stream, const std::string& payload) {
  std::string frame;
  for (const int shift : {16, 8, 0}) frame += static_cast<char>(payload.size() >> shift);
  frame += {type, flags, 0, 0, 0, static_cast<char>(of_stream ? 1 : 0)};
  return frame + payload;
}

// A call as gRPC sends it, up to the first 5 bytes of its message, which is said to be of 4 GiB.
std::string BeginningOfACall() {
  std::string headers;
  const auto literal = [&](const std::string& name, const std::string& value) {
    headers += '\0';  // RFC 7541 section 6.2.2: a literal, not indexed
    headers += static_cast<char>(name.size()) + name;
    headers += static_cast<char>(value.size()) + value;
  };
  literal(":method", "POST");
  literal(":scheme", "http");
  literal(":path", "/prihvat.procurement.v1.ProcurementService/RegisterSupplier");
  literal(":authority", "localhost");
  literal("te", "trailers");
  literal("content-type", "application/grpc");
  return "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + Frame(4, 0, false, "") +  // SETTINGS
         Frame(1, 4, true, headers) +                                   // HEADERS, all of them
         Frame(0, 0, true, std::string("\0\xff\xff\xff\xff", 5));       // DATA
}

// Sends DATA without an end and without asking whether there is room, until the server hangs up.
// How many bytes it took; `most` where it does not hang up.
int64_t SendWithoutEnd(const std::string& address, int64_t most) {
  const int fd = Connect(address);
  if (fd < 0) return most;
  const timeval patience = {.tv_sec = 20, .tv_usec = 0};
  setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  const std::string beginning = BeginningOfACall();
  const std::string more = Frame(0, 0, true, std::string(16 << 10, 'x'));
  int64_t sent = send(fd, beginning.data(), beginning.size(), MSG_NOSIGNAL);
  while (sent < most) {
    const ssize_t taken = send(fd, more.data(), more.size(), MSG_NOSIGNAL);
    if (taken < 0) break;
    sent += taken;
  }
  if (errno == EAGAIN) sent = most;  // neither taken nor refused
  close(fd);
  return sent;
}

class Overload : public ::testing::Test {
 protected:
  void SetUp() override {
    rlimit files = {};
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    directory_ = std::filesystem::path(::testing::TempDir()) /
                 fmt::format("prihvat_e2e_overload_{}", getpid());
    std::filesystem::remove_all(directory_);
    auto started = ServerProcess::Start(
        "prihvatd",
        {"--data-dir=" + directory_.string(),
         fmt::format("--mailbox-limit={}", Number("PRIHVAT_OVERLOAD_MAILBOX", kMailbox)),
         "--grace=2"});
    ASSERT_TRUE(started.ok()) << started.status();
    server_ = *std::move(started);
    const absl::Status serving = server_->AwaitServing(Soon());
    ASSERT_TRUE(serving.ok()) << serving;
    procurement::v1::CreateOperationRequest create;
    create.set_name("operations/ba");
    create.set_display_name("BiH");
    create.set_time_zone("Europe/Sarajevo");
    create.set_request_id("00000000-0000-4000-9000-000000000000");
    ASSERT_TRUE(Caller(server_->channel(), kManager)
                    .Call(&ProcurementService::Stub::CreateOperation, create)
                    .ok());
  }
  void TearDown() override {
    server_.reset();
    std::filesystem::remove_all(directory_);
  }

  // Callers that it serves well are served: so many commands, none of them told to come back. Until
  // that is so, or the time is over: the machine may be busy. How long it took.
  absl::Duration ExpectToServe() {
    const absl::Time deadline = Soon();
    while (true) {
      Crowd usual(server_->address(), kUsual);
      EXPECT_LT(usual.connected_in(), absl::Seconds(10));
      const absl::Time began = absl::Now();
      while (usual.served() < kServed && usual.refused() == 0 && usual.others().empty() &&
             absl::Now() < deadline)
        absl::SleepFor(absl::Milliseconds(2));
      const absl::Duration took = absl::Now() - began;
      usual.Stop();
      EXPECT_THAT(usual.others(), IsEmpty());
      if (usual.served() >= kServed && usual.refused() == 0) return took;
      if (absl::Now() < deadline && !HasFailure()) continue;
      ADD_FAILURE() << usual.served() << " of " << kServed << " served, " << usual.refused()
                    << " told to come back";
      return took;
    }
  }

  std::filesystem::path directory_;
  std::unique_ptr<ServerProcess> server_;
};

TEST_F(Overload, G13_TooManyCallersAreToldToComeBackAndMemoryStaysBounded) {
  const absl::Duration before = ExpectToServe();
  const int64_t resident = ResidentMib(server_->process().pid());
  int64_t highest = 0;
  std::vector<std::string> acknowledged;
  {
    Crowd crowd(server_->address(), static_cast<int>(Number("PRIHVAT_OVERLOAD_CALLERS", kTooMany)));
    const absl::Time end = absl::Now() + OverloadTime();
    while (absl::Now() < end) {
      highest = std::max(highest, ResidentMib(server_->process().pid()));
      absl::SleepFor(absl::Milliseconds(20));
    }
    crowd.Stop();
    EXPECT_THAT(crowd.others(), IsEmpty()) << "neither served nor told to come back";
    EXPECT_GT(crowd.refused(), 0) << "it was not too much";
    EXPECT_GT(crowd.served(), 0) << "it did nothing any more";
    acknowledged = crowd.acknowledged();
    std::printf(
        "[ overload ] %d served, %d refused: asked for %.1f times what it did; memory %ld MiB "
        "before, %ld at most\n",
        crowd.served(), crowd.refused(), 1 + static_cast<double>(crowd.refused()) / crowd.served(),
        resident, highest);
  }
  EXPECT_LT(highest - resident, kGrowthMib);
  const absl::Duration after = ExpectToServe();
  std::printf("[ overload ] %d commands in %s before, in %s after: %.2f of the rate\n", kServed,
              absl::FormatDuration(before).c_str(), absl::FormatDuration(after).c_str(),
              absl::FDivDuration(before, after));
  for (size_t i = 0; i < acknowledged.size(); i += 1 + acknowledged.size() / 50) {
    procurement::v1::GetSupplierRequest get;
    get.set_name(acknowledged[i]);
    EXPECT_TRUE(
        Caller(server_->channel(), kManager).Call(&ProcurementService::Stub::GetSupplier, get).ok())
        << get.name() << " was acknowledged";
  }
  EXPECT_EQ(server_->Terminate(Soon()).value_or(-1), 0);
}

TEST_F(Overload, G13_IdleAndHalfOpenConnectionsCostLittleAndHoldUpNobody) {
  const absl::Duration before = ExpectToServe();
  const int64_t resident = ResidentMib(server_->process().pid());
  const Connections idle(server_->address(), kIdle, "");
  // The beginning of HTTP/2, and then nothing.
  const Connections half_open(server_->address(), 200, "PRI * HTTP/2.0\r\n\r\nSM");
  ASSERT_GT(idle.count(), kIdle / 2u);
  const absl::Duration with_them = ExpectToServe();
  const int64_t then = ResidentMib(server_->process().pid());
  std::printf(
      "[ overload ] %zu idle and %zu half-open: %d commands in %s (%s without), memory %ld MiB "
      "(%ld)\n",
      idle.count(), half_open.count(), kServed, absl::FormatDuration(with_them).c_str(),
      absl::FormatDuration(before).c_str(), then, resident);
  EXPECT_LT(then - resident, kGrowthMib);
  EXPECT_EQ(server_->Terminate(Soon()).value_or(-1), 0) << "its end waits for them";
}

TEST_F(Overload, G13_MessagesAndStreamsWithoutEndAreCutOff) {
  const int64_t resident = ResidentMib(server_->process().pid());
  int64_t highest = 0;
  {
    std::vector<std::jthread> senders;
    for (int i = 0; i < 8; ++i) {
      senders.emplace_back([&] {
        procurement::v1::RegisterSupplierRequest huge;
        huge.set_parent("operations/ba");
        huge.set_supplier_id("huge");
        huge.set_request_id("00000000-0000-4000-e000-000000000001");
        huge.mutable_supplier()->set_display_name(std::string(32 << 20, 'x'));
        const Caller call(NewChannel(server_->address()), kManager);
        const absl::Time deadline = Soon();
        for (int n = 0; n < 4; ++n) {
          auto answer = call.Call(&ProcurementService::Stub::RegisterSupplier, huge);
          // On a busy machine a connection may not come about in time.
          while (IsOfTheTransport(answer.failure.code) && absl::Now() < deadline)
            answer = call.Call(&ProcurementService::Stub::RegisterSupplier, huge);
          EXPECT_EQ(answer.failure.code, grpc::StatusCode::RESOURCE_EXHAUSTED)
              << answer.failure.message;
        }
      });
    }
    for (int n = 0; n < 4; ++n) {
      constexpr int64_t kMost = int64_t{1} << 30;
      EXPECT_LT(SendWithoutEnd(server_->address(), kMost), kMost) << "it takes everything";
      highest = std::max(highest, ResidentMib(server_->process().pid()));
    }
  }
  std::printf("[ overload ] messages and streams without end: memory %ld MiB (%ld)\n", highest,
              resident);
  EXPECT_LT(highest - resident, kGrowthMib);
  ExpectToServe();
  EXPECT_EQ(server_->Terminate(Soon()).value_or(-1), 0);
}

TEST_F(Overload, G13_ReadersThatNeverReadCostLittleAndHoldUpNobody) {
  const absl::Duration before = ExpectToServe();
  const int64_t resident = ResidentMib(server_->process().pid());
  struct Reader {
    grpc::ClientContext context;
    std::unique_ptr<grpc::ClientReader<admin::v1::WatchResponse>> stream;
  };
  std::vector<std::unique_ptr<Reader>> readers;
  for (int i = 0; i < kReaders; ++i) {
    readers.push_back(std::make_unique<Reader>());
    Reader& reader = *readers.back();
    reader.context.AddMetadata("x-prihvat-principal", kManager);
    reader.context.set_wait_for_ready(true);  // a busy machine may need more than one attempt
    reader.context.set_deadline(absl::ToChronoTime(absl::Now() + absl::Minutes(5)));
    admin::v1::WatchRequest watch;
    watch.set_service("procurement");
    watch.set_start(admin::v1::WATCH_START_BEGINNING);
    reader.stream = admin::v1::ChangeFeedService::Stub(NewChannel(server_->address()))
                        .Watch(&reader.context, watch);
    // It is there: one change comes, and no more is asked for.
    admin::v1::WatchResponse first;
    ASSERT_TRUE(reader.stream->Read(&first)) << reader.stream->Finish().error_message();
  }
  const absl::Duration with_them = ExpectToServe();
  const int64_t then = ResidentMib(server_->process().pid());
  std::printf(
      "[ overload ] %d that never read: %d commands in %s (%s without), memory %ld MiB (%ld)\n",
      kReaders, kServed, absl::FormatDuration(with_them).c_str(),
      absl::FormatDuration(before).c_str(), then, resident);
  EXPECT_LT(then - resident, kGrowthMib);
  EXPECT_EQ(server_->Terminate(Soon()).value_or(-1), 0) << "its end waits for them";
}

}  // namespace
}  // namespace prihvat::e2e
