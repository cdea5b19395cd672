#include "services/prihvatctl/error_text.h"

#include <map>

#include "absl/strings/cord.h"
#include "fmt/format.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "libs/base/string_view.h"

namespace prihvat::ctl {
namespace {

constexpr char kPayload[] = "type.googleapis.com/google.rpc.Status";
constexpr char kRemedyKey[] = "remedy";  // where the server keeps it among the metadata

bool IsRefusal(absl::StatusCode code) {
  switch (code) {
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kNotFound:
    case absl::StatusCode::kAlreadyExists:
    case absl::StatusCode::kPermissionDenied:
    case absl::StatusCode::kUnauthenticated:
    case absl::StatusCode::kFailedPrecondition:
    case absl::StatusCode::kAborted:
    case absl::StatusCode::kOutOfRange:
      return true;
    default:
      return false;
  }
}

void AddErrorInfo(const google::rpc::ErrorInfo& info, ErrorDetails& details) {
  details.reason = info.reason();
  const std::map<std::string, std::string> sorted(info.metadata().begin(), info.metadata().end());
  for (const auto& [key, value] : sorted) {
    if (key == kRemedyKey) {
      details.remedy = value;
    } else {
      details.metadata.emplace_back(key, value);
    }
  }
}

void AddDetail(const google::protobuf::Any& any, ErrorDetails& details) {
  google::rpc::ErrorInfo info;
  google::rpc::BadRequest bad_request;
  google::rpc::PreconditionFailure failure;
  google::rpc::RetryInfo retry;
  google::rpc::Help help;
  if (any.UnpackTo(&info)) {
    AddErrorInfo(info, details);
  } else if (any.UnpackTo(&bad_request)) {
    for (const auto& violation : bad_request.field_violations()) {
      details.fields.emplace_back(violation.field(), violation.description());
    }
  } else if (any.UnpackTo(&failure)) {
    for (const auto& violation : failure.violations()) {
      details.preconditions.push_back(violation.description());
    }
  } else if (any.UnpackTo(&retry)) {
    details.retry_after = absl::Seconds(retry.retry_delay().seconds()) +
                          absl::Nanoseconds(retry.retry_delay().nanos());
  } else if (any.UnpackTo(&help) && help.links_size() > 0) {
    details.remedy = help.links(0).description();
  }
}

}  // namespace

absl::Status ServerError(absl::StatusCode code, std::string_view message,
                         std::string_view details) {
  absl::Status status(code, base::ToAbsl(message));
  status.SetPayload(kPayload, absl::Cord(base::ToAbsl(details)));
  return status;
}

bool IsServerError(const absl::Status& status) { return status.GetPayload(kPayload).has_value(); }

ErrorDetails DetailsOf(const absl::Status& status) {
  ErrorDetails details;
  const auto payload = status.GetPayload(kPayload);
  google::rpc::Status parsed;
  if (!payload.has_value() || !parsed.ParseFromString(std::string(*payload))) return details;
  for (const google::protobuf::Any& any : parsed.details()) AddDetail(any, details);
  return details;
}

bool MayRetry(const absl::Status& status) {
  return IsServerError(status) && (status.code() == absl::StatusCode::kUnavailable ||
                                   status.code() == absl::StatusCode::kResourceExhausted);
}

std::string DescribeError(const absl::Status& status) {
  if (!IsServerError(status)) {
    return fmt::format("error: {}\n", base::FromAbsl(status.message()));
  }
  const ErrorDetails details = DetailsOf(status);
  const std::string name =
      details.reason.empty() ? absl::StatusCodeToString(status.code()) : details.reason;
  std::string text = fmt::format("{}: {}\n", IsRefusal(status.code()) ? "refused" : "failed", name);
  const std::string message(status.message());
  if (!message.empty()) text += fmt::format("  {}\n", message);
  for (const auto& [field, rule] : details.fields) {
    const std::string line = fmt::format("{}: {}", field, rule);
    if (line != message) text += fmt::format("  {}\n", line);
  }
  for (const std::string& description : details.preconditions) {
    if (description != message) text += fmt::format("  {}\n", description);
  }
  if (!details.remedy.empty()) text += fmt::format("  {}\n", details.remedy);
  return text;
}

nlohmann::json ErrorJson(const absl::Status& status) {
  const ErrorDetails details = DetailsOf(status);
  nlohmann::json error = {{"code", absl::StatusCodeToString(status.code())},
                          {"message", std::string(status.message())}};
  if (!details.reason.empty()) error["reason"] = details.reason;
  if (!details.remedy.empty()) error["remedy"] = details.remedy;
  for (const auto& [key, value] : details.metadata) error["metadata"][key] = value;
  for (const auto& [field, rule] : details.fields) {
    error["fields"].push_back({{"field", field}, {"rule", rule}});
  }
  return {{"error", error}};
}

}  // namespace prihvat::ctl
