// How the embedded log lays records out in RocksDB.
//
//   key    'r' topic '\0' partition (4 bytes, big-endian) offset (8 bytes, big-endian): a partition
//   is one dense range value  CRC-32C over key and the rest (4 bytes) append time, Unix
//   microseconds (8 bytes) record key    'm' "topic" '\0' topic: value partition count (4 bytes)
//   key    'm' "clock": value when the log was last written, Unix microseconds (8 bytes)
// Numbers in values are big-endian too. For ever: there is no version byte but the key's first.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "libs/event_log/event_log.h"

namespace prihvat::event_log {

std::string RecordKey(const TopicPartition& tp, Offset offset);
// Of a key of `tp`; empty for any other key.
std::optional<Offset> OffsetOf(const TopicPartition& tp, std::string_view key);
std::string RecordValue(std::string_view key, absl::Time append_time, std::string_view bytes);
// DATA_LOSS if the value is not the one that was written under `key`.
absl::StatusOr<RawRecord> DecodeRecord(const TopicPartition& tp, Offset offset,
                                       std::string_view key, std::string_view value);

std::string TopicKey(const std::string& topic);
std::string TopicValue(int32_t partitions);
absl::StatusOr<int32_t> DecodeTopic(const std::string& topic, std::string_view value);

std::string ClockKey();
std::string ClockValue(absl::Time last_written);
absl::StatusOr<absl::Time> DecodeClock(std::string_view value);

}  // namespace prihvat::event_log
