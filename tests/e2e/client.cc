#include "tests/e2e/client.h"

#include "absl/strings/escaping.h"
#include "google/rpc/status.pb.h"

namespace prihvat::e2e {

Failure TakeApart(const grpc::Status& status) {
  Failure failure;
  failure.code = status.error_code();
  failure.message = status.error_message();
  google::rpc::Status details;
  if (!details.ParseFromString(status.error_details())) return failure;
  for (const auto& any : details.details()) {
    google::rpc::ErrorInfo info;
    google::rpc::BadRequest bad;
    google::rpc::RetryInfo retry;
    google::rpc::PreconditionFailure precondition;
    if (any.UnpackTo(&info)) {
      failure.domain = info.domain();
      failure.reason = info.reason();
      failure.numbers.insert(info.metadata().begin(), info.metadata().end());
    } else if (any.UnpackTo(&bad)) {
      for (const auto& field : bad.field_violations()) failure.fields.push_back(field.field());
    } else if (any.UnpackTo(&retry)) {
      failure.retry = retry;
    } else if (any.UnpackTo(&precondition)) {
      failure.precondition = precondition;
    }
  }
  return failure;
}

common::v1::Position PositionIn(const std::string& token) {
  std::string bytes;
  common::v1::Token parsed;
  if (!absl::WebSafeBase64Unescape(token, &bytes) || !parsed.ParseFromString(bytes) ||
      parsed.positions_size() == 0) {
    return {};
  }
  return parsed.positions(0);
}

}  // namespace prihvat::e2e
