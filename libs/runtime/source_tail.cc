#include "libs/runtime/source_tail.h"

#include "libs/runtime/keys.h"

namespace prihvat::runtime {
namespace {

constexpr absl::Duration kTipWait = absl::Milliseconds(50);
constexpr absl::Duration kTipAgain = absl::Milliseconds(250);
constexpr absl::Duration kRetry = absl::Milliseconds(200);

}  // namespace

absl::StatusOr<std::unique_ptr<SourceTail>> SourceTail::Open(const PartitionDeps& deps,
                                                             event_log::TopicPartition tp) {
  std::unique_ptr<SourceTail> tail(new SourceTail(deps, std::move(tp)));
  event_log::FenceState state;
  if (const auto stored = deps.store.Read(state_store::kMeta)
                              ->Get(FenceKey(tail->tp_.topic, tail->tp_.partition))) {
    auto parsed = event_log::FenceState::Parse(*stored);
    if (!parsed.ok()) return parsed.status();
    state = *std::move(parsed);
  }
  if (absl::Status s = deps.views.Join(tail->tp_, state); !s.ok()) return s;
  tail->next_offset_ = state.next_offset;
  auto reader = event_log::AdmittedReader::Open(deps.log, tail->tp_, std::move(state), deps.wake);
  if (!reader.ok()) return reader.status();
  tail->reader_ = *std::move(reader);
  return tail;
}

absl::StatusOr<bool> SourceTail::Step() {
  next_wake_ = absl::InfiniteFuture();
  if (!stopped_why_.ok()) return false;
  if (deps_.clock.Now() < retry_at_) {
    next_wake_ = retry_at_;
    return false;
  }
  // Asking for the tip may take the engine a round trip: only until it has been seen once, for
  // readiness.
  const bool ask_tip = !at_tip_ && deps_.clock.Now() >= ask_tip_at_;
  auto records = reader_->Read(512, ask_tip ? absl::Now() + kTipWait : absl::InfinitePast());
  if (ask_tip) ask_tip_at_ = deps_.clock.Now() + kTipAgain;
  if (!records.ok()) {
    if (records.status().code() == absl::StatusCode::kDeadlineExceeded) {
      if (!at_tip_) next_wake_ = ask_tip_at_;
      return false;
    }
    if (records.status().code() == absl::StatusCode::kUnavailable) {
      retry_at_ = deps_.clock.Now() + kRetry;
      next_wake_ = retry_at_;
      return false;
    }
    stopped_why_ = records.status();
    return false;
  }
  if (records->empty()) {
    at_tip_ = true;
    return false;
  }
  state_store::StateStore::Batch batch = deps_.store.NewBatch();
  for (const event_log::JudgedRecord& record : *records) {
    if (record.verdict != event_log::Verdict::kAdmittedCommit) continue;
    const es::CommitContext at{tp_.topic, tp_.partition, record.offset, record.previous_admitted};
    if (absl::Status s = deps_.views.Fold(batch, record.record.commit(), at); !s.ok()) {
      stopped_why_ = std::move(s);  // stop the line: nothing of this batch is stored
      return false;
    }
  }
  batch.Rows(state_store::kMeta)
      .Put(FenceKey(tp_.topic, tp_.partition), reader_->state().Serialize());
  if (absl::Status s = deps_.store.Commit(std::move(batch)); !s.ok()) return s;
  next_offset_ = reader_->state().next_offset;
  if (IsFarBehind(records->back().append_time, deps_.clock.Now())) at_tip_ = false;
  deps_.on_change();
  return true;
}

}  // namespace prihvat::runtime
