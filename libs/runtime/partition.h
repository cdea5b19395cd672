// The single-threaded state machine of one partition of the service's own topic. It alone folds the
// partition's records into the store, whether it follows or owns; as the owner it decides commands
// in batches.
//
//   Following -> Claiming -> CatchingUp -> Owning -> SteppingDown -> Following;   any -> Stopped
//
// One batch is in flight at a time; while it flies the mailbox gathers. What settles a commit is
// the fold alone: it is acknowledged when its own record has been admitted here, which the expected
// chain proves. Owned and stepped by the service's thread (or a simulation's); only the append's
// callback comes from elsewhere, into a slot of its own.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "libs/event_log/term_fence.h"
#include "libs/runtime/batch.h"
#include "libs/runtime/commit_gate.h"
#include "libs/runtime/mailbox.h"
#include "libs/runtime/service.h"
#include "libs/runtime/views.h"
#include "libs/state_store/state_store.h"

namespace prihvat::runtime {

// What a partition works with; outlives it.
struct PartitionDeps {
  const ServiceDefinition& definition;
  const ServiceOptions& options;
  event_log::EventLog& log;
  base::Clock& clock;
  base::Random& random;
  state_store::StateStore& store;
  Views& views;
  Counters& counters;
  CommitGate& gate;
  std::function<void()> wake;       // from any thread: step the service again
  std::function<void()> on_change;  // after commits were folded
};

class Partition {
 public:
  enum class State { kFollowing, kClaiming, kCatchingUp, kOwning, kSteppingDown, kStopped };

  // Reads where the store stands and compares the log with it. FAILED_PRECONDITION: they do not
  // belong together.
  static absl::StatusOr<std::unique_ptr<Partition>> Open(const PartitionDeps& deps,
                                                         int32_t partition);

  // Does some work; true if there may be more to do at once. An error is the store's: the service
  // must end.
  absl::StatusOr<bool> Step();
  // When to step again though nothing has happened.
  absl::Time next_wake() const { return next_wake_; }

  void Submit(CommandItem item);
  void React(ReactionItem item) { mailbox_.PushReaction(std::move(item)); }

  // No more commands; what is in flight and in the mailbox goes on. Then an owner that has peers
  // leaves: it writes a last seal and a claim that vacates. Drained() once nothing is left.
  void BeginStop();
  bool stopping() const { return stopping_; }
  bool Drained() const;
  // Drained, and a partition that was left here has a new owner (or has waited for one for long
  // enough): commands that come after BeginStop wait for that, so that a retry finds it.
  bool HandedOver() const;
  // Answers all that is left.
  void Abandon();
  // An owner claims anew before it writes any more: only a claim that was read back tells how far
  // its clock is from the log's.
  void CompareClock() { compare_clock_ = true; }
  // The clock has been set back: what was to happen at a time happens so much earlier by it.
  void ClockWentBack(absl::Duration by);

  State state() const { return state_; }
  int32_t partition() const { return tp_.partition; }
  const event_log::FenceState& fence() const { return fence_.state(); }
  bool at_tip() const { return at_tip_; }
  PartitionStatus status() const;

 private:
  // What waits for the batch in flight: a commit or a seal (settled when the chain is reached) or
  // an answer that was decided over such commits and may not be given before them.
  struct Pending {
    std::string expected_chain;  // empty: an answer only
    bool is_seal = false;
    CommandReply reply;
    std::function<void(CommandReply)> done;           // of a command
    absl::Time arrived = absl::InfinitePast();        // of a command, in the mailbox
    std::function<void(absl::Status)> reaction_done;  // of a reaction
  };
  // Where the log's callback leaves its answer; outlives the partition if it must.
  struct AppendSlot {
    std::mutex mutex;
    std::optional<event_log::AppendResult> result;  // guarded by mutex
  };
  // The record at the fence's next offset: one that was read, or an own one that was confirmed.
  struct NextToFold {
    event_log::RawRecord raw;
    std::shared_ptr<const log::v1::Record> record;
    std::optional<OwnRecord> own;  // its bytes are in `raw`
  };
  Partition(const PartitionDeps& deps, int32_t partition)
      : deps_(deps), tp_{deps.definition.topic, partition}, mailbox_(deps.options.mailbox_limit) {}

  absl::Status CheckAgainstLog();
  bool TakeAppendResult();
  absl::StatusOr<bool> FoldWhatIsThere();
  std::optional<NextToFold> NextRecord();
  absl::Status FoldOne(NextToFold& next, state_store::StateStore::Batch& batch,
                       std::vector<Pending>& settled);
  absl::Status FoldCommit(NextToFold& next, state_store::StateStore::Batch& batch);
  absl::Status FoldEvents(NextToFold& next, const es::CommitContext& at,
                          state_store::StateStore::Batch& batch);
  void FoldFeed(const NextToFold& next, state_store::StateStore::Batch& batch);
  void FoldRequest(const log::v1::Commit& commit, int64_t offset,
                   state_store::StateStore::Batch& batch);
  void SettleFront(std::vector<Pending>& settled);
  void OnClaim(const log::v1::Claim& claim, absl::Time append_time);
  void Reply(Pending& pending, int64_t offset);

  bool Advance();
  bool ShouldClaim(absl::Time now);
  bool OwnsSoon() const;
  bool LeaveWanted() const;
  void AppendClaim(bool vacates);
  void AnswerLate();
  void LoseBatch(const es::Reason& reason, const absl::Status& why);
  void StepDown(const absl::Status& why);
  void StopFolding(absl::Status why);
  void AnswerMailbox(const es::Reason& reason);

  bool StartBatch();
  void GatherAfter(size_t settled);
  bool Gathering();
  bool SealDue();
  bool LastSealWanted() const;
  void AddSeal(Batch& batch);
  void DecideCommand(Batch& batch, CommandItem item);
  void DecideReaction(Batch& batch, ReactionItem item);
  void DecideEach(const ReactionItem& item, absl::Time recorded_at, Draft& draft);
  Draft NewDraft(Batch& batch, const std::string& operation) const;
  void Accept(Batch& batch, Draft& draft, std::string bytes, Pending pending);
  static log::v1::Cause MarkIn(const Batch& batch, const std::string& mark_key);
  std::optional<Pending> AnswerRepeat(Batch& batch, const CommandItem& item,
                                      const std::string& digest);
  void Wake(absl::Time at) { next_wake_ = std::min(next_wake_, at); }

  PartitionDeps deps_;
  event_log::TopicPartition tp_;
  Mailbox mailbox_;

  State state_ = State::kFollowing;
  absl::Status stopped_why_;
  bool stopping_ = false;
  absl::Time stop_began_ = absl::InfinitePast();
  bool leave_tried_ = false;
  bool compare_clock_ = false;
  bool vacate_ = false;  // owner by a claim that this clock must not write under
  absl::Time left_at_ = absl::InfinitePast();  // own claim that vacates was folded
  std::deque<CommandItem> late_;               // came after BeginStop; at most mailbox_limit
  event_log::TermFence fence_;
  std::string last_record_digest_;
  std::optional<int64_t> last_commit_;  // offset of the last folded one; nothing: not yet read
  int64_t evict_after_us_ = 0;          // commits recorded until then find no request id to forget

  std::unique_ptr<event_log::LogReader> reader_;
  std::deque<event_log::RawRecord> read_ahead_;
  std::map<int64_t, OwnRecord>
      confirmed_;  // own records that the log has confirmed, by offset, not yet folded
  // The reader has seen the tip since the last change of state, and nothing very old after that.
  bool at_tip_ = false;
  absl::Time read_again_at_ = absl::InfinitePast();
  absl::Time ask_tip_at_ = absl::InfinitePast();

  std::string claim_id_;  // of the latest attempt; empty for none
  bool claim_in_flight_ = false;
  bool claim_waits_ = false;  // appended (perhaps), not yet folded
  absl::Time owner_since_ = absl::InfinitePast();
  absl::Time claim_at_ = absl::InfinitePast();  // not before
  int claim_attempts_ = 0;
  absl::Status claim_failed_;  // why the log did not take the last one
  absl::Time settle_by_ = absl::InfiniteFuture();

  std::shared_ptr<AppendSlot> slot_;  // of the append in flight
  std::vector<OwnRecord> in_flight_;
  absl::Time append_started_;
  absl::Duration append_took_;                       // the last batch's
  size_t gather_size_ = 0;                           // commands that the next batch waits for,
  absl::Time gather_until_ = absl::InfinitePast();   // until then
  absl::Time seal_again_at_ = absl::InfinitePast();  // not before: the last one was lost
  std::deque<Pending> pending_;
  absl::Time next_wake_ = absl::InfiniteFuture();
};

const char* ToString(Partition::State state);

}  // namespace prihvat::runtime
