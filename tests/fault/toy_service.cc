// The toy services in a process of their own, for tests that kill it, stop it and start it again.
// Takes orders on standard input, one a line, and answers on standard output:
//
//   take CALL OPERATION HALL PERSON REQUEST_ID
//     -> reply CALL ok TOPIC PARTITION OFFSET fresh (or repeated), or reply CALL error CODE REASON
//   ready -> answer 1 (or 0)
//   owner OPERATION -> answer INSTANCE, of the halls
//   applied -> answer TOPIC PARTITION OFFSET ..., what each service has folded
//   reacted -> answer 1 (or 0): whether the door has dealt with all that the halls hold
//   sealed -> answer 1 (or 0): whether a seal is the last record of all the halls
//   checksums -> answer HALLS DOOR, and of their request ids HALLS DOOR
//   counters -> answer COMMITS REQUEST_ID_HITS STEP_DOWNS, of the halls
//   deaf, hearing -> answer ok: whether reading the log fails from now on
//   lost ADDRESS, found ADDRESS -> nothing: whether that instance's health answers from now on
//
// At the end of its input it drains and exits with 0.
#include <cstdio>
#include <future>
#include <iostream>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/time/clock.h"
#include "fmt/format.h"
#include "libs/base/clock.h"
#include "libs/base/random.h"
#include "libs/event_log/embedded/embedded_log.h"
#include "libs/event_log/kafka/kafka_log.h"
#include "libs/event_log/testing/faulty_log.h"
#include "libs/event_log/testing/records.h"
#include "libs/runtime/service.h"
#include "libs/testkit/toy_domain.h"

namespace prihvat::fault {
namespace {

constexpr absl::Duration kDrain = absl::Seconds(10);

struct Settings {
  std::string brokers;  // empty: the embedded log
  std::string directory;
  std::string instance = "toy-0";
  int rank = 0;
  int partitions = 2;
};

// Who of the other instances has been heard, as the test says. Any thread.
class Peers {
 public:
  absl::Time LastHeard(const std::string& address) {
    std::lock_guard lock(mutex_);
    return lost_.count(address) > 0 ? absl::InfinitePast() : absl::Now();
  }
  void SetLost(const std::string& address, bool lost) {
    std::lock_guard lock(mutex_);
    lost ? void(lost_.insert(address)) : void(lost_.erase(address));
  }

 private:
  std::mutex mutex_;
  std::set<std::string> lost_;
};

// Whole lines, from any thread.
void Say(const std::string& line) {
  static std::mutex mutex;
  std::lock_guard lock(mutex);
  std::fputs((line + "\n").c_str(), stdout);
  std::fflush(stdout);
}

absl::StatusOr<std::unique_ptr<event_log::EventLog>> OpenLog(const Settings& settings) {
  if (!settings.brokers.empty()) {
    auto log = event_log::KafkaLog::Open({.client = {.bootstrap_servers = settings.brokers}});
    if (!log.ok()) return log.status();
    return *std::move(log);
  }
  auto log = event_log::EmbeddedLog::Open({.directory = settings.directory + "/log",
                                           .topics = testkit::ToyTopics(settings.partitions),
                                           .lock_wait = absl::Seconds(1)});
  if (!log.ok()) return log.status();
  return *std::move(log);
}

class ToyProcess {
 public:
  explicit ToyProcess(Settings settings) : settings_(std::move(settings)) {}

  absl::Status Start() {
    auto log = OpenLog(settings_);
    if (!log.ok()) return log.status();
    log_ = *std::move(log);
    faulty_ = std::make_unique<event_log::testing::FaultyLog>(*log_, /*seed=*/1);
    for (auto* service : {&halls_, &door_}) {
      const auto definition = service == &halls_ ? testkit::HallsService() : testkit::DoorService();
      auto started =
          runtime::Service::Start(definition, Options(definition.name), *faulty_, clock_, random_);
      if (!started.ok()) return started.status();
      *service = *std::move(started);
    }
    return absl::OkStatus();
  }

  void Serve() {
    for (std::string line; std::getline(std::cin, line);) {
      std::istringstream words(line);
      std::string order;
      words >> order;
      Obey(order, words);
    }
    halls_->Stop(absl::Now() + kDrain);
    door_->Stop(absl::Now() + kDrain);
  }

 private:
  runtime::ServiceOptions Options(const std::string& service) {
    runtime::ServiceOptions options;
    options.instance = settings_.instance;
    options.address = settings_.instance;
    options.store_dir = settings_.directory + "/" + service;
    options.seals = {event_log::testing::KnownSigner(), 20, absl::Seconds(1)};
    options.partitions = settings_.partitions;
    options.rank = settings_.rank;
    if (!settings_.brokers.empty()) {
      options.last_heard = [this](const std::string& address) { return peers_.LastHeard(address); };
    }
    return options;
  }

  void Obey(const std::string& order, std::istringstream& words) {
    std::string word;
    if (order == "take") {
      Take(words);
    } else if (order == "ready") {
      Say(fmt::format("answer {}", halls_->Ready() && door_->Ready() ? 1 : 0));
    } else if (order == "owner") {
      words >> word;
      Say("answer " + halls_->OwnerOf(word).instance);
    } else if (order == "applied") {
      Say("answer" + Applied(*halls_) + Applied(*door_));
    } else if (order == "reacted") {
      Say(fmt::format("answer {}", Reacted() ? 1 : 0));
    } else if (order == "sealed") {
      Say(fmt::format("answer {}", Sealed() ? 1 : 0));
    } else if (order == "checksums") {
      Say(fmt::format("answer {} {} {} {}", halls_->Checksum().value_or("error"),
                      door_->Checksum().value_or("error"),
                      halls_->RequestChecksum().value_or("error"),
                      door_->RequestChecksum().value_or("error")));
    } else if (order == "counters") {
      const runtime::Counters counters = halls_->counters();
      Say(fmt::format("answer {} {} {}", counters.commits, counters.request_id_hits,
                      counters.step_downs));
    } else if (order == "deaf" || order == "hearing") {
      faulty_->SetChances({.read_error = order == "deaf" ? 1.0 : 0.0});
      Say("answer ok");
    } else if (order == "lost" || order == "found") {
      words >> word;
      peers_.SetLost(word, order == "lost");
    } else {
      Say("answer what is " + order + "?");
    }
  }

  static std::string Applied(runtime::Service& service) {
    std::string text;
    for (const runtime::PartitionStatus& status : service.Partitions()) {
      text +=
          fmt::format(" {} {} {}", service.definition().topic, status.partition, status.applied);
    }
    return text;
  }

  bool Sealed() const {
    for (const runtime::PartitionStatus& status : halls_->Partitions())
      if (status.sealed_through + 1 != status.applied) return false;
    return true;
  }

  // Asks the log, not the halls: another instance may have written more.
  bool Reacted() {
    common::v1::Token token;
    for (int32_t partition = 0; partition < settings_.partitions; ++partition) {
      auto end = log_->End({testkit::kHallsTopic, partition}, absl::Now() + kDrain);
      if (!end.ok()) return false;
      common::v1::Position& position = *token.add_positions();
      position.set_topic(testkit::kHallsTopic);
      position.set_partition(partition);
      position.set_offset(*end - 1);
    }
    // The door's own thread answers, at the latest at the deadline.
    std::promise<bool> seen;
    door_->WhenSeen(token, absl::Now() + absl::Milliseconds(200), {},
                    [&](absl::Status status) { seen.set_value(status.ok()); });
    return seen.get_future().get();
  }

  void Take(std::istringstream& words) {
    std::string call, operation, hall, person, request_id;
    words >> call >> operation >> hall >> person >> request_id;
    halls_->Submit(
        testkit::TakeSeat(operation, hall, person, request_id),
        [call](runtime::CommandReply reply) {
          if (!reply.status.ok()) {
            return Say(fmt::format("reply {} error {} {}", call,
                                   static_cast<int>(reply.status.code()), reply.reason));
          }
          const common::v1::Position& position = reply.token.positions(0);
          Say(fmt::format("reply {} ok {} {} {} {}", call, position.topic(), position.partition(),
                          position.offset(), reply.repeated ? "repeated" : "fresh"));
        });
  }

  const Settings settings_;
  base::SystemClock clock_;
  base::SystemRandom random_;
  Peers peers_;
  std::unique_ptr<event_log::EventLog> log_;
  std::unique_ptr<event_log::testing::FaultyLog> faulty_;
  std::unique_ptr<runtime::Service> halls_;
  std::unique_ptr<runtime::Service> door_;
};

}  // namespace
}  // namespace prihvat::fault

int main(int argc, char** argv) {
  prihvat::fault::Settings settings;
  CLI::App app("The toy services, driven by lines");
  app.add_option("--brokers", settings.brokers, "Kafka's; without them the embedded log");
  app.add_option("--dir", settings.directory, "for the stores and the embedded log")->required();
  app.add_option("--instance", settings.instance, "its name and address");
  app.add_option("--rank", settings.rank, "among the instances");
  app.add_option("--partitions", settings.partitions, "of every topic");
  CLI11_PARSE(app, argc, argv);
  prihvat::fault::ToyProcess process(settings);
  if (const absl::Status started = process.Start(); !started.ok()) {
    std::fprintf(stderr, "%s\n", started.ToString().c_str());
    return 1;
  }
  process.Serve();
  return 0;
}
