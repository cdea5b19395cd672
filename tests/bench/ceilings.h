// What the parts below can do at most, measured in the same run: raw appends, raw reads, a plain
// read-modify-write of RocksDB.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/event_log/event_log.h"
#include "tests/bench/load.h"

namespace prihvat::bench {

// Up to `limit` records of all partitions of a topic, as they stand.
absl::StatusOr<std::vector<std::string>> ReadRecords(event_log::EventLog& log,
                                                     const std::string& topic, int32_t partitions,
                                                     size_t limit);

// Appends single records, taken in turn from `records`, to one partition, `open` at a time.
absl::StatusOr<Figures> RawAppends(event_log::EventLog& log, const event_log::TopicPartition& tp,
                                   const std::vector<std::string>& records, int open,
                                   absl::Duration measure);

// Reads every record of the topic and does nothing with it: how long.
absl::StatusOr<absl::Duration> RawRead(event_log::EventLog& log, const std::string& topic,
                                       int32_t partitions, int64_t* records);

// As RawRead, and for each record one Get and one Put of `value_bytes` over `keys` keys in a
// RocksDB of its own in `directory`, 512 records a batch, write-ahead log on and not synced: what
// straightforward code would do to fold them.
absl::StatusOr<absl::Duration> PlainFold(event_log::EventLog& log, const std::string& topic,
                                         int32_t partitions, const std::string& directory,
                                         int64_t keys, size_t value_bytes, int64_t* records);

}  // namespace prihvat::bench
