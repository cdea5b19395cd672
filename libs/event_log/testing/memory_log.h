// The log in memory: for tests and the simulation.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"
#include "libs/event_log/event_log.h"
#include "libs/event_log/readable_signal.h"

namespace prihvat::event_log::testing {

// What is "on disk": outlives the MemoryLogs over it, as a broker outlives its clients.
// Thread-safe.
class MemoryStorage {
 public:
  // `clock` gives the append times.
  explicit MemoryStorage(const std::vector<TopicSpec>& topics,
                         std::function<absl::Time()> clock = absl::Now);

  // NOT_FOUND / DATA_LOSS (damaged or out of the log) as the EventLog calls say them.
  absl::StatusOr<std::vector<Offset>> Append(const TopicPartition& tp,
                                             std::vector<std::string> records);
  absl::StatusOr<std::vector<RawRecord>> Read(const TopicPartition& tp, Offset from,
                                              size_t max_records, ReadableSignal* arm_at_tip) const;
  absl::StatusOr<Offset> End(const TopicPartition& tp) const;
  absl::StatusOr<int32_t> PartitionCount(const std::string& topic) const;
  absl::Status Subscribe(const TopicPartition& tp, const std::shared_ptr<ReadableSignal>& signal);

  // For tests of what the log must never do. The offset must be there.
  void Overwrite(const TopicPartition& tp, Offset offset,
                 std::string bytes);                    // a record was changed
  void Truncate(const TopicPartition& tp, Offset end);  // the tail was lost
  std::vector<RawRecord> All(const TopicPartition& tp) const;

 private:
  struct Partition {
    std::vector<RawRecord> records;
    std::vector<std::weak_ptr<ReadableSignal>> signals;
  };

  const Partition* Find(const TopicPartition& tp) const ABSL_SHARED_LOCKS_REQUIRED(mutex_);
  Partition& Get(const TopicPartition& tp) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const std::function<absl::Time()> clock_;
  mutable absl::Mutex mutex_;
  absl::flat_hash_map<std::string, std::vector<Partition>> topics_ ABSL_GUARDED_BY(mutex_);
};

// An EventLog over a MemoryStorage. Appends complete before Append returns, on the caller's thread;
// readers are called back on the appender's thread. Nothing here waits, so deadlines never matter:
// with FaultyLog around it, they do.
class MemoryLog : public EventLog {
 public:
  static constexpr size_t kMaxRecordBytes = size_t{1} << 20;

  explicit MemoryLog(const std::vector<TopicSpec>& topics)
      : MemoryLog(std::make_shared<MemoryStorage>(topics)) {}
  explicit MemoryLog(std::shared_ptr<MemoryStorage> storage,
                     size_t max_record_bytes = kMaxRecordBytes)
      : storage_(std::move(storage)), max_record_bytes_(max_record_bytes) {}

  void Append(const TopicPartition& tp, std::vector<std::string> records, absl::Time deadline,
              AppendDone done) override;
  absl::StatusOr<std::unique_ptr<LogReader>> OpenReader(const TopicPartition& tp, Offset from,
                                                        std::function<void()> on_readable) override;
  absl::StatusOr<Offset> End(const TopicPartition& tp, absl::Time deadline) override;
  absl::StatusOr<int32_t> PartitionCount(const std::string& topic, absl::Time deadline) override;
  void ResetWriter(const TopicPartition& /*tp*/) override {}
  size_t max_record_bytes() const override { return max_record_bytes_; }
  void Close() override;

  const std::shared_ptr<MemoryStorage>& storage() const { return storage_; }

 private:
  const std::shared_ptr<MemoryStorage> storage_;
  const size_t max_record_bytes_;
  // Shared with the readers: they may outlive the log.
  const std::shared_ptr<std::atomic<bool>> closed_ = std::make_shared<std::atomic<bool>>(false);
};

}  // namespace prihvat::event_log::testing
