// A store's disk in memory, which a test fills or breaks.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <thread>

#include "rocksdb/env.h"
#include "rocksdb/file_system.h"

namespace prihvat::testkit {

// Outlives the stores on it. Full and broken are for the thread that made it alone: RocksDB's own
// threads work at a pace of theirs, and a simulation must be repeatable. The last write of a full
// disk leaves its beginning.
class StoreDisk {
 public:
  StoreDisk();
  ~StoreDisk();

  rocksdb::Env* env() { return env_.get(); }

  // Takes `left` bytes more; then a write fails for want of space, until Empty.
  void Fill(int64_t left);
  void Empty();
  bool full() const;
  // Writes fail as those to a disk that is broken, until Mend.
  void Break();
  void Mend();
  bool broken() const;

 private:
  class Files;

  const std::unique_ptr<rocksdb::Env> memory_;
  const std::shared_ptr<Files> files_;
  const std::unique_ptr<rocksdb::Env> env_;
};

}  // namespace prihvat::testkit
