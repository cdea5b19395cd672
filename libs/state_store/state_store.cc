#include "libs/state_store/state_store.h"

#include <filesystem>
#include <mutex>

#include "fmt/format.h"
#include "libs/base/check.h"
#include "rocksdb/cache.h"
#include "rocksdb/db.h"
#include "rocksdb/env.h"
#include "rocksdb/filter_policy.h"
#include "rocksdb/statistics.h"
#include "rocksdb/table.h"
#include "rocksdb/utilities/checkpoint.h"
#include "rocksdb/write_buffer_manager.h"

namespace prihvat::state_store {
namespace {

constexpr int kCacheShardBits = 2;  // few threads use a store, and a shard must hold large blocks
// What an open may write: the write buffers that a crash has left in the write-ahead log.
constexpr uint64_t kOpenMib = 32;

rocksdb::Slice ToSlice(std::string_view text) { return {text.data(), text.size()}; }
std::string_view FromSlice(const rocksdb::Slice& slice) { return {slice.data(), slice.size()}; }

absl::Status ToStatus(const rocksdb::Status& status, std::string_view what) {
  if (status.ok()) return absl::OkStatus();
  const std::string text = fmt::format("state store: {}: {}", what, status.ToString());
  if (status.IsCorruption()) return absl::DataLossError(text);
  const auto says = [&text](const char* words) { return text.find(words) != std::string::npos; };
  if (status.IsNoSpace()) {
    return absl::ResourceExhaustedError(
        text + "; the disk is full: make space and restart, nothing that was acknowledged is lost");
  }
  if (says("Read-only file system") || says("Permission denied")) {
    return absl::FailedPreconditionError(text +
                                         "; the store's directory must be writable for this user");
  }
  if (status.IsBusy() || says("While lock file") || says("lock hold by current process")) {
    return absl::FailedPreconditionError(
        text + "; another process uses this store: one process, one store");
  }
  return absl::InternalError(text);
}

// RocksDB 7.8 does not come back from an open whose writes fail: it aborts. So that a full disk is
// told in words, it is told before.
absl::Status CheckSpace(rocksdb::Env& env, const std::string& directory) {
  uint64_t left = 0;
  if (!env.GetFreeSpace(directory, &left).ok() || left >= kOpenMib << 20) return absl::OkStatus();
  return absl::ResourceExhaustedError(
      fmt::format("state store: cannot open {}: {} MiB are free, a start needs {}; the disk is "
                  "full: make space and start again, nothing that was acknowledged is lost",
                  directory, left >> 20, kOpenMib));
}

struct Property {
  const char* name;  // as RocksDB has it
  const char* metric;
  const char* help;
};
// Summed over the families.
constexpr Property kOfFamilies[] = {
    {"rocksdb.estimate-num-keys", "prihvat_store_rows", "Rows of the store, estimated."},
    {"rocksdb.total-sst-files-size", "prihvat_store_files_bytes",
     "Size of the store's tables on the disk."},
    {"rocksdb.cur-size-all-mem-tables", "prihvat_store_write_buffers_bytes",
     "Memory of write buffers."},
    {"rocksdb.estimate-table-readers-mem", "prihvat_store_table_readers_bytes",
     "Memory of open tables outside the cache, estimated."},
    {"rocksdb.estimate-pending-compaction-bytes", "prihvat_store_pending_compaction_bytes",
     "What compaction has yet to rewrite, estimated."},
    {"rocksdb.num-immutable-mem-table", "prihvat_store_unflushed_write_buffers",
     "Full write buffers that wait for the disk."}};
// Of the store as a whole: every family says the same.
constexpr Property kOfTheWhole[] = {
    {"rocksdb.block-cache-usage", "prihvat_store_cache_bytes",
     "Memory that the cache holds, write buffers included."},
    {"rocksdb.block-cache-capacity", "prihvat_store_cache_capacity_bytes",
     "Memory that the cache may hold."},
    {"rocksdb.num-running-compactions", "prihvat_store_compactions_running",
     "Compactions under way."},
    {"rocksdb.num-running-flushes", "prihvat_store_flushes_running",
     "Write buffers on their way to the disk."},
    {"rocksdb.is-write-stopped", "prihvat_store_writes_stopped",
     "1: writes wait for compaction or the disk."},
    {"rocksdb.actual-delayed-write-rate", "prihvat_store_delayed_write_bytes_per_second",
     "What writes are slowed down to; 0: they are not."},
    {"rocksdb.background-errors", "prihvat_store_background_errors",
     "Errors of flushes and compactions: the store takes no more writes."}};
struct Ticker {
  rocksdb::Tickers ticker;
  const char* metric;
  const char* help;
};
constexpr Ticker kTickers[] = {
    {rocksdb::BLOCK_CACHE_HIT, "prihvat_store_cache_hits_total", "Blocks that the cache had."},
    {rocksdb::BLOCK_CACHE_MISS, "prihvat_store_cache_misses_total",
     "Blocks that were read from files."},
    {rocksdb::NUMBER_KEYS_READ, "prihvat_store_rows_read_total", "Rows that were asked for."},
    {rocksdb::NUMBER_KEYS_WRITTEN, "prihvat_store_rows_written_total", "Rows that were written."},
    {rocksdb::BYTES_WRITTEN, "prihvat_store_written_bytes_total", "Bytes of rows written."},
    {rocksdb::COMPACT_READ_BYTES, "prihvat_store_compaction_read_bytes_total",
     "Bytes that compaction has read."},
    {rocksdb::COMPACT_WRITE_BYTES, "prihvat_store_compaction_written_bytes_total",
     "Bytes that compaction has written."},
    {rocksdb::FLUSH_WRITE_BYTES, "prihvat_store_flushed_bytes_total",
     "Bytes that write buffers have become on the disk."}};

// Reads that fail mean a damaged or vanished disk: nothing above could go on with half an answer.
class StoreRows final : public es::Rows {
 public:
  StoreRows(rocksdb::DB* db, rocksdb::ColumnFamilyHandle* family, const rocksdb::Snapshot* snapshot)
      : db_(db), family_(family) {
    options_.snapshot = snapshot;
  }

  std::optional<std::string> Get(std::string_view key) const override {
    std::string value;
    const rocksdb::Status status = db_->Get(options_, family_, ToSlice(key), &value);
    if (status.IsNotFound()) return std::nullopt;
    PRIHVAT_CHECK(status.ok(), "state store cannot be read: " + status.ToString());
    return value;
  }

  void Scan(std::string_view prefix, std::string_view after,
            absl::FunctionRef<bool(std::string_view, std::string_view)> visit) const override {
    std::unique_ptr<rocksdb::Iterator> it(db_->NewIterator(options_, family_));
    it->Seek(ToSlice(after > prefix ? after : prefix));
    if (it->Valid() && !after.empty() && FromSlice(it->key()) == after) it->Next();
    for (; it->Valid() && it->key().starts_with(ToSlice(prefix)); it->Next()) {
      if (!visit(FromSlice(it->key()), FromSlice(it->value()))) return;
    }
    PRIHVAT_CHECK(it->status().ok(), "state store cannot be read: " + it->status().ToString());
  }

 private:
  rocksdb::DB* db_;
  rocksdb::ColumnFamilyHandle* family_;
  rocksdb::ReadOptions options_;
};

rocksdb::ColumnFamilyOptions FamilyOptions(const std::shared_ptr<rocksdb::Cache>& cache) {
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = cache;
  // Index and filters inside the one budget, and in small parts: a whole index of a large file is
  // more than a shard of the cache takes, so that every Get would read it from the disk again.
  table.cache_index_and_filter_blocks = true;
  table.cache_index_and_filter_blocks_with_high_priority = true;
  table.pin_l0_filter_and_index_blocks_in_cache = true;
  table.index_type = rocksdb::BlockBasedTableOptions::kTwoLevelIndexSearch;
  table.partition_filters = true;
  table.pin_top_level_index_and_filter = true;
  table.block_size = 8 << 10;
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  rocksdb::ColumnFamilyOptions options;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  options.write_buffer_size = 8 << 20;
  // Most of what is asked for by key is not there (a request id, a name that is yet to be taken): a
  // hundredth of a buffer of rows saves the walk through it.
  options.memtable_prefix_bloom_size_ratio = 0.01;
  options.memtable_whole_key_filtering = true;
  options.compression = rocksdb::kNoCompression;
  return options;
}

}  // namespace

absl::StatusOr<std::unique_ptr<StateStore>> StateStore::Open(const StateStoreOptions& options) {
  std::unique_ptr<StateStore> store(new StateStore());
  store->cache_ = rocksdb::NewLRUCache(options.cache_bytes, kCacheShardBits);
  store->write_buffers_ =
      std::make_shared<rocksdb::WriteBufferManager>(options.cache_bytes / 2, store->cache_);
  rocksdb::DBOptions db_options;
  if (options.env != nullptr) db_options.env = options.env;
  // Counters alone: histograms and timers would cost every read and write.
  store->statistics_ = rocksdb::CreateDBStatistics();
  store->statistics_->set_stats_level(rocksdb::StatsLevel::kExceptHistogramOrTimers);
  db_options.statistics = store->statistics_;
  db_options.create_if_missing = true;
  db_options.create_missing_column_families = true;
  db_options.write_buffer_manager = store->write_buffers_;
  db_options.max_background_jobs = 2;
  db_options.keep_log_file_num = 2;
  db_options.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  if (options.env == nullptr) {
    std::error_code error;
    std::filesystem::create_directories(options.directory, error);
    if (error) {
      return absl::InvalidArgumentError(
          fmt::format("state store: cannot make {}: {}", options.directory, error.message()));
    }
  }
  if (absl::Status space = CheckSpace(*db_options.env, options.directory); !space.ok())
    return space;

  std::vector<std::string> names;
  rocksdb::DB::ListColumnFamilies(db_options, options.directory, &names);  // fails for a new store
  std::vector<rocksdb::ColumnFamilyDescriptor> families;
  for (std::string_view name : {std::string_view("default"), kEntities, kRequests, kMeta, kFeed}) {
    if (std::find(names.begin(), names.end(), name) == names.end()) names.emplace_back(name);
  }
  for (const std::string& name : names) families.emplace_back(name, FamilyOptions(store->cache_));
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* db = nullptr;
  const rocksdb::Status status =
      rocksdb::DB::Open(db_options, options.directory, families, &handles, &db);
  if (!status.ok()) return ToStatus(status, fmt::format("cannot open {}", options.directory));
  store->db_.reset(db);
  for (size_t i = 0; i < names.size(); ++i) store->handles_[names[i]] = handles[i];
  return store;
}

StateStore::~StateStore() {
  if (db_ == nullptr) return;
  for (auto& [name, handle] : handles_) db_->DestroyColumnFamilyHandle(handle);
  db_->Close();
}

rocksdb::ColumnFamilyHandle* StateStore::Handle(std::string_view family) const {
  std::shared_lock lock(mutex_);
  const auto it = handles_.find(family);
  return it == handles_.end() ? nullptr : it->second;
}

std::unique_ptr<es::Rows> StateStore::Read(std::string_view family) const {
  rocksdb::ColumnFamilyHandle* handle = Handle(family);
  PRIHVAT_CHECK(handle != nullptr, "no family " + std::string(family));
  return std::make_unique<StoreRows>(db_.get(), handle, nullptr);
}

StateStore::Snapshot::Snapshot(const StateStore& store)
    : store_(store), snapshot_(store.db_->GetSnapshot()) {}

StateStore::Snapshot::~Snapshot() { store_.db_->ReleaseSnapshot(snapshot_); }

std::unique_ptr<es::Rows> StateStore::Snapshot::Read(std::string_view family) const {
  rocksdb::ColumnFamilyHandle* handle = store_.Handle(family);
  if (handle == nullptr) return nullptr;
  return std::make_unique<StoreRows>(store_.db_.get(), handle, snapshot_);
}

std::unique_ptr<StateStore::Snapshot> StateStore::Look() const {
  return std::unique_ptr<Snapshot>(new Snapshot(*this));
}

es::OverlayRows& StateStore::Batch::Rows(std::string_view family) {
  auto it = overlays_.find(family);
  if (it == overlays_.end()) {
    Overlay overlay;
    overlay.base = store_->Read(family);
    overlay.rows = std::make_unique<es::OverlayRows>(*overlay.base);
    it = overlays_.emplace(std::string(family), std::move(overlay)).first;
  }
  return *it->second.rows;
}

bool StateStore::Batch::empty() const {
  for (const auto& [family, overlay] : overlays_) {
    if (!overlay.rows->changes().empty()) return false;
  }
  return true;
}

absl::Status StateStore::Commit(Batch&& batch) {
  rocksdb::WriteBatch writes;
  for (const auto& [family, overlay] : batch.overlays_) {
    rocksdb::ColumnFamilyHandle* handle = Handle(family);
    PRIHVAT_CHECK(handle != nullptr, "no family " + family);
    for (const auto& [key, value] : overlay.rows->changes()) {
      if (value) {
        writes.Put(handle, key, *value);
      } else {
        writes.Delete(handle, key);
      }
    }
  }
  return ToStatus(db_->Write(rocksdb::WriteOptions(), &writes), "cannot write");
}

bool StateStore::HasFamily(std::string_view family) const { return Handle(family) != nullptr; }

absl::Status StateStore::AddFamily(std::string_view family) {
  rocksdb::ColumnFamilyHandle* handle = nullptr;
  const rocksdb::Status status =
      db_->CreateColumnFamily(FamilyOptions(cache_), std::string(family), &handle);
  if (!status.ok()) return ToStatus(status, fmt::format("cannot add {}", family));
  std::unique_lock lock(mutex_);
  handles_[std::string(family)] = handle;
  return absl::OkStatus();
}

absl::Status StateStore::DropFamily(std::string_view family) {
  rocksdb::ColumnFamilyHandle* handle = nullptr;
  {
    std::unique_lock lock(mutex_);
    const auto it = handles_.find(family);
    if (it == handles_.end()) return absl::OkStatus();
    handle = it->second;
    handles_.erase(it);
  }
  const rocksdb::Status status = db_->DropColumnFamily(handle);
  db_->DestroyColumnFamilyHandle(handle);
  return ToStatus(status, fmt::format("cannot drop {}", family));
}

std::vector<std::string> StateStore::families() const {
  std::shared_lock lock(mutex_);
  std::vector<std::string> names;
  for (const auto& [name, handle] : handles_) names.push_back(name);
  return names;
}

std::vector<base::Statistic> StateStore::Statistics() const {
  std::vector<base::Statistic> all;
  uint64_t value = 0;
  for (const Property& property : kOfFamilies) {
    if (db_->GetAggregatedIntProperty(property.name, &value))
      all.push_back({property.metric, property.help, false, {}, static_cast<double>(value)});
  }
  for (const Property& property : kOfTheWhole) {
    if (db_->GetIntProperty(property.name, &value))
      all.push_back({property.metric, property.help, false, {}, static_cast<double>(value)});
  }
  for (const Ticker& ticker : kTickers) {
    all.push_back({ticker.metric,
                   ticker.help,
                   true,
                   {},
                   static_cast<double>(statistics_->getTickerCount(ticker.ticker))});
  }
  return all;
}

absl::Status StateStore::Checkpoint(const std::string& directory) {
  rocksdb::Checkpoint* raw = nullptr;
  const rocksdb::Status status = rocksdb::Checkpoint::Create(db_.get(), &raw);
  std::unique_ptr<rocksdb::Checkpoint> checkpoint(raw);
  if (!status.ok()) return ToStatus(status, "cannot make a checkpoint");
  return ToStatus(checkpoint->CreateCheckpoint(directory),
                  fmt::format("checkpoint to {}", directory));
}

}  // namespace prihvat::state_store
