#include "libs/es/projection.h"

#include "fmt/format.h"
#include "libs/base/check.h"
#include "libs/es/values.h"

namespace prihvat::es {

EventContext EventContextOf(const CommitContext& at, const log::v1::Commit& commit, int index) {
  EventContext context;
  context.operation = commit.operation();
  context.principal = commit.principal();
  context.recorded_at = FromProto(commit.recorded_at());
  const log::v1::Event& event = commit.events(index);
  context.effective_at =
      event.has_effective_at() ? FromProto(event.effective_at()) : context.recorded_at;
  context.import_id = commit.import_id();
  context.topic = at.topic;
  context.partition = at.partition;
  context.offset = at.offset;
  context.index = index;
  return context;
}

absl::Status Projection::Apply(MutableRows& rows, const log::v1::Commit& commit,
                               const CommitContext& at) const {
  if (on_commit_ != nullptr) on_commit_(rows, commit, at);
  for (int i = 0; i < commit.events_size(); ++i) {
    const log::v1::Event& stored = commit.events(i);
    const auto entry = events_.find(stored.type());
    if (entry == events_.end()) continue;
    std::unique_ptr<google::protobuf::Message> event(entry->second.prototype->New());
    if (!event->ParseFromString(stored.payload())) {
      return absl::DataLossError(fmt::format("view {}: {}/{} offset {}: {} cannot be parsed", id(),
                                             at.topic, at.partition, at.offset, stored.type()));
    }
    entry->second.apply(rows, *event, EventContextOf(at, commit, i));
  }
  return absl::OkStatus();
}

void Projection::AddEvent(const google::protobuf::Message& prototype, ApplyFn apply) {
  const std::string& type = prototype.GetDescriptor()->full_name();
  PRIHVAT_CHECK(events_.try_emplace(type, Entry{&prototype, std::move(apply)}).second,
                type + " is registered twice in view " + id());
}

}  // namespace prihvat::es
