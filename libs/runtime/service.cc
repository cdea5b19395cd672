#include "libs/runtime/service.h"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <set>
#include <thread>

#include "fmt/format.h"
#include "libs/event_log/partitioner.h"
#include "libs/runtime/reasons.h"
#include "libs/runtime/service_core.h"

namespace prihvat::runtime {
namespace {

// A ServiceCore on a thread of its own. Calls from outside go through the inbox; what others may
// ask is published after each step.
class ThreadedService final : public Service {
 public:
  // The log may call after the service is gone: a claim under way is not waited for to the end.
  struct Bell {
    std::mutex mutex;
    ThreadedService* service = nullptr;  // guarded by mutex
    void Ring() {
      std::lock_guard lock(mutex);
      if (service != nullptr) service->Wake();
    }
  };

  explicit ThreadedService(base::Clock& clock) : clock_(clock) { bell_->service = this; }
  ~ThreadedService() override {
    Stop(absl::Now() + absl::Seconds(5));
    std::lock_guard lock(bell_->mutex);
    bell_->service = nullptr;
  }
  std::shared_ptr<Bell> bell() const { return bell_; }

  void Run(std::unique_ptr<ServiceCore> core) {
    core_ = std::move(core);
    core_->SetOnChange([this] { changed_ = true; });
    Publish(false);
    thread_ = std::thread([this] { Loop(); });
  }

  // Any thread.
  void Wake() {
    std::lock_guard lock(mutex_);
    woken_ = true;
    condition_.notify_one();
  }

  const ServiceDefinition& definition() const override { return core_->definition(); }

  void Submit(CommandRequest request, std::function<void(CommandReply)> done) override {
    {
      std::lock_guard lock(mutex_);
      // The mailboxes are bounded; what waits to get into them is too.
      const bool full = inbox_.size() >= core_->options().mailbox_limit;
      if (!ended_ && !full) {
        auto shared = std::make_shared<CommandRequest>(std::move(request));
        inbox_.push_back([this, shared, done = std::move(done)]() mutable {
          core_->Submit(std::move(*shared), std::move(done));
        });
        condition_.notify_one();
        return;
      }
      if (full) ++inbox_rejections_;
    }
    CommandReply reply;
    const es::Reason& reason = Ended() ? kShuttingDown : kMailboxFull;
    reply.status = absl::Status(reason.code, reason.meaning);
    reply.reason = reason.id;
    reply.retry_after = absl::Milliseconds(200);
    done(std::move(reply));
  }

  Owner OwnerOf(std::string_view operation) const override {
    const int32_t p = event_log::PartitionOf(operation, core_->options().partitions);
    std::lock_guard lock(mutex_);
    const PartitionStatus& status = published_[static_cast<size_t>(p)];
    return {status.owner_instance, status.owner_address, status.state == "Owning"};
  }

  void WhenSeen(const common::v1::Token& token, absl::Time deadline, std::function<bool()> wanted,
                std::function<void(absl::Status)> done) override {
    {
      std::lock_guard lock(mutex_);
      if (!ended_ && inbox_.size() < core_->options().mailbox_limit) {
        inbox_.push_back(
            [this, token, deadline, wanted = std::move(wanted), done = std::move(done)]() mutable {
              core_->WhenSeen(token, deadline, std::move(wanted), std::move(done));
            });
        condition_.notify_one();
        return;
      }
    }
    done(Ended() ? absl::UnavailableError(kShuttingDown.meaning)
                 : absl::ResourceExhaustedError(kMailboxFull.meaning));
  }

  std::unique_ptr<Snapshot> Look() const override { return core_->Look(); }
  absl::StatusOr<std::vector<Change>> Changes(int32_t partition, int64_t after,
                                              size_t limit) const override {
    return core_->Changes(partition, after, limit);
  }

  class Handle final : public Subscription {
   public:
    Handle(ThreadedService& service, int64_t id) : service_(service), id_(id) {}
    ~Handle() override {
      std::lock_guard lock(service_.subscribers_mutex_);
      service_.subscribers_.erase(id_);
    }

   private:
    ThreadedService& service_;
    int64_t id_;
  };
  std::unique_ptr<Subscription> Subscribe(std::function<void()> on_change) override {
    std::lock_guard lock(subscribers_mutex_);
    const int64_t id = next_subscriber_++;
    subscribers_[id] = std::move(on_change);
    return std::make_unique<Handle>(*this, id);
  }

  absl::StatusOr<std::string> Checksum() const override { return core_->Checksum(); }
  absl::StatusOr<std::string> RequestChecksum() const override { return core_->RequestChecksum(); }
  absl::Status Checkpoint(const std::string& directory) override {
    return core_->store().Checkpoint(directory);
  }

  std::vector<PartitionStatus> Partitions() const override {
    std::lock_guard lock(mutex_);
    return published_;
  }
  std::vector<SourceStatus> Sources() const override {
    std::lock_guard lock(mutex_);
    return published_sources_;
  }
  std::vector<ViewBuild> ViewBuilds() const override {
    std::lock_guard lock(mutex_);
    return published_builds_;
  }
  std::vector<base::Statistic> StoreStatistics() const override {
    return core_->store().Statistics();
  }
  Counters counters() const override {
    std::lock_guard lock(mutex_);
    Counters counters = published_counters_;
    counters.mailbox_rejections += inbox_rejections_;
    return counters;
  }
  bool Ready() const override {
    std::lock_guard lock(mutex_);
    return ready_ && !ended_;
  }
  absl::Status Health() const override {
    std::lock_guard lock(mutex_);
    return health_;
  }
  absl::Duration SinceLastStep() const override {
    return absl::FromChrono(std::chrono::steady_clock::now() - last_step_.load());
  }

  void BeginStop() override {
    std::lock_guard lock(mutex_);
    leaving_ = true;
    condition_.notify_one();
  }
  bool HandedOver() const override {
    std::lock_guard lock(mutex_);
    return handed_over_ || ended_;
  }

  void Stop(absl::Time deadline) override {
    std::lock_guard stop_lock(stop_mutex_);
    if (!thread_.joinable()) return;
    {
      std::lock_guard lock(mutex_);
      stop_by_ = deadline;
      leaving_ = stopping_ = true;
      condition_.notify_one();
    }
    thread_.join();
  }

 private:
  bool Ended() const {
    std::lock_guard lock(mutex_);
    return ended_;
  }

  void Loop() {
    bool stop_begun = false;
    while (true) {
      std::deque<std::function<void()>> inbox;
      bool leaving = false;
      bool stopping = false;
      absl::Time stop_by;
      {
        std::lock_guard lock(mutex_);
        inbox.swap(inbox_);
        woken_ = false;
        leaving = leaving_;
        stopping = stopping_;
        stop_by = stop_by_;
      }
      for (auto& call : inbox) call();
      if (leaving && !stop_begun) {
        core_->BeginStop();
        stop_begun = true;
      }
      auto worked = core_->Step();
      Publish(stop_begun && core_->HandedOver());
      if (changed_) NotifySubscribers();
      if (!worked.ok()) return End(worked.status());
      if (stopping && (core_->Drained() || absl::Now() >= stop_by)) return End(absl::OkStatus());
      if (*worked) continue;
      std::unique_lock lock(mutex_);
      // A second at most, so that a jump of the clock cannot make it sleep for ever.
      const absl::Duration wait =
          std::clamp(core_->next_wake() - clock_.Now(), absl::ZeroDuration(),
                     absl::Seconds(stop_begun ? 0.05 : 1));
      condition_.wait_for(
          lock, absl::ToChronoMicroseconds(wait) + std::chrono::microseconds(1), [&] {
            return woken_ || !inbox_.empty() || leaving_ != leaving || stopping_ != stopping;
          });
    }
  }

  void End(absl::Status why) {
    std::deque<std::function<void()>> inbox;
    {
      std::lock_guard lock(mutex_);
      ended_ = true;
      health_ = why.ok() ? absl::UnavailableError("stopped") : std::move(why);
      inbox.swap(inbox_);
    }
    core_->BeginStop();
    for (auto& call : inbox) call();
    core_->Abandon();
    NotifySubscribers();
  }

  void Publish(bool handed_over) {
    std::vector<PartitionStatus> status = core_->Status();
    const bool ready = core_->Ready();
    last_step_ = std::chrono::steady_clock::now();
    PublishSources();
    std::lock_guard lock(mutex_);
    published_ = std::move(status);
    published_counters_ = core_->counters();
    ready_ = ready;
    handed_over_ = handed_over;
  }

  // Once in a while: on a standby the marks are read from the store.
  void PublishSources() {
    if (last_step_.load() - sources_published_ < std::chrono::seconds(1)) return;
    sources_published_ = last_step_;
    std::vector<SourceStatus> sources = core_->Sources();
    std::vector<ViewBuild> builds = core_->ViewBuilds();
    std::lock_guard lock(mutex_);
    published_sources_ = std::move(sources);
    published_builds_ = std::move(builds);
  }

  void NotifySubscribers() {
    changed_ = false;
    std::lock_guard lock(subscribers_mutex_);
    for (auto& [id, on_change] : subscribers_) on_change();
  }

  base::Clock& clock_;
  const std::shared_ptr<Bell> bell_ = std::make_shared<Bell>();
  std::unique_ptr<ServiceCore> core_;  // stepped by thread_; its any-thread parts by all
  bool changed_ = false;               // thread_'s
  std::chrono::steady_clock::time_point sources_published_;  // thread_'s
  // By the machine's own clock: a seam's clock may stand still or jump.
  std::atomic<std::chrono::steady_clock::time_point> last_step_ = std::chrono::steady_clock::now();

  mutable std::mutex mutex_;  // guards what follows, up to the next mutex; taken before no other
  std::condition_variable condition_;
  std::deque<std::function<void()>> inbox_;
  bool woken_ = false;
  bool leaving_ = false;
  bool stopping_ = false;
  bool handed_over_ = false;
  bool ended_ = false;
  bool ready_ = false;
  int64_t inbox_rejections_ = 0;
  absl::Time stop_by_;
  absl::Status health_;
  std::vector<PartitionStatus> published_;
  std::vector<SourceStatus> published_sources_;
  std::vector<ViewBuild> published_builds_;
  Counters published_counters_;

  std::mutex subscribers_mutex_;  // guards subscribers_; held while they are called
  std::map<int64_t, std::function<void()>> subscribers_;
  int64_t next_subscriber_ = 0;

  std::mutex stop_mutex_;  // one Stop at a time
  std::thread thread_;     // last: ends before the rest goes
};

}  // namespace

absl::StatusOr<std::unique_ptr<Service>> Service::Start(const ServiceDefinition& definition,
                                                        ServiceOptions options,
                                                        event_log::EventLog& log,
                                                        base::Clock& clock, base::Random& random) {
  auto service = std::make_unique<ThreadedService>(clock);
  auto core = ServiceCore::Open(definition, std::move(options), log, clock, random,
                                [bell = service->bell()] { bell->Ring(); });
  if (!core.ok()) return core.status();
  service->Run(*std::move(core));
  return service;
}

}  // namespace prihvat::runtime
