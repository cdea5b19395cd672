#include "libs/runtime/views.h"

#include <algorithm>
#include <set>

#include "libs/runtime/keys.h"

namespace prihvat::runtime {
namespace {

using event_log::FenceState;
using event_log::TopicPartition;
using state_store::StateStore;

}  // namespace

absl::StatusOr<std::unique_ptr<Views>> Views::Open(const ServiceDefinition& definition,
                                                   const ServiceOptions& options,
                                                   StateStore& store) {
  std::unique_ptr<Views> views(new Views(definition, options, store));
  if (absl::Status dropped = views->DropUndefined(); !dropped.ok()) return dropped;
  std::set<std::string> topics;
  for (const es::Projection* view : definition.projections) {
    if (!store.HasFamily(ViewFamily(view->id()))) {
      if (absl::Status added = store.AddFamily(ViewFamily(view->id())); !added.ok()) return added;
    }
    for (const std::string& topic : view->topics()) {
      if (topic != definition.topic) topics.insert(topic);
    }
  }
  views->foreign_topics_.assign(topics.begin(), topics.end());
  return views;
}

void Views::Attach(const es::Projection* view, const TopicPartition& tp, StateStore::Batch& batch) {
  batch.Rows(state_store::kMeta)
      .Put(ViewPositionKey(view->id(), tp.topic, tp.partition), kAttached);
  std::lock_guard lock(mutex_);
  attached_[tp].push_back(view);
}

absl::Status Views::Join(const TopicPartition& tp, const FenceState& state) {
  StateStore::Batch batch = store_.NewBatch();
  for (const es::Projection* view : definition_.projections) {
    if (std::find(view->topics().begin(), view->topics().end(), tp.topic) == view->topics().end())
      continue;
    const auto stored =
        store_.Read(state_store::kMeta)->Get(ViewPositionKey(view->id(), tp.topic, tp.partition));
    FenceState position;
    if (stored && *stored != kAttached) {
      auto parsed = FenceState::Parse(*stored);
      if (!parsed.ok()) return parsed.status();
      position = *std::move(parsed);
    }
    if ((stored && *stored == kAttached) || position.next_offset == state.next_offset) {
      Attach(view, tp, batch);
    } else {
      builders_.push_back(
          std::make_unique<Builder>(Builder{view, tp, std::move(position), nullptr}));
    }
  }
  return store_.Commit(std::move(batch));
}

absl::Status Views::Fold(StateStore::Batch& batch, const log::v1::Commit& commit,
                         const es::CommitContext& at) {
  const auto attached = attached_.find({std::string(at.topic), at.partition});
  if (attached == attached_.end()) return absl::OkStatus();
  for (const es::Projection* view : attached->second) {
    if (absl::Status s = view->Apply(batch.Rows(ViewFamily(view->id())), commit, at); !s.ok())
      return s;
  }
  return absl::OkStatus();
}

absl::StatusOr<bool> Views::Build(
    event_log::EventLog& log, const std::function<void()>& wake,
    const std::function<int64_t(const TopicPartition&)>& next_offset) {
  bool worked = false;
  for (size_t i = 0; i < builders_.size();) {
    Builder& builder = *builders_[i];
    if (builder.reader == nullptr) {
      auto reader = event_log::AdmittedReader::Open(log, builder.tp, builder.state, wake);
      if (!reader.ok()) return reader.status();
      builder.reader = *std::move(reader);
    }
    // Never past the partition's own fold: there the view is attached and carried along.
    const int64_t room = next_offset(builder.tp) - builder.reader->state().next_offset;
    StateStore::Batch batch = store_.NewBatch();
    if (room > 0) {
      auto records = builder.reader->Read(
          std::min<size_t>(build_records_, static_cast<size_t>(room)), absl::InfinitePast());
      if (!records.ok() && records.status().code() != absl::StatusCode::kDeadlineExceeded &&
          records.status().code() != absl::StatusCode::kUnavailable) {
        return records.status();
      }
      if (records.ok()) {
        for (const event_log::JudgedRecord& record : *records) {
          if (record.verdict != event_log::Verdict::kAdmittedCommit) continue;
          const es::CommitContext at{builder.tp.topic, builder.tp.partition, record.offset,
                                     record.previous_admitted};
          absl::Status s = builder.view->Apply(batch.Rows(ViewFamily(builder.view->id())),
                                               record.record.commit(), at);
          if (!s.ok()) return s;
        }
        worked = worked || !records->empty();
        batch.Rows(state_store::kMeta)
            .Put(ViewPositionKey(builder.view->id(), builder.tp.topic, builder.tp.partition),
                 builder.reader->state().Serialize());
      }
    }
    const bool caught_up = builder.reader->state().next_offset == next_offset(builder.tp);
    if (caught_up) Attach(builder.view, builder.tp, batch);
    if (absl::Status s = store_.Commit(std::move(batch)); !s.ok()) return s;
    if (caught_up) {
      builders_.erase(builders_.begin() + static_cast<std::ptrdiff_t>(i));
      worked = true;
    } else {
      ++i;
    }
  }
  return worked;
}

std::vector<ViewBuild> Views::Builds(
    const std::function<int64_t(const TopicPartition&)>& next_offset) const {
  std::vector<ViewBuild> all;
  for (const auto& builder : builders_) {
    const FenceState& at = builder->reader == nullptr ? builder->state : builder->reader->state();
    all.push_back({builder->view->id(), builder->tp.topic, builder->tp.partition, at.next_offset,
                   next_offset(builder->tp)});
  }
  return all;
}

absl::Status Views::DropUndefined() {
  std::set<std::string> defined;
  for (const es::Projection* view : definition_.projections) defined.insert(view->id());
  StateStore::Batch batch = store_.NewBatch();
  store_.Read(state_store::kMeta)->Scan("view/", "", [&](std::string_view key, std::string_view) {
    const std::string_view rest = key.substr(5);
    const std::string id(rest.substr(0, rest.find('/')));
    // A missing family with a position is one that was dropped half-way.
    if (!defined.contains(id) || !store_.HasFamily(ViewFamily(id)))
      batch.Rows(state_store::kMeta).Delete(key);
    return true;
  });
  if (absl::Status s = store_.Commit(std::move(batch)); !s.ok()) return s;
  for (const std::string& family : store_.families()) {
    if (!family.starts_with("view:") || defined.contains(family.substr(5))) continue;
    if (absl::Status s = store_.DropFamily(family); !s.ok()) return s;
  }
  return absl::OkStatus();
}

std::string Views::Active(std::string_view name) const {
  std::lock_guard lock(mutex_);
  const es::Projection* best = nullptr;
  for (const es::Projection* view : definition_.projections) {
    if (view->name() != name || (best != nullptr && best->version() > view->version())) continue;
    size_t attached = 0;
    for (const auto& [tp, views] : attached_) {
      attached += static_cast<size_t>(std::count(views.begin(), views.end(), view));
    }
    if (attached == view->topics().size() * static_cast<size_t>(partitions_)) best = view;
  }
  return best == nullptr ? "" : ViewFamily(best->id());
}

bool Views::AllActive() const {
  return std::all_of(definition_.projections.begin(), definition_.projections.end(),
                     [&](const es::Projection* view) { return !Active(view->name()).empty(); });
}

std::vector<std::string> Views::ActiveFamilies() const {
  std::set<std::string> families;
  for (const es::Projection* view : definition_.projections) {
    std::string family = Active(view->name());
    if (!family.empty()) families.insert(std::move(family));
  }
  return {families.begin(), families.end()};
}

}  // namespace prihvat::runtime
