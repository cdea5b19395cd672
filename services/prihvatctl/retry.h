// Calls that are tried again while that can help.
#pragma once

#include <functional>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/prihvatctl/api.h"

namespace prihvat::ctl {

struct RetryPolicy {
  int attempts = 8;
  absl::Duration first_wait = absl::Milliseconds(100);  // doubled each time
  absl::Duration longest_wait = absl::Seconds(5);       // bounds what a server asks for, too
  // Also after a deadline that passed: for callers who would rather wait than know in time. Whether
  // the call took effect is unknown then, so it must have a request id.
  bool after_deadline = false;
};

// The seam for waiting: absl::SleepFor in the program.
using Waiter = std::function<void(absl::Duration)>;

// Calls, and while MayRetry() says so calls again after a wait: what the server asked for, or else
// the policy's. The request is the same each time, so one with a request id takes effect once; a
// mutating request without one must not come here. The last error, when no attempt is left.
absl::StatusOr<Reply> CallWithRetries(Api& api, const google::protobuf::MethodDescriptor& method,
                                      const google::protobuf::Message& request,
                                      const CallOptions& options, const RetryPolicy& policy,
                                      const Waiter& wait);

}  // namespace prihvat::ctl
