#include "libs/event_log/kafka/partition_producer.h"

#include <algorithm>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "libs/event_log/append_checks.h"

namespace prihvat::event_log::kafka {
namespace {

constexpr int kPollMs = 50;  // how late a passed deadline or Stop may be noticed
constexpr absl::Duration kIdlePoll = absl::Milliseconds(500);  // statistics wait so long
constexpr absl::Duration kPurgePatience = absl::Seconds(2);

// Whether the report proves that the message is not in the log and will not be. librdkafka's own
// status is the base; an error that it may have learnt from a broker is not taken for proof.
bool IsProvenUnsent(const rd_kafka_message_t& message) {
  if (rd_kafka_message_status(&message) != RD_KAFKA_MSG_STATUS_NOT_PERSISTED) return false;
  switch (message.err) {
    case RD_KAFKA_RESP_ERR__PURGE_QUEUE:
    case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
    case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
    case RD_KAFKA_RESP_ERR__MSG_TIMED_OUT:
      return true;
    default:
      return false;
  }
}

}  // namespace

absl::StatusOr<std::shared_ptr<PartitionProducer>> PartitionProducer::Start(
    const TopicPartition& tp, const std::map<std::string, std::string>& properties,
    std::shared_ptr<ClientStatistics> statistics) {
  absl::StatusOr<Conf> conf = MakeConf(properties);
  if (!conf.ok()) return conf.status();
  auto producer = absl::WrapUnique(new PartitionProducer(tp, std::move(statistics)));
  rd_kafka_conf_set_opaque(conf->get(), producer.get());
  rd_kafka_conf_set_dr_msg_cb(conf->get(), &PartitionProducer::OnReport);
  rd_kafka_conf_set_stats_cb(conf->get(), &PartitionProducer::OnStatistics);
  absl::StatusOr<Client> client = MakeClient(RD_KAFKA_PRODUCER, *std::move(conf));
  if (!client.ok()) return client.status();
  producer->client_ = *std::move(client);
  absl::StatusOr<Topic> topic = MakeTopic(producer->client_.get(), tp.topic);
  if (!topic.ok()) return topic.status();
  producer->topic_ = *std::move(topic);
  std::shared_ptr<PartitionProducer> shared = std::move(producer);
  std::thread([shared] { shared->Run(); }).detach();  // Ended() joins it, in a bounded time
  return shared;
}

void PartitionProducer::Append(const std::vector<std::string>& records, absl::Time deadline,
                               EventLog::AppendDone done) {
  auto batch = std::make_unique<Batch>();
  batch->slots.resize(records.size());
  batch->offsets.resize(records.size());
  batch->deadline = deadline;
  for (size_t i = 0; i < records.size(); ++i) batch->slots[i] = {batch.get(), i};
  {
    absl::MutexLock lock(
        &mutex_);  // held over all records: a batch stays together, and reports wait for it
    if (stopping_) {
      batch->error = absl::AbortedError("the writer was reset");
    } else if (absl::Now() > deadline) {
      batch->error = absl::DeadlineExceededError("the deadline passed before the batch was sent");
    } else {
      batch->outstanding = Enqueue(*batch, records);
    }
    if (batch->outstanding > 0) {
      batch->done = std::move(done);
      batches_.push_back(std::move(batch));
      return;
    }
  }
  done(NotSent(batch->error));
}

// Hands the records to librdkafka; answers how many it took. The batch's error says why not all.
size_t PartitionProducer::Enqueue(Batch& batch, const std::vector<std::string>& records) {
  for (size_t i = 0; i < records.size(); ++i) {
    const int failed = rd_kafka_produce(topic_.get(), tp_.partition, RD_KAFKA_MSG_F_COPY,
                                        const_cast<char*>(records[i].data()), records[i].size(),
                                        nullptr, 0, &batch.slots[i]);
    if (failed != 0) {
      batch.error =
          ToStatus(rd_kafka_last_error(), absl::StrCat("cannot append to ", ToString(tp_)));
      return i;
    }
  }
  return records.size();
}

void PartitionProducer::OnReport(rd_kafka_t* /*client*/, const rd_kafka_message_t* message,
                                 void* self) {
  static_cast<PartitionProducer*>(self)->Report(*message);
}

// On the thread that polls.
int PartitionProducer::OnStatistics(rd_kafka_t* /*client*/, char* json, size_t size, void* self) {
  // What cannot be read is left out; the next comes soon.
  (void)static_cast<PartitionProducer*>(self)->statistics_->Note(self, {json, size});
  return 0;  // librdkafka frees the text
}

void PartitionProducer::Report(const rd_kafka_message_t& message) {
  const Slot& slot = *static_cast<Slot*>(message._private);
  Batch& batch = *slot.batch;
  absl::MutexLock lock(&mutex_);
  if (message.err == RD_KAFKA_RESP_ERR_NO_ERROR) {
    ++batch.delivered;
    if (message.offset >= 0) batch.offsets[slot.index] = message.offset;
  } else {
    batch.all_unsent = batch.all_unsent && IsProvenUnsent(message);
    if (batch.error.ok())
      batch.error = ToStatus(message.err, absl::StrCat("append to ", ToString(tp_)));
  }
  if (--batch.outstanding > 0) return;
  if (batch.done) finished_.push_back({std::move(batch.done), ResultOf(batch)});
  std::erase_if(batches_, [&batch](const std::unique_ptr<Batch>& b) { return b.get() == &batch; });
  rd_kafka_yield(client_.get());  // ends the flush
}

// Not while a flush goes on: whoever is told appends the next batch, which is to linger until it is
// whole.
void PartitionProducer::TellFinished() {
  for (auto& [done, result] : std::exchange(finished_, {})) done(std::move(result));
}

AppendResult PartitionProducer::ResultOf(const Batch& batch) {
  if (batch.error.ok()) return {AppendResult::Outcome::kConfirmed, batch.offsets, absl::OkStatus()};
  return batch.delivered == 0 && batch.all_unsent ? NotSent(batch.error) : Unknown(batch.error);
}

// Ends batches whose deadline is not after `now`; what their messages become is not waited for.
void PartitionProducer::EndLateBatches(absl::Time now, const absl::Status& why) {
  std::vector<EventLog::AppendDone> late;
  {
    absl::MutexLock lock(&mutex_);
    for (const std::unique_ptr<Batch>& batch : batches_) {
      if (batch->done && batch->deadline <= now)
        late.push_back(std::exchange(batch->done, nullptr));
    }
  }
  for (const EventLog::AppendDone& done : late) done(Unknown(why));
}

// Until there is something to send or to stop, or it is time for what librdkafka tells meanwhile.
bool PartitionProducer::AwaitWork() {
  const auto work = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return stopping_ || !batches_.empty();
  };
  absl::MutexLock lock(&mutex_);
  mutex_.AwaitWithTimeout(absl::Condition(&work), kIdlePoll);
  return !stopping_;
}

bool PartitionProducer::Idle() {
  absl::MutexLock lock(&mutex_);
  return batches_.empty();
}

void PartitionProducer::Run() {
  // A message wakes librdkafka's thread, which would send the first of a batch alone, and the rest
  // as it finds them: each a request of its own for the broker. So it lingers (linger.ms), until
  // the whole batch is there and flushed.
  while (AwaitWork()) {
    rd_kafka_flush(client_.get(), kPollMs);  // polls, too; at once where nothing is outstanding
    TellFinished();
    EndLateBatches(absl::Now(), absl::DeadlineExceededError(
                                    absl::StrCat("append to ", ToString(tp_),
                                                 ": the deadline passed before it was confirmed")));
  }
  rd_kafka_purge(client_.get(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
  const absl::Time give_up = absl::Now() + kPurgePatience;
  while (!Idle() && absl::Now() < give_up) rd_kafka_poll(client_.get(), kPollMs);
  TellFinished();
  EndLateBatches(
      absl::InfiniteFuture(),
      absl::UnavailableError(absl::StrCat("append to ", ToString(tp_), ": the writer was reset")));
  topic_.reset();
  client_.reset();  // no reports after this: only now may the batches go
  statistics_->Forget(this);
  ended_.Notify();
}

void PartitionProducer::Stop() {
  absl::MutexLock lock(&mutex_);
  stopping_ = true;
}

bool PartitionProducer::Ended(absl::Time deadline) {
  return ended_.WaitForNotificationWithDeadline(deadline);
}

}  // namespace prihvat::event_log::kafka
