#include "services/hosting/peer_monitor.h"

#include <atomic>
#include <memory>

#include "absl/time/clock.h"
#include "fmt/format.h"
#include "grpcpp/ext/proto_server_reflection_plugin.h"
#include "grpcpp/health_check_service_interface.h"
#include "grpcpp/server.h"
#include "grpcpp/server_builder.h"
#include "gtest/gtest.h"

namespace prihvat::hosting {
namespace {

const PeerMonitorOptions kQuick{.interval = absl::Milliseconds(20),
                                .deadline = absl::Milliseconds(500)};

// Asks until `holds` of the answer, or the deadline has passed.
template <class Predicate>
bool Eventually(PeerMonitor& monitor, const std::string& address, Predicate holds) {
  const absl::Time deadline = absl::Now() + absl::Seconds(20);
  while (absl::Now() < deadline) {
    if (holds(monitor.LastHeard(address))) return true;
    absl::SleepFor(absl::Milliseconds(5));
  }
  return false;
}

struct HealthServer {
  explicit HealthServer(int wanted) {
    grpc::EnableDefaultHealthCheckService(true);
    grpc::reflection::InitProtoReflectionServerBuilderPlugin();  // some service must be there
    grpc::ServerBuilder builder;
    builder.AddListeningPort(fmt::format("127.0.0.1:{}", wanted), grpc::InsecureServerCredentials(),
                             &port);
    server = builder.BuildAndStart();
  }
  std::string address() const { return fmt::format("127.0.0.1:{}", port); }
  int port = 0;
  std::unique_ptr<grpc::Server> server;
};

TEST(PeerMonitor, HearsWhoAnswersEvenIfItIsNotServingAndMissesWhoIsGone) {
  auto peer = std::make_unique<HealthServer>(0);
  ASSERT_NE(peer->server, nullptr);
  peer->server->GetHealthCheckService()->SetServingStatus(false);
  const std::string address = peer->address();
  PeerMonitor monitor(kQuick);
  const absl::Time first = monitor.LastHeard(address);
  EXPECT_TRUE(Eventually(monitor, address,
                         [&](absl::Time heard) { return heard > first + kQuick.interval; }));

  const int port = peer->port;
  peer.reset();
  EXPECT_TRUE(Eventually(monitor, address, [&](absl::Time heard) {
    return absl::Now() - heard > 10 * kQuick.interval;
  })) << "a peer that is gone is still heard";

  const absl::Time silent_since = monitor.LastHeard(address);
  HealthServer again(port);
  ASSERT_NE(again.server, nullptr);
  EXPECT_TRUE(Eventually(monitor, address, [&](absl::Time heard) {
    return heard > silent_since + 10 * kQuick.interval;
  })) << "a peer that is back is not heard";
}

TEST(PeerMonitor, AClockThatIsSetMakesNobodyMoreOrLessSilent) {
  const HealthServer peer(0);
  ASSERT_NE(peer.server, nullptr);
  std::atomic<int> hours = 0;
  PeerMonitorOptions options = kQuick;
  options.wall_clock = [&hours] { return absl::Now() + absl::Hours(hours.load()); };
  PeerMonitor monitor(options);
  for (const int set_to : {-1, 1}) {
    (void)monitor.LastHeard(peer.address());
    hours = set_to;
    const absl::Duration age =
        absl::Now() + absl::Hours(set_to) - monitor.LastHeard(peer.address());
    EXPECT_LT(absl::AbsDuration(age), absl::Minutes(1)) << set_to;
  }
}

TEST(PeerMonitor, NobodyIsNeverHeardAndTheNumberOfPeersIsBounded) {
  PeerMonitorOptions options = kQuick;
  options.max_peers = 1;
  PeerMonitor monitor(options);
  EXPECT_EQ(monitor.LastHeard(""), absl::InfinitePast());
  EXPECT_GT(monitor.LastHeard("127.0.0.1:1"), absl::InfinitePast()) << "the benefit of the doubt";
  EXPECT_EQ(monitor.LastHeard("127.0.0.1:2"), absl::InfinitePast());
}

}  // namespace
}  // namespace prihvat::hosting
