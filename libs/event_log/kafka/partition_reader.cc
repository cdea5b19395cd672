#include "libs/event_log/kafka/partition_reader.h"

#include <algorithm>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "libs/event_log/append_checks.h"
#include "libs/event_log/kafka/cluster.h"

namespace prihvat::event_log::kafka {
namespace {

// A broker that was away believes for a moment that it still leads, and its log may end before what
// was read from its successor. Only what is still so after this time is believed.
constexpr absl::Duration kStaleLeader = absl::Seconds(5);
constexpr absl::Duration kLookAgain = absl::Milliseconds(200);
constexpr absl::Duration kOutsidePoll = absl::Milliseconds(200);

bool SaysOutside(rd_kafka_resp_err_t error) {
  return error == RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE ||
         error == RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET;
}

}  // namespace

absl::StatusOr<std::unique_ptr<LogReader>> PartitionReader::Open(
    const TopicPartition& tp, Offset from, const std::map<std::string, std::string>& properties,
    Log log, std::function<void()> on_readable) {
  auto conf = MakeConf(properties);
  if (!conf.ok()) return conf.status();
  auto client = MakeClient(RD_KAFKA_CONSUMER, *std::move(conf));
  if (!client.ok()) return client.status();
  auto topic = MakeTopic(client->get(), tp.topic);
  if (!topic.ok()) return topic.status();
  auto reader =
      absl::WrapUnique(new PartitionReader(tp, from, std::move(log), std::move(on_readable)));
  reader->client_ = *std::move(client);
  reader->topic_ = *std::move(topic);
  reader->queue_.reset(rd_kafka_queue_new(reader->client_.get()));
  rd_kafka_queue_cb_event_enable(reader->queue_.get(), &PartitionReader::OnEvent, reader.get());
  if (absl::Status started = reader->Start(); !started.ok()) return started;
  return reader;
}

PartitionReader::~PartitionReader() {
  if (queue_ != nullptr) rd_kafka_queue_cb_event_enable(queue_.get(), nullptr, nullptr);
  signal_.Stop();
  struct Remains {
    Client client;
    Topic topic;
    Queue queue;
  };
  const auto remains =
      std::make_shared<Remains>(Remains{std::move(client_), std::move(topic_), std::move(queue_)});
  log_.undertaker->Take([remains, started = started_, partition = tp_.partition] {
    if (started) rd_kafka_consume_stop(remains->topic.get(), partition);
    remains->queue.reset();
    remains->topic.reset();
    remains->client.reset();
  });
}

absl::Status PartitionReader::Start() {
  if (rd_kafka_consume_start_queue(topic_.get(), tp_.partition, position_, queue_.get()) != 0)
    return ToStatus(rd_kafka_last_error(), absl::StrCat(ToString(tp_), ": cannot read"));
  started_ = true;
  return absl::OkStatus();
}

void PartitionReader::OnEvent(rd_kafka_t* /*client*/, void* self) {
  static_cast<PartitionReader*>(self)->heard_ = true;
  ReadableSignal& signal = static_cast<PartitionReader*>(self)->signal_;
  signal.Arm();  // librdkafka tells each time that an empty queue got something
  signal.Notify();
}

absl::StatusOr<std::vector<RawRecord>> PartitionReader::Read(size_t max_records,
                                                             absl::Time deadline) {
  if (log_.closed()) return LogIsClosed();
  if (!stopped_.ok()) return stopped_;
  if (deadline == absl::InfinitePast() && QueueIsEmpty()) return NothingInTime();
  absl::StatusOr<std::vector<RawRecord>> records = Take(max_records, absl::InfinitePast());
  while (true) {
    const bool outside = outside_since_ != absl::InfiniteFuture();
    if (records.ok() ? !records->empty() : !outside || !stopped_.ok()) return records;
    const absl::Time now = absl::Now();
    if (now >= deadline) return records.ok() ? NothingInTime() : records.status();
    if (!records.ok()) absl::SleepFor(std::min(kOutsidePoll, deadline - now));
    // An end-of-partition event in the queue may be old news: only the end itself, asked now,
    // proves the tip.
    const auto end = log_.end(deadline);
    if (!end.ok()) return end.status();
    if (*end == position_) {
      outside_since_ = absl::InfiniteFuture();
      return std::vector<RawRecord>();
    }
    if (*end < position_) {
      records = Outside(absl::StrCat("the log ends at ", *end));
    } else {
      records = Take(max_records, deadline);
    }
  }
}

// Asking librdkafka costs a call into the kernel, and a service looks at all its partitions at each
// step: it is asked when it has told of something, and now and then whatever it told.
bool PartitionReader::QueueIsEmpty() {
  if (heard_ || !pending_.ok()) return false;
  return absl::Now() < look_again_;
}

absl::Status PartitionReader::NothingInTime() const {
  return absl::DeadlineExceededError(
      absl::StrCat(ToString(tp_), ": the record at offset ", position_, " did not come in time",
                   settling_ == RD_KAFKA_RESP_ERR_NO_ERROR ? "" : ", last heard: ",
                   settling_ == RD_KAFKA_RESP_ERR_NO_ERROR ? "" : rd_kafka_err2str(settling_)));
}

absl::Status PartitionReader::Stop(absl::Status why) {
  stopped_ = std::move(why);
  return stopped_;
}

// Some broker says that the position is not in the log. UNAVAILABLE until it has been said for
// long enough to be true; librdkafka, which has stopped fetching, begins anew.
absl::Status PartitionReader::Outside(const std::string& why) {
  const absl::Time now = absl::Now();
  const std::string message =
      absl::StrCat(ToString(tp_), ": offset ", position_, " is not in the log: ", why);
  outside_since_ = std::min(outside_since_, now);
  if (now - outside_since_ >= kStaleLeader) return Stop(absl::DataLossError(message));
  rd_kafka_consume_stop(topic_.get(), tp_.partition);
  started_ = false;
  if (absl::Status started = Start(); !started.ok()) return started;
  return absl::UnavailableError(absl::StrCat(message, "; asked again"));
}

// Waits for a first record until `deadline`, then takes what is there. Empty: no record in that
// time. An error that comes after records is kept for the next call.
absl::StatusOr<std::vector<RawRecord>> PartitionReader::Take(size_t max_records,
                                                             absl::Time deadline) {
  std::vector<RawRecord> records;
  if (!pending_.ok()) return std::exchange(pending_, absl::OkStatus());
  heard_ = false;  // before the look: what comes meanwhile is told anew
  look_again_ = absl::Now() + kLookAgain;
  while (true) {
    if (records.size() == max_records) {
      heard_ = true;  // there may be more, of which nothing is told again
      break;
    }
    const Message message(
        rd_kafka_consume_queue(queue_.get(), records.empty() ? TimeoutMs(deadline) : 0));
    if (message == nullptr) break;
    if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) continue;
    // What a lost broker or a change of leaders brings: librdkafka itself goes on fetching, so the
    // record or the end that the caller waits for still comes, or its deadline does.
    if (MaySettle(message->err)) {
      settling_ = message->err;
      continue;
    }
    settling_ = RD_KAFKA_RESP_ERR_NO_ERROR;
    if (absl::Status status = Check(*message); !status.ok()) {
      if (absl::IsDataLoss(status)) stopped_ = status;
      heard_ = true;  // there may be more, of which nothing is told again
      if (records.empty()) return status;
      pending_ = status;
      break;
    }
    rd_kafka_timestamp_type_t type;
    records.push_back({message->offset,
                       std::string(static_cast<const char*>(message->payload), message->len),
                       absl::FromUnixMillis(rd_kafka_message_timestamp(message.get(), &type))});
    ++position_;
    outside_since_ = absl::InfiniteFuture();
  }
  return records;
}

absl::Status PartitionReader::Check(const rd_kafka_message_t& message) {
  if (SaysOutside(message.err)) return Outside(rd_kafka_err2str(message.err));
  if (message.err != RD_KAFKA_RESP_ERR_NO_ERROR)
    return ToStatus(message.err, absl::StrCat(ToString(tp_), ": cannot read offset ", position_));
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

}  // namespace prihvat::event_log::kafka
