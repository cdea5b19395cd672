// One server stream of raw records of a partition, to the end that the log has when it begins.
//
// One thing at a time (a read on the executor, or a write), so nothing needs a lock: each step
// begins the next. What is read ahead is one read of the log. Ends at once when its caller or the
// server does; deletes itself.
#pragma once

#include <algorithm>
#include <deque>
#include <memory>
#include <string>
#include <utility>

#include "absl/time/clock.h"
#include "grpcpp/support/server_callback.h"
#include "libs/event_log/event_log.h"
#include "libs/rpc/admin/feed_stream.h"
#include "libs/rpc/admission.h"
#include "libs/rpc/errors.h"
#include "libs/rpc/executor.h"
#include "libs/runtime/reasons.h"
#include "prihvat/admin/v1/service.pb.h"

namespace prihvat::rpc::admin {

class ExportStream final
    : public grpc::ServerWriteReactor<::prihvat::admin::v1::ExportLogResponse> {
 public:
  // The log, the executor and the streams, which it has entered, outlive it.
  ExportStream(event_log::EventLog& log, event_log::TopicPartition tp, event_log::Offset from,
               Executor& executor, FeedStreams& streams, Admission admission)
      : log_(log),
        tp_(std::move(tp)),
        next_(from),
        executor_(executor),
        streams_(streams),
        admission_(std::move(admission)) {
    executor_.Post([this] { Open(); });
  }

  void OnWriteDone(bool ok) override {
    if (!ok) return End(absl::CancelledError("the caller gave up"));
    executor_.Post([this] { Load(); });
  }

  void OnDone() override {
    streams_.Leave();
    delete this;
  }

 private:
  static constexpr size_t kRecords = 256;                    // of one read
  static constexpr size_t kBytes = size_t{1} << 20;          // of one message, about
  static constexpr absl::Duration kStep = absl::Seconds(2);  // on one of the executor's threads

  void Open() {
    const auto end = log_.End(tp_, absl::Now() + kStep);
    if (!end.ok()) return End(end.status());
    end_ = *end;
    if (next_ >= end_) return End(absl::OkStatus());
    auto reader = log_.OpenReader(tp_, next_, nullptr);
    if (!reader.ok()) return End(reader.status());
    reader_ = *std::move(reader);
    Load();
  }

  void Load() {
    if (streams_.ending())
      return End(RejectAndRetry(es::Rejected(runtime::kShuttingDown), absl::Seconds(1)));
    if (ahead_.empty() && next_ < end_) {
      auto records = reader_->Read(kRecords, absl::Now() + kStep);
      if (absl::IsDeadlineExceeded(records.status()) && absl::Now() < admission_.deadline)
        return executor_.Post([this] { Load(); });
      if (!records.ok()) return End(records.status());
      for (event_log::RawRecord& record : *records) ahead_.push_back(std::move(record));
    }
    message_.Clear();
    message_.set_first_offset(next_);
    for (size_t bytes = 0; !ahead_.empty() && next_ < end_ && bytes < kBytes; ++next_) {
      bytes += ahead_.front().bytes.size();
      message_.add_records(std::move(ahead_.front().bytes));
      ahead_.pop_front();
    }
    if (message_.records().empty()) return End(absl::OkStatus());
    StartWrite(&message_);
  }

  void End(const absl::Status& status) {
    admission_.method->metrics->Finished(status.code(), absl::Now() - admission_.received);
    Finish(ToGrpc(status));
  }

  event_log::EventLog& log_;
  const event_log::TopicPartition tp_;
  event_log::Offset next_;
  event_log::Offset end_ = 0;
  Executor& executor_;
  FeedStreams& streams_;
  const Admission admission_;
  std::unique_ptr<event_log::LogReader> reader_;
  std::deque<event_log::RawRecord> ahead_;
  ::prihvat::admin::v1::ExportLogResponse message_;
};

}  // namespace prihvat::rpc::admin
