// Decides who may write a partition, from the log alone (DESIGN section 4).
//
// Fold every record in order through Admit(); it says whether the record counts. All readers of a
// log that fold the same records reach the same verdicts. A claim is admitted if its term is higher
// than the current one (one that vacates leaves the partition without an owner); a commit or a seal
// is admitted if its claim id is the current one's and its previous chain equals the chain there.
// All else is void, for every reader alike, for ever. Holds no I/O and no locks: owned and called
// by one thread, the partition's.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "libs/event_log/event_log.h"
#include "prihvat/log/v1/record.pb.h"

namespace prihvat::event_log {

// All that a reader needs to know of the past of a partition in order to judge the next record.
struct FenceState {
  Offset next_offset = 0;     // of the next record to fold
  Offset last_admitted = -1;  // offset of the last admitted record, -1 for none
  // Offset of the last admitted commit that holds events, -1 for none: all that followed it changed
  // nothing that anybody can see. What a token names.
  Offset last_event = -1;
  std::string chain;     // SHA-256 chain there, 32 bytes; empty before the first admitted record
  uint64_t term = 0;     // of the current claim, 0 for none
  std::string claim_id;  // of the current claim, 16 bytes; empty for none, and if it vacates
  std::string owner_instance;   // of the current claim; empty if it vacates
  std::string owner_address;    // of the current claim; empty if it vacates
  std::string log_id;           // of the partition, 16 bytes; empty before the first claim
  int32_t partition_count = 0;  // of the topic, as the first claim recorded it; 0 before
  // Unix microseconds of the last admitted commit or seal; INT64_MIN before the first.
  int64_t last_recorded_at_us = INT64_MIN;
  int64_t void_records = 0;  // how many records did not count

  // For seals (seal.h). The chain covers the admitted records; this SHA-256 chain covers the void
  // ones, with their offsets: 32 bytes, zero for none. Empty before the first record, and where it
  // is not known since the fence began at a mark.
  std::string void_digest;
  std::string sealable_void_digest;  // the same through last_admitted: what the next seal signs
  Offset last_seal = -1;             // offset of the last admitted seal, -1 for none
  Offset sealed_through = -1;        // what that seal covers
  int64_t unsealed_since_us = INT64_MIN;  // recorded_at of the first admitted record after it that
                                          // is no seal, Unix microseconds; INT64_MIN for none

  // Whether the last owner has left and nobody has claimed since.
  bool vacant() const { return term > 0 && claim_id.empty(); }
  // Whether there is something that a seal would cover and none has.
  bool unsealed() const { return unsealed_since_us != INT64_MIN; }
  std::string Serialize() const;  // for the store; Parse reads it back
  static absl::StatusOr<FenceState> Parse(std::string_view bytes);
  friend bool operator==(const FenceState&, const FenceState&) = default;
};

enum class Verdict {
  kAdmittedClaim,
  kAdmittedCommit,
  kAdmittedSeal,
  kVoid,
};

class TermFence {
 public:
  TermFence() = default;
  explicit TermFence(FenceState state) : state_(std::move(state)) {}

  // The verdict on `record`, whose serialised form is `bytes`, at `offset`; steps past it.
  // CHECK-fails unless `offset` is state().next_offset: a hole means that the caller lost a record.
  // A claim that is not well-formed (term 0, claim id or log id not 16 bytes) is void, and so is a
  // seal with a field of another length than it must have.
  // FAILED_PRECONDITION: the record proves that this is another log than the one folded so far (a
  // claim with another log id or partition count, or one that carries an admitted position and
  // chain that differ from ours; a seal over other records than ours), or its kind is one that this
  // version does not know: the reader must stop, and the fence has not stepped past the record.
  absl::StatusOr<Verdict> Admit(Offset offset, std::string_view bytes,
                                const log::v1::Record& record);

  // Admit in two steps, for who must do something between them: Judge says what Admit would and
  // changes nothing; StepPast takes what Judge said of that record.
  absl::StatusOr<Verdict> Judge(Offset offset, const log::v1::Record& record) const;
  void StepPast(Offset offset, std::string_view bytes, const log::v1::Record& record,
                Verdict verdict);

  const FenceState& state() const { return state_; }

 private:
  FenceState state_;
};

// SHA-256(previous || bytes), 32 bytes.
std::string NextChain(std::string_view previous, std::string_view bytes);
// SHA-256(previous || offset || bytes), 32 bytes, with eight bytes of offset, big-endian.
std::string NextVoidDigest(std::string_view previous, Offset offset, std::string_view bytes);

}  // namespace prihvat::event_log
