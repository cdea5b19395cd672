#include "libs/es/decider.h"

#include <algorithm>

#include "fmt/format.h"
#include "libs/es/checks.h"
#include "libs/es/values.h"
#include "libs/es/work_items.h"
#include "prihvat/common/v1/common.pb.h"
#include "prihvat/common/v1/work_list.pb.h"

namespace prihvat::es {
namespace {

// Counts the numbers of one kind and year; stored as a Position whose offset is the last number
// handed out.
int64_t LastNumber(const View& view, std::string_view counter) {
  const auto* row = view.Find<common::v1::Position>(counter);
  return row == nullptr ? 0 : row->offset();
}

void FoldReactionRejected(Entities& entities, const common::v1::ReactionRejected& event,
                          const EventContext& context) {
  common::v1::WorkItem item;
  item.set_name(WorkItemName(context.operation, context.topic, context.partition, context.offset,
                             static_cast<size_t>(context.index)));
  *item.mutable_rejected() = event;
  *item.mutable_create_time() = ToProto(context.recorded_at);
  entities.Put(item.name(), item);
}

void FoldWorkItemSettled(Entities& entities, const common::v1::WorkItemSettled& event,
                         const EventContext& context) {
  entities.Edit<common::v1::WorkItem>(event.work_item(), [&](common::v1::WorkItem& item) {
    *item.mutable_settle_time() = ToProto(context.recorded_at);
    item.set_resolution(event.resolution());
  });
}

// The work item of that name in the command's operation, which is open.
std::optional<Rejection> CheckOpen(const View& view, const std::string& name,
                                   const Context& context, const common::v1::WorkItem*& item) {
  if (auto no = CheckReference("name", name, "workItems/*", context)) return no;
  item = view.Find<common::v1::WorkItem>(name);
  if (item == nullptr) return NotFound(name);
  if (item->has_settle_time()) return WrongState(name, "SETTLED", "be settled again", "none");
  return std::nullopt;
}

Decision DecideDismiss(const View& view, const common::v1::DismissWorkItemRequest& request,
                       Context& context) {
  constexpr size_t kMostBytes = 2000;
  const common::v1::WorkItem* item = nullptr;
  if (auto no = CheckOpen(view, request.name(), context, item)) return *std::move(no);
  if (request.resolution().empty() || request.resolution().size() > kMostBytes) {
    return InvalidField("resolution", fmt::format("has {} bytes; it should be 1 to {}",
                                                  request.resolution().size(), kMostBytes));
  }
  common::v1::WorkItemSettled event;
  event.set_work_item(request.name());
  event.set_resolution(request.resolution());
  return Accepted(std::move(event)).Naming(request.name());
}

// For the table of commands; Decider::Decide sees to it itself, since it needs the table.
Decision NeverAsked(const View&, const common::v1::RetryWorkItemRequest&, Context&) {
  return Rejected(kCommandUnknown);
}

}  // namespace

std::string DocumentNumber::ToString() const {
  return fmt::format("{}-{}-{:04}", kind, year, number);
}

DocumentNumber Context::NextNumber(const View& view, std::string_view kind) {
  DocumentNumber next;
  next.kind = std::string(kind);
  next.year = static_cast<int32_t>(absl::ToCivilYear(recorded_at, zone).year());
  next.number = LastNumber(view, NumberCounterName(operation, kind, next.year)) + 1;
  for (const DocumentNumber& used : numbers) {
    if (used.kind == kind && used.year == next.year)
      next.number = std::max(next.number, used.number + 1);
  }
  numbers.push_back(next);
  return next;
}

std::string Context::NewId() {
  static constexpr std::string_view kAlphabet = "abcdefghijklmnopqrstuvwxyz234567";
  std::string id;
  uint64_t bits = 0;
  for (int i = 0; i < 20; ++i) {
    if (i % 12 == 0) bits = random();  // 12 characters of 5 bits from each draw
    id.push_back(kAlphabet[bits % kAlphabet.size()]);
    bits /= kAlphabet.size();
  }
  id[0] = static_cast<char>('a' + (id[0] % 26));  // AIP-122: an id begins with a letter
  return id;
}

Decider::Decider() {
  Fold<common::v1::ReactionRejected>(&FoldReactionRejected);
  Fold<common::v1::WorkItemSettled>(&FoldWorkItemSettled);
  On<common::v1::RetryWorkItemRequest>(&NeverAsked);
  On<common::v1::DismissWorkItemRequest>(&DecideDismiss);
}

bool Decider::Knows(std::string_view command_type) const {
  return commands_.find(command_type) != commands_.end();
}

std::unique_ptr<google::protobuf::Message> Decider::NewCommand(
    std::string_view command_type) const {
  const auto entry = commands_.find(command_type);
  if (entry == commands_.end()) return nullptr;
  return std::unique_ptr<google::protobuf::Message>(entry->second.prototype->New());
}

Decision Decider::Decide(const View& view, const google::protobuf::Message& command,
                         Context& context) const {
  const auto entry = commands_.find(command.GetDescriptor()->full_name());
  PRIHVAT_CHECK(entry != commands_.end(), command.GetDescriptor()->full_name() + " has no decider");
  // INV-34: what is told lies in the past, and not further back than policy lets it.
  if (context.effective_at > context.recorded_at + time_policy_.future_skew) {
    return Rejected(kEffectiveInFuture)
        .Saying(fmt::format("effective time {} is after the time of recording {}",
                            absl::FormatTime(context.effective_at, context.zone),
                            absl::FormatTime(context.recorded_at, context.zone)))
        .With("effective_at", absl::FormatTime(context.effective_at, absl::UTCTimeZone()))
        .With("recorded_at", absl::FormatTime(context.recorded_at, absl::UTCTimeZone()));
  }
  const int64_t days_back =
      absl::ToCivilDay(context.recorded_at, context.zone) - context.EffectiveDay();
  if (context.import_id.empty() && days_back > time_policy_.backdating_days) {
    return Rejected(kBackdatedTooFar)
        .Saying(fmt::format("the effective time is {} days back; the limit is {}", days_back,
                            time_policy_.backdating_days))
        .With("days_back", days_back)
        .With("limit_days", time_policy_.backdating_days);
  }
  if (command.GetDescriptor() == common::v1::RetryWorkItemRequest::descriptor()) {
    return Retry(view, static_cast<const common::v1::RetryWorkItemRequest&>(command), context);
  }
  return entry->second.decide(view, command, context);
}

Decision Decider::Retry(const View& view, const common::v1::RetryWorkItemRequest& request,
                        Context& context) const {
  const common::v1::WorkItem* item = nullptr;
  if (auto no = CheckOpen(view, request.name(), context, item)) return *std::move(no);
  const common::v1::ReactionRejected& rejected = item->rejected();
  const auto entry = commands_.find(rejected.command_type());
  const std::unique_ptr<google::protobuf::Message> command = NewCommand(rejected.command_type());
  const bool nested = rejected.command_type() == request.GetDescriptor()->full_name();
  // No bytes would be read as a command that says nothing.
  const bool held = !rejected.command().empty();
  if (command == nullptr || nested || !held || !command->ParseFromString(rejected.command())) {
    return Rejected(kCommandUnknown)
        .Saying(held ? fmt::format("{} holds a {}, which this build cannot read", request.name(),
                                   rejected.command_type())
                     : fmt::format("{} was too large to hold its {}", request.name(),
                                   rejected.command_type()))
        .With("name", request.name())
        .With("command_type", rejected.command_type());
  }
  // As the process sent it: the source service has judged how far back its fact may lie.
  context.principal = "processes/" + rejected.process();
  if (context.import_id.empty()) context.import_id = context.principal;
  if (rejected.has_effective_time()) context.effective_at = FromProto(rejected.effective_time());
  Decision now = entry->second.decide(view, *command, context);
  if (!now.accepted()) return now;
  Decision decision = std::move(now).TakingEffectAt(context.effective_at);
  common::v1::WorkItemSettled settled;
  settled.set_work_item(request.name());
  decision.Add(std::move(settled));
  return std::move(decision).Naming(request.name());
}

absl::TimeZone Decider::ZoneOf(const View& view, std::string_view operation) const {
  return zone_of_ == nullptr ? absl::UTCTimeZone() : zone_of_(view, operation);
}

absl::Status Decider::Evolve(Entities& entities, std::string_view type, std::string_view payload,
                             const EventContext& context) const {
  const auto entry = events_.find(type);
  if (entry == events_.end()) {
    return absl::FailedPreconditionError(
        fmt::format("{}/{} offset {}: event of unknown type {}: this build is older than what was "
                    "written; upgrade it",
                    context.topic, context.partition, context.offset, type));
  }
  std::unique_ptr<google::protobuf::Message> event(entry->second.prototype->New());
  if (!event->ParseFromArray(payload.data(), static_cast<int>(payload.size()))) {
    return absl::DataLossError(fmt::format("{}/{} offset {}: {} cannot be parsed", context.topic,
                                           context.partition, context.offset, type));
  }
  entry->second.evolve(entities, *event, context);
  return absl::OkStatus();
}

std::vector<std::string> Decider::command_types() const {
  std::vector<std::string> types;
  for (const auto& [type, entry] : commands_) types.push_back(type);
  return types;
}

std::vector<std::string> Decider::event_types() const {
  std::vector<std::string> types;
  for (const auto& [type, entry] : events_) types.push_back(type);
  return types;
}

void Decider::AddCommand(const google::protobuf::Message& prototype, DecideFn decide) {
  const std::string& type = prototype.GetDescriptor()->full_name();
  PRIHVAT_CHECK(commands_.try_emplace(type, CommandEntry{&prototype, std::move(decide)}).second,
                type + " is registered twice");
}

void Decider::AddEvent(const google::protobuf::Message& prototype, EvolveFn evolve) {
  const std::string& type = prototype.GetDescriptor()->full_name();
  PRIHVAT_CHECK(events_.try_emplace(type, EventEntry{&prototype, std::move(evolve)}).second,
                type + " is registered twice");
}

std::string NumberCounterName(std::string_view operation, std::string_view kind, int32_t year) {
  return fmt::format("{}/documentNumbers/{}-{}", operation, kind, year);
}

void FoldDocumentNumber(Entities& entities, std::string_view operation,
                        const DocumentNumber& number) {
  entities.Edit<common::v1::Position>(NumberCounterName(operation, number.kind, number.year),
                                      [&](common::v1::Position& counter) {
                                        counter.set_topic(number.kind);
                                        counter.set_partition(number.year);
                                        counter.set_offset(number.number);
                                      });
}

}  // namespace prihvat::es
