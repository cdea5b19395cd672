#include "tests/bench/table.h"

#include "fmt/format.h"

namespace prihvat::bench {

void Print(const std::vector<Line>& lines) {
  fmt::print("\n{:<46} {:>18} {:>18} {:>7} {:>6}  {}\n", "what", "figure", "ceiling", "ratio",
             "floor", "the ceiling is");
  for (const Line& line : lines) {
    fmt::print("{:<46} {:>18} {:>18} {:>7} {:>6}  {}\n", line.what, line.figure, line.ceiling,
               line.ceiling.empty() ? "" : fmt::format("{:.2f}", line.ratio),
               line.floor > 0 ? fmt::format("{:.2f}", line.floor) : "", line.ceiling_name);
  }
  for (const Line& line : lines) {
    if (line.floor > 0 && line.ratio < line.floor)
      fmt::print("below its floor: {} ({:.2f} < {:.2f})\n", line.what, line.ratio, line.floor);
  }
}

}  // namespace prihvat::bench
