// From what went wrong to what the caller is told: canonical code, google.rpc.ErrorInfo (reason,
// domain "prihvat", numbers), BadRequest, PreconditionFailure, RetryInfo.
//
// Inside, an error is an absl::Status whose payloads are those details; ToGrpc is the only place
// where it goes onto the wire. Pure functions, any thread.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "grpcpp/support/status.h"
#include "libs/es/decision.h"
#include "libs/runtime/service.h"

namespace prihvat::rpc {

inline constexpr std::string_view kErrorDomain = "prihvat";

// A rejection as a status: code, message, reason, numbers, fields. For handlers of reads:
//   return rpc::Reject(es::NotFound(name));
absl::Status Reject(const es::Rejection& rejection);

// The same with the time after which a retry makes sense.
absl::Status RejectAndRetry(const es::Rejection& rejection, absl::Duration retry_after);

// What the runtime answered to a command that was not accepted.
absl::Status FromReply(const runtime::CommandReply& reply, absl::Duration default_retry_after);

// The reason in the status, "" where none was given.
std::string ReasonOf(const absl::Status& status);

// What goes onto the wire. A status without a reason is given one ("INTERNAL" for what should not
// happen: its message stays inside).
grpc::Status ToGrpc(const absl::Status& status);

}  // namespace prihvat::rpc
