// One server stream of admitted commits: reads ahead a little, waits for new commits, sends
// heartbeats, and ends at once when its caller or the server does.
//
// Bounded: what is read ahead is at most about kReadAheadBytes, and a caller that does not read
// holds up only its own stream. Threads: gRPC's, the executor's and the service's; the mutex orders
// them and is held over no call to the outside.
#pragma once

#include <atomic>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "fmt/format.h"
#include "grpcpp/alarm.h"
#include "grpcpp/support/server_callback.h"
#include "libs/rpc/admin/feed_cursor.h"
#include "libs/rpc/admission.h"
#include "libs/rpc/errors.h"
#include "libs/rpc/executor.h"
#include "libs/rpc/reasons.h"
#include "libs/runtime/reasons.h"
#include "libs/runtime/service.h"

namespace prihvat::rpc::admin {

// What the streams of one server share: how many may be open, and the end of all.
class FeedStreams {
 public:
  explicit FeedStreams(int max_open) : max_open_(max_open) {}

  // Counts one more; false where that would be too many or the server ends. With true, Leave once.
  bool Enter() {
    if (ending_) return false;
    if (open_.fetch_add(1) < max_open_) return true;
    open_.fetch_sub(1);
    return false;
  }
  void Leave() { open_.fetch_sub(1); }
  // Why Enter said no.
  absl::Status Refusal() const {
    return ending_ ? RejectAndRetry(es::Rejected(runtime::kShuttingDown), absl::Seconds(1))
                   : RejectAndRetry(es::Rejected(kOverloaded).With("limit", max_open_),
                                    absl::Seconds(5));
  }
  // From here on streams end by themselves, soon.
  void End() { ending_ = true; }
  bool ending() const { return ending_; }
  int open() const { return open_; }

 private:
  const int max_open_;
  std::atomic<int> open_{0};
  std::atomic<bool> ending_{false};
};

template <class Response>
class FeedStream final : public grpc::ServerWriteReactor<Response>,
                         public std::enable_shared_from_this<FeedStream<Response>> {
 public:
  struct Options {
    runtime::Service* service = nullptr;
    Executor* executor = nullptr;
    FeedStreams* streams = nullptr;
    FeedCursor cursor;
    // Fills the response for a commit, or says that the caller is not told of it. `told`: the
    // cursor once it has been told.
    std::function<bool(const runtime::Change&, const FeedCursor::Partition& before,
                       Response& response)>
        render;
    // Puts the cursor's token into a response; empty: responses have none.
    std::function<void(const FeedCursor&, Response&)> add_token;
    // Makes a heartbeat; empty: none are sent.
    std::function<void(Response&)> heartbeat;
    absl::Duration heartbeat_interval = absl::Seconds(15);
    bool follow = true;  // else it ends at the tip
    Admission admission;
  };

  // Starts; gRPC ends it.
  static grpc::ServerWriteReactor<Response>* Start(Options options) {
    std::shared_ptr<FeedStream> stream(new FeedStream(std::move(options)));
    stream->self_ = stream;
    stream->options_.admission.method->metrics->Started();
    std::weak_ptr<FeedStream> weak = stream;
    // The callback comes on the service's thread, which must not meet the end of the subscription.
    stream->subscription_ = stream->options_.service->Subscribe([weak] {
      if (std::shared_ptr<FeedStream> alive = weak.lock()) alive->Changed();
    });
    stream->SetAlarm();
    stream->Pump();
    return stream.get();
  }

  void OnWriteDone(bool ok) override {
    {
      std::lock_guard lock(mutex_);
      writing_ = false;
      if (!ok) cancelled_ = true;
    }
    Pump();
  }

  void OnCancel() override {
    {
      std::lock_guard lock(mutex_);
      cancelled_ = true;
    }
    Pump();
  }

  void OnDone() override {
    subscription_.reset();
    std::unique_ptr<grpc::Alarm> alarm;
    {
      std::lock_guard lock(mutex_);
      alarm.swap(alarm_);
    }
    alarm.reset();
    options_.streams->Leave();
    std::shared_ptr<FeedStream> last = std::move(self_);  // may destroy this at the end
  }

 private:
  static constexpr size_t kReadAheadBytes = 1 << 20;
  static constexpr size_t kCommitsAtOnce = 16;  // of one partition
  // How soon the end of the server is noticed by a stream that has nothing to tell.
  static constexpr absl::Duration kLookUp = absl::Milliseconds(200);

  explicit FeedStream(Options options) : options_(std::move(options)) {}

  // Any thread: there may be new commits.
  void Changed() {
    if (posted_.exchange(true)) return;
    options_.executor->Post([self = this->shared_from_this()] {
      self->posted_ = false;
      {
        std::lock_guard lock(self->mutex_);
        self->dirty_ = true;
      }
      self->Pump();
    });
  }

  // A new alarm each time: gRPC's may not be set anew from within its own callback. It keeps the
  // callback, and so the stream, until it is destroyed: OnDone does.
  void SetAlarm() {
    auto alarm = std::make_unique<grpc::Alarm>();
    alarm->Set(absl::ToChronoTime(absl::Now() + kLookUp),
               [self = this->shared_from_this()](bool ok) {
                 if (!ok) return;
                 {
                   std::lock_guard lock(self->mutex_);
                   if (absl::Now() - self->last_write_ >= self->options_.heartbeat_interval)
                     self->silent_ = true;
                 }
                 self->Pump();
                 self->SetAlarm();
               });
    std::lock_guard lock(mutex_);
    if (!finished_) alarm_.swap(alarm);
    // What is in `alarm` now, the one before or the one that is not needed, ends here.
  }

  // Does the one next thing: end, write, load, or nothing.
  void Pump() {
    enum class Next { kNothing, kFinish, kWrite, kLoad } next = Next::kNothing;
    absl::Status status;
    {
      std::lock_guard lock(mutex_);
      // A load is short, and must not outlive the stream: the service may be gone then.
      if (finished_ || writing_ || loading_) return;
      if (cancelled_) {
        status = Reject(es::Rejected(kCancelled));
        next = Next::kFinish;
      } else if (options_.streams->ending() || !options_.service->Health().ok()) {
        status = RejectAndRetry(es::Rejected(runtime::kShuttingDown), absl::Seconds(1));
        next = Next::kFinish;
      } else if (!ready_.empty()) {
        message_ = std::move(ready_.front());
        ready_.pop_front();
        next = Next::kWrite;
      } else if (!broken_.ok()) {
        status = broken_;
        next = Next::kFinish;
      } else if (dirty_) {
        dirty_ = false;
        loading_ = true;
        next = Next::kLoad;
      } else if (!options_.follow) {
        next = Next::kFinish;
      } else if (silent_ && options_.heartbeat) {
        message_.Clear();
        options_.heartbeat(message_);
        if (options_.add_token) options_.add_token(cursor(), message_);
        next = Next::kWrite;
      }
      if (next == Next::kWrite) {
        writing_ = true;
        silent_ = false;
        last_write_ = absl::Now();
      }
      if (next == Next::kFinish) finished_ = true;
    }
    if (next == Next::kFinish) {
      options_.admission.method->metrics->Finished(status.code(),
                                                   absl::Now() - options_.admission.received);
      this->Finish(ToGrpc(status));
    } else if (next == Next::kWrite) {
      this->StartWrite(&message_);
    } else if (next == Next::kLoad) {
      options_.executor->Post([self = this->shared_from_this()] { self->Load(); });
    }
  }

  // On the executor; nobody else touches the cursor while loading_ is set.
  void Load() {
    std::deque<Response> loaded;
    size_t bytes = 0;
    bool more = false;
    absl::Status status;
    for (size_t p = 0; p < cursor().partitions.size() && status.ok(); ++p) {
      if (bytes >= kReadAheadBytes) {
        more = true;
        break;
      }
      const auto changes = options_.service->Changes(
          static_cast<int32_t>(p), cursor().partitions[p].examined, kCommitsAtOnce);
      if (!changes.ok()) {
        status = changes.status();
        break;
      }
      more = more || changes->size() == kCommitsAtOnce;
      for (const runtime::Change& change : *changes) {
        status = Tell(change, loaded, bytes);
        if (!status.ok()) break;
      }
    }
    {
      std::lock_guard lock(mutex_);
      loading_ = false;
      if (more) dirty_ = true;
      broken_ = std::move(status);
      ready_ = std::move(loaded);
    }
    Pump();
  }

  absl::Status Tell(const runtime::Change& change, std::deque<Response>& loaded, size_t& bytes) {
    FeedCursor::Partition& at = cursor().partitions[static_cast<size_t>(change.partition)];
    if (change.previous_offset > at.examined)  // a commit lies between that was never examined
      return absl::DataLossError(fmt::format("the feed of partition {} misses offset {}",
                                             change.partition, change.previous_offset));
    Response response;
    const bool told = options_.render(change, at, response);
    at.examined = change.offset;
    if (!told) return absl::OkStatus();
    at.told = change.offset;
    if (options_.add_token) options_.add_token(cursor(), response);
    bytes += response.ByteSizeLong();
    loaded.push_back(std::move(response));
    return absl::OkStatus();
  }

  FeedCursor& cursor() { return options_.cursor; }

  Options options_;  // its cursor is the loader's while loading_, else the mutex guards it
  std::atomic<bool> posted_{false};
  std::mutex mutex_;   // guards what follows, up to message_
  bool dirty_ = true;  // there may be commits after the cursor
  bool loading_ = false;
  bool writing_ = false;
  bool cancelled_ = false;
  bool finished_ = false;
  bool silent_ = false;  // for the heartbeat's interval
  absl::Time last_write_ = absl::Now();
  absl::Status broken_;
  std::deque<Response> ready_;
  std::unique_ptr<grpc::Alarm> alarm_;
  Response message_;  // gRPC's while writing_
  std::unique_ptr<runtime::Service::Subscription> subscription_;
  std::shared_ptr<FeedStream> self_;  // until OnDone
};

// A stream that is refused before it begins.
template <class Response>
class RefusedStream final : public grpc::ServerWriteReactor<Response> {
 public:
  explicit RefusedStream(const absl::Status& status) { this->Finish(ToGrpc(status)); }
  void OnDone() override { delete this; }
};

}  // namespace prihvat::rpc::admin
