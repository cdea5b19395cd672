#include "tests/bench/table.h"

#include "fmt/format.h"

namespace prihvat::bench {

std::string Rate(double per_second) { return fmt::format("{:.0f}/s", per_second); }
std::string Millis(double milliseconds) { return fmt::format("{:.2f} ms", milliseconds); }

void Print(const std::vector<Line>& lines) {
  fmt::print("\n{:<44} {:>12} {:>12} {:>6}  {:<18} {}\n", "what", "figure", "ceiling", "ratio",
             "floor", "the ceiling is");
  for (const Line& line : lines) {
    fmt::print("{:<44} {:>12} {:>12} {:>6}  {:<18} {}\n", line.what, line.figure, line.ceiling,
               line.ceiling.empty() ? "" : fmt::format("{:.2f}", line.ratio), line.floor,
               line.ceiling_name);
  }
  for (const Line& line : lines) {
    if (!line.met) fmt::print("below its floor: {} (asked for: {})\n", line.what, line.floor);
  }
}

}  // namespace prihvat::bench
