// How fast it is, each figure as a ratio to a ceiling that is measured in the same run: see
// README.md beside this.
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "fmt/format.h"
#include "tests/bench/fold.h"
#include "tests/bench/lists.h"
#include "tests/bench/message_db.h"
#include "tests/bench/rpc.h"
#include "tests/bench/size.h"
#include "tests/bench/streams.h"
#include "tests/bench/table.h"

namespace prihvat::bench {
namespace {

const std::set<std::string> kParts = {"embedded",  "fold", "kafka",  "lists",
                                      "messagedb", "size", "streams"};

absl::Status Fold(const std::string& scratch, int64_t records, std::vector<Line>& lines) {
  const auto figures = MeasureFold(scratch, records);
  if (!figures.ok()) return figures.status();
  const auto rate = [&](absl::Duration took) {
    return Rate(static_cast<double>(figures->records) / absl::ToDoubleSeconds(took));
  };
  lines.push_back({fmt::format("fold {} records into the store", figures->records),
                   rate(figures->service), rate(figures->plain),
                   "read, one Get and one Put a record",
                   absl::FDivDuration(figures->plain, figures->service), "", true});
  lines.push_back({"  the same", rate(figures->service), rate(figures->raw_read),
                   "reading the log and nothing else",
                   absl::FDivDuration(figures->raw_read, figures->service), "", true});
  return absl::OkStatus();
}

// A peer that is not there is no failure, but nobody should think that it was measured.
absl::Status Skip(const std::string& part, std::vector<Line>& lines) {
  lines.push_back({part + ": skipped, its peer is not installed; scripts/setup.sh bench does that",
                   "", "", "", 0, "", true});
  return absl::OkStatus();
}

absl::Status Streams(const std::string& scratch, int64_t records, std::vector<Line>& lines) {
  return StreamsInstalled() ? MeasureStreams(scratch, records, lines) : Skip("streams", lines);
}

absl::Status MessageDb(const std::string& scratch, absl::Duration measure,
                       std::vector<Line>& lines) {
  return MessageDbInstalled() ? MeasureMessageDb(scratch, measure, lines)
                              : Skip("messagedb", lines);
}

int Main(int argc, char** argv) {
  CLI::App app("Benchmarks of Prihvat: figures as ratios to ceilings of the same run");
  int64_t fold_records = 1'000'000;
  int64_t entities = 1'000'000;
  int64_t orders = 100'000;
  double seconds = 3;
  std::vector<std::string> parts(kParts.begin(), kParts.end());
  std::vector<int> open = RpcOptions().open;
  std::string scratch_parent = std::filesystem::temp_directory_path().string();
  app.add_option("--parts", parts, "What to measure")->check(CLI::IsMember(kParts))->delimiter(',');
  app.add_option("--fold-records", fold_records, "How many records to fold")
      ->check(CLI::Range(1'000, 100'000'000));
  app.add_option("--entities", entities, "How many entities the larger of two stores has")
      ->check(CLI::Range(10'000, 100'000'000));
  app.add_option("--orders", orders, "How many purchase orders there are to list")
      ->check(CLI::Range(1'000, 10'000'000));
  app.add_option("--seconds", seconds, "How long each load runs")->check(CLI::Range(0.1, 600.0));
  app.add_option("--open", open, "Calls that are open at a time, each number a line")
      ->check(CLI::Range(1, 4096))
      ->delimiter(',');
  app.add_option("--scratch", scratch_parent,
                 "Where to make a scratch directory, removed at the end");
  CLI11_PARSE(app, argc, argv);

  const std::string scratch = fmt::format("{}/prihvat_bench_{}", scratch_parent, getpid());
  std::filesystem::create_directories(scratch);
  const RpcOptions rpc = {.scratch = scratch, .measure = absl::Seconds(seconds), .open = open};
  std::vector<Line> lines;
  absl::Status done;
  for (const std::string& part : parts) {
    std::fprintf(stderr, "measuring: %s\n", part.c_str());
    if (part == "embedded") done.Update(MeasureEmbedded(rpc, lines));
    if (part == "kafka") done.Update(MeasureKafka(rpc, lines));
    if (part == "fold") done.Update(Fold(scratch, fold_records, lines));
    if (part == "lists") done.Update(MeasureLists(scratch, orders, rpc.measure, lines));
    if (part == "messagedb") done.Update(MessageDb(scratch, rpc.measure, lines));
    if (part == "size") done.Update(MeasureSize(scratch, entities, rpc.measure, lines));
    if (part == "streams") done.Update(Streams(scratch, fold_records, lines));
  }
  std::filesystem::remove_all(scratch);
  Print(lines);
  if (!done.ok()) {
    std::fprintf(stderr, "bench: %s\n", done.ToString().c_str());
    return 1;
  }
  return 0;
}

}  // namespace
}  // namespace prihvat::bench

int main(int argc, char** argv) { return prihvat::bench::Main(argc, argv); }
