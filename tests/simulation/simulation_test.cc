// Whole services under faults from many seeds (simulation.h). PRIHVAT_SEEDS=N runs N seeds (default
// 250), from PRIHVAT_FROM=M (1) on, and tells of each before it begins, so that the last one told
// of is the one that failed; PRIHVAT_SEED=S runs that one alone. `make simulate` uses these.
#include <cstdio>
#include <cstdlib>

#include "gtest/gtest.h"
#include "tests/simulation/simulation.h"

namespace prihvat::testkit {
namespace {

constexpr uint64_t kSeeds = 250;
constexpr uint64_t kEnoughSeeds = 60;  // to expect of them what most seeds do

uint64_t Number(const char* variable, uint64_t otherwise) {
  const char* given = std::getenv(variable);
  return given == nullptr ? otherwise : std::strtoull(given, nullptr, 10);
}

Simulation::Tally RunSeed(uint64_t seed) {
  SCOPED_TRACE("repeat with: PRIHVAT_SEED=" + std::to_string(seed) + " simulation_test");
  Simulation simulation(seed);
  simulation.Run();
  return simulation.tally();
}

TEST(Simulation, G1_G3_G5_G6_G8_G10_G13_HoldUnderFaultsFromManySeeds) {
  if (const char* one = std::getenv("PRIHVAT_SEED")) {
    RunSeed(std::strtoull(one, nullptr, 10));
    return;
  }
  const uint64_t seeds = Number("PRIHVAT_SEEDS", kSeeds);
  const uint64_t from = Number("PRIHVAT_FROM", 1);
  Simulation::Tally all;
  for (uint64_t seed = from; seed < from + seeds; ++seed) {
    if (std::getenv("PRIHVAT_FROM") != nullptr) {
      std::printf("[ seed     ] %lu\n", seed);
      std::fflush(stdout);
    }
    all.Add(RunSeed(seed));
    if (::testing::Test::HasFailure()) return;  // one failing seed is enough to look at
  }
  std::printf(
      "[ tally    ] %zu acknowledged, %d left; refused: %d mailbox full, %d late; reads with a "
      "token: %d at once, %d waited, %d in vain; views: %d old beside new, %d new; ended by disks: "
      "%d full, %d broken; %d jumps of clocks\n",
      all.acknowledged, all.vacated, all.mailbox_full, all.late, all.reads_at_once,
      all.reads_waited, all.reads_in_vain, all.views_old, all.views_new, all.disk_full,
      all.disk_broken, all.jumps);
  // One seed may have all its instances down or asleep nearly all the time, a few too.
  if (seeds < kEnoughSeeds) return;
  EXPECT_GT(all.acknowledged, 30 * seeds) << "the simulation gets little done";
  const auto some = static_cast<int>(seeds / 2);
  EXPECT_GT(all.vacated, 0) << "no owner has left in good order";
  EXPECT_GT(all.mailbox_full, some) << "mailboxes are never full";
  EXPECT_GT(all.late, some) << "deadlines never pass";
  EXPECT_GT(all.reads_at_once, some);
  EXPECT_GT(all.reads_waited, some) << "no read has to wait";
  EXPECT_GT(all.reads_in_vain, some) << "no read reaches its deadline";
  EXPECT_GT(all.views_old, some) << "no old version answers beside a new one";
  EXPECT_GT(all.views_new, some) << "no new version is ever ready";
  EXPECT_GT(all.disk_full, some) << "no full disk ends anybody";
  EXPECT_GT(all.disk_broken, some) << "no broken disk ends anybody";
  EXPECT_GT(all.jumps, some) << "no clock jumps";
}

TEST(Simulation, TheSameSeedGivesTheSameTrace) {
  const auto trace = [](uint64_t seed) {
    Simulation simulation(seed);
    simulation.Run();
    return simulation.Trace();
  };
  EXPECT_EQ(trace(5), trace(5));
  EXPECT_NE(trace(5), trace(6));
}

}  // namespace
}  // namespace prihvat::testkit
