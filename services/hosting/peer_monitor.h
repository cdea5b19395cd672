// Whether other instances still answer: the hint by which a standby decides to claim (DESIGN
// section 4). Safety never rests on it.
#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "grpcpp/security/credentials.h"

namespace prihvat::hosting {

struct PeerMonitorOptions {
  absl::Duration interval = absl::Milliseconds(500);   // between two checks of one peer
  absl::Duration deadline = absl::Milliseconds(1000);  // of one check
  // What nobody has asked about for so long is no longer checked.
  absl::Duration forget_after = absl::Minutes(1);
  size_t max_peers = 256;  // above it new ones count as never heard of
  std::shared_ptr<grpc::ChannelCredentials> credentials;  // nullptr: no encryption
  std::function<absl::Time()> wall_clock = absl::Now;     // what LastHeard answers by
};

// Asks the gRPC health service of every address that somebody has lately asked about. Any answer
// counts, NOT_SERVING too: who answers is alive. Thread-safe, and LastHeard never waits; one thread
// of its own.
class PeerMonitor {
 public:
  explicit PeerMonitor(PeerMonitorOptions options = {});
  // Waits for checks under way, at most their deadline.
  ~PeerMonitor();
  PeerMonitor(const PeerMonitor&) = delete;
  PeerMonitor& operator=(const PeerMonitor&) = delete;

  // When that instance last answered, by the wall clock as it stands now: one that was set
  // meanwhile makes nobody silent for longer or shorter than it was. One that is asked about for
  // the first time gets the benefit of the doubt: now. InfinitePast: never for as long as it has
  // been checked.
  absl::Time LastHeard(const std::string& address);

 private:
  struct Peer;
  struct Check;

  void Loop();
  void Begin(const std::shared_ptr<Peer>& peer);

  const PeerMonitorOptions options_;
  std::mutex mutex_;  // guards what follows, and what the peers hold
  std::condition_variable condition_;
  bool ending_ = false;
  int under_way_ = 0;
  std::map<std::string, std::shared_ptr<Peer>> peers_;
  std::thread thread_;  // last
};

}  // namespace prihvat::hosting
