// Which partition an operation lives in. Part of the log's identity: the function and the partition
// count never change for a log, in any client and any language (golden vectors in
// partitioner_test.cc).
#pragma once

#include <cstdint>
#include <string_view>

namespace prihvat::event_log {

// FNV-1a (64 bit) of the operation's resource name ("operations/ba"), modulo `partitions` (at least
// 1).
int32_t PartitionOf(std::string_view operation, int32_t partitions);

}  // namespace prihvat::event_log
