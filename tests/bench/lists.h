// Pages of a large collection, with and without filters, through gRPC.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "tests/bench/table.h"

namespace prihvat::bench {

// prihvatd on the embedded log with so many purchase orders in one operation: first pages of
// different filters, one call at a time. What a page takes is compared with 50 ms, its 99th of 100.
absl::Status MeasureLists(const std::string& scratch, int64_t orders, absl::Duration measure,
                          std::vector<Line>& lines);

}  // namespace prihvat::bench
