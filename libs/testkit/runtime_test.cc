// The runtime's promises one by one, on a world stepped by hand. The seeded simulation
// (tests/simulation) mixes them.
#include <set>
#include <thread>

#include "absl/algorithm/container.h"
#include "fmt/format.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/es/values.h"
#include "libs/event_log/testing/records.h"
#include "libs/runtime/keys.h"
#include "libs/state_store/state_store.h"
#include "libs/testkit/toy_domain.h"
#include "libs/testkit/world.h"
#include "prihvat/common/v1/work_list.pb.h"

namespace prihvat::testkit {
namespace {

using event_log::testing::AppendFault;
using runtime::CommandReply;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using v1::Hall;
using v1::Welcome;

std::string Id(int n) {
  return "00000000-0000-4000-8000-" + std::string(12 - std::to_string(n).size(), '0') +
         std::to_string(n);
}

template <class T>
T Entity(World::Instance& instance, const std::string& name) {
  const auto look = instance.core->Look();
  es::View view(look->entities());
  const T* found = view.Find<T>(name);
  return found == nullptr ? T() : *found;
}

// As the store itself has it, whatever has been answered.
bool Stored(World::Instance& instance, const std::string& hall, const std::string& person) {
  const auto rows = instance.core->store().Read(state_store::kEntities);
  es::View view(*rows);
  const Hall* found = view.Find<Hall>(hall);
  return found != nullptr && absl::c_linear_search(found->people(), person);
}

class RuntimeTest : public ::testing::Test {
 protected:
  RuntimeTest() : world_(ToyTopics(1), 1, 42) {}

  World::Instance& Halls() {
    World::Instance& halls = world_.Add(HallsService(), "halls-0");
    world_.Settle();
    EXPECT_TRUE(halls.core->Ready());
    return halls;
  }

  World world_;
};

TEST_F(RuntimeTest, AnAcceptedCommandIsSeenByItsTokenAndCarriesEtagAndNumber) {
  World::Instance& halls = Halls();
  const CommandReply reply = world_.Do(halls, TakeSeat("operations/ba", "h", "ana", Id(1)));
  ASSERT_TRUE(reply.status.ok()) << reply.status;
  EXPECT_EQ(reply.resource, "operations/ba/halls/h");
  const Hall hall = Entity<Hall>(halls, reply.resource);
  EXPECT_EQ(hall.taken(), 1);
  EXPECT_EQ(reply.etag, es::EtagOf(hall));
  ASSERT_EQ(reply.document_numbers.size(), 1u);
  EXPECT_EQ(reply.document_numbers[0].number, 1);
  ASSERT_EQ(reply.token.positions_size(), 1);
  EXPECT_EQ(reply.token.positions(0).topic(), kHallsTopic);
  bool seen = false;
  halls.core->WhenSeen(reply.token, world_.clock().Now(), {},
                       [&](absl::Status s) { seen = s.ok(); });
  EXPECT_TRUE(seen) << "G5: a caller reads its own write";
}

TEST_F(RuntimeTest, G3_ARequestIdTakesEffectOnceAndTheRepeatAnswersTheSame) {
  World::Instance& halls = Halls();
  const CommandReply first = world_.Do(halls, TakeSeat("operations/ba", "h", "ana", Id(1)));
  world_.Do(halls, TakeSeat("operations/ba", "h", "ben", Id(2)));
  for (int restart = 0; restart < 2; ++restart) {
    const CommandReply again = world_.Do(halls, TakeSeat("operations/ba", "h", "ana", Id(1)));
    ASSERT_TRUE(again.status.ok()) << again.status;
    EXPECT_TRUE(again.repeated);
    EXPECT_EQ(again.etag, first.etag);
    EXPECT_EQ(again.document_numbers, first.document_numbers);
    world_.Crash(halls);
    ASSERT_TRUE(world_.Start(halls).ok());
    world_.Settle();
  }
  EXPECT_EQ(Entity<Hall>(halls, "operations/ba/halls/h").taken(), 2);
}

TEST_F(RuntimeTest, G3_ARepeatWithinOneBatchTakesEffectOnce) {
  World::Instance& halls = Halls();
  int answered = 0;
  int repeated = 0;
  for (int i = 0; i < 3; ++i) {
    halls.core->Submit(TakeSeat("operations/ba", "h", "ana", Id(1)), [&](CommandReply reply) {
      EXPECT_TRUE(reply.status.ok()) << reply.status;
      ++answered;
      repeated += reply.repeated;
    });
  }
  world_.Settle();
  EXPECT_EQ(answered, 3);
  EXPECT_EQ(repeated, 2);
  EXPECT_EQ(Entity<Hall>(halls, "operations/ba/halls/h").taken(), 1);
}

TEST_F(RuntimeTest, B8_ARequestIdReusedForAnotherRequestIsRefused) {
  World::Instance& halls = Halls();
  world_.Do(halls, TakeSeat("operations/ba", "h", "ana", Id(1)));
  const CommandReply reply = world_.Do(halls, TakeSeat("operations/ba", "h", "ben", Id(1)));
  EXPECT_EQ(reply.status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(reply.reason, "REQUEST_ID_REUSED");
  EXPECT_EQ(Entity<Hall>(halls, "operations/ba/halls/h").taken(), 1);
}

TEST_F(RuntimeTest, RequestIdsAreForgottenAfterTheirWindow) {
  World::Instance& halls = Halls();
  world_.Do(halls, TakeSeat("operations/ba", "h", "ana", Id(1)));
  world_.clock().Advance(absl::Hours(24 * 31));
  world_.Settle();
  world_.Do(halls, TakeSeat("operations/ba", "h", "ben", Id(2)));
  int rows = 0;
  halls.core->store()
      .Read(state_store::kRequests)
      ->Scan("", "", [&](std::string_view, std::string_view) { return ++rows; });
  EXPECT_EQ(rows, 2) << "one request id, one row of its age";
  // Who folds it all later forgets the same ones.
  World::Instance& fresh = world_.Add(HallsService(), "halls-1", 1);
  world_.Settle();
  EXPECT_EQ(*fresh.core->RequestChecksum(), *halls.core->RequestChecksum());
}

TEST_F(RuntimeTest, G6_ARequestIdTheMoreChangesTheChecksumOfRequestsAlone) {
  World::Instance& halls = Halls();
  world_.Do(halls, TakeSeat("operations/ba", "h", "ana", Id(1)));
  const std::string entities = *halls.core->Checksum();
  const std::string requests = *halls.core->RequestChecksum();
  state_store::StateStore::Batch batch = halls.core->store().NewBatch();
  batch.Rows(state_store::kRequests)
      .Put(runtime::RequestKey(0, "operations/ba", "p", Id(2)), "reply");
  ASSERT_TRUE(halls.core->store().Commit(std::move(batch)).ok());
  EXPECT_EQ(*halls.core->Checksum(), entities);
  EXPECT_NE(*halls.core->RequestChecksum(), requests);
}

TEST_F(RuntimeTest, AnOutcomeUnknownIsSettledByARetryWhetherOrNotItWasStored) {
  for (const AppendFault fault :
       {AppendFault::kLoseAnswer, AppendFault::kLoseRecords, AppendFault::kHoldLoseAnswer}) {
    World world(ToyTopics(1), 1, 7);
    World::Instance& halls = world.Add(HallsService(), "halls-0");
    world.Settle();
    halls.log->FailNextAppends(1, fault);
    const CommandReply first = world.Do(halls, TakeSeat("operations/ba", "h", "ana", Id(1)));
    EXPECT_EQ(first.reason, "OUTCOME_UNKNOWN");
    EXPECT_EQ(first.status.code(), absl::StatusCode::kUnavailable);
    world.Settle();
    halls.log->ReleaseHeld();  // the late write lands after the new claim: void
    world.Settle();
    const CommandReply retry = world.Do(halls, TakeSeat("operations/ba", "h", "ana", Id(1)));
    ASSERT_TRUE(retry.status.ok()) << retry.status;
    EXPECT_EQ(retry.repeated, fault == AppendFault::kLoseAnswer);
    EXPECT_EQ(Entity<Hall>(halls, "operations/ba/halls/h").taken(), 1);
  }
}

TEST_F(RuntimeTest, AConfirmationWithoutOffsetsIsSettledByTheFold) {
  World::Instance& halls = Halls();
  halls.log->FailNextAppends(1, AppendFault::kNoOffsets);
  const CommandReply reply = world_.Do(halls, TakeSeat("operations/ba", "h", "ana", Id(1)));
  EXPECT_TRUE(reply.status.ok()) << reply.status;
  EXPECT_EQ(Entity<Hall>(halls, "operations/ba/halls/h").taken(), 1);
}

TEST_F(RuntimeTest, ARecordFoldedBeforeItsAnswerIsSettledAndTheInstanceSleeps) {
  World::Instance& halls = Halls();
  halls.log->FailNextAppends(1, AppendFault::kLateAnswer);
  bool answered = false;
  halls.core->Submit(TakeSeat("operations/ba", "h", "ana", Id(1)),
                     [&](const CommandReply& r) { answered = r.status.ok(); });
  world_.Settle(absl::Seconds(1));
  halls.log->ReleaseHeld();
  // Past the append's time-out; the world checks that the instance sleeps.
  for (int i = 0; i < 4; ++i) world_.Settle();
  EXPECT_TRUE(answered);
  EXPECT_EQ(Entity<Hall>(halls, "operations/ba/halls/h").taken(), 1);
}

TEST_F(RuntimeTest, ADuplicatedRecordCountsOnce) {
  World::Instance& halls = Halls();
  halls.log->FailNextAppends(1, AppendFault::kDuplicate);
  ASSERT_TRUE(world_.Do(halls, TakeSeat("operations/ba", "h", "ana", Id(1))).status.ok());
  ASSERT_TRUE(world_.Do(halls, TakeSeat("operations/ba", "h", "ben", Id(2))).status.ok());
  EXPECT_EQ(Entity<Hall>(halls, "operations/ba/halls/h").taken(), 2);
  EXPECT_EQ(halls.core->Status()[0].void_records, 1);
}

TEST_F(RuntimeTest, ACommitTooLargeIsRefusedAndHarmsNothingElse) {
  World::Instance& halls = Halls();
  std::vector<std::string> reasons(3);
  halls.core->Submit(TakeSeat("operations/ba", "h", "ana", Id(1)),
                     [&](CommandReply r) { reasons[0] = r.reason; });
  halls.core->Submit(TakeSeat("operations/ba", "h", "huge", Id(2)),
                     [&](CommandReply r) { reasons[1] = r.reason; });
  halls.core->Submit(TakeSeat("operations/ba", "h", "ben", Id(3)),
                     [&](CommandReply r) { reasons[2] = r.reason; });
  world_.Settle();
  EXPECT_EQ(reasons, (std::vector<std::string>{"", "COMMIT_TOO_LARGE", ""}));
  EXPECT_EQ(Entity<Hall>(halls, "operations/ba/halls/h").taken(), 2);
}

TEST_F(RuntimeTest, G13_AFullMailboxAnswersAtOnceAndAPassedDeadlineIsNotDecided) {
  World::Instance& halls = Halls();
  halls.log->FailNextAppends(1, AppendFault::kHold);
  int answered = 0;
  std::set<std::string> reasons;
  const auto note = [&](CommandReply reply) {
    ++answered;
    reasons.insert(reply.reason);
  };
  halls.core->Submit(TakeSeat("operations/ba", "h", "first", Id(1)), note);
  world_.Step(halls);  // in flight, held
  const size_t limit = halls.core->options().mailbox_limit;
  for (size_t i = 0; i < limit + 5; ++i) {
    runtime::CommandRequest request =
        TakeSeat("operations/ba", "h2", "p", Id(static_cast<int>(i) + 10));
    request.deadline = world_.clock().Now();
    halls.core->Submit(std::move(request), note);
  }
  EXPECT_EQ(answered, 5);
  EXPECT_EQ(reasons, std::set<std::string>{"MAILBOX_FULL"});
  halls.log->ReleaseHeld();
  world_.Settle();
  EXPECT_EQ(reasons, (std::set<std::string>{"", "DEADLINE_PASSED", "MAILBOX_FULL"}));
  EXPECT_EQ(Entity<Hall>(halls, "operations/ba/halls/h2").taken(), 0);
}

TEST_F(RuntimeTest, ManyCallersAreServedInTurn) {
  World::Instance& halls = Halls();
  std::vector<std::string> order;
  for (int i = 0; i < 4; ++i) {
    runtime::CommandRequest request =
        TakeSeat("operations/ba", "h", "flood" + std::to_string(i), Id(i + 1));
    request.principal = "flood";
    halls.core->Submit(std::move(request), [](CommandReply) {});
  }
  runtime::CommandRequest request = TakeSeat("operations/ba", "h", "single", Id(9));
  request.principal = "single";
  halls.core->Submit(std::move(request), [](CommandReply) {});
  world_.Settle();
  EXPECT_EQ(Entity<Hall>(halls, "operations/ba/halls/h").people(1), "single");
}

TEST_F(RuntimeTest, AnAnswerIsUnhurriedWhereNothingElseWaits) {
  World::Instance& halls = Halls();
  EXPECT_TRUE(world_.Do(halls, TakeSeat("operations/ba", "h", "alone", Id(1))).unhurried);
  std::vector<bool> unhurried;
  const auto note = [&](const CommandReply& reply) { unhurried.push_back(reply.unhurried); };
  halls.core->Submit(TakeSeat("operations/ba", "h", "one of two", Id(2)), note);
  halls.core->Submit(TakeSeat("operations/ba", "h", "the other", Id(3)), note);
  world_.Settle();
  EXPECT_THAT(unhurried, ElementsAre(false, false));
  halls.log->FailNextAppends(1, AppendFault::kHold);
  halls.core->Submit(TakeSeat("operations/ba", "h", "in flight", Id(4)), note);
  world_.Step(halls);
  halls.core->Submit(TakeSeat("operations/ba", "h", "behind it", Id(5)), note);
  halls.log->ReleaseHeld();
  world_.Settle();
  EXPECT_THAT(unhurried, ElementsAre(false, false, false, true));
}

// Alone, the answer goes before the store has the commit: whoever looks then, on another thread,
// waits for it. Answers to several come after the commit, and may look where they are.
TEST_F(RuntimeTest, G5_WhoIsAnsweredFindsItsWriteAtOnce) {
  World::Instance& halls = Halls();
  int submitted = 0;
  int found = 0;
  std::vector<std::thread> lookers;
  const auto look = [&](const std::string& person) {
    const Hall hall = Entity<Hall>(halls, "operations/ba/halls/h");
    const auto changes = halls.core->Changes(0, -1, 100);
    ASSERT_TRUE(changes.ok());
    found += absl::c_linear_search(hall.people(), person) &&
             changes->size() == static_cast<size_t>(hall.taken());
  };
  const auto submit = [&](const std::string& person) {
    halls.core->Submit(TakeSeat("operations/ba", "h", person, Id(++submitted)),
                       [&, person](const CommandReply& reply) {
                         ASSERT_TRUE(reply.status.ok());
                         if (!reply.unhurried) return look(person);
                         EXPECT_FALSE(Stored(halls, reply.resource, person));
                         lookers.emplace_back([&look, person] { look(person); });
                       });
  };
  for (const std::string person : {"alone", "alone again"}) {
    submit(person);
    world_.Settle();
    lookers.back().join();
  }
  EXPECT_EQ(lookers.size(), 2);
  submit("one of two");
  submit("the other");
  world_.Settle();
  EXPECT_EQ(found, submitted);
}

TEST_F(RuntimeTest, NoLookPassesAnAnswerWhoseCommitIsNotYetStored) {
  World::Instance& halls = Halls();
  const std::function<void()> looks[] = {
      [&] { (void)halls.core->Look(); }, [&] { (void)halls.core->Changes(0, -1, 1); },
      [&] { (void)halls.core->Checksum(); }, [&] { (void)halls.core->RequestChecksum(); }};
  ::testing::FLAGS_gtest_death_test_style = "threadsafe";  // the store has threads
  for (const std::function<void()>& look : looks) {
    const auto answer = [&] {
      halls.core->Submit(TakeSeat("operations/ba", "h", "alone", Id(1)),
                         [&](const CommandReply&) { look(); });
      world_.Settle();
    };
    EXPECT_DEATH(answer(), "before its commit");  // it would wait for itself
  }
}

TEST_F(RuntimeTest, ABatchWaitsAMomentForCallersWhoWereJustAnswered) {
  World::Instance& halls = Halls();
  int id = 0;
  int answered = 0;
  const auto submit = [&](int commands) {
    for (int i = 0; i < commands; ++i) {
      halls.core->Submit(TakeSeat("operations/ba", "h", "p", Id(++id)),
                         [&](const CommandReply&) { ++answered; });
    }
  };
  const auto step = [&] {
    for (int i = 0; i < 4; ++i) world_.Step(halls);
  };
  const auto answer_eight = [&](absl::Duration append_takes) {
    halls.log->FailNextAppends(1, AppendFault::kHold);
    submit(8);
    step();
    world_.clock().Advance(append_takes);
    halls.log->ReleaseHeld();
    step();
    ASSERT_EQ(answered, id);
  };
  answer_eight(absl::Milliseconds(4));
  submit(1);
  step();
  EXPECT_EQ(answered, id - 1) << "more may come";
  EXPECT_EQ(halls.core->next_wake(), world_.clock().Now() + absl::Milliseconds(1));
  world_.clock().Advance(absl::Milliseconds(1));
  step();
  EXPECT_EQ(answered, id) << "a quarter of the append has passed";
  submit(1);
  step();
  EXPECT_EQ(answered, id) << "nobody waits behind a batch of one";

  answer_eight(absl::Seconds(2));
  submit(6);
  step();
  EXPECT_EQ(answered, id) << "three quarters have come";

  answer_eight(absl::Seconds(2));
  submit(1);
  EXPECT_EQ(answered, id - 1);
  world_.clock().Advance(-absl::Hours(1));
  step();
  EXPECT_EQ(answered, id) << "a clock that jumps holds nobody up";
}

// Whoever sends them: an import of one's own does not delay one's own calls either.
TEST_F(RuntimeTest, ImportsHaveALaneOfTheirOwn) {
  World::Instance& halls = Halls();
  for (int i = 0; i < 4; ++i) {
    runtime::CommandRequest request =
        TakeSeat("operations/ba", "h", "import" + std::to_string(i), Id(i + 1));
    request.principal = "clerk" + std::to_string(i % 2);
    request.import_id = i % 2 == 0 ? "history" : "register";
    halls.core->Submit(std::move(request), [](CommandReply) {});
  }
  for (int i = 0; i < 2; ++i) {
    runtime::CommandRequest request =
        TakeSeat("operations/ba", "h", "call" + std::to_string(i), Id(i + 8));
    request.principal = "clerk0";
    halls.core->Submit(std::move(request), [](CommandReply) {});
  }
  world_.Settle();
  const Hall hall = Entity<Hall>(halls, "operations/ba/halls/h");
  EXPECT_THAT(hall.people(),
              ElementsAre("import0", "call0", "import1", "call1", "import2", "import3"));
}

TEST_F(RuntimeTest, G13_ImportsTakeHalfOfTheMailboxAtMost) {
  World::Instance& halls = Halls();
  halls.log->FailNextAppends(1, AppendFault::kHold);
  halls.core->Submit(TakeSeat("operations/ba", "h", "first", Id(1)), [](CommandReply) {});
  world_.Step(halls);  // in flight, held
  const int limit = static_cast<int>(halls.core->options().mailbox_limit);
  std::vector<CommandReply> refused;
  const auto note = [&](CommandReply reply) {
    if (reply.reason == "MAILBOX_FULL") refused.push_back(std::move(reply));
  };
  for (int i = 0; i < limit / 2 + 1; ++i) {
    runtime::CommandRequest request = TakeSeat("operations/ba", "h2", "p", Id(i + 10));
    request.import_id = "history";
    halls.core->Submit(std::move(request), note);
  }
  ASSERT_EQ(refused.size(), 1u);
  EXPECT_EQ(refused[0].reason, "MAILBOX_FULL");
  EXPECT_THAT(
      std::string(refused[0].status.message()),
      HasSubstr(fmt::format("{0} commands of imports wait; their limit is {0}", limit / 2)));
  for (int i = 0; i < limit / 2; ++i)
    halls.core->Submit(TakeSeat("operations/ba", "h3", "p", Id(i + 9000)), note);
  EXPECT_EQ(refused.size(), 1u) << "the other half is there for callers";
  halls.core->Submit(TakeSeat("operations/ba", "h3", "p", Id(8999)), note);
  ASSERT_EQ(refused.size(), 2u);
  EXPECT_THAT(std::string(refused[1].status.message()),
              HasSubstr(fmt::format("{0} commands wait; the limit is {0}", limit)));
  halls.log->ReleaseHeld();
  world_.Settle();
  EXPECT_EQ(refused.size(), 2u);
}

TEST_F(RuntimeTest, G2_AWokenZombieAcknowledgesNothingAndChangesNothing) {
  World::Instance& old_owner = Halls();
  World::Instance& standby = world_.Add(HallsService(), "halls-1", 1);
  world_.Settle();
  ASSERT_EQ(old_owner.core->partitions()[0]->state(), runtime::Partition::State::kOwning);

  // The owner sends a batch, and is then paused past its replacement; the batch lands late.
  old_owner.log->FailNextAppends(1, AppendFault::kHold);
  CommandReply zombie;
  bool answered = false;
  old_owner.core->Submit(TakeSeat("operations/ba", "h", "late", Id(1)), [&](CommandReply reply) {
    zombie = std::move(reply);
    answered = true;
  });
  world_.Step(old_owner);
  for (int i = 0; i < 100; ++i) {
    world_.clock().Advance(absl::Milliseconds(100));
    while (world_.Step(standby)) {
    }
  }
  ASSERT_EQ(standby.core->partitions()[0]->state(), runtime::Partition::State::kOwning);
  ASSERT_TRUE([&] {
    bool ok = false;
    standby.core->Submit(TakeSeat("operations/ba", "h", "new", Id(2)),
                         [&](CommandReply r) { ok = r.status.ok(); });
    for (int i = 0; i < 20; ++i) world_.Step(standby);
    return ok;
  }());

  old_owner.log->ReleaseHeld();
  world_.Settle();
  ASSERT_TRUE(answered);
  EXPECT_EQ(zombie.status.code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(old_owner.core->partitions()[0]->state(), runtime::Partition::State::kFollowing);
  for (World::Instance* instance : {&old_owner, &standby}) {
    const Hall hall = Entity<Hall>(*instance, "operations/ba/halls/h");
    ASSERT_EQ(hall.people_size(), 1) << instance->name;
    EXPECT_EQ(hall.people(0), "new");
  }
  EXPECT_EQ(*old_owner.core->Checksum(), *standby.core->Checksum());
}

// The owner folds its own commits by what it decided. One that lands elsewhere than it thought must
// still leave what everybody else folds.
TEST_F(RuntimeTest, G6_ACommitBehindAVoidRecordFoldsAlikeAtItsOwnerAndElsewhere) {
  World::Instance& owner = Halls();
  World::Instance& standby = world_.Add(HallsService(), "halls-1", 1);
  world_.Settle();
  const event_log::TopicPartition tp{kHallsTopic, 0};
  owner.log->FailNextAppends(1, AppendFault::kHold);
  CommandReply reply;
  owner.core->Submit(TakeSeat("operations/ba", "h", "ana", Id(1)),
                     [&](CommandReply r) { reply = std::move(r); });
  world_.Step(owner);
  const int64_t thought = owner.core->partitions()[0]->fence().next_offset;
  log::v1::Record nobodys;
  nobodys.mutable_commit()->set_claim_id(std::string(16, 'n'));
  standby.log->Append(tp, {nobodys.SerializeAsString()}, absl::InfiniteFuture(),
                      [](const event_log::AppendResult&) {});
  owner.log->ReleaseHeld();
  world_.Settle();
  ASSERT_TRUE(reply.status.ok()) << reply.status;
  EXPECT_EQ(reply.token.positions(0).offset(), thought + 1);
  EXPECT_EQ(Entity<Hall>(owner, "operations/ba/halls/h").last_offset(), thought + 1);
  EXPECT_EQ(*owner.core->Checksum(), *standby.core->Checksum());
}

TEST_F(RuntimeTest, G8_ASourceEventCausesOneEffectThroughCrashesOfTheTarget) {
  World::Instance& halls = Halls();
  World::Instance& door = world_.Add(DoorService(), "door-0");
  world_.Settle();
  for (int i = 0; i < 10; ++i) {
    ASSERT_TRUE(world_.Do(halls, TakeSeat("operations/ba", "h", "p" + std::to_string(i), Id(i + 1)))
                    .status.ok());
    if (i % 3 == 0)
      door.log->FailNextAppends(1, i % 2 ? AppendFault::kLoseRecords : AppendFault::kLoseAnswer);
    if (i % 4 == 1) {
      world_.Step(door);
      world_.Crash(door);
      ASSERT_TRUE(world_.Start(door).ok());
    }
  }
  world_.Settle(absl::Seconds(120));
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(Entity<Welcome>(door, "operations/ba/welcomes/p" + std::to_string(i)).times(), 1)
        << i;
  }
}

TEST_F(RuntimeTest, ARejectedReactionIsPutOnTheWorkListAndTheProcessGoesOn) {
  World::Instance& halls = Halls();
  World::Instance& door = world_.Add(DoorService(), "door-0");
  world_.Settle();
  world_.Do(halls, TakeSeat("operations/ba", "h", "grump", Id(1)));
  const CommandReply last = world_.Do(halls, TakeSeat("operations/ba", "h", "ana", Id(2)));
  bool seen = false;
  door.core->WhenSeen(last.token, world_.clock().Now() + absl::Seconds(60), {},
                      [&](absl::Status s) { seen = s.ok(); });
  world_.Settle();
  EXPECT_TRUE(seen) << "a token of the source is seen by the target once it has reacted";
  EXPECT_EQ(Entity<Welcome>(door, "operations/ba/welcomes/ana").times(), 1);
  const auto look = door.core->Look();
  int items = 0;
  es::View(look->entities())
      .ForEach<common::v1::WorkItem>("operations/ba/workItems",
                                     [&](std::string_view, const auto& item) {
                                       EXPECT_EQ(item.rejected().reason(), "UNWELCOME");
                                       return ++items;
                                     });
  EXPECT_EQ(items, 1);
}

// Marks, claims and seals change nothing that a reader could miss, and no mark covers them. A
// reader of an instance that does not own the partition would wait for them until its deadline.
TEST_F(RuntimeTest, G5_ATokenIsSeenByAStandbyWhateverFollowedTheLastEventOfItsSource) {
  World::Instance& halls = Halls();
  World::Instance& door = world_.Add(DoorService(), "door-0");
  World::Instance& standby = world_.Add(DoorService(), "door-1", 1);
  world_.Settle();
  world_.Do(halls, TakeSeat("operations/ba", "h", "ana", Id(1)));
  world_.Crash(halls);
  ASSERT_TRUE(world_.Start(halls).ok());  // its claim is the last record of the source
  world_.Settle();
  const CommandReply refused = world_.Do(halls, TakeSeat("operations/ba", "h", "eva", Id(1)));
  ASSERT_FALSE(refused.status.ok());
  for (const common::v1::Token& token : {halls.core->Look()->token(), refused.token}) {
    ASSERT_EQ(token.positions_size(), 1);
    for (World::Instance* reader : {&door, &standby}) {
      const auto seen = std::make_shared<bool>(false);  // it may be told after this test
      reader->core->WhenSeen(token, world_.clock().Now() + absl::Seconds(5), {},
                             [seen](absl::Status s) { *seen = s.ok(); });
      world_.Settle();
      EXPECT_TRUE(*seen) << reader->name << ": " << token.ShortDebugString();
    }
  }
  EXPECT_EQ(Entity<Welcome>(standby, "operations/ba/welcomes/ana").times(), 1);
}

// A rejected command may be large and may name people: the work item holds neither.
TEST_F(RuntimeTest, G8_G13_ReactionsTooLargeForARecordBecomeOneWorkItemAndTheProcessGoesOn) {
  World::Instance& halls = Halls();
  World::Instance& door = world_.Add(DoorService(), "door-0");
  world_.Settle();
  world_.Do(halls, TakeSeat("operations/ba", "h", "guest of honour", Id(1)));
  const CommandReply last = world_.Do(halls, TakeSeat("operations/ba", "h", "ana", Id(2)));
  bool seen = false;
  door.core->WhenSeen(last.token, world_.clock().Now() + absl::Seconds(60), {},
                      [&](absl::Status s) { seen = s.ok(); });
  world_.Settle();
  EXPECT_TRUE(seen) << "the process stands still";
  EXPECT_EQ(Entity<Welcome>(door, "operations/ba/welcomes/ana").times(), 1);
  EXPECT_EQ(Entity<Welcome>(door, "operations/ba/welcomes/guest of honour").times(), 0);
  const auto look = door.core->Look();
  std::vector<common::v1::WorkItem> items;
  es::View(look->entities())
      .ForEach<common::v1::WorkItem>("operations/ba/workItems",
                                     [&](std::string_view, const auto& item) {
                                       items.push_back(item);
                                       return true;
                                     });
  ASSERT_EQ(items.size(), 1u);
  EXPECT_EQ(items[0].rejected().reason(), "COMMIT_TOO_LARGE");
  EXPECT_EQ(items[0].rejected().count(), 1);
  EXPECT_EQ(items[0].rejected().source_topic(), testkit::kHallsTopic);
  EXPECT_GE(items[0].rejected().source_offset(), 1);
  EXPECT_NE(items[0].rejected().message().find("1048576"), std::string::npos)
      << items[0].rejected().message();
  EXPECT_LT(items[0].ByteSizeLong(), 2000u);
}

TEST_F(RuntimeTest, ANewVersionOfAViewIsBuiltBesideTheOldAndSwappedIn) {
  World::Instance& halls = Halls();
  World::Instance& door = world_.Add(DoorService({1}), "door-0");
  world_.Settle();
  for (int i = 0; i < 5; ++i)
    world_.Do(halls, TakeSeat("operations/ba", "h", "p" + std::to_string(i), Id(i + 1)));
  world_.Settle();
  const auto guests = [&] {
    const auto look = door.core->Look();
    auto rows = look->view("guests");
    EXPECT_TRUE(rows.ok()) << rows.status();
    Hall count;
    if (rows.ok()) es::DecodeEntity((*rows)->Get("operations/ba/halls/h").value_or(""), count);
    return count.taken();
  };
  EXPECT_EQ(guests(), 5);
  world_.Crash(door);
  door.definition = DoorService({1, 2});
  ASSERT_TRUE(world_.Start(door).ok());
  EXPECT_EQ(guests(), 5) << "the old version answers while the new one is built";
  const std::vector<runtime::ViewBuild> builds = door.core->ViewBuilds();
  ASSERT_EQ(builds.size(), 1u);
  EXPECT_EQ(builds[0].view, "guests@2");
  EXPECT_EQ(builds[0].topic, kHallsTopic);
  EXPECT_EQ(builds[0].built, 0);
  EXPECT_EQ(builds[0].wanted, 6) << "the claim and five seats";
  world_.Settle();
  EXPECT_THAT(door.core->ViewBuilds(), ::testing::IsEmpty());
  EXPECT_EQ(guests(), 50);
  EXPECT_EQ(Entity<Welcome>(door, "operations/ba/welcomes/p0").times(), 1)
      << "a rebuild causes nothing again";
  world_.Crash(door);
  door.definition = DoorService({2});
  ASSERT_TRUE(world_.Start(door).ok());
  world_.Settle();
  EXPECT_EQ(guests(), 50);
  EXPECT_FALSE(door.core->store().HasFamily("view:guests@1"));
}

// Where a standby wakes up after a long pause, its old answers are no use; it says so until it has
// folded what it missed.
TEST_F(RuntimeTest, AStandbyThatIsFarBehindIsNotReadyUntilItHasCaughtUp) {
  constexpr int kMissed = 600;  // more than a step folds
  World::Instance& halls = Halls();
  World::Instance& standby = world_.Add(HallsService(), "halls-1", 1);
  world_.Settle();
  ASSERT_TRUE(standby.core->Ready());
  int answered = 0;
  for (int i = 0; i < kMissed; ++i) {
    halls.core->Submit(TakeSeat("operations/ba", "h" + std::to_string(i), "ana", Id(i + 1)),
                       [&](const CommandReply& reply) { answered += reply.status.ok() ? 1 : 0; });
  }
  for (int i = 0; i < 100 && answered < kMissed; ++i) world_.Step(halls);
  ASSERT_EQ(answered, kMissed);
  for (int i = 0; i < 60; ++i) {
    world_.clock().Advance(absl::Seconds(1));
    world_.Step(halls);  // it lives, so nobody takes over
  }
  world_.Step(standby);
  EXPECT_FALSE(standby.core->Ready());
  EXPECT_TRUE(halls.core->Ready());
  // That the log gives nothing for a while does not say that there is no more.
  standby.log->FailNextReads(100, absl::DeadlineExceededError("nothing came in time"));
  for (int i = 0; i < 20; ++i) {
    world_.clock().Advance(absl::Milliseconds(500));
    world_.Step(halls);
    world_.Step(standby);
  }
  EXPECT_FALSE(standby.core->Ready());
  standby.log->ForgetFaults();
  world_.Settle();
  EXPECT_TRUE(standby.core->Ready());
}

TEST_F(RuntimeTest, HowLongCommandsWaitAndTakeIsCounted) {
  World::Instance& halls = Halls();
  halls.core->Submit(TakeSeat("operations/ba", "h", "ana", Id(1)), [](const CommandReply&) {});
  world_.clock().Advance(absl::Seconds(3));  // before anybody decides
  world_.Settle();
  // The hall is full after some of them.
  for (int i = 2; i <= 101; ++i) world_.Do(halls, TakeSeat("operations/ba", "h", "ana", Id(i)));
  const runtime::Counters counters = halls.core->counters();
  ASSERT_GT(counters.rejections, 0);
  EXPECT_EQ(counters.mailbox_wait.count(), 101);
  EXPECT_GE(counters.mailbox_wait.sum_seconds, 3);
  EXPECT_EQ(counters.commit_latency.count(), 101 - counters.rejections) << "no commit, no latency";
  EXPECT_GE(counters.commit_latency.sum_seconds, 3);
}

TEST_F(RuntimeTest, G6_AStoreRebuiltFromTheLogHasAnEqualChecksum) {
  World::Instance& halls = Halls();
  for (int i = 0; i < 50; ++i)
    world_.Do(halls, TakeSeat("operations/ba", "h" + std::to_string(i % 3), "p", Id(i + 1)));
  const std::string before = *halls.core->Checksum();
  World::Instance& fresh = world_.Add(HallsService(), "halls-1", 1);
  world_.Settle();
  EXPECT_EQ(*fresh.core->Checksum(), before);
  EXPECT_EQ(*fresh.core->RequestChecksum(), *halls.core->RequestChecksum());
  world_.Do(halls, TakeSeat("operations/ba", "h0", "q", Id(99)));
  EXPECT_NE(*halls.core->Checksum(), before);
}

TEST_F(RuntimeTest, AStoreThatDoesNotBelongToTheLogIsRefusedAtStart) {
  World::Instance& halls = Halls();
  world_.Do(halls, TakeSeat("operations/ba", "h", "ana", Id(1)));
  world_.Crash(halls);
  const auto records = world_.storage().All({kHallsTopic, 0});
  world_.storage().Truncate({kHallsTopic, 0}, static_cast<int64_t>(records.size()) - 1);
  absl::Status shorter = world_.Start(halls);
  EXPECT_EQ(shorter.code(), absl::StatusCode::kFailedPrecondition) << shorter;
  EXPECT_TRUE(world_.storage().Append({kHallsTopic, 0}, {"something else"}).ok());
  absl::Status different = world_.Start(halls);
  EXPECT_EQ(different.code(), absl::StatusCode::kFailedPrecondition) << different;
}

// Bounded: were it asked without a deadline, this would not come back.
TEST_F(RuntimeTest, G13_AStartOverALogThatHangsEndsAndSaysWhatItWaitedFor) {
  world_.Tune(
      [](runtime::ServiceOptions& options) { options.start_timeout = absl::Milliseconds(50); });
  World::Instance& halls = Halls();
  world_.Do(halls, TakeSeat("operations/ba", "h", "ana", Id(1)));
  world_.Crash(halls);
  halls.log->Hang(true);
  const absl::Status hung = world_.Start(halls);
  EXPECT_EQ(hung.code(), absl::StatusCode::kDeadlineExceeded) << hung;
  EXPECT_THAT(
      std::string(hung.message()),
      ::testing::AllOf(::testing::HasSubstr("test.halls/0: the log does not say what "
                                            "stands at offset 1"),
                       ::testing::HasSubstr("it was asked for 50ms"),
                       ::testing::HasSubstr("start again"), ::testing::HasSubstr("the log hangs")));
  halls.log->Hang(false);
  ASSERT_TRUE(world_.Start(halls).ok());
  world_.Settle();
  EXPECT_TRUE(world_.Do(halls, TakeSeat("operations/ba", "h", "ben", Id(2))).status.ok());
}

// The owner's clock is set back: what it records carries no earlier time than what stands there.
TEST_F(RuntimeTest, TimesOfRecordingNeverGoBack) {
  World::Instance& halls = Halls();
  const auto recorded_at = [&] {
    const log::v1::Commit commit = world_.Admitted({kHallsTopic, 0}).back().record.commit();
    return es::FromProto(commit.recorded_at());
  };
  world_.Do(halls, TakeSeat("operations/ba", "h", "ana", Id(1)));
  const absl::Time before = recorded_at();
  world_.clock().Set(before - absl::Hours(1));
  world_.Do(halls, TakeSeat("operations/ba", "h", "ben", Id(2)));
  EXPECT_EQ(recorded_at(), before) << "it stands still until the clock has caught up";
  world_.clock().Set(before + absl::Minutes(1));
  world_.Do(halls, TakeSeat("operations/ba", "h", "eva", Id(3)));
  EXPECT_GE(recorded_at(), before + absl::Minutes(1));
  EXPECT_LT(recorded_at(), before + absl::Minutes(2));
}

TEST_F(RuntimeTest, ARecordThatCannotBeFoldedStopsTheLineAndSaysSo) {
  World::Instance& halls = Halls();
  ASSERT_TRUE(world_.storage().Append({kHallsTopic, 0}, {std::string("\xff\xff\xff", 3)}).ok());
  world_.Settle();
  EXPECT_FALSE(halls.core->Ready());
  EXPECT_EQ(halls.core->Status()[0].state, "Stopped");
  EXPECT_NE(halls.core->Status()[0].stopped_why, "");
  EXPECT_EQ(world_.Do(halls, TakeSeat("operations/ba", "h", "ana", Id(1))).reason,
            "PARTITION_STOPPED");
}

TEST_F(RuntimeTest, AnOwnerWhoseClockIsOffWritesNothingAndSaysSo) {
  World::Instance& halls = world_.Add(HallsService(), "halls-0");
  // The log's clock is this world's; the instance's own is put an hour ahead by a claim that it
  // reads back late.
  halls.log->FailNextAppends(1, AppendFault::kNoOffsets);
  world_.Step(halls);
  world_.clock().Advance(absl::Hours(1));
  world_.Step(halls);
  EXPECT_NE(halls.core->partitions()[0]->state(), runtime::Partition::State::kOwning);
  EXPECT_NE(halls.core->Status()[0].stopped_why.find("clock"), std::string::npos);
  world_.clock().Advance(absl::Seconds(6));
  world_.Settle();
  EXPECT_EQ(halls.core->partitions()[0]->state(), runtime::Partition::State::kOwning)
      << "it recovers by itself";
}

// It is alive, so nobody would replace it. Where others could decide, they do.
TEST_F(RuntimeTest, AnOwnerWhoseClockIsOffLeavesToOneWhoseClockIsRight) {
  World::Instance& off = world_.Add(HallsService(), "halls-0");
  off.clock->Jump(absl::Hours(1));
  World::Instance& right = world_.Add(HallsService(), "halls-1", 1);
  world_.Settle();
  EXPECT_THAT(off.core->Status()[0].stopped_why, HasSubstr("clock"));
  ASSERT_EQ(right.core->partitions()[0]->state(), runtime::Partition::State::kOwning);
  EXPECT_TRUE(world_.Do(right, TakeSeat("operations/ba", "h", "ana", Id(1))).status.ok());
  const log::v1::Commit commit = world_.Admitted({kHallsTopic, 0}).back().record.commit();
  EXPECT_LE(es::FromProto(commit.recorded_at()), world_.clock().Now()) << "by the other's clock";
}

TEST_F(RuntimeTest, AnOwnerWhoseClockJumpsComparesItBeforeItWritesAnyMore) {
  World::Instance& off = Halls();
  World::Instance& right = world_.Add(HallsService(), "halls-1", 1);
  world_.Settle();
  ASSERT_EQ(off.core->partitions()[0]->state(), runtime::Partition::State::kOwning);
  off.clock->Jump(absl::Hours(1));
  EXPECT_EQ(world_.Do(off, TakeSeat("operations/ba", "h", "ana", Id(1))).reason, "NOT_OWNER");
  world_.Settle();
  EXPECT_TRUE(world_.Do(right, TakeSeat("operations/ba", "h", "ana", Id(1))).status.ok());
  for (const event_log::JudgedRecord& record : world_.Admitted({kHallsTopic, 0})) {
    if (!record.record.has_commit()) continue;
    EXPECT_LE(es::FromProto(record.record.commit().recorded_at()), world_.clock().Now());
  }
}

// Whatever is waited for, it is not for the time by which a clock was set back.
TEST_F(RuntimeTest, G13_AClockThatIsSetBackMakesNobodyWait) {
  World::Instance& halls = Halls();
  halls.log->FailNextAppends(1, AppendFault::kLoseRecords);
  EXPECT_EQ(world_.Do(halls, TakeSeat("operations/ba", "h", "ana", Id(1))).reason,
            "OUTCOME_UNKNOWN");
  halls.log->FailNextReads(1, absl::UnavailableError("gone"));
  common::v1::Token token;
  common::v1::Position& position = *token.add_positions();
  position.set_topic(kHallsTopic);
  position.set_offset(1000);
  absl::Status seen;
  halls.core->WhenSeen(token, halls.clock->Now() + absl::Seconds(3), {},
                       [&](absl::Status s) { seen = std::move(s); });
  world_.Step(halls);
  halls.clock->Jump(-absl::Hours(1));
  for (int i = 0; i < 60; ++i) {
    world_.clock().Advance(absl::Milliseconds(100));
    world_.Step(halls);
  }
  while (world_.Step(halls)) {
  }
  EXPECT_TRUE(absl::IsDeadlineExceeded(seen)) << seen;
  EXPECT_EQ(halls.core->partitions()[0]->fence().next_offset,
            *world_.storage().End({kHallsTopic, 0}));
}

TEST_F(RuntimeTest, G1_G6_AFullDiskEndsAnInstanceInWordsAndLosesNothing) {
  World::Instance& halls = Halls();
  ASSERT_TRUE(world_.Do(halls, TakeSeat("operations/ba", "h", "ana", Id(1))).status.ok());
  halls.disk->Fill(100);
  std::vector<std::string> reasons;
  for (const int n : {2, 3}) {
    halls.core->Submit(TakeSeat("operations/ba", "h", "ben", Id(n)),
                       [&](const CommandReply& reply) { reasons.push_back(reply.reason); });
  }
  world_.Settle();
  EXPECT_EQ(halls.core, nullptr);
  EXPECT_TRUE(absl::IsResourceExhausted(halls.ended_why)) << halls.ended_why;
  EXPECT_THAT(reasons, ElementsAre("OUTCOME_UNKNOWN", "OUTCOME_UNKNOWN"))
      << "they stand in the log, and not in the store";
  const absl::Status refused = world_.Start(halls);
  EXPECT_TRUE(absl::IsResourceExhausted(refused)) << refused;
  EXPECT_THAT(std::string(refused.message()), HasSubstr("the disk is full: make space"));
  halls.disk->Empty();
  ASSERT_TRUE(world_.Start(halls).ok());
  world_.Settle();
  EXPECT_TRUE(world_.Do(halls, TakeSeat("operations/ba", "h", "ben", Id(2))).repeated);
  World::Instance& fresh = world_.Add(HallsService(), "halls-1", 1);
  world_.Settle();
  EXPECT_EQ(*halls.core->Checksum(), *fresh.core->Checksum());
}

TEST_F(RuntimeTest, G1_WhoWasAnsweredAloneHasItsWriteThoughTheStoreCouldNotTakeIt) {
  World::Instance& halls = Halls();
  halls.disk->Fill(100);
  EXPECT_TRUE(world_.Do(halls, TakeSeat("operations/ba", "h", "ana", Id(1))).status.ok());
  EXPECT_EQ(halls.core, nullptr) << halls.ended_why;
  halls.disk->Empty();
  ASSERT_TRUE(world_.Start(halls).ok());
  world_.Settle();
  EXPECT_THAT(Entity<Hall>(halls, "operations/ba/halls/h").people(), ElementsAre("ana"));
}

// Its format is raised where a fold has changed, so what an earlier build folded must not stay.
TEST_F(RuntimeTest, G6_AStoreOfAnotherFormatIsRefusedAndFoldedAnew) {
  World::Instance& halls = Halls();
  ASSERT_TRUE(world_.Do(halls, TakeSeat("operations/ba", "h", "ana", Id(1))).status.ok());
  const std::string checksum = *halls.core->Checksum();
  const std::string key = runtime::FenceKey(kHallsTopic, 0);
  std::string fence = *halls.core->store().Read(state_store::kMeta)->Get(key);
  --fence.front();  // the format
  state_store::StateStore::Batch batch = halls.core->store().NewBatch();
  batch.Rows(state_store::kMeta).Put(key, fence);
  ASSERT_TRUE(halls.core->store().Commit(std::move(batch)).ok());
  world_.Crash(halls);
  const absl::Status refused = world_.Start(halls);
  EXPECT_TRUE(absl::IsFailedPrecondition(refused)) << refused;
  EXPECT_THAT(std::string(refused.message()),
              HasSubstr("move the store away and let it be rebuilt from the log"));
  halls.disk = std::make_unique<StoreDisk>();
  ASSERT_TRUE(world_.Start(halls).ok());
  world_.Settle();
  EXPECT_EQ(*halls.core->Checksum(), checksum);
}

TEST_F(RuntimeTest, TheFeedProvesThatNothingIsMissing) {
  World::Instance& halls = Halls();
  for (int i = 0; i < 6; ++i) {
    if (i == 3) halls.log->FailNextAppends(1, AppendFault::kDuplicate);
    world_.Do(halls, TakeSeat("operations/ba", "h", "p" + std::to_string(i), Id(i + 1)));
  }
  auto first = halls.core->Changes(0, -1, 4);
  ASSERT_TRUE(first.ok());
  auto rest = halls.core->Changes(0, first->back().offset, 100);
  ASSERT_TRUE(rest.ok());
  ASSERT_EQ(first->size() + rest->size(), 6u);
  EXPECT_EQ(first->front().previous_offset, -1) << "the claim before it is no commit";
  EXPECT_EQ(rest->front().previous_offset, first->back().offset);

  // Across a new claim too.
  world_.Crash(halls);
  ASSERT_TRUE(world_.Start(halls).ok());
  world_.Settle();
  world_.Do(halls, TakeSeat("operations/ba", "h", "p6", Id(7)));
  auto last = halls.core->Changes(0, rest->back().offset, 100);
  ASSERT_EQ(last->size(), 1u);
  EXPECT_EQ(last->front().previous_offset, rest->back().offset);
}

// The mark of a commit to which nobody reacted is written a while later; by then the source may
// have another owner.
TEST_F(RuntimeTest, G8_AMarkWrittenAfterANewClaimOfTheSourceIsOneToGoOnFrom) {
  World::Instance& halls = Halls();
  World::Instance& door = world_.Add(DoorService(), "door-0");
  world_.Settle();
  halls.core->Submit(TakeSeat("operations/ba", "h", "shy", Id(1)), [](CommandReply) {});
  // Less simulated time than an idle mark waits.
  const auto step = [&] {
    for (int i = 0; i < 20; ++i) {
      world_.Step(halls);
      world_.Step(door);
    }
  };
  step();
  world_.Crash(halls);
  ASSERT_TRUE(world_.Start(halls).ok());
  step();
  world_.Settle();  // the mark is written
  for (int i = 0; i < 2; ++i) {
    world_.Crash(halls);
    ASSERT_TRUE(world_.Start(halls).ok());
    world_.Settle();
    world_.Crash(door);
    ASSERT_TRUE(world_.Start(door).ok());
    world_.Settle();
    EXPECT_EQ(door.core->Status()[0].stopped_why, "");
    EXPECT_TRUE(door.core->Ready());
  }
  world_.Do(halls, TakeSeat("operations/ba", "h", "ana", Id(2)));
  world_.Settle();
  EXPECT_EQ(Entity<Welcome>(door, "operations/ba/welcomes/ana").times(), 1);
  EXPECT_EQ(Entity<Welcome>(door, "operations/ba/welcomes/shy").times(), 0);
}

TEST_F(RuntimeTest, StoppingFinishesWhatIsInFlightAndTakesNoMore) {
  World::Instance& halls = Halls();
  bool ok = false;
  halls.core->Submit(TakeSeat("operations/ba", "h", "ana", Id(1)),
                     [&](CommandReply r) { ok = r.status.ok(); });
  halls.core->BeginStop();
  std::string reason;
  halls.core->Submit(TakeSeat("operations/ba", "h", "ben", Id(2)),
                     [&](CommandReply r) { reason = r.reason; });
  EXPECT_EQ(reason, "") << "it waits for a successor, so that a retry finds one";
  world_.Settle();
  EXPECT_TRUE(ok);
  EXPECT_TRUE(halls.core->Drained());
  EXPECT_EQ(reason, "SHUTTING_DOWN") << "there is none";
}

// What one instance is asked while it leaves and what the next one is asked then.
TEST_F(RuntimeTest, AnOwnerThatLeavesIsSucceededAtOnceAndWhoRetriesOnceIsServed) {
  World::Instance& halls = Halls();
  World::Instance& standby = world_.Add(HallsService(), "halls-1", 1);
  world_.Settle();
  std::map<int, CommandReply> replies;
  const auto submit = [&](World::Instance& to, int n) {
    to.core->Submit(TakeSeat("operations/ba", "h", "p" + std::to_string(n), Id(n)),
                    [&replies, n](CommandReply reply) { replies[n] = std::move(reply); });
  };
  submit(halls, 1);
  const absl::Time began = world_.clock().Now();
  halls.core->BeginStop();
  submit(halls, 2);
  int asked = 0;
  for (int i = 0; i < 1000 && !replies.contains(2); ++i) {
    world_.Step(halls);
    if (halls.core->Drained() && asked++ < 2) submit(standby, 100 + i);  // while nobody owns, too
    world_.Step(standby);
    world_.clock().Advance(absl::Milliseconds(1));
  }
  EXPECT_TRUE(replies[1].status.ok()) << "it was taken before: " << replies[1].status;
  EXPECT_EQ(replies[2].reason, "NOT_OWNER") << "told once there is another";
  EXPECT_LT(world_.clock().Now() - began, absl::Milliseconds(200));
  EXPECT_EQ(standby.core->Status()[0].owner_instance, "halls-1");
  EXPECT_EQ(standby.core->Status()[0].state, "Owning");
  submit(standby, 2);
  world_.Settle();
  ASSERT_GE(replies.size(), 3u);
  for (const auto& [n, reply] : replies) EXPECT_TRUE(reply.status.ok()) << n << reply.status;
}

TEST_F(RuntimeTest, APartitionThatWasLeftIsOwnedAgainByWhoeverComes) {
  World::Instance& halls = Halls();
  halls.core->BeginStop();
  world_.Settle();
  ASSERT_TRUE(halls.core->HandedOver());
  EXPECT_EQ(halls.core->Status()[0].owner_instance, "");
  world_.Crash(halls);
  ASSERT_TRUE(world_.Start(halls).ok());
  const CommandReply reply = world_.Do(halls, TakeSeat("operations/ba", "h", "ana", Id(1)));
  EXPECT_TRUE(reply.status.ok()) << reply.status;
}

// Nobody follows up a claim that comes to stand after its instance has ended.
TEST_F(RuntimeTest, AnEndWaitsForAClaimUnderWayButNotForEver) {
  World::Instance& halls = world_.Add(HallsService(), "halls-0");
  halls.log->FailNextAppends(1, AppendFault::kHold);
  for (int i = 0; i < 20 && halls.log->held() == 0; ++i) world_.Step(halls);
  ASSERT_EQ(halls.log->held(), 1u);
  halls.core->BeginStop();
  EXPECT_FALSE(halls.core->Drained());
  world_.clock().Advance(absl::Milliseconds(500));
  world_.Step(halls);
  EXPECT_TRUE(halls.core->Drained());
}

// And one that comes to stand in time is given up again.
TEST_F(RuntimeTest, AClaimThatComesToStandAtTheEndIsGivenUp) {
  World::Instance& halls = world_.Add(HallsService(), "halls-0");
  halls.log->FailNextAppends(1, AppendFault::kHold);
  for (int i = 0; i < 20 && halls.log->held() == 0; ++i) world_.Step(halls);
  halls.core->BeginStop();
  halls.log->ReleaseHeld();
  for (int i = 0; i < 20 && !halls.core->Drained(); ++i) world_.Step(halls);
  EXPECT_TRUE(halls.core->Drained());
  EXPECT_EQ(halls.core->Status()[0].owner_instance, "");
  EXPECT_EQ(halls.core->Status()[0].term, 2u);
}

class SealTest : public RuntimeTest {
 protected:
  SealTest() {
    world_.SealWith({.signer = event_log::testing::KnownSigner(),
                     .every_records = 6,
                     .every = absl::Minutes(1)});
  }

  // Offsets of the seals, each with what it covers.
  std::vector<std::pair<int64_t, int64_t>> Seals() {
    std::vector<std::pair<int64_t, int64_t>> seals;
    for (const auto& record : world_.Admitted({kHallsTopic, 0})) {
      if (record.record.has_seal())
        seals.emplace_back(record.offset, record.record.seal().last_offset());
    }
    return seals;
  }

  void Take(World::Instance& halls, int n) {
    const CommandReply reply =
        world_.Do(halls, TakeSeat("operations/ba", "h", "p" + std::to_string(n), Id(n)));
    EXPECT_TRUE(reply.status.ok()) << reply.status;
  }
};

TEST_F(SealTest, G10_AnOwnerSealsAfterSoManyRecords) {
  World::Instance& halls = Halls();
  for (int n = 1; n <= 11; ++n) Take(halls, n);
  world_.Settle();
  // The claim at 0 and five more, a seal; six more, a seal.
  EXPECT_THAT(Seals(), ::testing::ElementsAre(::testing::Pair(6, 5), ::testing::Pair(13, 12)));
  EXPECT_EQ(halls.core->counters().seals, 2);
  EXPECT_EQ(halls.core->counters().commits, 11);
  EXPECT_EQ(halls.core->Status()[0].sealed_through, 12);
}

TEST_F(SealTest, G10_AnOwnerSealsAfterSomeTimeAndNeverForASealAlone) {
  World::Instance& halls = Halls();
  Take(halls, 1);
  EXPECT_TRUE(Seals().empty());
  world_.Pass(absl::Minutes(1));
  EXPECT_THAT(Seals(), ::testing::ElementsAre(::testing::Pair(2, 1)));
  world_.Pass(absl::Hours(1));
  EXPECT_EQ(Seals().size(), 1u) << "nothing has happened since";
}

TEST_F(SealTest, WithoutAKeyThereAreNoSeals) {
  world_.SealWith({.signer = nullptr, .every_records = 1, .every = absl::Seconds(1)});
  World::Instance& halls = Halls();
  for (int n = 1; n <= 5; ++n) Take(halls, n);
  world_.clock().Advance(absl::Hours(1));
  world_.Settle();
  EXPECT_TRUE(Seals().empty());
  EXPECT_EQ(halls.core->Status()[0].sealed_through, -1);
}

TEST_F(SealTest, G10_WhatIsUnsealedIsSealedAtTheEnd) {
  World::Instance& halls = Halls();
  Take(halls, 1);
  halls.core->BeginStop();
  EXPECT_FALSE(halls.core->Drained());
  world_.Settle();
  EXPECT_TRUE(halls.core->Drained());
  EXPECT_THAT(Seals(), ::testing::ElementsAre(::testing::Pair(2, 1)));
}

TEST_F(SealTest, ALogThatTakesNoSealIsAskedAgainLaterAndHoldsUpNoEnd) {
  World::Instance& halls = Halls();
  Take(halls, 1);
  world_.Pass(absl::Seconds(50));
  halls.log->FailNextAppends(1000, AppendFault::kNotSent);
  const int64_t before = halls.core->counters().append_failures;
  world_.Pass(absl::Seconds(20));
  world_.Settle();  // the world checks that the instance sleeps in between
  const int64_t failed = halls.core->counters().append_failures - before;
  EXPECT_GE(failed, 1);
  EXPECT_LE(failed, 5);
  halls.core->BeginStop();
  for (int i = 0; i < 10; ++i) world_.Step(halls);
  EXPECT_TRUE(halls.core->Drained());
}

TEST_F(SealTest, G6_ReadersAndRebuiltStoresKnowWhatIsSealed) {
  World::Instance& halls = Halls();
  World::Instance& standby = world_.Add(HallsService(), "halls-1", 1);
  halls.log->FailNextAppends(1, AppendFault::kDuplicate);  // a void record under the seals
  for (int n = 1; n <= 12; ++n) Take(halls, n);
  World::Instance& fresh = world_.Add(HallsService(), "halls-2", 2);
  world_.Crash(standby);
  ASSERT_TRUE(world_.Start(standby).ok());
  world_.Settle();
  EXPECT_GT(halls.core->Status()[0].void_records, 0);
  EXPECT_GE(Seals().size(), 2u);
  for (World::Instance* instance : {&standby, &fresh}) {
    EXPECT_EQ(instance->core->partitions()[0]->fence(), halls.core->partitions()[0]->fence())
        << instance->name;
  }
}

// A void record is in no chain; a reader that follows finds it changed when the next seal comes.
TEST_F(SealTest, G10_AVoidRecordThatWasChangedStopsWhoFoldsItAndThenASeal) {
  World::Instance& halls = Halls();
  halls.log->FailNextAppends(1, AppendFault::kDuplicate);
  Take(halls, 1);
  std::string bytes = world_.storage().All({kHallsTopic, 0})[2].bytes;
  bytes.back() ^= 1;  // within the etag: it is still a record, and void
  for (int n = 2; n <= 8; ++n) Take(halls, n);
  ASSERT_FALSE(Seals().empty());
  world_.storage().Overwrite({kHallsTopic, 0}, 2, bytes);
  World::Instance& fresh = world_.Add(HallsService(), "halls-1", 1);
  world_.Settle();
  EXPECT_EQ(fresh.core->Status()[0].state, "Stopped");
  EXPECT_NE(fresh.core->Status()[0].stopped_why.find("digest over the void records"),
            std::string::npos)
      << fresh.core->Status()[0].stopped_why;
}

}  // namespace
}  // namespace prihvat::testkit
