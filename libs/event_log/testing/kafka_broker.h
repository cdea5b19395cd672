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
  static absl::StatusOr<std::unique_ptr<KafkaBroker>> Start(int nodes = 1);
  ~KafkaBroker();

  const std::string& bootstrap() const { return bootstrap_; }  // "127.0.0.1:port,..."
  int nodes() const { return nodes_; }

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

 private:
  KafkaBroker(std::string directory, int port, int nodes)
      : directory_(std::move(directory)), port_(port), nodes_(nodes) {}
  absl::Status Up();
  absl::StatusOr<int> PidOf(int node) const;

  const std::string directory_;
  const int port_;
  const int nodes_;
  std::string bootstrap_;
};

}  // namespace prihvat::event_log::testing
