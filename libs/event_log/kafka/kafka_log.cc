#include "libs/event_log/kafka/kafka_log.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "libs/base/report.h"
#include "libs/event_log/append_checks.h"
#include "libs/event_log/kafka/client_statistics.h"
#include "libs/event_log/kafka/cluster.h"
#include "libs/event_log/kafka/handles.h"
#include "libs/event_log/kafka/partition_producer.h"
#include "libs/event_log/kafka/partition_reader.h"
#include "libs/event_log/kafka/topic_audit.h"

namespace prihvat::event_log {
namespace {

using kafka::PartitionProducer;
using Properties = std::map<std::string, std::string>;

constexpr absl::Duration kClosePatience = absl::Seconds(15);

// How often a producer tells of itself, where the caller says nothing else.
constexpr char kStatisticsInterval[] = "statistics.interval.ms";
constexpr char kStatisticsEvery[] = "10000";

// The caller's properties, under those that may not be changed.
Properties Over(const KafkaClientOptions& options, const std::string& bootstrap, Properties fixed) {
  // Other clients than producers serve no callbacks: what they tell would heap up.
  fixed.emplace(kStatisticsInterval, "0");
  fixed["bootstrap.servers"] = bootstrap;
  fixed["allow.auto.create.topics"] = "false";
  Properties all = kafka::WithDefaults(options.properties);
  for (const auto& [name, value] : fixed) all[name] = value;
  return all;
}

Properties ProducerProperties(const KafkaLogOptions& options, const std::string& bootstrap) {
  const auto asked = options.client.properties.find(kStatisticsInterval);
  return Over(
      options.client, bootstrap,
      {{"enable.idempotence", "true"},
       {"acks", "all"},
       {"linger.ms", "1000"},  // PartitionProducer ends it as soon as a batch is whole
       {"retry.backoff.ms", "20"},
       {"compression.type", "none"},
       {kStatisticsInterval,
        asked == options.client.properties.end() ? kStatisticsEvery : asked->second},
       {"message.max.bytes", absl::StrCat(ClientMaxMessageBytes(options.max_record_bytes))},
       {"message.timeout.ms", absl::StrCat(absl::ToInt64Milliseconds(options.delivery_timeout))}});
}

Properties ReaderProperties(const KafkaLogOptions& options, const std::string& bootstrap) {
  const size_t fetch_bytes =
      std::max(size_t{4} << 20, 2 * ClientMaxMessageBytes(options.max_record_bytes));
  return Over(options.client, bootstrap,
              {{"enable.partition.eof", "true"},
               {"auto.offset.reset", "error"},
               {"isolation.level", "read_uncommitted"},
               {"check.crcs", "true"},
               {"fetch.min.bytes", "1"},
               // The first record ends the wait. Every reader of every instance asks the brokers
               // anew when it is over, also where nobody writes.
               {"fetch.wait.max.ms", "500"},
               {"fetch.error.backoff.ms", "10"},  // also what it waits with its queue full
               {"queued.min.messages", "1000000"},
               {"queued.max.messages.kbytes", "16384"},  // this one bounds memory
               {"fetch.message.max.bytes", absl::StrCat(fetch_bytes)},
               {"fetch.max.bytes", absl::StrCat(2 * fetch_bytes)},
               {"receive.message.max.bytes", absl::StrCat(4 * fetch_bytes)}});
}

}  // namespace

// What the log and its readers share.
class KafkaLog::Core {
 public:
  explicit Core(KafkaLogOptions options) : options_(std::move(options)) {}

  absl::Status Open() {
    const std::string& bootstrap = options_.client.bootstrap_servers;
    auto cluster = kafka::Cluster::Connect(
        Over(options_.client, bootstrap, {{"isolation.level", "read_uncommitted"}}));
    if (!cluster.ok()) return cluster.status();
    cluster_ = *std::move(cluster);
    return kafka::MakeConf(ProducerProperties(options_, bootstrap))
        .status();  // a wrong property is told now, not later
  }

  absl::StatusOr<std::shared_ptr<PartitionProducer>> ProducerOf(const TopicPartition& tp) {
    absl::MutexLock lock(&mutex_);
    if (closed_) return LogIsClosed();
    std::shared_ptr<PartitionProducer>& producer = producers_[tp];
    if (producer != nullptr) return producer;
    auto started = PartitionProducer::Start(
        tp, ProducerProperties(options_, cluster_->bootstrap_servers()), statistics_);
    if (!started.ok()) {
      producers_.erase(tp);
      return started.status();
    }
    producer = *std::move(started);
    return producer;
  }

  void DropProducer(const TopicPartition& tp) {
    absl::MutexLock lock(&mutex_);
    std::erase_if(retired_,
                  [](const auto& producer) { return producer->Ended(absl::InfinitePast()); });
    const auto found = producers_.find(tp);
    if (found == producers_.end()) return;
    found->second->Stop();
    retired_.push_back(std::move(found->second));
    producers_.erase(found);
  }

  void Close() {
    std::vector<std::shared_ptr<PartitionProducer>> ending;
    {
      absl::MutexLock lock(&mutex_);
      closed_ = true;
      for (auto& [tp, producer] : producers_) retired_.push_back(std::move(producer));
      producers_.clear();
      ending.swap(retired_);
    }
    for (const auto& producer : ending) producer->Stop();
    const absl::Time give_up = absl::Now() + kClosePatience;
    for (const auto& producer : ending) {
      if (!producer->Ended(give_up)) {
        base::Report(base::Severity::kWarning, "kafka log",
                     "a producer does not end, it is left behind");
      }
    }
    if (!undertaker_->Close(give_up)) {
      base::Report(base::Severity::kWarning, "kafka log",
                   "a reader does not end, it is left behind");
    }
  }

  absl::StatusOr<Offset> End(const TopicPartition& tp, absl::Time deadline) {
    if (closed()) return LogIsClosed();
    return cluster_->End(tp, deadline);
  }
  absl::StatusOr<int32_t> PartitionCount(const std::string& topic, absl::Time deadline) {
    if (closed()) return LogIsClosed();
    return cluster_->PartitionCount(topic, deadline);
  }
  Properties PropertiesOfReaders() const {
    return ReaderProperties(options_, cluster_->bootstrap_servers());
  }

  bool closed() const {
    absl::MutexLock lock(&mutex_);
    return closed_;
  }
  const KafkaLogOptions& options() const { return options_; }
  const std::shared_ptr<kafka::Undertaker>& undertaker() const { return undertaker_; }
  const kafka::ClientStatistics& statistics() const { return *statistics_; }

 private:
  const KafkaLogOptions options_;
  std::unique_ptr<kafka::Cluster> cluster_;  // set by Open, then not changed
  const std::shared_ptr<kafka::Undertaker> undertaker_ = std::make_shared<kafka::Undertaker>();
  const std::shared_ptr<kafka::ClientStatistics> statistics_ =
      std::make_shared<kafka::ClientStatistics>();  // shared with producers
  mutable absl::Mutex mutex_;
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;
  absl::flat_hash_map<TopicPartition, std::shared_ptr<PartitionProducer>> producers_
      ABSL_GUARDED_BY(mutex_);
  std::vector<std::shared_ptr<PartitionProducer>> retired_ ABSL_GUARDED_BY(mutex_);  // stopping
};

absl::StatusOr<std::unique_ptr<KafkaLog>> KafkaLog::Open(KafkaLogOptions options) {
  auto core = std::make_shared<Core>(std::move(options));
  if (absl::Status opened = core->Open(); !opened.ok()) return opened;
  return absl::WrapUnique(new KafkaLog(std::move(core)));
}

KafkaLog::~KafkaLog() { Close(); }

void KafkaLog::Append(const TopicPartition& tp, std::vector<std::string> records,
                      absl::Time deadline, AppendDone done) {
  if (absl::Status ok = CheckBatch(tp, records, max_record_bytes()); !ok.ok())
    return done(NotSent(ok));
  const auto producer = core_->ProducerOf(tp);
  if (!producer.ok()) return done(NotSent(producer.status()));
  (*producer)->Append(records, deadline, std::move(done));
}

absl::StatusOr<std::unique_ptr<LogReader>> KafkaLog::OpenReader(const TopicPartition& tp,
                                                                Offset from,
                                                                std::function<void()> on_readable) {
  if (core_->closed()) return LogIsClosed();
  if (from < 0)
    return absl::DataLossError(absl::StrCat(ToString(tp), ": there is no offset ", from));
  const std::shared_ptr<Core> core = core_;
  return kafka::PartitionReader::Open(
      tp, from, core->PropertiesOfReaders(),
      {.end = [core, tp](absl::Time deadline) { return core->End(tp, deadline); },
       .closed = [core] { return core->closed(); },
       .undertaker = core->undertaker()},
      std::move(on_readable));
}

absl::StatusOr<Offset> KafkaLog::End(const TopicPartition& tp, absl::Time deadline) {
  return core_->End(tp, deadline);
}

absl::StatusOr<int32_t> KafkaLog::PartitionCount(const std::string& topic, absl::Time deadline) {
  return core_->PartitionCount(topic, deadline);
}

void KafkaLog::ResetWriter(const TopicPartition& tp) { core_->DropProducer(tp); }

size_t KafkaLog::max_record_bytes() const { return core_->options().max_record_bytes; }

std::vector<base::Statistic> KafkaLog::Statistics() const { return core_->statistics().Collect(); }

void KafkaLog::Close() { core_->Close(); }

}  // namespace prihvat::event_log
