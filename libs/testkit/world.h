// Instances of services stepped by hand on one thread, over one simulated log, clock, disk and
// randomness: the same seed gives the same run. For tests of the runtime and the seeded simulation.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "libs/base/clock.h"
#include "libs/base/random.h"
#include "libs/event_log/testing/faulty_log.h"
#include "libs/event_log/testing/memory_log.h"
#include "libs/runtime/service_core.h"
#include "libs/testkit/store_disk.h"

namespace prihvat::testkit {

class World {
 public:
  World(const std::vector<event_log::TopicSpec>& topics, int32_t partitions, uint64_t seed)
      : partitions_(partitions),
        clock_(absl::FromUnixSeconds(1'700'000'000)),
        random_(seed),
        storage_(std::make_shared<event_log::testing::MemoryStorage>(
            topics, [this] { return clock_.Now(); })) {}

  // Instances that start from here on seal what they own.
  void SealWith(runtime::SealOptions seals) { seals_ = std::move(seals); }
  // And have options that `tune` has changed.
  void Tune(std::function<void(runtime::ServiceOptions&)> tune) { tune_ = std::move(tune); }

  // A machine's clock: the world's, or so much away from it.
  class LocalClock final : public base::Clock {
   public:
    explicit LocalClock(base::Clock& world) : world_(world) {}
    absl::Time Now() override { return world_.Now() + off_; }
    absl::Duration off() const { return off_; }
    void Jump(absl::Duration off) { off_ = off; }

   private:
    base::Clock& world_;
    absl::Duration off_ = absl::ZeroDuration();
  };

  // One instance: its connection to the log, its disk, its clock and, while it runs, its core.
  struct Instance {
    std::string name;
    runtime::ServiceDefinition definition;
    int rank = 0;
    std::unique_ptr<event_log::testing::MemoryLog> memory;
    std::unique_ptr<event_log::testing::FaultyLog> log;
    std::unique_ptr<StoreDisk> disk;
    std::unique_ptr<LocalClock> clock;
    std::unique_ptr<base::SeededRandom> random;
    std::unique_ptr<runtime::ServiceCore> core;
    absl::Time alive_at = absl::InfinitePast();  // when it was last stepped, by the world's clock
    int starts = 0;                              // how often its core was opened
    absl::Status ended_why;                      // of the last step that ended it
  };

  // Makes an instance and starts it.
  Instance& Add(const runtime::ServiceDefinition& definition, std::string name, int rank = 0);
  // Opens the core again, over the same disk, which is no longer broken.
  absl::Status Start(Instance& instance);
  // The process is gone: nothing is flushed or answered; appends under way may still land.
  void Crash(Instance& instance);

  // One step; on a store error the instance ends as a service does: it answers who waits, and is
  // gone. True if there may be more to do.
  bool Step(Instance& instance);
  // Steps all that run, and lets time pass, until nothing moves any more or `limit` simulated time
  // has passed.
  void Settle(absl::Duration limit = absl::Seconds(30));

  // Lets so much time pass, and steps all that run each second, as their threads do: else it is a
  // pause, or a jump of the clock.
  void Pass(absl::Duration time);

  // Submits and settles.
  runtime::CommandReply Do(Instance& instance, runtime::CommandRequest request);

  base::ManualClock& clock() { return clock_; }
  base::SeededRandom& random() { return random_; }
  std::vector<std::unique_ptr<Instance>>& instances() { return instances_; }
  event_log::testing::MemoryStorage& storage() { return *storage_; }
  // A connection to the log on which nothing goes wrong; the world's storage outlives it.
  std::unique_ptr<event_log::EventLog> Connect() {
    return std::make_unique<event_log::testing::MemoryLog>(storage_);
  }
  // All admitted records of a partition, judged afresh from the log.
  std::vector<event_log::JudgedRecord> Admitted(const event_log::TopicPartition& tp);

 private:
  int32_t partitions_;
  runtime::SealOptions seals_;
  std::function<void(runtime::ServiceOptions&)> tune_ = [](runtime::ServiceOptions&) {};
  base::ManualClock clock_;
  base::SeededRandom random_;
  std::shared_ptr<event_log::testing::MemoryStorage> storage_;
  std::vector<std::unique_ptr<Instance>> instances_;
};

}  // namespace prihvat::testkit
