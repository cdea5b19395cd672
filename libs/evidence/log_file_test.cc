#include "libs/evidence/log_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "fmt/format.h"

namespace prihvat::evidence {
namespace {

using event_log::Offset;
using event_log::TopicPartition;
using ::testing::HasSubstr;
using Next = LogFileReader::Next;

struct Read {
  std::vector<std::string> records;  // "topic/partition offset bytes"
  absl::Status status;
  LogFileDamage damage;
};

class LogFile : public ::testing::Test {
 protected:
  LogFile()
      : folder_(std::filesystem::path(::testing::TempDir()) / fmt::format("log_file_{}", getpid())),
        path_((folder_ / "log").string()) {
    std::filesystem::create_directories(folder_);
  }
  ~LogFile() override { std::filesystem::remove_all(folder_); }

  void Write() {
    auto writer = LogFileWriter::Create(
        path_, {absl::FromUnixSeconds(1'800'000'000),
                {{.name = "a", .partitions = 2}, {.name = "b", .partitions = 1}}});
    ASSERT_TRUE(writer.ok()) << writer.status();
    for (const TopicPartition& tp : {TopicPartition{"a", 0}, {"a", 1}, {"b", 0}}) {
      ASSERT_TRUE((*writer)->BeginPartition(tp, 0).ok());
      for (Offset offset = 0; tp.partition == 0 && offset < 3; ++offset)
        ASSERT_TRUE((*writer)->Add(offset, tp.topic + "-record").ok());
      ASSERT_TRUE((*writer)->EndPartition().ok());
    }
    ASSERT_TRUE((*writer)->Finish().ok());
    EXPECT_EQ((*writer)->bytes(), static_cast<int64_t>(std::filesystem::file_size(path_)));
  }

  std::string Bytes() {
    std::ifstream in(path_, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  }

  Read ReadBytes(const std::string& bytes) {
    const std::string path = (folder_ / "other").string();
    std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
    return ReadFile(path);
  }

  static Read ReadFile(const std::string& path) {
    Read read;
    auto reader = LogFileReader::Open(path);
    read.status = reader.status();
    while (reader.ok()) {
      const auto next = (*reader)->Step();
      read.status = next.status();
      read.damage = (*reader)->damage();
      if (!next.ok() || *next == Next::kEnd) break;
      if (*next == Next::kRecord) {
        read.records.push_back(fmt::format("{} {} {}", event_log::ToString((*reader)->tp()),
                                           (*reader)->offset(), (*reader)->record()));
      }
    }
    return read;
  }

  std::filesystem::path folder_;
  std::string path_;
};

TEST_F(LogFile, WhatWasWrittenIsRead) {
  Write();
  const Read read = ReadFile(path_);
  EXPECT_TRUE(read.status.ok()) << read.status;
  EXPECT_THAT(read.records,
              ::testing::ElementsAre("a/0 0 a-record", "a/0 1 a-record", "a/0 2 a-record",
                                     "b/0 0 b-record", "b/0 1 b-record", "b/0 2 b-record"));
  auto reader = LogFileReader::Open(path_);
  ASSERT_TRUE(reader.ok()) << reader.status();
  EXPECT_EQ((*reader)->header().made_at, absl::FromUnixSeconds(1'800'000'000));
  ASSERT_EQ((*reader)->header().topics.size(), 2u);
  EXPECT_EQ((*reader)->header().topics[0].partitions, 2);
  EXPECT_TRUE(absl::IsAlreadyExists(LogFileWriter::Create(path_, {}).status()));
}

TEST_F(LogFile, G10_EveryFlippedBitIsFound) {
  Write();
  const std::string bytes = Bytes();
  for (size_t bit = 0; bit < 8 * bytes.size(); ++bit) {
    std::string changed = bytes;
    changed[bit / 8] ^= static_cast<char>(1 << (bit % 8));
    const Read read = ReadBytes(changed);
    ASSERT_FALSE(read.status.ok()) << "bit " << bit;
    ASSERT_EQ(read.status.code() == absl::StatusCode::kFailedPrecondition ||
                  absl::IsDataLoss(read.status),
              true)
        << read.status;
  }
  std::string changed = bytes;
  changed[bytes.find("a-record", bytes.find("a-record") + 1)] = 'A';
  const Read read = ReadBytes(changed);
  EXPECT_EQ(event_log::ToString(read.damage.tp), "a/0");
  EXPECT_EQ(read.damage.offset, 1) << read.damage.what;
  EXPECT_THAT(read.damage.what, HasSubstr("this block was changed"));
}

TEST_F(LogFile, G10_EveryCutIsFound) {
  Write();
  const std::string bytes = Bytes();
  for (size_t size = 0; size < bytes.size(); ++size)
    ASSERT_TRUE(absl::IsDataLoss(ReadBytes(bytes.substr(0, size)).status)) << size;
  EXPECT_THAT(std::string(ReadBytes(bytes + "x").status.message()),
              HasSubstr("something after the trailer"));
}

// Blocks are whole in themselves: what is taken out, doubled or moved is found by what they say of
// their places, or by the trailer.
TEST_F(LogFile, G10_EveryBlockTakenOutDoubledOrMovedIsFound) {
  Write();
  const std::string bytes = Bytes();
  std::vector<std::string> blocks;
  size_t at = bytes.find('\n') + 1;
  const std::string title = bytes.substr(0, at);
  while (at < bytes.size()) {
    size_t length = 0;
    for (size_t i = 1; i <= 4; ++i) length = length << 8 | static_cast<uint8_t>(bytes[at + i]);
    blocks.push_back(bytes.substr(at, length + 9));
    at += length + 9;
  }
  ASSERT_EQ(blocks.size(), 1 + 3 * 2 + 6 + 1u);
  const auto joined = [&title](const std::vector<std::string>& parts) {
    std::string all = title;
    for (const std::string& part : parts) all += part;
    return all;
  };
  ASSERT_TRUE(ReadBytes(joined(blocks)).status.ok());
  for (size_t i = 0; i < blocks.size(); ++i) {
    std::vector<std::string> changed = blocks;
    changed.erase(changed.begin() + static_cast<std::ptrdiff_t>(i));
    EXPECT_FALSE(ReadBytes(joined(changed)).status.ok()) << "without block " << i;
    changed = blocks;
    changed.insert(changed.begin() + static_cast<std::ptrdiff_t>(i), blocks[i]);
    EXPECT_FALSE(ReadBytes(joined(changed)).status.ok()) << "block " << i << " twice";
    for (size_t j = i + 1; j < blocks.size(); ++j) {
      if (blocks[i] == blocks[j]) continue;
      changed = blocks;
      std::swap(changed[i], changed[j]);
      EXPECT_FALSE(ReadBytes(joined(changed)).status.ok()) << i << " and " << j << " swapped";
    }
  }
}

TEST_F(LogFile, AnotherVersionSaysSo) {
  const Read read = ReadBytes("prihvat log file 2\nwhatever that may be");
  EXPECT_TRUE(absl::IsFailedPrecondition(read.status));
  EXPECT_THAT(std::string(read.status.message()), HasSubstr("written by another version"));
}

}  // namespace
}  // namespace prihvat::evidence
