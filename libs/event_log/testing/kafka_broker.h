// A real Kafka cluster for a test: one broker or several, on free ports, wiped afterwards.
#pragma once

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "libs/event_log/event_log.h"

namespace prihvat::event_log::testing {

// Owned by a test's fixture. One thread. Started by deploy/kafka/kafka-up.sh (or the folder that
// the environment variable PRIHVAT_KAFKA_SCRIPTS names), which needs Java and, the first time, the
// jars. The destructor ends the brokers by their process ids and removes their data.
class KafkaBroker {
 public:
  // Waits until every broker answers. The error carries what the script said.
  // With `lines`, 0 to 5, each node has so many more addresses, which it says are behind a proxy of
  // the test's (LineAt).
  static absl::StatusOr<std::unique_ptr<KafkaBroker>> Start(int nodes = 1, int lines = 0);
  ~KafkaBroker();

  const std::string& bootstrap() const { return bootstrap_; }  // "127.0.0.1:port,..."
  int nodes() const { return nodes_; }

  // Where line `line` (from 1) of a node listens, and where clients that begin there look for it.
  struct Line {
    int listens;
    int advertised;
  };
  Line LineAt(int line, int node) const {
    const int port = port_ + 10 * line + node - 1;
    return {port, port + kAdvertised};
  }

  // Node ids begin at 1, as Kafka's here. StopNode kills with SIGKILL and waits until the process
  // is gone.
  absl::Status StopNode(int node);
  // Stops it as it is (SIGSTOP): its connections stay open and nothing is answered; and wakes it.
  absl::Status PauseNode(int node);
  absl::Status ResumeNode(int node);
  // The node that leads a partition, as the nodes that answer say.
  absl::StatusOr<int> LeaderOf(const TopicPartition& tp) const;
  // Starts whatever nodes are down, on the data that they had, and waits until all answer.
  absl::Status StartNode(int node);
  // Removes every topic, for tests that share the brokers; nobody may be using one. Waits until no
  // broker knows any.
  absl::Status RemoveTopics();

 private:
  static constexpr int kAdvertised = 5;  // ports above, as kafka-up.sh has it

  KafkaBroker(std::string directory, int port, int nodes, int lines)
      : directory_(std::move(directory)), port_(port), nodes_(nodes), lines_(lines) {}
  absl::Status Up();
  absl::StatusOr<int> PidOf(int node) const;

  const std::string directory_;
  const int port_;
  const int nodes_;
  const int lines_;
  std::string bootstrap_;
};

}  // namespace prihvat::event_log::testing
