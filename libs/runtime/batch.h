// The commits that a partition decides together: each over the store with those before it laid over
// it. Used by the partition's thread, within one step.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "libs/es/decider.h"
#include "libs/event_log/term_fence.h"
#include "libs/runtime/service.h"
#include "libs/state_store/state_store.h"
#include "prihvat/log/v1/store.pb.h"

namespace prihvat::runtime {

// A record of one's own that is on its way to the log, and for a commit what folding it does to the
// entities: so its owner need not parse it and evolve it again.
struct OwnRecord {
  std::string bytes;
  std::shared_ptr<const log::v1::Record> record;
  es::OverlayRows::Changes changes;
  // Where it was thought to come to stand: an event may have left its position in a row, so the
  // changes hold nowhere else.
  int64_t offset = -1;
};

struct Batch {
  // `now` is the owner's clock; time never runs back in a log.
  Batch(state_store::StateStore& store, const event_log::TermFence& fence, absl::Time now);

  std::unique_ptr<es::Rows> entities_base;
  std::unique_ptr<es::Rows> requests;
  std::unique_ptr<es::Rows> meta;
  es::ReadOnceRows entities_read;  // each command of an operation looks at the operation
  es::OverlayRows entities;
  std::map<std::string, log::v1::StoredReply> new_requests;
  std::map<std::string, log::v1::Cause> new_marks;
  std::string chain;
  absl::Time recorded_at;
  std::vector<OwnRecord> records;
  size_t bytes = 0;
  // Zones of operations, found since their own entity last changed.
  std::map<std::string, absl::TimeZone, std::less<>> zones;
  int64_t first_offset;

  // Where the next record will stand if nobody else writes in between.
  int64_t next_offset() const { return first_offset + static_cast<int64_t>(records.size()); }
};

// One commit in the making. Its events are folded into `changes` as they are added; nothing of it
// is in the batch until those are moved there.
class Draft {
 public:
  // All of them outlive it.
  Draft(const es::Decider& decider, const event_log::TopicPartition& tp,
        const event_log::FenceState& fence, Batch& batch, const std::string& operation);
  Draft(const Draft&) = delete;
  Draft& operator=(const Draft&) = delete;

  log::v1::Commit& commit() { return *record_->mutable_commit(); }
  es::OverlayRows& changes() { return changes_; }

  // What a command of `principal` is decided with; its effective time is still to be set.
  es::Context ContextFor(const std::string& principal, const std::string& import_id,
                         std::function<uint64_t()> random) const;
  es::Decision Decide(const google::protobuf::Message& command, es::Context& context) const;

  void Add(const google::protobuf::Message& event, absl::Time effective_at);
  // Events without a time of their own have the context's.
  void Add(const std::vector<es::NewEvent>& events, const es::Context& context);
  void AddNumbers(const std::vector<es::DocumentNumber>& numbers);

  std::string Serialize() const { return record_->SerializeAsString(); }
  // Into the batch, behind what is there; after that the draft is empty. `bytes` is what Serialize
  // made of it.
  void Finish(std::string bytes);

 private:
  absl::TimeZone Zone(const es::View& view) const;

  const es::Decider& decider_;
  Batch& batch_;
  const std::string operation_;
  const absl::Time recorded_at_;
  const es::CommitContext at_;
  es::OverlayRows changes_;
  es::Entities entities_;
  std::shared_ptr<log::v1::Record> record_ = std::make_shared<log::v1::Record>();
};

}  // namespace prihvat::runtime
