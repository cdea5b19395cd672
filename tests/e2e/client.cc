#include "tests/e2e/client.h"

#include <algorithm>

#include "absl/strings/escaping.h"
#include "google/rpc/status.pb.h"

namespace prihvat::e2e {
namespace {

common::v1::Token Parse(const std::string& token) {
  std::string bytes;
  common::v1::Token parsed;
  if (!absl::WebSafeBase64Unescape(token, &bytes) || !parsed.ParseFromString(bytes)) return {};
  return parsed;
}

}  // namespace

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

std::vector<common::v1::Position> PositionsIn(const std::string& token) {
  const common::v1::Token parsed = Parse(token);
  return {parsed.positions().begin(), parsed.positions().end()};
}

common::v1::Position PositionIn(const std::string& token) {
  const common::v1::Token parsed = Parse(token);
  return parsed.positions_size() == 0 ? common::v1::Position() : parsed.positions(0);
}

std::string MergeTokens(const std::string& one, const std::string& other) {
  std::map<std::pair<std::string, int32_t>, int64_t> seen;
  for (const std::string* token : {&one, &other}) {
    const common::v1::Token parsed = Parse(*token);
    for (const common::v1::Position& position : parsed.positions()) {
      const auto [at, fresh] =
          seen.emplace(std::pair(position.topic(), position.partition()), position.offset());
      if (!fresh) at->second = std::max(at->second, position.offset());
    }
  }
  common::v1::Token merged;
  for (const auto& [tp, offset] : seen) {
    common::v1::Position& position = *merged.add_positions();
    position.set_topic(tp.first);
    position.set_partition(tp.second);
    position.set_offset(offset);
  }
  return absl::WebSafeBase64Escape(merged.SerializeAsString());
}

}  // namespace prihvat::e2e
