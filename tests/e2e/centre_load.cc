#include "tests/e2e/centre_load.h"

#include "absl/time/clock.h"
#include "fmt/format.h"
#include "libs/base/random.h"
#include "nlohmann/json.hpp"
#include "prihvat/reception/v1/service.grpc.pb.h"
#include "tests/e2e/client.h"
#include "tests/e2e/supplier_load.h"

namespace prihvat::e2e {
namespace {

using reception::v1::ReceptionService;

constexpr absl::Duration kPatience = absl::Seconds(5);
constexpr absl::Duration kBetweenAttempts = absl::Milliseconds(20);
constexpr char kTopic[] = "prihvat.reception";

int64_t Nanoseconds() { return absl::GetCurrentTimeNanos(); }

// Where `token` stands in the topic; -1 for nowhere. A read's token names every partition that was
// folded there, so the caller says which.
int64_t OffsetIn(const std::string& token, int32_t partition) {
  for (const common::v1::Position& position : PositionsIn(token)) {
    if (position.topic() == kTopic && position.partition() == partition) return position.offset();
  }
  return -1;
}

nlohmann::json CallTo(const std::string& centre, const char* kind, int64_t began) {
  const size_t end = centre.find('/', centre.find('/') + 1);
  return {{"operation", centre.substr(0, end)},
          {"key", centre.substr(end + 1)},
          {"kind", kind},
          {"request_id", ""},
          {"value", ""},
          {"call", began},
          {"return", Nanoseconds()},
          {"outcome", "unknown"},
          {"offset", -1},
          {"exact", false},
          {"token", -1}};
}

bool NothingDone(const Failure& failure) {
  for (const char* reason : {"NOT_OWNER", "APPEND_FAILED", "MAILBOX_FULL", "SHUTTING_DOWN",
                             "OVERLOADED", "PARTITION_STOPPED"}) {
    if (failure.reason == reason) return true;
  }
  return false;
}

}  // namespace

absl::Status CentreLoad::Set(const Channel& channel, const Write& write, bool first) {
  reception::v1::SetCentreCapacityRequest request;
  request.set_name(write.centre);
  reception::v1::Capacity& capacity = *request.mutable_capacity();
  capacity.set_standard("published");
  capacity.mutable_valid_from()->set_year(2026);
  capacity.mutable_valid_from()->set_month(1);
  capacity.mutable_valid_from()->set_day(1);
  capacity.set_places(write.number);
  capacity.set_source("made up");
  request.set_request_id(fmt::format("00000000-0000-4000-d000-{:012}", write.number));
  request.set_etag(write.etag);
  const int64_t began = Nanoseconds();
  Caller caller = Caller(channel, kManager).WithDeadline(kPatience);
  if (!write.token.empty()) caller = caller.WithToken(write.token);
  const auto answer = caller.Call(&ReceptionService::Stub::SetCentreCapacity, request);
  nlohmann::json call = CallTo(write.centre, "write", began);
  call["request_id"] = request.request_id();
  call["value"] = std::to_string(write.number);
  if (!write.etag.empty()) call["expected"] = write.expected;
  const bool stale = answer.failure.reason == "STALE_ETAG";
  if (answer.ok()) {
    call["outcome"] = "ok";
    call["offset"] = PositionIn(answer.token).offset();
    call["exact"] = first;
    ++acknowledged_;
  } else if (stale || NothingDone(answer.failure)) {
    call["outcome"] = "nothing";
  }
  std::lock_guard lock(mutex_);
  if (answer.ok()) {
    tokens_[write.centre] = answer.token;
    open_.erase(write.number);
  } else if (first && call["outcome"] == "unknown") {
    open_[write.number] = write;
  }
  lines_.push_back(call.dump());
  if (stale) {
    nlohmann::json rejection = CallTo(write.centre, "rejection", began);
    rejection["request_id"] = request.request_id();
    rejection["value"] = write.expected;
    rejection["outcome"] = "ok";
    rejection["offset"] = PositionIn(answer.token).offset();
    rejection["token"] = OffsetIn(write.token, PositionIn(answer.token).partition());
    lines_.push_back(rejection.dump());
    ++rejected_;
    open_.erase(write.number);
    return absl::OkStatus();  // it is settled: nothing was done
  }
  if (answer.ok()) return absl::OkStatus();
  return absl::UnavailableError(answer.failure.reason + " " + answer.failure.message);
}

absl::Status CentreLoad::ReadAndReplace(const Channel& channel, const std::string& centre) {
  Write write;
  const absl::Status read = Read(channel, centre, &write);
  if (!read.ok() || write.etag.empty()) return read;
  write.number = next_++;
  return Set(channel, write, /*first=*/true);
}

absl::Status CentreLoad::Read(const Channel& channel, const std::string& centre, Write* seen) {
  std::string token;
  {
    std::lock_guard lock(mutex_);
    token = tokens_[centre];
  }
  if (token.empty()) return absl::OkStatus();  // nobody has written there yet
  const common::v1::Position written = PositionIn(token);
  reception::v1::GetCentreRequest request;
  request.set_name(centre);
  const int64_t began = Nanoseconds();
  const auto answer = Caller(channel, kManager)
                          .WithToken(token)
                          .WithDeadline(kPatience)
                          .Call(&ReceptionService::Stub::GetCentre, request);
  if (!answer.ok()) return absl::UnavailableError(answer.failure.message);
  nlohmann::json call = CallTo(centre, "read", began);
  call["outcome"] = "ok";
  if (answer.response.capacities_size() > 0)
    call["value"] = std::to_string(answer.response.capacities(0).places());
  call["offset"] = OffsetIn(answer.token, written.partition());
  call["token"] = written.offset();
  if (seen != nullptr)
    *seen = {centre, 0, answer.response.etag(), call["value"].get<std::string>(), answer.token};
  Note(call.dump());
  return absl::OkStatus();
}

void CentreLoad::CallOn(int caller) {
  base::SeededRandom random(seed_ + static_cast<uint64_t>(caller));
  std::vector<Channel> channels;
  for (const std::string& address : addresses_) channels.push_back(NewChannel(address));
  while (!stopping_) {
    const Channel& channel = channels[random.Uniform(channels.size())];
    const std::string& centre = centres_[random.Uniform(centres_.size())];
    absl::Status status;
    switch (random.Uniform(6)) {
      case 0:
      case 1:
        status = Read(channel, centre);
        break;
      case 2:
        status = ReadAndReplace(channel, centre);
        break;
      default:
        status = Set(channel, {.centre = centre, .number = next_++}, /*first=*/true);
    }
    if (!status.ok()) absl::SleepFor(kBetweenAttempts);
  }
}

void CentreLoad::Start(int callers) {
  stopping_ = false;
  for (int i = 0; i < callers; ++i) threads_.emplace_back([this, i] { CallOn(i); });
}

void CentreLoad::Stop() {
  stopping_ = true;
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

absl::Status CentreLoad::SettleAll(const std::string& address, absl::Time deadline) {
  std::map<int, Write> left;
  {
    std::lock_guard lock(mutex_);
    left = open_;
  }
  const Channel channel = NewChannel(address);
  for (const auto& [number, write] : left) {
    absl::Status status;
    while (!(status = Set(channel, write, /*first=*/false)).ok()) {
      if (absl::Now() >= deadline) return status;
      absl::SleepFor(kBetweenAttempts);
    }
  }
  return absl::OkStatus();
}

absl::Status CentreLoad::ReadAll(const std::string& address, absl::Time deadline) {
  const Channel channel = NewChannel(address);
  for (const std::string& centre : centres_) {
    absl::Status status;
    while (!(status = Read(channel, centre)).ok()) {
      if (absl::Now() >= deadline) return status;
      absl::SleepFor(kBetweenAttempts);
    }
  }
  return absl::OkStatus();
}

std::string CentreLoad::History() const {
  std::lock_guard lock(mutex_);
  std::string all;
  for (const std::string& line : lines_) all += line + "\n";
  return all;
}

size_t CentreLoad::calls() const {
  std::lock_guard lock(mutex_);
  return lines_.size();
}

}  // namespace prihvat::e2e
