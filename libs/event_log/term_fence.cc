#include "libs/event_log/term_fence.h"

#include <algorithm>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"
#include "libs/base/check.h"
#include "libs/base/digest.h"
#include "libs/event_log/seal.h"

namespace prihvat::event_log {
namespace {

using google::protobuf::io::CodedInputStream;
using google::protobuf::io::CodedOutputStream;

constexpr size_t kIdBytes = 16;
constexpr size_t kDigestBytes = 32;
// Raised also where the fold of an entity has changed: what was folded before would stay as it was.
constexpr uint32_t kStateFormat = 5;

int64_t ToUnixMicros(const google::protobuf::Timestamp& time) {
  return time.seconds() * 1'000'000 + time.nanos() / 1'000;
}

bool IsWellFormed(const log::v1::Claim& claim) {
  return claim.term() >= 1 && claim.claim_id().size() == kIdBytes &&
         claim.log_id().size() == kIdBytes;
}

bool IsWellFormed(const log::v1::Seal& seal) {
  return seal.claim_id().size() == kIdBytes && seal.log_id().size() == kIdBytes &&
         seal.previous_chain().size() == kDigestBytes &&
         seal.void_digest().size() == kDigestBytes && seal.key_id().size() == kSealKeyIdBytes &&
         seal.signature().size() == kSealSignatureBytes;
}

absl::Status AnotherLog(const char* kind, Offset offset, const std::string& what) {
  return absl::FailedPreconditionError(absl::StrCat(
      "the ", kind, " at offset ", offset, " belongs to another log than the one read so far: ",
      what, "; the log was replaced, restored or cut: an operator must decide"));
}

// Whether `claim` was made by somebody who had folded the same log. What it had folded below our
// last admitted record cannot be checked without history; the chain of its first commit will.
absl::Status CheckSameLog(const FenceState& state, Offset offset, const log::v1::Claim& claim) {
  if (claim.last_admitted_offset() > state.last_admitted) {
    return AnotherLog(
        "claim", offset,
        absl::StrCat("it had folded an admitted record at offset ", claim.last_admitted_offset(),
                     ", here the last admitted one is at ", state.last_admitted));
  }
  if (claim.last_admitted_offset() == state.last_admitted &&
      claim.last_admitted_chain() != state.chain) {
    return AnotherLog("claim", offset,
                      absl::StrCat("at offset ", state.last_admitted, " its chain is ",
                                   absl::BytesToHexString(claim.last_admitted_chain()),
                                   ", here it is ", absl::BytesToHexString(state.chain)));
  }
  // Candidates that race for an empty partition each make up a log id; all but the first are void
  // by their term. Only one that had folded a claim, or outbids one, must know its log id.
  const bool knows_the_log = claim.last_admitted_offset() >= 0 || claim.term() > state.term;
  if (state.log_id.empty() || !knows_the_log) return absl::OkStatus();
  if (claim.log_id() != state.log_id) {
    return AnotherLog("claim", offset,
                      absl::StrCat("its log id is ", absl::BytesToHexString(claim.log_id()),
                                   ", here it is ", absl::BytesToHexString(state.log_id)));
  }
  if (claim.partition_count() != state.partition_count) {
    return AnotherLog("claim", offset,
                      absl::StrCat("it counts ", claim.partition_count(),
                                   " partitions, the log was made with ", state.partition_count));
  }
  return absl::OkStatus();
}

// An owner seals what it has folded: one who has folded the same log has folded the same.
absl::Status CheckSameRecords(const FenceState& state, Offset offset, const log::v1::Seal& seal) {
  if (seal.last_offset() != state.last_admitted || seal.term() != state.term) {
    return AnotherLog("seal", offset,
                      absl::StrCat("it covers records through offset ", seal.last_offset(),
                                   " in term ", seal.term(), ", here the last admitted one is at ",
                                   state.last_admitted, " in term ", state.term));
  }
  if (!state.log_id.empty() && seal.log_id() != state.log_id) {
    return AnotherLog("seal", offset,
                      absl::StrCat("its log id is ", absl::BytesToHexString(seal.log_id()),
                                   ", here it is ", absl::BytesToHexString(state.log_id)));
  }
  if (state.void_digest.empty()) return absl::OkStatus();  // begun at a mark: not known
  if (seal.first_offset() != state.sealed_through + 1) {
    return AnotherLog(
        "seal", offset,
        absl::StrCat("it covers records from offset ", seal.first_offset(),
                     " on, here those through ", state.sealed_through, " have been sealed before"));
  }
  if (seal.void_digest() != state.sealable_void_digest) {
    return AnotherLog(
        "seal", offset,
        absl::StrCat("its digest over the void records through offset ", seal.last_offset(), " is ",
                     absl::BytesToHexString(seal.void_digest()), ", here it is ",
                     absl::BytesToHexString(state.sealable_void_digest)));
  }
  return absl::OkStatus();
}

void WriteBytes(CodedOutputStream& out, const std::string& bytes) {
  out.WriteVarint32(static_cast<uint32_t>(bytes.size()));
  out.WriteString(bytes);
}

bool ReadBytes(CodedInputStream& in, std::string* bytes) {
  uint32_t size = 0;
  return in.ReadVarint32(&size) && size <= INT32_MAX &&
         in.ReadString(bytes, static_cast<int>(size));
}

template <typename T>
bool ReadFixed(CodedInputStream& in, T* value) {
  uint64_t raw = 0;
  if (!in.ReadLittleEndian64(&raw)) return false;
  *value = static_cast<T>(raw);
  return true;
}

int64_t RecordedAtUs(const log::v1::Record& record) {
  if (record.has_claim()) return ToUnixMicros(record.claim().recorded_at());
  if (record.has_seal()) return ToUnixMicros(record.seal().recorded_at());
  return ToUnixMicros(record.commit().recorded_at());
}

}  // namespace

std::string NextChain(std::string_view previous, std::string_view bytes) {
  thread_local base::Sha256Hasher hasher;
  hasher.Update(previous);
  hasher.Update(bytes);
  return base::ToBytes(hasher.Finish());
}

std::string NextVoidDigest(std::string_view previous, Offset offset, std::string_view bytes) {
  std::string head(previous);
  for (int shift = 56; shift >= 0; shift -= 8)
    head.push_back(static_cast<char>(static_cast<uint64_t>(offset) >> shift));
  return NextChain(head, bytes);
}

std::string FenceState::Serialize() const {
  std::string bytes;
  {
    google::protobuf::io::StringOutputStream stream(&bytes);
    CodedOutputStream out(&stream);
    out.WriteVarint32(kStateFormat);
    out.WriteLittleEndian64(static_cast<uint64_t>(next_offset));
    out.WriteLittleEndian64(static_cast<uint64_t>(last_admitted));
    out.WriteLittleEndian64(static_cast<uint64_t>(last_event));
    out.WriteLittleEndian64(term);
    out.WriteLittleEndian64(static_cast<uint64_t>(last_recorded_at_us));
    out.WriteLittleEndian64(static_cast<uint64_t>(void_records));
    out.WriteLittleEndian64(static_cast<uint64_t>(partition_count));
    out.WriteLittleEndian64(static_cast<uint64_t>(last_seal));
    out.WriteLittleEndian64(static_cast<uint64_t>(sealed_through));
    out.WriteLittleEndian64(static_cast<uint64_t>(unsealed_since_us));
    for (const std::string* field : {&chain, &claim_id, &owner_instance, &owner_address, &log_id,
                                     &void_digest, &sealable_void_digest}) {
      WriteBytes(out, *field);
    }
  }
  return bytes;
}

absl::StatusOr<FenceState> FenceState::Parse(std::string_view bytes) {
  CodedInputStream in(reinterpret_cast<const uint8_t*>(bytes.data()),
                      static_cast<int>(bytes.size()));
  FenceState state;
  uint32_t format = 0;
  if (!in.ReadVarint32(&format)) return absl::DataLossError("fence state: empty");
  if (format != kStateFormat) {
    return absl::FailedPreconditionError(absl::StrCat(
        "the store was written by another version (fence state format ", format, ", this one has ",
        kStateFormat, "): move the store away and let it be rebuilt from the log"));
  }
  bool read = ReadFixed(in, &state.next_offset) && ReadFixed(in, &state.last_admitted) &&
              ReadFixed(in, &state.last_event) && ReadFixed(in, &state.term) &&
              ReadFixed(in, &state.last_recorded_at_us) && ReadFixed(in, &state.void_records) &&
              ReadFixed(in, &state.partition_count) && ReadFixed(in, &state.last_seal) &&
              ReadFixed(in, &state.sealed_through) && ReadFixed(in, &state.unsealed_since_us);
  for (std::string* field :
       {&state.chain, &state.claim_id, &state.owner_instance, &state.owner_address, &state.log_id,
        &state.void_digest, &state.sealable_void_digest}) {
    read = read && ReadBytes(in, field);
  }
  if (!read || in.CurrentPosition() != static_cast<int>(bytes.size())) {
    return absl::DataLossError(
        absl::StrCat("fence state: ", bytes.size(), " bytes that do not parse"));
  }
  return state;
}

absl::StatusOr<Verdict> TermFence::Admit(Offset offset, std::string_view bytes,
                                         const log::v1::Record& record) {
  absl::StatusOr<Verdict> verdict = Judge(offset, record);
  if (verdict.ok()) StepPast(offset, bytes, record, *verdict);
  return verdict;
}

absl::StatusOr<Verdict> TermFence::Judge(Offset offset, const log::v1::Record& record) const {
  PRIHVAT_CHECK(offset == state_.next_offset,
                absl::StrCat("TermFence: record at offset ", offset, " where ", state_.next_offset,
                             " is next: a record was lost on the way here"));
  switch (record.kind_case()) {
    case log::v1::Record::kClaim: {
      const log::v1::Claim& claim = record.claim();
      if (!IsWellFormed(claim)) return Verdict::kVoid;
      if (absl::Status same = CheckSameLog(state_, offset, claim); !same.ok()) return same;
      return claim.term() > state_.term ? Verdict::kAdmittedClaim : Verdict::kVoid;
    }
    case log::v1::Record::kCommit: {
      const log::v1::Commit& commit = record.commit();
      const bool owner = !state_.claim_id.empty() && commit.claim_id() == state_.claim_id;
      return owner && commit.previous_chain() == state_.chain ? Verdict::kAdmittedCommit
                                                              : Verdict::kVoid;
    }
    case log::v1::Record::kSeal: {
      const log::v1::Seal& seal = record.seal();
      if (!IsWellFormed(seal) || state_.claim_id.empty()) return Verdict::kVoid;
      if (seal.claim_id() != state_.claim_id || seal.previous_chain() != state_.chain)
        return Verdict::kVoid;
      if (absl::Status same = CheckSameRecords(state_, offset, seal); !same.ok()) return same;
      return Verdict::kAdmittedSeal;
    }
    case log::v1::Record::KIND_NOT_SET:
      break;
  }
  return absl::FailedPreconditionError(
      absl::StrCat("the record at offset ", offset,
                   " is of a kind that this version does not know; it is never skipped: "
                   "upgrade this instance"));
}

void TermFence::StepPast(Offset offset, std::string_view bytes, const log::v1::Record& record,
                         Verdict verdict) {
  state_.next_offset = offset + 1;
  if (offset == 0) state_.void_digest = std::string(kDigestBytes, '\0');
  if (verdict == Verdict::kVoid) {
    ++state_.void_records;
    if (!state_.void_digest.empty())
      state_.void_digest = NextVoidDigest(state_.void_digest, offset, bytes);
    return;
  }
  state_.chain = NextChain(state_.chain, bytes);
  state_.sealable_void_digest = state_.void_digest;
  state_.last_admitted = offset;
  // A claim's time binds nobody: who makes it has yet to compare its clock with the log's.
  if (verdict != Verdict::kAdmittedClaim)
    state_.last_recorded_at_us = std::max(state_.last_recorded_at_us, RecordedAtUs(record));
  if (verdict == Verdict::kAdmittedSeal) {
    state_.unsealed_since_us = INT64_MIN;
    state_.last_seal = offset;
    state_.sealed_through = record.seal().last_offset();
  } else if (!state_.unsealed()) {
    state_.unsealed_since_us = RecordedAtUs(record);
  } else if (verdict == Verdict::kAdmittedCommit) {  // the claim before it may have been ahead
    state_.unsealed_since_us = std::min(state_.unsealed_since_us, RecordedAtUs(record));
  }
  if (verdict == Verdict::kAdmittedCommit && !record.commit().events().empty())
    state_.last_event = offset;
  if (verdict == Verdict::kAdmittedClaim) {
    const log::v1::Claim& claim = record.claim();
    state_.term = claim.term();
    // Who leaves owns nothing by that claim either: without a current claim all commits are void.
    state_.claim_id = claim.vacates() ? "" : claim.claim_id();
    state_.owner_instance = claim.vacates() ? "" : claim.instance();
    state_.owner_address = claim.vacates() ? "" : claim.address();
    state_.log_id = claim.log_id();
    state_.partition_count = claim.partition_count();
  }
}

}  // namespace prihvat::event_log
