#include "libs/testkit/world.h"

#include <algorithm>

#include "libs/base/check.h"

namespace prihvat::testkit {

World::Instance& World::Add(const runtime::ServiceDefinition& definition, std::string name,
                            int rank) {
  auto instance = std::make_unique<Instance>();
  instance->name = std::move(name);
  instance->definition = definition;
  instance->rank = rank;
  instance->memory = std::make_unique<event_log::testing::MemoryLog>(storage_);
  instance->log =
      std::make_unique<event_log::testing::FaultyLog>(*instance->memory, random_.Next());
  instance->disk = std::make_unique<StoreDisk>();
  instance->clock = std::make_unique<LocalClock>(clock_);
  instance->random = std::make_unique<base::SeededRandom>(random_.Next());
  instances_.push_back(std::move(instance));
  const absl::Status started = Start(*instances_.back());
  PRIHVAT_CHECK(started.ok(), started.ToString());
  return *instances_.back();
}

absl::Status World::Start(Instance& instance) {
  runtime::ServiceOptions options;
  options.instance = instance.name;
  options.address = instance.name;
  options.store_dir = "/store";
  options.partitions = partitions_;
  options.rank = instance.rank;
  options.store_cache_bytes = 32 << 20;  // so that write buffers are not written all the time
  options.seals = seals_;
  options.last_heard = [this, &instance](const std::string& address) {
    for (const auto& other : instances_) {
      if (other->name == address && other->core != nullptr)
        return other->alive_at + instance.clock->off();
    }
    return absl::InfinitePast();
  };
  tune_(options);
  instance.disk->Mend();
  auto core = runtime::ServiceCore::Open(
      instance.definition, options, *instance.log, *instance.clock, *instance.random, [] {},
      instance.disk->env());
  if (!core.ok()) return core.status();
  instance.core = *std::move(core);
  instance.alive_at = clock_.Now();
  ++instance.starts;
  return absl::OkStatus();
}

void World::Crash(Instance& instance) { instance.core.reset(); }

bool World::Step(Instance& instance) {
  if (instance.core == nullptr) return false;
  instance.alive_at = clock_.Now();
  auto stepped = instance.core->Step();
  if (stepped.ok()) return *stepped;
  instance.ended_why = stepped.status();
  instance.core->BeginStop();
  instance.core->Abandon();
  Crash(instance);
  return false;
}

void World::Settle(absl::Duration limit) {
  const absl::Time end = clock_.Now() + limit;
  int quiet = 0;
  while (clock_.Now() < end && quiet < 30) {
    bool worked = false;
    for (int i = 0; i < 1000;
         ++i) {  // bounded: a step that always claims to have worked is a fault
      bool any = false;
      for (const auto& instance : instances_) any |= Step(*instance);
      worked |= any;
      if (!any) break;
      PRIHVAT_CHECK(i < 999, "the world never comes to rest");
    }
    // Nothing to do now must mean sleep: else the service's thread would spin.
    for (const auto& instance : instances_) {
      if (instance->core == nullptr) continue;
      PRIHVAT_CHECK(instance->core->next_wake() > instance->clock->Now(),
                    "an idle instance asks to be woken at once");
    }
    quiet = worked ? 0 : quiet + 1;
    clock_.Advance(absl::Milliseconds(100));
  }
}

void World::Pass(absl::Duration time) {
  const absl::Time end = clock_.Now() + time;
  while (clock_.Now() < end) {
    clock_.Advance(std::min(absl::Seconds(1), end - clock_.Now()));
    for (const auto& instance : instances_) {
      for (int i = 0; i < 100 && Step(*instance); ++i) {
      }
    }
  }
}

runtime::CommandReply World::Do(Instance& instance, runtime::CommandRequest request) {
  runtime::CommandReply reply;
  bool answered = false;
  instance.core->Submit(std::move(request), [&](runtime::CommandReply r) {
    reply = std::move(r);
    answered = true;
  });
  for (int i = 0; i < 1000 && !answered; ++i) {
    for (const auto& other : instances_) Step(*other);
    clock_.Advance(absl::Milliseconds(10));
  }
  PRIHVAT_CHECK(answered, "a command was never answered");
  return reply;
}

std::vector<event_log::JudgedRecord> World::Admitted(const event_log::TopicPartition& tp) {
  event_log::testing::MemoryLog log(storage_);
  auto reader = event_log::AdmittedReader::Open(log, tp, {}, nullptr);
  PRIHVAT_CHECK(reader.ok(), reader.status().ToString());
  std::vector<event_log::JudgedRecord> all;
  while (true) {
    auto records = (*reader)->Read(1000, absl::InfinitePast());
    PRIHVAT_CHECK(records.ok(), records.status().ToString());
    if (records->empty()) return all;
    for (auto& record : *records) {
      if (record.verdict != event_log::Verdict::kVoid) all.push_back(std::move(record));
    }
  }
}

}  // namespace prihvat::testkit
