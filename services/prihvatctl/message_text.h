// Any message as people read it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "libs/documents/table.h"
#include "nlohmann/json.hpp"

namespace prihvat::ctl {

// "170900.00" and "BAM" as "170,900.00 KM"; other currencies keep their code. As people in Bosnia
// and Herzegovina and its donors read amounts.
std::string MoneyText(std::string_view amount, std::string_view currency);

// One line a field, nested messages indented; what is not set is left out. Money, dates, decimals
// and times as one value, enums without their prefix.
std::string DescribeMessage(const google::protobuf::Message& message);

// A table of resources: a column for each field that holds one value and that some row has set.
// `parent`, with its '/', is cut from the names of resources under it.
documents::Table TableOf(const std::vector<const google::protobuf::Message*>& rows,
                         const google::protobuf::Descriptor& type, std::string_view parent);

// As protobuf's JSON mapping has it, with the fields' own order. INTERNAL for a message that has no
// JSON form (an Any of an unknown type).
absl::StatusOr<std::string> MessageJson(const google::protobuf::Message& message, bool pretty);

}  // namespace prihvat::ctl
