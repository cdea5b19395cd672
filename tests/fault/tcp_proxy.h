// A TCP relay between a client and one address of this machine, whose line can be made bad: the
// network of the fault tests, where no network namespace may be made.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <thread>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace prihvat::fault {

// Listens on 127.0.0.1. Owned by a test; its methods may be called from any thread; one thread of
// its own relays. Bytes are never lost within a connection, as TCP has it: what a held direction
// does not take waits at the sender, and arrives late.
class TcpProxy {
 public:
  // `listen_port` 0: any free one.
  static absl::StatusOr<std::unique_ptr<TcpProxy>> Start(int listen_port, int target_port);
  ~TcpProxy();

  int port() const { return port_; }

  // All connections break, and new ones are closed at once, until Heal.
  void Cut() { cut_ = true; }
  // Nothing more arrives in that direction; connections stay open, until Heal.
  void HoldToServer() { hold_to_server_ = true; }
  void HoldToClient() { hold_to_client_ = true; }
  // All arrives so much later, until Heal.
  void Delay(absl::Duration delay) { delay_us_ = absl::ToInt64Microseconds(delay); }
  void Heal();

 private:
  class Relay;

  TcpProxy(int listener, int port, int target_port)
      : listener_(listener), port_(port), target_port_(target_port) {}
  void Run();

  const int listener_;
  const int port_;
  const int target_port_;
  std::atomic<bool> ending_ = false;
  std::atomic<bool> cut_ = false;
  std::atomic<bool> hold_to_server_ = false;
  std::atomic<bool> hold_to_client_ = false;
  std::atomic<int64_t> delay_us_ = 0;
  std::thread thread_;  // last
};

}  // namespace prihvat::fault
