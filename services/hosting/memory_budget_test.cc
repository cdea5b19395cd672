#include "services/hosting/memory_budget.h"

#include <fstream>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace prihvat::hosting {
namespace {

using ::testing::EndsWith;

constexpr int64_t kMib = int64_t{1} << 20;

// A /proc/self/cgroup and a /sys/fs/cgroup of the test's own, on a machine with 8 GiB.
class MemoryLimitTest : public ::testing::Test {
 protected:
  void SetUp() override {
    root_ = std::filesystem::path(::testing::TempDir()) /
            ::testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::remove_all(root_);
  }
  void TearDown() override { std::filesystem::remove_all(root_); }

  void Write(const std::string& name, const std::string& text) {
    const std::filesystem::path path = root_ / name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path) << text;
  }
  MemoryLimit Look() const {
    return LookAtMemory({.groups_of_process = root_ / "self",
                         .groups = root_ / "cgroup",
                         .machine_bytes = machine_bytes_});
  }

  std::filesystem::path root_;
  int64_t machine_bytes_ = 8192 * kMib;
};

TEST_F(MemoryLimitTest, WithoutGroupsTheMachineIsTheLimit) {
  EXPECT_EQ(Look().bytes, 8192 * kMib);
  EXPECT_EQ(Look().told_by, "the machine");
  machine_bytes_ = 0;
  EXPECT_EQ(Look().bytes, 0);
  EXPECT_GT(MemoryOfMachine(), 64 * kMib);
}

TEST_F(MemoryLimitTest, Version2WithinAContainerIsWhatIsMounted) {
  Write("self", "0::/\n");
  Write("cgroup/memory.max", "536870912\n");
  EXPECT_EQ(Look().bytes, 512 * kMib);
  EXPECT_THAT(Look().told_by, EndsWith("cgroup/memory.max"));
  Write("cgroup/memory.max", "max\n");
  EXPECT_EQ(Look().bytes, 8192 * kMib);
}

TEST_F(MemoryLimitTest, TheLeastOfAGroupAndThoseAboveItCounts) {
  Write("self", "0::/system.slice/prihvatd.service\n");
  Write("cgroup/system.slice/memory.max", "1073741824\n");
  Write("cgroup/system.slice/prihvatd.service/memory.max", "2147483648\n");
  EXPECT_EQ(Look().bytes, 1024 * kMib);
  EXPECT_THAT(Look().told_by, EndsWith("system.slice/memory.max"));
  Write("cgroup/system.slice/prihvatd.service/memory.max", "268435456\n");
  EXPECT_EQ(Look().bytes, 256 * kMib);
}

TEST_F(MemoryLimitTest, Version1) {
  Write("self", "12:cpu,cpuacct:/other\n5:hugetlb,memory:/kubepods/pod1/c1\n0::/\n");
  Write("cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");  // means none
  EXPECT_EQ(Look().bytes, 8192 * kMib);
  Write("cgroup/memory/kubepods/pod1/c1/memory.limit_in_bytes", "2147483648\n");
  EXPECT_EQ(Look().bytes, 2048 * kMib);
}

// The path in /proc is the host's, of which a container without a namespace of groups sees nothing.
TEST_F(MemoryLimitTest, APathThatOnlyTheHostHasIsWhatIsMounted) {
  Write("self", "5:memory:/docker/0123\n0::/../elsewhere\n");
  Write("cgroup/memory/memory.limit_in_bytes", "1073741824\n");
  Write("elsewhere/memory.max", "1048576\n");  // beside the groups: not this process's
  EXPECT_EQ(Look().bytes, 1024 * kMib);
}

TEST_F(MemoryLimitTest, WhatIsNoNumberIsNoLimit) {
  Write("self", "nonsense\n0::/\n");
  for (const char* text : {"", "many", "-1", "0"}) {
    Write("cgroup/memory.max", text);
    EXPECT_EQ(Look().bytes, 8192 * kMib) << text;
  }
}

TEST(MemoryBudget, FourTenthsAreTheStoresAndAQuarterTheCalls) {
  EXPECT_EQ(BudgetOf(1024 * kMib, 1).store_cache_mib, 409u);
  EXPECT_EQ(BudgetOf(1024 * kMib, 1).call_memory_mib, 256u);
  EXPECT_EQ(BudgetOf(2048 * kMib, 4).store_cache_mib, 204u);
  EXPECT_EQ(BudgetOf(2048 * kMib, 4).call_memory_mib, 512u);
}

TEST(MemoryBudget, IsWithinWhatTheOptionsMayBe) {
  EXPECT_EQ(BudgetOf(0, 4).store_cache_mib, 8u);
  EXPECT_EQ(BudgetOf(0, 0).call_memory_mib, 16u);
  EXPECT_EQ(BudgetOf(INT64_MAX, 1).store_cache_mib, 1'048'576u);
  EXPECT_EQ(BudgetOf(INT64_MAX, 1).call_memory_mib, 1'048'576u);
}

}  // namespace
}  // namespace prihvat::hosting
