// Whether a command takes longer where much is stored.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "tests/bench/table.h"

namespace prihvat::bench {

// Two runtimes of this process, each on an embedded log of its own below `scratch`: one stores ten
// thousand entities, the other `entities`. Commands that change any of them, by turns.
absl::Status MeasureSize(const std::string& scratch, int64_t entities, absl::Duration measure,
                         std::vector<Line>& lines);

}  // namespace prihvat::bench
