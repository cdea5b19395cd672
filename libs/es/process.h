// A process: what a service does because of another service's events. Its output is commands to its
// own service, decided exactly once for each source event (DESIGN section 7). Stateless: what a
// reaction needs stands in the event. Immutable once built; may be used by many threads at once.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "google/protobuf/message.h"
#include "libs/es/projection.h"

namespace prihvat::es {

struct Reaction {
  std::string operation;  // whose state the command is about: tells the target partition
  std::unique_ptr<google::protobuf::Message> command;
  absl::Time effective_at;  // the source event's, unless the process says otherwise
};

// Collects the reactions to one source commit.
class Reactions {
 public:
  // A command about the source event's own operation, effective when the source event was.
  template <class Command>
  void Send(const EventContext& cause, Command command) {
    list_.push_back({std::string(cause.operation), std::make_unique<Command>(std::move(command)),
                     cause.effective_at});
  }
  std::vector<Reaction>& list() { return list_; }

 private:
  std::vector<Reaction> list_;
};

class Process {
 public:
  // `name` for ever: the mark stands under it ("handover.assets-from-receipts").
  Process(std::string name, std::string source_topic)
      : name_(std::move(name)), source_topic_(std::move(source_topic)) {}

  template <class Event>
  void On(void (*react)(const Event&, const EventContext&, Reactions&)) {
    AddEvent(Event::default_instance(), [react](const google::protobuf::Message& event,
                                                const EventContext& context, Reactions& reactions) {
      react(static_cast<const Event&>(event), context, reactions);
    });
  }

  const std::string& name() const { return name_; }
  const std::string& source_topic() const { return source_topic_; }

  // What the process does because of that commit, in order. DATA_LOSS for an event that cannot be
  // parsed.
  absl::StatusOr<std::vector<Reaction>> React(const log::v1::Commit& commit,
                                              const CommitContext& at) const;

 private:
  using ReactFn =
      std::function<void(const google::protobuf::Message&, const EventContext&, Reactions&)>;
  void AddEvent(const google::protobuf::Message& prototype, ReactFn react);

  struct Entry {
    const google::protobuf::Message* prototype;
    ReactFn react;
  };
  std::string name_;
  std::string source_topic_;
  std::map<std::string, Entry, std::less<>> events_;
};

}  // namespace prihvat::es
