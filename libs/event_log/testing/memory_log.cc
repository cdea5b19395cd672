#include "libs/event_log/testing/memory_log.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/event_log/append_checks.h"

namespace prihvat::event_log::testing {
namespace {

class MemoryReader : public LogReader {
 public:
  MemoryReader(std::shared_ptr<MemoryStorage> storage, std::shared_ptr<std::atomic<bool>> closed,
               TopicPartition tp, Offset from, std::shared_ptr<ReadableSignal> signal)
      : storage_(std::move(storage)),
        closed_(std::move(closed)),
        tp_(std::move(tp)),
        position_(from),
        signal_(std::move(signal)) {}
  ~MemoryReader() override { signal_->Stop(); }

  absl::StatusOr<std::vector<RawRecord>> Read(size_t max_records,
                                              absl::Time /*deadline*/) override {
    if (closed_->load()) return LogIsClosed();
    auto records = storage_->Read(tp_, position_, max_records, signal_.get());
    if (records.ok()) position_ += static_cast<Offset>(records->size());
    return records;
  }

  Offset position() const override { return position_; }

 private:
  const std::shared_ptr<MemoryStorage> storage_;
  const std::shared_ptr<std::atomic<bool>> closed_;
  const TopicPartition tp_;
  Offset position_;
  const std::shared_ptr<ReadableSignal> signal_;
};

}  // namespace

MemoryStorage::MemoryStorage(const std::vector<TopicSpec>& topics,
                             std::function<absl::Time()> clock)
    : clock_(std::move(clock)) {
  absl::MutexLock lock(&mutex_);
  for (const TopicSpec& topic : topics)
    topics_[topic.name].resize(static_cast<size_t>(topic.partitions));
}

const MemoryStorage::Partition* MemoryStorage::Find(const TopicPartition& tp) const {
  const auto topic = topics_.find(tp.topic);
  if (topic == topics_.end() || tp.partition < 0 ||
      static_cast<size_t>(tp.partition) >= topic->second.size()) {
    return nullptr;
  }
  return &topic->second[static_cast<size_t>(tp.partition)];
}

MemoryStorage::Partition& MemoryStorage::Get(const TopicPartition& tp) {
  const Partition* partition = Find(tp);
  if (partition == nullptr) {
    std::fprintf(stderr, "MemoryStorage: no partition %s\n", ToString(tp).c_str());
    std::abort();
  }
  return const_cast<Partition&>(*partition);
}

absl::StatusOr<std::vector<Offset>> MemoryStorage::Append(const TopicPartition& tp,
                                                          std::vector<std::string> records) {
  std::vector<Offset> offsets;
  std::vector<std::shared_ptr<ReadableSignal>> wake;
  {
    absl::MutexLock lock(&mutex_);
    if (Find(tp) == nullptr) return NoSuchPartition(tp);
    Partition& partition = Get(tp);
    const absl::Time now = clock_();
    for (std::string& record : records) {
      offsets.push_back(static_cast<Offset>(partition.records.size()));
      partition.records.push_back({offsets.back(), std::move(record), now});
    }
    std::erase_if(partition.signals, [&wake](const std::weak_ptr<ReadableSignal>& weak) {
      std::shared_ptr<ReadableSignal> signal = weak.lock();
      if (signal != nullptr) wake.push_back(signal);
      return signal == nullptr;
    });
  }
  for (const auto& signal : wake) signal->Notify();
  return offsets;
}

absl::StatusOr<std::vector<RawRecord>> MemoryStorage::Read(const TopicPartition& tp, Offset from,
                                                           size_t max_records,
                                                           ReadableSignal* arm_at_tip) const {
  absl::MutexLock lock(&mutex_);
  const Partition* partition = Find(tp);
  if (partition == nullptr) return NoSuchPartition(tp);
  const Offset end = static_cast<Offset>(partition->records.size());
  if (from < 0 || from > end) {
    return absl::DataLossError(
        absl::StrCat(ToString(tp), ": offset ", from, " is not in the log, which ends at ", end));
  }
  const Offset until = from + static_cast<Offset>(std::min<uint64_t>(
                                  max_records, static_cast<uint64_t>(end - from)));
  if (until == from && arm_at_tip != nullptr) arm_at_tip->Arm();
  return std::vector<RawRecord>(partition->records.begin() + from,
                                partition->records.begin() + until);
}

absl::StatusOr<Offset> MemoryStorage::End(const TopicPartition& tp) const {
  absl::MutexLock lock(&mutex_);
  const Partition* partition = Find(tp);
  if (partition == nullptr) return NoSuchPartition(tp);
  return static_cast<Offset>(partition->records.size());
}

absl::StatusOr<int32_t> MemoryStorage::PartitionCount(const std::string& topic) const {
  absl::MutexLock lock(&mutex_);
  const auto found = topics_.find(topic);
  if (found == topics_.end()) return absl::NotFoundError(absl::StrCat("there is no topic ", topic));
  return static_cast<int32_t>(found->second.size());
}

absl::Status MemoryStorage::Subscribe(const TopicPartition& tp,
                                      const std::shared_ptr<ReadableSignal>& signal) {
  absl::MutexLock lock(&mutex_);
  if (Find(tp) == nullptr) return NoSuchPartition(tp);
  Get(tp).signals.push_back(signal);
  return absl::OkStatus();
}

void MemoryStorage::Overwrite(const TopicPartition& tp, Offset offset, std::string bytes) {
  absl::MutexLock lock(&mutex_);
  Get(tp).records.at(static_cast<size_t>(offset)).bytes = std::move(bytes);
}

void MemoryStorage::Truncate(const TopicPartition& tp, Offset end) {
  absl::MutexLock lock(&mutex_);
  Get(tp).records.resize(static_cast<size_t>(end));
}

std::vector<RawRecord> MemoryStorage::All(const TopicPartition& tp) const {
  absl::MutexLock lock(&mutex_);
  const Partition* partition = Find(tp);
  return partition == nullptr ? std::vector<RawRecord>() : partition->records;
}

void MemoryLog::Append(const TopicPartition& tp, std::vector<std::string> records,
                       absl::Time /*deadline*/, AppendDone done) {
  if (closed_->load()) return done(NotSent(LogIsClosed()));
  if (absl::Status ok = CheckBatch(tp, records, max_record_bytes_); !ok.ok())
    return done(NotSent(ok));
  absl::StatusOr<std::vector<Offset>> offsets = storage_->Append(tp, std::move(records));
  done(offsets.ok() ? Confirmed(*offsets) : NotSent(offsets.status()));
}

absl::StatusOr<std::unique_ptr<LogReader>> MemoryLog::OpenReader(
    const TopicPartition& tp, Offset from, std::function<void()> on_readable) {
  if (closed_->load()) return LogIsClosed();
  auto signal = std::make_shared<ReadableSignal>(std::move(on_readable));
  if (absl::Status ok = storage_->Subscribe(tp, signal); !ok.ok()) return ok;
  return std::make_unique<MemoryReader>(storage_, closed_, tp, from, std::move(signal));
}

absl::StatusOr<Offset> MemoryLog::End(const TopicPartition& tp, absl::Time /*deadline*/) {
  if (closed_->load()) return LogIsClosed();
  return storage_->End(tp);
}

absl::StatusOr<int32_t> MemoryLog::PartitionCount(const std::string& topic,
                                                  absl::Time /*deadline*/) {
  if (closed_->load()) return LogIsClosed();
  return storage_->PartitionCount(topic);
}

void MemoryLog::Close() { closed_->store(true); }

}  // namespace prihvat::event_log::testing
