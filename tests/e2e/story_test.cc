// The story of scenarios/bih-2023.yaml, played by prihvatctl against real programs: on the embedded
// log in one process and on Kafka in four, undisturbed, twice, and through kills. The reports and
// the checksums of every store are the same each time (G6).
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <regex>
#include <sstream>

#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "fmt/format.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/event_log/testing/kafka_broker.h"
#include "prihvat/admin/v1/service.grpc.pb.h"
#include "tests/e2e/client.h"
#include "tests/e2e/server_process.h"

namespace prihvat::e2e {
namespace {

using ::testing::HasSubstr;
namespace fs = std::filesystem;

// Stands in this order: each learns from those before it.
const std::vector<std::string> kServices = {"procurement", "handover", "reception", "reporting"};
// What one service makes of another's events a third may learn of: the longest way.
constexpr int kHops = 4;

absl::Time Soon() { return absl::Now() + absl::Seconds(240); }

std::string Slurp(const fs::path& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

// What a played story comes to.
struct Outcome {
  std::map<std::string, std::string> reports;    // by command line
  std::map<std::string, std::string> checksums;  // by service
};

// Where the story is played: which program serves which service.
class Stage {
 public:
  void Serve(const std::string& service, std::shared_ptr<ServerProcess> server) {
    servers_[service] = std::move(server);
  }
  // As prihvatctl's --server takes it.
  std::string Servers() const {
    return absl::StrJoin(servers_, ",", [](std::string* out, const auto& served) {
      *out += served.first + "=" + served.second->address();
    });
  }
  Caller At(const std::string& service) const {
    return {servers_.at(service)->channel(), kManager};
  }

 private:
  std::map<std::string, std::shared_ptr<ServerProcess>> servers_;
};

class Story : public ::testing::Test {
 protected:
  Story() : directory_(fs::path(::testing::TempDir()) / fmt::format("prihvat_story_{}", getpid())) {
    fs::remove_all(directory_);
    fs::create_directories(directory_);
  }
  ~Story() override { fs::remove_all(directory_); }

  std::shared_ptr<ServerProcess> Start(const std::string& program, std::vector<std::string> flags,
                                       const std::string& listen = "") {
    auto started = ServerProcess::Start(program, std::move(flags), listen);
    EXPECT_TRUE(started.ok()) << started.status();
    if (!started.ok()) return nullptr;
    const absl::Status serving = (*started)->AwaitServing(Soon());
    EXPECT_TRUE(serving.ok()) << serving;
    return *std::move(started);
  }
  std::shared_ptr<ServerProcess> StartPrihvatd(const std::string& name,
                                               const std::string& listen = "") {
    return Start("prihvatd", {"--data-dir=" + (directory_ / name).string()}, listen);
  }
  static Stage OnOne(const std::shared_ptr<ServerProcess>& prihvatd) {
    Stage stage;
    for (const std::string& service : kServices) stage.Serve(service, prihvatd);
    return stage;
  }

  static std::vector<std::string> PlayArguments(const Stage& stage,
                                                std::vector<std::string> more = {}) {
    more.insert(more.begin(),
                {"play", PRIHVAT_SCENARIOS "/bih-2023.yaml", "--server=" + stage.Servers()});
    return more;
  }
  // Plays it from the start to the end.
  static void Play(const Stage& stage) {
    const auto ended = RunToEnd("prihvatctl", PlayArguments(stage), Soon());
    ASSERT_TRUE(ended.ok()) << ended.status();
    ASSERT_EQ(ended->status, 0) << ended->out << ended->err;
  }

  static std::string Ctl(const Stage& stage, std::vector<std::string> arguments) {
    arguments.push_back("--server=" + stage.Servers());
    arguments.push_back(std::string("--principal=") + kManager);
    arguments.push_back("--json");
    const auto ended = RunToEnd("prihvatctl", arguments, Soon());
    EXPECT_TRUE(ended.ok()) << ended.status();
    if (!ended.ok()) return "";
    EXPECT_EQ(ended->status, 0) << absl::StrJoin(arguments, " ") << "\n" << ended->err;
    // How far the log goes: each start of a program adds claims to it.
    static const std::regex kPositions(R"("positions":\s*\[[^\]]*\])");
    return std::regex_replace(ended->out, kPositions, "\"positions\": []");
  }

  // Asks each service in turn, with what the ones before have seen, as often as there are hops:
  // then all that the story led to has happened everywhere.
  static std::map<std::string, std::string> Checksums(const Stage& stage) {
    std::map<std::string, std::string> checksums;
    std::string token;
    for (int hop = 0; hop < kHops; ++hop) {
      for (const std::string& service : kServices) {
        admin::v1::GetChecksumRequest request;
        request.set_service(service);
        const auto answer = stage.At(service).WithToken(token).Call(
            &admin::v1::AdminService::Stub::GetChecksum, request);
        EXPECT_TRUE(answer.ok()) << service << ": " << answer.failure.message;
        checksums[service] = answer.response.sha256();
        token = MergeTokens(token, answer.token);
      }
    }
    return checksums;
  }

  static Outcome OutcomeOf(const Stage& stage) {
    Outcome outcome;
    outcome.checksums = Checksums(stage);
    for (const std::vector<std::string>& report : std::vector<std::vector<std::string>>{
             {"report", "line-of-sight", "--operation=operations/ba"},
             {"report", "donor", "--operation=operations/ba"},
             {"report", "centre", "operations/ba/centres/usivak", "--from=2022-01-01",
              "--to=2022-12-31"},
             {"report", "centre", "operations/ba/centres/lipa", "--from=2022-01-01",
              "--to=2022-12-31"}}) {
      outcome.reports[absl::StrJoin(report, " ")] = Ctl(stage, report);
    }
    return outcome;
  }

  static void ExpectSame(const Outcome& one, const Outcome& other, const std::string& what) {
    for (const auto& [report, text] : one.reports)
      EXPECT_EQ(text, other.reports.at(report)) << what << ": " << report;
    for (const auto& [service, checksum] : one.checksums)
      EXPECT_EQ(checksum, other.checksums.at(service)) << what << ": the store of " << service;
  }

  // The story undisturbed on prihvatd, which the others are compared with.
  const Outcome& Undisturbed() {
    static const Outcome outcome = [this] {
      const auto prihvatd = StartPrihvatd("undisturbed");
      if (prihvatd == nullptr) return Outcome();
      const Stage stage = OnOne(prihvatd);
      Play(stage);
      Outcome played = OutcomeOf(stage);
      EXPECT_EQ(prihvatd->Terminate(Soon()).value_or(-1), 0);
      return played;
    }();
    return outcome;
  }

  fs::path directory_;
};

TEST_F(Story, TheReportsSayWhatThePublishedFiguresSay) {
  const Outcome& outcome = Undisturbed();
  ASSERT_EQ(outcome.checksums.size(), kServices.size());
  const std::string& donor = outcome.reports.at("report donor --operation=operations/ba");
  // 895,900.00 KM are EUR 458,066.40 at the fixed rate of 1.95583.
  EXPECT_THAT(donor, HasSubstr("\"895900\""));
  EXPECT_THAT(donor, HasSubstr("\"458066\""));
  const std::string& sight = outcome.reports.at("report line-of-sight --operation=operations/ba");
  EXPECT_THAT(sight, HasSubstr("organisations/dcpb"));
}

TEST_F(Story, G6_FourProcessesOnKafkaComeToTheSameAsOneOnTheEmbeddedLog) {
  auto broker = event_log::testing::KafkaBroker::Start(1);
  ASSERT_TRUE(broker.ok()) << broker.status();
  std::vector<std::shared_ptr<ServerProcess>> servers;
  Stage stage;
  for (const std::string& service : kServices) {
    servers.push_back(
        Start("prihvat-" + service, {"--log=kafka", "--brokers=" + (*broker)->bootstrap(),
                                     "--data-dir=" + (directory_ / service).string()}));
    ASSERT_NE(servers.back(), nullptr);
    stage.Serve(service, servers.back());
  }
  Play(stage);
  const Outcome outcome = OutcomeOf(stage);
  ExpectSame(Undisturbed(), outcome, "Kafka");
  for (const auto& server : servers) EXPECT_EQ(server->Terminate(Soon()).value_or(-1), 0);
}

TEST_F(Story, G3_PlayedAgainItChangesNothing) {
  const auto prihvatd = StartPrihvatd("twice");
  ASSERT_NE(prihvatd, nullptr);
  const Stage stage = OnOne(prihvatd);
  Play(stage);
  Play(stage);
  ExpectSame(Undisturbed(), OutcomeOf(stage), "the second play");
}

// Killed at three places of the story and started again on the same address; the play goes on by
// itself or is begun again where its state says.
TEST_F(Story, G1_G3_G8_KilledAndResumedItComesToTheSame) {
  auto prihvatd = StartPrihvatd("killed");
  ASSERT_NE(prihvatd, nullptr);
  const std::string address = prihvatd->address();
  const fs::path state = directory_ / "state.json";
  const auto steps_done = [&] {
    static const std::regex kDone("\"stepsDone\":\\s*(\\d+)");
    std::smatch match;
    const std::string text = Slurp(state);
    return std::regex_search(text, match, kDone) ? std::stoi(match[1]) : 0;
  };
  const auto play = [&] {
    auto launched =
        Launch("prihvatctl", PlayArguments(OnOne(prihvatd), {"--state=" + state.string()}));
    EXPECT_TRUE(launched.ok()) << launched.status();
    return *std::move(launched);
  };
  auto player = play();
  for (const int kill_after : {100, 450, 800}) {
    const absl::Time deadline = Soon();
    while (steps_done() < kill_after) {
      ASSERT_LT(absl::Now(), deadline) << steps_done() << " steps; " << player->Complaints();
      absl::SleepFor(absl::Milliseconds(5));
    }
    prihvatd->process().Kill();
    prihvatd = StartPrihvatd("killed", address);
    ASSERT_NE(prihvatd, nullptr);
  }
  int status = player->WaitForExit(Soon()).value_or(-1);
  for (int attempt = 0; status == 3 && attempt < 5; ++attempt) {  // no answer: send again
    player = play();
    status = player->WaitForExit(Soon()).value_or(-1);
  }
  ASSERT_EQ(status, 0) << player->Complaints();
  ExpectSame(Undisturbed(), OutcomeOf(OnOne(prihvatd)), "through kills");
}

}  // namespace
}  // namespace prihvat::e2e
