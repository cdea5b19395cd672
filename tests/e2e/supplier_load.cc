#include "tests/e2e/supplier_load.h"

#include <algorithm>
#include <atomic>

#include "absl/time/clock.h"
#include "fmt/format.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/security/credentials.h"
#include "prihvat/procurement/v1/service.grpc.pb.h"
#include "tests/e2e/client.h"

namespace prihvat::e2e {
namespace {

using fault::Call;
using procurement::v1::ProcurementService;

constexpr int kRepeaters = 8;
constexpr absl::Duration kPatience = absl::Seconds(10);
constexpr absl::Duration kBetweenAttempts = absl::Milliseconds(20);
constexpr absl::Duration kAfterARefusal = absl::Milliseconds(100);

// What the reasons promise; an error without one comes from the transport and promises nothing.
Call::Outcome OutcomeOf(const Failure& failure) {
  for (const char* nothing_done : {"NOT_OWNER", "APPEND_FAILED", "MAILBOX_FULL", "SHUTTING_DOWN",
                                   "OVERLOADED", "PARTITION_STOPPED"}) {
    if (failure.reason == nothing_done) return Call::Outcome::kNothingDone;
  }
  return Call::Outcome::kUnknown;
}

}  // namespace

std::shared_ptr<grpc::Channel> NewChannel(const std::string& address) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);  // a connection of its own
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 50);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 50);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 500);
  return grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments);
}

absl::Status SupplierLoad::Register(const std::shared_ptr<grpc::Channel>& channel, int n,
                                    bool first) {
  procurement::v1::RegisterSupplierRequest request;
  request.set_parent(operations_[static_cast<size_t>(n) % operations_.size()]);
  request.set_supplier_id(fmt::format("load-{}", n));
  request.mutable_supplier()->set_display_name(fmt::format("Primjer {} d.o.o.", n));
  request.mutable_supplier()->set_country_code("BA");
  request.set_request_id(fmt::format("00000000-0000-4000-8000-{:012}", n));
  size_t call = 0;
  int count = 0;
  {
    std::lock_guard lock(mutex_);
    count = counts_;
    call = history_.Invoke(request.request_id());
    unsettled_.insert(n);
  }
  const auto answer = Caller(channel, kManager)
                          .WithDeadline(kPatience)
                          .Call(&ProcurementService::Stub::RegisterSupplier, request);
  std::lock_guard lock(mutex_);
  if (!answer.ok()) {
    if (first && OutcomeOf(answer.failure) == Call::Outcome::kUnknown) doubtful_.insert(n);
    history_.Fail(call, OutcomeOf(answer.failure));
    return absl::Status(static_cast<absl::StatusCode>(answer.failure.code), answer.failure.message);
  }
  history_.Acknowledge(call, PositionIn(answer.token), /*repeated=*/!first);
  unsettled_.erase(n);
  ++acknowledged_;
  if (count == counts_) operations_heard_.insert(static_cast<size_t>(n) % operations_.size());
  return absl::OkStatus();
}

void SupplierLoad::CallOn(const std::string& address) {
  const std::shared_ptr<grpc::Channel> channel = NewChannel(address);
  while (true) {
    int n = 0;
    {
      std::lock_guard lock(mutex_);
      if (stopping_) return;
      n = next_++;
    }
    if (!Register(channel, n, /*first=*/true).ok()) absl::SleepFor(kAfterARefusal);
  }
}

void SupplierLoad::Start(const std::string& address, int callers) {
  {
    std::lock_guard lock(mutex_);
    stopping_ = false;
    acknowledged_ = 0;
  }
  for (int i = 0; i < callers; ++i) threads_.emplace_back([this, address] { CallOn(address); });
}

void SupplierLoad::Stop() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

absl::Status SupplierLoad::AwaitAcknowledged(size_t count, absl::Time deadline) {
  while (true) {
    {
      std::lock_guard lock(mutex_);
      if (acknowledged_ >= count) return absl::OkStatus();
      if (absl::Now() >= deadline)
        return absl::DeadlineExceededError(
            fmt::format("{} of {} acknowledged", acknowledged_, count));
    }
    absl::SleepFor(absl::Milliseconds(2));
  }
}

absl::StatusOr<absl::Duration> SupplierLoad::AwaitEachOperation(absl::Time deadline) {
  const absl::Time began = absl::Now();
  {
    std::lock_guard lock(mutex_);
    ++counts_;
    operations_heard_.clear();
  }
  while (true) {
    const absl::Time now = absl::Now();
    {
      std::lock_guard lock(mutex_);
      if (operations_heard_.size() == operations_.size()) return now - began;
      if (now >= deadline) {
        return absl::DeadlineExceededError(
            fmt::format("{} of {} operations go on", operations_heard_.size(), operations_.size()));
      }
    }
    absl::SleepFor(absl::Milliseconds(2));
  }
}

absl::Status SupplierLoad::SendAgain(const std::vector<int>& suppliers, const std::string& address,
                                     absl::Time deadline) {
  std::mutex mutex;  // guards `failed`
  absl::Status failed;
  std::atomic<size_t> next = 0;
  const auto send = [&] {
    const std::shared_ptr<grpc::Channel> channel = NewChannel(address);
    for (size_t i = next++; i < suppliers.size(); i = next++) {
      absl::Status status;
      while (!(status = Register(channel, suppliers[i], /*first=*/false)).ok()) {
        if (absl::Now() >= deadline) break;
        absl::SleepFor(kBetweenAttempts);
      }
      if (status.ok()) continue;
      std::lock_guard lock(mutex);
      failed = status;
      next = suppliers.size();
    }
  };
  {
    std::vector<std::jthread> callers;  // one alone would take minutes over a long history
    for (int i = 0; i < kRepeaters; ++i) callers.emplace_back(send);
  }
  return failed;
}

absl::Status SupplierLoad::SettleAll(const std::string& address, absl::Time deadline) {
  return SendAgain({unsettled_.begin(), unsettled_.end()}, address, deadline);
}

absl::Status SupplierLoad::RepeatMany(const std::string& address, int most) {
  std::vector<int> chosen;
  const int step = std::max(1, next_ / most);
  for (int n = 0; n < next_; ++n) {
    if (n % step == 0 || doubtful_.contains(n)) chosen.push_back(n);
  }
  return SendAgain(chosen, address, absl::InfinitePast());
}

}  // namespace prihvat::e2e
