#include "tests/bench/halls.h"

#include <atomic>
#include <memory>

#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "fmt/format.h"

namespace prihvat::bench {
namespace {

constexpr int kOpen = 2048;
constexpr absl::Duration kPatience = absl::Minutes(20);

bool AtTip(const runtime::Service& service) {
  for (const runtime::PartitionStatus& partition : service.Partitions()) {
    if (partition.end <= 0 || partition.applied + 1 != partition.end) return false;
  }
  return service.Ready();
}

}  // namespace

runtime::ServiceOptions HallsOptions(const std::string& store, int32_t partitions) {
  runtime::ServiceOptions options;
  options.instance = "bench-0";
  options.address = "bench-0";
  options.store_dir = store;
  options.partitions = partitions;
  return options;
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

absl::Status Fill(runtime::Service& service, int64_t commands,
                  const std::function<runtime::CommandRequest(int64_t i)>& command) {
  struct Progress {
    absl::Mutex mutex;
    absl::Status failed;
  };
  auto progress = std::make_shared<Progress>();
  std::atomic<int64_t> open = 0;
  const auto below = [&] { return open.load() < kOpen; };
  for (int64_t i = 0; i < commands; ++i) {
    {
      absl::MutexLock lock(&progress->mutex);
      progress->mutex.Await(absl::Condition(&below));
      if (!progress->failed.ok()) break;
    }
    open.fetch_add(1);
    service.Submit(command(i), [progress, &open](const runtime::CommandReply& reply) {
      absl::MutexLock lock(&progress->mutex);
      if (!reply.status.ok() && progress->failed.ok()) progress->failed = reply.status;
      open.fetch_sub(1);
    });
  }
  const auto none = [&] { return open.load() == 0; };
  absl::MutexLock lock(&progress->mutex);
  progress->mutex.Await(absl::Condition(&none));
  return progress->failed;
}

std::string RequestId(int64_t number) {
  return fmt::format("00000000-0000-4000-8000-{:012}", number);
}

}  // namespace prihvat::bench
