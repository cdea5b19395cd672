// A copy of a log in one file, that says what it holds and notices when it is damaged or cut
// (docs/log-file.md).
//
// A line "prihvat log file 1", then blocks: a byte of kind, four bytes of length, the body, four
// bytes of CRC-32C over all three; numbers are big-endian. A header, then for each partition its
// name, its records and its end, and at last a trailer with a digest over the blocks before it.
#pragma once

#include <cstdint>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/base/digest.h"
#include "libs/event_log/event_log.h"

namespace prihvat::evidence {

// What a header says.
struct LogFileHeader {
  absl::Time made_at;
  std::vector<event_log::TopicSpec> topics;  // names and partitions
};

// Writes one file; in order: Begin, for each partition BeginPartition, Add..., EndPartition, then
// Finish. One thread. After an error the file is of no use.
class LogFileWriter {
 public:
  // ALREADY_EXISTS where there is such a file: nothing is overwritten.
  static absl::StatusOr<std::unique_ptr<LogFileWriter>> Create(const std::string& path,
                                                               const LogFileHeader& header);

  // `from`: the offset of its first record.
  absl::Status BeginPartition(const event_log::TopicPartition& tp, event_log::Offset from);
  absl::Status Add(event_log::Offset offset, std::string_view record);
  absl::Status EndPartition();
  // Writes the trailer and brings the file to the disk.
  absl::Status Finish();

  int64_t bytes() const { return bytes_; }

 private:
  explicit LogFileWriter(std::string path) : path_(std::move(path)) {}
  absl::Status WriteBlock(char kind, std::string_view body);
  absl::Status Write(std::string_view bytes);

  const std::string path_;
  std::ofstream out_;
  base::Sha256Hasher hasher_;
  int64_t bytes_ = 0;
  int64_t records_ = 0;
  event_log::Offset next_ = 0;
};

// Where a file stops being what was written: the position in the log as far as it is known.
struct LogFileDamage {
  event_log::TopicPartition tp;   // "" where it lies before the first partition or after the last
  event_log::Offset offset = -1;  // of the record there, -1 where it is none
  std::string what;
};

// Reads one file from its beginning. One thread.
class LogFileReader {
 public:
  // What the next block is.
  enum class Next { kPartition, kRecord, kEndOfPartition, kEnd };

  // NOT_FOUND; DATA_LOSS: it does not begin as such a file does, or its header is damaged;
  // FAILED_PRECONDITION: another version wrote it.
  static absl::StatusOr<std::unique_ptr<LogFileReader>> Open(const std::string& path);

  // Steps to the next block. DATA_LOSS says where the file is damaged, cut or put together wrongly,
  // and damage() where in the log that is; every later call fails alike.
  absl::StatusOr<Next> Step();

  const LogFileHeader& header() const { return header_; }
  const event_log::TopicPartition& tp() const { return tp_; }  // of the block
  event_log::Offset offset() const { return offset_; }         // of the record, or of the next one
  const std::string& record() const { return record_; }
  const LogFileDamage& damage() const { return damage_; }
  int64_t bytes_read() const { return bytes_; }
  int64_t size() const { return size_; }  // of the file

 private:
  struct Block {
    char kind = 0;
    std::string body;
  };

  explicit LogFileReader(std::string path) : path_(std::move(path)) {}
  absl::Status ReadHeader();
  absl::StatusOr<Block> ReadBlock();
  absl::StatusOr<Next> Take(Block block);
  absl::Status CheckTrailer(const Block& block);
  absl::Status Damaged(const std::string& what);

  const std::string path_;
  std::ifstream in_;
  LogFileHeader header_;
  base::Sha256Hasher
      hasher_;  // over kind, length and checksum of each block before the current one
  int64_t bytes_ = 0;
  int64_t size_ = 0;
  int64_t records_ = 0;
  size_t partitions_done_ = 0;
  bool in_partition_ = false;
  event_log::TopicPartition tp_;
  event_log::Offset offset_ = 0;
  event_log::Offset next_ = 0;
  std::string record_;
  LogFileDamage damage_;
  absl::Status broken_;
};

}  // namespace prihvat::evidence
