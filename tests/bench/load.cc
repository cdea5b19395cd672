#include "tests/bench/load.h"

#include <algorithm>
#include <atomic>
#include <memory>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"

#include "absl/time/clock.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/generic/generic_stub.h"
#include "grpcpp/support/byte_buffer.h"

namespace prihvat::bench {
namespace {

constexpr absl::Duration kCallPatience = absl::Seconds(30);

grpc::ByteBuffer ToBuffer(const std::string& bytes) {
  const grpc::Slice slice(bytes);
  return grpc::ByteBuffer(&slice, 1);
}

std::string FromBuffer(const grpc::ByteBuffer& buffer) {
  std::vector<grpc::Slice> slices;
  if (!buffer.Dump(&slices).ok()) return "";
  std::string bytes;
  for (const grpc::Slice& slice : slices)
    bytes.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  return bytes;
}

// The connections of one load; each channel has a connection of its own.
class Connections {
 public:
  explicit Connections(const LoadOptions& options) : options_(options) {
    for (int i = 0; i < std::max(1, options.channels); ++i) {
      grpc::ChannelArguments arguments;
      arguments.SetInt("prihvat.bench.channel", i);  // else they would share one connection
      channels_.push_back(grpc::CreateCustomChannel(options.address,
                                                    grpc::InsecureChannelCredentials(), arguments));
      stubs_.push_back(std::make_unique<grpc::GenericStub>(channels_.back()));
    }
    // gRPC 1.51 ends the queue of callbacks with the last channel that used it, and can abort over
    // that while a thread still looks into it. So no channel of a load ever ends.
    static auto& all = *new std::vector<std::shared_ptr<grpc::Channel>>;
    all.insert(all.end(), channels_.begin(), channels_.end());
  }

  absl::Status Connect() {
    for (const auto& channel : channels_) {
      if (!channel->WaitForConnected(absl::ToChronoTime(absl::Now() + absl::Seconds(10))))
        return absl::UnavailableError("nobody answers at " + options_.address);
    }
    return absl::OkStatus();
  }

  void Call(int64_t i, const std::string& request,
            std::function<void(const grpc::Status&, const grpc::ByteBuffer&)> done) {
    struct Open {
      grpc::ClientContext context;
      grpc::ByteBuffer request;
      grpc::ByteBuffer response;
    };
    auto call = std::make_shared<Open>();
    for (const auto& [key, value] : options_.metadata) call->context.AddMetadata(key, value);
    call->context.set_deadline(absl::ToChronoTime(absl::Now() + kCallPatience));
    call->request = ToBuffer(request);
    grpc::GenericStub& stub = *stubs_[static_cast<size_t>(i) % stubs_.size()];
    stub.UnaryCall(&call->context, options_.method, grpc::StubOptions(), &call->request,
                   &call->response, [call, done = std::move(done)](const grpc::Status& status) {
                     done(status, call->response);
                   });
  }

 private:
  const LoadOptions& options_;
  std::vector<std::shared_ptr<grpc::Channel>> channels_;
  std::vector<std::unique_ptr<grpc::GenericStub>> stubs_;
};

// Keeps the pieces of work open and collects their times.
class Window {
 public:
  Window(absl::Duration warm_up, absl::Duration measure,
         const std::function<void(int64_t, std::function<void(bool)>)>& start)
      : begin_(absl::Now() + warm_up), end_(begin_ + measure), start_(start) {}

  Figures Run(int open) {
    {
      absl::MutexLock lock(&mutex_);
      running_ = open;
    }
    for (int i = 0; i < open; ++i) Next();
    absl::MutexLock lock(&mutex_);
    mutex_.Await(absl::Condition(
        +[](int* running) { return *running == 0; }, &running_));
    std::sort(times_.begin(), times_.end());
    Figures figures;
    figures.failures = failures_;
    if (!times_.empty()) figures.took = last_ - begin_;
    figures.times = std::move(times_);
    return figures;
  }

 private:
  void Next() {
    const absl::Time begun = absl::Now();
    if (begun >= end_) {
      absl::MutexLock lock(&mutex_);
      --running_;
      return;
    }
    start_(next_.fetch_add(1), [this, begun](bool ok) {
      const absl::Time ended = absl::Now();
      {
        absl::MutexLock lock(&mutex_);
        if (!ok) {
          ++failures_;
        } else if (begun >= begin_) {
          times_.push_back(ended - begun);
          last_ = std::max(last_, ended);
        }
      }
      Next();
    });
  }

  const absl::Time begin_;
  const absl::Time end_;
  const std::function<void(int64_t, std::function<void(bool)>)>& start_;
  std::atomic<int64_t> next_{0};
  absl::Mutex mutex_;
  int running_ ABSL_GUARDED_BY(mutex_) = 0;
  int64_t failures_ ABSL_GUARDED_BY(mutex_) = 0;
  absl::Time last_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
  std::vector<absl::Duration> times_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace

double Figures::per_second() const {
  return took > absl::ZeroDuration() ? static_cast<double>(calls()) / absl::ToDoubleSeconds(took)
                                     : 0;
}

absl::Duration Figures::Percentile(size_t of_hundred) const {
  return times.empty() ? absl::ZeroDuration() : times[times.size() * of_hundred / 100];
}

void Figures::Add(const Figures& more) {
  failures += more.failures;
  if (first_failure.empty()) first_failure = more.first_failure;
  took += more.took;
  const auto middle = static_cast<std::ptrdiff_t>(times.size());
  times.insert(times.end(), more.times.begin(), more.times.end());
  std::inplace_merge(times.begin(), times.begin() + middle, times.end());
}

Figures RunOpen(int open, absl::Duration warm_up, absl::Duration measure,
                const std::function<void(int64_t i, std::function<void(bool ok)> done)>& start) {
  Window window(warm_up, measure, start);
  return window.Run(open);
}

absl::StatusOr<Figures> RunLoad(const LoadOptions& options,
                                const std::function<std::string(int64_t i)>& request) {
  Connections connections(options);
  if (absl::Status connected = connections.Connect(); !connected.ok()) return connected;
  absl::Mutex mutex;
  std::string first_failure;
  Figures figures = RunOpen(
      options.open, options.warm_up, options.measure,
      [&](int64_t i, std::function<void(bool)> done) {
        connections.Call(
            i, request(i),
            [&, done = std::move(done)](const grpc::Status& status, const grpc::ByteBuffer&) {
              if (!status.ok()) {
                absl::MutexLock lock(&mutex);
                if (first_failure.empty()) first_failure = status.error_message();
              }
              done(status.ok());
            });
      });
  figures.first_failure = first_failure;
  return figures;
}

absl::StatusOr<std::string> CallOnce(const LoadOptions& options, const std::string& request) {
  Connections connections(options);
  if (absl::Status connected = connections.Connect(); !connected.ok()) return connected;
  absl::Notification answered;
  absl::StatusOr<std::string> result;
  connections.Call(0, request, [&](const grpc::Status& status, const grpc::ByteBuffer& response) {
    if (status.ok()) {
      result = FromBuffer(response);
    } else {
      result =
          absl::Status(static_cast<absl::StatusCode>(status.error_code()), status.error_message());
    }
    answered.Notify();
  });
  answered.WaitForNotification();
  return result;
}

}  // namespace prihvat::bench
