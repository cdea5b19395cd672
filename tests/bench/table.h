// The table that a benchmark prints: each figure beside its ceiling, and their ratio.
#pragma once

#include <string>
#include <vector>

namespace prihvat::bench {

struct Line {
  std::string what;
  std::string figure;
  std::string ceiling;       // "" where there is none
  std::string ceiling_name;  // what the ceiling is
  double ratio = 0;          // 1 is as good as the ceiling, less is worse
  std::string floor;         // what is asked for, "" for nothing yet
  bool met = true;           // whether it is
};

// Prints the lines, and names those below their floor once more. Speed is never a failure: these
// are figures, taken on a machine that may be busy.
void Print(const std::vector<Line>& lines);

// For rates and times, as the table has them.
std::string Rate(double per_second);
std::string Millis(double milliseconds);

}  // namespace prihvat::bench
