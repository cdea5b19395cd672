#include "libs/evidence/backup_manifest.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "fmt/format.h"

namespace prihvat::evidence {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class BackupManifestTest : public ::testing::Test {
 protected:
  BackupManifestTest()
      : root_(fs::path(::testing::TempDir()) / fmt::format("manifest_{}", getpid())),
        backup_(root_ / "backup"),
        target_(root_ / "target") {
    fs::create_directories(backup_ / "log");
    fs::create_directories(backup_ / "store" / "procurement");
    std::ofstream(backup_ / "log" / "1.sst") << std::string(3'000'000, 'x');
    std::ofstream(backup_ / "store" / "procurement" / "CURRENT") << "MANIFEST-000001\n";
  }
  ~BackupManifestTest() override { fs::remove_all(root_); }

  void Write() {
    BackupManifest manifest;
    manifest.made_at = absl::FromUnixSeconds(1'800'000'000);
    manifest.instance = "prihvatd-0";
    manifest.topics = {{.name = "prihvat.handover", .partitions = 4}};
    manifest.records[{"prihvat.handover", 3}] = 17;
    const auto written = WriteManifest(backup_.string(), manifest);
    ASSERT_TRUE(written.ok()) << written.status();
    EXPECT_EQ(written->size(), 64u);
  }

  absl::Status Copy() {
    const auto manifest = ReadManifest(backup_.string());
    if (!manifest.ok()) return manifest.status();
    return CopyBackup(
        backup_.string(), *manifest, target_.string(), [](const std::string&) { return true; },
        nullptr);
  }

  const fs::path root_;
  const fs::path backup_;
  const fs::path target_;
};

TEST_F(BackupManifestTest, WhatIsWrittenIsReadAndCopied) {
  Write();
  const auto manifest = ReadManifest(backup_.string());
  ASSERT_TRUE(manifest.ok()) << manifest.status();
  EXPECT_EQ(manifest->made_at, absl::FromUnixSeconds(1'800'000'000));
  EXPECT_EQ(manifest->instance, "prihvatd-0");
  ASSERT_EQ(manifest->topics.size(), 1u);
  EXPECT_EQ(manifest->topics[0].partitions, 4);
  EXPECT_EQ(manifest->records.at({"prihvat.handover", 3}), 17);
  ASSERT_EQ(manifest->files.size(), 2u);
  EXPECT_EQ(manifest->files[0].path, "log/1.sst");
  EXPECT_EQ(manifest->size_bytes(), 3'000'016);
  ASSERT_TRUE(Copy().ok());
  EXPECT_EQ(fs::file_size(target_ / "log" / "1.sst"), 3'000'000u);
  EXPECT_FALSE(fs::exists(target_ / kManifestName));
}

TEST_F(BackupManifestTest, G10_AChangedCutOrMissingFileIsFound) {
  Write();
  const fs::path file = backup_ / "log" / "1.sst";
  {
    std::fstream change(file, std::ios::in | std::ios::out | std::ios::binary);
    change.seekp(2'999'999);
    change.put('y');
  }
  EXPECT_THAT(std::string(Copy().message()), HasSubstr("log/1.sst is not the file"));
  fs::remove_all(target_);
  fs::resize_file(file, 2'999'999);
  EXPECT_TRUE(absl::IsDataLoss(Copy()));
  fs::remove_all(target_);
  fs::remove(file);
  EXPECT_TRUE(absl::IsDataLoss(Copy()));
}

TEST_F(BackupManifestTest, AChangedOrMissingManifestIsFound) {
  EXPECT_TRUE(absl::IsNotFound(Copy()));
  Write();
  const fs::path path = backup_ / kManifestName;
  std::ifstream in(path);
  const std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  for (size_t i = 0; i < text.size(); ++i) {
    std::string changed = text;
    changed[i] ^= 1;
    std::ofstream(path, std::ios::trunc) << changed;
    EXPECT_TRUE(absl::IsDataLoss(ReadManifest(backup_.string()).status())) << "byte " << i;
    std::ofstream(path, std::ios::trunc) << text.substr(0, i);
    EXPECT_TRUE(absl::IsDataLoss(ReadManifest(backup_.string()).status())) << "cut at " << i;
  }
}

TEST_F(BackupManifestTest, ADirectoryThatIsNotEmptyIsRefused) {
  Write();
  fs::create_directories(target_);
  ASSERT_TRUE(Copy().ok()) << "an empty one is good";
  EXPECT_TRUE(absl::IsAlreadyExists(Copy()));
}

}  // namespace
}  // namespace prihvat::evidence
