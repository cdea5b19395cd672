#include "tests/simulation/simulation.h"

#include <algorithm>
#include <cstdio>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "libs/base/digest.h"
#include "libs/es/values.h"
#include "libs/event_log/partitioner.h"
#include "libs/event_log/seal.h"
#include "libs/event_log/testing/records.h"
#include "libs/evidence/verifier.h"

namespace prihvat::testkit {
namespace {

using event_log::testing::AppendFault;
using runtime::CommandReply;

constexpr int32_t kPartitions = 2;
constexpr int kSteps = 400;
constexpr size_t kHalls = 3;  // instances of the service that gives seats; the others are doors
const char* const kOperations[] = {"operations/ba", "operations/rs", "operations/me"};
const std::vector<int> kBoth = {1, 2};
constexpr absl::Duration kSkew = absl::Seconds(5);  // ServiceOptions::max_clock_skew
// A clock that was set back is noticed at the next step, which a pause may hold up.
constexpr absl::Duration kNotice = absl::Seconds(10);

bool IsDoor(const World::Instance& instance) { return instance.definition.name == "door"; }

std::string RequestId(char series, size_t n) {
  char id[64];
  std::snprintf(id, sizeof id, "00000000-0000-4000-%c000-%012zu", series, n);
  return id;
}

// What tells a client that nothing of its command was or will be stored; also a rejection.
bool IsDefinite(const std::string& reason) {
  return reason == "MAILBOX_FULL" || reason == "DEADLINE_PASSED" || reason == "APPEND_FAILED" ||
         reason == "SHUTTING_DOWN" || reason == "HALL_FULL";
}

}  // namespace

void Simulation::Tally::Add(const Tally& other) {
  acknowledged += other.acknowledged;
  vacated += other.vacated;
  mailbox_full += other.mailbox_full;
  late += other.late;
  reads_at_once += other.reads_at_once;
  reads_waited += other.reads_waited;
  reads_in_vain += other.reads_in_vain;
  views_old += other.views_old;
  views_new += other.views_new;
  disk_full += other.disk_full;
  disk_broken += other.disk_broken;
  jumps += other.jumps;
}

Simulation::Simulation(uint64_t seed)
    : seed_(seed),
      clocks_jump_(seed / 4 % 2 == 1),
      world_(ToyTopics(kPartitions), kPartitions, seed),
      plain_log_(world_.Connect()),
      fold_(*plain_log_) {
  // With seals in three seeds of four, so often that they meet every fault.
  if (seed % 4 != 0) world_.SealWith({event_log::testing::KnownSigner(), 5, absl::Seconds(2)});
  world_.Tune([seed](runtime::ServiceOptions& options) {
    options.view_build_records = 2 + seed % 5;  // so that a build takes long enough to be disturbed
    if (seed % 4 == 1) return;
    options.mailbox_limit = 3 + seed % 6;
    options.batch_limit = 1 + seed % 4;
  });
  for (size_t i = 0; i < kHalls; ++i)
    world_.Add(HallsService(), absl::StrCat("halls-", i), static_cast<int>(i));
  for (int i = 0; i < 2; ++i) {
    versions_[world_.Add(DoorService({1}), absl::StrCat("door-", i), i).name] = {1};
  }
  for (const auto& instance : world_.instances()) NoteStart(*instance);
}

void Simulation::Run() {
  for (int step = 0; step < kSteps; ++step) {
    Fault();
    Send();
    Read();
    StepSome();
    world_.clock().Advance(DrawMs(60));
  }
  Heal();
  if (::testing::Test::HasFatalFailure()) return;  // what follows needs all of them
  CheckThatAllWork();
  CheckLog();
  CheckEvidence();
  if (::testing::Test::HasFailure()) return;  // with a fault, what follows may take very long
  CheckFolds();
}

std::string Simulation::Trace() {
  std::string all = answers_;
  for (const char* topic : {kHallsTopic, kDoorTopic}) {
    for (int32_t p = 0; p < kPartitions; ++p) {
      for (const auto& record : world_.storage().All({topic, p})) all += record.bytes;
    }
  }
  return base::Sha256Hex(all);
}

bool Simulation::Paused(const World::Instance& instance) {
  const auto it = paused_until_.find(instance.name);
  return it != paused_until_.end() && world_.clock().Now() < it->second;
}

std::string Simulation::Where(const World::Instance& instance) const {
  return absl::StrCat("at ", instance.name, " in its run ", instance.starts, "; seed ", seed_);
}

// --- Faults -------------------------------------------------------------------------------------

void Simulation::Fault() {
  World::Instance& victim = Any();
  if (Chance(2)) {
    world_.Crash(victim);
    leaving_.erase(victim.name);
    down_until_[victim.name] = world_.clock().Now() + DrawMs(4000);
  }
  if (Chance(1) && victim.core != nullptr) {
    victim.core->BeginStop();
    leaving_[victim.name] = world_.clock().Now() + absl::Seconds(3);
  }
  EndThoseThatLeave();
  if (Chance(2)) paused_until_[victim.name] = world_.clock().Now() + DrawMs(6000);
  FailCalls(victim);
  if (clocks_jump_) JumpClock(victim);
  HurtDisk(victim);
  StartThoseThatAreDue();
}

void Simulation::SetClock(World::Instance& victim, absl::Duration off) {
  if (victim.clock->off() == off) return;
  victim.clock->Jump(off);
  ++jumps_[victim.name];
  ++tally_.jumps;
}

// Mostly by less than keeps an owner from writing, and now and then by much more.
void Simulation::JumpClock(World::Instance& victim) {
  if (!Chance(2)) return;
  if (Chance(40)) return SetClock(victim, absl::ZeroDuration());
  if (Chance(60)) return SetClock(victim, DrawMs(8000) - absl::Seconds(4));
  const absl::Duration far = absl::Minutes(1) + DrawMs(3'600'000);
  SetClock(victim, Chance(50) ? far : -far);
}

// Of those that run: who starts looks for space first, and an open that runs out of it half-way
// ends the process in RocksDB.
void Simulation::HurtDisk(World::Instance& victim) {
  for (const auto& instance : world_.instances()) {
    if (instance->disk->full() && world_.clock().Now() >= full_until_[instance->name])
      instance->disk->Empty();
  }
  if (victim.core == nullptr) return;
  if (Chance(1)) {
    victim.disk->Fill(static_cast<int64_t>(Draw(8000)));
    full_until_[victim.name] = world_.clock().Now() + DrawMs(5000);
  }
  if (Chance(1)) victim.disk->Break();
}

void Simulation::FailCalls(World::Instance& victim) {
  if (Chance(8)) {
    static constexpr AppendFault kFaults[] = {
        AppendFault::kLoseAnswer, AppendFault::kLoseRecords,    AppendFault::kNotSent,
        AppendFault::kHold,       AppendFault::kHoldLoseAnswer, AppendFault::kNoOffsets,
        AppendFault::kDuplicate,  AppendFault::kLateAnswer,     AppendFault::kLoseTail,
        AppendFault::kLoseHead,   AppendFault::kLateTail};
    victim.log->FailNextAppends(1, kFaults[Draw(std::size(kFaults))]);
  }
  if (Chance(3))
    victim.log->FailNextReads(static_cast<int>(1 + Draw(3)), absl::UnavailableError("simulated"));
  if (Chance(3)) victim.log->SlowNextReads(static_cast<int>(1 + Draw(40)));
  if (Chance(10)) victim.log->ReleaseHeld();
}

void Simulation::StartThoseThatAreDue() {
  for (const auto& instance : world_.instances()) {
    if (instance->core != nullptr || world_.clock().Now() < down_until_[instance->name]) continue;
    if (IsDoor(*instance) && Chance(60)) {
      static const std::vector<int> kChoices[] = {{1}, {1, 2}, {1, 2}, {2}};
      ChangeViews(*instance, kChoices[Draw(std::size(kChoices))]);
    }
    const absl::Status started = world_.Start(*instance);
    // The log cannot be reached: as a process would, it ends and is started again.
    if (absl::IsUnavailable(started)) continue;
    if (instance->disk->full()) {
      EXPECT_TRUE(absl::IsResourceExhausted(started)) << started << " " << Where(*instance);
      continue;
    }
    ASSERT_TRUE(started.ok()) << started << " " << Where(*instance);
    NoteStart(*instance);
    if (IsDoor(*instance)) CheckVersions(*instance);
  }
}

void Simulation::NoteStart(const World::Instance& instance) {
  std::vector<event_log::Offset>& ends = ends_[instance.name];
  ends.clear();
  for (int32_t p = 0; p < kPartitions; ++p)
    ends.push_back(*world_.storage().End({instance.definition.topic, p}));
}

// What the next run of a door defines. A version that is not among them is dropped, and what was
// known of it.
void Simulation::ChangeViews(World::Instance& door, const std::vector<int>& versions) {
  door.definition = DoorService(versions);
  versions_[door.name] = versions;
  int& answering = answering_[door.name];
  if (std::find(versions.begin(), versions.end(), answering) == versions.end()) answering = 0;
}

// As a process does that was told to stop: it ends once it is drained, or when its time is over.
void Simulation::EndThoseThatLeave() {
  for (const auto& instance : world_.instances()) {
    const auto leaving = leaving_.find(instance->name);
    if (leaving == leaving_.end() || Paused(*instance)) continue;
    const bool in_time = world_.clock().Now() < leaving->second;
    if (instance->core != nullptr && !instance->core->Drained() && in_time) continue;
    if (instance->core != nullptr) instance->core->Abandon();
    world_.Crash(*instance);
    down_until_[instance->name] = world_.clock().Now() + DrawMs(1000);
    leaving_.erase(leaving);
  }
}

// --- Clients ------------------------------------------------------------------------------------

// Into sent_: something new, or a retry, of an acknowledged one too.
size_t Simulation::NewOrRetry() {
  if (!sent_.empty() && Chance(35)) return Draw(sent_.size());
  Sent fresh;
  fresh.operation = kOperations[Draw(std::size(kOperations))];
  fresh.hall = absl::StrCat("h", Draw(4));
  fresh.person = absl::StrCat(Chance(20) ? "shy" : "p", sent_.size());
  fresh.request_id = RequestId('8', sent_.size());
  sent_.push_back(std::move(fresh));
  return sent_.size() - 1;
}

void Simulation::Send() {
  const size_t count = Draw(4);
  for (size_t i = 0; i < count; ++i) {
    const size_t index = NewOrRetry();
    SendTo(*world_.instances()[Draw(kHalls)], index);
  }
  if (!Chance(5)) return;
  World::Instance& flooded = *world_.instances()[Draw(kHalls)];
  for (int i = 0; i < 12; ++i) SendTo(flooded, NewOrRetry());
}

void Simulation::SendTo(World::Instance& to, size_t index) {
  const absl::Time deadline = Chance(40) ? to.clock->Now() + DrawMs(300) : absl::InfiniteFuture();
  if (!Answers(to)) return;
  Sent& what = sent_[index];
  what.last_deadline = std::max(what.last_deadline, deadline);
  runtime::CommandRequest request =
      TakeSeat(what.operation, what.hall, what.person, what.request_id);
  request.deadline = deadline;
  const size_t call = calls_.size();
  calls_.push_back({&to, to.starts, index, deadline, deadline, jumps_[to.name]});
  to.core->Submit(std::move(request),
                  [this, call](const CommandReply& reply) { OnReply(call, reply); });
  CheckMailboxes(to);
}

void Simulation::OnReply(size_t call, const CommandReply& reply) {
  Call& asked = calls_[call];
  Sent& what = sent_[asked.index];
  EXPECT_EQ(++asked.answers, 1) << what.request_id << " was answered again " << Where(*asked.to);
  absl::StrAppend(&answers_, call, ":", reply.status.ok() ? "ok" : reply.reason, "\n");
  if (!reply.status.ok()) {
    what.may_be_stored |= !IsDefinite(reply.reason);
    if (reply.reason == "MAILBOX_FULL") {
      ++tally_.mailbox_full;
      EXPECT_EQ(reply.status.code(), absl::StatusCode::kResourceExhausted);
      EXPECT_GT(reply.retry_after, absl::ZeroDuration()) << "G13: when is worth a retry?";
    }
    if (reply.reason == "DEADLINE_PASSED") {
      ++tally_.late;
      if (asked.jumps == jumps_[asked.to->name]) {
        EXPECT_GE(asked.to->clock->Now(), asked.deadline) << "G13: too early " << Where(*asked.to);
      }
    }
    return;
  }
  what.may_be_stored = true;
  if (what.acknowledged) return;
  what.acknowledged = true;
  what.token = reply.token;
  acknowledged_.push_back(asked.index);
}

// With the token of a write that was acknowledged, mostly a late one, on any instance.
void Simulation::Read() {
  if (acknowledged_.empty() || !Chance(80)) return;
  const size_t late = std::min<size_t>(acknowledged_.size(), 4);
  const size_t index =
      acknowledged_[acknowledged_.size() - 1 - Draw(Chance(70) ? late : acknowledged_.size())];
  World::Instance& from = Any();
  const absl::Duration patience = DrawMs(2000);
  if (!Answers(from)) return;
  const absl::Time deadline = from.clock->Now() + patience;
  const size_t call = reads_.size();
  reads_.push_back(
      {&from, from.starts, index, deadline, world_.clock().Now() + patience, jumps_[from.name]});
  from.core->WhenSeen(sent_[index].token, deadline, {},
                      [this, call](const absl::Status& status) { OnSeen(call, status); });
  if (reads_[call].answers == 0) open_reads_.push_back(call);
}

void Simulation::OnSeen(size_t call, const absl::Status& status) {
  Call& read = reads_[call];
  EXPECT_EQ(++read.answers, 1) << "a read was answered again " << Where(*read.to);
  absl::StrAppend(&answers_, "read ", call, ":", status.ok(), "\n");
  const bool waited = std::erase(open_reads_, call) > 0;
  if (status.ok()) {
    ++(waited ? tally_.reads_waited : tally_.reads_at_once);
    return CheckRead(*read.to, sent_[read.index]);
  }
  if (!absl::IsDeadlineExceeded(status)) {
    EXPECT_TRUE(absl::IsUnavailable(status)) << status << " " << Where(*read.to);
    return;
  }
  ++tally_.reads_in_vain;
  if (read.jumps != jumps_[read.to->name]) return;
  EXPECT_GE(read.to->clock->Now(), read.deadline) << "G5: given up too early " << Where(*read.to);
}

void Simulation::StepSome() {
  for (size_t i = 0; i < 6; ++i) {
    World::Instance& instance = Any();
    if (Paused(instance)) continue;
    const bool ran = instance.core != nullptr;
    world_.Step(instance);
    if (ran && instance.core == nullptr) CheckEnd(instance);
    CheckWaits(instance);
    CheckReady(instance);
  }
}

void Simulation::Heal() {
  paused_until_.clear();
  for (const auto& instance : world_.instances()) {
    SetClock(*instance, absl::ZeroDuration());
    instance->disk->Empty();
    instance->disk->Mend();
    if (leaving_.contains(instance->name)) world_.Crash(*instance);
    if (!IsDoor(*instance) || versions_[instance->name] == kBoth) continue;
    world_.Crash(*instance);  // an upgrade, so that all have both versions in the end
    ChangeViews(*instance, kBoth);
  }
  for (const auto& instance : world_.instances()) {
    instance->log->ForgetFaults();
    if (instance->core == nullptr) (void)world_.Start(*instance);
    ASSERT_NE(instance->core, nullptr) << "it does not start " << Where(*instance);
  }
  for (int i = 0; i < 3; ++i) {
    for (const auto& instance : world_.instances()) instance->log->ReleaseHeld();
    world_.Settle(absl::Seconds(60));
  }
}

// --- Checks -------------------------------------------------------------------------------------

void Simulation::CheckMailboxes(const World::Instance& instance) {
  for (const auto& partition : instance.core->partitions()) {
    EXPECT_LE(static_cast<size_t>(partition->status().mailbox_depth),
              instance.core->options().mailbox_limit)
        << "G13: more commands wait than may " << Where(instance);
  }
}

// Only its disk ends an instance, and what it says of that is what an operator can act on.
void Simulation::CheckEnd(World::Instance& instance) {
  const absl::Status& why = instance.ended_why;
  if (absl::IsResourceExhausted(why)) {
    ++tally_.disk_full;
    EXPECT_TRUE(instance.disk->full()) << why << " " << Where(instance);
    EXPECT_NE(why.message().find("the disk is full: make space"), absl::string_view::npos) << why;
  } else {
    ++tally_.disk_broken;
    EXPECT_TRUE(instance.disk->broken()) << why << " " << Where(instance);
    EXPECT_NE(why.message().find("the simulated disk is broken"), absl::string_view::npos) << why;
  }
  down_until_[instance.name] = world_.clock().Now() + DrawMs(1000);
  leaving_.erase(instance.name);
}

// Who says that it is ready has seen all that stood in the log when it was started.
void Simulation::CheckReady(const World::Instance& instance) {
  std::vector<event_log::Offset>& ends = ends_[instance.name];
  if (ends.empty() || instance.core == nullptr || !instance.core->Ready()) return;
  for (size_t p = 0; p < ends.size(); ++p) {
    EXPECT_GE(instance.core->partitions()[p]->fence().next_offset, ends[p])
        << "it says that it is ready, and is behind the log " << Where(instance);
  }
  ends.clear();
}

// After a step nobody waits whose deadline is over.
void Simulation::CheckWaits(const World::Instance& instance) {
  std::erase_if(open_reads_, [&](size_t call) { return reads_[call].lost(); });
  for (const size_t call : open_reads_) {
    if (reads_[call].to != &instance) continue;
    const bool jumped = reads_[call].jumps != jumps_[instance.name];
    EXPECT_LT(world_.clock().Now(), reads_[call].due + (jumped ? kNotice : absl::ZeroDuration()))
        << "G5: a read waits past its deadline " << Where(instance);
  }
}

// What a read with the token of `write` finds, once the instance has said that it may.
void Simulation::CheckRead(World::Instance& instance, const Sent& write) {
  const common::v1::Position& position = write.token.positions(0);
  const std::string hall = write.operation + "/halls/" + write.hall;
  const auto look = instance.core->Look();
  EXPECT_GE(OffsetIn(look->token(), position.topic(), position.partition()), position.offset())
      << "G5: it answers from before the token " << Where(instance);
  const es::View view(look->entities());
  if (IsDoor(instance)) {
    EXPECT_EQ(view.Find<v1::Welcome>(write.operation + "/welcomes/" + write.person) != nullptr,
              !IsShy(write.person))
        << "G5: the token's effect on " << write.person << " is not there " << Where(instance);
    return CheckView(instance, hall, position.partition());
  }
  const auto* found = view.Find<v1::Hall>(hall);
  const std::vector<std::string> wanted = fold_.PeopleIn(
      hall, position.partition(), OffsetIn(look->token(), position.topic(), position.partition()));
  std::vector<std::string> people;
  if (found != nullptr) people.assign(found->people().begin(), found->people().end());
  EXPECT_EQ(std::count(people.begin(), people.end(), write.person), 1)
      << "G5: " << write.person << " is not in " << hall << " " << Where(instance);
  EXPECT_EQ(people, wanted) << "G6: not what the log says " << Where(instance);
}

// The view shows what the log says as of the look's own position, by whichever version answers; and
// once a version has answered here, it or a later one goes on answering while it is defined.
void Simulation::CheckView(World::Instance& door, const std::string& hall, int32_t partition) {
  const auto look = door.core->Look();
  const auto rows = look->view("guests");
  int& answering = answering_[door.name];
  if (!rows.ok()) {
    EXPECT_EQ(answering, 0) << "the view stopped answering: " << rows.status() << " "
                            << Where(door);
    return;
  }
  const auto people = static_cast<int>(
      fold_.PeopleIn(hall, partition, OffsetIn(look->token(), kHallsTopic, partition)).size());
  v1::Hall count;
  if (const auto row = (*rows)->Get(hall)) es::DecodeEntity(*row, count);
  if (people == 0) {
    EXPECT_EQ(count.taken(), 0) << "the view is ahead of the log " << Where(door);
    return;
  }
  const int version = count.taken() == people ? 1 : count.taken() == 10 * people ? 2 : 0;
  EXPECT_NE(version, 0) << "the view shows " << count.taken() << " for " << people << " people in "
                        << hall << " " << Where(door);
  EXPECT_GE(version, answering) << "the view went back to an old version " << Where(door);
  answering = version;
  tally_.views_old += version == 1 && versions_[door.name] == kBoth;
  tally_.views_new += version == 2;
}

void Simulation::CheckVersions(World::Instance& door) {
  for (int32_t p = 0; p < kPartitions; ++p) {
    for (const std::string& hall : fold_.Halls(p)) CheckView(door, hall, p);
  }
}

// When all faults are over each partition has an owner that takes commands.
void Simulation::CheckThatAllWork() {
  for (size_t i = 0; i < std::size(kOperations); ++i) {
    const auto p = static_cast<size_t>(event_log::PartitionOf(kOperations[i], kPartitions));
    World::Instance* owner = nullptr;
    for (const auto& instance : world_.instances()) {
      if (!IsDoor(*instance) &&
          instance->core->partitions()[p]->state() == runtime::Partition::State::kOwning)
        owner = instance.get();
    }
    ASSERT_NE(owner, nullptr) << "nobody decides for " << kOperations[i] << "; seed " << seed_;
    const CommandReply reply =
        world_.Do(*owner, TakeSeat(kOperations[i], "last", "p-last", RequestId('9', i)));
    EXPECT_TRUE(reply.status.ok())
        << "G13: refused though all is well: " << reply.status << " " << Where(*owner);
  }
  world_.Settle(absl::Seconds(60));
}

// The log alone: what is admitted, by request id, when it was decided, and how often each source
// event had its effect.
void Simulation::CheckLog() {
  std::map<std::string, int> admitted;
  std::map<std::string, int> seats;
  std::map<std::string, int> welcomes;
  std::map<std::string, absl::Time> deadlines;
  for (const Sent& sent : sent_) deadlines[sent.request_id] = sent.last_deadline;
  for (const event_log::TopicPartition& tp : AllPartitions()) {
    std::map<uint64_t, int> owners;
    for (const auto& record : world_.Admitted(tp)) {
      if (record.record.has_claim()) {
        tally_.vacated += record.record.claim().vacates();
        EXPECT_EQ(++owners[record.record.claim().term()], 1)
            << "two owners in one term; seed " << seed_;
        continue;
      }
      const log::v1::Commit& commit = record.record.commit();
      if (!commit.request_id().empty()) ++admitted[commit.request_id()];
      EXPECT_LE(es::FromProto(commit.recorded_at()), record.append_time + kSkew)
          << commit.request_id() << " was recorded by a clock that is off; seed " << seed_;
      const auto deadline = deadlines.find(commit.request_id());
      if (deadline != deadlines.end() && !clocks_jump_) {
        EXPECT_LT(es::FromProto(commit.recorded_at()), deadline->second)
            << "G13: " << commit.request_id() << " was decided after its deadline; seed " << seed_;
      }
      for (const log::v1::Event& event : commit.events()) {
        v1::SeatTaken taken;
        v1::Welcomed welcomed;
        if (event.type() == taken.GetDescriptor()->full_name() &&
            taken.ParseFromString(event.payload()) && !IsShy(taken.person()))
          ++seats[commit.operation() + taken.person()];
        if (event.type() == welcomed.GetDescriptor()->full_name() &&
            welcomed.ParseFromString(event.payload()))
          ++welcomes[commit.operation() + welcomed.person()];
      }
    }
  }
  EXPECT_EQ(welcomes, seats) << "G8: effects and causes differ; seed " << seed_;
  CheckSent(admitted);
}

std::vector<event_log::TopicPartition> Simulation::AllPartitions() {
  std::vector<event_log::TopicPartition> all;
  for (const char* topic : {kHallsTopic, kDoorTopic}) {
    for (int32_t p = 0; p < kPartitions; ++p) all.push_back({topic, p});
  }
  return all;
}

// What clients were told, against the log.
void Simulation::CheckSent(const std::map<std::string, int>& admitted) {
  for (const Call& call : calls_) {
    if (call.answers == 0 && call.lost()) sent_[call.index].may_be_stored = true;
    EXPECT_TRUE(call.answers == 1 || call.lost())
        << "G13: " << sent_[call.index].request_id << " was never answered " << Where(*call.to);
  }
  for (const Call& read : reads_) {
    EXPECT_TRUE(read.answers == 1 || read.lost())
        << "G5: a read was never answered " << Where(*read.to);
  }
  for (const Sent& sent : sent_) {
    const auto found = admitted.find(sent.request_id);
    const int effects = found == admitted.end() ? 0 : found->second;
    tally_.acknowledged += sent.acknowledged;
    EXPECT_LE(effects, 1) << "G3: " << sent.request_id << " took effect twice; seed " << seed_;
    if (sent.acknowledged) {
      EXPECT_EQ(effects, 1) << "G1: " << sent.request_id << " was acknowledged and is lost; seed "
                            << seed_;
    }
    if (!sent.may_be_stored) {
      EXPECT_EQ(effects, 0) << "G13: " << sent.request_id
                            << " is in the log, though its client was told that nothing was "
                               "stored; seed "
                            << seed_;
    }
  }
}

// Verification finds nothing in what honest instances and a faulty network made.
void Simulation::CheckEvidence() {
  const auto key = event_log::testing::KnownSigner();
  const auto trusted = event_log::TrustedKeys::Parse(
      event_log::TrustedKeys::LineOf({key->key_id(), key->public_key()}));
  int64_t seals = 0;
  for (const event_log::TopicPartition& tp : AllPartitions()) {
    evidence::PartitionVerifier verifier(tp, kPartitions, &*trusted);
    for (const auto& record : world_.storage().All(tp)) verifier.Add(record.bytes);
    verifier.Finish();
    const evidence::PartitionReport& report = verifier.report();
    EXPECT_FALSE(report.finding) << "G10: " << evidence::ToString(*report.finding) << "; seed "
                                 << seed_;
    seals += report.seals;
  }
  if (seed_ % 4 != 0) {
    EXPECT_GT(seals, 0) << "seed " << seed_;
  }
}

// Equal folds everywhere, and equal to a store made afresh from the log; of each version of the
// view too, and equal to the plain fold.
void Simulation::CheckFolds() {
  World::Instance& fresh_halls = world_.Add(HallsService(), "halls-9", 9);
  World::Instance& fresh_door = world_.Add(DoorService(kBoth), "door-9", 9);
  world_.Settle(absl::Seconds(60));
  for (const auto& instance : world_.instances()) {
    ASSERT_NE(instance->core, nullptr);
    const World::Instance& fresh = IsDoor(*instance) ? fresh_door : fresh_halls;
    EXPECT_EQ(*instance->core->Checksum(), *fresh.core->Checksum())
        << "G6: it differs from a rebuild " << Where(*instance);
    EXPECT_EQ(*instance->core->RequestChecksum(), *fresh.core->RequestChecksum())
        << "G3: it remembers other request ids than a rebuild " << Where(*instance);
    EXPECT_TRUE(instance->core->Ready()) << "it is not ready " << Where(*instance);
    if (!IsDoor(*instance)) continue;
    for (int32_t p = 0; p < kPartitions; ++p) {
      for (const std::string& hall : fold_.Halls(p)) {
        const auto people = static_cast<int>(fold_.PeopleIn(hall, p, INT64_MAX).size());
        for (const auto& [family, wanted] :
             {std::pair("view:guests@1", people), std::pair("view:guests@2", 10 * people)}) {
          v1::Hall count;
          es::DecodeEntity(instance->core->store().Read(family)->Get(hall).value_or(""), count);
          EXPECT_EQ(count.taken(), wanted)
              << "G6: " << family << " counts wrong in " << hall << " " << Where(*instance);
        }
      }
    }
  }
}

}  // namespace prihvat::testkit
