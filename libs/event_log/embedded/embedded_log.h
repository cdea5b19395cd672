// The log on one machine: RocksDB in one directory, group commit with fsync, no other process
// needed.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "libs/event_log/embedded/clock_guard.h"
#include "libs/event_log/event_log.h"

namespace rocksdb {
class Env;
}

namespace prihvat::event_log {

struct EmbeddedLogOptions {
  std::string directory;  // made if it is not there (its parent must be); a local file system
  std::vector<TopicSpec> topics;  // replication is not looked at
  // Changes nothing in the directory and takes no appends: to look at a copy. The topics are those
  // that the log has; `topics` must be empty. What of it no fsync has confirmed is read too.
  bool read_only = false;
  // `clock` gives the append times. Called by one thread at a time.
  ClockSources clocks;
  // What time it is about, by an operator's word (clock_guard.h); InfinitePast: nobody has said.
  absl::Time clock_confirmed = absl::InfinitePast();
  // A log that nobody writes to notes so often that it lives: else the first start after quiet days
  // would look like a jump of the clock.
  absl::Duration alive_every = absl::Minutes(10);

  size_t max_record_bytes = size_t{1} << 20;
  // What may wait for the writer; an append above either bound is kNotSent with RESOURCE_EXHAUSTED.
  size_t max_queued_batches = 4096;
  size_t max_queued_bytes = size_t{64} << 20;
  size_t max_group_bytes =
      size_t{8} << 20;  // one fsync covers at most this much (or one batch, if it is larger)

  // Of each partition's last records, kept in memory for those who follow it closely.
  size_t tail_bytes = size_t{256} << 10;
  size_t block_cache_bytes = size_t{64} << 20;  // index blocks inside
  size_t write_buffer_bytes = size_t{32} << 20;

  // Appends are refused while the disk has less left than this: what is in memory must still find
  // room, and RocksDB does not come back from a disk without any (some builds of it abort). 0:
  // never.
  uint64_t disk_reserve_bytes = 0;

  // How long Open waits for a process that still holds the directory.
  absl::Duration lock_wait = absl::Seconds(10);
  // How many of the last records of each partition Open reads and checks.
  int64_t verify_tail_records = 10000;

  // Called when the disk failed so that nothing can be said of what it holds (a failed fsync). The
  // default reports the status (base/report.h) and aborts. If it returns (tests), the log takes no
  // more appends.
  std::function<void(const absl::Status&)> on_fatal;
  // The disk; null for the real one. Must outlive the log and its readers.
  rocksdb::Env* env = nullptr;
};

// Owned by main. Thread-safe; one thread of its own writes: it gathers what is queued, writes it
// with one fsync, and only then moves the durable end, calls `done` and wakes the readers. So
// nothing is read that a power cut could undo. `done` and `on_readable` must not call Close.
// Readers may outlive the log, and fail once it is closed.
//
// Failures. A clock that has jumped by more than a day (clock_guard.h): batches are kNotSent with
// FAILED_PRECONDITION, reading goes on, and so does writing when the clock is right again. A disk
// down to its reserve: batches are kNotSent with RESOURCE_EXHAUSTED, reading goes on, and so does
// writing when there is space again. A full disk: the batches being written are kUnknown, later
// ones kNotSent with RESOURCE_EXHAUSTED, and reading goes on; the log writes again after space was
// made and it was opened anew. Both are reported once (base/report.h). Any other failed write or
// fsync is fatal (see on_fatal). Damage is DATA_LOSS: at Open if it is in what Open reads, else at
// Read.
class EmbeddedLog : public EventLog {
 public:
  // Creates or opens the log. What a crash left of a torn last write is dropped, all else that is
  // found is made durable before Open returns. FAILED_PRECONDITION: another process holds the
  // directory (after lock_wait), it cannot be written (at once, with what to do), or a topic was
  // declared with another partition count before. DATA_LOSS: the log is damaged.
  static absl::StatusOr<std::unique_ptr<EmbeddedLog>> Open(EmbeddedLogOptions options);
  ~EmbeddedLog() override;

  void Append(const TopicPartition& tp, std::vector<std::string> records, absl::Time deadline,
              AppendDone done) override;
  absl::StatusOr<std::unique_ptr<LogReader>> OpenReader(const TopicPartition& tp, Offset from,
                                                        std::function<void()> on_readable) override;
  absl::StatusOr<Offset> End(const TopicPartition& tp, absl::Time deadline) override;
  absl::StatusOr<int32_t> PartitionCount(const std::string& topic, absl::Time deadline) override;
  // Batches that still wait are kNotSent; the one being written ends as it ends, before anything
  // appended later.
  void ResetWriter(const TopicPartition& tp) override;
  size_t max_record_bytes() const override;
  absl::Status Checkpoint(const std::string& directory) override;
  void Close() override;

  // OK while the log takes appends; else why not (the disk is full or has failed).
  absl::Status Writable() const;

  // By name.
  std::vector<TopicSpec> Topics() const;

 private:
  class Core;
  friend class EmbeddedReader;

  explicit EmbeddedLog(std::shared_ptr<Core> core);

  const std::shared_ptr<Core> core_;  // shared with readers
  absl::Mutex close_mutex_;           // makes concurrent Close calls wait for the first
  std::thread writer_ ABSL_GUARDED_BY(close_mutex_);  // last: uses all above
};

}  // namespace prihvat::event_log
