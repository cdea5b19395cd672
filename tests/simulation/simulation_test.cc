// Whole services under faults, on one thread, from a seed: the real runtime and store over a
// simulated log, clock and disk. PRIHVAT_SEEDS=N runs N seeds (default 120), from PRIHVAT_FROM=M
// (1) on, and tells of each before it begins, so that the last one told of is the one that failed;
// PRIHVAT_SEED=S runs that one alone. `make simulate` uses these.
#include <cstdio>
#include <cstdlib>
#include <map>
#include <set>

#include "gtest/gtest.h"
#include "libs/base/digest.h"
#include "libs/event_log/seal.h"
#include "libs/event_log/testing/records.h"
#include "libs/evidence/verifier.h"
#include "libs/testkit/toy_domain.h"
#include "libs/testkit/world.h"

namespace prihvat::testkit {
namespace {

using event_log::testing::AppendFault;
using runtime::CommandReply;

constexpr int32_t kPartitions = 2;
const char* const kOperations[] = {"operations/ba", "operations/rs", "operations/me"};

constexpr uint64_t kSeeds = 120;
constexpr uint64_t kEnoughSeeds = 60;  // to expect of them what most seeds do

uint64_t Number(const char* variable, uint64_t otherwise) {
  const char* given = std::getenv(variable);
  return given == nullptr ? otherwise : std::strtoull(given, nullptr, 10);
}

struct Sent {
  std::string operation;
  std::string hall;
  std::string person;
  std::string request_id;
  bool acknowledged = false;
};

class Simulation {
 public:
  explicit Simulation(uint64_t seed)
      : seed_(seed), world_(ToyTopics(kPartitions), kPartitions, seed) {
    // With seals in three seeds of four, so often that they meet every fault.
    if (seed % 4 != 0) world_.SealWith({event_log::testing::KnownSigner(), 5, absl::Seconds(2)});
    for (int i = 0; i < 3; ++i) world_.Add(HallsService(), "halls-" + std::to_string(i), i);
    for (int i = 0; i < 2; ++i) world_.Add(DoorService(), "door-" + std::to_string(i), i);
  }

  void Run() {
    const int steps = 400;
    for (int step = 0; step < steps; ++step) {
      Fault();
      Send();
      StepSome();
      world_.clock().Advance(absl::Milliseconds(static_cast<int64_t>(Draw(60))));
    }
    Heal();
    Check();
  }

  struct Tally {
    size_t acknowledged = 0;
    int vacated = 0;  // partitions that their owner has left, as its last act
  };
  const Tally& tally() const { return tally_; }

  // What happened, as one digest: the same seed gives the same.
  std::string Trace() {
    std::string all;
    for (const char* topic : {kHallsTopic, kDoorTopic}) {
      for (int32_t p = 0; p < kPartitions; ++p) {
        for (const auto& record : world_.storage().All({topic, p})) all += record.bytes;
      }
    }
    return base::Sha256Hex(all);
  }

 private:
  uint64_t Draw(uint64_t bound) { return world_.random().Uniform(bound); }
  bool Chance(uint64_t percent) { return Draw(100) < percent; }

  World::Instance& Any() { return *world_.instances()[Draw(world_.instances().size())]; }

  void Fault() {
    World::Instance& victim = Any();
    if (Chance(2)) {
      world_.Crash(victim);
      leaving_.erase(victim.name);
      down_until_[victim.name] =
          world_.clock().Now() + absl::Milliseconds(static_cast<int64_t>(Draw(4000)));
    }
    if (Chance(1) && victim.core != nullptr) {
      victim.core->BeginStop();
      leaving_[victim.name] = world_.clock().Now() + absl::Seconds(3);
    }
    EndThoseThatLeave();
    if (Chance(2))
      paused_until_[victim.name] =
          world_.clock().Now() + absl::Milliseconds(static_cast<int64_t>(Draw(6000)));
    if (Chance(8)) {
      static constexpr AppendFault kFaults[] = {
          AppendFault::kLoseAnswer, AppendFault::kLoseRecords,    AppendFault::kNotSent,
          AppendFault::kHold,       AppendFault::kHoldLoseAnswer, AppendFault::kNoOffsets,
          AppendFault::kDuplicate,  AppendFault::kLateAnswer};
      victim.log->FailNextAppends(1, kFaults[Draw(std::size(kFaults))]);
    }
    if (Chance(3))
      victim.log->FailNextReads(static_cast<int>(1 + Draw(3)), absl::UnavailableError("simulated"));
    if (Chance(10)) victim.log->ReleaseHeld();
    for (const auto& instance : world_.instances()) {
      if (instance->core == nullptr && world_.clock().Now() >= down_until_[instance->name]) {
        const absl::Status started = world_.Start(*instance);
        // The log cannot be reached: as a process would, it ends and is started again.
        if (absl::IsUnavailable(started)) continue;
        ASSERT_TRUE(started.ok()) << instance->name << ": " << started << "; seed " << seed_;
      }
    }
  }

  // As a process does that was told to stop: it ends once it is drained, or when its time is over.
  void EndThoseThatLeave() {
    for (const auto& instance : world_.instances()) {
      const auto leaving = leaving_.find(instance->name);
      if (leaving == leaving_.end() || Paused(*instance)) continue;
      const bool in_time = world_.clock().Now() < leaving->second;
      if (instance->core != nullptr && !instance->core->Drained() && in_time) continue;
      if (instance->core != nullptr) instance->core->Abandon();
      world_.Crash(*instance);
      down_until_[instance->name] =
          world_.clock().Now() + absl::Milliseconds(static_cast<int64_t>(Draw(1000)));
      leaving_.erase(leaving);
    }
  }

  void Send() {
    const size_t count = Draw(4);
    for (size_t i = 0; i < count; ++i) {
      size_t index = sent_.size();
      if (!sent_.empty() && Chance(35)) {
        index = Draw(sent_.size());  // a retry, of an acknowledged one too
      } else {
        Sent fresh;
        fresh.operation = kOperations[Draw(std::size(kOperations))];
        fresh.hall = "h" + std::to_string(Draw(4));
        fresh.person = (Chance(20) ? "shy" : "p") + std::to_string(sent_.size());
        char id[64];
        std::snprintf(id, sizeof id, "00000000-0000-4000-8000-%012zu", sent_.size());
        fresh.request_id = id;
        sent_.push_back(fresh);
      }
      World::Instance& to = *world_.instances()[Draw(3)];
      if (to.core == nullptr || Paused(to)) continue;
      const Sent& what = sent_[index];
      to.core->Submit(TakeSeat(what.operation, what.hall, what.person, what.request_id),
                      [this, index](CommandReply reply) {
                        if (reply.status.ok()) sent_[index].acknowledged = true;
                      });
    }
  }

  bool Paused(const World::Instance& instance) {
    const auto it = paused_until_.find(instance.name);
    return it != paused_until_.end() && world_.clock().Now() < it->second;
  }

  void StepSome() {
    for (size_t i = 0; i < 6; ++i) {
      World::Instance& instance = Any();
      if (!Paused(instance)) world_.Step(instance);
    }
  }

  void Heal() {
    paused_until_.clear();
    for (const auto& [name, at] : leaving_) {
      for (const auto& instance : world_.instances()) {
        if (instance->name == name) world_.Crash(*instance);
      }
    }
    for (const auto& instance : world_.instances()) {
      // Read faults that were drawn while it was down wait for it: each costs one attempt.
      for (int attempt = 0; attempt < 100 && instance->core == nullptr; ++attempt)
        (void)world_.Start(*instance);
      ASSERT_NE(instance->core, nullptr) << instance->name << " does not start; seed " << seed_;
    }
    for (int i = 0; i < 3; ++i) {
      for (const auto& instance : world_.instances()) instance->log->ReleaseHeld();
      world_.Settle(absl::Seconds(60));
    }
  }

  void Check() {
    // The log alone: what is admitted, by request id, and how often each source event had its
    // effect.
    std::map<std::string, int> admitted;
    std::map<std::string, int> seats;
    std::map<std::string, int> welcomes;
    for (const char* topic : {kHallsTopic, kDoorTopic}) {
      for (int32_t p = 0; p < kPartitions; ++p) {
        std::map<uint64_t, int> owners;
        for (const auto& record : world_.Admitted({topic, p})) {
          if (record.record.has_claim()) {
            tally_.vacated += record.record.claim().vacates();
            EXPECT_EQ(++owners[record.record.claim().term()], 1)
                << "two owners in one term; seed " << seed_;
            continue;
          }
          const log::v1::Commit& commit = record.record.commit();
          if (!commit.request_id().empty()) ++admitted[commit.request_id()];
          for (const log::v1::Event& event : commit.events()) {
            v1::SeatTaken taken;
            v1::Welcomed welcomed;
            if (event.type() == taken.GetDescriptor()->full_name() &&
                taken.ParseFromString(event.payload()) && !IsShy(taken.person())) {
              ++seats[commit.operation() + taken.person()];
            }
            if (event.type() == welcomed.GetDescriptor()->full_name() &&
                welcomed.ParseFromString(event.payload())) {
              ++welcomes[commit.operation() + welcomed.person()];
            }
          }
        }
      }
    }
    size_t acknowledged = 0;
    for (const Sent& sent : sent_) {
      acknowledged += sent.acknowledged;
      EXPECT_LE(admitted[sent.request_id], 1)
          << "G3: " << sent.request_id << " took effect twice; seed " << seed_;
      if (sent.acknowledged) {
        EXPECT_EQ(admitted[sent.request_id], 1)
            << "G1: " << sent.request_id << " was acknowledged and is lost; seed " << seed_;
      }
    }
    tally_.acknowledged = acknowledged;
    EXPECT_EQ(welcomes, seats) << "G8: effects and causes differ; seed " << seed_;

    CheckEvidence();

    // Equal folds everywhere, and equal to a store made afresh from the log.
    World::Instance& fresh_halls = world_.Add(HallsService(), "halls-9", 9);
    World::Instance& fresh_door = world_.Add(DoorService(), "door-9", 9);
    world_.Settle(absl::Seconds(60));
    for (const auto& instance : world_.instances()) {
      ASSERT_NE(instance->core, nullptr);
      const World::Instance& fresh =
          instance->definition.name == "halls" ? fresh_halls : fresh_door;
      EXPECT_EQ(*instance->core->Checksum(), *fresh.core->Checksum())
          << "G6: " << instance->name << " differs from a rebuild; seed " << seed_;
      EXPECT_TRUE(instance->core->Ready()) << instance->name << " is not ready; seed " << seed_;
    }
  }

  // Verification finds nothing in what honest instances and a faulty network made.
  void CheckEvidence() {
    const auto key = event_log::testing::KnownSigner();
    const auto trusted = event_log::TrustedKeys::Parse(
        event_log::TrustedKeys::LineOf({key->key_id(), key->public_key()}));
    int64_t seals = 0;
    for (const char* topic : {kHallsTopic, kDoorTopic}) {
      for (int32_t p = 0; p < kPartitions; ++p) {
        evidence::PartitionVerifier verifier({topic, p}, kPartitions, &*trusted);
        for (const auto& record : world_.storage().All({topic, p})) verifier.Add(record.bytes);
        verifier.Finish();
        const evidence::PartitionReport& report = verifier.report();
        EXPECT_FALSE(report.finding)
            << "G10: " << evidence::ToString(*report.finding) << "; seed " << seed_;
        seals += report.seals;
      }
    }
    if (seed_ % 4 != 0) {
      EXPECT_GT(seals, 0) << "seed " << seed_;
    }
  }

  uint64_t seed_;
  World world_;
  std::vector<Sent> sent_;
  std::map<std::string, absl::Time> down_until_;
  std::map<std::string, absl::Time> paused_until_;
  std::map<std::string, absl::Time> leaving_;  // told to stop, with the time until which it may
  Tally tally_;
};

Simulation::Tally RunSeed(uint64_t seed) {
  SCOPED_TRACE("repeat with: PRIHVAT_SEED=" + std::to_string(seed) + " simulation_test");
  Simulation simulation(seed);
  simulation.Run();
  return simulation.tally();
}

TEST(Simulation, G1_G3_G6_G8_G10_HoldUnderFaultsFromManySeeds) {
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
    const Simulation::Tally tally = RunSeed(seed);
    all.acknowledged += tally.acknowledged;
    all.vacated += tally.vacated;
    if (::testing::Test::HasFailure()) return;  // one failing seed is enough to look at
  }
  // One seed may have all its instances down or asleep nearly all the time, a few too.
  if (seeds < kEnoughSeeds) return;
  EXPECT_GT(all.acknowledged, 30 * seeds) << "the simulation gets little done";
  EXPECT_GT(all.vacated, 0) << "no owner has left in good order";
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
