#include "libs/runtime/partition.h"

#include <algorithm>
#include <iterator>

#include "fmt/format.h"
#include "libs/base/check.h"
#include "libs/base/digest.h"
#include "libs/base/string_view.h"
#include "libs/base/text.h"
#include "libs/es/values.h"
#include "libs/runtime/batch.h"
#include "libs/runtime/keys.h"
#include "libs/runtime/reasons.h"
#include "prihvat/common/v1/work_list.pb.h"
#include "prihvat/log/v1/store.pb.h"

namespace prihvat::runtime {
namespace {

using event_log::AppendResult;
using event_log::FenceState;
using event_log::RawRecord;
using event_log::Verdict;
using state_store::StateStore;

constexpr size_t kFoldRecords = 512;  // a step, so that other partitions get their turn
constexpr int kEvictions =
    8;  // of old request ids, a commit: bounded, and the same on every replica
constexpr absl::Duration kRequestWindow = absl::Hours(24 * 30);
constexpr size_t kMessageCharacters = 1024;  // of a work item
constexpr size_t kCommandBytes = 64 << 10;   // of the command that it holds
constexpr absl::Duration kReadRetry = absl::Milliseconds(200);
// Asking for the tip holds the service's thread: for this long at most, and not at once again, or
// partitions without a leader would hold back those that have one.
constexpr absl::Duration kTipWait = absl::Milliseconds(100);
constexpr absl::Duration kTipAgain = absl::Milliseconds(250);
constexpr absl::Duration kSealRetry = absl::Seconds(5);
// A vacant partition is claimed at once by the first in rank, by the others a little later each, so
// that they do not all try.
constexpr absl::Duration kVacantSpread = absl::Milliseconds(50);
// For so long commands wait at an instance for which a vacant partition, or its own claim, comes.
constexpr absl::Duration kVacantPatience = absl::Seconds(5);
// An end waits so long for its own claim under way (nobody follows up one that comes to stand
// later), and for a successor (there may be none).
constexpr absl::Duration kClaimPatience = absl::Milliseconds(500);
constexpr absl::Duration kSuccessorPatience = absl::Milliseconds(500);
// A batch of so many was answered: their callers are about to come back, and the next batch waits
// for them, for a part of what an append takes.
constexpr size_t kGatherFrom = 8;
constexpr absl::Duration kGatherMost = absl::Milliseconds(2);

CommandReply Failed(const es::Reason& reason, std::string_view detail = "") {
  CommandReply reply;
  reply.status =
      absl::Status(reason.code, detail.empty() ? std::string(reason.meaning) : std::string(detail));
  reply.reason = reason.id;
  if (reason.code == absl::StatusCode::kUnavailable ||
      reason.code == absl::StatusCode::kResourceExhausted) {
    reply.retry_after = absl::Milliseconds(200);
  }
  return reply;
}

std::string RequestDigest(const google::protobuf::Message& command) {
  std::string bytes = command.GetDescriptor()->full_name();
  bytes.push_back('\0');
  bytes += es::SerializeDeterministically(command);
  return base::Sha256Bytes(bytes);
}

CommandReply ReplyOf(const log::v1::StoredReply& stored) {
  CommandReply reply;
  reply.resource = stored.resource_name();
  reply.etag = stored.etag();
  for (const log::v1::DocumentNumber& number : stored.document_numbers()) {
    reply.document_numbers.push_back({number.kind(), number.year(), number.number()});
  }
  return reply;
}

// The resource as the decision leaves it, with its etag.
void SetRow(const es::Rows& rows, CommandReply& reply) {
  std::optional<std::string> row = rows.Get(reply.resource);
  if (!row) return;
  reply.etag = es::EtagOfRow(*row);
  reply.row = *std::move(row);
}

// The commit lies in the record's bytes as it lies in the entry.
std::string FeedEntryOf(int64_t previous_offset, std::string_view record_bytes) {
  static_assert(
      int{log::v1::FeedEntry::kCommitFieldNumber} == int{log::v1::Record::kCommitFieldNumber},
      "else the record's bytes are no part of an entry's");
  log::v1::FeedEntry entry;
  entry.set_previous_offset(previous_offset);
  return entry.SerializeAsString().append(record_bytes);
}

CommandReply Refused(const es::Rejection& rejection) {
  CommandReply reply;
  reply.rejection = std::make_shared<es::Rejection>(rejection);
  reply.status = absl::Status(rejection.reason().code, rejection.message());
  reply.reason = rejection.reason().id;
  return reply;
}

log::v1::StoredReply StoredReplyOf(const log::v1::Commit& commit) {
  log::v1::StoredReply stored;
  stored.set_request_digest(commit.request_digest());
  stored.set_resource_name(commit.resource_name());
  stored.set_etag(commit.etag());
  *stored.mutable_document_numbers() = commit.document_numbers();
  return stored;
}

// A work item says where its cause stands. It holds the command, for people to have it decided
// again, where that is of a bounded size.
common::v1::ReactionRejected WorkItemOf(const ReactionItem& item, size_t index,
                                        absl::Time effective_at, const es::Reason& reason,
                                        std::string_view message) {
  const google::protobuf::Message& command = *item.reactions[index].command;
  common::v1::ReactionRejected rejected;
  rejected.set_process(item.process->name());
  rejected.set_source_topic(item.cause.source_topic());
  rejected.set_source_partition(item.cause.source_partition());
  rejected.set_source_offset(item.cause.new_offset());
  rejected.set_index(static_cast<int32_t>(index));
  rejected.set_count(1);
  rejected.set_command_type(command.GetDescriptor()->full_name());
  if (command.ByteSizeLong() <= kCommandBytes)
    rejected.set_command(es::SerializeDeterministically(command));
  rejected.set_reason(reason.id);
  rejected.set_message(base::TruncateCodepoints(message, kMessageCharacters));
  *rejected.mutable_effective_time() = es::ToProto(effective_at);
  return rejected;
}

// One for all reactions, whose events do not fit in a record together. None of the commands is
// held: done one by one they would be something else.
common::v1::ReactionRejected WorkItemOfAll(const ReactionItem& item, absl::Time recorded_at,
                                           size_t bytes, size_t most_bytes) {
  const absl::Time effective_at = std::min(item.reactions.front().effective_at, recorded_at);
  common::v1::ReactionRejected rejected =
      WorkItemOf(item, 0, effective_at, kCommitTooLarge,
                 fmt::format("the events of {} reactions take {} bytes; a record of the log holds "
                             "{}, and nothing of them was done",
                             item.reactions.size(), bytes, most_bytes));
  rejected.clear_command();
  rejected.set_count(static_cast<int32_t>(item.reactions.size()));
  return rejected;
}

// Who reacts, and to what.
void SetCause(const ReactionItem& item, log::v1::Commit& commit) {
  commit.set_principal("processes/" + item.process->name());
  commit.set_trace_id(item.trace_id);
  commit.set_import_id(item.import_id);
  *commit.mutable_cause() = item.cause;
}

}  // namespace

const char* ToString(Partition::State state) {
  switch (state) {
    case Partition::State::kFollowing:
      return "Following";
    case Partition::State::kClaiming:
      return "Claiming";
    case Partition::State::kCatchingUp:
      return "CatchingUp";
    case Partition::State::kOwning:
      return "Owning";
    case Partition::State::kSteppingDown:
      return "SteppingDown";
    case Partition::State::kStopped:
      return "Stopped";
  }
  return "";
}

absl::StatusOr<std::unique_ptr<Partition>> Partition::Open(const PartitionDeps& deps,
                                                           int32_t partition) {
  std::unique_ptr<Partition> opened(new Partition(deps, partition));
  const auto meta = deps.store.Read(state_store::kMeta);
  if (const auto stored = meta->Get(FenceKey(opened->tp_.topic, partition))) {
    auto state = FenceState::Parse(*stored);
    if (!state.ok()) return state.status();
    opened->fence_ = event_log::TermFence(*std::move(state));
    opened->last_record_digest_ =
        meta->Get(LastRecordKey(opened->tp_.topic, partition)).value_or("");
  }
  if (absl::Status s = opened->CheckAgainstLog(); !s.ok()) return s;
  auto reader = deps.log.OpenReader(opened->tp_, opened->fence().next_offset, deps.wake);
  if (!reader.ok()) return reader.status();
  opened->reader_ = *std::move(reader);
  if (absl::Status s = deps.views.Join(opened->tp_, opened->fence()); !s.ok()) return s;
  return opened;
}

// The record before the store's position must be the one that was folded: else this is another log,
// or a shorter one.
absl::Status Partition::CheckAgainstLog() {
  const int64_t last = fence().next_offset - 1;
  if (last < 0) return absl::OkStatus();
  // By the machine's own clock, as engines count.
  const absl::Time deadline = absl::Now() + deps_.options.start_timeout;
  const auto unanswered = [&](const absl::Status& why) {
    return absl::Status(
        why.code(),
        fmt::format("{}: the log does not say what stands at offset {}, to which the store was "
                    "folded; it was asked for {}. Nothing was changed: start again once it can be "
                    "reached ({})",
                    ToString(tp_), last, absl::FormatDuration(deps_.options.start_timeout),
                    base::FromAbsl(why.message())));
  };
  const std::string advice =
      "; the store was made from another log, or the log was cut. Nothing was changed. Put the "
      "right log back, or move "
      "the store away and let it be rebuilt from this log";
  auto end = deps_.log.End(tp_, deadline);
  if (!end.ok()) return unanswered(end.status());
  if (*end <= last) {
    return absl::FailedPreconditionError(
        fmt::format("{}: the log ends at offset {}, but the store was folded to {}{}",
                    ToString(tp_), *end - 1, last, advice));
  }
  auto reader = deps_.log.OpenReader(tp_, last, nullptr);
  if (!reader.ok()) return reader.status();
  auto records = (*reader)->Read(1, deadline);
  if (absl::IsDataLoss(records.status())) return records.status();
  if (!records.ok()) return unanswered(records.status());
  if (records->empty() || base::Sha256Bytes(records->front().bytes) != last_record_digest_) {
    return absl::FailedPreconditionError(
        fmt::format("{}: the record at offset {} is not the one that the store was folded to{}",
                    ToString(tp_), last, advice));
  }
  return absl::OkStatus();
}

absl::StatusOr<bool> Partition::Step() {
  next_wake_ = absl::InfiniteFuture();
  if (state_ == State::kStopped) {
    AnswerMailbox(kPartitionStopped);
    AnswerLate();
    return false;
  }
  bool worked = TakeAppendResult();
  auto folded = FoldWhatIsThere();
  if (!folded.ok()) return folded.status();
  worked |= *folded;
  worked |= Advance();
  worked |= StartBatch();
  if (!late_.empty() && HandedOver()) AnswerLate();
  return worked;
}

void Partition::Submit(CommandItem item) {
  if (state_ == State::kStopped)
    return item.done(Failed(kPartitionStopped, base::FromAbsl(stopped_why_.message())));
  if (stopping_) {
    if (HandedOver() || late_.size() >= deps_.options.mailbox_limit)
      return item.done(Failed(kShuttingDown));
    late_.push_back(std::move(item));
    return;
  }
  if (state_ != State::kOwning && !OwnsSoon()) {
    return item.done(Failed(kNotOwner, claim_failed_.ok()
                                           ? std::string(kNotOwner.meaning)
                                           : fmt::format("{} ({})", kNotOwner.meaning,
                                                         base::FromAbsl(claim_failed_.message()))));
  }
  item.arrived = deps_.clock.Now();
  if (const absl::Status pushed = mailbox_.PushCommand(item); !pushed.ok()) {
    ++deps_.counters.mailbox_rejections;
    item.done(Failed(kMailboxFull,
                     fmt::format("{}: {}", ToString(tp_), base::FromAbsl(pushed.message()))));
  }
}

// --- What the log says of our appends
// ---------------------------------------------------------------------------------

bool Partition::TakeAppendResult() {
  if (slot_ == nullptr) return false;
  std::optional<AppendResult> result;
  {
    std::lock_guard lock(slot_->mutex);
    result = std::move(slot_->result);
  }
  if (!result) return false;
  slot_.reset();
  std::vector<OwnRecord> records = std::move(in_flight_);
  in_flight_.clear();
  const bool was_claim = claim_in_flight_;
  claim_in_flight_ = false;
  const absl::Time now = deps_.clock.Now();
  append_took_ = now - append_started_;
  if (!was_claim) deps_.counters.append_seconds += absl::ToDoubleSeconds(append_took_);

  if (result->outcome == AppendResult::Outcome::kConfirmed) {
    settle_by_ = now + deps_.options.append_timeout;
    // A claim is always read back: only the log's own record tells the broker's time and what
    // stands before it.
    if (!was_claim) {
      for (size_t i = 0; i < records.size() && i < result->offsets.size(); ++i) {
        const std::optional<int64_t>& offset = result->offsets[i];
        if (offset && *offset >= fence().next_offset) confirmed_[*offset] = std::move(records[i]);
      }
    }
    return true;
  }
  ++deps_.counters.append_failures;
  if (was_claim) {
    claim_waits_ = result->outcome == AppendResult::Outcome::kUnknown;
    claim_failed_ = result->status;
    deps_.log.ResetWriter(tp_);
    StepDown(result->status);
  } else if (result->outcome == AppendResult::Outcome::kNotSent) {
    // Nothing of it is in the log, so the chain goes on; the writer may be one that takes nothing
    // any more (Kafka: a producer after its fatal error).
    deps_.log.ResetWriter(tp_);
    LoseBatch(kAppendFailed, result->status);
  } else {
    LoseBatch(kOutcomeUnknown, result->status);
    deps_.log.ResetWriter(tp_);
    StepDown(result->status);
    claim_at_ =
        now;  // claim again at once: folding past the new claim settles what became of the batch
  }
  return true;
}

void Partition::LoseBatch(const es::Reason& reason, const absl::Status& why) {
  std::deque<Pending> lost = std::move(pending_);
  pending_.clear();
  confirmed_.clear();
  settle_by_ = absl::InfiniteFuture();
  for (Pending& pending : lost) {
    // Nobody waits for a seal and asks again: without a pause a log that takes nothing would be
    // asked on and on.
    if (pending.is_seal) seal_again_at_ = deps_.clock.Now() + kSealRetry;
    if (pending.reaction_done) pending.reaction_done(absl::UnavailableError(reason.meaning));
    if (pending.done) {
      pending.done(
          Failed(reason, fmt::format("{} ({})", reason.meaning, base::FromAbsl(why.message()))));
    }
  }
}

void Partition::StepDown(const absl::Status& why) {
  if (state_ == State::kStopped) return;
  if (state_ == State::kOwning) ++deps_.counters.step_downs;
  state_ = State::kSteppingDown;
  if (!pending_.empty()) LoseBatch(kNotOwner, why);
  AnswerMailbox(kNotOwner);
  state_ = State::kFollowing;
  at_tip_ = false;
  ++claim_attempts_;
  // Randomised, so that two candidates do not meet again and again.
  const int64_t spread_ms = 50LL << std::min(claim_attempts_, 5);
  claim_at_ = deps_.clock.Now() +
              absl::Milliseconds(20 + static_cast<int64_t>(deps_.random.Uniform(spread_ms)));
}

void Partition::StopFolding(absl::Status why) {
  StepDown(why);
  state_ = State::kStopped;
  stopped_why_ = std::move(why);
}

void Partition::AnswerMailbox(const es::Reason& reason) {
  for (MailboxItem& item : mailbox_.Drain()) {
    if (auto* command = std::get_if<CommandItem>(&item)) command->done(Failed(reason));
    if (auto* reaction = std::get_if<ReactionItem>(&item))
      reaction->done(absl::UnavailableError(reason.meaning));
  }
}

void Partition::AnswerLate() {
  const bool elsewhere = !fence().owner_instance.empty() && state_ != State::kOwning;
  for (CommandItem& item : late_) item.done(Failed(elsewhere ? kNotOwner : kShuttingDown));
  late_.clear();
}

void Partition::Abandon() {
  AnswerLate();
  LoseBatch(kOutcomeUnknown, absl::UnavailableError("shutting down"));
  AnswerMailbox(kShuttingDown);
}

// Not the time to gather until: it looks for jumps itself, so short is it.
void Partition::ClockWentBack(absl::Duration by) {
  for (absl::Time* at : {&stop_began_, &left_at_, &read_again_at_, &ask_tip_at_, &owner_since_,
                         &claim_at_, &settle_by_, &append_started_, &seal_again_at_})
    *at -= by;
}

// --- Folding
// ----------------------------------------------------------------------------------------------------------

// The record at the fence's next offset, from what was confirmed to us or from the reader.
std::optional<Partition::NextToFold> Partition::NextRecord() {
  const int64_t next = fence().next_offset;
  if (auto own = confirmed_.find(next); own != confirmed_.end()) {
    NextToFold found;
    found.raw = {next, std::move(own->second.bytes)};
    found.record = own->second.record;
    found.own = std::move(own->second);
    confirmed_.erase(own);
    return found;
  }
  while (true) {
    while (!read_ahead_.empty() && read_ahead_.front().offset < next) read_ahead_.pop_front();
    if (!read_ahead_.empty()) {
      NextToFold found{std::move(read_ahead_.front()), nullptr, std::nullopt};
      read_ahead_.pop_front();
      return found;
    }
    if (deps_.clock.Now() < read_again_at_) {
      Wake(read_again_at_);
      return std::nullopt;
    }
    // Some engines must ask the broker to know the tip; a candidate needs to know it before it
    // claims.
    const bool ask_tip =
        state_ == State::kFollowing && !at_tip_ && deps_.clock.Now() >= ask_tip_at_;
    auto records =
        reader_->Read(kFoldRecords, ask_tip ? absl::Now() + kTipWait : absl::InfinitePast());
    if (ask_tip) ask_tip_at_ = deps_.clock.Now() + kTipAgain;
    if (!records.ok()) {
      if (records.status().code() == absl::StatusCode::kDataLoss) StopFolding(records.status());
      if (records.status().code() == absl::StatusCode::kUnavailable) {
        read_again_at_ = deps_.clock.Now() + kReadRetry;
        Wake(read_again_at_);
      } else if (state_ == State::kFollowing && !at_tip_) {
        Wake(ask_tip_at_);
      }
      return std::nullopt;
    }
    if (records->empty()) {
      at_tip_ = true;
      return std::nullopt;
    }
    for (RawRecord& record : *records) read_ahead_.push_back(std::move(record));
  }
}

absl::StatusOr<bool> Partition::FoldWhatIsThere() {
  StateStore::Batch batch = deps_.store.NewBatch();
  std::vector<Pending> settled;
  std::string last_bytes;
  size_t folded = 0;
  while (folded < kFoldRecords) {
    std::optional<NextToFold> next = NextRecord();
    if (!next || state_ == State::kStopped) break;
    if (absl::Status s = FoldOne(*next, batch, settled); !s.ok()) {
      // Stop the line: what was folded before stays, what cannot be folded is never skipped.
      StopFolding(std::move(s));
      break;
    }
    last_bytes = std::move(next->raw.bytes);
    // It is asked for the tip again then.
    if (state_ == State::kFollowing && IsFarBehind(next->raw.append_time, deps_.clock.Now()))
      at_tip_ = false;
    ++folded;
  }
  if (folded == 0) return false;
  last_record_digest_ = base::Sha256Bytes(last_bytes);
  es::MutableRows& meta = batch.Rows(state_store::kMeta);
  meta.Put(FenceKey(tp_.topic, tp_.partition), fence().Serialize());
  meta.Put(LastRecordKey(tp_.topic, tp_.partition), last_record_digest_);
  const auto callers = static_cast<size_t>(std::count_if(
      settled.begin(), settled.end(), [](const Pending& p) { return p.done != nullptr; }));
  // Whoever calls alone has the answer while the store takes the commit, which the log has: it is
  // not lost any more, and whoever looks into the store meanwhile waits.
  const bool alone = settled.size() == 1 && callers == 1 && mailbox_.empty();
  if (alone) {
    deps_.gate.Close();
    settled.front().reply.unhurried = true;
    Reply(settled.front(), fence().last_event);
    settled.clear();
  }
  absl::Status s = deps_.store.Commit(std::move(batch));
  if (alone) deps_.gate.Open();
  if (!s.ok()) {
    // They are answered with the rest that the end of the service leaves unknown.
    std::move(settled.rbegin(), settled.rend(), std::front_inserter(pending_));
    return s;
  }
  GatherAfter(callers);
  for (Pending& pending : settled) Reply(pending, fence().last_event);
  if (pending_.empty()) settle_by_ = absl::InfiniteFuture();
  deps_.on_change();
  return true;
}

absl::Status Partition::FoldOne(NextToFold& next, StateStore::Batch& batch,
                                std::vector<Pending>& settled) {
  const RawRecord& raw = next.raw;
  if (next.record == nullptr) {
    auto parsed = std::make_shared<log::v1::Record>();
    if (!parsed->ParseFromString(raw.bytes)) {
      return absl::DataLossError(
          fmt::format("{} offset {}: not a record", ToString(tp_), raw.offset));
    }
    next.record = std::move(parsed);
  }
  const log::v1::Record& record = *next.record;
  const auto verdict = fence_.Judge(raw.offset, record);
  if (!verdict.ok()) return verdict.status();
  if (*verdict == Verdict::kAdmittedCommit) {
    if (absl::Status s = FoldCommit(next, batch); !s.ok()) return s;
  }
  fence_.StepPast(raw.offset, raw.bytes, record, *verdict);
  if (*verdict == Verdict::kAdmittedClaim) OnClaim(record.claim(), raw.append_time);
  if (*verdict == Verdict::kVoid && claim_waits_ && record.has_claim() &&
      record.claim().claim_id() == claim_id_) {
    claim_waits_ = false;  // somebody with a higher term was faster
    StepDown(absl::UnavailableError("another instance claimed first"));
  }
  if (*verdict == Verdict::kAdmittedCommit || *verdict == Verdict::kAdmittedSeal)
    SettleFront(settled);
  return absl::OkStatus();
}

absl::Status Partition::FoldCommit(NextToFold& next, StateStore::Batch& batch) {
  const log::v1::Commit& commit = next.record->commit();
  const int64_t offset = next.raw.offset;
  const es::CommitContext at{tp_.topic, tp_.partition, offset, fence().last_admitted};
  if (absl::Status s = FoldEvents(next, at, batch); !s.ok()) return s;
  if (commit.has_cause()) {
    batch.Rows(state_store::kMeta)
        .Put(MarkKey(tp_.partition, commit.cause().process(), commit.cause().source_topic()),
             commit.cause().SerializeAsString());
  }
  FoldFeed(next, batch);
  FoldRequest(commit, offset, batch);
  return absl::OkStatus();
}

// What the commit does to entities and views.
absl::Status Partition::FoldEvents(NextToFold& next, const es::CommitContext& at,
                                   StateStore::Batch& batch) {
  const log::v1::Commit& commit = next.record->commit();
  es::OverlayRows& entities_rows = batch.Rows(state_store::kEntities);
  if (next.own && next.own->offset == at.offset) {
    // Decided over just this state: an admitted commit's chain says that nothing came in between.
    if (absl::Status s = deps_.views.Fold(batch, commit, at); !s.ok()) return s;
    entities_rows.Apply(std::move(next.own->changes));
    return absl::OkStatus();
  }
  // Events go through an overlay of their own: one that cannot be folded must leave nothing of its
  // commit behind.
  es::OverlayRows rows(entities_rows);
  es::Entities entities(rows);
  for (int i = 0; i < commit.events_size(); ++i) {
    const log::v1::Event& event = commit.events(i);
    absl::Status s = deps_.definition.decider->Evolve(entities, event.type(), event.payload(),
                                                      es::EventContextOf(at, commit, i));
    if (!s.ok()) return s;
  }
  for (const log::v1::DocumentNumber& number : commit.document_numbers()) {
    es::FoldDocumentNumber(entities, commit.operation(),
                           {number.kind(), number.year(), number.number()});
  }
  if (absl::Status s = deps_.views.Fold(batch, commit, at); !s.ok()) return s;
  rows.MoveInto(entities_rows);
  return absl::OkStatus();
}

void Partition::FoldFeed(const NextToFold& next, StateStore::Batch& batch) {
  es::MutableRows& meta = batch.Rows(state_store::kMeta);
  if (!last_commit_) {
    const std::optional<std::string> stored = meta.Get(LastCommitKey(tp_.partition));
    last_commit_ = stored ? std::stoll(*stored) : -1;
  }
  const int64_t offset = next.raw.offset;
  batch.Rows(state_store::kFeed)
      .Put(FeedKey(tp_.partition, offset), FeedEntryOf(*last_commit_, next.raw.bytes));
  meta.Put(LastCommitKey(tp_.partition), std::to_string(offset));
  last_commit_ = offset;
}

void Partition::FoldRequest(const log::v1::Commit& commit, int64_t offset,
                            StateStore::Batch& batch) {
  es::MutableRows& rows = batch.Rows(state_store::kRequests);
  const int64_t recorded_us =
      commit.recorded_at().seconds() * 1'000'000 + commit.recorded_at().nanos() / 1000;
  if (!commit.request_id().empty()) {
    log::v1::StoredReply reply;
    reply.set_request_digest(commit.request_digest());
    reply.set_resource_name(commit.resource_name());
    reply.set_etag(commit.etag());
    *reply.mutable_document_numbers() = commit.document_numbers();
    reply.set_offset(offset);
    const std::string key =
        RequestKey(tp_.partition, commit.operation(), commit.principal(), commit.request_id());
    rows.Put(key, reply.SerializeAsString());
    rows.Put(RequestAgeKey(tp_.partition, recorded_us, key), "");
  }
  // A look for what is old costs as much as the rest of the fold, and mostly there is nothing: the
  // oldest row says when there will be.
  if (recorded_us <= evict_after_us_) return;
  const int64_t window_us = absl::ToInt64Microseconds(kRequestWindow);
  const std::string prefix = fmt::format("age/{}/", tp_.partition);
  std::vector<std::string> old;
  evict_after_us_ = recorded_us + window_us;  // that of rows yet to come
  rows.Scan(prefix, "", [&](std::string_view age_key, std::string_view) {
    const int64_t expires_us = RecordedAtOf(age_key) + window_us;
    const bool more = expires_us < recorded_us && old.size() < kEvictions;
    if (more) {
      old.emplace_back(age_key);
    } else {
      evict_after_us_ = expires_us;
    }
    return more;
  });
  for (const std::string& age_key : old) {
    rows.Delete(age_key);
    rows.Delete(RequestKeyOf(age_key));
  }
}

// An admitted commit or seal was folded: if the oldest pending one expected just this chain, it is
// ours.
void Partition::SettleFront(std::vector<Pending>& settled) {
  const auto take_answers = [&] {
    while (!pending_.empty() && pending_.front().expected_chain.empty()) {
      settled.push_back(std::move(pending_.front()));
      pending_.pop_front();
    }
  };
  if (pending_.empty() || pending_.front().expected_chain != fence().chain) return;
  settled.push_back(std::move(pending_.front()));
  settled.back().reply.token.add_positions()->set_offset(fence().last_admitted);
  pending_.pop_front();
  ++(settled.back().is_seal ? deps_.counters.seals : deps_.counters.commits);
  take_answers();
}

void Partition::Reply(Pending& pending, int64_t offset) {
  if (pending.reaction_done) pending.reaction_done(absl::OkStatus());
  if (!pending.done) return;
  if (pending.arrived != absl::InfinitePast())
    deps_.counters.commit_latency.Add(deps_.clock.Now() - pending.arrived);
  if (pending.reply.token.positions().empty()) {
    if (offset < 0) return pending.done(std::move(pending.reply));  // there is nothing to see yet
    pending.reply.token.add_positions()->set_offset(offset);
  }
  common::v1::Position& position = *pending.reply.token.mutable_positions(0);
  position.set_topic(tp_.topic);
  position.set_partition(tp_.partition);
  pending.done(std::move(pending.reply));
}

void Partition::OnClaim(const log::v1::Claim& claim, absl::Time append_time) {
  const absl::Time now = deps_.clock.Now();
  if (claim.claim_id() != claim_id_) {
    // Somebody else owns it now. What we have in flight and not folded by here is void for ever.
    if (state_ != State::kFollowing)
      StepDown(absl::UnavailableError("superseded by " + claim.instance()));
    if (!claim.vacates()) AnswerMailbox(kNotOwner);  // what has waited for a vacant partition
    owner_since_ = now;
    claim_failed_ = absl::OkStatus();
    return;
  }
  claim_waits_ = false;
  settle_by_ = absl::InfiniteFuture();
  if (claim.vacates()) {
    left_at_ = owner_since_ = now;
    state_ = State::kFollowing;
    return;
  }
  if (append_time != absl::InfinitePast() &&
      absl::AbsDuration(now - append_time) > deps_.options.max_clock_skew) {
    stopped_why_ = absl::FailedPreconditionError(fmt::format(
        "this machine's clock is {} away from the log's; nothing is written until it is within {}",
        absl::FormatDuration(now - append_time),
        absl::FormatDuration(deps_.options.max_clock_skew)));
    StepDown(stopped_why_);
    claim_at_ = now + absl::Seconds(5);
    // It is alive, so nobody would replace it: those whose clocks are right may own it.
    vacate_ = static_cast<bool>(deps_.options.last_heard);
    return;
  }
  stopped_why_ = absl::OkStatus();
  claim_failed_ = absl::OkStatus();
  claim_attempts_ = 0;
  owner_since_ = now;
  state_ = State::kOwning;
}

// --- Ownership
// --------------------------------------------------------------------------------------------------------

bool Partition::Advance() {
  const absl::Time now = deps_.clock.Now();
  // All is settled: a time that has passed would wake an idle instance again and again.
  if (pending_.empty() && !claim_waits_ && slot_ == nullptr) settle_by_ = absl::InfiniteFuture();
  if (settle_by_ <= now && slot_ == nullptr) {
    // Confirmed, or so it seemed, and not to be found in the log in time.
    const absl::Status why = absl::UnavailableError("the log has not shown the append in time");
    settle_by_ = absl::InfiniteFuture();
    LoseBatch(kOutcomeUnknown, why);
    deps_.log.ResetWriter(tp_);
    StepDown(why);
    return true;
  }
  if (settle_by_ != absl::InfiniteFuture()) Wake(settle_by_);
  if (state_ == State::kFollowing && !stopping_ && slot_ == nullptr && ShouldClaim(now)) {
    state_ = State::kClaiming;
    AppendClaim(/*vacates=*/false);
    return true;
  }
  if (state_ != State::kOwning) compare_clock_ = false;  // it will claim before it writes
  if (compare_clock_ && pending_.empty() && slot_ == nullptr) {
    compare_clock_ = false;
    AppendClaim(/*vacates=*/false);
    return true;
  }
  if (vacate_ && state_ == State::kFollowing && slot_ == nullptr) {
    vacate_ = false;
    if (fence().claim_id == claim_id_) {
      AppendClaim(/*vacates=*/true);
      return true;
    }
  }
  // Nothing of ours may be under way: it would be void behind the claim.
  if (LeaveWanted() && pending_.empty() && mailbox_.empty() && slot_ == nullptr &&
      !LastSealWanted()) {
    leave_tried_ = true;
    AppendClaim(/*vacates=*/true);
    return true;
  }
  return false;
}

void Partition::BeginStop() {
  if (std::exchange(stopping_, true)) return;
  stop_began_ = deps_.clock.Now();
  if (state_ != State::kOwning) AnswerMailbox(kShuttingDown);
}

// Tried once: an end comes in any case, and then others replace this instance as one that died.
bool Partition::LeaveWanted() const {
  return stopping_ && state_ == State::kOwning && deps_.options.last_heard && !leave_tried_;
}

bool Partition::Drained() const {
  if (!pending_.empty() || !mailbox_.empty() || LastSealWanted() || LeaveWanted()) return false;
  return !claim_waits_ || deps_.clock.Now() >= stop_began_ + kClaimPatience;
}

bool Partition::HandedOver() const {
  return Drained() && (!fence().vacant() || deps_.clock.Now() >= left_at_ + kSuccessorPatience);
}

// Whether commands may wait here: this instance is about to own the partition, or another is about
// to leave nobody without an answer for long.
bool Partition::OwnsSoon() const {
  if (!claim_failed_.ok() || !stopped_why_.ok() || !deps_.options.last_heard) return false;
  if (state_ == State::kClaiming || state_ == State::kCatchingUp) return true;
  const bool just_started = owner_since_ == absl::InfinitePast();
  return state_ == State::kFollowing && fence().vacant() &&
         (just_started || deps_.clock.Now() < owner_since_ + kVacantPatience);
}

bool Partition::ShouldClaim(absl::Time now) {
  if (!at_tip_ || !confirmed_.empty() || !read_ahead_.empty()) return false;
  absl::Time due = claim_at_;
  const FenceState& state = fence();
  const bool mine = state.owner_instance == deps_.options.instance;
  if (state.vacant() && deps_.options.last_heard) {
    if (owner_since_ == absl::InfinitePast()) owner_since_ = now;
    due = std::max(due, owner_since_ + deps_.options.rank * kVacantSpread);
  } else if (state.term > 0 && !mine && deps_.options.last_heard) {
    const absl::Time heard = std::max(deps_.options.last_heard(state.owner_address), owner_since_);
    if (owner_since_ == absl::InfinitePast())
      owner_since_ = now;  // just started: give the owner its time
    due = std::max(due, std::max(heard, owner_since_) + deps_.options.takeover_after +
                            deps_.options.rank * absl::Milliseconds(500));
  } else if (state.term == 0 && deps_.options.last_heard) {
    if (owner_since_ == absl::InfinitePast()) owner_since_ = now;
    due = std::max(due, owner_since_ + deps_.options.rank * absl::Milliseconds(500));
  }
  if (now >= due) return true;
  Wake(due);
  return false;
}

void Partition::AppendClaim(bool vacates) {
  const FenceState& state = fence();
  claim_id_ = deps_.random.Bytes(16);
  log::v1::Record record;
  log::v1::Claim& claim = *record.mutable_claim();
  claim.set_term(state.term + 1);
  claim.set_claim_id(claim_id_);
  claim.set_instance(deps_.options.instance);
  claim.set_address(deps_.options.address);
  claim.set_last_admitted_offset(state.last_admitted);
  claim.set_last_admitted_chain(state.chain);
  absl::Time at = deps_.clock.Now();
  if (state.last_recorded_at_us != INT64_MIN)
    at = std::max(at, absl::FromUnixMicros(state.last_recorded_at_us));
  *claim.mutable_recorded_at() = es::ToProto(at);
  claim.set_topic(tp_.topic);
  claim.set_partition(tp_.partition);
  claim.set_partition_count(deps_.options.partitions);
  claim.set_log_id(state.log_id.empty() ? deps_.random.Bytes(16) : state.log_id);
  claim.set_vacates(vacates);

  ++deps_.counters.claims;
  claim_in_flight_ = claim_waits_ = true;
  state_ = vacates ? State::kSteppingDown : State::kCatchingUp;
  at_tip_ = false;
  slot_ = std::make_shared<AppendSlot>();
  append_started_ = deps_.clock.Now();
  settle_by_ = absl::InfiniteFuture();  // set when the append has been answered
  deps_.log.Append(tp_, {record.SerializeAsString()},
                   append_started_ + deps_.options.append_timeout,
                   [slot = slot_, wake = deps_.wake](AppendResult result) {
                     {
                       std::lock_guard lock(slot->mutex);
                       slot->result = std::move(result);
                     }
                     wake();
                   });
}

// --- Deciding
// ---------------------------------------------------------------------------------------------------------

// What a batch costs the log, the store and the threads between hardly depends on its size. Callers
// who were answered together and come back one by one would else be two halves for ever, of which
// one waits while the other is written.
void Partition::GatherAfter(size_t settled) {
  gather_until_ = absl::InfinitePast();
  if (settled < kGatherFrom || stopping_) return;
  gather_size_ = std::min(mailbox_.size() + settled - settled / 4, deps_.options.batch_limit);
  gather_until_ = deps_.clock.Now() + std::min(kGatherMost, append_took_ / 4);
}

bool Partition::Gathering() {
  const absl::Duration left = gather_until_ - deps_.clock.Now();
  if (mailbox_.size() >= gather_size_ || left <= absl::ZeroDuration()) return false;
  if (left > kGatherMost) return false;  // the clock has jumped
  Wake(gather_until_);
  return true;
}

bool Partition::StartBatch() {
  if (state_ != State::kOwning || !pending_.empty() || slot_ != nullptr) return false;
  const bool seal = SealDue();
  if (!seal && (mailbox_.empty() || Gathering())) return false;
  Batch batch(deps_.store, fence_, deps_.clock.Now());
  if (seal) AddSeal(batch);
  for (size_t taken = 0;
       taken < deps_.options.batch_limit && batch.bytes < deps_.options.batch_bytes; ++taken) {
    std::optional<MailboxItem> item = mailbox_.Pop();
    if (!item) break;
    if (auto* command = std::get_if<CommandItem>(&*item)) {
      DecideCommand(batch, std::move(*command));
    } else {
      DecideReaction(batch, std::move(std::get<ReactionItem>(*item)));
    }
  }
  // Answers that rest on nothing in flight need not wait.
  while (!pending_.empty() && pending_.front().expected_chain.empty()) {
    Pending answer = std::move(pending_.front());
    pending_.pop_front();
    Reply(answer, fence().last_event);
  }
  if (batch.records.empty()) return true;
  ++deps_.counters.commit_batches;
  slot_ = std::make_shared<AppendSlot>();
  in_flight_ = std::move(batch.records);
  std::vector<std::string> bytes;
  bytes.reserve(in_flight_.size());
  for (const OwnRecord& record : in_flight_) bytes.push_back(record.bytes);
  append_started_ = deps_.clock.Now();
  deps_.log.Append(tp_, std::move(bytes), append_started_ + deps_.options.append_timeout,
                   [slot = slot_, wake = deps_.wake](AppendResult result) {
                     {
                       std::lock_guard lock(slot->mutex);
                       slot->result = std::move(result);
                     }
                     wake();
                   });
  return true;
}

bool Partition::SealDue() {
  const FenceState& state = fence();
  if (deps_.options.seals.signer == nullptr || !state.unsealed()) return false;
  const absl::Time now = deps_.clock.Now();
  const bool many =
      state.next_offset - 1 - state.last_seal >= deps_.options.seals.every_records || stopping_;
  const absl::Time due =
      std::max(seal_again_at_,
               many ? absl::InfinitePast()
                    : absl::FromUnixMicros(state.unsealed_since_us) + deps_.options.seals.every);
  if (now >= due) return true;
  Wake(due);
  return false;
}

// Whether the end has to wait for a seal over the rest. Tried once: an end comes in any case.
bool Partition::LastSealWanted() const {
  return stopping_ && state_ == State::kOwning && deps_.options.seals.signer != nullptr &&
         fence().unsealed() && deps_.clock.Now() >= seal_again_at_;
}

// A seal speaks of what has been folded here, so it is the first record of its batch. Void records
// that land before it are left to the next one; an admitted one makes it void, as a commit.
void Partition::AddSeal(Batch& batch) {
  const FenceState& state = fence();
  auto record = std::make_shared<log::v1::Record>();
  log::v1::Seal& seal = *record->mutable_seal();
  seal.set_claim_id(state.claim_id);
  seal.set_previous_chain(state.chain);
  *seal.mutable_recorded_at() = es::ToProto(batch.recorded_at);
  seal.set_topic(tp_.topic);
  seal.set_partition(tp_.partition);
  seal.set_log_id(state.log_id);
  seal.set_term(state.term);
  seal.set_first_offset(state.sealed_through + 1);
  seal.set_last_offset(state.last_admitted);
  seal.set_void_digest(state.sealable_void_digest);
  deps_.options.seals.signer->Sign(seal);
  OwnRecord own{record->SerializeAsString(), record, {}, batch.next_offset()};
  Pending pending;
  pending.is_seal = true;
  pending.expected_chain = batch.chain = event_log::NextChain(batch.chain, own.bytes);
  pending_.push_back(std::move(pending));
  batch.bytes += own.bytes.size();
  batch.records.push_back(std::move(own));
}

// The answer to a request id that has been seen, in the store or earlier in this batch.
std::optional<Partition::Pending> Partition::AnswerRepeat(Batch& batch, const CommandItem& item,
                                                          const std::string& digest) {
  const std::string key = RequestKey(tp_.partition, item.request.operation, item.request.principal,
                                     item.request.request_id);
  log::v1::StoredReply stored;
  if (auto in_batch = batch.new_requests.find(key); in_batch != batch.new_requests.end()) {
    stored = in_batch->second;
  } else {
    const auto row = batch.requests->Get(key);
    if (!row) return std::nullopt;
    PRIHVAT_CHECK(stored.ParseFromString(*row), "a stored reply cannot be parsed");
  }
  Pending answer;
  if (stored.request_digest() != digest) {
    answer.reply = Failed(kRequestIdReused,
                          fmt::format("the request id {} was used before, for another request",
                                      item.request.request_id));
    return answer;
  }
  ++deps_.counters.request_id_hits;
  answer.reply = ReplyOf(stored);
  answer.reply.repeated = true;
  return answer;
}

Draft Partition::NewDraft(Batch& batch, const std::string& operation) const {
  return Draft(*deps_.definition.decider, tp_, fence(), batch, operation);
}

void Partition::DecideCommand(Batch& batch, CommandItem item) {
  const CommandRequest& request = item.request;
  deps_.counters.mailbox_wait.Add(deps_.clock.Now() - item.arrived);
  const auto answer = [&](CommandReply reply) {
    Pending pending;
    pending.reply = std::move(reply);
    pending.done = std::move(item.done);
    pending_.push_back(std::move(pending));
  };
  if (request.deadline <= deps_.clock.Now()) return answer(Failed(kDeadlinePassed));
  const std::string digest = RequestDigest(*request.command);
  if (!request.request_id.empty()) {
    if (std::optional<Pending> repeat = AnswerRepeat(batch, item, digest))
      return answer(std::move(repeat->reply));
  }

  Draft draft = NewDraft(batch, request.operation);
  es::Context context = draft.ContextFor(request.principal, request.import_id,
                                         [this] { return deps_.random.Next(); });
  context.effective_at =
      request.effective_at == absl::InfinitePast() ? batch.recorded_at : request.effective_at;
  const es::Decision decision = draft.Decide(*request.command, context);
  if (!decision.accepted()) {
    ++deps_.counters.rejections;
    return answer(Refused(decision.rejection()));
  }
  CommandReply reply;
  reply.resource = decision.resource();
  if (decision.events().empty()) {  // what was wished for is so already
    SetRow(draft.changes(), reply);
    return answer(std::move(reply));
  }

  log::v1::Commit& commit = draft.commit();
  commit.set_command_type(request.command->GetDescriptor()->full_name());
  commit.set_principal(request.principal);
  commit.set_request_id(request.request_id);
  commit.set_request_digest(digest);
  commit.set_trace_id(request.trace_id);
  commit.set_import_id(request.import_id);
  draft.Add(decision.events(), context);
  draft.AddNumbers(context.numbers);
  commit.set_resource_name(decision.resource());
  SetRow(draft.changes(), reply);
  commit.set_etag(reply.etag);

  std::string bytes = draft.Serialize();
  if (bytes.size() > deps_.log.max_record_bytes()) {
    return answer(
        Failed(kCommitTooLarge,
               fmt::format("the command's events take {} bytes; a record of the log holds {}",
                           bytes.size(), deps_.log.max_record_bytes())));
  }
  reply.document_numbers = context.numbers;
  if (!request.request_id.empty()) {
    batch.new_requests[RequestKey(tp_.partition, request.operation, request.principal,
                                  request.request_id)] = StoredReplyOf(commit);
  }
  Pending pending;
  pending.reply = std::move(reply);
  pending.done = std::move(item.done);
  pending.arrived = item.arrived;
  Accept(batch, draft, std::move(bytes), std::move(pending));
}

// Takes the draft into the batch.
void Partition::Accept(Batch& batch, Draft& draft, std::string bytes, Pending pending) {
  draft.Finish(std::move(bytes));
  pending.expected_chain = batch.chain;
  pending_.push_back(std::move(pending));
}

// Where the process stands, in the store or by what was decided earlier in this batch.
log::v1::Cause Partition::MarkIn(const Batch& batch, const std::string& mark_key) {
  log::v1::Cause mark;
  mark.set_new_offset(-1);
  if (const auto in_batch = batch.new_marks.find(mark_key); in_batch != batch.new_marks.end()) {
    mark = in_batch->second;
  } else if (const auto row = batch.meta->Get(mark_key)) {
    PRIHVAT_CHECK(mark.ParseFromString(*row), "a mark cannot be parsed");
  }
  return mark;
}

// Decides one reaction after the other; what is rejected becomes a work item.
void Partition::DecideEach(const ReactionItem& item, absl::Time recorded_at, Draft& draft) {
  const std::string principal = draft.commit().principal();
  // The source service has judged how far back its fact may lie; here it is a fact.
  es::Context context =
      draft.ContextFor(principal, item.import_id.empty() ? principal : item.import_id,
                       [this] { return deps_.random.Next(); });
  for (size_t i = 0; i < item.reactions.size(); ++i) {
    const es::Reaction& reaction = item.reactions[i];
    ++deps_.counters.reactions;
    context.effective_at = std::min(reaction.effective_at, recorded_at);
    const size_t numbers_before = context.numbers.size();
    const es::Decision decision = draft.Decide(*reaction.command, context);
    if (decision.accepted()) {
      draft.Add(decision.events(), context);
      continue;
    }
    ++deps_.counters.reaction_rejections;
    context.numbers.resize(numbers_before);
    draft.Add(WorkItemOf(item, i, context.effective_at, decision.rejection().reason(),
                         decision.rejection().message()),
              recorded_at);
  }
  draft.AddNumbers(context.numbers);
}

void Partition::DecideReaction(Batch& batch, ReactionItem item) {
  const std::string mark_key =
      MarkKey(tp_.partition, item.process->name(), item.cause.source_topic());
  const log::v1::Cause mark = MarkIn(batch, mark_key);
  // Decided only if the mark stands where the process believes it does: so each source commit has
  // one effect.
  if (mark.new_offset() != item.cause.old_offset() || mark.new_chain() != item.cause.old_chain()) {
    return item.done(absl::AbortedError("the mark has moved"));
  }

  Pending pending;
  pending.reaction_done = std::move(item.done);
  batch.new_marks[mark_key] = item.cause;
  Draft draft = NewDraft(batch, item.operation);
  SetCause(item, draft.commit());
  DecideEach(item, batch.recorded_at, draft);
  std::string bytes = draft.Serialize();
  if (bytes.size() <= deps_.log.max_record_bytes())
    return Accept(batch, draft, std::move(bytes), std::move(pending));

  // The effects of a source commit are one commit or none. These cannot be one: people must see to
  // it, and the process goes on.
  Draft refusal = NewDraft(batch, item.operation);
  SetCause(item, refusal.commit());
  deps_.counters.reaction_rejections += static_cast<int64_t>(item.reactions.size());
  refusal.Add(WorkItemOfAll(item, batch.recorded_at, bytes.size(), deps_.log.max_record_bytes()),
              batch.recorded_at);
  Accept(batch, refusal, refusal.Serialize(), std::move(pending));
}

PartitionStatus Partition::status() const {
  PartitionStatus status;
  status.partition = tp_.partition;
  status.state = ToString(state_);
  status.term = fence().term;
  status.owner_instance = fence().owner_instance;
  status.owner_address = fence().owner_address;
  status.applied = fence().next_offset - 1;
  status.end = std::max(fence().next_offset, reader_->position());
  status.void_records = fence().void_records;
  status.sealed_through = fence().sealed_through;
  if (fence().unsealed()) status.unsealed_since = absl::FromUnixMicros(fence().unsealed_since_us);
  status.mailbox_depth = static_cast<int64_t>(mailbox_.size());
  status.stopped_why = std::string(base::FromAbsl(stopped_why_.message()));
  return status;
}

}  // namespace prihvat::runtime
