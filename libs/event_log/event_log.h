// The log behind every service: partitions of opaque records with dense offsets, in the manner of
// Kafka.
//
// Engines: embedded/ (RocksDB, one process), kafka/ (librdkafka, a real cluster), testing/ (memory,
// faults on request). All pass the typed suite in testing/event_log_contract.h. What a record means
// (claims, commits, which of them count) is not the engine's business: see term_fence.h.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/base/statistic.h"

namespace prihvat::event_log {

// An offset within a partition: 0 for the first record, then dense.
using Offset = int64_t;

// One partition of one topic.
struct TopicPartition {
  std::string topic;
  int32_t partition = 0;

  friend bool operator==(const TopicPartition&, const TopicPartition&) = default;
  friend auto operator<=>(const TopicPartition&, const TopicPartition&) = default;
  template <typename H>
  friend H AbslHashValue(H state, const TopicPartition& tp) {
    return H::combine(std::move(state), tp.topic, tp.partition);
  }
};

// "prihvat.procurement/3", for messages.
std::string ToString(const TopicPartition& tp);

struct RawRecord {
  Offset offset = 0;
  std::string bytes;
  // When the log took it (Kafka: LogAppendTime; embedded: the engine's clock at the append).
  absl::Time append_time = absl::InfinitePast();
};

// What became of one batch of appended records.
struct AppendResult {
  enum class Outcome {
    kConfirmed,  // durable; `offsets` has one entry a record, in order; an entry is empty where the
                 // log confirmed the record without saying where it stands
    kNotSent,    // proof that nothing of it is or will be in the log
    kUnknown,    // neither: each record may be there, or come to be there later, or not at all
  };
  Outcome outcome = Outcome::kUnknown;
  std::vector<std::optional<Offset>> offsets;
  absl::Status status;  // why, unless confirmed
};

// Reads one partition in order. Owned and used by one thread, except that `on_readable` (see
// OpenReader) may be called from any. Destroying it stops all callbacks before the destructor
// returns.
class LogReader {
 public:
  virtual ~LogReader() = default;

  // Up to `max_records` records from the reader's position on, and the position moves past them.
  // Returns records; or an empty vector, which means that the tip was reached: at some instant
  // during this call nothing durable stood at the position. Never empty for a time-out: that is
  // DEADLINE_EXCEEDED (nothing is lost, call again; with a deadline in the past the call only takes
  // what is at hand). DATA_LOSS: the position is not in the log (before its start, or past its end)
  // or what stands there is damaged. UNAVAILABLE: the log cannot be reached just now.
  virtual absl::StatusOr<std::vector<RawRecord>> Read(size_t max_records, absl::Time deadline) = 0;

  // The offset of the next record that Read would return.
  virtual Offset position() const = 0;
};

// Thread-safe. Every call is bounded by its deadline.
class EventLog {
 public:
  using AppendDone = std::function<void(AppendResult)>;

  virtual ~EventLog() = default;

  // Appends `records` (non-empty, each non-empty) to `tp` in order. `done` is called exactly once,
  // from any thread, perhaps before Append returns, and at the latest a short while after
  // `deadline`; it must not block. Several writers may append to one partition at once: their
  // batches may interleave, and the offsets say so. A record above max_record_bytes() fails the
  // whole batch as kNotSent with INVALID_ARGUMENT.
  virtual void Append(const TopicPartition& tp, std::vector<std::string> records,
                      absl::Time deadline, AppendDone done) = 0;

  // A reader that begins at `from`. `on_readable` (may be empty) is called, from any thread, when
  // records may have arrived after a Read that did not return any; it may be called in vain; it
  // must not block or call the reader.
  virtual absl::StatusOr<std::unique_ptr<LogReader>> OpenReader(
      const TopicPartition& tp, Offset from, std::function<void()> on_readable) = 0;

  // The offset that the next durable record will get. All records below it can be read.
  virtual absl::StatusOr<Offset> End(const TopicPartition& tp, absl::Time deadline) = 0;

  // How many partitions the topic has. NOT_FOUND if there is no such topic.
  virtual absl::StatusOr<int32_t> PartitionCount(const std::string& topic, absl::Time deadline) = 0;

  // The writer of `tp` lost track of what it wrote: the engine drops whatever it keeps for this
  // partition's appends (Kafka: the producer with its queue and its sequence numbers) and begins
  // afresh. Batches in flight end as kUnknown.
  virtual void ResetWriter(const TopicPartition& tp) = 0;

  virtual size_t max_record_bytes() const = 0;

  // A copy of all that is durable, and perhaps of more, as the engine keeps it, in a directory that
  // is not there yet; appends go on meanwhile. FAILED_PRECONDITION where others keep the log.
  virtual absl::Status Checkpoint(const std::string& directory);

  // What the engine tells of itself just now, for metrics.
  virtual std::vector<base::Statistic> Statistics() const { return {}; }

  // Fails all that is in flight (kUnknown) and lets go of files and connections. Calls after it
  // fail with FAILED_PRECONDITION. Idempotent.
  virtual void Close() = 0;
};

// What a topic is declared to be: checked against what is there before a service uses it.
struct TopicSpec {
  std::string name;
  int32_t partitions = 4;
  int16_t replication_factor = 1;
  int16_t min_insync_replicas = 1;
};

}  // namespace prihvat::event_log
