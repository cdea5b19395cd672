// PostgreSQL with message-db's write_message beside the embedded log: durable appends, each with
// the version that it expects.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "tests/bench/table.h"

namespace prihvat::bench {

// Whether `scripts/setup.sh bench` has brought the server and the SQL.
bool MessageDbInstalled();

// Starts a PostgreSQL in a directory below `scratch`, and prihvatd and a runtime of this process on
// embedded logs of their own beside it. Commands to both by turns with pgbench and with RocksDB
// writes of as many records a sync, at 1, 16 and 64 clients, `measure` of each and at least three
// seconds.
absl::Status MeasureMessageDb(const std::string& scratch, absl::Duration measure,
                              std::vector<Line>& lines);

}  // namespace prihvat::bench
