#include "libs/rpc/errors.h"

#include <algorithm>
#include <string>

#include "absl/strings/cord.h"
#include "absl/types/optional.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "libs/base/string_view.h"
#include "libs/rpc/reasons.h"
#include "libs/runtime/reasons.h"

namespace prihvat::rpc {
namespace {

constexpr std::string_view kTypeUrlPrefix = "type.googleapis.com/";
// Error details travel as a trailing header; peers take 8 KiB of those in all.
constexpr size_t kMaxMessageBytes = 1024;
constexpr size_t kMaxDetailBytes = 4096;
constexpr size_t kMaxValueBytes = 256;
constexpr int kMaxFieldViolations = 20;

// At most `limit` bytes, not ending within a UTF-8 character.
std::string Shortened(std::string_view text, size_t limit) {
  if (text.size() <= limit) return std::string(text);
  size_t end = limit - 3;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return std::string(text.substr(0, end)) + "...";
}

template <class Detail>
std::string TypeUrl() {
  return std::string(kTypeUrlPrefix) + Detail::descriptor()->full_name();
}

template <class Detail>
void Attach(absl::Status& status, const Detail& detail) {
  status.SetPayload(TypeUrl<Detail>(), absl::Cord(detail.SerializeAsString()));
}

template <class Detail>
bool Extract(const absl::Status& status, Detail& detail) {
  const absl::optional<absl::Cord> payload = status.GetPayload(TypeUrl<Detail>());
  return payload.has_value() && detail.ParseFromString(std::string(*payload));
}

const es::Reason* ReasonNamed(std::string_view id) {
  const auto reasons = RpcReasons();
  const auto found =
      std::find_if(reasons.begin(), reasons.end(), [&](const auto* r) { return id == r->id; });
  return found == reasons.end() ? nullptr : *found;
}

google::rpc::ErrorInfo InfoOf(std::string_view reason, std::string_view remedy) {
  google::rpc::ErrorInfo info;
  info.set_reason(std::string(reason));
  info.set_domain(std::string(kErrorDomain));
  if (!remedy.empty()) (*info.mutable_metadata())["remedy"] = std::string(remedy);
  return info;
}

void AttachRetry(absl::Status& status, absl::Duration after) {
  if (after <= absl::ZeroDuration()) return;
  google::rpc::RetryInfo retry;
  const int64_t nanos = absl::ToInt64Nanoseconds(after);
  retry.mutable_retry_delay()->set_seconds(nanos / 1'000'000'000);
  retry.mutable_retry_delay()->set_nanos(static_cast<int32_t>(nanos % 1'000'000'000));
  Attach(status, retry);
}

// The reason of a status that came without one.
const es::Reason& ReasonFor(absl::StatusCode code) {
  switch (code) {
    case absl::StatusCode::kCancelled:
      return kCancelled;
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kOutOfRange:
      return es::kInvalidField;
    case absl::StatusCode::kDeadlineExceeded:
      return kDeadlinePassed;
    case absl::StatusCode::kNotFound:
      return es::kNotFound;
    case absl::StatusCode::kAlreadyExists:
      return es::kAlreadyExists;
    case absl::StatusCode::kPermissionDenied:
      return kPermissionDenied;
    case absl::StatusCode::kUnauthenticated:
      return kUnauthenticated;
    case absl::StatusCode::kResourceExhausted:
      return kOverloaded;
    case absl::StatusCode::kFailedPrecondition:
      return es::kWrongState;
    case absl::StatusCode::kAborted:
      return es::kStaleEtag;
    case absl::StatusCode::kUnimplemented:
      return kUnimplemented;
    case absl::StatusCode::kUnavailable:
      return runtime::kShuttingDown;
    default:
      return kInternal;
  }
}

bool HidesMessage(absl::StatusCode code) {
  return code == absl::StatusCode::kInternal || code == absl::StatusCode::kUnknown ||
         code == absl::StatusCode::kDataLoss;
}

}  // namespace

absl::Status Reject(const es::Rejection& rejection) {
  absl::Status status(rejection.reason().code, Shortened(rejection.message(), kMaxMessageBytes));
  google::rpc::ErrorInfo info = InfoOf(rejection.reason().id, rejection.reason().remedy);
  for (const auto& [key, value] : rejection.metadata())
    (*info.mutable_metadata())[key] = Shortened(value, kMaxValueBytes);
  Attach(status, info);
  if (!rejection.fields().empty()) {
    google::rpc::BadRequest bad;
    for (const es::FieldViolation& field : rejection.fields()) {
      if (bad.field_violations_size() == kMaxFieldViolations) break;
      auto* violation = bad.add_field_violations();
      violation->set_field(Shortened(field.field, kMaxValueBytes));
      violation->set_description(Shortened(field.rule, kMaxValueBytes));
    }
    Attach(status, bad);
  }
  if (rejection.reason().code == absl::StatusCode::kFailedPrecondition) {
    google::rpc::PreconditionFailure failure;
    auto* violation = failure.add_violations();
    violation->set_type(rejection.reason().id);
    const auto name = info.metadata().find("name");
    if (name != info.metadata().end()) violation->set_subject(name->second);
    violation->set_description(Shortened(rejection.message(), kMaxValueBytes));
    Attach(status, failure);
  }
  return status;
}

absl::Status RejectAndRetry(const es::Rejection& rejection, absl::Duration retry_after) {
  absl::Status status = Reject(rejection);
  AttachRetry(status, retry_after);
  return status;
}

absl::Status FromReply(const runtime::CommandReply& reply, absl::Duration default_retry_after) {
  if (reply.status.ok()) return absl::OkStatus();
  if (reply.rejection != nullptr) return RejectAndRetry(*reply.rejection, reply.retry_after);
  absl::Status status(
      reply.status.code(),
      base::ToAbsl(Shortened(base::FromAbsl(reply.status.message()), kMaxMessageBytes)));
  const es::Reason* known = ReasonNamed(reply.reason);
  if (!reply.reason.empty())
    Attach(status, InfoOf(reply.reason, known == nullptr ? "" : known->remedy));
  const bool passing = reply.status.code() == absl::StatusCode::kUnavailable ||
                       reply.status.code() == absl::StatusCode::kResourceExhausted;
  if (reply.retry_after > absl::ZeroDuration()) {
    AttachRetry(status, reply.retry_after);
  } else if (passing) {
    AttachRetry(status, default_retry_after);
  }
  return status;
}

std::string ReasonOf(const absl::Status& status) {
  google::rpc::ErrorInfo info;
  return Extract(status, info) ? info.reason() : std::string();
}

grpc::Status ToGrpc(const absl::Status& status) {
  if (status.ok()) return grpc::Status::OK;
  absl::Status told = status;
  if (ReasonOf(told).empty()) {
    const es::Reason& reason = ReasonFor(status.code());
    if (HidesMessage(status.code())) told = absl::Status(status.code(), reason.meaning);
    Attach(told, InfoOf(reason.id, reason.remedy));
  }
  google::rpc::Status wire;
  wire.set_code(static_cast<int32_t>(told.code()));
  wire.set_message(Shortened(base::FromAbsl(told.message()), kMaxMessageBytes));
  // What the reason is matters most: ErrorInfo first, and what does not fit goes last.
  for (const bool info : {true, false}) {
    told.ForEachPayload([&](absl::string_view url, const absl::Cord& payload) {
      const std::string type_url(base::FromAbsl(url));
      if ((type_url == TypeUrl<google::rpc::ErrorInfo>()) != info) return;
      auto* detail = wire.add_details();
      detail->set_type_url(type_url);
      detail->set_value(std::string(payload));
    });
  }
  while (wire.details_size() > 1 && wire.ByteSizeLong() > kMaxDetailBytes)
    wire.mutable_details()->RemoveLast();
  return grpc::Status(static_cast<grpc::StatusCode>(told.code()), wire.message(),
                      wire.SerializeAsString());
}

}  // namespace prihvat::rpc
