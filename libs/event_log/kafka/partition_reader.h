// The reader of one partition on Kafka.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/event_log/event_log.h"
#include "libs/event_log/kafka/handles.h"
#include "libs/event_log/readable_signal.h"

namespace prihvat::event_log::kafka {

// librdkafka's simple consumer: from an explicit offset, no group, nothing committed. Used by one
// thread, which no call holds beyond its deadline: what may wait for a broker is asked through
// `end`, and the client is let go of on a thread of its own.
class PartitionReader : public LogReader {
 public:
  struct Log {  // what the reader needs of the log that it belongs to; outlived by the reader
    std::function<absl::StatusOr<Offset>(absl::Time deadline)> end;
    std::function<bool()> closed;
    std::shared_ptr<Undertaker> undertaker;
  };

  static absl::StatusOr<std::unique_ptr<LogReader>> Open(
      const TopicPartition& tp, Offset from, const std::map<std::string, std::string>& properties,
      Log log, std::function<void()> on_readable);
  ~PartitionReader() override;

  absl::StatusOr<std::vector<RawRecord>> Read(size_t max_records, absl::Time deadline) override;
  Offset position() const override { return position_; }

 private:
  PartitionReader(TopicPartition tp, Offset from, Log log, std::function<void()> on_readable)
      : tp_(std::move(tp)),
        position_(from),
        log_(std::move(log)),
        signal_(std::move(on_readable)) {}

  static void OnEvent(rd_kafka_t* client, void* self);
  absl::Status Start();
  absl::StatusOr<std::vector<RawRecord>> Take(size_t max_records, absl::Time deadline);
  absl::Status Check(const rd_kafka_message_t& message);
  absl::Status Outside(const std::string& why);
  bool QueueIsEmpty();
  absl::Status NothingInTime() const;
  absl::Status Stop(absl::Status why);

  const TopicPartition tp_;
  Offset position_;
  const Log log_;
  absl::Status stopped_;                                       // for ever
  absl::Status pending_;                                       // for the next call
  rd_kafka_resp_err_t settling_ = RD_KAFKA_RESP_ERR_NO_ERROR;  // heard since the last record
  absl::Time outside_since_ = absl::InfiniteFuture();  // the position is said not to be in the log
  bool started_ = false;
  std::atomic<bool> heard_ = true;  // librdkafka told of something since the last look
  absl::Time look_again_ = absl::InfinitePast();
  ReadableSignal signal_;
  Client client_;  // destroyed after what it made
  Topic topic_;
  Queue queue_;
};

}  // namespace prihvat::event_log::kafka
