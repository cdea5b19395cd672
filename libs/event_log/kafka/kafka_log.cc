#include "libs/event_log/kafka/kafka_log.h"

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "libs/event_log/append_checks.h"
#include "libs/event_log/kafka/handles.h"
#include "libs/event_log/kafka/partition_producer.h"
#include "libs/event_log/kafka/topic_audit.h"
#include "libs/event_log/readable_signal.h"

namespace prihvat::event_log {
namespace {

using kafka::Client;
using kafka::PartitionProducer;
using kafka::TimeoutMs;
using kafka::ToStatus;
using Properties = std::map<std::string, std::string>;

constexpr absl::Duration kClosePatience = absl::Seconds(15);
constexpr absl::Duration kSettlePatience = absl::Seconds(3);
constexpr absl::Duration kSettlePoll = absl::Milliseconds(20);

// Whether the error is what a new topic or a change of leaders brings for a moment.
bool MaySettle(rd_kafka_resp_err_t error) {
  switch (error) {
    case RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE:
    case RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION:
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
    case RD_KAFKA_RESP_ERR_OFFSET_NOT_AVAILABLE:
    case RD_KAFKA_RESP_ERR_FENCED_LEADER_EPOCH:
    case RD_KAFKA_RESP_ERR_UNKNOWN_LEADER_EPOCH:
    case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
    case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
    case RD_KAFKA_RESP_ERR__WAIT_COORD:
    case RD_KAFKA_RESP_ERR__TRANSPORT:
      return true;
    default:
      return false;
  }
}

// The caller's properties, under those that may not be changed.
Properties Over(const KafkaClientOptions& options, Properties fixed) {
  fixed["bootstrap.servers"] = options.bootstrap_servers;
  fixed["allow.auto.create.topics"] = "false";
  Properties all = {{"socket.nagle.disable", "true"},
                    {"log.connection.close", "false"},
                    {"reconnect.backoff.ms", "20"},
                    {"reconnect.backoff.max.ms", "1000"}};
  for (const auto& [name, value] : options.properties) all[name] = value;
  for (const auto& [name, value] : fixed) all[name] = value;
  return all;
}

Properties ProducerProperties(const KafkaLogOptions& options) {
  return Over(
      options.client,
      {{"enable.idempotence", "true"},
       {"acks", "all"},
       {"linger.ms", "0"},
       {"retry.backoff.ms", "20"},
       {"compression.type", "none"},
       {"message.max.bytes", absl::StrCat(ClientMaxMessageBytes(options.max_record_bytes))},
       {"message.timeout.ms", absl::StrCat(absl::ToInt64Milliseconds(options.delivery_timeout))}});
}

Properties ReaderProperties(const KafkaLogOptions& options) {
  const size_t fetch_bytes =
      std::max(size_t{4} << 20, 2 * ClientMaxMessageBytes(options.max_record_bytes));
  return Over(options.client,
              {{"enable.partition.eof", "true"},
               {"auto.offset.reset", "error"},
               {"isolation.level", "read_uncommitted"},
               {"check.crcs", "true"},
               {"fetch.min.bytes", "1"},
               {"fetch.wait.max.ms", "100"},
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
    auto conf = kafka::MakeConf(Over(options_.client, {{"isolation.level", "read_uncommitted"}}));
    if (!conf.ok()) return conf.status();
    auto client = kafka::MakeClient(RD_KAFKA_CONSUMER, *std::move(conf));
    if (!client.ok()) return client.status();
    meta_ = *std::move(client);
    return kafka::MakeConf(ProducerProperties(options_))
        .status();  // a wrong property is told now, not later
  }

  absl::StatusOr<std::shared_ptr<PartitionProducer>> ProducerOf(const TopicPartition& tp) {
    absl::MutexLock lock(&mutex_);
    if (closed_) return LogIsClosed();
    std::shared_ptr<PartitionProducer>& producer = producers_[tp];
    if (producer != nullptr) return producer;
    auto started = PartitionProducer::Start(tp, ProducerProperties(options_));
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
      if (!producer->Ended(give_up))
        std::fprintf(stderr, "kafka log: a producer does not end, it is left behind\n");
    }
  }

  struct Bounds {
    Offset begin = 0;
    Offset end = 0;
  };
  absl::StatusOr<Bounds> BoundsOf(const TopicPartition& tp, absl::Time deadline) {
    const absl::Time give_up = std::min(deadline, absl::Now() + kSettlePatience);
    while (true) {
      if (closed()) return LogIsClosed();
      int64_t low = 0, high = 0;
      const rd_kafka_resp_err_t error = rd_kafka_query_watermark_offsets(
          meta_.get(), tp.topic.c_str(), tp.partition, &low, &high, TimeoutMs(deadline));
      if (error == RD_KAFKA_RESP_ERR_NO_ERROR) return Bounds{low, high};
      if (!MaySettle(error) || absl::Now() >= give_up)
        return ToStatus(error, absl::StrCat(ToString(tp), ": end"));
      absl::SleepFor(kSettlePoll);
    }
  }

  absl::StatusOr<int32_t> PartitionCount(const std::string& topic, absl::Time deadline) {
    if (closed()) return LogIsClosed();
    const auto handle = kafka::MakeTopic(meta_.get(), topic);
    if (!handle.ok()) return handle.status();
    const rd_kafka_metadata_t* raw = nullptr;
    rd_kafka_resp_err_t error =
        rd_kafka_metadata(meta_.get(), 0, handle->get(), &raw, TimeoutMs(deadline));
    const kafka::Metadata metadata(raw);
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR && metadata->topic_cnt == 1)
      error = metadata->topics[0].err;
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return ToStatus(error, absl::StrCat("topic ", topic));
    return static_cast<int32_t>(metadata->topics[0].partition_cnt);
  }

  bool closed() const {
    absl::MutexLock lock(&mutex_);
    return closed_;
  }
  const KafkaLogOptions& options() const { return options_; }

 private:
  const KafkaLogOptions options_;
  Client meta_;
  mutable absl::Mutex mutex_;
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;
  absl::flat_hash_map<TopicPartition, std::shared_ptr<PartitionProducer>> producers_
      ABSL_GUARDED_BY(mutex_);
  std::vector<std::shared_ptr<PartitionProducer>> retired_ ABSL_GUARDED_BY(mutex_);  // stopping
};

namespace {

// One partition's consumer. librdkafka's simple consumer: from an explicit offset, no group,
// nothing committed.
class KafkaReader : public LogReader {
 public:
  using BoundsFn = std::function<absl::StatusOr<std::pair<Offset, Offset>>(absl::Time deadline)>;
  using ClosedFn = std::function<bool()>;

  static absl::StatusOr<std::unique_ptr<LogReader>> Open(const TopicPartition& tp, Offset from,
                                                         const Properties& properties,
                                                         BoundsFn bounds, ClosedFn closed,
                                                         std::function<void()> on_readable) {
    auto conf = kafka::MakeConf(properties);
    if (!conf.ok()) return conf.status();
    auto client = kafka::MakeClient(RD_KAFKA_CONSUMER, *std::move(conf));
    if (!client.ok()) return client.status();
    auto topic = kafka::MakeTopic(client->get(), tp.topic);
    if (!topic.ok()) return topic.status();
    auto reader = absl::WrapUnique(new KafkaReader(tp, from, *std::move(client), *std::move(topic),
                                                   std::move(bounds), std::move(closed),
                                                   std::move(on_readable)));
    if (absl::Status started = reader->Start(); !started.ok()) return started;
    return reader;
  }

  ~KafkaReader() override {
    if (!started_) return;
    rd_kafka_queue_cb_event_enable(queue_.get(), nullptr, nullptr);
    signal_.Stop();
    rd_kafka_consume_stop(topic_.get(), tp_.partition);
  }

  absl::StatusOr<std::vector<RawRecord>> Read(size_t max_records, absl::Time deadline) override {
    if (closed_()) return LogIsClosed();
    if (!stopped_.ok()) return stopped_;
    absl::StatusOr<std::vector<RawRecord>> records = Take(max_records, absl::InfinitePast());
    if (!records.ok() || !records->empty()) return records;
    // An end-of-partition event in the queue may be old news: only the end itself, asked now,
    // proves the tip.
    if (absl::Now() >= deadline) {
      return absl::DeadlineExceededError(
          absl::StrCat(ToString(tp_), ": nothing at hand at offset ", position_));
    }
    const auto bounds = bounds_(deadline);
    if (!bounds.ok()) return bounds.status();
    const auto [begin, end] = *bounds;
    if (end == position_) return std::vector<RawRecord>();
    if (position_ < begin || position_ > end) {
      return Stop(absl::DataLossError(absl::StrCat(ToString(tp_), ": offset ", position_,
                                                   " is not in the log, which reaches from ", begin,
                                                   " to ", end)));
    }
    records = Take(max_records, deadline);
    if (records.ok() && records->empty()) {
      return absl::DeadlineExceededError(
          absl::StrCat(ToString(tp_), ": the record at offset ", position_, " did not come in time",
                       settling_ == RD_KAFKA_RESP_ERR_NO_ERROR ? "" : ", last heard: ",
                       settling_ == RD_KAFKA_RESP_ERR_NO_ERROR ? "" : rd_kafka_err2str(settling_)));
    }
    return records;
  }

  Offset position() const override { return position_; }

 private:
  KafkaReader(TopicPartition tp, Offset from, Client client, kafka::Topic topic, BoundsFn bounds,
              ClosedFn closed, std::function<void()> on_readable)
      : tp_(std::move(tp)),
        position_(from),
        bounds_(std::move(bounds)),
        closed_(std::move(closed)),
        signal_(std::move(on_readable)),
        client_(std::move(client)),
        topic_(std::move(topic)),
        queue_(rd_kafka_queue_new(client_.get())) {}

  absl::Status Start() {
    rd_kafka_queue_cb_event_enable(queue_.get(), &KafkaReader::OnEvent, this);
    if (rd_kafka_consume_start_queue(topic_.get(), tp_.partition, position_, queue_.get()) != 0) {
      return ToStatus(rd_kafka_last_error(), absl::StrCat(ToString(tp_), ": cannot read"));
    }
    started_ = true;
    return absl::OkStatus();
  }

  static void OnEvent(rd_kafka_t* /*client*/, void* self) {
    ReadableSignal& signal = static_cast<KafkaReader*>(self)->signal_;
    signal.Arm();  // librdkafka tells each time that an empty queue got something
    signal.Notify();
  }

  absl::Status Stop(absl::Status why) {
    stopped_ = std::move(why);
    return stopped_;
  }

  // Waits for a first record until `deadline`, then takes what is there. Empty: no record in that
  // time. An error that comes after records is kept for the next call.
  absl::StatusOr<std::vector<RawRecord>> Take(size_t max_records, absl::Time deadline) {
    std::vector<RawRecord> records;
    if (!pending_.ok()) return std::exchange(pending_, absl::OkStatus());
    while (records.size() < max_records) {
      const kafka::Message message(
          rd_kafka_consume_queue(queue_.get(), records.empty() ? TimeoutMs(deadline) : 0));
      if (message == nullptr) break;
      if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) continue;
      // What a new topic or a change of leaders brings: librdkafka itself goes on fetching, so the
      // record or the end that the caller waits for still comes, or its deadline does.
      if (MaySettle(message->err)) {
        settling_ = message->err;
        continue;
      }
      settling_ = RD_KAFKA_RESP_ERR_NO_ERROR;
      absl::Status status =
          message->err == RD_KAFKA_RESP_ERR_NO_ERROR ? Check(*message) : ErrorOf(*message);
      if (!status.ok()) {
        if (absl::IsDataLoss(status)) stopped_ = status;
        if (records.empty()) return status;
        pending_ = status;
        break;
      }
      rd_kafka_timestamp_type_t type;
      records.push_back({message->offset,
                         std::string(static_cast<const char*>(message->payload), message->len),
                         absl::FromUnixMillis(rd_kafka_message_timestamp(message.get(), &type))});
      ++position_;
    }
    return records;
  }

  absl::Status Check(const rd_kafka_message_t& message) const {
    if (message.offset != position_) {
      return absl::DataLossError(absl::StrCat(ToString(tp_), ": the record at offset ", position_,
                                              " is missing, the next is at ", message.offset));
    }
    if (message.payload == nullptr) {
      return absl::DataLossError(
          absl::StrCat(ToString(tp_), ": the record at offset ", position_, " is empty"));
    }
    return absl::OkStatus();
  }

  absl::Status ErrorOf(const rd_kafka_message_t& message) const {
    return ToStatus(message.err, absl::StrCat(ToString(tp_), ": cannot read offset ", position_));
  }

  const TopicPartition tp_;
  Offset position_;
  const BoundsFn bounds_;
  const ClosedFn closed_;
  absl::Status stopped_;                                       // for ever
  absl::Status pending_;                                       // for the next call
  rd_kafka_resp_err_t settling_ = RD_KAFKA_RESP_ERR_NO_ERROR;  // heard since the last record
  bool started_ = false;
  ReadableSignal signal_;
  const Client client_;  // destroyed after what it made
  const kafka::Topic topic_;
  const kafka::Queue queue_;
};

}  // namespace

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
  return KafkaReader::Open(
      tp, from, ReaderProperties(core->options()),
      [core, tp](absl::Time deadline) -> absl::StatusOr<std::pair<Offset, Offset>> {
        const auto bounds = core->BoundsOf(tp, deadline);
        if (!bounds.ok()) return bounds.status();
        return std::make_pair(bounds->begin, bounds->end);
      },
      [core] { return core->closed(); }, std::move(on_readable));
}

absl::StatusOr<Offset> KafkaLog::End(const TopicPartition& tp, absl::Time deadline) {
  const auto bounds = core_->BoundsOf(tp, deadline);
  if (!bounds.ok()) return bounds.status();
  return bounds->end;
}

absl::StatusOr<int32_t> KafkaLog::PartitionCount(const std::string& topic, absl::Time deadline) {
  return core_->PartitionCount(topic, deadline);
}

void KafkaLog::ResetWriter(const TopicPartition& tp) { core_->DropProducer(tp); }

size_t KafkaLog::max_record_bytes() const { return core_->options().max_record_bytes; }

void KafkaLog::Close() { core_->Close(); }

}  // namespace prihvat::event_log
