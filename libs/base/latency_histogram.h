// How long something took, counted in classes: what a Prometheus histogram is made of.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "absl/time/time.h"

namespace prihvat::base {

// Copied as a value; one thread writes it.
struct LatencyHistogram {
  // Upper bounds of the classes in seconds, each inclusive; one more class has what is above.
  static constexpr std::array<double, 14> kBounds = {
      0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10};

  // A clock that was set back in between makes it 0.
  void Add(absl::Duration took) {
    const double seconds = std::max(0.0, absl::ToDoubleSeconds(took));
    ++counts[static_cast<size_t>(std::lower_bound(kBounds.begin(), kBounds.end(), seconds) -
                                 kBounds.begin())];
    sum_seconds += seconds;
  }
  int64_t count() const {
    int64_t all = 0;
    for (const int64_t c : counts) all += c;
    return all;
  }

  std::array<int64_t, kBounds.size() + 1> counts = {};
  double sum_seconds = 0;
};

}  // namespace prihvat::base
