// Three real brokers and three instances of a service under load, and faults drawn from a seed:
// instances killed, one or all at once, paused, replaced in good order and left without a byte of
// their volume, brokers killed and paused, lines between them cut, delayed and deaf in one
// direction. What the clients were told is checked for linearizability (tests/linearizability), and
// in the end all stores are the same. PRIHVAT_ALL_SERVICES=1: three instances of the other services
// too, one of which is killed at each fault. PRIHVAT_OLDER_BUILD=DIR: who is replaced runs the
// programs of that build for a while.
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>

#include "absl/time/clock.h"
#include "fmt/format.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/base/random.h"
#include "libs/event_log/testing/kafka_broker.h"
#include "prihvat/procurement/v1/service.grpc.pb.h"
#include "prihvat/reception/v1/service.grpc.pb.h"
#include "tests/e2e/centre_load.h"
#include "tests/e2e/client.h"
#include "tests/e2e/server_process.h"
#include "tests/fault/small_disk.h"
#include "tests/fault/tcp_proxy.h"

namespace prihvat::e2e {
namespace {

using fault::SmallDisk;
using fault::TcpProxy;
using procurement::v1::ProcurementService;
using reception::v1::ReceptionService;

constexpr int kNodes = 3;
constexpr int kInstances = 3;
constexpr int kCallers = 6;
// The suite's: one replaced, all killed at once, one that its brokers do not hear, one whose volume
// is full, and one cut off.
constexpr uint64_t kSeed = 12657;
constexpr int kFaults = 5;
constexpr int kVolumeMib = 256;
constexpr size_t kProgress = 30;  // writes that show that all goes on
const std::vector<std::string> kOperations = {"operations/ba", "operations/rs", "operations/me"};

absl::Time Soon() { return absl::Now() + absl::Seconds(120); }

uint64_t Number(const char* variable, uint64_t otherwise) {
  const char* given = std::getenv(variable);
  return given == nullptr ? otherwise : std::strtoull(given, nullptr, 10);
}

enum class Fault {
  kKillInstance,
  kPauseInstance,
  kReplaceInstance,
  kKillBroker,
  kPauseBroker,
  kCutInstance,
  kCutLine,
  kDeafBroker,
  kDeafInstance,
  kDelay,
  kKillAll,
  kFullVolume,
};
constexpr std::array<const char*, 12> kNames = {
    "is killed and started again",
    "is paused and goes on",
    "ends in good order and is started again",
    "'s broker is killed and started again",
    "'s broker is paused and goes on",
    "is cut off from all brokers and instances",
    "is cut off from one broker",
    "is no longer heard by its brokers",
    "no longer hears its brokers",
    "has a slow line to everybody",
    "and all others are killed and started again",
    "has a full volume, is killed, and starts once there is space",
};

// An instance of a service that nothing but a kill happens to.
struct Other {
  std::string service;
  int number = 0;
  std::string address;
  std::unique_ptr<ServerProcess> process;
};

class ClusterFaults : public ::testing::Test {
 protected:
  void SetUp() override {
    directory_ = std::filesystem::path(::testing::TempDir()) /
                 fmt::format("prihvat_e2e_faults_{}", getpid());
    std::filesystem::remove_all(directory_);
    auto brokers = event_log::testing::KafkaBroker::Start(kNodes, kInstances);
    ASSERT_TRUE(brokers.ok()) << brokers.status();
    brokers_ = *std::move(brokers);
    for (int i = 0; i < kInstances; ++i) {
      for (int node = 1; node <= kNodes; ++node) {
        const auto line = brokers_->LineAt(i + 1, node);
        lines_[i][node - 1] = Proxy(line.advertised, line.listens);
        ASSERT_NE(lines_[i][node - 1], nullptr);
        bootstraps_[i] += fmt::format("{}127.0.0.1:{}", node == 1 ? "" : ",", line.advertised);
      }
      std::filesystem::create_directories(DataOf(i));
      volumes_[i] = std::make_unique<SmallDisk>(DataOf(i), kVolumeMib);
    }
  }
  void TearDown() override {
    for (auto& instance : instances_) instance.reset();
    others_.clear();
    procurement_.reset();
    brokers_.reset();
    for (auto& volume : volumes_) volume.reset();
    if (!HasFailure()) std::filesystem::remove_all(directory_);
  }

  static std::unique_ptr<TcpProxy> Proxy(int listens, int target) {
    auto proxy = TcpProxy::Start(listens, target);
    EXPECT_TRUE(proxy.ok()) << proxy.status();
    return proxy.ok() ? *std::move(proxy) : nullptr;
  }

  std::filesystem::path DataOf(int i) const { return directory_ / fmt::format("reception-{}", i); }

  std::vector<std::string> FlagsOf(const std::string& service, int number,
                                   std::vector<std::string> flags) const {
    const std::string instance = fmt::format("{}-{}", service, number);
    flags.insert(flags.end(),
                 {"--log=kafka", "--replication=3",
                  "--data-dir=" + (directory_ / instance).string(), "--instance=" + instance});
    return flags;
  }

  std::unique_ptr<ServerProcess> StartServer(const std::string& service, int number,
                                             std::vector<std::string> flags,
                                             const std::string& listen = "") {
    auto started = ServerProcess::Start("prihvat-" + service,
                                        FlagsOf(service, number, std::move(flags)), listen);
    EXPECT_TRUE(started.ok()) << started.status();
    if (!started.ok()) return nullptr;
    const absl::Status serving = (*started)->AwaitServing(Soon());
    EXPECT_TRUE(serving.ok()) << serving;
    return *std::move(started);
  }

  // Others reach it through a line that can be made bad; clients do not.
  void StartInstance(int i) {
    std::vector<std::string> flags = {"--brokers=" + bootstraps_[i]};
    if (addresses_[i].empty()) {
      // The port is its own from the first start on; nobody looks for it before.
      instances_[i] = StartServer("reception", i, flags);
      if (instances_[i] == nullptr) return;
      addresses_[i] = instances_[i]->address();
      const int port = std::stoi(addresses_[i].substr(addresses_[i].rfind(':') + 1));
      peers_[i] = Proxy(0, port);
      instances_[i]->process().Kill();
    }
    flags.push_back(fmt::format("--advertise=127.0.0.1:{}", peers_[i]->port()));
    instances_[i] = StartServer("reception", i, flags, addresses_[i]);
  }

  // It reads what newer ones write. A store that it cannot read it refuses in words, and then it
  // folds the log `anew`.
  void StartOlder(int i, const std::string& build, bool& anew) {
    const std::vector<std::string> flags =
        FlagsOf("reception", i,
                {"--brokers=" + bootstraps_[i],
                 fmt::format("--advertise=127.0.0.1:{}", peers_[i]->port())});
    auto started = ServerProcess::Start(build + "/prihvat-reception", flags, addresses_[i]);
    anew = !started.ok();
    if (anew) {
      ASSERT_THAT(std::string(started.status().message()),
                  ::testing::HasSubstr("move the store away"));
      std::filesystem::remove_all(DataOf(i) / "store");
      started = ServerProcess::Start(build + "/prihvat-reception", flags, addresses_[i]);
      std::printf("[ older    ] reception-%d: its store was refused, and is folded anew\n", i);
    }
    ASSERT_TRUE(started.ok()) << started.status();
    instances_[i] = *std::move(started);
    const absl::Status serving = instances_[i]->AwaitServing(Soon());
    ASSERT_TRUE(serving.ok()) << serving;
  }

  // Ends in good order and starts again; where there is an older build, as that for a while.
  void Replace(int i, absl::Duration time) {
    EXPECT_EQ(instances_[i]->Terminate(Soon()).value_or(-1), 0);
    if (const char* older = std::getenv("PRIHVAT_OLDER_BUILD")) {
      bool anew = false;
      ASSERT_NO_FATAL_FAILURE(StartOlder(i, older, anew));
      absl::SleepFor(time);
      EXPECT_EQ(instances_[i]->Terminate(Soon()).value_or(-1), 0);
      if (anew) std::filesystem::remove_all(DataOf(i) / "store");
    }
    StartInstance(i);
  }

  void StartOthers() {
    if (Number("PRIHVAT_ALL_SERVICES", 0) == 0) return;
    for (const std::string service : {"procurement", "handover", "reporting"}) {
      for (int n = service == "procurement" ? 1 : 0; n < kInstances; ++n) {
        Other other{service, n, "", nullptr};
        other.process = StartServer(service, n, {"--brokers=" + brokers_->bootstrap()});
        ASSERT_NE(other.process, nullptr);
        other.address = other.process->address();
        others_.push_back(std::move(other));
      }
    }
  }

  // A full volume ends nobody who has space set aside, and lets nobody start: that is told in
  // words, and once there is space all goes on.
  void FillVolume(int i, absl::Duration time) {
    if (volumes_[i]->mounted()) volumes_[i]->Fill();  // else, without root, it is only killed
    absl::SleepFor(time);
    instances_[i]->process().Kill();
    if (volumes_[i]->mounted()) {
      volumes_[i]->Fill();  // what its store removed at the last is free again
      const auto refused =
          RunToEnd("prihvat-reception",
                   {"--log=kafka", "--replication=3", "--brokers=" + bootstraps_[i],
                    "--data-dir=" + DataOf(i).string(), fmt::format("--instance=reception-{}", i),
                    "--listen=127.0.0.1:0", "--metrics-listen=127.0.0.1:0", "--insecure-dev"},
                   Soon());
      ASSERT_TRUE(refused.ok()) << refused.status();
      EXPECT_EQ(refused->status, 1);
      EXPECT_THAT(refused->err, ::testing::HasSubstr("the disk is full"));
      volumes_[i]->Empty();
    }
    StartInstance(i);
  }

  // The centres, empty.
  std::vector<std::string> MakeCentres() {
    std::vector<std::string> centres;
    int n = 0;
    for (const std::string& operation : kOperations) {
      procurement::v1::CreateOperationRequest create;
      create.set_name(operation);
      create.set_display_name(operation);
      create.set_time_zone("Europe/Sarajevo");
      create.set_request_id(fmt::format("00000000-0000-4000-9000-{:012}", n++));
      const auto created = Caller(procurement_->channel(), kManager)
                               .Call(&ProcurementService::Stub::CreateOperation, create);
      EXPECT_TRUE(created.ok()) << created.failure.message;
      for (const char* id : {"usivak", "blazuj"}) {
        reception::v1::CreateCentreRequest request;
        request.set_parent(operation);
        request.set_centre_id(id);
        request.mutable_centre()->set_display_name(id);
        request.set_request_id(fmt::format("00000000-0000-4000-a000-{:012}", n++));
        const auto centre = Caller(instances_[0]->channel(), kManager)
                                .WithToken(created.token)
                                .Call(&ReceptionService::Stub::CreateCentre, request);
        EXPECT_TRUE(centre.ok()) << centre.failure.reason << " " << centre.failure.message;
        centres.push_back(centre.response.name());
      }
    }
    return centres;
  }

  std::vector<TcpProxy*> LinesOf(int i) {
    std::vector<TcpProxy*> all = {peers_[i].get()};
    for (const auto& line : lines_[i]) all.push_back(line.get());
    return all;
  }

  void Heal() {
    for (int i = 0; i < kInstances; ++i) {
      for (TcpProxy* line : LinesOf(i)) line->Heal();
    }
  }

  // Does it to instance `i` (or to broker `node`) for `time`, and mends it.
  void Do(Fault fault, int i, int node, absl::Duration time) {
    fault::ChildProcess& process = instances_[i]->process();
    switch (fault) {
      case Fault::kKillInstance:
        process.Kill();
        absl::SleepFor(time);
        return StartInstance(i);
      case Fault::kPauseInstance:
        process.Signal(SIGSTOP);
        absl::SleepFor(time);
        return process.Signal(SIGCONT);
      case Fault::kReplaceInstance:
        return Replace(i, time);
      case Fault::kKillBroker:
        ASSERT_TRUE(brokers_->StopNode(node).ok());
        absl::SleepFor(time);
        ASSERT_TRUE(brokers_->StartNode(node).ok());
        return;
      case Fault::kPauseBroker:
        ASSERT_TRUE(brokers_->PauseNode(node).ok());
        absl::SleepFor(time);
        ASSERT_TRUE(brokers_->ResumeNode(node).ok());
        return;
      case Fault::kCutInstance:
        for (TcpProxy* line : LinesOf(i)) line->Cut();
        break;
      case Fault::kCutLine:
        lines_[i][node - 1]->Cut();
        break;
      case Fault::kDeafBroker:
        for (const auto& line : lines_[i]) line->HoldToServer();
        break;
      case Fault::kDeafInstance:
        for (const auto& line : lines_[i]) line->HoldToClient();
        break;
      case Fault::kDelay:
        for (TcpProxy* line : LinesOf(i)) line->Delay(absl::Milliseconds(150));
        break;
      case Fault::kKillAll:
        for (auto& instance : instances_) instance->process().Kill();
        for (int k = 0; k < kInstances; ++k) StartInstance(k);
        return;
      case Fault::kFullVolume:
        return FillVolume(i, time);
    }
    absl::SleepFor(time);
    Heal();
  }

  void ExpectLinearizable(const CentreLoad& load) {
    const std::filesystem::path history = directory_ / "history.jsonl";
    std::ofstream(history) << load.History();
    auto checker = fault::ChildProcess::Start(
        {PRIHVAT_LINEARIZABILITY "/check.sh", PRIHVAT_CHECKER, history.string()});
    ASSERT_TRUE(checker.ok()) << checker.status();
    std::string said;
    for (auto line = (*checker)->ReadLine(Soon()); line.ok(); line = (*checker)->ReadLine(Soon()))
      said += *line + "\n";
    EXPECT_EQ((*checker)->WaitForExit(Soon()).value_or(-1), 0)
        << said << (*checker)->Complaints() << "the history is kept in " << history;
    std::printf("[ history  ] %zu calls; %s", load.calls(), said.c_str());
  }

  // The sums of all instances' stores, once they are the same: of what they say and of the request
  // ids that they remember.
  void ExpectEqualStores() {
    std::map<std::string, std::vector<std::string>> addresses;
    addresses["reception"] = {addresses_.begin(), addresses_.end()};
    for (const Other& other : others_) addresses[other.service].push_back(other.address);
    if (!others_.empty()) addresses["procurement"].push_back(procurement_->address());
    for (const auto& [service, of_it] : addresses) {
      ExpectEqualSums(service, of_it, {});
      ExpectEqualSums(service, of_it, {"--requests"});
    }
  }

  static void ExpectEqualSums(const std::string& service, const std::vector<std::string>& addresses,
                              const std::vector<std::string>& flags) {
    std::vector<std::string> sums(addresses.size());
    const absl::Time deadline = Soon();
    const auto same = [&] {
      return !sums[0].empty() && std::all_of(sums.begin(), sums.end(), [&](const std::string& sum) {
        return sum == sums[0];
      });
    };
    while (!same()) {
      ASSERT_LT(absl::Now(), deadline) << "G6: stores differ: " << ::testing::PrintToString(sums);
      for (size_t i = 0; i < addresses.size(); ++i) {
        std::vector<std::string> arguments = {"store", "checksum", "--service=" + service,
                                              "--server=" + addresses[i],
                                              "--principal=" + std::string(kManager)};
        arguments.insert(arguments.end(), flags.begin(), flags.end());
        const auto ended = RunToEnd("prihvatctl", arguments, Soon());
        ASSERT_TRUE(ended.ok()) << ended.status();
        ASSERT_EQ(ended->status, 0) << ended->err;
        sums[i] = ended->out;
      }
    }
    std::printf("[ stores   ] %s", sums[0].c_str());
  }

  std::filesystem::path directory_;
  std::unique_ptr<event_log::testing::KafkaBroker> brokers_;
  std::array<std::array<std::unique_ptr<TcpProxy>, kNodes>, kInstances> lines_;
  std::array<std::string, kInstances> bootstraps_;
  std::array<std::unique_ptr<TcpProxy>, kInstances> peers_;
  std::array<std::unique_ptr<SmallDisk>, kInstances> volumes_;
  std::array<std::string, kInstances> addresses_;
  std::unique_ptr<ServerProcess> procurement_;
  std::array<std::unique_ptr<ServerProcess>, kInstances> instances_;
  std::vector<Other> others_;
};

TEST_F(ClusterFaults, G1_G2_G3_G5_G6_WhatClientsAreToldIsLinearizable) {
  const uint64_t seed = Number("PRIHVAT_SEED", kSeed);
  const uint64_t faults = Number("PRIHVAT_FAULTS", kFaults);
  std::printf(
      "[ seed     ] repeat with: PRIHVAT_SEED=%lu PRIHVAT_FAULTS=%lu e2e_cluster_faults_test\n",
      seed, faults);
  SCOPED_TRACE(fmt::format("PRIHVAT_SEED={} PRIHVAT_FAULTS={}", seed, faults));
  base::SeededRandom random(seed);
  procurement_ = StartServer("procurement", 0, {"--brokers=" + brokers_->bootstrap()});
  ASSERT_NE(procurement_, nullptr);
  for (int i = 0; i < kInstances; ++i) {
    StartInstance(i);
    ASSERT_NE(instances_[i], nullptr);
  }
  StartOthers();
  ASSERT_FALSE(HasFailure());
  CentreLoad load(MakeCentres(), {addresses_.begin(), addresses_.end()}, seed);
  ASSERT_FALSE(HasFailure());
  load.Start(kCallers);
  for (uint64_t n = 0; n < faults; ++n) {
    const auto fault = static_cast<Fault>(random.Uniform(kNames.size()));
    const int i = static_cast<int>(random.Uniform(kInstances));
    const int node = 1 + static_cast<int>(random.Uniform(kNodes));
    const absl::Duration time =
        absl::Milliseconds(500 + static_cast<int64_t>(random.Uniform(3000)));
    Other* other = others_.empty() ? nullptr : &others_[random.Uniform(others_.size())];
    if (other != nullptr) other->process->process().Kill();
    const absl::Time began = absl::Now();
    Do(fault, i, node, time);
    if (other != nullptr)
      other->process = StartServer(other->service, other->number,
                                   {"--brokers=" + brokers_->bootstrap()}, other->address);
    ASSERT_FALSE(HasFailure());
    const absl::Time mended = absl::Now();
    const size_t before = load.acknowledged();
    while (load.acknowledged() < before + kProgress) {
      ASSERT_LT(absl::Now(), mended + absl::Seconds(60))
          << "nothing goes on after: reception-" << i << " " << kNames[static_cast<size_t>(fault)];
      absl::SleepFor(absl::Milliseconds(2));
    }
    std::printf("[ fault    ] reception-%d (broker %d) %s: %s, then %s until %zu writes went on\n",
                i, node, kNames[static_cast<size_t>(fault)],
                absl::FormatDuration(mended - began).c_str(),
                absl::FormatDuration(absl::Now() - mended).c_str(), kProgress);
    std::fflush(stdout);
  }
  load.Stop();
  const absl::Status settled = load.SettleAll(addresses_[0], Soon());
  ASSERT_TRUE(settled.ok()) << settled;
  for (const std::string& address : addresses_) {
    const absl::Status read = load.ReadAll(address, Soon());
    ASSERT_TRUE(read.ok()) << read;
  }
  EXPECT_GT(load.rejected(), 0u);
  ExpectLinearizable(load);
  ExpectEqualStores();
}

}  // namespace
}  // namespace prihvat::e2e
