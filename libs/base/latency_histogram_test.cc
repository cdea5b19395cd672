#include "libs/base/latency_histogram.h"

#include "gtest/gtest.h"

namespace prihvat::base {
namespace {

TEST(LatencyHistogramTest, CountsInTheClassWhoseUpperBoundIsNotExceeded) {
  LatencyHistogram h;
  h.Add(absl::Microseconds(500));  // the first bound itself
  h.Add(absl::Microseconds(501));
  h.Add(absl::Seconds(10));
  h.Add(absl::Seconds(11));
  EXPECT_EQ(h.counts.front(), 1);
  EXPECT_EQ(h.counts[1], 1);
  EXPECT_EQ(h.counts[h.counts.size() - 2], 1);
  EXPECT_EQ(h.counts.back(), 1);
  EXPECT_EQ(h.count(), 4);
  EXPECT_NEAR(h.sum_seconds, 21.001001, 1e-9);
}

TEST(LatencyHistogramTest, AClockThatWasSetBackMakesItNothing) {
  LatencyHistogram h;
  h.Add(absl::Seconds(-3));
  EXPECT_EQ(h.counts.front(), 1);
  EXPECT_EQ(h.sum_seconds, 0);
}

}  // namespace
}  // namespace prihvat::base
