// What a server's error says, for people and for programs.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "nlohmann/json.hpp"

namespace prihvat::ctl {

// A status that carries the server's details: `details` is a serialised google.rpc.Status, empty
// where the server gave none.
absl::Status ServerError(absl::StatusCode code, std::string_view message, std::string_view details);

// Whether the error came from the server or the way to it, not from this program.
bool IsServerError(const absl::Status& status);

struct ErrorDetails {
  std::string reason;  // ErrorInfo.reason, such as "OVER_RECEIPT"; "" where there is none
  std::vector<std::pair<std::string, std::string>> metadata;  // ErrorInfo's, by key
  std::vector<std::pair<std::string, std::string>> fields;    // of BadRequest: field, rule
  std::vector<std::string> preconditions;                     // descriptions
  std::string remedy;                                         // what the caller can do
  std::optional<absl::Duration> retry_after;                  // of RetryInfo
};
ErrorDetails DetailsOf(const absl::Status& status);

// Whether the same request, with the same request id, may succeed later: the server was not
// reached, has too much to do, or does not know the outcome.
bool MayRetry(const absl::Status& status);

// "refused: OVER_RECEIPT", then the sentence with the numbers, the fields and the remedy, each on a
// line of its own. Ends in a line break.
std::string DescribeError(const absl::Status& status);

// {"error": {"code": "FAILED_PRECONDITION", "reason": ..., "message": ..., "metadata": ...}}
nlohmann::json ErrorJson(const absl::Status& status);

}  // namespace prihvat::ctl
