// The table that a benchmark prints: each figure beside its ceiling, and their ratio.
#pragma once

#include <string>
#include <vector>

namespace prihvat::bench {

struct Line {
  std::string what;
  std::string figure;
  std::string ceiling;       // "" where there is none
  double ratio = 0;          // figure / ceiling, for figures where more is better: of rates
  double floor = 0;          // 0: none is set
  std::string ceiling_name;  // what the ceiling is
};

// Prints the lines, and those below their floor once more. Speed is never a failure: these are
// figures, taken on a machine that may be busy.
void Print(const std::vector<Line>& lines);

}  // namespace prihvat::bench
