#include "libs/evidence/log_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <filesystem>
#include <system_error>

#include "absl/memory/memory.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "fmt/format.h"
#include "libs/base/bytes.h"
#include "libs/base/status_macros.h"
#include "libs/event_log/crc32c.h"

namespace prihvat::evidence {
namespace {

using event_log::Offset;
using event_log::TopicPartition;

constexpr std::string_view kTitle = "prihvat log file 1\n";
constexpr std::string_view kAnyTitle = "prihvat log file ";
constexpr char kHeader = 'H';
constexpr char kPartition = 'P';
constexpr char kRecord = 'R';
constexpr char kEndOfPartition = 'E';
constexpr char kTrailer = 'T';
constexpr size_t kHeadBytes = 5;  // kind and length
constexpr size_t kCrcBytes = 4;
constexpr size_t kMaxBody = size_t{64} << 20;  // far above what any engine takes for a record

void Put(std::string& out, uint64_t value, int bytes) {
  for (int i = bytes - 1; i >= 0; --i) out.push_back(static_cast<char>(value >> (8 * i)));
}

uint64_t Get(std::string_view in) {
  uint64_t value = 0;
  for (const char c : in) value = value << 8 | static_cast<uint8_t>(c);
  return value;
}

// Kind, length and checksum of a whole block: what the trailer's digest is over. The bodies have
// their checksums; hashing all of them again would cost as much as verifying them.
std::string Frame(std::string_view block) {
  std::string frame(block.substr(0, kHeadBytes));
  frame += block.substr(block.size() - kCrcBytes);
  return frame;
}

std::string HeaderText(const LogFileHeader& header) {
  std::string text = fmt::format(
      "made-at {}\n", absl::FormatTime(absl::RFC3339_sec, header.made_at, absl::UTCTimeZone()));
  for (const event_log::TopicSpec& topic : header.topics)
    text += fmt::format("topic {} partitions {}\n", topic.name, topic.partitions);
  return text;
}

bool ParseHeader(const std::string& text, LogFileHeader& header) {
  for (const absl::string_view line : absl::StrSplit(text, '\n', absl::SkipEmpty())) {
    const std::vector<std::string> words = absl::StrSplit(line, ' ');
    std::string error;
    event_log::TopicSpec topic;
    if (words.size() == 2 && words[0] == "made-at") {
      if (!absl::ParseTime(absl::RFC3339_full, words[1], &header.made_at, &error)) return false;
    } else if (words.size() == 4 && words[0] == "topic" && words[2] == "partitions" &&
               absl::SimpleAtoi(words[3], &topic.partitions) && topic.partitions > 0) {
      topic.name = words[1];
      header.topics.push_back(std::move(topic));
    } else {
      return false;
    }
  }
  return !header.topics.empty();
}

// All partitions that a header announces, in the order in which they must come.
std::vector<TopicPartition> PartitionsOf(const LogFileHeader& header) {
  std::vector<TopicPartition> all;
  for (const event_log::TopicSpec& topic : header.topics) {
    for (int32_t p = 0; p < topic.partitions; ++p) all.push_back({topic.name, p});
  }
  return all;
}

}  // namespace

absl::StatusOr<std::unique_ptr<LogFileWriter>> LogFileWriter::Create(const std::string& path,
                                                                     const LogFileHeader& header) {
  std::error_code error;
  if (std::filesystem::exists(path, error))
    return absl::AlreadyExistsError(fmt::format("there is a file {} already", path));
  auto writer = absl::WrapUnique(new LogFileWriter(path));
  writer->out_.open(path, std::ios::binary | std::ios::trunc);
  PRIHVAT_RETURN_IF_ERROR(writer->Write(kTitle));
  PRIHVAT_RETURN_IF_ERROR(writer->WriteBlock(kHeader, HeaderText(header)));
  return writer;
}

absl::Status LogFileWriter::Write(std::string_view bytes) {
  out_.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  if (!out_) return absl::UnknownError(fmt::format("cannot write {}", path_));
  bytes_ += static_cast<int64_t>(bytes.size());
  return absl::OkStatus();
}

absl::Status LogFileWriter::WriteBlock(char kind, std::string_view body) {
  std::string block(1, kind);
  block.reserve(kHeadBytes + body.size() + kCrcBytes);
  Put(block, body.size(), 4);
  block += body;
  Put(block, event_log::Crc32c(0, block), kCrcBytes);
  hasher_.Update(Frame(block));
  return Write(block);
}

absl::Status LogFileWriter::BeginPartition(const TopicPartition& tp, Offset from) {
  next_ = from;
  std::string body;
  Put(body, static_cast<uint32_t>(tp.partition), 4);
  Put(body, static_cast<uint64_t>(from), 8);
  return WriteBlock(kPartition, body + tp.topic);
}

absl::Status LogFileWriter::Add(Offset offset, std::string_view record) {
  next_ = offset + 1;
  ++records_;
  std::string body;
  body.reserve(8 + record.size());
  Put(body, static_cast<uint64_t>(offset), 8);
  body += record;
  return WriteBlock(kRecord, body);
}

absl::Status LogFileWriter::EndPartition() {
  std::string body;
  Put(body, static_cast<uint64_t>(next_), 8);
  return WriteBlock(kEndOfPartition, body);
}

absl::Status LogFileWriter::Finish() {
  std::string body;
  Put(body, static_cast<uint64_t>(records_), 8);
  body += base::ToBytes(hasher_.Finish());
  PRIHVAT_RETURN_IF_ERROR(WriteBlock(kTrailer, body));
  out_.close();
  const int fd = open(path_.c_str(), O_RDONLY | O_CLOEXEC);
  const bool synced = fd >= 0 && fsync(fd) == 0;
  if (fd >= 0) close(fd);
  if (!out_ || !synced) return absl::UnknownError(fmt::format("cannot write {}", path_));
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<LogFileReader>> LogFileReader::Open(const std::string& path) {
  auto reader = absl::WrapUnique(new LogFileReader(path));
  reader->in_.open(path, std::ios::binary | std::ios::ate);
  if (!reader->in_) return absl::NotFoundError(fmt::format("{} cannot be read", path));
  reader->size_ = static_cast<int64_t>(reader->in_.tellg());
  reader->in_.seekg(0);
  PRIHVAT_RETURN_IF_ERROR(reader->ReadHeader());
  return reader;
}

absl::Status LogFileReader::ReadHeader() {
  std::string title(kTitle.size(), '\0');
  in_.read(title.data(), static_cast<std::streamsize>(title.size()));
  if (!in_ || title != kTitle) {
    if (in_ && title.starts_with(kAnyTitle))
      return absl::FailedPreconditionError(
          fmt::format("{} was written by another version: it begins with \"{}\"", path_,
                      title.substr(0, title.find('\n'))));
    return Damaged(fmt::format("{} does not begin as a log file does", path_));
  }
  bytes_ = static_cast<int64_t>(title.size());
  PRIHVAT_ASSIGN_OR_RETURN(const Block block, ReadBlock());
  if (block.kind != kHeader || !ParseHeader(block.body, header_))
    return Damaged("the header cannot be read");
  return absl::OkStatus();
}

absl::Status LogFileReader::Damaged(const std::string& what) {
  damage_ = {in_partition_ ? tp_ : TopicPartition(), in_partition_ ? next_ : -1, what};
  broken_ = absl::DataLossError(fmt::format("{}, byte {}: {}", path_, bytes_, what));
  return broken_;
}

// A block whose checksum is right; the hasher has everything before it, and it once the next one is
// read.
absl::StatusOr<LogFileReader::Block> LogFileReader::ReadBlock() {
  std::string bytes(kHeadBytes, '\0');
  in_.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  if (in_.gcount() == 0) return Damaged("the file ends here, without its trailer: it was cut");
  const size_t size = static_cast<size_t>(Get(std::string_view(bytes).substr(1)));
  if (!in_ || size > kMaxBody ||
      static_cast<int64_t>(size + kHeadBytes + kCrcBytes) > size_ - bytes_) {
    return Damaged("the file ends within this block: it was cut, or the block's length is damaged");
  }
  bytes.resize(kHeadBytes + size + kCrcBytes);
  in_.read(bytes.data() + kHeadBytes, static_cast<std::streamsize>(size + kCrcBytes));
  if (!in_) return Damaged("the file cannot be read here");
  const std::string_view checked = std::string_view(bytes).substr(0, kHeadBytes + size);
  if (event_log::Crc32c(0, checked) != Get(std::string_view(bytes).substr(kHeadBytes + size)))
    return Damaged("this block was changed: its checksum does not match");
  Block block{bytes[0], std::string(checked.substr(kHeadBytes))};
  if (block.kind == kTrailer) {  // its digest is over what stands before it
    PRIHVAT_RETURN_IF_ERROR(CheckTrailer(block));
  }
  hasher_.Update(Frame(bytes));
  bytes_ += static_cast<int64_t>(bytes.size());
  return block;
}

absl::Status LogFileReader::CheckTrailer(const Block& block) {
  if (in_partition_) return Damaged("the trailer comes before the partition's end");
  if (block.body.size() != 8 + 32) return Damaged("the trailer has another length than it must");
  if (block.body.substr(8) != base::ToBytes(hasher_.Finish()))
    return Damaged("the trailer was written for another file: the digest over its blocks differs");
  if (Get(std::string_view(block.body).substr(0, 8)) != static_cast<uint64_t>(records_))
    return Damaged("the trailer counts other records than the file has");
  if (partitions_done_ != PartitionsOf(header_).size())
    return Damaged("the header announces more partitions than the file has");
  return absl::OkStatus();
}

absl::StatusOr<LogFileReader::Next> LogFileReader::Step() {
  if (!broken_.ok()) return broken_;
  PRIHVAT_ASSIGN_OR_RETURN(Block block, ReadBlock());
  return Take(std::move(block));
}

absl::StatusOr<LogFileReader::Next> LogFileReader::Take(Block block) {
  const std::string_view body = block.body;
  switch (block.kind) {
    case kPartition: {
      const std::vector<TopicPartition> announced = PartitionsOf(header_);
      if (in_partition_ || body.size() < 12) return Damaged("a partition begins where none can");
      const TopicPartition tp{std::string(body.substr(12)),
                              static_cast<int32_t>(Get(body.substr(0, 4)))};
      if (partitions_done_ >= announced.size() || announced[partitions_done_] != tp)
        return Damaged(fmt::format("partition {} is not the one that the header announces here",
                                   ToString(tp)));
      tp_ = tp;
      offset_ = next_ = static_cast<Offset>(Get(body.substr(4, 8)));
      in_partition_ = true;
      return Next::kPartition;
    }
    case kRecord: {
      if (!in_partition_ || body.size() < 8) return Damaged("a record stands where none can");
      offset_ = static_cast<Offset>(Get(body.substr(0, 8)));
      if (offset_ != next_)
        return Damaged(
            fmt::format("the record at offset {} stands where the one at {} must", offset_, next_));
      record_ = block.body.substr(8);
      ++next_;
      ++records_;
      return Next::kRecord;
    }
    case kEndOfPartition: {
      if (!in_partition_ || body.size() != 8 || static_cast<Offset>(Get(body)) != next_)
        return Damaged("the partition goes on to another offset than its end says");
      in_partition_ = false;
      offset_ = next_;
      ++partitions_done_;
      return Next::kEndOfPartition;
    }
    case kTrailer:
      if (bytes_ != size_) return Damaged("there is something after the trailer");
      return Next::kEnd;
    default:
      return Damaged(fmt::format("a block of a kind ({}) that there is none of",
                                 static_cast<int>(block.kind)));
  }
}

}  // namespace prihvat::evidence
