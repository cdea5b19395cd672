#include "tests/bench/fold.h"

#include <utility>

#include "absl/time/clock.h"
#include "fmt/format.h"
#include "libs/base/clock.h"
#include "libs/base/random.h"
#include "libs/event_log/embedded/embedded_log.h"
#include "libs/runtime/service.h"
#include "libs/testkit/toy_domain.h"
#include "tests/bench/ceilings.h"
#include "tests/bench/halls.h"

namespace prihvat::bench {
namespace {

constexpr size_t kEntityBytes = 300;

runtime::CommandRequest Command(int64_t i) {
  return testkit::TakeSeat("operations/ba", fmt::format("h{}", i / testkit::kSeats),
                           fmt::format("p{}", i % testkit::kSeats), RequestId(i));
}

}  // namespace

absl::StatusOr<FoldFigures> MeasureFold(const std::string& directory, int64_t records) {
  base::SystemClock clock;
  base::SystemRandom random;
  auto log = event_log::EmbeddedLog::Open(
      {.directory = directory + "/log", .topics = testkit::ToyTopics(1)});
  if (!log.ok()) return log.status();
  const auto start = [&](const std::string& store) {
    return runtime::Service::Start(testkit::HallsService(), HallsOptions(directory + store, 1),
                                   **log, clock, random);
  };
  {
    auto writer = start("/writer");
    if (!writer.ok()) return writer.status();
    if (absl::Status ready = AwaitTip(**writer); !ready.ok()) return ready;
    if (absl::Status filled = Fill(**writer, records, &Command); !filled.ok()) return filled;
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
