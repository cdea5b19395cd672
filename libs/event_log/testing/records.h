// Builds claims and commits as an honest owner would, for tests.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "libs/event_log/seal.h"
#include "libs/event_log/term_fence.h"
#include "prihvat/log/v1/record.pb.h"

namespace prihvat::event_log::testing {

// 16 bytes that say `seed`: a claim id or a log id.
inline std::string Id16(uint64_t seed) {
  std::string id(16, '\0');
  for (int i = 0; i < 8; ++i) id[static_cast<size_t>(i)] = static_cast<char>(seed >> (8 * i));
  return id;
}

// The claim that a candidate which has folded up to `seen` makes for `tp`. `log_id` is used if
// `seen` has none.
inline log::v1::Record MakeClaim(const TopicPartition& tp, const FenceState& seen,
                                 const std::string& claim_id, const std::string& instance,
                                 const std::string& log_id, int32_t partition_count = 4) {
  log::v1::Record record;
  log::v1::Claim& claim = *record.mutable_claim();
  claim.set_term(seen.term + 1);
  claim.set_claim_id(claim_id);
  claim.set_instance(instance);
  claim.set_address(instance + ":7000");
  claim.set_last_admitted_offset(seen.last_admitted);
  claim.set_last_admitted_chain(seen.chain);
  claim.set_topic(tp.topic);
  claim.set_partition(tp.partition);
  claim.set_partition_count(partition_count);
  claim.set_log_id(seen.log_id.empty() ? log_id : seen.log_id);
  return record;
}

// The claim by which an owner that has folded up to `seen` leaves.
inline log::v1::Record MakeVacatingClaim(const TopicPartition& tp, const FenceState& seen,
                                         const std::string& claim_id) {
  log::v1::Record record = MakeClaim(tp, seen, claim_id, seen.owner_instance, seen.log_id);
  record.mutable_claim()->set_vacates(true);
  return record;
}

// A commit under `claim_id` after `previous_chain`.
inline log::v1::Record MakeCommit(const std::string& claim_id, const std::string& previous_chain,
                                  const std::string& request_id, int64_t recorded_at_s = 0) {
  log::v1::Record record;
  log::v1::Commit& commit = *record.mutable_commit();
  commit.set_claim_id(claim_id);
  commit.set_previous_chain(previous_chain);
  commit.set_operation("operations/ba");
  commit.set_request_id(request_id);
  commit.mutable_recorded_at()->set_seconds(recorded_at_s);
  return record;
}

// Signs with the seed 00 01 02 ... 1f.
inline std::shared_ptr<const SealSigner> KnownSigner() {
  auto signer = SealSigner::Parse(
      "prihvat seal key 1\nid 56475aa75463474c\nsecret "
      "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\n");
  return signer.ok() ? std::shared_ptr<const SealSigner>(*std::move(signer)) : nullptr;
}

// The seal that an owner which has folded `seen` makes for `tp`, signed.
inline log::v1::Record MakeSeal(const TopicPartition& tp, const FenceState& seen,
                                const SealSigner& signer, int64_t recorded_at_s = 0) {
  log::v1::Record record;
  log::v1::Seal& seal = *record.mutable_seal();
  seal.set_claim_id(seen.claim_id);
  seal.set_previous_chain(seen.chain);
  seal.mutable_recorded_at()->set_seconds(recorded_at_s);
  seal.set_topic(tp.topic);
  seal.set_partition(tp.partition);
  seal.set_log_id(seen.log_id);
  seal.set_term(seen.term);
  seal.set_first_offset(seen.sealed_through + 1);
  seal.set_last_offset(seen.last_admitted);
  seal.set_void_digest(seen.sealable_void_digest);
  signer.Sign(seal);
  return record;
}

}  // namespace prihvat::event_log::testing
