// How fast it is, each figure as a ratio to a ceiling that is measured in the same run: see
// README.md beside this.
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "fmt/format.h"
#include "tests/bench/fold.h"
#include "tests/bench/table.h"

namespace prihvat::bench {
namespace {

std::string Rate(double per_second) { return fmt::format("{:.0f}/s", per_second); }

absl::Status Fold(const std::string& scratch, int64_t records, std::vector<Line>& lines) {
  const auto figures = MeasureFold(scratch, records);
  if (!figures.ok()) return figures.status();
  const auto rate = [&](absl::Duration took) {
    return static_cast<double>(figures->records) / absl::ToDoubleSeconds(took);
  };
  const std::string what = fmt::format("fold {} records into the store", figures->records);
  lines.push_back({what, Rate(rate(figures->service)), Rate(rate(figures->plain)),
                   absl::FDivDuration(figures->plain, figures->service), 0,
                   "read, one Get and one Put a record"});
  lines.push_back({"the same, against reading alone", Rate(rate(figures->service)),
                   Rate(rate(figures->raw_read)),
                   absl::FDivDuration(figures->raw_read, figures->service), 0,
                   "reading the log alone"});
  return absl::OkStatus();
}

int Main(int argc, char** argv) {
  CLI::App app("Benchmarks of Prihvat: figures as ratios to ceilings of the same run");
  int64_t fold_records = 1'000'000;
  std::string scratch_parent = std::filesystem::temp_directory_path().string();
  app.add_option("--fold-records", fold_records, "How many records to fold")
      ->check(CLI::PositiveNumber);
  app.add_option("--scratch", scratch_parent,
                 "Where to make a scratch directory, removed at the end");
  CLI11_PARSE(app, argc, argv);

  const std::string scratch = fmt::format("{}/prihvat_bench_{}", scratch_parent, getpid());
  std::filesystem::create_directories(scratch);
  std::vector<Line> lines;
  const absl::Status done = Fold(scratch, fold_records, lines);
  std::filesystem::remove_all(scratch);
  if (!done.ok()) {
    std::fprintf(stderr, "bench: %s\n", done.ToString().c_str());
    return 1;
  }
  Print(lines);
  return 0;
}

}  // namespace
}  // namespace prihvat::bench

int main(int argc, char** argv) { return prihvat::bench::Main(argc, argv); }
