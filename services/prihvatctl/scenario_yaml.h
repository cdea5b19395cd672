// From YAML to a request: the JSON mapping of protobuf, written as YAML, with the schema at hand.
//
// Beyond the JSON mapping, three types may be written as one scalar, as people write them:
// google.type.Money ("725000.00 BAM"), google.type.Date ("2023-07-13") and
// prihvat.common.v1.Decimal ("10"). Numbers are passed on as text, so that no amount ever becomes a
// binary fraction.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "google/protobuf/message.h"
#include "nlohmann/json.hpp"
#include "yaml-cpp/yaml.h"

namespace prihvat::ctl {

// Names and their values, for ${name} in a scenario.
using Variables = std::map<std::string, std::string, std::less<>>;

// Replaces ${name}, and ${name*20-19:04}: factors and summands are whole numbers, taken from left
// to right, and :04 pads the result with zeros to 4 digits. INVALID_ARGUMENT for an unknown name, a
// name that is not a number where one is needed, or a reference that is not closed. "$${" stands
// for "${".
absl::StatusOr<std::string> Substitute(std::string_view text, const Variables& variables);

// The request of type `type` that `node` (a map) says, as protobuf JSON. INVALID_ARGUMENT that
// names the path and the line: an unknown field (with the nearest one), text where a message is
// expected, a malformed amount or date, a key given twice.
absl::StatusOr<nlohmann::json> YamlToJson(const YAML::Node& node,
                                          const google::protobuf::Descriptor& type,
                                          const Variables& variables);

// Strict parsing: unknown fields and values that do not fit are INVALID_ARGUMENT.
absl::Status JsonToMessage(std::string_view json, google::protobuf::Message& message);

// A message of a compiled-in type from "field=value" entries; values as YAML has them above.
absl::StatusOr<std::unique_ptr<google::protobuf::Message>> FilledMessage(
    const google::protobuf::Descriptor& type, const std::vector<std::string>& entries);

// An empty message of a compiled-in type.
std::unique_ptr<google::protobuf::Message> NewMessage(const google::protobuf::Descriptor& type);

}  // namespace prihvat::ctl
