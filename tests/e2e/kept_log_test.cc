// The logs of tests/compat/logs, which earlier builds wrote: this one folds and serves them (G14).
#include <unistd.h>

#include <filesystem>
#include <future>
#include <utility>

#include "absl/time/clock.h"
#include "fmt/format.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/event_log/embedded/embedded_log.h"
#include "libs/evidence/log_file.h"
#include "tests/e2e/client.h"
#include "tests/e2e/server_process.h"

namespace prihvat::e2e {
namespace {

using evidence::LogFileReader;
using ::testing::HasSubstr;
namespace fs = std::filesystem;

absl::Time Soon() { return absl::Now() + absl::Seconds(60); }

class KeptLog : public ::testing::Test {
 protected:
  KeptLog()
      : directory_(fs::path(::testing::TempDir()) / fmt::format("prihvat_e2e_kept_{}", getpid())) {
    fs::remove_all(directory_);
  }
  ~KeptLog() override { fs::remove_all(directory_); }

  // Makes an embedded log of the file, record by record as it was written.
  void Restore(const std::string& file, const std::string& to) {
    auto kept = LogFileReader::Open(file);
    ASSERT_TRUE(kept.ok()) << kept.status();
    fs::create_directories(to);
    auto log = event_log::EmbeddedLog::Open({.directory = to, .topics = (*kept)->header().topics});
    ASSERT_TRUE(log.ok()) << log.status();
    std::vector<std::string> records;
    while (true) {
      const auto next = (*kept)->Step();
      ASSERT_TRUE(next.ok()) << next.status();
      if (*next == LogFileReader::Next::kEnd) return;
      if (*next == LogFileReader::Next::kRecord) records.push_back((*kept)->record());
      if (*next != LogFileReader::Next::kEndOfPartition || records.empty()) continue;
      std::promise<event_log::AppendResult> done;
      (*log)->Append((*kept)->tp(), std::exchange(records, {}), Soon(),
                     [&](event_log::AppendResult result) { done.set_value(std::move(result)); });
      ASSERT_EQ(done.get_future().get().outcome, event_log::AppendResult::Outcome::kConfirmed);
    }
  }

  static std::string Ctl(std::vector<std::string> arguments) {
    const auto ended = RunToEnd("prihvatctl", std::move(arguments), Soon());
    EXPECT_TRUE(ended.ok()) << ended.status();
    if (!ended.ok()) return "";
    EXPECT_EQ(ended->status, 0) << ended->out << ended->err;
    return ended->out;
  }

  const fs::path directory_;
};

TEST_F(KeptLog, G14_TheStoryAsAnEarlierBuildWroteItIsToldAlike) {
  Restore(PRIHVAT_KEPT_LOGS "/bih-2023.log", (directory_ / "log").string());
  ASSERT_FALSE(HasFailure());
  auto server = ServerProcess::Start("prihvatd", {"--data-dir=" + directory_.string()});
  ASSERT_TRUE(server.ok()) << server.status();
  // No partition has stopped, or it would never be ready.
  const absl::Status serving = (*server)->AwaitServing(Soon());
  ASSERT_TRUE(serving.ok()) << serving << (*server)->process().Complaints();
  const std::vector<std::string> flags = {"--server=" + (*server)->address(),
                                          "--principal=" + std::string(kManager), "--json"};
  const auto report = [&flags](std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), flags.begin(), flags.end());
    return Ctl(arguments);
  };
  // What e2e_story_test has of the story as this build plays it.
  const std::string donor = report({"report", "donor", "--operation=operations/ba"});
  EXPECT_THAT(donor, HasSubstr("\"895900\""));
  EXPECT_THAT(donor, HasSubstr("\"458066\""));
  EXPECT_THAT(report({"report", "line-of-sight", "--operation=operations/ba"}),
              HasSubstr("organisations/dcpb"));
  EXPECT_THAT(report({"list", "certificates", "--parent=operations/ba"}),
              HasSubstr("operations/ba/certificates/"));
  EXPECT_EQ((*server)->Terminate(Soon()).value_or(-1), 0);
}

}  // namespace
}  // namespace prihvat::e2e
