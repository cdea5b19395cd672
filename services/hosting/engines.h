// Opens the log that the options name: on behalf of every main.cc the only place that names
// concrete engines.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "libs/config/options.h"
#include "libs/event_log/event_log.h"

namespace prihvat::hosting {

// Creates what is missing (the directory; Kafka's topics, with the settings that the guarantees
// need) and refuses what is wrong, in words: FAILED_PRECONDITION for a topic that differs from its
// declaration or a directory that another process holds, PERMISSION_DENIED for brokers that refuse
// what the services do; see CheckBrokers for those that do not answer.
absl::StatusOr<std::unique_ptr<event_log::EventLog>> OpenLog(
    const config::HostOptions& options, const std::vector<std::string>& topics);

}  // namespace prihvat::hosting
