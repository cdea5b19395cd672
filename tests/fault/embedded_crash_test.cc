// The services on the embedded log, killed under load: G1, G3, G6 and G8 across kill -9.
#include <unistd.h>

#include <filesystem>

#include "absl/time/clock.h"
#include "fmt/format.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/event_log/embedded/embedded_log.h"
#include "libs/testkit/toy_domain.h"
#include "tests/fault/history.h"
#include "tests/fault/toy_instance.h"

namespace prihvat::fault {
namespace {

using ::testing::IsEmpty;

constexpr int kRounds = 8;

absl::Time Soon() { return absl::Now() + absl::Seconds(60); }

class EmbeddedCrash : public ::testing::Test {
 protected:
  EmbeddedCrash()
      : directory_(std::filesystem::path(::testing::TempDir()) /
                   fmt::format("prihvat_crash_{}", getpid())) {
    std::filesystem::remove_all(directory_);
    std::filesystem::create_directories(directory_);
  }
  ~EmbeddedCrash() override { std::filesystem::remove_all(directory_); }

  std::unique_ptr<ToyInstance> Start() {
    auto started = ToyInstance::Start({.directory = directory_.string()}, history_, Soon());
    EXPECT_TRUE(started.ok()) << started.status();
    return started.ok() ? *std::move(started) : nullptr;
  }

  LogContents Log() {
    auto log = event_log::EmbeddedLog::Open(
        {.directory = (directory_ / "log").string(), .topics = testkit::ToyTopics(kToyPartitions)});
    EXPECT_TRUE(log.ok()) << log.status();
    if (!log.ok()) return {};
    auto contents =
        ReadLog(**log, {testkit::kHallsTopic, testkit::kDoorTopic}, kToyPartitions, Soon());
    EXPECT_TRUE(contents.ok()) << contents.status();
    return contents.value_or(LogContents());
  }

  // Loads it until a drawn number of answers has come, kills it, and takes in what it still said.
  void LoadAndKill(ToyLoad& load, size_t acknowledgements) {
    auto instance = Start();
    ASSERT_NE(instance, nullptr);
    const absl::Status loaded = load.Run(*instance, acknowledgements, Soon());
    ASSERT_TRUE(loaded.ok()) << loaded << instance->process().Complaints();
    instance->process().Kill();
    instance->DrainToEnd();
  }

  std::filesystem::path directory_;
  History history_;
};

TEST_F(EmbeddedCrash, G1_G3_G8_EveryAcknowledgedCommandSurvivesKillsUnderLoadOnce) {
  ToyLoad load(/*seed=*/1);
  base::SeededRandom random(2);
  for (int round = 0; round < kRounds; ++round) {
    LoadAndKill(load, 20 + random.Uniform(400));
    if (HasFatalFailure()) return;
    // After each crash, not only at the end: a later round could hide it.
    EXPECT_THAT(Contradictions(history_, Log()), IsEmpty()) << "after kill " << round + 1;
  }
  auto instance = Start();
  ASSERT_NE(instance, nullptr);
  const absl::Status settled = load.SettleAll(*instance, Soon());
  ASSERT_TRUE(settled.ok()) << settled;

  // Everything again: each request id is known, from before and after the kills.
  const size_t before = history_.calls().size();
  for (int n = 0; n < load.sent(); ++n) {
    instance->Take(n);
    ASSERT_TRUE(instance->Drain(50, Soon()).ok());
  }
  ASSERT_TRUE(instance->Drain(0, Soon()).ok());
  for (size_t call = before; call < history_.calls().size(); ++call)
    EXPECT_TRUE(history_.calls()[call].repeated) << history_.calls()[call].request_id;

  EXPECT_EQ(instance->process().WaitForExit(Soon()).value_or(-1), 0);
  const LogContents contents = Log();
  EXPECT_THAT(Contradictions(history_, contents), IsEmpty());
  EXPECT_GE(history_.Count(Call::Outcome::kAcknowledged), static_cast<size_t>(load.sent()));
}

TEST_F(EmbeddedCrash, G6_G8_ARebuiltStoreEqualsTheOneThatLivedThroughTheKills) {
  ToyLoad load(/*seed=*/3);
  for (int round = 0; round < 3; ++round) {
    LoadAndKill(load, 100 + 37 * static_cast<size_t>(round));
    if (HasFatalFailure()) return;
  }
  const auto checksums = [&]() -> std::string {
    auto instance = Start();
    if (instance == nullptr) return "did not start";
    EXPECT_TRUE(load.SettleAll(*instance, Soon()).ok());
    const absl::Status reacted = instance->Await("reacted", "1", Soon());
    EXPECT_TRUE(reacted.ok()) << reacted;
    const std::string answer = instance->Ask("checksums", Soon()).value_or("no answer");
    EXPECT_EQ(instance->process().WaitForExit(Soon()).value_or(-1), 0);
    return answer;
  };
  const std::string lived = checksums();
  EXPECT_THAT(EffectFaults(Log()), IsEmpty()) << "G8";
  std::filesystem::remove_all(directory_ / "halls");
  std::filesystem::remove_all(directory_ / "door");
  const std::string rebuilt = checksums();
  EXPECT_EQ(rebuilt, lived) << "G6";
  EXPECT_THAT(EffectFaults(Log()), IsEmpty()) << "G8: a rebuild has no effects of its own";
}

TEST_F(EmbeddedCrash, ASecondProcessOnTheSameDirectoryIsRefusedAndHarmsNothing) {
  auto first = Start();
  ASSERT_NE(first, nullptr);
  auto second =
      ToyInstance::Start({.directory = directory_.string(), .instance = "toy-1"}, history_, Soon());
  ASSERT_FALSE(second.ok());
  ToyLoad load(/*seed=*/4);
  EXPECT_TRUE(load.Run(*first, 50, Soon()).ok());
}

}  // namespace
}  // namespace prihvat::fault
