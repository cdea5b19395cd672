#include "tests/bench/message_db.h"

#include <signal.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <sstream>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/time/clock.h"
#include "fmt/format.h"
#include "libs/base/clock.h"
#include "libs/base/random.h"
#include "libs/event_log/embedded/embedded_log.h"
#include "libs/runtime/service.h"
#include "libs/testkit/toy_domain.h"
#include "rocksdb/db.h"
#include "rocksdb/write_batch.h"
#include "tests/bench/ceilings.h"
#include "tests/bench/halls.h"
#include "tests/bench/load.h"
#include "tests/bench/rpc.h"
#include "tests/fault/child_process.h"

namespace prihvat::bench {
namespace {

using fault::ChildProcess;

constexpr char kScript[] = BENCH_SOURCE "/message_db.sh";
constexpr int kTurns = 3;
constexpr int kPartitions = 4;   // as prihvatd has
constexpr int kOperations = 16;  // so that every partition has some
constexpr size_t kRecords = 2000;
constexpr absl::Duration kPatience = absl::Minutes(2);
constexpr absl::Duration kWarmUp = absl::Milliseconds(300);
constexpr double kPeerFloor = 8;       // times message-db, with several clients
constexpr double kRocksDbFloor = 0.6;  // of synced writes
const std::vector<int> kClients = {1, 16, 64};

std::vector<std::string> Script(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), {"/usr/bin/env", "bash", kScript});
  return arguments;
}

// What the script says in one line.
absl::StatusOr<std::string> RunScript(std::vector<std::string> arguments, absl::Duration patience) {
  auto script = ChildProcess::Start(Script(std::move(arguments)));
  if (!script.ok()) return script.status();
  const absl::Time deadline = absl::Now() + patience;
  auto line = (*script)->ReadLine(deadline);
  if (!line.ok()) {
    return absl::Status(line.status().code(),
                        fmt::format("{}: {}", line.status().ToString(), (*script)->Complaints()));
  }
  const auto ended = (*script)->WaitForExit(deadline);
  if (!ended.ok()) return ended.status();
  if (*ended != 0) return absl::InternalError((*script)->Complaints());
  return line;
}

// A server, while this lives.
class MessageDb {
 public:
  static absl::StatusOr<std::unique_ptr<MessageDb>> Start(const std::string& directory) {
    auto server = ChildProcess::Start(Script({"serve", directory}));
    if (!server.ok()) return server.status();
    auto db = absl::WrapUnique(new MessageDb(*std::move(server), directory));
    const auto installed = RunScript({"install", directory}, kPatience);
    if (!installed.ok()) {
      return absl::Status(installed.status().code(),
                          fmt::format("{}; the server says: {}", installed.status().ToString(),
                                      db->server_->Complaints()));
    }
    return db;
  }
  ~MessageDb() {
    server_->Signal(SIGINT);  // "fast": ends its own processes, and then itself
    (void)server_->WaitForExit(absl::Now() + absl::Seconds(30));
  }

  // Writes a second. `categories` as message_db.sh has it.
  absl::StatusOr<double> Write(int clients, absl::Duration measure, const std::string& categories) {
    const auto seconds = std::max<int64_t>(absl::ToInt64Seconds(measure), 1);
    const auto said = RunScript({"write", directory_, fmt::format("{}", clients),
                                 fmt::format("{}", seconds), fmt::format("{}", run_++), categories},
                                measure + kPatience);
    if (!said.ok()) return said.status();
    std::istringstream words(*said);
    double rate = 0;
    if (!(words >> rate)) return absl::InternalError("what does this mean: " + *said);
    return rate;
  }

 private:
  MessageDb(std::unique_ptr<ChildProcess> server, std::string directory)
      : server_(std::move(server)), directory_(std::move(directory)) {}

  const std::unique_ptr<ChildProcess> server_;
  const std::string directory_;
  int run_ = 0;
};

std::string Operation(int64_t i) { return fmt::format("operations/b{}", i % kOperations); }

// The runtime of this process on an embedded log of its own, while this lives.
class InProcess {
 public:
  static absl::StatusOr<std::unique_ptr<InProcess>> Start(const std::string& directory) {
    std::filesystem::create_directories(directory);
    auto all = absl::WrapUnique(new InProcess);
    auto log = event_log::EmbeddedLog::Open(
        {.directory = directory + "/log", .topics = testkit::ToyTopics(kPartitions)});
    if (!log.ok()) return log.status();
    all->log_ = *std::move(log);
    auto service = runtime::Service::Start(testkit::HallsService(),
                                           HallsOptions(directory + "/store", kPartitions),
                                           *all->log_, all->clock_, all->random_);
    if (!service.ok()) return service.status();
    all->service_ = *std::move(service);
    if (absl::Status tip = AwaitTip(*all->service_); !tip.ok()) return tip;
    return all;
  }
  ~InProcess() {
    if (service_ != nullptr) service_->Stop(absl::Now() + absl::Seconds(10));
  }

  // Commands a second, each of which makes a hall.
  absl::StatusOr<double> Commands(int open, absl::Duration measure) {
    const Figures figures =
        RunOpen(open, kWarmUp, measure, [this](int64_t /*i*/, std::function<void(bool)> done) {
          const int64_t i = next_.fetch_add(1);
          service_->Submit(
              testkit::TakeSeat(Operation(i), fmt::format("h{}", i), "p", RequestId(i)),
              [done = std::move(done)](const runtime::CommandReply& reply) {
                done(reply.status.ok());
              });
        });
    if (figures.failures > 0) return absl::InternalError("a command was refused");
    return figures.per_second();
  }

  // The records that the commands made.
  absl::StatusOr<std::vector<std::string>> Records() {
    return ReadRecords(*log_, testkit::kHallsTopic, kPartitions, kRecords);
  }

 private:
  InProcess() = default;

  base::SystemClock clock_;
  base::SystemRandom random_;
  std::unique_ptr<event_log::EmbeddedLog> log_;
  std::atomic<int64_t> next_{0};
  std::unique_ptr<runtime::Service> service_;
};

// RocksDB alone: a batch of `batch` records, one sync, and again. Records a second.
absl::StatusOr<double> SyncedWrites(rocksdb::DB& db, const std::vector<std::string>& records,
                                    int batch, absl::Duration measure, int64_t& next) {
  rocksdb::WriteOptions synced;
  synced.sync = true;
  const absl::Time begun = absl::Now();
  int64_t written = 0;
  while (absl::Now() < begun + measure) {
    rocksdb::WriteBatch writes;
    for (int i = 0; i < batch; ++i, ++next) {
      writes.Put(fmt::format("{:016x}", next), records[static_cast<size_t>(next) % records.size()]);
    }
    const rocksdb::Status status = db.Write(synced, &writes);
    if (!status.ok()) return absl::InternalError(status.ToString());
    written += batch;
  }
  return static_cast<double>(written) / absl::ToDoubleSeconds(absl::Now() - begun);
}

// Rates of one number of clients.
struct Rates {
  double one_category = 0, own_categories = 0, in_process = 0, rpc = 0, synced = 0;
};

using Work = std::pair<double*, std::function<absl::StatusOr<double>(absl::Duration)>>;

absl::Status ByTurns(absl::Duration measure, const std::vector<Work>& works) {
  for (int turn = 0; turn < kTurns; ++turn) {
    for (const auto& [sum, work] : works) {
      const auto rate = work(measure / kTurns);
      if (!rate.ok()) return rate.status();
      *sum += *rate / kTurns;
    }
  }
  return absl::OkStatus();
}

void Tell(int clients, const Rates& rates, std::vector<Line>& lines) {
  const auto tell = [&](const std::string& what, double figure, double other,
                        const std::string& name, double floor) {
    const double ratio = figure / other;
    lines.push_back({what, Rate(figure), Rate(other), name, ratio,
                     floor > 0 ? fmt::format(">= {:.2f}", floor) : "", ratio >= floor});
  };
  const double peer_floor = clients > 1 ? kPeerFloor : 0;
  tell(fmt::format("durable commands in process, {} open", clients), rates.in_process,
       rates.one_category, "message-db, as many clients", peer_floor);
  tell("  the same through gRPC", rates.rpc, rates.one_category, "message-db, as many clients",
       peer_floor);
  tell("  in process", rates.in_process, rates.own_categories, "message-db, a category a client",
       0);
  tell("  in process", rates.in_process, rates.synced,
       fmt::format("RocksDB, {} records a sync", clients), kRocksDbFloor);
}

}  // namespace

bool MessageDbInstalled() {
  return std::filesystem::exists(BENCH_TOOLS "/postgresql/.complete") &&
         std::filesystem::exists(BENCH_TOOLS "/message-db/.complete");
}

absl::Status MeasureMessageDb(const std::string& scratch, absl::Duration measure,
                              std::vector<Line>& lines) {
  const std::string directory = std::filesystem::absolute(scratch).string() + "/message_db";
  auto peer = MessageDb::Start(directory);
  if (!peer.ok()) return peer.status();
  auto ours = InProcess::Start(scratch + "/in_process");
  if (!ours.ok()) return ours.status();
  const auto rpc = StartCommands(scratch + "/message_db_rpc");
  if (!rpc.ok()) return rpc.status();
  // Fills what the ceiling below writes again.
  if (const auto warm = (*ours)->Commands(64, absl::Seconds(1)); !warm.ok()) return warm.status();
  const auto records = (*ours)->Records();
  if (!records.ok()) return records.status();
  rocksdb::Options options;
  options.create_if_missing = true;
  rocksdb::DB* raw = nullptr;
  const rocksdb::Status opened = rocksdb::DB::Open(options, scratch + "/synced", &raw);
  if (!opened.ok()) return absl::InternalError(opened.ToString());
  const std::unique_ptr<rocksdb::DB> db(raw);
  int64_t next = 0;
  for (int clients : kClients) {
    Rates rates;
    const std::vector<Work> works = {
        {&rates.one_category, [&](auto turn) { return (*peer)->Write(clients, turn, "one"); }},
        {&rates.in_process, [&](auto turn) { return (*ours)->Commands(clients, turn); }},
        {&rates.own_categories, [&](auto turn) { return (*peer)->Write(clients, turn, "each"); }},
        {&rates.rpc, [&](auto turn) { return (*rpc)(clients, turn); }},
        {&rates.synced,
         [&](auto turn) { return SyncedWrites(*db, *records, clients, turn, next); }}};
    const absl::Duration each = std::max(measure, absl::Seconds(kTurns));
    if (absl::Status done = ByTurns(each, works); !done.ok()) return done;
    Tell(clients, rates, lines);
  }
  return absl::OkStatus();
}

}  // namespace prihvat::bench
