#include "tests/bench/fold.h"

#include <atomic>
#include <memory>
#include <utility>

#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "fmt/format.h"
#include "libs/base/clock.h"
#include "libs/base/random.h"
#include "libs/event_log/embedded/embedded_log.h"
#include "libs/runtime/service.h"
#include "libs/testkit/toy_domain.h"
#include "tests/bench/ceilings.h"

namespace prihvat::bench {
namespace {

constexpr int kOpen = 2048;
constexpr absl::Duration kPatience = absl::Minutes(10);
constexpr size_t kEntityBytes = 300;

runtime::ServiceOptions Options(const std::string& store) {
  runtime::ServiceOptions options;
  options.instance = "bench-0";
  options.address = "bench-0";
  options.store_dir = store;
  options.partitions = 1;
  return options;
}

bool AtTip(const runtime::Service& service) {
  const auto partitions = service.Partitions();
  return service.Ready() && partitions[0].end > 0 && partitions[0].applied + 1 == partitions[0].end;
}

// Polls, since a service has no callback for its tip; the step is small against what is measured.
absl::Status AwaitTip(const runtime::Service& service) {
  const absl::Time give_up = absl::Now() + kPatience;
  while (!AtTip(service)) {
    if (absl::Status health = service.Health(); !health.ok()) return health;
    if (absl::Now() > give_up) return absl::DeadlineExceededError("the fold does not end");
    absl::SleepFor(absl::Milliseconds(2));
  }
  return absl::OkStatus();
}

// Has `records` commands accepted, kOpen at a time.
absl::Status Fill(runtime::Service& service, int64_t records) {
  struct Progress {
    absl::Mutex mutex;
    absl::Status failed;
  };
  auto progress = std::make_shared<Progress>();
  std::atomic<int64_t> open = 0;
  int64_t sent = 0;
  const auto below = [&] { return open.load() < kOpen; };
  while (sent < records) {
    {
      absl::MutexLock lock(&progress->mutex);
      progress->mutex.Await(absl::Condition(&below));
      if (!progress->failed.ok()) break;
    }
    const int64_t i = sent++;
    open.fetch_add(1);
    service.Submit(testkit::TakeSeat("operations/ba", fmt::format("h{}", i / testkit::kSeats),
                                     fmt::format("p{}", i % testkit::kSeats),
                                     fmt::format("00000000-0000-4000-8000-{:012}", i)),
                   [progress, &open](const runtime::CommandReply& reply) {
                     absl::MutexLock lock(&progress->mutex);
                     if (!reply.status.ok() && progress->failed.ok())
                       progress->failed = reply.status;
                     open.fetch_sub(1);
                   });
  }
  const auto none = [&] { return open.load() == 0; };
  absl::MutexLock lock(&progress->mutex);
  progress->mutex.Await(absl::Condition(&none));
  return progress->failed;
}

}  // namespace

absl::StatusOr<FoldFigures> MeasureFold(const std::string& directory, int64_t records) {
  base::SystemClock clock;
  base::SystemRandom random;
  auto log = event_log::EmbeddedLog::Open(
      {.directory = directory + "/log", .topics = testkit::ToyTopics(1)});
  if (!log.ok()) return log.status();
  const auto start = [&](const std::string& store) {
    return runtime::Service::Start(testkit::HallsService(), Options(directory + store), **log,
                                   clock, random);
  };
  {
    auto writer = start("/writer");
    if (!writer.ok()) return writer.status();
    if (absl::Status ready = AwaitTip(**writer); !ready.ok()) return ready;
    if (absl::Status filled = Fill(**writer, records); !filled.ok()) return filled;
    (*writer)->Stop(absl::Now() + absl::Seconds(10));
  }
  FoldFigures figures;
  auto raw = RawRead(**log, testkit::kHallsTopic, 1, &figures.records);
  if (!raw.ok()) return raw.status();
  figures.raw_read = *raw;
  auto plain = PlainFold(**log, testkit::kHallsTopic, 1, directory + "/plain",
                         records / testkit::kSeats + 1, kEntityBytes, &figures.records);
  if (!plain.ok()) return plain.status();
  figures.plain = *plain;
  const absl::Time begun = absl::Now();
  auto reader = start("/reader");
  if (!reader.ok()) return reader.status();
  if (absl::Status caught_up = AwaitTip(**reader); !caught_up.ok()) return caught_up;
  figures.service = absl::Now() - begun;
  (*reader)->Stop(absl::Now() + absl::Seconds(10));
  return figures;
}

}  // namespace prihvat::bench
