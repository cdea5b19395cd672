// Whole services under faults, on one thread, from a seed: the real runtime and store over a
// simulated log, clock and disk. Three instances of a service that gives seats, two of one that
// reacts; clients that send commands with and without deadlines, retry them, and read with the
// tokens of what was acknowledged, on any instance; crashes, pauses, ends in good order, lost, late
// and torn appends, failed and slow reads, disks that are full or broken, clocks that jump,
// mailboxes of a few commands, and restarts with other versions of a view. What must hold is
// checked as it happens and at the end, by GoogleTest's expectations.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "libs/testkit/toy_domain.h"
#include "libs/testkit/world.h"
#include "tests/simulation/plain_fold.h"

namespace prihvat::testkit {

class Simulation {
 public:
  explicit Simulation(uint64_t seed);

  void Run();

  // How often happened what the checks are about: none of it must be a check of nothing.
  struct Tally {
    size_t acknowledged = 0;
    int vacated = 0;        // partitions that their owner has left, as its last act
    int mailbox_full = 0;   // commands refused so
    int late = 0;           // commands not decided: their deadline had passed
    int reads_at_once = 0;  // with a token, answered at once
    int reads_waited = 0;   // answered after a wait
    int reads_in_vain = 0;  // that reached their deadline
    int views_old = 0;      // answered by an old version while the new one was being built
    int views_new = 0;      // answered by the new version
    int disk_full = 0;      // instances that a full disk has ended
    int disk_broken = 0;    // that one which fails has
    int jumps = 0;          // of clocks

    void Add(const Tally& other);
  };
  const Tally& tally() const { return tally_; }

  // What happened, answers included, as one digest: the same seed gives the same.
  std::string Trace();

 private:
  struct Sent {
    std::string operation;
    std::string hall;
    std::string person;
    std::string request_id;
    bool acknowledged = false;
    common::v1::Token token;                          // of the first acknowledgement
    absl::Time last_deadline = absl::InfinitePast();  // the latest that any attempt had
    bool may_be_stored = false;                       // by what was answered to some attempt
  };
  // A call to one run of one instance.
  struct Call {
    World::Instance* to = nullptr;
    int run = 0;       // World::Instance::starts at that time
    size_t index = 0;  // into sent_: what is sent, or whose token is read with
    absl::Time deadline = absl::InfiniteFuture();  // by the instance's clock
    absl::Time due = absl::InfiniteFuture();       // the same by the world's
    int jumps = 0;                                 // of the instance's clock until then
    int answers = 0;
    bool lost() const { return to->core == nullptr || to->starts != run; }
  };

  uint64_t Draw(uint64_t bound) { return world_.random().Uniform(bound); }
  bool Chance(uint64_t percent) { return Draw(100) < percent; }
  absl::Duration DrawMs(uint64_t bound) {
    return absl::Milliseconds(static_cast<int64_t>(Draw(bound)));
  }
  World::Instance& Any() { return *world_.instances()[Draw(world_.instances().size())]; }
  bool Paused(const World::Instance& instance);
  void NoteStart(const World::Instance& instance);
  bool Answers(const World::Instance& instance) {
    return instance.core != nullptr && !Paused(instance);
  }

  // Faults.
  void Fault();
  void FailCalls(World::Instance& victim);
  void SetClock(World::Instance& victim, absl::Duration off);
  void JumpClock(World::Instance& victim);
  void HurtDisk(World::Instance& victim);
  void StartThoseThatAreDue();
  void EndThoseThatLeave();
  void ChangeViews(World::Instance& door, const std::vector<int>& versions);

  // Clients.
  void Send();
  size_t NewOrRetry();
  void SendTo(World::Instance& to, size_t index);
  void OnReply(size_t call, const runtime::CommandReply& reply);
  void Read();
  void OnSeen(size_t call, const absl::Status& status);

  void StepSome();
  void Heal();

  // Checks.
  void CheckMailboxes(const World::Instance& instance);
  void CheckWaits(const World::Instance& instance);
  void CheckEnd(World::Instance& instance);
  void CheckReady(const World::Instance& instance);
  void CheckRead(World::Instance& instance, const Sent& write);
  void CheckView(World::Instance& instance, const std::string& hall, int32_t partition);
  void CheckVersions(World::Instance& door);
  void CheckThatAllWork();
  void CheckLog();
  void CheckSent(const std::map<std::string, int>& admitted);
  void CheckEvidence();
  void CheckFolds();
  std::string Where(const World::Instance& instance) const;
  static std::vector<event_log::TopicPartition> AllPartitions();

  uint64_t seed_;
  const bool clocks_jump_;  // in half of the seeds: elsewhere times can be compared
  World world_;
  std::unique_ptr<event_log::EventLog> plain_log_;  // without faults
  PlainFold fold_;
  std::vector<Sent> sent_;
  std::vector<size_t> acknowledged_;  // indexes into sent_
  std::vector<Call> calls_;           // never shrinks: callbacks know them by index
  std::vector<Call> reads_;           // likewise
  std::vector<size_t> open_reads_;    // of these the unanswered
  std::map<std::string, absl::Time> down_until_;
  std::map<std::string, absl::Time> paused_until_;
  std::map<std::string, absl::Time> full_until_;
  std::map<std::string, int> jumps_;  // of the clock of that instance
  // Where the own topic ended when the run began that has not been ready yet; empty: it has been.
  std::map<std::string, std::vector<event_log::Offset>> ends_;
  std::map<std::string, absl::Time> leaving_;  // told to stop, with the time until which it may
  std::map<std::string, std::vector<int>> versions_;  // of the view, that a door defines
  std::map<std::string, int> answering_;  // the highest that has answered there; 0: none
  Tally tally_;
  std::string answers_;  // for the trace
};

}  // namespace prihvat::testkit
