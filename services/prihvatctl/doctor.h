// prihvatctl doctor: looks at an installation from outside, and says what is wrong and what to do.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "prihvat/admin/v1/service.pb.h"
#include "services/prihvatctl/commands.h"
#include "services/prihvatctl/log_source.h"

namespace prihvat::ctl {

enum class Severity { kFine, kWarning, kProblem };

struct Finding {
  Severity severity = Severity::kFine;
  // What was looked at: server, certificate, clock, version, disk, owner, partition, lag, seal,
  // service, brokers, topics. For programs, so these stay.
  std::string check;
  std::string subject;  // of what: an address, "reception/3", a topic
  std::string found;    // a sentence with the numbers
  std::string advice;   // what to do; "" where all is well
};

// What one server said, or why it said nothing.
struct Examination {
  std::string address;
  bool was_named = true;  // by the caller; else another server said that it owns partitions
  absl::Status status;    // of the calls
  admin::v1::Instance instance;
  std::vector<admin::v1::Partition> partitions;
  // Its clock minus this machine's, known to that much: half of the time that the call took.
  absl::Duration clock_ahead;
  absl::Duration clock_known_to;
};

// What follows from what the servers said. Pure; `now` is this machine's clock.
std::vector<Finding> JudgeServers(const std::vector<Examination>& servers, absl::Time now);

struct DoctorArguments {
  std::vector<std::string> instances;  // host:port: more servers than --server names
  std::string brokers;                 // Kafka's, to look at them from here; "": not
  std::vector<std::string> kafka_properties;
  bool strict = false;  // warnings count as problems
};
// What the doctor needs of the program around it.
struct DoctorTools {
  const Connection& connection;
  std::function<std::unique_ptr<Api>(const std::string& address)> connect;
  const OpenLog& open_log;
  const AuditTopics& audit_topics;
};
// Prints findings; `context.exit_code` is kUnwell where there is a problem. An error only where
// nothing could be looked at for the caller's sake (a wrong flag).
absl::Status RunDoctor(CommandContext& context, const DoctorTools& tools,
                       const DoctorArguments& arguments);

}  // namespace prihvat::ctl
