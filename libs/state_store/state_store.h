// The service's own RocksDB: always exactly the log up to a position, because rows and position
// change in one batch.
//
// Families (column families): "entities", "requests", "meta", "feed", and one a view,
// "view:NAME@VERSION". The log is the truth: writes go through RocksDB's write-ahead log without an
// fsync, so a power cut may take the last batches back, whole, and the fold replays them. One
// process, one store: a second open fails.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "libs/base/statistic.h"
#include "libs/es/rows.h"

namespace rocksdb {
class Cache;
class ColumnFamilyHandle;
class DB;
class Env;
class Snapshot;
class Statistics;
class WriteBufferManager;
}  // namespace rocksdb

namespace prihvat::state_store {

inline constexpr std::string_view kEntities = "entities";
inline constexpr std::string_view kRequests = "requests";
inline constexpr std::string_view kMeta = "meta";
inline constexpr std::string_view kFeed = "feed";  // admitted commits, for feeds

struct StateStoreOptions {
  std::string directory;          // made if missing
  size_t cache_bytes = 64 << 20;  // one budget: blocks, indexes, filters and write buffers
  rocksdb::Env* env = nullptr;    // a simulated disk in tests; nullptr: the real one
};

// Thread-safe, but for Batch and the rows it hands out (one thread each).
class StateStore {
 public:
  // FAILED_PRECONDITION: another process holds it. DATA_LOSS: damaged. RESOURCE_EXHAUSTED: the disk
  // has too little space to open it.
  static absl::StatusOr<std::unique_ptr<StateStore>> Open(const StateStoreOptions& options);
  ~StateStore();

  // Rows of a family as of now, or as of a snapshot that outlives them. The family must exist.
  std::unique_ptr<es::Rows> Read(std::string_view family) const;

  class Snapshot {
   public:
    ~Snapshot();
    // Rows of a family at the snapshot; nullptr if there was no such family.
    std::unique_ptr<es::Rows> Read(std::string_view family) const;

   private:
    friend class StateStore;
    Snapshot(const StateStore& store);
    const StateStore& store_;
    const rocksdb::Snapshot* snapshot_;
  };
  std::unique_ptr<Snapshot> Look() const;

  // Changes of several families that become visible together or not at all.
  class Batch {
   public:
    // Rows of `family` with this batch's changes laid over them. Stays valid until the batch is
    // committed or destroyed.
    es::OverlayRows& Rows(std::string_view family);
    bool empty() const;

   private:
    friend class StateStore;
    struct Overlay {
      std::unique_ptr<es::Rows> base;
      std::unique_ptr<es::OverlayRows> rows;
    };
    explicit Batch(const StateStore& store) : store_(&store) {}
    const StateStore* store_;
    std::map<std::string, Overlay, std::less<>> overlays_;
  };
  Batch NewBatch() const { return Batch(*this); }
  // After an error nothing of the batch is visible, and the store must be opened anew (PITFALLS:
  // RocksDB latches).
  absl::Status Commit(Batch&& batch);

  bool HasFamily(std::string_view family) const;
  absl::Status AddFamily(std::string_view family);
  absl::Status DropFamily(std::string_view family);
  std::vector<std::string> families() const;

  // What RocksDB tells of itself, without labels.
  std::vector<base::Statistic> Statistics() const;

  // A consistent copy in a directory that does not exist yet.
  absl::Status Checkpoint(const std::string& directory);

 private:
  StateStore() = default;
  rocksdb::ColumnFamilyHandle* Handle(std::string_view family) const;

  std::shared_ptr<rocksdb::Cache> cache_;
  std::shared_ptr<rocksdb::WriteBufferManager> write_buffers_;
  std::shared_ptr<rocksdb::Statistics> statistics_;
  std::unique_ptr<rocksdb::DB> db_;
  mutable std::shared_mutex mutex_;  // guards handles_, not the rows
  std::map<std::string, rocksdb::ColumnFamilyHandle*, std::less<>> handles_;
};

}  // namespace prihvat::state_store
