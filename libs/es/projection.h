// A view (read model): pure apply(rows, event). Name and version are the rows' home: a changed view
// gets a new version and is built beside the old one from the log.
//
// A row is written from one source topic's partition only: key rows by what the event names, and
// join at read time what several topics tell. Immutable once built; may be used by many threads at
// once, each with its own rows.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "google/protobuf/message.h"
#include "libs/es/decider.h"
#include "libs/es/rows.h"
#include "prihvat/log/v1/record.pb.h"

namespace prihvat::es {

// An admitted commit and where it stands.
struct CommitContext {
  std::string_view topic;
  int32_t partition = 0;
  int64_t offset = 0;
  int64_t previous_admitted = -1;
};

// What `commit`'s `index`th event comes with.
EventContext EventContextOf(const CommitContext& at, const log::v1::Commit& commit, int index);

class Projection {
 public:
  // `topics`: the source topics, such as {"prihvat.procurement"}.
  Projection(std::string name, int version, std::vector<std::string> topics)
      : name_(std::move(name)), version_(version), topics_(std::move(topics)) {}

  template <class Event>
  void On(void (*apply)(MutableRows&, const Event&, const EventContext&)) {
    AddEvent(Event::default_instance(),
             [apply](MutableRows& rows, const google::protobuf::Message& event,
                     const EventContext& context) {
               apply(rows, static_cast<const Event&>(event), context);
             });
  }
  // Sees whole commits, before their events.
  void OnCommit(void (*apply)(MutableRows&, const log::v1::Commit&, const CommitContext&)) {
    on_commit_ = apply;
  }

  const std::string& name() const { return name_; }
  int version() const { return version_; }
  std::string id() const { return name_ + "@" + std::to_string(version_); }
  const std::vector<std::string>& topics() const { return topics_; }

  // Events of types that the view does not name are not its business. DATA_LOSS for one that cannot
  // be parsed.
  absl::Status Apply(MutableRows& rows, const log::v1::Commit& commit,
                     const CommitContext& at) const;

 private:
  using ApplyFn =
      std::function<void(MutableRows&, const google::protobuf::Message&, const EventContext&)>;
  void AddEvent(const google::protobuf::Message& prototype, ApplyFn apply);

  struct Entry {
    const google::protobuf::Message* prototype;
    ApplyFn apply;
  };
  std::string name_;
  int version_;
  std::vector<std::string> topics_;
  std::map<std::string, Entry, std::less<>> events_;
  void (*on_commit_)(MutableRows&, const log::v1::Commit&, const CommitContext&) = nullptr;
};

}  // namespace prihvat::es
