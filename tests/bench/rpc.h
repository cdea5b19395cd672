// Commands, reads and restarts of the real programs, through gRPC.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "tests/bench/table.h"

namespace prihvat::bench {

struct RpcOptions {
  std::string scratch;  // a directory that is there; left full
  absl::Duration measure = absl::Seconds(3);
  std::vector<int> open = {1, 16, 64, 256};  // calls at a time
};

// prihvatd on the embedded log: commands and reads against a bare gRPC echo and raw appends of the
// same records, restarts with and without its stores against reading its log.
absl::Status MeasureEmbedded(const RpcOptions& options, std::vector<Line>& lines);

// prihvat-procurement on a Kafka broker that is started for it: commands.
absl::Status MeasureKafka(const RpcOptions& options, std::vector<Line>& lines);

// A prihvatd on the embedded log in `data`, which ends with the last copy of what is returned:
// commands a second, so many open at a time, for so long.
using Commands = std::function<absl::StatusOr<double>(int open, absl::Duration measure)>;
absl::StatusOr<Commands> StartCommands(const std::string& data);

}  // namespace prihvat::bench
