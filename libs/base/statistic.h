// One figure that a part of the program tells of itself, for metrics.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace prihvat::base {

struct Statistic {
  std::string name;         // as it is scraped: "prihvat_store_cache_bytes"
  std::string help;         // a sentence
  bool is_counter = false;  // only rises, and begins at 0 with the process; else a gauge
  // Their values are bounded, and say nothing of a person.
  std::vector<std::pair<std::string, std::string>> labels;
  double value = 0;
};

}  // namespace prihvat::base
