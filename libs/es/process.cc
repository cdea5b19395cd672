#include "libs/es/process.h"

#include "fmt/format.h"
#include "libs/base/check.h"

namespace prihvat::es {

absl::StatusOr<std::vector<Reaction>> Process::React(const log::v1::Commit& commit,
                                                     const CommitContext& at) const {
  Reactions reactions;
  for (int i = 0; i < commit.events_size(); ++i) {
    const log::v1::Event& stored = commit.events(i);
    const auto entry = events_.find(stored.type());
    if (entry == events_.end()) continue;
    std::unique_ptr<google::protobuf::Message> event(entry->second.prototype->New());
    if (!event->ParseFromString(stored.payload())) {
      return absl::DataLossError(fmt::format("process {}: {}/{} offset {}: {} cannot be parsed",
                                             name_, at.topic, at.partition, at.offset,
                                             stored.type()));
    }
    entry->second.react(*event, EventContextOf(at, commit, i), reactions);
  }
  return std::move(reactions.list());
}

void Process::AddEvent(const google::protobuf::Message& prototype, ReactFn react) {
  const std::string& type = prototype.GetDescriptor()->full_name();
  PRIHVAT_CHECK(events_.try_emplace(type, Entry{&prototype, std::move(react)}).second,
                type + " is registered twice in process " + name_);
}

}  // namespace prihvat::es
