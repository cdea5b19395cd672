// Where the records of a log come from: a file, an engine, or a running server.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "libs/event_log/event_log.h"
#include "libs/evidence/log_file.h"
#include "services/prihvatctl/api.h"
#include "services/prihvatctl/api_catalogue.h"

namespace prihvat::ctl {

// One thread.
class LogSource {
 public:
  // One record; false: no more are wanted.
  using Visit = absl::FunctionRef<bool(event_log::Offset, std::string_view)>;

  virtual ~LogSource() = default;

  // What it holds, in the order in which Read must be called for it.
  virtual const std::vector<event_log::TopicSpec>& topics() const = 0;
  // How much there is to read (records, or bytes of a file), and has been: for progress.
  virtual int64_t size() = 0;
  virtual int64_t done() const = 0;
  // Visits the partition's records from `from` to its end, in order. DATA_LOSS: the record after
  // the last one visited is damaged or missing, and the message says how.
  virtual absl::Status Read(const event_log::TopicPartition& tp, event_log::Offset from,
                            Visit visit) = 0;
  // After the last partition: whether there is what there must be at the end.
  virtual absl::Status Finish() { return absl::OkStatus(); }
};

// Which log to open, for what only main.cc knows how to.
struct LogPlace {
  std::string directory;  // of an embedded log, or
  std::string brokers;    // of Kafka
  std::map<std::string, std::string> kafka_properties;
};
struct OpenedLog {
  std::unique_ptr<event_log::EventLog> log;
  std::vector<event_log::TopicSpec> topics;
};
using OpenLog = std::function<absl::StatusOr<OpenedLog>(const LogPlace&)>;
// Compares topics with what they are declared to be: FAILED_PRECONDITION names every difference.
using AuditTopics = std::function<absl::Status(const LogPlace& place,
                                               const std::vector<event_log::TopicSpec>& topics)>;

std::unique_ptr<LogSource> SourceOf(OpenedLog opened);
absl::StatusOr<std::unique_ptr<LogSource>> SourceOfFile(const std::string& path);
// The logs of these services, as they stand when it is asked. `api` and the catalogue outlive it.
absl::StatusOr<std::unique_ptr<LogSource>> SourceOfServer(Api& api, const ApiCatalogue& catalogue,
                                                          const CallOptions& options,
                                                          const std::vector<std::string>& services);

}  // namespace prihvat::ctl
