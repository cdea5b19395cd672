#include "libs/event_log/embedded/embedded_log.h"

#include <fcntl.h>
#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <rocksdb/env.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/table.h>
#include <rocksdb/utilities/checkpoint.h>
#include <rocksdb/write_batch.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <deque>
#include <optional>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "libs/base/report.h"
#include "libs/base/string_view.h"
#include "libs/event_log/append_checks.h"
#include "libs/event_log/embedded/record_codec.h"
#include "libs/event_log/readable_signal.h"

namespace prihvat::event_log {
namespace {

constexpr size_t kMaxReadBytes = size_t{16} << 20;
constexpr absl::Duration kLockPoll = absl::Milliseconds(50);
// Readers hear of new records so much later: they are other services mostly, who would take the
// processor from the answer to whoever appended. Waking them costs the writer, too, so while groups
// follow each other they hear of several at once, at the latest so long after the first.
constexpr absl::Duration kTellAfter = absl::Milliseconds(1);
constexpr absl::Duration kTellAtMost = absl::Milliseconds(5);

absl::Status FromRocks(const std::string& what, const rocksdb::Status& status) {
  const std::string message = absl::StrCat(what, ": ", status.ToString());
  if (status.IsNoSpace()) return absl::ResourceExhaustedError(message);
  if (status.IsCorruption()) return absl::DataLossError(message);
  return absl::InternalError(message);
}

std::string_view View(const rocksdb::Slice& slice) { return {slice.data(), slice.size()}; }

[[noreturn]] void DieOf(const absl::Status& status) {
  base::Report(base::Severity::kError, "embedded log",
               absl::StrCat("the disk of the log failed, the process ends: ", status.ToString()));
  std::abort();
}

bool Says(const rocksdb::Status& status, const char* words) {
  return status.ToString().find(words) != std::string::npos;
}

// RocksDB tells a lock that is held from a file that cannot be opened only by its words.
bool IsHeld(const rocksdb::Status& status) {
  return Says(status, "While lock file") || Says(status, "lock hold by current process");
}

// A directory in which no file can be opened for writing, with what to do.
absl::Status CannotUse(const std::string& directory, const rocksdb::Status& status) {
  const char* advice = "see that the directory is there and can be written";
  if (Says(status, "Read-only file system"))
    advice = "its file system is read-only: mount it writable, or give another directory";
  if (Says(status, "Permission denied") || Says(status, "Operation not permitted"))
    advice = "this user may not write there: give it the directory, or another one";
  if (Says(status, "No such file or directory"))
    advice = "there is no such folder: make it, or mount what belongs there";
  if (status.IsNoSpace()) advice = "the disk is full: make space";
  return absl::FailedPreconditionError(absl::StrCat("the log in ", directory,
                                                    " cannot be opened for writing: ", advice, " (",
                                                    status.ToString(), ")"));
}

// A lock of our own beside RocksDB's, so that waiting for it does not touch the files of the
// process that holds it.
class DirectoryLock {
 public:
  static absl::StatusOr<std::unique_ptr<DirectoryLock>> Take(rocksdb::Env* env,
                                                             const std::string& directory,
                                                             absl::Duration wait) {
    const absl::Time give_up = absl::Now() + wait;
    rocksdb::FileLock* lock = nullptr;
    rocksdb::Status status;
    while (!(status = env->LockFile(directory + "/prihvat.lock", &lock)).ok()) {
      // Waiting helps only where somebody holds it.
      if (!IsHeld(status)) return CannotUse(directory, status);
      if (absl::Now() >= give_up) {
        return absl::FailedPreconditionError(
            absl::StrCat("the log in ", directory, " is in use by another process (waited ",
                         absl::FormatDuration(wait),
                         "): end that process, or give this one a directory of its own; never "
                         "delete lock files (",
                         status.ToString(), ")"));
      }
      absl::SleepFor(kLockPoll);
    }
    return absl::WrapUnique(new DirectoryLock(env, lock));
  }
  ~DirectoryLock() { env_->UnlockFile(lock_).PermitUncheckedError(); }

 private:
  DirectoryLock(rocksdb::Env* env, rocksdb::FileLock* lock) : env_(env), lock_(lock) {}

  rocksdb::Env* const env_;
  rocksdb::FileLock* const lock_;
};

// Whether another process holds the lock file; there need not be one.
bool IsLockedByAnother(const std::string& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return false;
  struct flock lock = {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  const bool locked = fcntl(fd, F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
  close(fd);
  return locked;
}

rocksdb::Options DbOptions(const EmbeddedLogOptions& options, rocksdb::Env* env) {
  rocksdb::Options db;
  db.env = env;
  db.create_if_missing = true;
  db.paranoid_checks = true;
  // Only the torn end of a write that was never acknowledged is dropped; damage before it fails the
  // open.
  db.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  db.track_and_verify_wals_in_manifest = true;
  // What is recovered from the WAL is written out and synced inside Open: a tail that the page
  // cache held but the disk did not is durable before anyone reads it.
  db.avoid_flush_during_recovery = false;
  db.write_buffer_size = options.write_buffer_bytes;
  db.max_write_buffer_number = 2;
  db.keep_log_file_num = 4;
  db.info_log_level = rocksdb::InfoLogLevel::WARN_LEVEL;
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = rocksdb::NewLRUCache(options.block_cache_bytes);
  table.cache_index_and_filter_blocks = true;
  db.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return db;
}

struct Pending {
  TopicPartition tp;
  std::vector<std::string> records;
  size_t bytes = 0;
  absl::Time deadline;
  EventLog::AppendDone done;
};

struct PartitionState {
  Offset end = 0;  // durable; only the writer thread moves it
  // The last records before `end`, without a gap; as many as the options let be kept.
  std::deque<std::shared_ptr<const RawRecord>> tail;
  size_t tail_bytes = 0;
  std::vector<std::weak_ptr<ReadableSignal>> signals;
};

}  // namespace

// All that the log, its writer thread and its readers share.
// Lock order: db_mutex_ before mutex_. The database is used under db_mutex_ (shared), and let go of
// under it (exclusive). No lock is held while callbacks run.
class EmbeddedLog::Core {
 public:
  explicit Core(EmbeddedLogOptions options)
      : options_(std::move(options)),
        env_(options_.env != nullptr ? options_.env : rocksdb::Env::Default()),
        clock_(options_.clocks, options_.clock_confirmed) {}

  absl::Status Open();
  void RunWriter();  // until Stop
  void Stop();       // the writer ends when the group in flight is done; what waits is not sent
  void CloseDb();

  void Append(const TopicPartition& tp, std::vector<std::string> records, absl::Time deadline,
              AppendDone done);
  void DropQueued(const TopicPartition& tp);
  absl::StatusOr<Offset> End(const TopicPartition& tp) const;
  absl::StatusOr<int32_t> PartitionCount(const std::string& topic) const;
  absl::Status Subscribe(const TopicPartition& tp, const std::shared_ptr<ReadableSignal>& signal);
  absl::StatusOr<std::vector<RawRecord>> Read(const TopicPartition& tp, Offset from,
                                              size_t max_records, ReadableSignal& arm_at_tip) const;
  absl::Status Writable() const;
  std::vector<TopicSpec> Topics() const;
  absl::Status Checkpoint(const std::string& directory);
  const EmbeddedLogOptions& options() const { return options_; }

 private:
  absl::Status OpenReadOnly() ABSL_EXCLUSIVE_LOCKS_REQUIRED(db_mutex_);
  absl::Status RecoverClock() ABSL_EXCLUSIVE_LOCKS_REQUIRED(db_mutex_);
  absl::Status DeclareTopic(const TopicSpec& topic) ABSL_EXCLUSIVE_LOCKS_REQUIRED(db_mutex_);
  absl::Status RecoverPartition(const TopicPartition& tp) ABSL_EXCLUSIVE_LOCKS_REQUIRED(db_mutex_);
  absl::Status VerifyTail(const TopicPartition& tp, Offset end) const
      ABSL_SHARED_LOCKS_REQUIRED(db_mutex_);
  absl::StatusOr<std::vector<RawRecord>> Scan(const TopicPartition& tp, Offset from,
                                              Offset until) const
      ABSL_SHARED_LOCKS_REQUIRED(db_mutex_);

  using Signals = absl::flat_hash_set<std::shared_ptr<ReadableSignal>>;

  std::optional<std::vector<Pending>> NextGroup(absl::Time until);
  void WriteAndAnswer(std::vector<Pending> group, Signals& wake);
  void NoteAlive();
  absl::Status WriteGroup(const std::vector<Pending>& group, absl::Time now,
                          std::vector<AppendResult>& results);
  void MoveEnds(std::vector<Pending>& group, const std::vector<AppendResult>& results,
                absl::Time written_at, Signals& wake);
  void KeepTail(PartitionState& partition, std::vector<std::string> records, Offset first,
                absl::Time written_at) const;
  void StopWriting(const absl::Status& why);
  absl::Status RoomLeft();

  const EmbeddedLogOptions options_;
  rocksdb::Env* const env_;
  bool short_of_space_ = false;  // the writer's
  ClockGuard clock_;             // the writer's, once it runs
  absl::Time alive_at_;          // the writer's: when to note again that it lives

  mutable absl::Mutex db_mutex_ ABSL_ACQUIRED_BEFORE(mutex_);
  std::unique_ptr<DirectoryLock> directory_lock_ ABSL_GUARDED_BY(db_mutex_);
  std::unique_ptr<rocksdb::DB> db_ ABSL_GUARDED_BY(db_mutex_);  // null once closed

  mutable absl::Mutex mutex_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Status writable_ ABSL_GUARDED_BY(mutex_);
  std::deque<Pending> queue_ ABSL_GUARDED_BY(mutex_);
  size_t queued_bytes_ ABSL_GUARDED_BY(mutex_) = 0;
  absl::flat_hash_map<TopicPartition, PartitionState> partitions_ ABSL_GUARDED_BY(mutex_);
  absl::flat_hash_map<std::string, int32_t> topics_ ABSL_GUARDED_BY(mutex_);
};

// Leaves the directory as it is. A process that writes there would move files away under us.
absl::Status EmbeddedLog::Core::OpenReadOnly() {
  if (IsLockedByAnother(options_.directory + "/prihvat.lock")) {
    return absl::FailedPreconditionError(
        absl::StrCat("the log in ", options_.directory,
                     " is in use by another process: ask that process, or look at a copy"));
  }
  rocksdb::Options db_options = DbOptions(options_, env_);
  db_options.create_if_missing = false;
  rocksdb::DB* db = nullptr;
  const rocksdb::Status opened = rocksdb::DB::OpenForReadOnly(db_options, options_.directory, &db);
  if (!opened.ok())
    return FromRocks(absl::StrCat("cannot open the log in ", options_.directory), opened);
  db_.reset(db);
  {
    absl::MutexLock lock(&mutex_);
    writable_ = absl::FailedPreconditionError("the log was opened to be read only");
  }
  const std::string first = TopicKey("");
  const std::unique_ptr<rocksdb::Iterator> it(db_->NewIterator({}));
  for (it->Seek(first); it->Valid() && it->key().starts_with(first); it->Next()) {
    const std::string name = it->key().ToString().substr(first.size());
    const absl::StatusOr<int32_t> partitions = DecodeTopic(name, View(it->value()));
    if (!partitions.ok()) return partitions.status();
    {
      absl::MutexLock lock(&mutex_);
      topics_[name] = *partitions;
    }
    for (int32_t partition = 0; partition < *partitions; ++partition) {
      if (absl::Status ok = RecoverPartition({name, partition}); !ok.ok()) return ok;
    }
  }
  if (!it->status().ok()) return FromRocks("cannot read the log's topics", it->status());
  absl::MutexLock lock(&mutex_);
  return topics_.empty() ? absl::NotFoundError(
                               absl::StrCat("there is no log with topics in ", options_.directory))
                         : absl::OkStatus();
}

absl::Status EmbeddedLog::Core::Open() {
  absl::MutexLock db_lock(&db_mutex_);
  if (options_.read_only) return OpenReadOnly();
  if (rocksdb::Status made = env_->CreateDirIfMissing(options_.directory); !made.ok()) {
    return CannotUse(options_.directory, made);
  }
  auto lock = DirectoryLock::Take(env_, options_.directory, options_.lock_wait);
  if (!lock.ok()) return lock.status();
  directory_lock_ = *std::move(lock);

  rocksdb::DB* db = nullptr;
  const rocksdb::Status opened =
      rocksdb::DB::Open(DbOptions(options_, env_), options_.directory, &db);
  if (!opened.ok()) {
    return FromRocks(
        absl::StrCat("cannot open the log in ", options_.directory,
                     opened.IsCorruption()
                         ? " (it is damaged: restore it from a copy, and keep this one)"
                         : ""),
        opened);
  }
  db_.reset(db);
  if (absl::Status ok = RecoverClock(); !ok.ok()) return ok;
  for (const TopicSpec& topic : options_.topics) {
    if (absl::Status ok = DeclareTopic(topic); !ok.ok()) return ok;
    for (int32_t partition = 0; partition < topic.partitions; ++partition) {
      if (absl::Status ok = RecoverPartition({topic.name, partition}); !ok.ok()) return ok;
    }
  }
  return absl::OkStatus();
}

absl::Status EmbeddedLog::Core::RecoverClock() {
  std::string value;
  const rocksdb::Status found = db_->Get({}, ClockKey(), &value);
  if (found.IsNotFound()) return absl::OkStatus();  // the first start: there is nothing to compare
  if (!found.ok()) return FromRocks("cannot read when the log was last written", found);
  const absl::StatusOr<absl::Time> last_written = DecodeClock(value);
  if (last_written.ok()) clock_.Begin(*last_written);
  return last_written.status();
}

absl::Status EmbeddedLog::Core::DeclareTopic(const TopicSpec& topic) {
  if (topic.name.empty() || topic.name.find('\0') != std::string::npos || topic.partitions < 1) {
    return absl::InvalidArgumentError(absl::StrCat("topic \"", topic.name, "\" with ",
                                                   topic.partitions, " partitions cannot be"));
  }
  std::string value;
  const rocksdb::Status found = db_->Get({}, TopicKey(topic.name), &value);
  if (found.IsNotFound()) {
    rocksdb::WriteOptions synced;
    synced.sync = true;
    const rocksdb::Status put =
        db_->Put(synced, TopicKey(topic.name), TopicValue(topic.partitions));
    if (!put.ok()) return FromRocks(absl::StrCat("cannot record topic ", topic.name), put);
  } else if (!found.ok()) {
    return FromRocks(absl::StrCat("cannot read the entry of topic ", topic.name), found);
  } else {
    const absl::StatusOr<int32_t> recorded = DecodeTopic(topic.name, value);
    if (!recorded.ok()) return recorded.status();
    if (*recorded != topic.partitions) {
      return absl::FailedPreconditionError(
          absl::StrCat("topic ", topic.name, " in ", options_.directory, " was made with ",
                       *recorded, " partitions, ", topic.partitions,
                       " are configured: the count decides where an operation lives and never "
                       "changes; configure ",
                       *recorded, ", or copy the log to a new topic"));
    }
  }
  absl::MutexLock lock(&mutex_);
  topics_[topic.name] = topic.partitions;
  return absl::OkStatus();
}

absl::Status EmbeddedLog::Core::RecoverPartition(const TopicPartition& tp) {
  const std::unique_ptr<rocksdb::Iterator> it(db_->NewIterator({}));
  it->SeekForPrev(RecordKey(tp, INT64_MAX));
  Offset end = 0;
  if (it->Valid()) {
    const std::optional<Offset> last = OffsetOf(tp, View(it->key()));
    if (last.has_value()) end = *last + 1;
  }
  if (!it->status().ok())
    return FromRocks(absl::StrCat(ToString(tp), ": cannot find the end"), it->status());
  // Who only reads is told where the damage is when it comes to it.
  if (!options_.read_only) {
    if (absl::Status ok = VerifyTail(tp, end); !ok.ok()) return ok;
  }
  absl::MutexLock lock(&mutex_);
  partitions_[tp].end = end;
  return absl::OkStatus();
}

absl::Status EmbeddedLog::Core::VerifyTail(const TopicPartition& tp,
                                           Offset end) const ABSL_NO_THREAD_SAFETY_ANALYSIS {
  for (Offset from = std::max<Offset>(0, end - options_.verify_tail_records); from < end;) {
    const auto records = Scan(tp, from, end);
    if (!records.ok()) return records.status();
    from += static_cast<Offset>(records->size());
  }
  if (end == 0) return absl::OkStatus();
  return Scan(tp, 0, 1).status();  // and nothing was cut off in front
}

// The records from `from` (inclusive) to `until`, as many as fit into kMaxReadBytes, at least one.
absl::StatusOr<std::vector<RawRecord>> EmbeddedLog::Core::Scan(const TopicPartition& tp,
                                                               Offset from, Offset until) const {
  const std::string upper = RecordKey(tp, until);
  const rocksdb::Slice upper_slice(upper);
  rocksdb::ReadOptions read;
  read.iterate_upper_bound = &upper_slice;
  const std::unique_ptr<rocksdb::Iterator> it(db_->NewIterator(read));
  std::vector<RawRecord> records;
  size_t bytes = 0;
  Offset next = from;
  for (it->Seek(RecordKey(tp, from)); it->Valid() && bytes < kMaxReadBytes; it->Next()) {
    const std::optional<Offset> offset = OffsetOf(tp, View(it->key()));
    if (offset != next) break;
    absl::StatusOr<RawRecord> record = DecodeRecord(tp, next, View(it->key()), View(it->value()));
    if (!record.ok()) return record.status();
    bytes += record->bytes.size();
    records.push_back(*std::move(record));
    ++next;
  }
  if (!it->status().ok()) {
    return FromRocks(absl::StrCat(ToString(tp), ": cannot read the record at offset ", next),
                     it->status());
  }
  if (next < until && bytes < kMaxReadBytes) {
    return absl::DataLossError(absl::StrCat(ToString(tp), ": the record at offset ", next,
                                            " is missing, though the log goes on to ", until));
  }
  return records;
}

void EmbeddedLog::Core::Append(const TopicPartition& tp, std::vector<std::string> records,
                               absl::Time deadline, AppendDone done) {
  absl::Status refused = CheckBatch(tp, records, options_.max_record_bytes);
  if (refused.ok()) {
    size_t bytes = 0;
    for (const std::string& record : records) bytes += record.size();
    absl::MutexLock lock(&mutex_);
    if (stopping_) {
      refused = LogIsClosed();
    } else if (!writable_.ok()) {
      refused = writable_;
    } else if (!partitions_.contains(tp)) {
      refused = NoSuchPartition(tp);
    } else if (queue_.size() >= options_.max_queued_batches ||
               (!queue_.empty() && queued_bytes_ + bytes > options_.max_queued_bytes)) {
      refused = absl::ResourceExhaustedError(absl::StrCat(ToString(tp), ": ", queue_.size(),
                                                          " batches (", queued_bytes_,
                                                          " bytes) already wait to be written"));
    } else {
      queued_bytes_ += bytes;
      queue_.push_back({tp, std::move(records), bytes, deadline, std::move(done)});
      return;
    }
  }
  done(NotSent(std::move(refused)));
}

void EmbeddedLog::Core::DropQueued(const TopicPartition& tp) {
  std::vector<Pending> dropped;
  {
    absl::MutexLock lock(&mutex_);
    std::deque<Pending> kept;
    for (Pending& pending : queue_) {
      if (pending.tp == tp) {
        queued_bytes_ -= pending.bytes;
        dropped.push_back(std::move(pending));
      } else {
        kept.push_back(std::move(pending));
      }
    }
    queue_ = std::move(kept);
  }
  for (Pending& pending : dropped)
    pending.done(NotSent(absl::AbortedError("the writer was reset")));
}

// Waits for work: what is to be written, up to a group's bounds; nothing where nothing has come
// `until` then. Nullopt: the log is closing.
std::optional<std::vector<Pending>> EmbeddedLog::Core::NextGroup(absl::Time until) {
  absl::MutexLock lock(&mutex_);
  const auto work = [this]()
                        ABSL_NO_THREAD_SAFETY_ANALYSIS { return stopping_ || !queue_.empty(); };
  mutex_.AwaitWithDeadline(absl::Condition(&work), until);
  if (stopping_) return std::nullopt;
  std::vector<Pending> group;
  size_t bytes = 0;
  while (!queue_.empty() &&
         (group.empty() || bytes + queue_.front().bytes <= options_.max_group_bytes)) {
    bytes += queue_.front().bytes;
    queued_bytes_ -= queue_.front().bytes;
    group.push_back(std::move(queue_.front()));
    queue_.pop_front();
  }
  return group;
}

// One write, one fsync. `results` gets one entry a batch; a batch whose deadline has passed is left
// out of the write.
absl::Status EmbeddedLog::Core::WriteGroup(const std::vector<Pending>& group, absl::Time now,
                                           std::vector<AppendResult>& results) {
  absl::flat_hash_map<TopicPartition, Offset> next;
  rocksdb::WriteBatch batch;
  for (const Pending& pending : group) {
    if (absl::Now() > pending.deadline) {
      results.push_back(
          NotSent(absl::DeadlineExceededError("the deadline passed while the batch waited")));
      continue;
    }
    if (!next.contains(pending.tp)) next[pending.tp] = *End(pending.tp);
    Offset& offset = next[pending.tp];
    std::vector<Offset> offsets;
    for (const std::string& record : pending.records) {
      const std::string key = RecordKey(pending.tp, offset);
      const rocksdb::Status put = batch.Put(key, RecordValue(key, now, record));
      if (!put.ok()) DieOf(FromRocks("cannot build a write", put));
      offsets.push_back(offset++);
    }
    results.push_back(Confirmed(offsets));
  }
  if (batch.Count() == 0) return absl::OkStatus();
  alive_at_ = absl::Now() + options_.alive_every;
  const rocksdb::Status put = batch.Put(ClockKey(), ClockValue(now));
  if (!put.ok()) DieOf(FromRocks("cannot build a write", put));
  rocksdb::WriteOptions synced;
  synced.sync = true;
  absl::ReaderMutexLock lock(&db_mutex_);
  const rocksdb::Status written = db_->Write(synced, &batch);
  return written.ok()
             ? absl::OkStatus()
             : FromRocks(absl::StrCat("cannot write to the log in ", options_.directory), written);
}

// Makes what was confirmed readable, and adds whom to wake.
void EmbeddedLog::Core::MoveEnds(std::vector<Pending>& group,
                                 const std::vector<AppendResult>& results, absl::Time written_at,
                                 Signals& wake) {
  absl::MutexLock lock(&mutex_);
  for (size_t i = 0; i < group.size(); ++i) {
    if (results[i].outcome != AppendResult::Outcome::kConfirmed) continue;
    PartitionState& partition = partitions_.at(group[i].tp);
    partition.end = *results[i].offsets.back() + 1;
    KeepTail(partition, std::move(group[i].records), *results[i].offsets.front(), written_at);
    std::erase_if(partition.signals, [&wake](const std::weak_ptr<ReadableSignal>& weak) {
      std::shared_ptr<ReadableSignal> signal = weak.lock();
      if (signal != nullptr) wake.insert(signal);
      return signal == nullptr;
    });
  }
}

void EmbeddedLog::Core::KeepTail(PartitionState& partition, std::vector<std::string> records,
                                 Offset first, absl::Time written_at) const {
  for (std::string& record : records) {
    partition.tail_bytes += record.size();
    partition.tail.push_back(
        std::make_shared<const RawRecord>(RawRecord{first++, std::move(record), written_at}));
  }
  while (partition.tail_bytes > options_.tail_bytes) {
    partition.tail_bytes -= partition.tail.front()->bytes.size();
    partition.tail.pop_front();
  }
}

void EmbeddedLog::Core::StopWriting(const absl::Status& why) {
  const bool full = absl::IsResourceExhausted(why);
  const absl::Status unwritable =
      full ? absl::ResourceExhaustedError(
                 absl::StrCat("the disk of the log is full, nothing is written any more, reading "
                              "goes on: make space and restart (",
                              why.message(), ")"))
           : why;
  {
    absl::MutexLock lock(&mutex_);
    writable_ = unwritable;
  }
  if (full) {
    base::Report(base::Severity::kError, "embedded log", base::FromAbsl(unwritable.message()));
  } else if (options_.on_fatal) {
    options_.on_fatal(why);
  } else {
    DieOf(why);
  }
}

// Whether the reserve is untouched. Once it was touched, a quarter more must be free: so the log
// does not go back and forth with every table that is compacted.
absl::Status EmbeddedLog::Core::RoomLeft() {
  uint64_t left = 0;
  if (options_.disk_reserve_bytes == 0 || !env_->GetFreeSpace(options_.directory, &left).ok())
    return absl::OkStatus();
  const uint64_t wanted =
      options_.disk_reserve_bytes + (short_of_space_ ? options_.disk_reserve_bytes / 4 : 0);
  const bool is_short = left < wanted;
  if (is_short != std::exchange(short_of_space_, is_short)) {
    base::Report(is_short ? base::Severity::kError : base::Severity::kInfo, "embedded log",
                 absl::StrCat(is_short ? "the disk is nearly full, writes are refused and reading "
                                         "goes on: make space; "
                                       : "there is space again, writes go on; ",
                              left >> 20, " MiB are left, the reserve is ",
                              options_.disk_reserve_bytes >> 20, " MiB"));
  }
  if (!is_short) return absl::OkStatus();
  return absl::ResourceExhaustedError(
      absl::StrCat("the disk is nearly full: ", left >> 20, " MiB are left, the reserve is ",
                   options_.disk_reserve_bytes >> 20, " MiB; somebody must make space"));
}

void EmbeddedLog::Core::WriteAndAnswer(std::vector<Pending> group, Signals& wake) {
  absl::Status writable = Writable();
  if (writable.ok()) writable = RoomLeft();
  const absl::StatusOr<absl::Time> clock = clock_.Now();
  if (writable.ok()) writable = clock.status();
  std::vector<AppendResult> results;
  const absl::Time now =
      absl::FromUnixMicros(absl::ToUnixMicros(clock.value_or(absl::UnixEpoch())));  // as stored
  if (!writable.ok()) {  // queued before the failure
    for (size_t i = 0; i < group.size(); ++i) results.push_back(NotSent(writable));
  } else if (absl::Status written = WriteGroup(group, now, results); !written.ok()) {
    StopWriting(written);
    for (AppendResult& result : results) {
      if (result.outcome == AppendResult::Outcome::kConfirmed) result = Unknown(written);
    }
  }
  MoveEnds(group, results, now, wake);
  for (size_t i = 0; i < group.size(); ++i) group[i].done(std::move(results[i]));
}

void EmbeddedLog::Core::NoteAlive() {
  if (absl::Now() < alive_at_) return;
  alive_at_ = absl::Now() + options_.alive_every;
  if (!Writable().ok() || !RoomLeft().ok()) return;
  const absl::StatusOr<absl::Time> clock = clock_.Now();
  if (!clock.ok()) return;
  absl::ReaderMutexLock lock(&db_mutex_);
  if (db_ == nullptr) return;
  // Not synced: what a crash takes of it is ten minutes. What else can go wrong the next append
  // meets, too, and tells.
  (void)db_->Put({}, ClockKey(), ClockValue(*clock));
}

void EmbeddedLog::Core::RunWriter() {
  alive_at_ = absl::Now() + options_.alive_every;
  Signals wake;
  absl::Time tell_at = absl::InfiniteFuture();
  absl::Time tell_by = absl::InfiniteFuture();
  const auto tell = [&] {
    for (const auto& signal : wake) signal->Notify();
    wake.clear();
    tell_at = tell_by = absl::InfiniteFuture();
  };
  while (std::optional<std::vector<Pending>> group = NextGroup(std::min(tell_at, alive_at_))) {
    // Before the next fsync, which may take its time.
    if (group->empty() || absl::Now() >= tell_by) tell();
    if (group->empty()) {
      NoteAlive();
      continue;
    }
    WriteAndAnswer(*std::move(group), wake);
    tell_at = absl::Now() + kTellAfter;
    tell_by = std::min(tell_by, tell_at + (kTellAtMost - kTellAfter));
  }
  tell();
}

void EmbeddedLog::Core::Stop() {
  std::deque<Pending> dropped;
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
    dropped.swap(queue_);
    queued_bytes_ = 0;
  }
  for (Pending& pending : dropped) pending.done(NotSent(LogIsClosed()));
}

void EmbeddedLog::Core::CloseDb() {
  absl::MutexLock lock(&db_mutex_);
  db_.reset();
  directory_lock_.reset();
}

absl::StatusOr<Offset> EmbeddedLog::Core::End(const TopicPartition& tp) const {
  absl::MutexLock lock(&mutex_);
  const auto found = partitions_.find(tp);
  if (found == partitions_.end()) return NoSuchPartition(tp);
  return found->second.end;
}

absl::StatusOr<int32_t> EmbeddedLog::Core::PartitionCount(const std::string& topic) const {
  absl::MutexLock lock(&mutex_);
  if (stopping_) return LogIsClosed();
  const auto found = topics_.find(topic);
  if (found == topics_.end()) return absl::NotFoundError(absl::StrCat("there is no topic ", topic));
  return found->second;
}

absl::Status EmbeddedLog::Core::Subscribe(const TopicPartition& tp,
                                          const std::shared_ptr<ReadableSignal>& signal) {
  absl::MutexLock lock(&mutex_);
  if (stopping_) return LogIsClosed();
  const auto found = partitions_.find(tp);
  if (found == partitions_.end()) return NoSuchPartition(tp);
  found->second.signals.push_back(signal);
  return absl::OkStatus();
}

absl::StatusOr<std::vector<RawRecord>> EmbeddedLog::Core::Read(const TopicPartition& tp,
                                                               Offset from, size_t max_records,
                                                               ReadableSignal& arm_at_tip) const {
  absl::ReaderMutexLock db_lock(&db_mutex_);
  if (db_ == nullptr) return LogIsClosed();
  Offset until = 0;
  std::vector<std::shared_ptr<const RawRecord>> kept;
  {
    absl::MutexLock lock(&mutex_);
    const PartitionState& partition = partitions_.at(tp);
    const Offset end = partition.end;
    if (from < 0 || from > end) {
      return absl::DataLossError(
          absl::StrCat(ToString(tp), ": offset ", from, " is not in the log, which ends at ", end));
    }
    until = from +
            static_cast<Offset>(std::min<uint64_t>(max_records, static_cast<uint64_t>(end - from)));
    if (until == from) {
      arm_at_tip.Arm();
      return std::vector<RawRecord>();
    }
    if (!partition.tail.empty() && partition.tail.front()->offset <= from) {
      const auto first = partition.tail.begin() + (from - partition.tail.front()->offset);
      kept.assign(first, first + (until - from));
    }
  }
  if (kept.empty()) return Scan(tp, from, until);
  std::vector<RawRecord> records;
  records.reserve(kept.size());
  for (const std::shared_ptr<const RawRecord>& record : kept) records.push_back(*record);
  return records;
}

absl::Status EmbeddedLog::Core::Checkpoint(const std::string& directory) {
  absl::ReaderMutexLock lock(&db_mutex_);
  if (db_ == nullptr) return LogIsClosed();
  rocksdb::Checkpoint* raw = nullptr;
  rocksdb::Status made = rocksdb::Checkpoint::Create(db_.get(), &raw);
  const std::unique_ptr<rocksdb::Checkpoint> checkpoint(raw);
  if (made.ok()) made = checkpoint->CreateCheckpoint(directory);
  return made.ok() ? absl::OkStatus()
                   : FromRocks(absl::StrCat("cannot copy the log to ", directory), made);
}

std::vector<TopicSpec> EmbeddedLog::Core::Topics() const {
  std::vector<TopicSpec> topics;
  absl::MutexLock lock(&mutex_);
  for (const auto& [name, partitions] : topics_)
    topics.push_back({.name = name, .partitions = partitions});
  std::sort(topics.begin(), topics.end(),
            [](const TopicSpec& a, const TopicSpec& b) { return a.name < b.name; });
  return topics;
}

absl::Status EmbeddedLog::Core::Writable() const {
  absl::MutexLock lock(&mutex_);
  return writable_;
}

// Reads below the durable end.
class EmbeddedReader : public LogReader {
 public:
  EmbeddedReader(std::shared_ptr<EmbeddedLog::Core> core, TopicPartition tp, Offset from,
                 std::shared_ptr<ReadableSignal> signal)
      : core_(std::move(core)), tp_(std::move(tp)), position_(from), signal_(std::move(signal)) {}
  ~EmbeddedReader() override { signal_->Stop(); }

  absl::StatusOr<std::vector<RawRecord>> Read(size_t max_records,
                                              absl::Time /*deadline*/) override {
    auto records = core_->Read(tp_, position_, max_records, *signal_);
    if (records.ok()) position_ += static_cast<Offset>(records->size());
    return records;
  }
  Offset position() const override { return position_; }

 private:
  const std::shared_ptr<EmbeddedLog::Core> core_;
  const TopicPartition tp_;
  Offset position_;
  const std::shared_ptr<ReadableSignal> signal_;
};

absl::StatusOr<std::unique_ptr<EmbeddedLog>> EmbeddedLog::Open(EmbeddedLogOptions options) {
  auto core = std::make_shared<Core>(std::move(options));
  if (absl::Status opened = core->Open(); !opened.ok()) return opened;
  return absl::WrapUnique(new EmbeddedLog(std::move(core)));
}

EmbeddedLog::EmbeddedLog(std::shared_ptr<Core> core)
    : core_(std::move(core)), writer_([core = core_.get()] { core->RunWriter(); }) {}

EmbeddedLog::~EmbeddedLog() { Close(); }

void EmbeddedLog::Append(const TopicPartition& tp, std::vector<std::string> records,
                         absl::Time deadline, AppendDone done) {
  core_->Append(tp, std::move(records), deadline, std::move(done));
}

absl::StatusOr<std::unique_ptr<LogReader>> EmbeddedLog::OpenReader(
    const TopicPartition& tp, Offset from, std::function<void()> on_readable) {
  auto signal = std::make_shared<ReadableSignal>(std::move(on_readable));
  if (absl::Status ok = core_->Subscribe(tp, signal); !ok.ok()) return ok;
  return std::make_unique<EmbeddedReader>(core_, tp, from, std::move(signal));
}

absl::StatusOr<Offset> EmbeddedLog::End(const TopicPartition& tp, absl::Time /*deadline*/) {
  if (absl::Status open = core_->PartitionCount(tp.topic).status();
      absl::IsFailedPrecondition(open))
    return open;
  return core_->End(tp);
}

absl::StatusOr<int32_t> EmbeddedLog::PartitionCount(const std::string& topic,
                                                    absl::Time /*deadline*/) {
  return core_->PartitionCount(topic);
}

void EmbeddedLog::ResetWriter(const TopicPartition& tp) { core_->DropQueued(tp); }

absl::Status EmbeddedLog::Checkpoint(const std::string& directory) {
  return core_->Checkpoint(directory);
}

size_t EmbeddedLog::max_record_bytes() const { return core_->options().max_record_bytes; }

absl::Status EmbeddedLog::Writable() const { return core_->Writable(); }

std::vector<TopicSpec> EmbeddedLog::Topics() const { return core_->Topics(); }

void EmbeddedLog::Close() {
  core_->Stop();
  absl::MutexLock lock(&close_mutex_);
  if (writer_.joinable()) writer_.join();
  core_->CloseDb();
}

}  // namespace prihvat::event_log
