// How far a feed has come in each partition, and its resume token: opaque, checked, and good only
// for the filter that it came from. A value; one thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace prihvat::rpc::admin {

struct FeedCursor {
  struct Partition {
    int64_t examined = -1;  // the last commit that was told or filtered out
    int64_t told = -1;      // the last that was told
    friend bool operator==(const Partition&, const Partition&) = default;
  };
  std::vector<Partition> partitions;

  explicit FeedCursor(size_t count) : partitions(count) {}
  FeedCursor() = default;
  friend bool operator==(const FeedCursor&, const FeedCursor&) = default;
};

// `filter`: bytes that say what the feed is of; tokens of other filters are refused.
std::string EncodeCursor(const FeedCursor& cursor, std::string_view filter);
// INVALID_ARGUMENT where the token is damaged, of another filter, or of another number of
// partitions.
absl::StatusOr<FeedCursor> DecodeCursor(std::string_view token, std::string_view filter,
                                        size_t partitions);

}  // namespace prihvat::rpc::admin
