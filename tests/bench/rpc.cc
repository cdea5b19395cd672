#include "tests/bench/rpc.h"

#include <algorithm>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "absl/memory/memory.h"
#include "absl/time/clock.h"
#include "fmt/format.h"
#include "libs/base/random.h"
#include "libs/base/uuid.h"
#include "libs/event_log/embedded/embedded_log.h"
#include "libs/event_log/kafka/kafka_log.h"
#include "libs/event_log/kafka/topic_audit.h"
#include "libs/event_log/testing/kafka_broker.h"
#include "prihvat/procurement/v1/service.pb.h"
#include "tests/bench/ceilings.h"
#include "tests/bench/load.h"
#include "tests/e2e/server_process.h"
#include "tests/fault/child_process.h"

namespace prihvat::bench {
namespace {

using e2e::ServerProcess;
using event_log::EventLog;

constexpr char kService[] = "/prihvat.procurement.v1.ProcurementService/";
constexpr char kTopic[] = "prihvat.procurement";
constexpr int kPartitions = 4;
constexpr int kOperations = 16;  // so that every partition has some
constexpr size_t kRecords = 20'000;
constexpr int kRawOpen = 64;
constexpr int kManyOpen = 256;  // from here on a rate has a floor
constexpr int kTurns = 3;
constexpr int kSecondLoad = 1000;  // no load has so many runs
constexpr absl::Duration kPatience = absl::Minutes(2);
// A broker that has just started interprets most of its code, and compiles it on the same cores.
constexpr absl::Duration kBrokerWarmUp = absl::Seconds(15);
constexpr double kRateFloor = 0.3;      // of the echo
constexpr double kAboveAppendMs = 1.0;  // of a command alone over a raw append
const std::vector<std::string> kTopics = {"prihvat.procurement", "prihvat.handover",
                                          "prihvat.reception", "prihvat.reporting"};

double Ms(absl::Duration duration) { return absl::ToDoubleMilliseconds(duration); }

std::string Operation(int64_t i) { return fmt::format("operations/b{}", i % kOperations); }

class Load {
 public:
  // Several loads of one server have different first runs, as runs name what they register.
  explicit Load(std::string address, int first_run = 0)
      : address_(std::move(address)), run_(first_run) {}

  LoadOptions To(const std::string& method, int open, absl::Duration measure) const {
    LoadOptions options;
    options.address = address_;
    options.method = kService + method;
    std::string operations;
    for (int i = 0; i < kOperations; ++i) operations += (i ? "," : "") + Operation(i);
    options.metadata = {
        {"x-prihvat-principal",
         "organisations/iom/people/bench;roles=operation_manager;operations=" + operations}};
    options.open = open;
    options.channels = std::min(open, 4);
    options.measure = measure;
    return options;
  }

  absl::Status CreateOperations() {
    for (int i = 0; i < kOperations; ++i) {
      procurement::v1::CreateOperationRequest request;
      request.set_name(Operation(i));
      request.set_display_name("Benchmark");
      request.set_time_zone("Europe/Sarajevo");
      request.set_request_id(base::MakeUuid(random_));
      const auto created =
          CallOnce(To("CreateOperation", 1, kPatience), request.SerializeAsString());
      if (!created.ok()) return created.status();
    }
    return absl::OkStatus();
  }

  // Each registers a supplier of its own.
  absl::StatusOr<Figures> Commands(int open, absl::Duration measure) {
    const int run = run_++;
    LoadOptions options = To("RegisterSupplier", open, measure);
    return Checked(RunLoad(options, [this, run](int64_t i) {
      procurement::v1::RegisterSupplierRequest request;
      request.set_parent(Operation(i));
      request.set_supplier_id(fmt::format("s-{}-{}", run, i));
      request.mutable_supplier()->set_display_name(fmt::format("Dobavljač {} d.o.o. Sarajevo", i));
      request.mutable_supplier()->set_country_code("BA");
      request.set_request_id(base::MakeUuid(random_));
      return request.SerializeAsString();
    }));
  }

  // Reads what the first run registered.
  absl::StatusOr<Figures> Reads(int open, int64_t registered, absl::Duration measure) {
    return Checked(RunLoad(To("GetSupplier", open, measure), [registered](int64_t i) {
      procurement::v1::GetSupplierRequest request;
      const int64_t which = i % registered;
      request.set_name(fmt::format("{}/suppliers/s-0-{}", Operation(which), which));
      return request.SerializeAsString();
    }));
  }

 private:
  static absl::StatusOr<Figures> Checked(absl::StatusOr<Figures> figures) {
    if (figures.ok() && (figures->failures > 0 || figures->calls() == 0)) {
      return absl::InternalError(
          fmt::format("{} calls failed: {}", figures->failures, figures->first_failure));
    }
    return figures;
  }

  const std::string address_;
  base::SystemRandom random_;  // any thread
  int run_;
};

// By the number of calls open at a time.
using Runs = std::map<int, Figures>;

// A bare gRPC server, while this lives.
class Echo {
 public:
  static absl::StatusOr<std::unique_ptr<Echo>> Start() {
    auto process = fault::ChildProcess::Start({BENCH_ECHO});
    if (!process.ok()) return process.status();
    const auto port = (*process)->ReadLine(absl::Now() + kPatience);
    if (!port.ok()) return port.status();
    return absl::WrapUnique(new Echo(*std::move(process), "127.0.0.1:" + *port));
  }

  absl::StatusOr<Figures> Calls(int open, absl::Duration measure) {
    return RunLoad(load_.To("Echo", open, measure), [this](int64_t) { return request_; });
  }

 private:
  Echo(std::unique_ptr<fault::ChildProcess> process, std::string address)
      : process_(std::move(process)), load_(std::move(address)) {}

  const std::unique_ptr<fault::ChildProcess> process_;
  const Load load_;
  const std::string request_ = std::string(300, 'x');
};

using Work = std::function<absl::StatusOr<Figures>(absl::Duration measure)>;

// Does each piece of work for `measure` in all, by turns: a machine that is shared gives more at
// one time and less at another, and a ratio is to be of what it gave both.
absl::StatusOr<std::vector<Figures>> ByTurns(absl::Duration measure,
                                             const std::vector<Work>& works) {
  std::vector<Figures> all(works.size());
  for (int turn = 0; turn < kTurns; ++turn) {
    for (size_t i = 0; i < works.size(); ++i) {
      const auto figures = works[i](measure / kTurns);
      if (!figures.ok()) return figures.status();
      all[i].Add(*figures);
    }
  }
  return all;
}

struct Measured {
  Runs echo, commands, reads;  // reads only where asked for
};

absl::StatusOr<Measured> MeasureCalls(const RpcOptions& options, Load& load, bool reads) {
  auto echo = Echo::Start();
  if (!echo.ok()) return echo.status();
  int64_t registered = 0;  // by the first run of commands
  Measured measured;
  for (int open : options.open) {
    std::vector<Work> works = {
        [&](absl::Duration measure) { return (*echo)->Calls(open, measure); },
        [&](absl::Duration measure) {
          auto commands = load.Commands(open, measure);
          if (commands.ok() && registered == 0) registered = commands->calls();
          return commands;
        }};
    if (reads) {
      works.push_back(
          [&](absl::Duration measure) { return load.Reads(open, registered, measure); });
    }
    auto figures = ByTurns(options.measure, works);
    if (!figures.ok()) return figures.status();
    measured.echo[open] = std::move((*figures)[0]);
    measured.commands[open] = std::move((*figures)[1]);
    if (reads) measured.reads[open] = std::move((*figures)[2]);
  }
  return measured;
}

void TellRates(const std::string& what, const Runs& runs, const Runs& echo, double floor,
               std::vector<Line>& lines) {
  for (const auto& [open, figures] : runs) {
    const Figures& ceiling = echo.at(open);
    const double ratio = figures.per_second() / ceiling.per_second();
    const bool asked = floor > 0 && open >= kManyOpen;
    lines.push_back({fmt::format("{}, {} open", what, open), Rate(figures.per_second()),
                     Rate(ceiling.per_second()), "gRPC echo", ratio,
                     asked ? fmt::format(">= {:.2f}", floor) : "", !asked || ratio >= floor});
    lines.push_back({fmt::format("  p50 / p99, {} open", open),
                     fmt::format("{:.2f}/{:.1f}ms", Ms(figures.p50()), Ms(figures.p99())),
                     fmt::format("{:.2f}/{:.1f}ms", Ms(ceiling.p50()), Ms(ceiling.p99())),
                     "gRPC echo", absl::FDivDuration(ceiling.p50(), figures.p50()), "", true});
  }
}

void TellAgainstAppends(const std::string& log, const Runs& commands, const Figures& one,
                        const Figures& alone, const Figures& many, std::vector<Line>& lines) {
  const double above = Ms(one.p50()) - Ms(alone.p50());
  lines.push_back({"p50 of a command alone, " + log, Millis(Ms(one.p50())), Millis(Ms(alone.p50())),
                   fmt::format("raw append; {:.2f} ms above it", above),
                   absl::FDivDuration(alone.p50(), one.p50()),
                   fmt::format("<= {:.0f} ms above", kAboveAppendMs), above <= kAboveAppendMs});
  double best = 0;
  for (const auto& [open, figures] : commands) best = std::max(best, figures.per_second());
  lines.push_back({"most commands, " + log, Rate(best), Rate(many.per_second()),
                   fmt::format("raw appends of the same records, {} open", kRawOpen),
                   best / many.per_second(), "", true});
}

// Commands alone by turns with raw appends of records that commands made, into a topic of their
// own; then as many appends as the log takes.
absl::Status MeasureAppends(const std::string& name, Load& load,
                            const std::vector<std::string>& records, EventLog& log,
                            const Runs& commands, absl::Duration measure,
                            std::vector<Line>& lines) {
  const auto alone = ByTurns(measure, {[&](absl::Duration turn) { return load.Commands(1, turn); },
                                       [&](absl::Duration turn) {
                                         return RawAppends(log, {"raw", 0}, records, 1, turn);
                                       }});
  if (!alone.ok()) return alone.status();
  const auto many = RawAppends(log, {"raw", 1}, records, kRawOpen, measure);
  if (!many.ok()) return many.status();
  TellAgainstAppends(name, commands, (*alone)[0], (*alone)[1], *many, lines);
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<ServerProcess>> StartServer(const std::string& program,
                                                           std::vector<std::string> flags) {
  flags.push_back("--log-level=warning");
  auto server = ServerProcess::Start(program, std::move(flags));
  if (!server.ok()) return server.status();
  if (absl::Status serving = (*server)->AwaitServing(absl::Now() + kPatience); !serving.ok())
    return serving;
  return server;
}

absl::StatusOr<std::unique_ptr<event_log::EmbeddedLog>> OpenEmbedded(const std::string& directory,
                                                                     bool of_prihvatd) {
  std::vector<event_log::TopicSpec> topics;
  if (of_prihvatd) {
    for (const std::string& topic : kTopics) topics.push_back({topic, kPartitions, 1, 1});
  } else {
    topics.push_back({"raw", 2, 1, 1});
  }
  return event_log::EmbeddedLog::Open({.directory = directory, .topics = topics});
}

// How long it takes from the start of the program until it serves.
absl::StatusOr<absl::Duration> TimeStart(const std::string& data) {
  const absl::Time begun = absl::Now();
  auto server = StartServer("prihvatd", {"--data-dir=" + data});
  if (!server.ok()) return server.status();
  const absl::Duration took = absl::Now() - begun;
  (*server)->process().Kill();
  return took;
}

absl::Status MeasureRestarts(const std::string& data, absl::Duration raw_read, int64_t records,
                             std::vector<Line>& lines) {
  const auto tell = [&](const std::string& what, absl::Duration took) {
    lines.push_back({what, Millis(Ms(took)), Millis(Ms(raw_read)),
                     fmt::format("reading the {} records of the log", records),
                     absl::FDivDuration(raw_read, took), "", true});
  };
  const auto warm = TimeStart(data);
  if (!warm.ok()) return warm.status();
  tell("restart after kill -9, stores kept", *warm);
  std::filesystem::remove_all(data + "/store");
  const auto cold = TimeStart(data);
  if (!cold.ok()) return cold.status();
  tell("restart after kill -9, stores lost", *cold);
  return absl::OkStatus();
}

absl::Status ReadAll(EventLog& log, absl::Duration& took, int64_t& records) {
  took = absl::ZeroDuration();
  records = 0;
  for (const std::string& topic : kTopics) {
    int64_t some = 0;
    const auto read = RawRead(log, topic, kPartitions, &some);
    if (!read.ok()) return read.status();
    took += *read;
    records += some;
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status MeasureEmbedded(const RpcOptions& options, std::vector<Line>& lines) {
  const std::string data = options.scratch + "/embedded";
  Runs commands;
  {
    auto server = StartServer("prihvatd", {"--data-dir=" + data});
    if (!server.ok()) return server.status();
    Load load((*server)->address());
    if (absl::Status created = load.CreateOperations(); !created.ok()) return created;
    auto measured = MeasureCalls(options, load, /*reads=*/true);
    if (!measured.ok()) return measured.status();
    TellRates("commands, embedded", measured->commands, measured->echo, kRateFloor, lines);
    TellRates("reads (GetSupplier)", measured->reads, measured->echo, 0, lines);
    commands = std::move(measured->commands);
    (*server)->process().Kill();
  }
  absl::Duration raw_read;
  int64_t count = 0;
  absl::StatusOr<std::vector<std::string>> records;
  {
    auto source = OpenEmbedded(data + "/log", true);
    if (!source.ok()) return source.status();
    records = ReadRecords(**source, kTopic, kPartitions, kRecords);
    if (!records.ok()) return records.status();
    if (absl::Status read = ReadAll(**source, raw_read, count); !read.ok()) return read;
  }
  if (absl::Status told = MeasureRestarts(data, raw_read, count, lines); !told.ok()) return told;
  auto server = StartServer("prihvatd", {"--data-dir=" + data});
  if (!server.ok()) return server.status();
  Load load((*server)->address(), kSecondLoad);
  auto raw = OpenEmbedded(options.scratch + "/raw", false);
  if (!raw.ok()) return raw.status();
  return MeasureAppends("embedded", load, *records, **raw, commands, options.measure, lines);
}

absl::Status MeasureKafka(const RpcOptions& options, std::vector<Line>& lines) {
  auto broker = event_log::testing::KafkaBroker::Start(1);
  if (!broker.ok()) return broker.status();
  const event_log::KafkaClientOptions client = {.bootstrap_servers = (*broker)->bootstrap()};
  auto server =
      StartServer("prihvat-procurement", {"--log=kafka", "--brokers=" + client.bootstrap_servers,
                                          "--data-dir=" + options.scratch + "/kafka"});
  if (!server.ok()) return server.status();
  Load load((*server)->address());
  if (absl::Status created = load.CreateOperations(); !created.ok()) return created;
  if (const auto warm = load.Commands(kRawOpen, kBrokerWarmUp); !warm.ok()) return warm.status();
  const auto measured = MeasureCalls(options, load, /*reads=*/false);
  if (!measured.ok()) return measured.status();
  TellRates("commands, Kafka (one broker)", measured->commands, measured->echo, kRateFloor, lines);
  auto log = event_log::KafkaLog::Open({.client = client});
  if (!log.ok()) return log.status();
  if (absl::Status made = event_log::CreateMissingTopics({.client = client}, {{"raw", 2, 1, 1}});
      !made.ok()) {
    return made;
  }
  const auto records = ReadRecords(**log, kTopic, kPartitions, kRecords);
  if (!records.ok()) return records.status();
  return MeasureAppends("Kafka", load, *records, **log, measured->commands, options.measure, lines);
}

absl::StatusOr<Commands> StartCommands(const std::string& data) {
  auto server = StartServer("prihvatd", {"--data-dir=" + data});
  if (!server.ok()) return server.status();
  auto load = std::make_shared<Load>((*server)->address());
  if (absl::Status created = load->CreateOperations(); !created.ok()) return created;
  return [server = std::shared_ptr<ServerProcess>(*std::move(server)), load](
             int open, absl::Duration measure) -> absl::StatusOr<double> {
    const auto figures = load->Commands(open, measure);
    if (!figures.ok()) return figures.status();
    return figures->per_second();
  };
}

}  // namespace prihvat::bench
