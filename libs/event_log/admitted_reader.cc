#include "libs/event_log/admitted_reader.h"

#include <utility>

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"

namespace prihvat::event_log {
namespace {

absl::Status At(const TopicPartition& tp, const absl::Status& status) {
  return absl::Status(status.code(), absl::StrCat(ToString(tp), ": ", status.message()));
}

bool StopsTheLine(const absl::Status& status) {
  return absl::IsDataLoss(status) || absl::IsFailedPrecondition(status);
}

// Claims and seals name the partition that they are for: one found elsewhere was copied there.
absl::Status CheckHome(const TopicPartition& tp, const JudgedRecord& judged) {
  TopicPartition home = tp;
  if (judged.verdict == Verdict::kAdmittedClaim) {
    home = {judged.record.claim().topic(), judged.record.claim().partition()};
  } else if (judged.verdict == Verdict::kAdmittedSeal) {
    home = {judged.record.seal().topic(), judged.record.seal().partition()};
  }
  if (home == tp) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat("the record at offset ", judged.offset,
                                                    " was made for ", ToString(home),
                                                    ": this is another partition's log"));
}

absl::StatusOr<JudgedRecord> Judge(const TopicPartition& tp, TermFence& fence,
                                   const RawRecord& raw) {
  JudgedRecord judged;
  judged.offset = raw.offset;
  judged.append_time = raw.append_time;
  judged.previous_admitted = fence.state().last_admitted;
  if (raw.offset != fence.state().next_offset) {
    return absl::DataLossError(absl::StrCat("record ", raw.offset, " came where ",
                                            fence.state().next_offset,
                                            " was next: the log has a hole"));
  }
  if (!judged.record.ParseFromString(raw.bytes)) {
    return absl::DataLossError(
        absl::StrCat("the record at offset ", raw.offset, " cannot be parsed"));
  }
  absl::StatusOr<Verdict> verdict = fence.Admit(raw.offset, raw.bytes, judged.record);
  if (!verdict.ok()) return verdict.status();
  judged.verdict = *verdict;
  judged.chain = fence.state().chain;
  if (absl::Status home = CheckHome(tp, judged); !home.ok()) return home;
  return judged;
}

}  // namespace

absl::StatusOr<std::unique_ptr<AdmittedReader>> AdmittedReader::Open(
    EventLog& log, const TopicPartition& tp, FenceState state, std::function<void()> on_readable) {
  const Offset from = state.next_offset;
  auto reader = absl::WrapUnique(new AdmittedReader(tp, std::move(state)));
  absl::StatusOr<std::unique_ptr<LogReader>> raw = log.OpenReader(tp, from, std::move(on_readable));
  if (!raw.ok()) return raw.status();
  reader->reader_ = *std::move(raw);
  return reader;
}

absl::StatusOr<std::vector<JudgedRecord>> AdmittedReader::Read(size_t max_records,
                                                               absl::Time deadline) {
  if (!stopped_.ok()) return stopped_;
  absl::StatusOr<std::vector<RawRecord>> raws = reader_->Read(max_records, deadline);
  if (!raws.ok()) {
    const absl::Status status = At(tp_, raws.status());
    if (StopsTheLine(status)) stopped_ = status;
    return status;
  }
  std::vector<JudgedRecord> judged;
  judged.reserve(raws->size());
  for (const RawRecord& raw : *raws) {
    absl::StatusOr<JudgedRecord> one = Judge(tp_, fence_, raw);
    if (!one.ok()) {
      stopped_ = At(tp_, one.status());
      if (judged.empty()) return stopped_;
      return judged;  // what was good; the next call says why there is no more
    }
    judged.push_back(*std::move(one));
  }
  return judged;
}

}  // namespace prihvat::event_log
