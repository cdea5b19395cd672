#include "tests/bench/streams.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <numeric>
#include <random>
#include <sstream>
#include <utility>

#include "absl/time/clock.h"
#include "fmt/format.h"
#include "libs/base/clock.h"
#include "libs/base/random.h"
#include "libs/event_log/kafka/kafka_log.h"
#include "libs/event_log/kafka/topic_audit.h"
#include "libs/event_log/testing/kafka_broker.h"
#include "libs/testkit/toy_domain.h"
#include "tests/bench/halls.h"
#include "tests/fault/child_process.h"

namespace prihvat::bench {
namespace {

constexpr char kJars[] = BENCH_TOOLS "/streams";
constexpr char kCompile[] = BENCH_SOURCE "/streams/compile.sh";
constexpr int64_t kSeatsTaken = 10;  // of each hall
constexpr int kTurns = 2;
constexpr absl::Duration kPatience = absl::Minutes(30);  // of one fold
constexpr double kExactlyOnceFloor = 3;
constexpr double kAtLeastOnceFloor = 1.5;
constexpr double kDecodeFloor = 0.6;
constexpr double kMemoryLimit = 1.0 / 3;  // of the peer's
const std::vector<std::string> kGuarantees = {"exactly_once_v2", "at_least_once"};

// What came of one process that folded, or of several turns of it.
struct Run {
  int64_t records = 0;
  absl::Duration took;
  double peak_mib = 0;  // resident, the most of all turns

  double per_second() const { return static_cast<double>(records) / absl::ToDoubleSeconds(took); }
  void Add(const Run& more) {
    records += more.records;
    took += more.took;
    peak_mib = std::max(peak_mib, more.peak_mib);
  }
};

struct Topic {
  std::string brokers;
  int64_t end = 0;
  std::string scratch;
  std::string class_path;  // of the peer
};

double PeakMib(pid_t pid) {
  std::ifstream status(fmt::format("/proc/{}/status", pid));
  for (std::string line; std::getline(status, line);) {
    if (line.rfind("VmHWM:", 0) == 0) return std::stod(line.substr(6)) / 1024;
  }
  return 0;
}

// Runs a program that says "WORD RECORDS MILLISECONDS" and ends with its input.
absl::StatusOr<Run> RunChild(std::vector<std::string> argv, const std::string& word) {
  auto child = fault::ChildProcess::Start(std::move(argv));
  if (!child.ok()) return child.status();
  const auto said = (*child)->ReadLine(absl::Now() + kPatience);
  if (!said.ok()) {
    return absl::Status(said.status().code(),
                        fmt::format("{}: {}", said.status().ToString(), (*child)->Complaints()));
  }
  Run run;
  std::istringstream words(*said);
  std::string first;
  int64_t milliseconds = 0;
  if (!(words >> first >> run.records >> milliseconds) || first != word)
    return absl::InternalError("what does this mean: " + *said);
  run.took = absl::Milliseconds(std::max<int64_t>(milliseconds, 1));
  run.peak_mib = PeakMib((*child)->pid());
  const auto ended = (*child)->WaitForExit(absl::Now() + absl::Minutes(2));
  if (!ended.ok()) return ended.status();
  if (*ended != 0) return absl::InternalError((*child)->Complaints());
  return run;
}

absl::StatusOr<std::string> CompilePeer(const std::string& scratch) {
  auto compiler =
      fault::ChildProcess::Start({"/usr/bin/env", "bash", kCompile, kJars, scratch + "/peer"});
  if (!compiler.ok()) return compiler.status();
  auto path = (*compiler)->ReadLine(absl::Now() + absl::Minutes(5));
  if (!path.ok()) return absl::InternalError((*compiler)->Complaints());
  return path;
}

// As much cache as the runtime's store has, which holds all that is folded; other settings are
// Kafka Streams' own. `last` as FoldPeer.java has it.
absl::StatusOr<Run> RunPeer(const Topic& topic, const std::string& guarantee, int turn,
                            int64_t last) {
  const std::string application = fmt::format("bench-{}-{}", guarantee, turn);
  const std::string state = topic.scratch + "/" + application;
  auto run = RunChild(
      {"/usr/bin/env", "java", "-Xmx512m", "-cp", topic.class_path, "FoldPeer", topic.brokers,
       testkit::kHallsTopic, application, state, guarantee,
       fmt::format("{}", runtime::ServiceOptions().store_cache_bytes), fmt::format("{}", last)},
      last < 0 ? "restored" : "folded");
  std::filesystem::remove_all(state);
  return run;
}

absl::StatusOr<Run> RunOurs(const Topic& topic, int turn) {
  const std::string store = fmt::format("{}/ours-{}", topic.scratch, turn);
  auto run = RunChild({BENCH_FOLD, "fold", topic.brokers, store}, "folded");
  std::filesystem::remove_all(store);
  if (run.ok() && run->records < topic.end)
    return absl::InternalError(fmt::format("{} of {} records folded", run->records, topic.end));
  return run;
}

absl::StatusOr<int64_t> FillTopic(const std::string& brokers, const std::string& store,
                                  int64_t records) {
  base::SystemClock clock;
  base::SystemRandom random;
  const event_log::KafkaClientOptions client = {.bootstrap_servers = brokers};
  if (absl::Status made = event_log::CreateMissingTopics({.client = client}, testkit::ToyTopics(1));
      !made.ok()) {
    return made;
  }
  auto log = event_log::KafkaLog::Open({.client = client});
  if (!log.ok()) return log.status();
  auto service = runtime::Service::Start(testkit::HallsService(), HallsOptions(store, 1), **log,
                                         clock, random);
  if (!service.ok()) return service.status();
  if (absl::Status ready = AwaitTip(**service); !ready.ok()) return ready;
  std::vector<int64_t> order(static_cast<size_t>(records));
  std::iota(order.begin(), order.end(), 0);
  std::shuffle(order.begin(), order.end(), std::mt19937_64(1));  // the same each time
  const absl::Status filled = Fill(**service, records, [&](int64_t i) {
    const int64_t hall = order[static_cast<size_t>(i)] / kSeatsTaken;
    return testkit::TakeSeat("operations/ba", fmt::format("h{}", hall),
                             fmt::format("organisations/iom/people/p-{}", i), RequestId(i));
  });
  if (!filled.ok()) return filled;
  (*service)->Stop(absl::Now() + absl::Seconds(10));
  return (*log)->End({testkit::kHallsTopic, 0}, absl::Now() + absl::Seconds(30));
}

struct Measured {
  Run ours, decode;
  std::map<std::string, Run> peer;      // by guarantee
  std::map<std::string, Run> restored;  // from the changelog
};

absl::Status MeasureTurn(const Topic& topic, int turn, Measured& measured) {
  const auto add = [](Run& to, const absl::StatusOr<Run>& run) {
    if (run.ok()) to.Add(*run);
    return run.status();
  };
  absl::Status done = add(measured.decode, RunChild({BENCH_FOLD, "read", topic.brokers}, "folded"));
  if (done.ok()) done = add(measured.ours, RunOurs(topic, turn));
  for (const std::string& guarantee : kGuarantees) {
    if (done.ok()) {
      done = add(measured.peer[guarantee], RunPeer(topic, guarantee, turn, topic.end - 1));
    }
    if (done.ok()) done = add(measured.restored[guarantee], RunPeer(topic, guarantee, turn, -1));
  }
  return done;
}

std::string Mib(double mib) { return fmt::format("{:.0f} MiB", mib); }

Line AtLeast(const std::string& what, const Run& ours, const Run& other, const std::string& name,
             double floor) {
  const double ratio = ours.per_second() / other.per_second();
  return {what,
          Rate(ours.per_second()),
          Rate(other.per_second()),
          name,
          ratio,
          fmt::format(">= {:.2f}", floor),
          ratio >= floor};
}

void Tell(const Measured& measured, int64_t records, std::vector<Line>& lines) {
  const Run& ours = measured.ours;
  lines.push_back(AtLeast(fmt::format("fold {} records from Kafka", records), ours, measured.decode,
                          "reading and decoding them", kDecodeFloor));
  for (const std::string& guarantee : kGuarantees) {
    const Run& peer = measured.peer.at(guarantee);
    lines.push_back(AtLeast("  the same", ours, peer, "Kafka Streams, " + guarantee,
                            guarantee == "at_least_once" ? kAtLeastOnceFloor : kExactlyOnceFloor));
    const double memory = ours.peak_mib / peer.peak_mib;
    lines.push_back({"  most memory meanwhile", Mib(ours.peak_mib), Mib(peer.peak_mib),
                     "Kafka Streams, " + guarantee, memory, fmt::format("<= {:.2f}", kMemoryLimit),
                     memory <= kMemoryLimit});
    const Run& restored = measured.restored.at(guarantee);
    const absl::Duration again = ours.took / kTurns, from = restored.took / kTurns;
    lines.push_back({"  a lost store made again", Millis(absl::ToDoubleMilliseconds(again)),
                     Millis(absl::ToDoubleMilliseconds(from)),
                     fmt::format("Kafka Streams, {} records of its changelog, {}",
                                 restored.records / kTurns, guarantee),
                     absl::FDivDuration(from, again), "", true});
  }
}

}  // namespace

bool StreamsInstalled() { return std::filesystem::exists(std::string(kJars) + "/.complete"); }

absl::Status MeasureStreams(const std::string& scratch, int64_t records, std::vector<Line>& lines) {
  auto broker = event_log::testing::KafkaBroker::Start(1);
  if (!broker.ok()) return broker.status();
  Topic topic = {.brokers = (*broker)->bootstrap(), .scratch = scratch + "/streams"};
  std::filesystem::create_directories(topic.scratch);
  const auto class_path = CompilePeer(topic.scratch);
  if (!class_path.ok()) return class_path.status();
  topic.class_path = *class_path;
  const auto end = FillTopic(topic.brokers, topic.scratch + "/writer", records);
  if (!end.ok()) return end.status();
  topic.end = *end;
  Measured measured;
  for (int turn = 0; turn < kTurns; ++turn) {
    if (absl::Status done = MeasureTurn(topic, turn, measured); !done.ok()) return done;
  }
  Tell(measured, records, lines);
  return absl::OkStatus();
}

}  // namespace prihvat::bench
