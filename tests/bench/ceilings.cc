#include "tests/bench/ceilings.h"

#include <functional>
#include <memory>
#include <utility>

#include "absl/time/clock.h"
#include "fmt/format.h"
#include "rocksdb/db.h"
#include "rocksdb/write_batch.h"

namespace prihvat::bench {
namespace {

using event_log::EventLog;
using event_log::RawRecord;
using event_log::TopicPartition;

constexpr absl::Duration kPatience = absl::Seconds(30);
constexpr size_t kBatch = 512;

// Hands every batch of records to `use` until the tips of all partitions, or until it says no.
absl::Status ForEachBatch(EventLog& log, const std::string& topic, int32_t partitions,
                          const std::function<bool(const std::vector<RawRecord>&)>& use) {
  for (int32_t partition = 0; partition < partitions; ++partition) {
    auto reader = log.OpenReader({topic, partition}, 0, {});
    if (!reader.ok()) return reader.status();
    while (true) {
      const auto records = (*reader)->Read(kBatch, absl::Now() + kPatience);
      if (!records.ok()) return records.status();
      if (records->empty()) break;
      if (!use(*records)) return absl::OkStatus();
    }
  }
  return absl::OkStatus();
}

absl::Status OfRocksDb(const rocksdb::Status& status) {
  return status.ok() ? absl::OkStatus() : absl::InternalError(status.ToString());
}

}  // namespace

absl::StatusOr<std::vector<std::string>> ReadRecords(EventLog& log, const std::string& topic,
                                                     int32_t partitions, size_t limit) {
  std::vector<std::string> all;
  const absl::Status read = ForEachBatch(log, topic, partitions, [&](const auto& records) {
    for (const RawRecord& record : records) {
      if (all.size() < limit) all.push_back(record.bytes);
    }
    return all.size() < limit;
  });
  if (!read.ok()) return read;
  return all;
}

absl::StatusOr<Figures> RawAppends(EventLog& log, const TopicPartition& tp,
                                   const std::vector<std::string>& records, int open,
                                   absl::Duration measure) {
  if (records.empty()) return absl::InvalidArgumentError("no records to append");
  return RunOpen(
      open, absl::Milliseconds(300), measure, [&](int64_t i, std::function<void(bool)> done) {
        log.Append(tp, {records[static_cast<size_t>(i) % records.size()]}, absl::Now() + kPatience,
                   [done = std::move(done)](const event_log::AppendResult& result) {
                     done(result.outcome == event_log::AppendResult::Outcome::kConfirmed);
                   });
      });
}

absl::StatusOr<absl::Duration> RawRead(EventLog& log, const std::string& topic, int32_t partitions,
                                       int64_t* records) {
  const absl::Time begun = absl::Now();
  *records = 0;
  const absl::Status read = ForEachBatch(log, topic, partitions, [&](const auto& batch) {
    *records += static_cast<int64_t>(batch.size());
    return true;
  });
  if (!read.ok()) return read;
  return absl::Now() - begun;
}

absl::StatusOr<absl::Duration> PlainFold(EventLog& log, const std::string& topic,
                                         int32_t partitions, const std::string& directory,
                                         int64_t keys, size_t value_bytes, int64_t* records) {
  rocksdb::Options options;
  options.create_if_missing = true;
  rocksdb::DB* raw = nullptr;
  if (absl::Status opened = OfRocksDb(rocksdb::DB::Open(options, directory, &raw)); !opened.ok())
    return opened;
  const std::unique_ptr<rocksdb::DB> db(raw);
  const absl::Time begun = absl::Now();
  *records = 0;
  absl::Status wrote;
  const absl::Status read = ForEachBatch(log, topic, partitions, [&](const auto& batch) {
    rocksdb::WriteBatch writes;
    for (size_t i = 0; i < batch.size(); ++i) {
      const std::string key = fmt::format("operations/ba/halls/{}", *records % keys);
      std::string value;
      db->Get(rocksdb::ReadOptions(), key, &value);
      value.assign(value_bytes, static_cast<char>('a' + *records % 26));
      writes.Put(key, value);
      ++*records;
    }
    wrote = OfRocksDb(db->Write(rocksdb::WriteOptions(), &writes));
    return wrote.ok();
  });
  if (!read.ok()) return read;
  if (!wrote.ok()) return wrote;
  return absl::Now() - begun;
}

}  // namespace prihvat::bench
