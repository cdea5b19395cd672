// Kafka Streams beside the runtime: the same broker, topic, keys and read-modify-write, folded and
// restored by both.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "tests/bench/table.h"

namespace prihvat::bench {

// Whether `scripts/setup.sh bench` has brought the jars.
bool StreamsInstalled();

// Starts a broker and fills a topic with `records` commits of the toy halls, ten a hall in random
// order. Then folds it by turns, each time from nothing and in a process of its own: the runtime,
// Kafka Streams with either guarantee, and who merely decodes. `scratch` is left full.
absl::Status MeasureStreams(const std::string& scratch, int64_t records, std::vector<Line>& lines);

}  // namespace prihvat::bench
