// The programs as an operator and a donor use them: keys, seals, export, verify (G10); backup under
// load, restore elsewhere, a store rebuilt from the log (G6).
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "absl/time/clock.h"
#include "fmt/format.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/event_log/testing/kafka_broker.h"
#include "prihvat/procurement/v1/service.grpc.pb.h"
#include "tests/e2e/client.h"
#include "tests/e2e/server_process.h"
#include "tests/e2e/supplier_load.h"

namespace prihvat::e2e {
namespace {

namespace fs = std::filesystem;
using procurement::v1::ProcurementService;
using ::testing::HasSubstr;

constexpr int kCallers = 8;
constexpr char kKeeper[] = "organisations/iom/people/keeper;roles=log_keeper;operations=*";
constexpr char kOperator[] = "organisations/iom/people/op;roles=platform_operator;operations=*";
const std::vector<std::string> kOperations = {"operations/ba", "operations/rs", "operations/me"};

absl::Time Soon() { return absl::Now() + absl::Seconds(120); }

class Evidence : public ::testing::Test {
 protected:
  Evidence()
      : root_(fs::path(::testing::TempDir()) / fmt::format("prihvat_e2e_evidence_{}", getpid())) {
    fs::remove_all(root_);
    fs::create_directories(root_);
  }
  ~Evidence() override { fs::remove_all(root_); }

  std::string Path(const std::string& name) const { return (root_ / name).string(); }

  Ended Ctl(std::vector<std::string> arguments) {
    auto ended = RunToEnd("prihvatctl", std::move(arguments), Soon());
    EXPECT_TRUE(ended.ok()) << ended.status();
    return ended.value_or(Ended());
  }

  void MakeKey(const std::string& name) {
    const Ended made =
        Ctl({"keys", "generate", "-o", Path(name), "--trusted-keys", Path("trusted")});
    ASSERT_EQ(made.status, 0) << made.err;
  }

  std::unique_ptr<ServerProcess> Start(std::vector<std::string> flags) {
    auto started = ServerProcess::Start("prihvatd", std::move(flags));
    EXPECT_TRUE(started.ok()) << started.status();
    if (!started.ok()) return nullptr;
    const absl::Status serving = (*started)->AwaitServing(Soon());
    EXPECT_TRUE(serving.ok()) << serving;
    return *std::move(started);
  }
  std::unique_ptr<ServerProcess> StartSealing(const std::string& data, const std::string& key) {
    return Start({"--data-dir=" + Path(data), "--seal-key=" + Path(key), "--seal-every-records=50",
                  "--seal-after=1"});
  }

  void CreateOperations(ServerProcess& server) {
    int n = 0;
    for (const std::string& operation : kOperations) {
      procurement::v1::CreateOperationRequest request;
      request.set_name(operation);
      request.set_display_name(operation);
      request.set_time_zone("Europe/Sarajevo");
      request.set_request_id(fmt::format("00000000-0000-4000-9000-{:012}", n++));
      const auto answer = Caller(server.channel(), kManager)
                              .Call(&ProcurementService::Stub::CreateOperation, request);
      ASSERT_TRUE(answer.ok()) << answer.failure.message;
    }
  }

  Ended Verify(std::vector<std::string> flags) {
    flags.insert(flags.begin(), {"verify", "--trusted-keys", Path("trusted")});
    return Ctl(std::move(flags));
  }
  std::string Checksums(ServerProcess& server) {
    const Ended sums =
        Ctl({"store", "checksum", "--server", server.address(), "--principal", kOperator});
    EXPECT_EQ(sums.status, 0) << sums.err;
    return sums.out;
  }

  const fs::path root_;
};

TEST_F(Evidence, G10_WhatASealedServerWroteIsProvenFromCopiesAndAChangeIsNamed) {
  MakeKey("key-1");
  struct stat key {};
  ASSERT_EQ(stat(Path("key-1").c_str(), &key), 0);
  EXPECT_EQ(key.st_mode & 0777, 0600u);
  auto server = StartSealing("data", "key-1");
  ASSERT_NE(server, nullptr);
  CreateOperations(*server);
  SupplierLoad load(kOperations);
  load.Start(server->address(), kCallers);
  ASSERT_TRUE(load.AwaitAcknowledged(300, Soon()).ok());
  // Under load, over the server; a file of it; and what the caller may not have.
  const Ended live = Verify({"--server", server->address(), "--principal", kKeeper});
  EXPECT_EQ(live.status, 0) << live.out << live.err;
  EXPECT_THAT(live.out, HasSubstr("intact: "));
  const Ended refused = Verify({"--server", server->address(), "--principal", kOperator});
  EXPECT_EQ(refused.status, 1) << refused.err;
  load.Stop();
  EXPECT_EQ(server->Terminate(Soon()).value_or(-1), 0);

  // Rotation: the next key from now on; what the first one sealed still holds.
  MakeKey("key-2");
  server = StartSealing("data", "key-2");
  ASSERT_NE(server, nullptr);
  load.Start(server->address(), kCallers);
  ASSERT_TRUE(load.AwaitAcknowledged(200, Soon()).ok());
  load.Stop();
  const Ended exported = Ctl(
      {"log", "export", "--server", server->address(), "--principal", kKeeper, "-o", Path("log")});
  ASSERT_EQ(exported.status, 0) << exported.err;
  EXPECT_EQ(server->Terminate(Soon()).value_or(-1), 0);

  const Ended file = Verify({"--file", Path("log"), "--seals-out", Path("seals")});
  EXPECT_EQ(file.status, 0) << file.out << file.err;
  const Ended directory = Verify({"--directory", Path("data/log"), "--to-seals", Path("seals")});
  EXPECT_EQ(directory.status, 0) << directory.out << directory.err;
  const Ended whole = Verify({"--directory", Path("data/log")});
  EXPECT_EQ(whole.status, 0) << whole.out << whole.err;
  std::cout << whole.out;
  const Ended after = Verify({"--directory", Path("data/log"), "--from-seals", Path("seals")});
  EXPECT_EQ(after.status, 0) << after.out << after.err;

  // One byte in the middle of the file.
  std::fstream change(Path("log"), std::ios::in | std::ios::out | std::ios::binary);
  change.seekp(static_cast<std::streamoff>(fs::file_size(Path("log")) / 2));
  change.put('\x7f');
  change.close();
  const Ended changed = Verify({"--file", Path("log")});
  EXPECT_EQ(changed.status, 5) << changed.out << changed.err;
  EXPECT_THAT(changed.out, HasSubstr("prihvat.procurement/"));
  EXPECT_THAT(changed.err, HasSubstr("NOT as it was written"));
  std::cout << changed.out << changed.err;
  // And one that was cut.
  const Ended again =
      Ctl({"log", "export", "--directory", Path("data/log"), "-o", Path("another")});
  ASSERT_EQ(again.status, 0) << again.err;
  EXPECT_EQ(Verify({"--file", Path("another")}).status, 0);
  fs::resize_file(Path("another"), fs::file_size(Path("another")) - 1);
  const Ended cut = Verify({"--file", Path("another")});
  EXPECT_EQ(cut.status, 5) << cut.out << cut.err;
  EXPECT_THAT(cut.out, HasSubstr("was cut"));

  // Keys that nobody trusts.
  fs::remove(Path("trusted"));
  MakeKey("key-3");
  const Ended stranger = Verify({"--directory", Path("data/log")});
  EXPECT_EQ(stranger.status, 5);
  EXPECT_THAT(stranger.out, HasSubstr("is not among the trusted ones"));
}

TEST_F(Evidence, G10_ACertificateOnPaperIsCheckedWhenTheServerIsGone) {
  MakeKey("key-1");
  auto server = StartSealing("data", "key-1");
  ASSERT_NE(server, nullptr);
  const auto played = RunToEnd(
      "prihvatctl", {"play", PRIHVAT_SCENARIOS "/bih-2023.yaml", "--server", server->address()},
      absl::Now() + absl::Seconds(300));
  ASSERT_TRUE(played.ok()) << played.status();
  ASSERT_EQ(played->status, 0) << played->err;
  const std::vector<std::string> asked = {"--server", server->address(), "--principal", kManager};
  const auto ctl = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), asked.begin(), asked.end());
    return Ctl(arguments);
  };
  // Its number begins with the year in which it was played.
  const Ended listed = ctl({"list", "certificates", "--parent", "operations/ba", "--json"});
  const std::string collection = "operations/ba/certificates/";
  const size_t at = listed.out.find(collection);
  ASSERT_NE(at, std::string::npos) << listed.out << listed.err;
  const std::string name = listed.out.substr(at, listed.out.find('"', at) - at);
  const Ended printed =
      ctl({"certificate", name, "-o", Path("paper.pdf"), "--content", Path("content")});
  ASSERT_EQ(printed.status, 0) << printed.err;
  EXPECT_EQ(server->Terminate(Soon()).value_or(-1), 0);
  const size_t begin = printed.err.find("prihvat:certificate:2:");
  ASSERT_NE(begin, std::string::npos) << printed.err;
  const std::string code = printed.err.substr(begin, printed.err.find('\n', begin) - begin);

  const auto verify = [&] {
    return Ctl({"verify-certificate", code, "--trusted-keys", Path("trusted"), "--content",
                Path("content")});
  };
  const Ended good = verify();
  EXPECT_EQ(good.status, 0) << good.err;
  EXPECT_THAT(good.out, HasSubstr(name + " holds: signed"));
  std::cout << good.out;
  // A value changed on a copy of the content.
  std::fstream change(Path("content"), std::ios::in | std::ios::out | std::ios::binary);
  change.seekp(static_cast<std::streamoff>(fs::file_size(Path("content")) / 2));
  change.put('\x7f');
  change.close();
  const Ended changed = verify();
  EXPECT_EQ(changed.status, 5) << changed.out << changed.err;
}

TEST_F(Evidence, G6_ABackupUnderLoadIsRestoredElsewhereAndGoesOn) {
  MakeKey("key");
  auto server = StartSealing("data", "key");
  ASSERT_NE(server, nullptr);
  CreateOperations(*server);
  SupplierLoad load(kOperations);
  load.Start(server->address(), kCallers);
  ASSERT_TRUE(load.AwaitAcknowledged(300, Soon()).ok());
  const Ended backup = Ctl({"backup", "--server", server->address(), "--principal", kOperator,
                            "--id", "one", "-o", Path("backup")});
  ASSERT_EQ(backup.status, 0) << backup.out << backup.err;
  std::cout << backup.out;
  EXPECT_EQ(std::filesystem::status(Path("backup")).permissions(),
            std::filesystem::perms::owner_all)
      << "for nobody else to read";
  load.Stop();
  EXPECT_NE(Ctl({"backup", "--server", server->address(), "--principal", kOperator, "--id", "one"})
                .status,
            0)
      << "a backup is never overwritten";
  // At rest: the same commits, the same checksum, wherever they are folded.
  const Ended rest = Ctl({"backup", "--server", server->address(), "--principal", kOperator, "--id",
                          "rest", "-o", Path("rest")});
  ASSERT_EQ(rest.status, 0) << rest.err;
  const std::string original = Checksums(*server);
  EXPECT_EQ(server->Terminate(Soon()).value_or(-1), 0);

  const auto restored = [&](const std::string& from, const std::string& to, bool log_only) {
    std::vector<std::string> arguments = {"restore", Path(from), "--data-dir", Path(to)};
    if (log_only) arguments.emplace_back("--log-only");
    const Ended ended = Ctl(arguments);
    EXPECT_EQ(ended.status, 0) << ended.out << ended.err;
    const Ended again = Ctl(arguments);
    EXPECT_NE(again.status, 0) << "onto a directory that is not empty";
    EXPECT_THAT(again.err, HasSubstr("is not empty"));
    return StartSealing(to, "key");
  };
  auto at_rest = restored("rest", "rest-data", false);
  ASSERT_NE(at_rest, nullptr);
  EXPECT_EQ(Checksums(*at_rest), original);
  EXPECT_EQ(at_rest->Terminate(Soon()).value_or(-1), 0);

  // Of the one made under load: the stores that came with it and those made of its log are equal,
  auto with_stores = restored("backup", "with-stores", false);
  auto rebuilt = restored("backup", "rebuilt", true);
  ASSERT_TRUE(with_stores != nullptr && rebuilt != nullptr);
  EXPECT_EQ(Checksums(*with_stores), Checksums(*rebuilt));
  EXPECT_EQ(rebuilt->Terminate(Soon()).value_or(-1), 0);
  // everything acknowledged before it is there, and the restored server goes on.
  load.Start(with_stores->address(), kCallers);
  ASSERT_TRUE(load.AwaitAcknowledged(100, Soon()).ok());
  load.Stop();
  EXPECT_EQ(with_stores->Terminate(Soon()).value_or(-1), 0);
  const Ended verified = Verify({"--directory", Path("with-stores/log")});
  EXPECT_EQ(verified.status, 0) << verified.out << verified.err;

  // A store that is gone is made again.
  fs::remove_all(Path("with-stores/store"));
  auto without = StartSealing("with-stores", "key");
  ASSERT_NE(without, nullptr);
  EXPECT_EQ(without->Terminate(Soon()).value_or(-1), 0);
  EXPECT_THAT(without->process().Complaints(), HasSubstr("\"message\":\"ready\""));

  // A file that is not as it was backed up.
  std::ofstream(Path("backup/store/procurement/CURRENT"), std::ios::app) << "x";
  const Ended damaged = Ctl({"restore", Path("backup"), "--data-dir", Path("damaged")});
  EXPECT_EQ(damaged.status, 5) << damaged.out << damaged.err;
  EXPECT_THAT(damaged.err, HasSubstr("store/procurement/CURRENT is not the file"));
}

TEST_F(Evidence, G10_ALogOnKafkaIsVerifiedThere) {
  auto broker = event_log::testing::KafkaBroker::Start(1);
  ASSERT_TRUE(broker.ok()) << broker.status();
  MakeKey("key");
  auto server =
      Start({"--log=kafka", "--brokers=" + (*broker)->bootstrap(), "--data-dir=" + Path("data"),
             "--seal-key=" + Path("key"), "--seal-every-records=50", "--seal-after=1"});
  ASSERT_NE(server, nullptr);
  CreateOperations(*server);
  SupplierLoad load(kOperations);
  load.Start(server->address(), kCallers);
  ASSERT_TRUE(load.AwaitAcknowledged(200, Soon()).ok());
  load.Stop();
  const Ended backup =
      Ctl({"backup", "--server", server->address(), "--principal", kOperator, "--id", "x"});
  EXPECT_EQ(backup.status, 1);
  EXPECT_THAT(backup.err, HasSubstr("keeps its log with brokers"));
  EXPECT_EQ(server->Terminate(Soon()).value_or(-1), 0);
  const Ended there = Verify({"--brokers", (*broker)->bootstrap()});
  EXPECT_EQ(there.status, 0) << there.out << there.err;
  EXPECT_THAT(there.out, HasSubstr("intact: "));
  ASSERT_EQ(Ctl({"log", "export", "--brokers", (*broker)->bootstrap(), "-o", Path("log")}).status,
            0);
  const Ended file = Verify({"--file", Path("log")});
  EXPECT_EQ(file.status, 0) << file.out << file.err;
  EXPECT_EQ(file.out, there.out);
}

}  // namespace
}  // namespace prihvat::e2e
