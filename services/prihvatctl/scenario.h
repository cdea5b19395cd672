// A scenario: a story told as commands, in YAML. The form is described in scenarios/README.md.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "services/prihvatctl/api_catalogue.h"
#include "services/prihvatctl/scenario_yaml.h"

namespace prihvat::ctl {

struct ScenarioStep {
  std::string key;        // unique in the file: "check-in/usivak/7" of step check-in in two loops
  std::string group;      // the name of the step in the file: "check-in"
  int line = 0;           // where it stands in the file, from 1
  std::string principal;  // as x-prihvat-principal has it
  const google::protobuf::MethodDescriptor* method = nullptr;
  std::unique_ptr<google::protobuf::Message> request;  // with request id and effective time
  std::vector<std::string> expected_reasons;           // must be refused so; empty: accepted
};

struct Scenario {
  std::string id;
  std::string import_id;  // sent with each step; "" for none
  std::vector<ScenarioStep> steps;
};

// Reads a whole scenario and checks it against the API, before anything is sent. INVALID_ARGUMENT
// that names the line. `set`: other values for variables of the file, as what follows them there
// sees them; INVALID_ARGUMENT for one that it has not.
absl::StatusOr<Scenario> ParseScenario(std::string_view yaml, const ApiCatalogue& api,
                                       const Variables& set = {});

// The request id of a step: a UUID (version 8) from SHA-256 of both, so that the same step of the
// same scenario always has the same one, whatever file it stands in.
std::string StepRequestId(std::string_view scenario_id, std::string_view step_key);

}  // namespace prihvat::ctl
