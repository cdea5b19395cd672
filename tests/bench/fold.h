// Folding many records into a service's store, from an embedded log made for it.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace prihvat::bench {

struct FoldFigures {
  int64_t records = 0;
  absl::Duration service;   // an empty store of the real runtime to the tip
  absl::Duration plain;     // PlainFold of the same log
  absl::Duration raw_read;  // RawRead of the same log
};

// Makes `records` commits of the toy domain in a log under `directory` (one partition), then folds
// them. `directory` must exist; it is left full.
absl::StatusOr<FoldFigures> MeasureFold(const std::string& directory, int64_t records);

}  // namespace prihvat::bench
