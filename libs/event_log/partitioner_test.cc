#include "libs/event_log/partitioner.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace prihvat::event_log {
namespace {

// Golden: a change here moves every operation of every log that exists.
TEST(Partitioner, GoldenVectors) {
  EXPECT_EQ(PartitionOf("", 4), 0xcbf29ce484222325 % 4);
  EXPECT_EQ(PartitionOf("a", 1000), 0xaf63dc4c8601ec8c % 1000);  // the FNV authors' test vector
  EXPECT_EQ(PartitionOf("foobar", 1000), 0x85944171f73967e8 % 1000);  // and another
  EXPECT_EQ(PartitionOf("operations/ba", 4), 1);
  EXPECT_EQ(PartitionOf("operations/ba", 16), 5);
  EXPECT_EQ(PartitionOf("operations/rs", 4), 3);
  EXPECT_EQ(PartitionOf("operations/\xc5\xa1", 7), 2);  // bytes above 127 count as unsigned
}

TEST(Partitioner, OnePartitionTakesAll) {
  EXPECT_EQ(PartitionOf("operations/ba", 1), 0);
  EXPECT_EQ(PartitionOf("operations/me", 1), 0);
}

TEST(Partitioner, SpreadsOperations) {
  std::vector<int> counts(4);
  for (int i = 0; i < 4000; ++i) ++counts[PartitionOf("operations/op-" + std::to_string(i), 4)];
  for (const int count : counts) EXPECT_GT(count, 800);
}

TEST(PartitionerDeathTest, NoPartitions) {
  EXPECT_DEATH(PartitionOf("operations/ba", 0), "0 partitions");
}

}  // namespace
}  // namespace prihvat::event_log
