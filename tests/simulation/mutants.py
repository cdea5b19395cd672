#!/usr/bin/env python3
"""Faults planted in the runtime, each of which the simulation must find: a check of the simulation, not of the runtime.

mutants.py SOURCE_DIR NAME OUT writes the mutated copy of the one file that the mutant NAME changes; an error if what it
changes is no longer there word for word (then bring the mutant up to date). mutants_test.py runs them.
"""

import pathlib
import sys

PARTITION = "libs/runtime/partition.cc"
RUNNER = "libs/runtime/process_runner.cc"
FENCE = "libs/event_log/term_fence.cc"
CORE = "libs/runtime/service_core.cc"
MAILBOX = "libs/runtime/mailbox.cc"
VIEWS = "libs/runtime/views.cc"
STORE = "libs/state_store/state_store.cc"

# name: (file, what is there, what the mutant has instead, what the simulation must say)
MUTANTS = {
    # The callers are told yes as soon as the log took the batch, without folding it: a void one is acknowledged.
    "acknowledge_before_fold": (
        PARTITION,
        "    settle_by_ = now + deps_.options.append_timeout;\n",
        "    settle_by_ = now + deps_.options.append_timeout;\n"
        "    for (Pending& pending : pending_)\n"
        "      if (pending.done) Reply(pending, fence().last_admitted), pending.done = nullptr;\n",
        "G5: ",
    ),
    # An append of which nothing is known is taken for a success.
    "unknown_is_success": (
        PARTITION,
        "    LoseBatch(kOutcomeUnknown, result->status);\n    deps_.log.ResetWriter(tp_);\n",
        "    for (Pending& pending : pending_) Reply(pending, fence().last_admitted);\n"
        "    pending_.clear();\n    deps_.log.ResetWriter(tp_);\n",
        "was acknowledged and is lost",
    ),
    # A batch is taken for stored as soon as its first commit is: a torn one is not.
    "settle_the_whole_batch": (
        PARTITION,
        "  take_answers();\n",
        "  take_answers();\n"
        "  while (!pending_.empty()) {\n"
        "    settled.push_back(std::move(pending_.front()));\n"
        "    pending_.pop_front();\n"
        "  }\n",
        "G5: ",
    ),
    # What the reader does not have yet is taken for the end of the log.
    "nothing_yet_is_the_tip": (
        PARTITION,
        "    if (!records.ok()) {\n",
        "    if (!records.ok()) {\n      at_tip_ = true;\n",
        "it says that it is ready, and is behind the log",
    ),
    # Nothing is read again for as long as a clock was set back by.
    "wait_for_the_clock": (
        CORE,
        "  if (back <= absl::ZeroDuration()) return;\n",
        "  if (back != absl::InfiniteDuration()) return;\n",
        "it differs from a rebuild",
    ),
    # A clock that jumps is as good as before.
    "trust_the_clock": (
        CORE,
        "    for (const auto& partition : partitions_) partition->CompareClock();\n",
        "",
        "was recorded by a clock that is off",
    ),
    "believe_the_time_of_a_claim": (
        FENCE,
        "  if (verdict != Verdict::kAdmittedClaim)\n",
        "",
        "was recorded by a clock that is off",
    ),
    # The disk did not take it, and all goes on.
    "fold_past_a_full_disk": (
        PARTITION,
        "    std::move(settled.rbegin(), settled.rend(), std::front_inserter(pending_));\n    return s;\n",
        "",
        "G5: ",
    ),
    # A disk that becomes full between the two has half of what was folded.
    "store_in_several_writes": (
        STORE,
        "    for (const auto& [key, value] : overlay.rows->changes()) {\n",
        "    if (auto s = db_->Write({}, &writes); !s.ok()) return ToStatus(s, \"cannot write\");\n"
        "    writes.Clear();\n"
        "    for (const auto& [key, value] : overlay.rows->changes()) {\n",
        "it differs from a rebuild",
    ),
    "forget_request_ids": (
        PARTITION,
        "    rows.Put(key, reply.SerializeAsString());\n",
        "",
        "took effect twice",
    ),
    # Request ids of the batch that is being decided are not looked at.
    "forget_request_ids_of_the_batch": (
        PARTITION,
        "if (auto in_batch = batch.new_requests.find(key); in_batch != batch.new_requests.end()) {",
        "if (auto in_batch = batch.new_requests.find(key); false) {",
        "took effect twice",
    ),
    "admit_any_term": (
        FENCE,
        "      return claim.term() > state_.term ? Verdict::kAdmittedClaim : Verdict::kVoid;\n",
        "      return Verdict::kAdmittedClaim;\n",
        "two owners in one term",
    ),
    # An owner that leaves is believed whenever it says so, also after others have claimed.
    "leave_at_any_term": (
        FENCE,
        "      return claim.term() > state_.term ?",
        "      return claim.vacates() || claim.term() > state_.term ?",
        "two owners in one term",
    ),
    # A commit counts though the one before it does not: duplicates, too.
    "admit_without_chain": (
        FENCE,
        "      return owner && commit.previous_chain() == state_.chain ? Verdict::kAdmittedCommit\n",
        "      return owner ? Verdict::kAdmittedCommit\n",
        "took effect twice",
    ),
    "react_without_mark": (
        PARTITION,
        "  if (mark.new_offset() != item.cause.old_offset() || "
        "mark.new_chain() != item.cause.old_chain()) {",
        "  if (false) {",
        "effects and causes differ",
    ),
    "forget_marks": (
        PARTITION,
        "  if (commit.has_cause()) {",
        "  if (false) {",
        "effects and causes differ",
    ),
    # What a lost batch should have done is not done again.
    "forget_failed_reactions": (
        RUNNER,
        "    failed_ = true;\n",
        "",
        "effects and causes differ",
    ),
    # After a crash the store is folded again over what it holds already.
    "forget_the_position": (
        PARTITION,
        "  meta.Put(FenceKey(tp_.topic, tp_.partition), fence().Serialize());\n",
        "  if (deps_.random.Uniform(4) != 0)\n"
        "    meta.Put(FenceKey(tp_.topic, tp_.partition), fence().Serialize());\n",
        "is not the one that the store was folded to",
    ),
    # A read with a token does not wait for what the token names.
    "read_at_once": (
        CORE,
        "  if (Seen(token)) return done(absl::OkStatus());\n",
        "  if (Seen(token) || true) return done(absl::OkStatus());\n",
        "G5: it answers from before the token",
    ),
    "seen_one_early": (
        CORE,
        "fence().next_offset <=\n            position.offset()) {",
        "fence().next_offset <\n            position.offset()) {",
        "G5: it answers from before the token",
    ),
    # Seen where the record has come, though nobody has reacted to it yet.
    "seen_without_its_effect": (
        CORE,
        "      if (runners_[i]->done_through() < position.offset()) return false;\n",
        "",
        "G5: the token's effect on",
    ),
    "wait_for_ever": (
        CORE,
        "    if (wanted && !seen && now < waiters_[i].deadline) {\n",
        "    if (wanted && !seen && now < absl::InfiniteFuture()) {\n",
        "G5: a read waits past its deadline",
    ),
    "token_of_the_one_before": (
        PARTITION,
        "reply.token.add_positions()->set_offset(fence().last_admitted);",
        "reply.token.add_positions()->set_offset(fence().last_admitted - 1);",
        "G5: ",
    ),
    "decide_after_the_deadline": (
        PARTITION,
        "  if (request.deadline <= deps_.clock.Now()) return answer(Failed(kDeadlinePassed));\n",
        "",
        "was decided after its deadline",
    ),
    # What was stored is denied, because its caller's deadline has passed meanwhile.
    "deny_what_is_stored": (
        PARTITION,
        "  pending.done = std::move(item.done);\n  pending.arrived",
        "  pending.done = [done = std::move(item.done), deadline = request.deadline,\n"
        "                  &clock = deps_.clock](CommandReply told) {\n"
        "    done(deadline <= clock.Now() ? Failed(kDeadlinePassed) : std::move(told));\n"
        "  };\n  pending.arrived",
        "though its client was told that nothing was stored",
    ),
    "refuse_in_silence": (
        PARTITION,
        "    item.done(Failed(kMailboxFull,\n",
        "    static_cast<void>(Failed(kMailboxFull,\n",
        "was never answered",
    ),
    "mailbox_without_bound": (
        MAILBOX,
        "  if (commands_ >= limit_) {\n",
        "  if (false) {\n",
        "G13: more commands wait than may",
    ),
    # What was decided still counts as waiting.
    "mailbox_full_for_ever": (
        MAILBOX,
        "    --commands_;\n",
        "",
        "G13: refused though all is well",
    ),
    "answer_before_it_is_built": (
        VIEWS,
        "    if (attached == view->topics().size() * static_cast<size_t>(partitions_)) best = view;\n",
        "    if (attached <= view->topics().size() * static_cast<size_t>(partitions_)) best = view;\n",
        "the view shows ",
    ),
    # A version that is behind is carried along from there, without what it has missed.
    "attach_too_early": (
        VIEWS,
        "    const bool caught_up = builder.reader->state().next_offset == next_offset(builder.tp);\n",
        "    const bool caught_up = true;\n",
        "the view shows ",
    ),
    # Where a build stands is not kept: after a crash it folds again what it has folded.
    "forget_how_far_it_is_built": (
        VIEWS,
        "                 builder.reader->state().Serialize());\n",
        "                 FenceState().Serialize());\n",
        "counts wrong in",
    ),
    "drop_the_old_version": (
        VIEWS,
        "    if (attached == view->topics().size() * static_cast<size_t>(partitions_)) best = view;\n",
        "    best = attached == view->topics().size() * static_cast<size_t>(partitions_) ? view : nullptr;\n",
        "the view stopped answering",
    ),
}


def mutate(source_dir, name):
    file, wanted, instead, _ = MUTANTS[name]
    text = (source_dir / file).read_text()
    if text.count(wanted) != 1:
        sys.exit(f"mutant {name}: {file} has {text.count(wanted)} places that read\n{wanted}\nbring it up to date")
    return text.replace(wanted, instead)


def main():
    source_dir, name, out = sys.argv[1:]
    pathlib.Path(out).write_text(mutate(pathlib.Path(source_dir), name))


if __name__ == "__main__":
    main()
