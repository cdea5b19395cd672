// Where the runtime keeps its own rows.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "fmt/format.h"

namespace prihvat::runtime {

// Family "meta".
inline std::string FenceKey(std::string_view topic, int32_t partition) {
  return fmt::format("fence/{}/{}", topic, partition);
}
// SHA-256 of the record before the fence's next offset: what the log must still hold there.
inline std::string LastRecordKey(std::string_view topic, int32_t partition) {
  return fmt::format("last/{}/{}", topic, partition);
}
inline std::string MarkKey(int32_t partition, std::string_view process,
                           std::string_view source_topic) {
  return fmt::format("mark/{}/{}/{}", partition, process, source_topic);
}
// The offset of the last admitted commit: what the next feed entry names as the one before it.
inline std::string LastCommitKey(int32_t partition) { return fmt::format("commit/{}", partition); }
// "attached": the view stands where the partition's fence stands; else a FenceState of its own.
inline constexpr std::string_view kAttached = "attached";
inline std::string ViewPositionKey(std::string_view view_id, std::string_view topic,
                                   int32_t partition) {
  return fmt::format("view/{}/{}/{}", view_id, topic, partition);
}
inline std::string ViewFamily(std::string_view view_id) { return fmt::format("view:{}", view_id); }

// Family "requests".
inline std::string RequestKey(int32_t partition, std::string_view operation,
                              std::string_view principal, std::string_view request_id) {
  return fmt::format("id/{}/{}\n{}\n{}", partition, operation, principal, request_id);
}
// Sorts by time of recording, for eviction. Its value is empty.
inline std::string RequestAgeKey(int32_t partition, int64_t recorded_at_us,
                                 std::string_view request_key) {
  return fmt::format("age/{}/{:020}/{}", partition, recorded_at_us, request_key);
}
// The time in a RequestAgeKey, and the RequestKey in it.
inline int64_t RecordedAtOf(std::string_view request_age_key) {
  const size_t time = request_age_key.find('/', sizeof "age/" - 1) + 1;
  return std::stoll(std::string(request_age_key.substr(time, 20)));
}
inline std::string_view RequestKeyOf(std::string_view request_age_key) {
  const size_t time = request_age_key.find('/', sizeof "age/" - 1) + 1;
  return request_age_key.substr(time + 21);
}

// Family "feed".
inline std::string FeedKey(int32_t partition, int64_t offset) {
  return fmt::format("{:06}/{:019}", partition, offset);
}

}  // namespace prihvat::runtime
