// Which versions of which views are built, as far as they have come, and which one answers.
//
// A version that stands where its partitions stand is attached: the partition's fold carries it
// along. One that does not (a new version beside the old) is built from the log by a ViewBuilder.
// Owned and used by the service's thread, but for Active(), which any thread may call.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "libs/event_log/admitted_reader.h"
#include "libs/runtime/service.h"
#include "libs/state_store/state_store.h"

namespace prihvat::runtime {

class Views {
 public:
  // Makes missing families; drops those of views that are no longer defined.
  static absl::StatusOr<std::unique_ptr<Views>> Open(const ServiceDefinition& definition,
                                                     const ServiceOptions& options,
                                                     state_store::StateStore& store);

  // Folds an admitted commit into every view attached to that partition.
  absl::Status Fold(state_store::StateStore::Batch& batch, const log::v1::Commit& commit,
                    const es::CommitContext& at);

  // Called with each partition that is folded here, before the first Fold: attaches the views that
  // stand where `state` stands and lists the others for building.
  absl::Status Join(const event_log::TopicPartition& tp, const event_log::FenceState& state);

  // Folds some records into views that are behind; true if there was something to do. `position`
  // tells how far a partition has been folded.
  absl::StatusOr<bool> Build(
      event_log::EventLog& log, const std::function<void()>& wake,
      const std::function<int64_t(const event_log::TopicPartition&)>& next_offset);

  // How far the views have come that Build still has to do with. Partitions' positions as there.
  std::vector<ViewBuild> Builds(
      const std::function<int64_t(const event_log::TopicPartition&)>& next_offset) const;

  // The family of the highest attached version of the view; "" while there is none. Thread-safe.
  std::string Active(std::string_view name) const;
  // Every view has a version that answers. Thread-safe.
  bool AllActive() const;
  // Families of the active versions, by view id. Thread-safe.
  std::vector<std::string> ActiveFamilies() const;

  std::vector<std::string> foreign_topics() const { return foreign_topics_; }

 private:
  Views(const ServiceDefinition& definition, const ServiceOptions& options,
        state_store::StateStore& store)
      : definition_(definition),
        partitions_(options.partitions),
        build_records_(options.view_build_records),
        store_(store) {}
  void Attach(const es::Projection* view, const event_log::TopicPartition& tp,
              state_store::StateStore::Batch& batch);
  // Forgets versions that this build does not define: nobody folds them, so they would go stale
  // unnoticed.
  absl::Status DropUndefined();

  struct Builder {
    const es::Projection* view;
    event_log::TopicPartition tp;
    event_log::FenceState state;
    std::unique_ptr<event_log::AdmittedReader> reader;
  };

  const ServiceDefinition& definition_;
  int32_t partitions_;
  size_t build_records_;
  state_store::StateStore& store_;
  std::vector<std::string> foreign_topics_;
  mutable std::mutex mutex_;  // guards attached_
  std::map<event_log::TopicPartition, std::vector<const es::Projection*>> attached_;
  std::vector<std::unique_ptr<Builder>> builders_;
};

}  // namespace prihvat::runtime
