#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <thread>

#include "absl/time/clock.h"
#include "fmt/format.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/base/random.h"
#include "libs/base/uuid.h"
#include "libs/telemetry/http_endpoint.h"
#include "libs/telemetry/log.h"
#include "libs/telemetry/rpc_metrics.h"
#include "libs/telemetry/trace.h"
#include "nlohmann/json.hpp"

namespace prihvat::telemetry {
namespace {

using ::testing::HasSubstr;

TEST(Trace, ATraceparentIsReadAsTheStandardSays) {
  const auto trace = ParseTraceparent("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
  ASSERT_TRUE(trace);
  EXPECT_EQ(trace->trace_id, "4bf92f3577b34da6a3ce929d0e0e4736");
  EXPECT_EQ(trace->span_id, "00f067aa0ba902b7");
  EXPECT_TRUE(trace->sampled);
  // A later version may say more.
  EXPECT_TRUE(ParseTraceparent("cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00-more"));
  for (const char* wrong : {"", "00", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
                            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
                            "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
                            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
                            "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
                            "00-4bf92f3577b34da6a3ce929d0e0e4736_00f067aa0ba902b7-01",
                            "cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00more"})
    EXPECT_FALSE(ParseTraceparent(wrong)) << wrong;
}

TEST(Trace, ACallKeepsItsCallersTraceAndHasASpanOfItsOwn) {
  const TraceContext call = TraceOfCall("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
  EXPECT_EQ(call.trace_id, "4bf92f3577b34da6a3ce929d0e0e4736");
  EXPECT_EQ(call.parent_id, "00f067aa0ba902b7");
  EXPECT_NE(call.span_id, call.parent_id);
  const auto sent_on = ParseTraceparent(call.ToTraceparent());
  ASSERT_TRUE(sent_on);
  EXPECT_EQ(sent_on->span_id, call.span_id);
  EXPECT_TRUE(sent_on->sampled);
  EXPECT_NE(TraceOfCall("").trace_id, TraceOfCall("").trace_id);
  EXPECT_TRUE(ParseTraceparent(TraceOfCall("nonsense").ToTraceparent()));
}

class LogTest : public ::testing::Test {
 protected:
  LogTest() {
    base::SystemRandom random;
    file_ = ::testing::TempDir() + "log-" + base::MakeUuid(random);
    EXPECT_TRUE(SetLogFile(file_));
  }
  ~LogTest() override { SetLogLevel(Level::kInfo); }

  std::vector<nlohmann::json> Lines() {
    FlushLog();
    std::vector<nlohmann::json> lines;
    std::ifstream in(file_);
    for (std::string line; std::getline(in, line);) lines.push_back(nlohmann::json::parse(line));
    return lines;
  }

  std::string file_;
};

TEST_F(LogTest, OneJsonLineAnEventWhateverItHolds) {
  Log(Level::kWarning, "partition stopped",
      {{"partition", 3},
       {"why", "a \"quote\"\nand a line, \xff, {} %v"},
       {"ratio", 0.5},
       {"own", true}},
      "4bf92f3577b34da6a3ce929d0e0e4736");
  const auto lines = Lines();
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_EQ(lines[0]["level"], "warning");
  EXPECT_EQ(lines[0]["message"], "partition stopped");
  EXPECT_EQ(lines[0]["trace_id"], "4bf92f3577b34da6a3ce929d0e0e4736");
  EXPECT_EQ(lines[0]["partition"], 3);
  EXPECT_EQ(lines[0]["why"], "a \"quote\"\nand a line, \xEF\xBF\xBD, {} %v");
  EXPECT_EQ(lines[0]["ratio"], 0.5);
  EXPECT_EQ(lines[0]["own"], true);
  EXPECT_THAT(lines[0]["time"].get<std::string>(),
              ::testing::MatchesRegex("20..-..-..T..:..:..[.]......Z"));
}

TEST_F(LogTest, WhatIsBelowTheLevelIsNotWritten) {
  Level level = Level::kInfo;
  EXPECT_TRUE(ParseLevel("error", level));
  EXPECT_FALSE(ParseLevel("loud", level));
  SetLogLevel(level);
  Log(Level::kInfo, "a");
  Log(Level::kError, "b");
  SetLogLevel(Level::kDebug);
  Log(Level::kDebug, "c");
  const auto lines = Lines();
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_EQ(lines[0]["message"], "b");
  EXPECT_EQ(lines[1]["message"], "c");
}

TEST_F(LogTest, LinesOfManyThreadsDoNotMix) {
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([t] {
      for (int i = 0; i < 250; ++i) Log(Level::kInfo, "line", {{"thread", t}, {"i", i}});
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(Lines().size(), 1000u);  // each parses
}

// A connection to that port, or -1.
int Connect(int port) {
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0) return fd;
  close(fd);
  return -1;
}

// What a plain HTTP/1.0 client gets.
std::string Fetch(int port, const std::string& path) {
  const int fd = Connect(port);
  std::string answer;
  if (fd >= 0) {
    const std::string request = fmt::format("GET {} HTTP/1.0\r\n\r\n", path);
    if (write(fd, request.data(), request.size()) == static_cast<ssize_t>(request.size())) {
      char buffer[4096];
      for (ssize_t n; (n = read(fd, buffer, sizeof(buffer))) > 0;)
        answer.append(buffer, static_cast<size_t>(n));
    }
  }
  close(fd);
  return answer;
}

TEST(HttpEndpointTest, ProbesAnswerWhatTheyAreTold) {
  absl::Status ready = absl::UnavailableError("procurement is not ready");
  auto endpoint = HttpEndpoint::Start(
      {.startup = [] { return absl::OkStatus(); }, .ready = [&] { return ready; }});
  ASSERT_TRUE(endpoint.ok()) << endpoint.status();
  const int port = (*endpoint)->port();
  EXPECT_THAT(Fetch(port, "/startupz"), HasSubstr("200 OK"));
  EXPECT_THAT(Fetch(port, "/livez"), HasSubstr("200 OK"));
  const std::string refused = Fetch(port, "/readyz");
  EXPECT_THAT(refused, HasSubstr("503"));
  EXPECT_THAT(refused, HasSubstr("procurement is not ready"));
  ready = absl::OkStatus();
  EXPECT_THAT(Fetch(port, "/readyz"), HasSubstr("200 OK"));
  EXPECT_THAT(Fetch(port, "/etc/passwd"), HasSubstr("404"));
  const auto second = HttpEndpoint::Start({.listen = fmt::format("127.0.0.1:{}", port)});
  EXPECT_EQ(second.status().code(), absl::StatusCode::kUnavailable);
}

// A scanner or a slow peer must not make an orchestrator believe that the process is stuck.
TEST(HttpEndpointTest, PeersThatSayNothingDoNotHoldUpTheProbes) {
  auto endpoint = HttpEndpoint::Start({});
  ASSERT_TRUE(endpoint.ok()) << endpoint.status();
  std::vector<int> silent;
  for (int i = 0; i < 12; ++i) silent.push_back(Connect((*endpoint)->port()));
  const absl::Time begin = absl::Now();
  EXPECT_THAT(Fetch((*endpoint)->port(), "/livez"), HasSubstr("200 OK"));
  EXPECT_LT(absl::Now() - begin, absl::Seconds(3));
  for (const int fd : silent) close(fd);
}

TEST(HttpEndpointTest, MetricsAreToldInPrometheusTextEachFamilyOnce) {
  auto one = std::make_shared<prometheus::Registry>();
  auto two = std::make_shared<prometheus::Registry>();
  RpcMetrics first(*one);
  RpcMetrics second(*two);
  first.ForMethod("a.v1.A", "Get", false)->Started();
  first.ForMethod("a.v1.A", "Get", false)->Finished(absl::StatusCode::kOk, absl::Milliseconds(3));
  second.ForMethod("b.v1.B", "Watch", true)->Started();
  auto endpoint = HttpEndpoint::Start({});
  ASSERT_TRUE(endpoint.ok()) << endpoint.status();
  (*endpoint)->Add(one);
  (*endpoint)->Add(two);
  const std::string text = Fetch((*endpoint)->port(), "/metrics");
  EXPECT_THAT(text, HasSubstr("200 OK"));
  EXPECT_THAT(text, HasSubstr("text/plain; version=0.0.4"));
  EXPECT_THAT(text, HasSubstr("grpc_server_handled_total{grpc_code=\"OK\",grpc_method=\"Get\","
                              "grpc_service=\"a.v1.A\",grpc_type=\"unary\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("grpc_server_handling_seconds_bucket{grpc_method=\"Get\","
                              "grpc_service=\"a.v1.A\",grpc_type=\"unary\",le=\"0.005\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("grpc_server_started_total{grpc_method=\"Watch\","
                              "grpc_service=\"b.v1.B\",grpc_type=\"server_stream\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("prihvat_rpc_in_flight{grpc_service=\"a.v1.A\"} 0\n"));
  EXPECT_THAT(text, HasSubstr("prihvat_rpc_in_flight{grpc_service=\"b.v1.B\"} 1\n"));
  const std::string type = "# TYPE prihvat_rpc_in_flight gauge";
  EXPECT_NE(text.find(type), std::string::npos);
  EXPECT_EQ(text.find(type), text.rfind(type));
}

TEST(RpcMetricsTest, CodesHaveTheirCanonicalNames) {
  EXPECT_STREQ(CodeLabel(absl::StatusCode::kCancelled), "Canceled");
  EXPECT_STREQ(CodeLabel(absl::StatusCode::kUnauthenticated), "Unauthenticated");
  EXPECT_STREQ(CodeLabel(static_cast<absl::StatusCode>(99)), "Unknown");
  EXPECT_STREQ(CodeName(absl::StatusCode::kOk), "OK");
  EXPECT_STREQ(CodeName(absl::StatusCode::kFailedPrecondition), "FAILED_PRECONDITION");
  EXPECT_STREQ(CodeName(absl::StatusCode::kUnauthenticated), "UNAUTHENTICATED");
  EXPECT_STREQ(CodeName(static_cast<absl::StatusCode>(99)), "UNKNOWN");
}

}  // namespace
}  // namespace prihvat::telemetry
