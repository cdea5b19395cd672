#include "services/prihvatctl/retry.h"

#include <algorithm>

#include "services/prihvatctl/error_text.h"

namespace prihvat::ctl {

absl::StatusOr<Reply> CallWithRetries(Api& api, const google::protobuf::MethodDescriptor& method,
                                      const google::protobuf::Message& request,
                                      const CallOptions& options, const RetryPolicy& policy,
                                      const Waiter& wait) {
  absl::Duration next_wait = policy.first_wait;
  for (int attempt = 1;; ++attempt) {
    absl::StatusOr<Reply> reply = api.Call(method, request, options);
    const bool late = policy.after_deadline && IsServerError(reply.status()) &&
                      reply.status().code() == absl::StatusCode::kDeadlineExceeded;
    if (reply.ok() || !(late || MayRetry(reply.status())) || attempt >= policy.attempts)
      return reply;
    const absl::Duration asked = DetailsOf(reply.status()).retry_after.value_or(next_wait);
    wait(std::clamp(asked, absl::ZeroDuration(), policy.longest_wait));
    next_wait = std::min(next_wait * 2, policy.longest_wait);
  }
}

}  // namespace prihvat::ctl
