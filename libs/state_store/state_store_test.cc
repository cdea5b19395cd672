#include "libs/state_store/state_store.h"

#include <filesystem>
#include <string_view>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"

namespace prihvat::state_store {
namespace {

class StateStoreTest : public ::testing::Test {
 protected:
  void SetUp() override {
    directory_ = std::filesystem::path(::testing::TempDir()) /
                 ("state_store_" + std::to_string(::getpid()) + "_" +
                  ::testing::UnitTest::GetInstance()->current_test_info()->name());
    std::filesystem::remove_all(directory_);
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }

  std::unique_ptr<StateStore> Open() {
    auto store = StateStore::Open({.directory = directory_.string()});
    EXPECT_TRUE(store.ok()) << store.status();
    return *std::move(store);
  }

  std::filesystem::path directory_;
};

TEST_F(StateStoreTest, ABatchChangesSeveralFamiliesAtOnceAndSurvivesReopening) {
  {
    auto store = Open();
    auto before = store->Look();
    StateStore::Batch batch = store->NewBatch();
    batch.Rows(kEntities).Put("a", "1");
    batch.Rows(kMeta).Put("position", "7");
    EXPECT_EQ(batch.Rows(kEntities).Get("a"), "1");
    EXPECT_EQ(store->Read(kEntities)->Get("a"), std::nullopt) << "visible before the commit";
    ASSERT_TRUE(store->Commit(std::move(batch)).ok());
    EXPECT_EQ(store->Read(kEntities)->Get("a"), "1");
    EXPECT_EQ(before->Read(kEntities)->Get("a"), std::nullopt) << "a snapshot does not move";
  }
  auto store = Open();
  EXPECT_EQ(store->Read(kEntities)->Get("a"), "1");
  EXPECT_EQ(store->Read(kMeta)->Get("position"), "7");
}

TEST_F(StateStoreTest, ScanKeepsToThePrefixAndBeginsAfter) {
  auto store = Open();
  StateStore::Batch batch = store->NewBatch();
  for (const char* key : {"a/1", "b/1", "b/2", "b/3", "c/1"}) batch.Rows(kEntities).Put(key, "");
  ASSERT_TRUE(store->Commit(std::move(batch)).ok());
  std::string seen;
  store->Read(kEntities)->Scan("b/", "b/1", [&](std::string_view key, std::string_view) {
    seen += key;
    return true;
  });
  EXPECT_EQ(seen, "b/2b/3");
}

TEST_F(StateStoreTest, FamiliesAreAddedAndDropped) {
  {
    auto store = Open();
    ASSERT_TRUE(store->AddFamily("view:x@1").ok());
    StateStore::Batch batch = store->NewBatch();
    batch.Rows("view:x@1").Put("k", "v");
    ASSERT_TRUE(store->Commit(std::move(batch)).ok());
  }
  auto store = Open();
  EXPECT_EQ(store->Read("view:x@1")->Get("k"), "v");
  ASSERT_TRUE(store->DropFamily("view:x@1").ok());
  EXPECT_FALSE(store->HasFamily("view:x@1"));
}

// Everything that grows is charged to the one budget: blocks, index and filters, write buffers.
TEST_F(StateStoreTest, K6_WhatIsWrittenAndReadStaysWithinTheOneBudget) {
  constexpr size_t kBudget = 16 << 20;
  constexpr size_t kWriteBuffer = 8 << 20;  // of one family
  auto opened = StateStore::Open({.directory = directory_.string(), .cache_bytes = kBudget});
  ASSERT_TRUE(opened.ok()) << opened.status();
  const std::unique_ptr<StateStore> store = *std::move(opened);
  const std::string value(1 << 10, 'v');
  for (int family = 0; family < 4; ++family) {
    ASSERT_TRUE(store->AddFamily("view-" + std::to_string(family)).ok());
  }
  for (int i = 0; i < 64; ++i) {  // 64 MiB in all
    StateStore::Batch batch = store->NewBatch();
    for (int row = 0; row < 1024; ++row) {
      batch.Rows("view-" + std::to_string(i % 4)).Put(std::to_string(i * 1024 + row), value);
    }
    ASSERT_TRUE(store->Commit(std::move(batch)).ok());
  }
  for (int family = 0; family < 4; ++family) {
    int rows = 0;
    store->Read("view-" + std::to_string(family))
        ->Scan("", "", [&](std::string_view, std::string_view) { return ++rows > 0; });
    EXPECT_EQ(rows, 16 * 1024);
  }
  const auto told = [&](std::string_view name) {
    for (const base::Statistic& statistic : store->Statistics()) {
      if (statistic.name == name) return statistic.value;
    }
    return -1.0;
  };
  EXPECT_EQ(told("prihvat_store_cache_capacity_bytes"), kBudget);
  EXPECT_GT(told("prihvat_store_cache_bytes"), 0);
  // Full buffers are held until they are written, and RocksDB gives their memory back as writes go
  // on: the last one's not at all while nothing is written.
  const absl::Time deadline = absl::Now() + absl::Seconds(60);
  for (int i = 0; told("prihvat_store_cache_bytes") > kBudget && absl::Now() < deadline; ++i) {
    StateStore::Batch batch = store->NewBatch();
    batch.Rows("view-0").Put(std::to_string(i), value);
    ASSERT_TRUE(store->Commit(std::move(batch)).ok());
    absl::SleepFor(absl::Milliseconds(5));
  }
  EXPECT_LE(told("prihvat_store_cache_bytes"), kBudget + kWriteBuffer);
}

TEST_F(StateStoreTest, K5_ASecondOpenIsRefusedAndSaysWhy) {
  auto store = Open();
  auto second = StateStore::Open({.directory = directory_.string()});
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.status().code(), absl::StatusCode::kFailedPrecondition) << second.status();
}

TEST_F(StateStoreTest, ACheckpointIsAnEqualStore) {
  const std::string copy = directory_.string() + "_copy";
  std::filesystem::remove_all(copy);
  {
    auto store = Open();
    StateStore::Batch batch = store->NewBatch();
    batch.Rows(kEntities).Put("a", "1");
    ASSERT_TRUE(store->Commit(std::move(batch)).ok());
    ASSERT_TRUE(store->Checkpoint(copy).ok());
    EXPECT_FALSE(store->Checkpoint(copy).ok()) << "an existing directory is not overwritten";
  }
  auto store = StateStore::Open({.directory = copy});
  ASSERT_TRUE(store.ok()) << store.status();
  EXPECT_EQ((*store)->Read(kEntities)->Get("a"), "1");
  store->reset();
  std::filesystem::remove_all(copy);
}

}  // namespace
}  // namespace prihvat::state_store
