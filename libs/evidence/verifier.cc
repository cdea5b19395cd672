#include "libs/evidence/verifier.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "fmt/format.h"
#include "fmt/ranges.h"
#include "libs/base/bytes.h"
#include "libs/base/string_view.h"

namespace prihvat::evidence {
namespace {

using event_log::FenceState;
using event_log::NextChain;
using event_log::Offset;
using event_log::TopicPartition;
using event_log::Verdict;

// What is kept to name a record by: some 60 MB. A log that goes on for longer without a seal is
// verified all the same, and what is wrong named less exactly.
constexpr size_t kMaxEntries = 250'000;
constexpr size_t kSettledLinks = 16'384;  // more than a batch has records
constexpr size_t kVoidsNamed = 8;
constexpr size_t kIdBytes = 16;

bool HasUnknownFields(const google::protobuf::Message& message) {
  return !message.GetReflection()->GetUnknownFields(message).empty();
}

std::string Through(Offset offset) { return fmt::format("through offset {}", offset); }

}  // namespace

std::string ToString(const Finding& finding) {
  return fmt::format("{} offset {}: {}", event_log::ToString(finding.tp), finding.offset,
                     finding.what);
}

PartitionVerifier::PartitionVerifier(TopicPartition tp, int32_t partition_count,
                                     const event_log::TrustedKeys* keys)
    : partition_count_(partition_count), keys_(keys) {
  report_.tp = std::move(tp);
}

void PartitionVerifier::BeginAfter(const log::v1::Seal& seal) {
  FenceState state;
  state.next_offset = seal.last_offset() + 1;
  state.last_admitted = seal.last_offset();
  state.chain = seal.previous_chain();
  state.term = seal.term();
  state.claim_id = seal.claim_id();
  state.log_id = seal.log_id();
  state.partition_count = partition_count_;
  state.void_digest = state.sealable_void_digest = seal.void_digest();
  state.sealed_through = seal.first_offset() - 1;
  start_chain_ = state.chain;
  next_ = report_.from = report_.end = state.next_offset;
  report_.sealed_through = seal.last_offset();
  fence_ = event_log::TermFence(std::move(state));
  Expect(seal);
}

PartitionVerifier::Anchor PartitionVerifier::AnchorOf(Offset offset, const log::v1::Seal& seal) {
  return {fmt::format("the seal at offset {}", offset), seal.previous_chain(), seal.last_offset(),
          true};
}

void PartitionVerifier::Found(Offset offset, std::string what) {
  if (!report_.finding) report_.finding = Finding{report_.tp, offset, std::move(what)};
}

bool PartitionVerifier::Add(std::string_view bytes) {
  if (report_.finding) return false;
  const Offset offset = next_++;
  report_.end = next_;
  log::v1::Record record;
  if (!record.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    Found(offset, "the record was changed: it cannot be parsed");
    return false;
  }
  if (!CheckShape(offset, bytes, record)) return false;
  if (contradiction_) {  // only a seal can still tell which record it is
    if (record.has_seal() && keys_ != nullptr && record.seal().term() >= contradiction_term_)
      Locate(AnchorOf(offset, record.seal()));
    Keep(offset, bytes, record, false);
    return !report_.finding;
  }
  return Judge(offset, bytes, record);
}

// What no owner writes, whatever the log holds.
bool PartitionVerifier::CheckShape(Offset offset, std::string_view bytes,
                                   const log::v1::Record& record) {
  const bool unknown = HasUnknownFields(record) ||
                       record.kind_case() == log::v1::Record::KIND_NOT_SET ||
                       (record.has_claim() && HasUnknownFields(record.claim())) ||
                       (record.has_commit() && HasUnknownFields(record.commit()));
  if (unknown) {
    Found(offset,
          "the record was changed, or written by a newer version: it holds what this version does "
          "not know");
    return false;
  }
  const log::v1::Claim& claim = record.claim();
  if (record.has_claim() && (claim.term() == 0 || claim.claim_id().size() != kIdBytes ||
                             claim.log_id().size() != kIdBytes || claim.topic().empty())) {
    Found(offset, "the record was changed: it is a claim as nobody writes one");
    return false;
  }
  if (record.has_commit() && !record.commit().has_recorded_at()) {
    Found(offset, "the record was changed: it is a commit as nobody writes one");
    return false;
  }
  return !record.has_seal() || CheckSeal(offset, bytes, record.seal());
}

// Void seals too: a writer that was fenced has signed them, and nobody else.
bool PartitionVerifier::CheckSeal(Offset offset, std::string_view bytes,
                                  const log::v1::Seal& seal) {
  // Exactly as its text says, so that no bit of it is outside what is signed.
  const auto read = event_log::ParseSeals(event_log::SealFileText(seal));
  log::v1::Record canonical;
  if (read.ok() && read->size() == 1) *canonical.mutable_seal() = read->front();
  if (canonical.SerializeAsString() != bytes) {
    Found(offset, "the seal was changed: it is not as a seal is written");
    return false;
  }
  if (keys_ == nullptr) return true;
  if (const absl::Status signature = keys_->Check(seal); !signature.ok()) {
    Found(offset, fmt::format("the seal does not hold: {}", base::FromAbsl(signature.message())));
    return false;
  }
  return true;
}

void PartitionVerifier::Keep(Offset offset, std::string_view bytes, const log::v1::Record& record,
                             bool admitted) {
  if (entries_.size() >= kMaxEntries) {
    entries_.pop_front();
    start_known_ = false;
  }
  Entry& entry = entries_.emplace_back();
  entry.offset = offset;
  entry.admitted = admitted;
  entry.is_claim = record.has_claim();
  if (entry.is_claim) {
    entry.claim_id = record.claim().claim_id();
    entry.previous = record.claim().last_admitted_chain();
    entry.bytes = std::string(bytes);
  } else {
    entry.claim_id = record.has_seal() ? record.seal().claim_id() : record.commit().claim_id();
    entry.previous =
        record.has_seal() ? record.seal().previous_chain() : record.commit().previous_chain();
  }
  // An admitted commit's link is the chain there; a claim's rests on the chain before it.
  entry.link = admitted ? fence_.state().chain : NextChain(entry.previous, bytes);
}

bool PartitionVerifier::Judge(Offset offset, std::string_view bytes,
                              const log::v1::Record& record) {
  const auto verdict = fence_.Admit(offset, bytes, record);
  const std::string why(verdict.ok() ? "" : base::FromAbsl(verdict.status().message()));
  if (!verdict.ok()) {
    if (record.has_seal()) {
      Locate(AnchorOf(offset, record.seal()));
      Found(offset, why);  // if nothing better was found
      return false;
    }
    const log::v1::Claim& claim = record.claim();
    contradiction_ = {fmt::format("the claim at offset {}", offset), claim.last_admitted_chain(),
                      claim.last_admitted_offset(), false};
    contradiction_at_ = offset;
    contradiction_term_ = claim.term();
    Keep(offset, bytes, record, false);
    return true;
  }
  const bool admitted = *verdict != Verdict::kVoid;
  Keep(offset, bytes, record, admitted);
  if (*verdict == Verdict::kAdmittedClaim) {
    ++report_.claims;
    owners_.insert(record.claim().claim_id());
    const log::v1::Claim& claim = record.claim();
    const TopicPartition home{claim.topic(), claim.partition()};
    if (home != report_.tp || claim.partition_count() != partition_count_) {
      Found(offset, fmt::format("the claim was made for {} of {} partitions: the record was "
                                "changed, or is another partition's",
                                event_log::ToString(home), claim.partition_count()));
    }
  } else if (*verdict == Verdict::kAdmittedCommit) {
    ++report_.commits;
  } else if (*verdict == Verdict::kAdmittedSeal) {
    OnAdmittedSeal(offset, record.seal());
  } else {
    ++report_.voids;
    // A good seal that does not count, neither a copy nor a fenced owner's: what it stands on broke
    // before it.
    const FenceState& state = fence_.state();
    if (record.has_seal() && !IsCopy(entries_.size() - 1) &&
        (record.seal().term() >= state.term || record.seal().claim_id() == state.claim_id)) {
      entries_.pop_back();  // it vouches for others, not for itself
      Locate(AnchorOf(offset, record.seal()));
    }
  }
  return !report_.finding;
}

void PartitionVerifier::OnAdmittedSeal(Offset offset, const log::v1::Seal& seal) {
  ++report_.seals;
  const TopicPartition home{seal.topic(), seal.partition()};
  if (home != report_.tp)
    Found(offset, fmt::format("the seal was made for {}", event_log::ToString(home)));
  report_.sealed_through = seal.last_offset();
  report_.last_seal = seal;
  std::erase_if(expected_, [&seal](const log::v1::Seal& expected) {
    return expected.signature() == seal.signature();
  });
  // What the seal covers is settled; the seal itself and void records before it are not.
  while (!entries_.empty() && entries_.front().offset <= seal.last_offset()) {
    if (entries_.front().admitted) {
      start_chain_ = entries_.front().link;
      settled_.push_back(std::move(entries_.front().link));
      if (settled_.size() > kSettledLinks) settled_.pop_front();
    }
    entries_.pop_front();
    start_known_ = true;
  }
}

// Whether an earlier record has the same link: then this is a copy of that record.
bool PartitionVerifier::IsCopy(size_t index) const {
  const std::string& link = entries_[index].link;
  if (std::find(settled_.begin(), settled_.end(), link) != settled_.end()) return true;
  return std::any_of(entries_.begin(), entries_.begin() + static_cast<std::ptrdiff_t>(index),
                     [&link](const Entry& other) { return other.link == link; });
}

// The chain before the entry, if with it the chain after the entry is `after`: proof that the entry
// is the record that was written. A claim does not carry the chain before it; what may stand there
// is tried.
std::optional<std::string> PartitionVerifier::ChainBefore(size_t index,
                                                          const std::string& after) const {
  const Entry& entry = entries_[index];
  if (!entry.is_claim)
    return entry.link == after ? std::optional<std::string>(entry.previous) : std::nullopt;
  constexpr size_t kTries = 64;
  std::vector<std::string> tries = {entry.previous, start_chain_};
  for (size_t i = index; i-- > 0 && tries.size() < kTries;) tries.push_back(entries_[i].link);
  for (std::string& before : tries) {
    if (NextChain(before, entry.bytes) == after) return std::move(before);
  }
  return std::nullopt;
}

// Follows the links back from what the anchor vouches for.
void PartitionVerifier::Locate(const Anchor& anchor) {
  // The first of several with one link is the record, the others are copies.
  std::unordered_map<std::string_view, size_t> by_link;
  std::vector<size_t> claims;
  for (size_t i = 0; i < entries_.size(); ++i) {
    if (entries_[i].is_claim) {
      claims.push_back(i);
    } else {
      by_link.emplace(entries_[i].link, i);
    }
  }
  std::string want = anchor.chain;
  size_t top = entries_.size();  // a claim is kept among those that it vouches for
  while (!anchor.is_seal && top > 0 && entries_[top - 1].offset >= contradiction_at_) --top;
  size_t low = top;  // the lowest that is vouched for
  // By how much records stand before their place.
  int64_t shift =
      top == 0 ? 0 : std::max<int64_t>(0, anchor.last_offset - entries_[top - 1].offset);
  std::vector<bool> vouched(entries_.size());
  while (!start_known_ || want != start_chain_) {
    size_t index = low;
    std::optional<std::string> before;
    const auto linked = by_link.find(want);
    if (linked != by_link.end() && linked->second < low) {
      index = linked->second;
      before = entries_[index].previous;
    }
    while (!claims.empty() && claims.back() >= low) claims.pop_back();
    for (size_t i = claims.size(); i-- > 0 && !before;) {
      before = ChainBefore(claims[i], want);
      if (before) index = claims[i];
    }
    if (!before) return LocateBetween(anchor, low, want, shift);
    if (low == top) shift = anchor.last_offset - entries_[index].offset;
    vouched[index] = true;
    low = index;
    want = *std::move(before);
  }
  if (anchor.is_seal) LocateAmong(anchor, vouched, anchor.last_offset - shift);
}

// All admitted records are the ones that were sealed, up to offset `top`: it is one of the others,
// or their number.
void PartitionVerifier::LocateAmong(const Anchor& anchor, const std::vector<bool>& vouched,
                                    Offset top) {
  std::vector<Offset> others;
  for (size_t i = 0; i < entries_.size() && entries_[i].offset <= top; ++i) {
    if (vouched[i]) continue;
    if (entries_[i].admitted) {
      return Found(entries_[i].offset,
                   fmt::format("the record was added: {} covers none like it", anchor.what));
    }
    others.push_back(entries_[i].offset);
  }
  const Offset first = entries_.empty() ? next_ : entries_.front().offset;
  if (anchor.last_offset > top) {
    return Found(others.empty() ? first : others.front(),
                 fmt::format("{} void record(s) between offsets {} and {} were removed: {} covers "
                             "records {}, here the last of them stands at {}",
                             anchor.last_offset - top, first, top, anchor.what,
                             Through(anchor.last_offset), top));
  }
  if (others.empty()) return Found(first, anchor.what + " covers void records that are not there");
  const std::string happened = anchor.last_offset < top ? "added" : "changed";
  if (others.size() == 1) {
    return Found(others.front(),
                 fmt::format("the void record was {}: {} has another digest over it", happened,
                             anchor.what));
  }
  const Offset any = others.front();
  if (others.size() > kVoidsNamed) others.resize(kVoidsNamed);
  Found(any, fmt::format("one of the void records at offsets {}... was {}: {} has another digest "
                         "over them",
                         fmt::join(others, ", "), happened, anchor.what));
}

// The record whose link is `want` is not there as it was: between the last one that the fold from
// the beginning admitted and entry `low`, the first that is vouched for.
void PartitionVerifier::LocateBetween(const Anchor& anchor, size_t low, const std::string& want,
                                      int64_t shift) {
  const std::string by = fmt::format("; {} vouches for another", anchor.what);
  std::optional<size_t> folded;  // the last that the fold admitted before
  for (size_t i = 0; i < low; ++i) {
    if (entries_[i].admitted) folded = i;
  }
  if (const auto odd = OddBetween(folded, low, want))
    return Found(entries_[*odd].offset, fmt::format("the record was changed{}", by));
  for (size_t i = low + 1; i < entries_.size(); ++i) {
    if (entries_[i].is_claim || !entries_[i].admitted || entries_[i].link != want) continue;
    return Found(entries_[low].offset,
                 fmt::format("the records from here on stand in another order than they were "
                             "written: the one at offset {} belongs before this one{}",
                             entries_[i].offset, by));
  }
  if (shift > 0) {
    const Offset above = low < entries_.size() ? entries_[low].offset : entries_.back().offset + 1;
    const Offset at = folded ? entries_[*folded].offset + 1 : entries_.front().offset;
    return Found(at,
                 fmt::format("{} record(s) were removed here{}{}", shift,
                             at < above ? fmt::format(", or before offset {}", above) : "", by));
  }
  const Offset at = folded                  ? entries_[*folded].offset
                    : low < entries_.size() ? entries_[low].offset
                                            : next_ - 1;
  if (!start_known_ && !folded) {
    return Found(at, fmt::format("a record at or before this one was changed, removed or added; "
                                 "there is no seal near it that would say which{}",
                                 by));
  }
  Found(at, fmt::format("the record was {}{}", shift < 0 ? "added" : "changed", by));
}

// Between the last record that the fold admitted and the first that is vouched for: the first that
// should have been admitted, being neither a copy nor a fenced writer's, unless the one after it
// knows it. Then it is genuine, and the one before it is not.
std::optional<size_t> PartitionVerifier::OddBetween(std::optional<size_t> folded, size_t low,
                                                    const std::string& want) const {
  // Who may have written there: the owner before, and the one after.
  const std::string before = folded ? entries_[*folded].claim_id : "";
  const std::string after =
      low < entries_.size() ? entries_[low].claim_id : fence_.state().claim_id;
  const std::string chain = folded ? entries_[*folded].link : start_chain_;
  for (size_t i = folded ? *folded + 1 : 0; i < low; ++i) {
    // Not vouched for, and at odds with what was before it.
    if (contradiction_ && entries_[i].offset == contradiction_at_) return i;
    const bool follows = entries_[i].previous == chain;
    const bool owners = entries_[i].claim_id == before || entries_[i].claim_id == after;
    if (!follows && (!owners || IsCopy(i))) continue;
    const std::string& next_says = i + 1 < low ? entries_[i + 1].previous : want;
    const bool genuine = entries_[i].is_claim ? ChainBefore(i, next_says).has_value()
                                              : next_says == entries_[i].link;
    return genuine && folded ? std::nullopt : std::optional<size_t>(i);
  }
  return std::nullopt;
}

// After the last seal the links alone must do.
void PartitionVerifier::CheckTail() {
  if (contradiction_) {
    Locate(*contradiction_);
    Found(contradiction_at_,
          "the claim does not fit the records before it: it was changed, or they were");
    return;
  }
  // A commit of the current owner that does not follow (a torn batch is healed by a new claim), or
  // one of nobody whose claim was ever admitted.
  for (size_t i = 0; i < entries_.size(); ++i) {
    const Entry& entry = entries_[i];
    if (entry.admitted || entry.is_claim) continue;
    const bool stranger = report_.from == 0 && owners_.find(entry.claim_id) == owners_.end();
    if (!stranger && (entry.claim_id != fence_.state().claim_id || IsCopy(i))) continue;
    Offset before = entry.offset;
    for (size_t j = 0; j < i; ++j) {
      if (entries_[j].admitted) before = entries_[j].offset;
    }
    return Found(before, fmt::format("the record was changed, or what stood after it removed: the "
                                     "record at offset {} does not follow",
                                     entry.offset));
  }
}

void PartitionVerifier::Finish() {
  if (report_.finding) return;
  CheckTail();
  if (report_.finding || expected_.empty()) return;
  const log::v1::Seal& missing = expected_.front();
  Found(std::min(missing.last_offset() + 1, next_),
        fmt::format("the seal of key {} over records {} is not in this log: it was cut before it, "
                    "or is another log",
                    base::HexEncode(missing.key_id()), Through(missing.last_offset())));
}

}  // namespace prihvat::evidence
