#include "tests/bench/rpc.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <memory>
#include <utility>

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
  Load(std::string address, absl::Duration measure)
      : address_(std::move(address)), measure_(measure) {}

  LoadOptions To(const std::string& method, int open) const {
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
    options.measure = measure_;
    return options;
  }

  absl::Status CreateOperations() {
    for (int i = 0; i < kOperations; ++i) {
      procurement::v1::CreateOperationRequest request;
      request.set_name(Operation(i));
      request.set_display_name("Benchmark");
      request.set_time_zone("Europe/Sarajevo");
      request.set_request_id(base::MakeUuid(random_));
      const auto created = CallOnce(To("CreateOperation", 1), request.SerializeAsString());
      if (!created.ok()) return created.status();
    }
    return absl::OkStatus();
  }

  // Each registers a supplier of its own.
  absl::StatusOr<Figures> Commands(int open) { return Commands(open, measure_); }

  absl::StatusOr<Figures> Commands(int open, absl::Duration measure) {
    const int run = run_++;
    LoadOptions options = To("RegisterSupplier", open);
    options.measure = measure;
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
  absl::StatusOr<Figures> Reads(int open, int64_t registered) {
    return Checked(RunLoad(To("GetSupplier", open), [registered](int64_t i) {
      procurement::v1::GetSupplierRequest request;
      const int64_t which = i % registered;
      request.set_name(fmt::format("{}/suppliers/s-0-{}", Operation(which), which));
      return request.SerializeAsString();
    }));
  }

 private:
  static absl::StatusOr<Figures> Checked(absl::StatusOr<Figures> figures) {
    if (figures.ok() && (figures->failures > 0 || figures->calls == 0)) {
      return absl::InternalError(
          fmt::format("{} calls failed: {}", figures->failures, figures->first_failure));
    }
    return figures;
  }

  const std::string address_;
  const absl::Duration measure_;
  base::SystemRandom random_;  // any thread
  int run_ = 0;
};

// By the number of calls open at a time.
using Runs = std::map<int, Figures>;

absl::StatusOr<Runs> MeasureEcho(const RpcOptions& options) {
  auto echo = fault::ChildProcess::Start({BENCH_ECHO});
  if (!echo.ok()) return echo.status();
  const auto port = (*echo)->ReadLine(absl::Now() + kPatience);
  if (!port.ok()) return port.status();
  const Load load("127.0.0.1:" + *port, options.measure);
  const std::string request(300, 'x');
  Runs runs;
  for (int open : options.open) {
    const auto figures = RunLoad(load.To("Echo", open), [&](int64_t) { return request; });
    if (!figures.ok()) return figures.status();
    runs[open] = *figures;
  }
  return runs;
}

absl::StatusOr<Runs> MeasureCommands(const RpcOptions& options, Load& load) {
  Runs runs;
  for (int open : options.open) {
    const auto figures = load.Commands(open);
    if (!figures.ok()) return figures.status();
    runs[open] = *figures;
  }
  return runs;
}

void TellRates(const std::string& what, const Runs& runs, const Runs& echo, double floor,
               std::vector<Line>& lines) {
  for (const auto& [open, figures] : runs) {
    const Figures& ceiling = echo.at(open);
    const double ratio = figures.per_second() / ceiling.per_second();
    lines.push_back({fmt::format("{}, {} open", what, open), Rate(figures.per_second()),
                     Rate(ceiling.per_second()), "gRPC echo", ratio,
                     floor > 0 ? fmt::format(">= {:.2f}", floor) : "", ratio >= floor});
    lines.push_back({fmt::format("  p50 / p99, {} open", open),
                     fmt::format("{:.2f}/{:.1f}ms", Ms(figures.p50), Ms(figures.p99)),
                     fmt::format("{:.2f}/{:.1f}ms", Ms(ceiling.p50), Ms(ceiling.p99)), "gRPC echo",
                     absl::FDivDuration(ceiling.p50, figures.p50), "", true});
  }
}

void TellAgainstAppends(const std::string& log, const Runs& commands, const Figures& alone,
                        const Figures& many, std::vector<Line>& lines) {
  const auto first = commands.begin();
  const double above = Ms(first->second.p50) - Ms(alone.p50);
  lines.push_back({"p50 of a command alone, " + log, Millis(Ms(first->second.p50)),
                   Millis(Ms(alone.p50)), fmt::format("raw append; {:.2f} ms above it", above),
                   absl::FDivDuration(alone.p50, first->second.p50),
                   fmt::format("<= {:.0f} ms above", kAboveAppendMs), above <= kAboveAppendMs});
  double best = 0;
  for (const auto& [open, figures] : commands) best = std::max(best, figures.per_second());
  lines.push_back({"most commands, " + log, Rate(best), Rate(many.per_second()),
                   fmt::format("raw appends of the same records, {} open", kRawOpen),
                   best / many.per_second(), "", true});
}

// Raw appends of the records that the commands made, into a topic of their own.
absl::Status MeasureAppends(const std::string& name, EventLog& source, EventLog& log,
                            const Runs& commands, absl::Duration measure,
                            std::vector<Line>& lines) {
  const auto records = ReadRecords(source, kTopic, kPartitions, kRecords);
  if (!records.ok()) return records.status();
  const auto alone = RawAppends(log, {"raw", 0}, *records, 1, measure);
  if (!alone.ok()) return alone.status();
  const auto many = RawAppends(log, {"raw", 1}, *records, kRawOpen, measure);
  if (!many.ok()) return many.status();
  TellAgainstAppends(name, commands, *alone, *many, lines);
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
  const auto echo = MeasureEcho(options);
  if (!echo.ok()) return echo.status();
  const std::string data = options.scratch + "/embedded";
  Runs commands, reads;
  {
    auto server = StartServer("prihvatd", {"--data-dir=" + data});
    if (!server.ok()) return server.status();
    Load load((*server)->address(), options.measure);
    if (absl::Status created = load.CreateOperations(); !created.ok()) return created;
    auto measured = MeasureCommands(options, load);
    if (!measured.ok()) return measured.status();
    commands = *std::move(measured);
    for (int open : options.open) {
      const auto figures = load.Reads(open, std::max<int64_t>(1, commands.begin()->second.calls));
      if (!figures.ok()) return figures.status();
      reads[open] = *figures;
    }
    (*server)->process().Kill();
  }
  TellRates("commands, embedded", commands, *echo, kRateFloor, lines);
  TellRates("reads (GetSupplier)", reads, *echo, 0, lines);
  absl::Duration raw_read;
  int64_t records = 0;
  {
    auto source = OpenEmbedded(data + "/log", true);
    if (!source.ok()) return source.status();
    auto raw = OpenEmbedded(options.scratch + "/raw", false);
    if (!raw.ok()) return raw.status();
    if (absl::Status appended =
            MeasureAppends("embedded", **source, **raw, commands, options.measure, lines);
        !appended.ok()) {
      return appended;
    }
    if (absl::Status read = ReadAll(**source, raw_read, records); !read.ok()) return read;
  }
  return MeasureRestarts(data, raw_read, records, lines);
}

absl::Status MeasureKafka(const RpcOptions& options, std::vector<Line>& lines) {
  const auto echo = MeasureEcho(options);
  if (!echo.ok()) return echo.status();
  auto broker = event_log::testing::KafkaBroker::Start(1);
  if (!broker.ok()) return broker.status();
  const event_log::KafkaClientOptions client = {.bootstrap_servers = (*broker)->bootstrap()};
  auto server =
      StartServer("prihvat-procurement", {"--log=kafka", "--brokers=" + client.bootstrap_servers,
                                          "--data-dir=" + options.scratch + "/kafka"});
  if (!server.ok()) return server.status();
  Load load((*server)->address(), options.measure);
  if (absl::Status created = load.CreateOperations(); !created.ok()) return created;
  if (const auto warm = load.Commands(kRawOpen, kBrokerWarmUp); !warm.ok()) return warm.status();
  const auto commands = MeasureCommands(options, load);
  if (!commands.ok()) return commands.status();
  TellRates("commands, Kafka (one broker)", *commands, *echo, kRateFloor, lines);
  (*server)->process().Kill();
  auto log = event_log::KafkaLog::Open({.client = client});
  if (!log.ok()) return log.status();
  if (absl::Status made = event_log::CreateMissingTopics({.client = client}, {{"raw", 2, 1, 1}});
      !made.ok()) {
    return made;
  }
  return MeasureAppends("Kafka", **log, **log, *commands, options.measure, lines);
}

}  // namespace prihvat::bench
