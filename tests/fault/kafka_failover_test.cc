// The services on a real Kafka broker: killed under load, replaced, paused past their replacement
// and resumed. G1, G2, G3, G6 and G8.
#include <signal.h>
#include <unistd.h>

#include <filesystem>

#include "absl/time/clock.h"
#include "fmt/format.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/event_log/kafka/kafka_log.h"
#include "libs/event_log/kafka/topic_audit.h"
#include "libs/event_log/testing/kafka_broker.h"
#include "libs/testkit/toy_domain.h"
#include "tests/fault/history.h"
#include "tests/fault/toy_instance.h"

namespace prihvat::fault {
namespace {

using ::testing::IsEmpty;

const std::vector<std::string> kTopics = {testkit::kHallsTopic, testkit::kDoorTopic};

absl::Time Soon() { return absl::Now() + absl::Seconds(90); }

// A broker, its topics and a directory for each test.
class KafkaFailover : public ::testing::Test {
 protected:
  // One broker for all tests: most of a test's time would go into starting its own.
  static void SetUpTestSuite() {
    auto broker = event_log::testing::KafkaBroker::Start(1);
    ASSERT_TRUE(broker.ok()) << broker.status();
    broker_ = *std::move(broker);
  }
  static void TearDownTestSuite() { broker_.reset(); }
  void SetUp() override {
    directory_ =
        std::filesystem::path(::testing::TempDir()) / fmt::format("prihvat_failover_{}", getpid());
    std::filesystem::remove_all(directory_);
    ASSERT_NE(broker_, nullptr);
    const absl::Status empty = broker_->RemoveTopics();
    ASSERT_TRUE(empty.ok()) << empty;
    const event_log::TopicAuditOptions audit{.client = {.bootstrap_servers = broker_->bootstrap()}};
    const absl::Status created =
        event_log::CreateMissingTopics(audit, testkit::ToyTopics(kToyPartitions));
    ASSERT_TRUE(created.ok()) << created;
    auto log = event_log::KafkaLog::Open({.client = {.bootstrap_servers = broker_->bootstrap()}});
    ASSERT_TRUE(log.ok()) << log.status();
    log_ = *std::move(log);
  }
  void TearDown() override {
    log_.reset();
    std::filesystem::remove_all(directory_);
  }

  std::unique_ptr<ToyInstance> Start(int number) {
    const std::string name = fmt::format("toy-{}", number);
    std::filesystem::create_directories(directory_ / name);
    auto started = ToyInstance::Start({.directory = (directory_ / name).string(),
                                       .brokers = broker_->bootstrap(),
                                       .instance = name,
                                       .rank = number},
                                      history_, Soon());
    EXPECT_TRUE(started.ok()) << started.status();
    return started.ok() ? *std::move(started) : nullptr;
  }

  LogContents Log() {
    auto contents = ReadLog(*log_, kTopics, kToyPartitions, Soon());
    EXPECT_TRUE(contents.ok()) << contents.status();
    return contents.value_or(LogContents());
  }

  static absl::Status AwaitOwner(ToyInstance& asked, const std::string& owner) {
    for (int n = 0; n < 3; ++n) {
      const absl::Status owned = asked.Await("owner " + OperationOf(n), owner, Soon());
      if (!owned.ok()) return owned;
    }
    return absl::OkStatus();
  }

  // Waits until the door has reacted to all that the halls hold and both instances have folded all
  // of both topics, and nothing is added any more.
  absl::Status Converge(ToyInstance& owner, std::vector<ToyInstance*> all) {
    if (absl::Status s = owner.Await("reacted", "1", Soon()); !s.ok()) return s;
    const absl::Time deadline = Soon();
    while (absl::Now() < deadline) {
      std::map<event_log::TopicPartition, int64_t> ends;
      for (const std::string& topic : kTopics) {
        for (int32_t p = 0; p < kToyPartitions; ++p) {
          auto end = log_->End({topic, p}, deadline);
          if (!end.ok()) return end.status();
          ends[{topic, p}] = *end - 1;
        }
      }
      bool same = true;
      for (ToyInstance* instance : all) {
        auto applied = instance->Applied(deadline);
        if (!applied.ok()) return applied.status();
        same = same && *applied == ends;
      }
      if (same) return absl::OkStatus();
    }
    return absl::DeadlineExceededError("the instances do not come to the end of the log");
  }

  void ExpectEqualChecksums(ToyInstance& one, ToyInstance& other) {
    const std::string first = one.Ask("checksums", Soon()).value_or("first");
    const std::string second = other.Ask("checksums", Soon()).value_or("second");
    EXPECT_EQ(first, second) << "G6";
  }

  // How many records of those request ids the log holds; none of them may count.
  int ZombieRecords(const std::set<std::string>& request_ids) {
    int found = 0;
    for (const auto& [tp, records] : Log()) {
      for (const event_log::JudgedRecord& record : records) {
        if (request_ids.count(record.record.commit().request_id()) == 0) continue;
        ++found;
        EXPECT_EQ(record.verdict, event_log::Verdict::kVoid)
            << "G2: a fenced writer changed the state at " << record.offset;
      }
    }
    return found;
  }

  void PauseReplaceResume(ToyLoad& load, ToyInstance& owner, ToyInstance& standby, bool deaf) {
    constexpr int kZombieCommands = 40;
    ASSERT_TRUE(load.Run(owner, 100, Soon()).ok());
    if (deaf) {
      // Nothing under way and no seal due: what it is sent in its sleep it decides at once. A seal
      // that it appended alone would never be read back, and no command would be decided after it.
      ASSERT_TRUE(owner.Drain(0, Soon()).ok());
      const absl::Status sealed = owner.Await("sealed", "1", Soon());
      ASSERT_TRUE(sealed.ok()) << sealed;
      ASSERT_TRUE(owner.Ask("deaf", Soon()).ok());
    }
    owner.process().Signal(SIGSTOP);
    standby.Tell("lost " + owner.name());
    const absl::Status taken_over = AwaitOwner(standby, standby.name());
    ASSERT_TRUE(taken_over.ok()) << taken_over;
    ASSERT_TRUE(load.Run(standby, 100, Soon()).ok());
    ASSERT_TRUE(standby.Drain(0, Soon()).ok());

    const size_t first = history_.calls().size();
    load.SendBlindly(owner, kZombieCommands);
    std::set<std::string> zombies;
    for (size_t call = first; call < history_.calls().size(); ++call)
      zombies.insert(history_.calls()[call].request_id);
    owner.process().Signal(SIGCONT);
    if (deaf) {
      const absl::Time deadline = Soon();
      while (ZombieRecords(zombies) == 0) ASSERT_LT(absl::Now(), deadline) << "no zombie wrote";
      ASSERT_TRUE(owner.Ask("hearing", Soon()).ok());
    }
    ASSERT_TRUE(owner.Drain(0, Soon()).ok());
    for (size_t call = first; call < history_.calls().size(); ++call) {
      EXPECT_NE(history_.calls()[call].outcome, Call::Outcome::kAcknowledged)
          << "G2: a fenced writer acknowledged " << history_.calls()[call].request_id;
    }
    (void)ZombieRecords(zombies);
    ASSERT_TRUE(load.SettleAll(standby, Soon()).ok());
    const absl::Status converged = Converge(standby, {&owner, &standby});
    ASSERT_TRUE(converged.ok()) << converged;
    ExpectEqualChecksums(owner, standby);
    standby.Tell("found " + owner.name());
  }

  std::filesystem::path directory_;
  static inline std::unique_ptr<event_log::testing::KafkaBroker> broker_;
  std::unique_ptr<event_log::EventLog> log_;
  History history_;
};

TEST_F(KafkaFailover, G1_G3_G8_K1_K2_AnInstanceKilledUnderLoadLosesNothingAndRepeatsNothing) {
  ToyLoad load(/*seed=*/11);
  base::SeededRandom random(12);
  for (int round = 0; round < 4; ++round) {
    auto instance = Start(0);
    ASSERT_NE(instance, nullptr);
    const absl::Status loaded = load.Run(*instance, 20 + random.Uniform(300), Soon());
    ASSERT_TRUE(loaded.ok()) << loaded << instance->process().Complaints();
    instance->process().Kill();
    instance->DrainToEnd();
    EXPECT_THAT(Contradictions(history_, Log()), IsEmpty()) << "after kill " << round + 1;
  }
  auto instance = Start(0);
  ASSERT_NE(instance, nullptr);
  ASSERT_TRUE(load.SettleAll(*instance, Soon()).ok());
  const absl::Status converged = Converge(*instance, {instance.get()});
  ASSERT_TRUE(converged.ok()) << converged;
  const LogContents contents = Log();
  EXPECT_THAT(Contradictions(history_, contents), IsEmpty());
  EXPECT_THAT(EffectFaults(contents), IsEmpty()) << "G8";
  EXPECT_EQ(instance->process().WaitForExit(Soon()).value_or(-1), 0);
}

TEST_F(KafkaFailover, G1_G3_TheStandbyTakesOverFromAKilledOwnerAndKnowsItsRequestIds) {
  auto owner = Start(0);
  ASSERT_NE(owner, nullptr);
  ASSERT_TRUE(AwaitOwner(*owner, "toy-0").ok());
  auto standby = Start(1);
  ASSERT_NE(standby, nullptr);
  ToyLoad load(/*seed=*/21);
  ASSERT_TRUE(load.Run(*owner, 200, Soon()).ok());
  owner->process().Kill();
  owner->DrainToEnd();
  standby->Tell("lost toy-0");
  const absl::Status taken_over = AwaitOwner(*standby, "toy-1");
  ASSERT_TRUE(taken_over.ok()) << taken_over;

  // All that the first one acknowledged, and all that it left open.
  const size_t before = history_.calls().size();
  const std::set<int> acknowledged(owner->acknowledged().begin(), owner->acknowledged().end());
  for (const int n : acknowledged) {
    standby->Take(n);
    ASSERT_TRUE(standby->Drain(50, Soon()).ok());
  }
  ASSERT_TRUE(standby->Drain(0, Soon()).ok());
  for (size_t call = before; call < history_.calls().size(); ++call) {
    EXPECT_EQ(history_.calls()[call].outcome, Call::Outcome::kAcknowledged);
    EXPECT_TRUE(history_.calls()[call].repeated) << history_.calls()[call].request_id;
  }
  ASSERT_TRUE(load.SettleAll(*standby, Soon()).ok());
  ASSERT_TRUE(load.Run(*standby, 200, Soon()).ok());
  ASSERT_TRUE(load.SettleAll(*standby, Soon()).ok());

  auto returned = Start(0);
  ASSERT_NE(returned, nullptr);
  const absl::Status converged = Converge(*standby, {standby.get(), returned.get()});
  ASSERT_TRUE(converged.ok()) << converged;
  ExpectEqualChecksums(*standby, *returned);
  const LogContents contents = Log();
  EXPECT_THAT(Contradictions(history_, contents), IsEmpty());
  EXPECT_THAT(EffectFaults(contents), IsEmpty()) << "G8";
}

// What the stopped one is sent while it sleeps it reads when it wakes. In the last two rounds it
// cannot read the log for a while after it woke: so it surely decides and appends as a zombie.
TEST_F(KafkaFailover, G2_AnOwnerPausedPastItsReplacementAcknowledgesNothingAndChangesNothing) {
  std::unique_ptr<ToyInstance> instances[2] = {Start(0), nullptr};
  ASSERT_NE(instances[0], nullptr);
  ASSERT_TRUE(AwaitOwner(*instances[0], "toy-0").ok());
  instances[1] = Start(1);
  ASSERT_NE(instances[1], nullptr);
  ToyLoad load(/*seed=*/31);
  for (int round = 0; round < 4; ++round) {
    SCOPED_TRACE(fmt::format("round {}", round));
    PauseReplaceResume(load, *instances[round % 2], *instances[(round + 1) % 2],
                       /*deaf=*/round >= 2);
    if (HasFatalFailure()) return;
  }
  const LogContents contents = Log();
  EXPECT_THAT(Contradictions(history_, contents), IsEmpty());
  EXPECT_THAT(EffectFaults(contents), IsEmpty()) << "G8";
}

}  // namespace
}  // namespace prihvat::fault
