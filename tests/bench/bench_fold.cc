// Folds a Kafka topic of the toy halls in a process of its own, so that its memory can be told:
//
//   bench_fold fold BROKERS STORE   an empty store of the real runtime, to the topic's tip
//   bench_fold read BROKERS         reads and decodes every record, and keeps nothing
//
// Prints "folded RECORDS MILLISECONDS", waits for the end of its input, and ends.
#include <cstdio>
#include <iostream>
#include <string>

#include "absl/time/clock.h"
#include "libs/base/clock.h"
#include "libs/base/random.h"
#include "libs/event_log/kafka/kafka_log.h"
#include "libs/runtime/service.h"
#include "libs/testkit/toy_domain.h"
#include "prihvat/log/v1/record.pb.h"
#include "prihvat/testkit/v1/toy.pb.h"
#include "tests/bench/halls.h"

namespace prihvat::bench {
namespace {

constexpr size_t kBatch = 512;
constexpr absl::Duration kPatience = absl::Seconds(60);
constexpr absl::Duration kFoldPatience = absl::Minutes(30);

void Tell(int64_t records, absl::Duration took) {
  std::printf("folded %lld %lld\n", static_cast<long long>(records),
              static_cast<long long>(absl::ToInt64Milliseconds(took)));
  std::fflush(stdout);
  for (std::string line; std::getline(std::cin, line);) {
  }
}

// From an empty store to what the end of the log is now. Polls, since a service has no callback for
// its tip; the step is small against what is measured.
absl::Status Fold(event_log::EventLog& log, const std::string& store) {
  base::SystemClock clock;
  base::SystemRandom random;
  const auto end = log.End({testkit::kHallsTopic, 0}, absl::Now() + kPatience);
  if (!end.ok()) return end.status();
  const absl::Time begun = absl::Now();
  auto service =
      runtime::Service::Start(testkit::HallsService(), HallsOptions(store, 1), log, clock, random);
  if (!service.ok()) return service.status();
  while ((*service)->Partitions()[0].applied + 1 < *end) {
    if (absl::Status health = (*service)->Health(); !health.ok()) return health;
    if (absl::Now() > begun + kFoldPatience)
      return absl::DeadlineExceededError("the fold does not end");
    absl::SleepFor(absl::Milliseconds(2));
  }
  Tell(*end, absl::Now() - begun);
  (*service)->Stop(absl::Now() + absl::Seconds(10));
  return absl::OkStatus();
}

absl::Status Read(event_log::EventLog& log) {
  const absl::Time begun = absl::Now();
  auto reader = log.OpenReader({testkit::kHallsTopic, 0}, 0, nullptr);
  if (!reader.ok()) return reader.status();
  int64_t read = 0;
  size_t people = 0;  // so that decoding is not optimised away
  while (true) {
    const auto records = (*reader)->Read(kBatch, absl::Now() + kPatience);
    if (!records.ok()) return records.status();
    if (records->empty()) break;
    for (const event_log::RawRecord& raw : *records) {
      log::v1::Record record;
      if (!record.ParseFromString(raw.bytes)) return absl::DataLossError("not a record");
      for (const log::v1::Event& event : record.commit().events()) {
        testkit::v1::SeatTaken taken;
        if (!taken.ParseFromString(event.payload())) return absl::DataLossError("not an event");
        people += taken.person().size();
      }
      ++read;
    }
  }
  if (people == 0) return absl::DataLossError("no events");
  Tell(read, absl::Now() - begun);
  return absl::OkStatus();
}

int Main(int argc, char** argv) {
  const std::string order = argc > 1 ? argv[1] : "";
  if (!(order == "fold" && argc == 4) && !(order == "read" && argc == 3)) {
    std::fprintf(stderr, "usage: bench_fold fold BROKERS STORE | bench_fold read BROKERS\n");
    return 2;
  }
  auto log = event_log::KafkaLog::Open({.client = {.bootstrap_servers = argv[2]}});
  if (!log.ok()) {
    std::fprintf(stderr, "bench_fold: %s\n", log.status().ToString().c_str());
    return 1;
  }
  const absl::Status done = order == "fold" ? Fold(**log, argv[3]) : Read(**log);
  if (!done.ok()) std::fprintf(stderr, "bench_fold: %s\n", done.ToString().c_str());
  return done.ok() ? 0 : 1;
}

}  // namespace
}  // namespace prihvat::bench

int main(int argc, char** argv) { return prihvat::bench::Main(argc, argv); }
