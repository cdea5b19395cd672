#include <cstdint>
#include <string>
#include <vector>

#include "libs/base/check.h"
#include "libs/event_log/term_fence.h"
#include "libs/event_log/testing/records.h"
#include "libs/evidence/verifier.h"
#include "tests/fuzz/bytes.h"
#include "tests/fuzz/targets.h"

namespace prihvat::fuzz {
namespace {

using event_log::FenceState;
using event_log::TermFence;
using event_log::Verdict;

const event_log::TopicPartition kTp{"prihvat.procurement", 1};

// A record as somebody might write one who knows the log so far, or has known it, or knows nothing.
log::v1::Record NextRecord(Bytes& bytes, const FenceState& now, const FenceState& once) {
  const FenceState& seen = bytes.Below(3) == 0 ? once : now;
  const std::string id = event_log::testing::Id16(bytes.Below(4));
  switch (bytes.Below(7)) {
    case 0:
      return event_log::testing::MakeClaim(kTp, seen, id, "i", event_log::testing::Id16(7));
    case 1:
      return event_log::testing::MakeVacatingClaim(kTp, seen, id);
    case 2:
      return event_log::testing::MakeCommit(id, seen.chain, "r");
    case 3:
      return event_log::testing::MakeSeal(kTp, seen, *event_log::testing::KnownSigner());
    case 4: {
      log::v1::Record record;
      (void)record.ParseFromString(std::string(bytes.Take(bytes.Below(200))));
      return record;
    }
    default:
      return event_log::testing::MakeCommit(seen.claim_id, seen.chain, "r");
  }
}

}  // namespace

void Records(std::string_view input) {
  Bytes bytes(input);
  (void)FenceState::Parse(input);
  TermFence one;
  FenceState once;
  evidence::PartitionVerifier verifier(kTp, 4, nullptr);
  while (!bytes.empty()) {
    const log::v1::Record record = NextRecord(bytes, one.state(), once);
    const std::string raw = record.SerializeAsString();
    const FenceState before = one.state();
    TermFence other(*FenceState::Parse(before.Serialize()));
    const auto verdict = one.Admit(before.next_offset, raw, record);
    const auto same = other.Admit(before.next_offset, raw, record);
    PRIHVAT_CHECK(verdict.ok() == same.ok() && one.state() == other.state(),
                  "a fence that was stored judges otherwise");
    verifier.Add(raw);
    if (!verdict.ok()) {
      PRIHVAT_CHECK(one.state() == before, "a fence has stepped past what it cannot judge");
      break;
    }
    const FenceState& after = one.state();
    PRIHVAT_CHECK(*verdict == *same, "two fences judge otherwise");
    PRIHVAT_CHECK(after.term >= before.term, "a term has fallen");
    PRIHVAT_CHECK((*verdict == Verdict::kAdmittedClaim) == (after.term > before.term),
                  "a claim with a term that is not higher, or a term without a claim");
    PRIHVAT_CHECK((*verdict == Verdict::kVoid) == (after.chain == before.chain),
                  "the chain does not cover just what is admitted");
    if (*verdict == Verdict::kAdmittedCommit || *verdict == Verdict::kAdmittedSeal)
      PRIHVAT_CHECK(!before.vacant() && !before.claim_id.empty(), "admitted without an owner");
    if (bytes.Below(4) == 0) once = before;
  }
  verifier.Finish();
}

}  // namespace prihvat::fuzz
