#include "libs/event_log/partitioner.h"

#include <string>

#include "libs/base/check.h"

namespace prihvat::event_log {

int32_t PartitionOf(std::string_view operation, int32_t partitions) {
  PRIHVAT_CHECK(partitions > 0, "PartitionOf: " + std::to_string(partitions) + " partitions");
  uint64_t hash = 0xcbf29ce484222325;  // FNV-1a, 64 bit: offset basis and prime
  for (const char c : operation) {
    hash ^= static_cast<unsigned char>(c);
    hash *= 0x100000001b3;
  }
  return static_cast<int32_t>(hash % static_cast<uint64_t>(partitions));
}

}  // namespace prihvat::event_log
