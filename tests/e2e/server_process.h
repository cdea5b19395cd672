// Server programs and prihvatctl as processes, for end-to-end tests.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "grpcpp/channel.h"
#include "tests/fault/child_process.h"

namespace prihvat::e2e {

// prihvatd or one service's program, on loopback with --insecure-dev. Owned by a test; one thread.
class ServerProcess {
 public:
  // Starts build/bin/`program` (of another build where it begins with '/') with `flags`, and waits
  // until it says where it listens.
  // `listen`: the address to listen on; by default any free port.
  static absl::StatusOr<std::unique_ptr<ServerProcess>> Start(const std::string& program,
                                                              std::vector<std::string> flags,
                                                              const std::string& listen = "");
  // Waits until its health says SERVING.
  absl::Status AwaitServing(absl::Time deadline);
  // SIGTERM; its exit status.
  absl::StatusOr<int> Terminate(absl::Time deadline);

  const std::string& address() const { return address_; }
  int metrics_port() const { return metrics_port_; }
  std::shared_ptr<grpc::Channel> channel() const { return channel_; }
  fault::ChildProcess& process() { return *process_; }

 private:
  std::unique_ptr<fault::ChildProcess> process_;
  std::string address_;
  int metrics_port_ = 0;
  std::shared_ptr<grpc::Channel> channel_;
};

// A program that ran to its end.
struct Ended {
  int status = -1;
  std::string out;
  std::string err;
};

// Runs build/bin/`program` to its end.
absl::StatusOr<Ended> RunToEnd(const std::string& program, std::vector<std::string> arguments,
                               absl::Time deadline);

// Starts it and leaves it running.
absl::StatusOr<std::unique_ptr<fault::ChildProcess>> Launch(const std::string& program,
                                                            std::vector<std::string> arguments);

}  // namespace prihvat::e2e
