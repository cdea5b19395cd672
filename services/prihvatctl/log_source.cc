#include "services/prihvatctl/log_source.h"

#include <utility>

#include "absl/time/clock.h"
#include "fmt/format.h"
#include "libs/base/status_macros.h"
#include "libs/base/string_view.h"
#include "prihvat/admin/v1/service.pb.h"

namespace prihvat::ctl {
namespace {

using event_log::Offset;
using event_log::TopicPartition;
using event_log::TopicSpec;
using evidence::LogFileReader;

constexpr size_t kReadRecords = 1000;
constexpr absl::Duration kPatience = absl::Seconds(30);  // for one answer of the brokers

class EngineSource final : public LogSource {
 public:
  explicit EngineSource(OpenedLog opened) : opened_(std::move(opened)) {}

  const std::vector<TopicSpec>& topics() const override { return opened_.topics; }

  int64_t size() override {
    int64_t size = 0;
    for (const TopicSpec& topic : opened_.topics) {
      for (int32_t p = 0; p < topic.partitions; ++p)
        size += opened_.log->End({topic.name, p}, absl::Now() + kPatience).value_or(0);
    }
    return size;
  }
  int64_t done() const override { return done_; }

  absl::Status Read(const TopicPartition& tp, Offset from, Visit visit) override {
    PRIHVAT_ASSIGN_OR_RETURN(const Offset end, opened_.log->End(tp, absl::Now() + kPatience));
    PRIHVAT_ASSIGN_OR_RETURN(const auto reader, opened_.log->OpenReader(tp, from, nullptr));
    size_t at_once = kReadRecords;
    while (reader->position() < end) {
      const auto records = reader->Read(at_once, absl::Now() + kPatience);
      if (absl::IsDataLoss(records.status()) && at_once > 1) {
        at_once = 1;  // the ones before the damaged one are good
        continue;
      }
      if (!records.ok()) return records.status();
      if (records->empty())
        return absl::DataLossError(
            fmt::format("the log was cut while it was read, at offset {}", reader->position()));
      done_ += static_cast<int64_t>(records->size());
      for (const event_log::RawRecord& record : *records) {
        if (record.offset >= end || !visit(record.offset, record.bytes)) return absl::OkStatus();
      }
    }
    return absl::OkStatus();
  }

 private:
  OpenedLog opened_;
  int64_t done_ = 0;
};

class FileSource final : public LogSource {
 public:
  explicit FileSource(std::unique_ptr<LogFileReader> reader) : reader_(std::move(reader)) {}

  const std::vector<TopicSpec>& topics() const override { return reader_->header().topics; }
  int64_t size() override { return reader_->size(); }
  int64_t done() const override { return reader_->bytes_read(); }

  absl::Status Read(const TopicPartition& tp, Offset from, Visit visit) override {
    bool wanted = true;
    bool here = false;
    while (true) {
      PRIHVAT_ASSIGN_OR_RETURN(const LogFileReader::Next next, reader_->Step());
      if (next == LogFileReader::Next::kEnd)
        return absl::NotFoundError(fmt::format("the file has no {}", event_log::ToString(tp)));
      here = reader_->tp() == tp;
      if (here && next == LogFileReader::Next::kPartition && reader_->offset() > from) {
        return absl::FailedPreconditionError(
            fmt::format("the file has {} from offset {} on: it was made after a seal, and is "
                        "verified after that seal (--from-seals)",
                        event_log::ToString(tp), reader_->offset()));
      }
      if (here && next == LogFileReader::Next::kEndOfPartition) return absl::OkStatus();
      // The rest is read all the same: the file's own checks go on to its end.
      if (here && wanted && next == LogFileReader::Next::kRecord && reader_->offset() >= from)
        wanted = visit(reader_->offset(), reader_->record());
    }
  }

  absl::Status Finish() override {
    PRIHVAT_ASSIGN_OR_RETURN(const LogFileReader::Next next, reader_->Step());
    if (next == LogFileReader::Next::kEnd) return absl::OkStatus();
    return absl::DataLossError("the file goes on where its trailer should be");
  }

 private:
  const std::unique_ptr<LogFileReader> reader_;
};

class ServerSource final : public LogSource {
 public:
  ServerSource(Api& api, const ApiCatalogue& catalogue, CallOptions options)
      : api_(api), catalogue_(catalogue), options_(std::move(options)) {}

  // Asks what there is.
  absl::Status Open(const std::vector<std::string>& services) {
    PRIHVAT_ASSIGN_OR_RETURN(const auto* method, catalogue_.FindMethod("admin.ListPartitions"));
    for (const std::string& service : services) {
      admin::v1::ListPartitionsRequest request;
      request.set_service(service);
      PRIHVAT_ASSIGN_OR_RETURN(const Reply reply, api_.Call(*method, request, options_));
      admin::v1::ListPartitionsResponse response;
      response.CopyFrom(*reply.message);
      for (const admin::v1::Partition& partition : response.partitions()) {
        if (topics_.empty() || topics_.back().name != partition.topic())
          topics_.push_back({.name = partition.topic(), .partitions = 0});
        ++topics_.back().partitions;
        services_[partition.topic()] = service;
        size_ += partition.end_offset();
      }
    }
    return absl::OkStatus();
  }

  const std::vector<TopicSpec>& topics() const override { return topics_; }
  int64_t size() override { return size_; }
  int64_t done() const override { return done_; }

  absl::Status Read(const TopicPartition& tp, Offset from, Visit visit) override {
    PRIHVAT_ASSIGN_OR_RETURN(const auto* method, catalogue_.FindMethod("admin.ExportLog"));
    admin::v1::ExportLogRequest request;
    request.set_service(services_.at(tp.topic));
    request.set_partition(tp.partition);
    request.set_from_offset(from);
    CallOptions options = options_;
    options.timeout = absl::InfiniteDuration();  // as long as it takes; the server bounds each step
    Offset next = from;
    absl::Status order;
    const absl::Status ended =
        api_.Stream(*method, request, options, [&](const google::protobuf::Message& message) {
          admin::v1::ExportLogResponse response;
          response.CopyFrom(message);
          if (response.first_offset() != next)
            order = absl::InternalError(fmt::format("the server sent offset {} where {} was next",
                                                    response.first_offset(), next));
          if (!order.ok()) return false;
          done_ += response.records_size();
          for (const std::string& record : response.records()) {
            if (!visit(next++, record)) return false;
          }
          return true;
        });
    return order.ok() ? ended : order;
  }

 private:
  Api& api_;
  const ApiCatalogue& catalogue_;
  const CallOptions options_;
  std::vector<TopicSpec> topics_;
  std::map<std::string, std::string> services_;  // by topic
  int64_t size_ = 0;
  int64_t done_ = 0;
};

}  // namespace

std::unique_ptr<LogSource> SourceOf(OpenedLog opened) {
  return std::make_unique<EngineSource>(std::move(opened));
}

absl::StatusOr<std::unique_ptr<LogSource>> SourceOfFile(const std::string& path) {
  PRIHVAT_ASSIGN_OR_RETURN(auto reader, LogFileReader::Open(path));
  return std::make_unique<FileSource>(std::move(reader));
}

absl::StatusOr<std::unique_ptr<LogSource>> SourceOfServer(
    Api& api, const ApiCatalogue& catalogue, const CallOptions& options,
    const std::vector<std::string>& services) {
  auto source = std::make_unique<ServerSource>(api, catalogue, options);
  PRIHVAT_RETURN_IF_ERROR(source->Open(services));
  return source;
}

}  // namespace prihvat::ctl
