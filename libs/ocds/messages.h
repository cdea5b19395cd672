// Between documents and typed messages. A message's fields are named as the standard's by their
// JSON names; its type says what a member must be:
//
//   optional string     text                    repeated string    a list of text
//   optional bool       true or false           OcdsId             text or a whole number
//   OcdsNumber          a number                other messages     an object, or a list of objects
//
// Each message but these two has `nulls` (members that were null), `empties` (members that were
// empty lists) and `translations` (OcdsTranslation: variants such as "title_es"). So what was read
// is written again as it was, but for the order of members. Knows messages by reflection only.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "google/protobuf/message.h"
#include "libs/ocds/json.h"

namespace prihvat::ocds {

// What a message may hold.
struct MessageLimits {
  size_t text_bytes = 32 << 10;  // of one text
  size_t list_items = 5'000;     // of one list
  size_t translations = 100;     // of one object
  size_t number_bytes = 40;      // of one number
  int exponent = 30;             // of one number, either way
};

// A leaf field: a value, null, an empty object or an empty list.
struct Unmapped {
  std::string path;  // from the document's root: "releases/3/tender/submissionMethod/0"
  std::string reason;
};

struct Mapping {
  int64_t leaves = 0;  // that were met
  std::vector<Unmapped> unmapped;
};

struct MappingOptions {
  MessageLimits limits;
  // Types of messages that are not filled, by their short name, and why.
  std::map<std::string, std::string, std::less<>> left_out;
};

// Puts what `object` says into `into`, an empty message, and adds to `mapping` the leaves that were
// met, and those that have no place there, each with the reason. `path`: of `object`.
void ReadMessage(const Json& object, std::string_view path, const MappingOptions& options,
                 google::protobuf::Message& into, Mapping& mapping);

// Adds all leaves of `value` to `mapping` as unmapped.
void AddUnmapped(const Json& value, std::string_view path, std::string_view reason,
                 Mapping& mapping);

// What ReadMessage has read.
Json WriteMessage(const google::protobuf::Message& message);

struct Violation {
  std::string path;  // "awards/0/value/amount"
  std::string rule;  // with the numbers
};

// Nothing where `message` is one that ReadMessage could have filled within the limits.
std::optional<Violation> CheckMessage(const google::protobuf::Message& message,
                                      const MessageLimits& limits);

}  // namespace prihvat::ocds
