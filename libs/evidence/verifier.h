// Proves from a copy of one partition that nothing in it was changed, removed, added or put in
// another order (G10), as far as it is sealed; and names the first record that was.
//
// Every record goes through the one rule by which all readers judge (TermFence): it reckons the
// chain over admitted records and the digest over void ones. Seals fix both. Where a seal does not
// fit, the chain links that the records carry tell which record is not the one that was sealed:
// they are followed back from the seal, whose signature vouches for the last of them, to the first
// that nothing vouches for.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "libs/event_log/event_log.h"
#include "libs/event_log/seal.h"
#include "libs/event_log/term_fence.h"

namespace prihvat::evidence {

// What is wrong, and with which record.
struct Finding {
  event_log::TopicPartition tp;
  event_log::Offset offset = 0;
  std::string what;
};
// "prihvat.procurement/3 offset 17: the record was changed: ..."
std::string ToString(const Finding& finding);

struct PartitionReport {
  event_log::TopicPartition tp;
  event_log::Offset from = 0;  // the first record that was read
  event_log::Offset end = 0;   // one past the last
  int64_t claims = 0;
  int64_t commits = 0;
  int64_t seals = 0;
  int64_t voids = 0;
  event_log::Offset sealed_through = -1;
  std::optional<log::v1::Seal> last_seal;
  std::optional<Finding> finding;

  int64_t unsealed() const { return end - 1 - sealed_through; }  // records after that
};

// One thread. The trusted keys outlive it.
class PartitionVerifier {
 public:
  // `keys`: nullptr where signatures are not to be checked. `partition_count`: of the topic, which
  // every claim must name.
  PartitionVerifier(event_log::TopicPartition tp, int32_t partition_count,
                    const event_log::TrustedKeys* keys);

  // Begins after the last record that `seal` covers, in place of the log's beginning. Its
  // signature must have been checked. Before the first Add.
  void BeginAfter(const log::v1::Seal& seal);
  // The log must hold exactly this seal. Before the first Add.
  void Expect(const log::v1::Seal& seal) { expected_.push_back(seal); }

  // The offset of the record to give next.
  event_log::Offset next() const { return next_; }
  // Takes the next record. False: something is wrong and no more is needed.
  bool Add(std::string_view bytes);
  // No record can be had at next(), or it is known to be damaged.
  void Broken(std::string what) { Found(next_, std::move(what)); }
  // After the last record.
  void Finish();

  const PartitionReport& report() const { return report_; }

 private:
  // What is kept of a record since the last good seal.
  struct Entry {
    event_log::Offset offset = 0;
    bool admitted = false;  // by the fold from the beginning on
    bool is_claim = false;
    std::string claim_id;
    std::string
        previous;       // the chain that it says stands before it; of a claim, what it had folded
    std::string link;   // the chain after it, if what it says of the one before is true
    std::string bytes;  // of a claim only
  };
  // What vouches for the records before it.
  struct Anchor {
    std::string what;
    std::string chain;
    event_log::Offset last_offset = -1;
    bool is_seal = false;
  };

  static Anchor AnchorOf(event_log::Offset offset, const log::v1::Seal& seal);
  void Found(event_log::Offset offset, std::string what);
  bool CheckShape(event_log::Offset offset, std::string_view bytes, const log::v1::Record& record);
  bool CheckSeal(event_log::Offset offset, std::string_view bytes, const log::v1::Seal& seal);
  void Keep(event_log::Offset offset, std::string_view bytes, const log::v1::Record& record,
            bool admitted);
  bool Judge(event_log::Offset offset, std::string_view bytes, const log::v1::Record& record);
  void OnAdmittedSeal(event_log::Offset offset, const log::v1::Seal& seal);
  void Locate(const Anchor& anchor);
  void LocateAmong(const Anchor& anchor, const std::vector<bool>& vouched, event_log::Offset top);
  void LocateBetween(const Anchor& anchor, size_t low, const std::string& want, int64_t shift);
  std::optional<size_t> OddBetween(std::optional<size_t> folded, size_t low,
                                   const std::string& want) const;
  std::optional<std::string> ChainBefore(size_t index, const std::string& after) const;
  bool IsCopy(size_t index) const;
  void CheckTail();

  PartitionReport report_;
  const int32_t partition_count_;
  const event_log::TrustedKeys* const keys_;
  event_log::TermFence fence_;
  event_log::Offset next_ = 0;
  std::string start_chain_;              // before the first entry
  bool start_known_ = true;              // false once entries were let go
  std::deque<Entry> entries_;            // since what the last good seal covers
  std::deque<std::string> settled_;      // links of the last admitted records before them
  std::optional<Anchor> contradiction_;  // a claim that did not fit; a seal may tell more
  event_log::Offset contradiction_at_ = -1;
  uint64_t contradiction_term_ = 0;
  std::set<std::string> owners_;  // claim ids that were admitted
  std::vector<log::v1::Seal> expected_;
};

}  // namespace prihvat::evidence
