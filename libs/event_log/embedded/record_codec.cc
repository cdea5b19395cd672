#include "libs/event_log/embedded/record_codec.h"

#include <cstdint>

#include "absl/strings/str_cat.h"
#include "libs/event_log/crc32c.h"

namespace prihvat::event_log {
namespace {

constexpr size_t kCrcBytes = 4;
constexpr size_t kHeaderBytes = kCrcBytes + 8;

void PutBigEndian(std::string& out, uint64_t value, int bytes) {
  for (int i = bytes - 1; i >= 0; --i) out.push_back(static_cast<char>(value >> (8 * i)));
}

uint64_t GetBigEndian(std::string_view in) {
  uint64_t value = 0;
  for (const char c : in) value = value << 8 | static_cast<uint8_t>(c);
  return value;
}

std::string PartitionPrefix(const TopicPartition& tp) {
  std::string prefix = "r";
  prefix += tp.topic;
  prefix.push_back('\0');
  PutBigEndian(prefix, static_cast<uint32_t>(tp.partition), 4);
  return prefix;
}

}  // namespace

std::string RecordKey(const TopicPartition& tp, Offset offset) {
  std::string key = PartitionPrefix(tp);
  PutBigEndian(key, static_cast<uint64_t>(offset), 8);
  return key;
}

std::optional<Offset> OffsetOf(const TopicPartition& tp, std::string_view key) {
  const std::string prefix = PartitionPrefix(tp);
  if (key.size() != prefix.size() + 8 || !key.starts_with(prefix)) return std::nullopt;
  return static_cast<Offset>(GetBigEndian(key.substr(prefix.size())));
}

std::string RecordValue(std::string_view key, absl::Time append_time, std::string_view bytes) {
  std::string body;
  body.reserve(8 + bytes.size());
  PutBigEndian(body, static_cast<uint64_t>(absl::ToUnixMicros(append_time)), 8);
  body += bytes;
  std::string value;
  value.reserve(kCrcBytes + body.size());
  PutBigEndian(value, Crc32c(Crc32c(0, key), body), kCrcBytes);
  value += body;
  return value;
}

absl::StatusOr<RawRecord> DecodeRecord(const TopicPartition& tp, Offset offset,
                                       std::string_view key, std::string_view value) {
  if (value.size() < kHeaderBytes ||
      GetBigEndian(value.substr(0, kCrcBytes)) != Crc32c(Crc32c(0, key), value.substr(kCrcBytes))) {
    return absl::DataLossError(absl::StrCat(ToString(tp), ": the record at offset ", offset,
                                            " is damaged: its checksum does not match"));
  }
  const auto micros = static_cast<int64_t>(GetBigEndian(value.substr(kCrcBytes, 8)));
  return RawRecord{offset, std::string(value.substr(kHeaderBytes)), absl::FromUnixMicros(micros)};
}

std::string TopicKey(const std::string& topic) {
  std::string key = "mtopic";
  key.push_back('\0');
  return key + topic;
}

std::string TopicValue(int32_t partitions) {
  std::string value;
  PutBigEndian(value, static_cast<uint32_t>(partitions), 4);
  return value;
}

absl::StatusOr<int32_t> DecodeTopic(const std::string& topic, std::string_view value) {
  if (value.size() != 4)
    return absl::DataLossError(absl::StrCat("the entry of topic ", topic, " is damaged"));
  return static_cast<int32_t>(GetBigEndian(value));
}

std::string ClockKey() { return "mclock"; }

std::string ClockValue(absl::Time last_written) {
  std::string value;
  PutBigEndian(value, static_cast<uint64_t>(absl::ToUnixMicros(last_written)), 8);
  return value;
}

absl::StatusOr<absl::Time> DecodeClock(std::string_view value) {
  if (value.size() != 8)
    return absl::DataLossError("the entry of the last write's time is damaged");
  return absl::FromUnixMicros(static_cast<int64_t>(GetBigEndian(value)));
}

}  // namespace prihvat::event_log
