// The writer of one partition on Kafka.
#pragma once

#include <list>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "libs/event_log/event_log.h"
#include "libs/event_log/kafka/client_statistics.h"
#include "libs/event_log/kafka/handles.h"

namespace prihvat::event_log::kafka {

// One idempotent producer and the thread that serves it. Owned by the KafkaLog; its thread holds it
// too, so that it can be let go of (Stop) without waiting. Thread-safe.
class PartitionProducer : public std::enable_shared_from_this<PartitionProducer> {
 public:
  // `properties` is complete but for the callbacks. What the client tells of itself goes to
  // `statistics`, until it has ended.
  static absl::StatusOr<std::shared_ptr<PartitionProducer>> Start(
      const TopicPartition& tp, const std::map<std::string, std::string>& properties,
      std::shared_ptr<ClientStatistics> statistics);

  // The records have been checked. `done` runs on the producer's thread, or here if nothing could
  // be sent.
  void Append(const std::vector<std::string>& records, absl::Time deadline,
              EventLog::AppendDone done);

  // Purges what is queued and in flight, ends its batches (kUnknown unless it is proven that
  // nothing was sent), and the client. Returns at once; Ended says when it is done.
  void Stop();
  bool Ended(absl::Time deadline);

 private:
  struct Batch;
  struct Slot {  // one message of a batch; librdkafka carries its address
    Batch* batch = nullptr;
    size_t index = 0;
  };
  struct Batch {
    std::vector<Slot> slots;
    std::vector<std::optional<Offset>> offsets;
    size_t outstanding = 0;  // messages whose report has not come
    bool all_unsent = true;  // of the failed ones: proof for each that it is not in the log
    size_t delivered = 0;
    absl::Status error;  // the first
    absl::Time deadline;
    EventLog::AppendDone done;  // empty once called
  };

  PartitionProducer(TopicPartition tp, std::shared_ptr<ClientStatistics> statistics)
      : tp_(std::move(tp)), statistics_(std::move(statistics)) {}

  static void OnReport(rd_kafka_t* client, const rd_kafka_message_t* message, void* self);
  static int OnStatistics(rd_kafka_t* client, char* json, size_t size, void* self);
  void Report(const rd_kafka_message_t& message);
  void TellFinished();
  size_t Enqueue(Batch& batch, const std::vector<std::string>& records)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  static AppendResult ResultOf(const Batch& batch);
  void Run();
  void EndLateBatches(absl::Time now, const absl::Status& why);
  bool AwaitWork();
  bool Idle();

  const TopicPartition tp_;
  const std::shared_ptr<ClientStatistics> statistics_;
  Client client_;
  Topic topic_;
  absl::Mutex mutex_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::list<std::unique_ptr<Batch>> batches_ ABSL_GUARDED_BY(mutex_);  // with reports outstanding
  // Whose last report has come; of the producer's thread.
  std::vector<std::pair<EventLog::AppendDone, AppendResult>> finished_;
  absl::Notification ended_;
};

}  // namespace prihvat::event_log::kafka
