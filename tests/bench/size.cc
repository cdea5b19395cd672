#include "tests/bench/size.h"

#include <atomic>
#include <filesystem>
#include <memory>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/time/clock.h"
#include "fmt/format.h"
#include "libs/base/clock.h"
#include "libs/base/random.h"
#include "libs/event_log/embedded/embedded_log.h"
#include "libs/runtime/service.h"
#include "libs/testkit/toy_domain.h"
#include "tests/bench/halls.h"
#include "tests/bench/load.h"

namespace prihvat::bench {
namespace {

constexpr int64_t kFew = 10'000;
constexpr int kTurns = 3;
constexpr int kPartitions = 4;
constexpr int kOperations = 16;  // so that every partition has some
constexpr double kFloor = 0.8;
constexpr uint64_t kStride = 11400714819323198485u;  // odd, so that it visits all of 2^64
const int kOpen[] = {1, 64};

// A runtime with `halls` halls, while this lives.
class Stored {
 public:
  static absl::StatusOr<std::unique_ptr<Stored>> Make(const std::string& directory, int64_t halls) {
    std::filesystem::create_directories(directory);
    auto all = absl::WrapUnique(new Stored(halls));
    auto log = event_log::EmbeddedLog::Open(
        {.directory = directory + "/log", .topics = testkit::ToyTopics(kPartitions)});
    if (!log.ok()) return log.status();
    all->log_ = *std::move(log);
    auto service = runtime::Service::Start(testkit::HallsService(),
                                           HallsOptions(directory + "/store", kPartitions),
                                           *all->log_, all->clock_, all->random_);
    if (!service.ok()) return service.status();
    all->service_ = *std::move(service);
    if (absl::Status tip = AwaitTip(*all->service_); !tip.ok()) return tip;
    const absl::Status filled =
        Fill(*all->service_, halls, [](int64_t i) { return Command(i, i); });
    if (!filled.ok()) return filled;
    return all;
  }
  ~Stored() {
    if (service_ != nullptr) service_->Stop(absl::Now() + absl::Seconds(10));
  }

  // Each takes a seat in another hall, any of all.
  absl::StatusOr<Figures> Commands(int open, absl::Duration measure) {
    Figures figures = RunOpen(
        open, absl::Milliseconds(300), measure,
        [this](int64_t /*i*/, std::function<void(bool)> done) {
          const int64_t i = next_.fetch_add(1);
          const uint64_t any = static_cast<uint64_t>(i) * kStride % static_cast<uint64_t>(halls_);
          service_->Submit(Command(static_cast<int64_t>(any), halls_ + i),
                           [done = std::move(done)](const runtime::CommandReply& reply) {
                             // A hall that was drawn so often is full: decided, too.
                             done(reply.status.ok() || reply.rejection != nullptr);
                           });
        });
    if (figures.failures > 0) return absl::InternalError("a command failed");
    return figures;
  }

 private:
  explicit Stored(int64_t halls) : halls_(halls) {}

  static runtime::CommandRequest Command(int64_t hall, int64_t id) {
    return testkit::TakeSeat(fmt::format("operations/b{}", hall % kOperations),
                             fmt::format("h{}", hall), "p", RequestId(id));
  }

  const int64_t halls_;
  base::SystemClock clock_;
  base::SystemRandom random_;
  std::unique_ptr<event_log::EmbeddedLog> log_;
  std::atomic<int64_t> next_{0};
  std::unique_ptr<runtime::Service> service_;
};

}  // namespace

absl::Status MeasureSize(const std::string& scratch, int64_t entities, absl::Duration measure,
                         std::vector<Line>& lines) {
  auto few = Stored::Make(scratch + "/few", kFew);
  if (!few.ok()) return few.status();
  auto many = Stored::Make(scratch + "/many", entities);
  if (!many.ok()) return many.status();
  for (int open : kOpen) {
    Figures of_few, of_many;
    for (int turn = 0; turn < kTurns; ++turn) {
      for (auto& [stored, figures] :
           {std::pair{few->get(), &of_few}, std::pair{many->get(), &of_many}}) {
        const auto more = stored->Commands(open, measure / kTurns);
        if (!more.ok()) return more.status();
        figures->Add(*more);
      }
    }
    const double ratio = of_many.per_second() / of_few.per_second();
    lines.push_back({fmt::format("commands, {} entities stored, {} open", entities, open),
                     Rate(of_many.per_second()), Rate(of_few.per_second()),
                     fmt::format("the same with {}", kFew), ratio, fmt::format(">= {:.2f}", kFloor),
                     ratio >= kFloor});
  }
  return absl::OkStatus();
}

}  // namespace prihvat::bench
