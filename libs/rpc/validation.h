// What holds for every request, read by reflection: names, request ids, times, page sizes. The rest
// is the deciders' business. Pure functions, any thread.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "google/protobuf/message.h"
#include "libs/es/decision.h"

namespace prihvat::rpc {

// The value of the string field `name` at the top of the message; "" where there is none.
std::string StringField(const google::protobuf::Message& message, const std::string& name);

// Whether requests of that type change something: they have a request_id (AIP-155).
bool IsMutation(const google::protobuf::Descriptor& request);

// All broken fields, in field order; at most a few dozen.
std::vector<es::FieldViolation> CheckRequest(const google::protobuf::Message& request);

// The operation that the request is about: that of parent, name, operation, "operations/" +
// operation_id, or of the name in a nested resource; else of the first field that names one; "" for
// none.
std::string OperationOf(const google::protobuf::Message& request);
// All operations under which any field, at any depth, names a resource, and `known`, the request's
// own where it has one ("" for none).
std::set<std::string> OperationsNamed(const google::protobuf::Message& request,
                                      std::string_view known = "");

// The request's effective_time; InfinitePast where it is not set. The request has passed
// CheckRequest.
absl::Time EffectiveTimeOf(const google::protobuf::Message& request);

}  // namespace prihvat::rpc
