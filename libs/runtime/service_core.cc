#include "libs/runtime/service_core.h"

#include <algorithm>
#include <optional>

#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "fmt/format.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/dynamic_message.h"
#include "libs/base/bytes.h"
#include "libs/base/check.h"
#include "libs/base/digest.h"
#include "libs/base/string_view.h"
#include "libs/event_log/partitioner.h"
#include "libs/runtime/keys.h"
#include "libs/runtime/reasons.h"
#include "prihvat/log/v1/store.pb.h"

namespace prihvat::runtime {
namespace {

using event_log::FenceState;
using event_log::TopicPartition;

constexpr size_t kWaiters = 10'000;  // calls that wait for a token, at most

class StoreSnapshot final : public Snapshot {
 public:
  // `followed`: the partitions that the store keeps a fence of.
  StoreSnapshot(const std::vector<event_log::TopicPartition>& followed, const Views& views,
                std::unique_ptr<state_store::StateStore::Snapshot> look)
      : followed_(followed),
        views_(views),
        look_(std::move(look)),
        entities_(look_->Read(state_store::kEntities)) {}

  const es::Rows& entities() const override { return *entities_; }
  absl::StatusOr<const es::Rows*> view(std::string_view name) const override {
    const std::string family = views_.Active(name);
    if (family.empty())
      return absl::FailedPreconditionError(
          fmt::format("VIEW_BUILDING: view {} is being built", name));
    auto& rows = opened_[family];
    if (rows == nullptr) rows = look_->Read(family);
    if (rows == nullptr)
      return absl::FailedPreconditionError(
          fmt::format("VIEW_BUILDING: view {} is being built", name));
    return rows.get();
  }
  // Read when first asked for: most looks are not.
  const common::v1::Token& token() const override {
    if (token_) return *token_;
    token_.emplace();
    const auto meta = look_->Read(state_store::kMeta);
    for (const event_log::TopicPartition& tp : followed_) {
      const auto stored = meta->Get(FenceKey(tp.topic, tp.partition));
      if (!stored) continue;
      const auto state = FenceState::Parse(*stored);
      if (!state.ok() || state->last_event < 0) continue;
      common::v1::Position& position = *token_->add_positions();
      position.set_topic(tp.topic);
      position.set_partition(tp.partition);
      position.set_offset(state->last_event);
    }
    return *token_;
  }

 private:
  const std::vector<event_log::TopicPartition>& followed_;
  const Views& views_;
  mutable std::optional<common::v1::Token> token_;
  std::unique_ptr<state_store::StateStore::Snapshot> look_;
  std::unique_ptr<es::Rows> entities_;
  mutable std::map<std::string, std::unique_ptr<es::Rows>> opened_;
};

// A row that is named after an offset, for its order, writes it with this many digits; with the
// index of an event in its commit, ten more behind a '-'.
constexpr size_t kOffsetDigits = 19;
constexpr size_t kIndexDigits = 10;

bool AreDigits(std::string_view text) {
  return text.find_first_not_of("0123456789") == std::string_view::npos;
}

bool IsOffset(std::string_view text) {
  if (text.size() == kOffsetDigits) return AreDigits(text);
  return text.size() == kOffsetDigits + 1 + kIndexDigits && text[kOffsetDigits] == '-' &&
         AreDigits(text.substr(0, kOffsetDigits)) && AreDigits(text.substr(kOffsetDigits + 1));
}

// When and where a fact was written down differs between two logs that hold the same commits; what
// it says does not.
void ClearTimesAndPlacesOfRecording(google::protobuf::Message& message) {
  const google::protobuf::Reflection& reflection = *message.GetReflection();
  std::vector<const google::protobuf::FieldDescriptor*> fields;
  reflection.ListFields(message, &fields);
  for (const google::protobuf::FieldDescriptor* field : fields) {
    if (field->name() == "create_time" || field->name() == "update_time" ||
        field->name() == "record_time" || field->name() == "record_offset") {
      reflection.ClearField(&message, field);
    } else if (field->type() == google::protobuf::FieldDescriptor::TYPE_STRING &&
               !field->is_repeated() && IsOffset(reflection.GetString(message, field))) {
      reflection.SetString(&message, field, "@");
    } else if (field->cpp_type() == google::protobuf::FieldDescriptor::CPPTYPE_MESSAGE) {
      if (!field->is_repeated()) {
        ClearTimesAndPlacesOfRecording(*reflection.MutableMessage(&message, field));
      } else {
        for (int i = 0; i < reflection.FieldSize(message, field); ++i) {
          ClearTimesAndPlacesOfRecording(*reflection.MutableRepeatedMessage(&message, field, i));
        }
      }
    }
  }
}

// Offsets differ between two logs that hold the same commits; the order that they give does not.
std::string WithoutOffsets(std::string_view key) {
  std::vector<std::string> segments = absl::StrSplit(base::ToAbsl(key), '/');
  for (std::string& segment : segments) {
    if (IsOffset(segment)) segment = "@";
  }
  return absl::StrJoin(segments, "/");
}

void AddRow(std::string_view family, std::string_view name, std::string_view value,
            base::Sha256Hasher& hasher) {
  hasher.Update(fmt::format("{}\n{}\n{}\n{}\n", family, name.size(), name, value.size()));
  hasher.Update(value);
}

void AddRows(const es::Rows& rows, std::string_view family, base::Sha256Hasher& hasher) {
  rows.Scan("", "", [&](std::string_view key, std::string_view value) {
    // A work item is named after offsets.
    if (key.find("/workItems/") != std::string_view::npos) return true;
    std::string canonical(value);
    const std::string type(es::EntityType(value));
    if (type.size() < value.size()) {
      const auto* descriptor =
          google::protobuf::DescriptorPool::generated_pool()->FindMessageTypeByName(type);
      if (descriptor != nullptr) {
        const auto* prototype =
            google::protobuf::MessageFactory::generated_factory()->GetPrototype(descriptor);
        std::unique_ptr<google::protobuf::Message> message(prototype->New());
        if (es::DecodeEntity(value, *message)) {
          ClearTimesAndPlacesOfRecording(*message);
          canonical = es::EncodeEntity(*message);
        }
      }
    }
    AddRow(family, WithoutOffsets(key), canonical, hasher);
    return true;
  });
}

std::string HexOf(base::Sha256Hasher& hasher) {
  const auto digest = hasher.Finish();
  return base::HexEncode(
      std::string_view(reinterpret_cast<const char*>(digest.data()), digest.size()));
}

}  // namespace

absl::StatusOr<std::unique_ptr<ServiceCore>> ServiceCore::Open(
    const ServiceDefinition& definition, ServiceOptions options, event_log::EventLog& log,
    base::Clock& clock, base::Random& random, std::function<void()> wake, rocksdb::Env* env) {
  std::unique_ptr<ServiceCore> core(
      new ServiceCore(definition, std::move(options), log, clock, random));
  core->wake_ = std::move(wake);
  auto store = state_store::StateStore::Open({.directory = core->options_.store_dir,
                                              .cache_bytes = core->options_.store_cache_bytes,
                                              .env = env});
  if (!store.ok()) return store.status();
  core->store_ = *std::move(store);
  auto views = Views::Open(core->definition_, core->options_, *core->store_);
  if (!views.ok()) return views.status();
  core->views_ = *std::move(views);
  ServiceCore* self = core.get();
  const PartitionDeps deps{self->definition_,
                           self->options_,
                           log,
                           clock,
                           random,
                           *self->store_,
                           *self->views_,
                           self->counters_,
                           self->gate_,
                           self->wake_,
                           [self] { self->on_change_(); }};
  for (int32_t p = 0; p < core->options_.partitions; ++p) {
    auto partition = Partition::Open(deps, p);
    if (!partition.ok()) return partition.status();
    core->partitions_.push_back(*std::move(partition));
    core->followed_.push_back({core->definition_.topic, p});
  }
  for (const std::string& topic : core->views_->foreign_topics()) {
    for (int32_t p = 0; p < core->options_.partitions; ++p) {
      auto tail = SourceTail::Open(deps, {topic, p});
      if (!tail.ok()) return tail.status();
      core->tails_.push_back(*std::move(tail));
      core->followed_.push_back({topic, p});
    }
  }
  std::map<std::string, std::vector<const es::Process*>> by_source;
  for (const es::Process* process : core->definition_.processes)
    by_source[process->source_topic()].push_back(process);
  for (const auto& [topic, processes] : by_source) {
    for (const auto& partition : core->partitions_) {
      core->runners_.push_back(std::make_unique<ProcessRunner>(deps, *partition, topic, processes));
    }
  }
  return core;
}

ServiceCore::~ServiceCore() = default;

// A wall clock that is set back must not make anything wait for longer than it meant to: all times
// to wait for move back with it. One that has jumped, or so it seems after a pause, may no longer
// be near the log's: that is looked at anew, where the log has a clock of its own.
void ServiceCore::NoticeClock() {
  const absl::Time now = clock_.Now();
  const absl::Duration back = last_seen_ - now;
  const bool first = last_seen_ == absl::InfinitePast();
  last_seen_ = now;
  if (!first && absl::AbsDuration(back) > options_.max_clock_skew && options_.last_heard) {
    for (const auto& partition : partitions_) partition->CompareClock();
  }
  if (back <= absl::ZeroDuration()) return;
  for (const auto& partition : partitions_) partition->ClockWentBack(back);
  for (const auto& tail : tails_) tail->ClockWentBack(back);
  for (const auto& runner : runners_) runner->ClockWentBack(back);
  for (Waiter& waiter : waiters_) waiter.deadline -= back;
}

absl::StatusOr<bool> ServiceCore::Step() {
  NoticeClock();
  auto worked = StepAll();
  broken_ = !worked.ok();
  return worked;
}

absl::StatusOr<bool> ServiceCore::StepAll() {
  bool worked = false;
  for (const auto& partition : partitions_) {
    auto stepped = partition->Step();
    if (!stepped.ok()) return stepped.status();
    worked |= *stepped;
  }
  for (const auto& tail : tails_) {
    auto stepped = tail->Step();
    if (!stepped.ok()) return stepped.status();
    worked |= *stepped;
  }
  for (const auto& runner : runners_) worked |= runner->Step();
  auto built =
      views_->Build(log_, wake_, [this](const TopicPartition& tp) { return NextOffset(tp); });
  if (!built.ok()) return built.status();
  worked |= *built;
  AnswerWaiters();
  return worked;
}

absl::Time ServiceCore::next_wake() const {
  absl::Time next = absl::InfiniteFuture();
  for (const auto& partition : partitions_) next = std::min(next, partition->next_wake());
  for (const auto& tail : tails_) next = std::min(next, tail->next_wake());
  for (const auto& runner : runners_) next = std::min(next, runner->next_wake());
  for (const Waiter& waiter : waiters_) next = std::min(next, waiter.deadline);
  return next;
}

void ServiceCore::Submit(CommandRequest request, std::function<void(CommandReply)> done) {
  NoticeClock();
  const int32_t p = event_log::PartitionOf(request.operation, options_.partitions);
  partitions_[static_cast<size_t>(p)]->Submit({std::move(request), std::move(done)});
}

int64_t ServiceCore::NextOffset(const TopicPartition& tp) const {
  if (tp.topic == definition_.topic)
    return partitions_[static_cast<size_t>(tp.partition)]->fence().next_offset;
  for (const auto& tail : tails_) {
    if (tail->tp() == tp) return tail->next_offset();
  }
  return 0;
}

bool ServiceCore::Seen(const common::v1::Token& token) const {
  for (const common::v1::Position& position : token.positions()) {
    if (position.partition() < 0 || position.partition() >= options_.partitions) continue;
    if (position.topic() == definition_.topic &&
        partitions_[static_cast<size_t>(position.partition())]->fence().next_offset <=
            position.offset()) {
      return false;
    }
    for (const auto& tail : tails_) {
      if (tail->tp().topic == position.topic() && tail->tp().partition == position.partition() &&
          tail->next_offset() <= position.offset()) {
        return false;
      }
    }
    for (size_t i = 0; i < runners_.size(); ++i) {
      if (runners_[i]->source_topic() != position.topic()) continue;
      if (static_cast<int32_t>(i % static_cast<size_t>(options_.partitions)) !=
          position.partition())
        continue;
      if (runners_[i]->done_through() < position.offset()) return false;
    }
  }
  return true;
}

void ServiceCore::WhenSeen(const common::v1::Token& token, absl::Time deadline,
                           std::function<bool()> wanted, std::function<void(absl::Status)> done) {
  NoticeClock();
  if (broken_) return done(absl::UnavailableError(kShuttingDown.meaning));
  if (Seen(token)) return done(absl::OkStatus());
  if (waiters_.size() >= kWaiters) {
    return done(
        absl::ResourceExhaustedError(fmt::format("{} calls wait for a token already", kWaiters)));
  }
  waiters_.push_back({token, deadline, std::move(wanted), std::move(done)});
}

void ServiceCore::AnswerWaiters() {
  const absl::Time now = clock_.Now();
  std::vector<std::pair<std::function<void(absl::Status)>, absl::Status>> answers;
  for (size_t i = 0; i < waiters_.size();) {
    const bool wanted = !waiters_[i].wanted || waiters_[i].wanted();
    const bool seen = wanted && Seen(waiters_[i].token);
    if (wanted && !seen && now < waiters_[i].deadline) {
      ++i;
      continue;
    }
    absl::Status answer =
        absl::DeadlineExceededError("what the token names has not arrived here in time");
    if (seen) answer = absl::OkStatus();
    if (!wanted) answer = absl::CancelledError("nobody waits for it any more");
    answers.emplace_back(std::move(waiters_[i].done), std::move(answer));
    waiters_[i] = std::move(waiters_.back());
    waiters_.pop_back();
  }
  for (auto& [done, status] : answers) done(std::move(status));
}

void ServiceCore::BeginStop() {
  NoticeClock();
  for (const auto& partition : partitions_) partition->BeginStop();
}

bool ServiceCore::Drained() const {
  return std::all_of(partitions_.begin(), partitions_.end(),
                     [](const auto& p) { return p->Drained(); });
}

bool ServiceCore::HandedOver() const {
  return std::all_of(partitions_.begin(), partitions_.end(),
                     [](const auto& p) { return p->HandedOver(); });
}

void ServiceCore::Abandon() {
  for (const auto& partition : partitions_) partition->Abandon();
  for (Waiter& waiter : waiters_) waiter.done(absl::UnavailableError("shutting down"));
  waiters_.clear();
}

bool ServiceCore::Ready() const {
  for (const auto& partition : partitions_) {
    if (partition->state() == Partition::State::kStopped || partition->fence().term == 0)
      return false;
    if (partition->state() != Partition::State::kOwning && !partition->at_tip()) return false;
  }
  for (const auto& tail : tails_) {
    if (!tail->at_tip() || !tail->stopped_why().ok()) return false;
  }
  for (const auto& runner : runners_) {
    if (!runner->stopped_why().empty()) return false;
  }
  return views_->AllActive();
}

std::vector<PartitionStatus> ServiceCore::Status() const {
  std::vector<PartitionStatus> all;
  for (const auto& partition : partitions_) {
    PartitionStatus status = partition->status();
    for (size_t i = 0; i < runners_.size(); ++i) {
      if (static_cast<int32_t>(i % static_cast<size_t>(options_.partitions)) == status.partition &&
          !runners_[i]->stopped_why().empty()) {
        status.stopped_why += (status.stopped_why.empty() ? "" : "; ") + runners_[i]->stopped_why();
      }
    }
    all.push_back(std::move(status));
  }
  for (const auto& tail : tails_) {
    if (!tail->stopped_why().ok() && !all.empty()) {
      all[static_cast<size_t>(tail->tp().partition)].stopped_why += tail->stopped_why().ToString();
    }
  }
  return all;
}

std::vector<SourceStatus> ServiceCore::Sources() const {
  std::vector<SourceStatus> all;
  for (const auto& tail : tails_)
    all.push_back({tail->tp().topic, tail->tp().partition, "", false, tail->next_offset() - 1});
  for (const auto& runner : runners_) {
    const int64_t done_through = runner->done_through();
    for (const es::Process* process : runner->processes())
      all.push_back({runner->source_topic(), runner->partition(), process->name(), runner->reacts(),
                     done_through});
  }
  return all;
}

std::vector<ViewBuild> ServiceCore::ViewBuilds() const {
  return views_->Builds([this](const TopicPartition& tp) { return NextOffset(tp); });
}

const state_store::StateStore& ServiceCore::Stored() const {
  gate_.Pass();
  return *store_;
}

std::unique_ptr<Snapshot> ServiceCore::Look() const {
  return std::make_unique<StoreSnapshot>(followed_, *views_, Stored().Look());
}

absl::StatusOr<std::vector<Change>> ServiceCore::Changes(int32_t partition, int64_t after,
                                                         size_t limit) const {
  if (partition < 0 || partition >= options_.partitions) {
    return absl::InvalidArgumentError(
        fmt::format("partition: {} is not one of 0 to {}", partition, options_.partitions - 1));
  }
  std::vector<Change> changes;
  if (limit == 0) return changes;
  bool damaged = false;
  const auto rows = Stored().Read(state_store::kFeed);
  rows->Scan(fmt::format("{:06}/", partition), after < 0 ? "" : FeedKey(partition, after),
             [&](std::string_view key, std::string_view value) {
               log::v1::FeedEntry entry;
               if (!entry.ParseFromArray(value.data(), static_cast<int>(value.size()))) {
                 damaged = true;
                 return false;
               }
               Change change;
               change.partition = partition;
               change.offset = std::stoll(std::string(key.substr(7)));
               change.previous_offset = entry.previous_offset();
               change.commit = std::move(*entry.mutable_commit());
               changes.push_back(std::move(change));
               return changes.size() < limit;
             });
  if (damaged) return absl::DataLossError("a feed entry cannot be parsed");
  return changes;
}

absl::StatusOr<std::string> ServiceCore::Checksum() const {
  const auto look = Stored().Look();
  base::Sha256Hasher hasher;
  AddRows(*look->Read(state_store::kEntities), "entities", hasher);
  for (const std::string& family : views_->ActiveFamilies()) {
    const auto rows = look->Read(family);
    if (rows != nullptr) AddRows(*rows, family, hasher);
  }
  return HexOf(hasher);
}

absl::StatusOr<std::string> ServiceCore::RequestChecksum() const {
  base::Sha256Hasher hasher;
  Stored()
      .Look()
      ->Read(state_store::kRequests)
      ->Scan("", "", [&](std::string_view key, std::string_view value) {
        AddRow(state_store::kRequests, key, value, hasher);
        return true;
      });
  return HexOf(hasher);
}

}  // namespace prihvat::runtime
