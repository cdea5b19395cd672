#include "libs/rpc/admission.h"

#include <algorithm>

#include "fmt/format.h"
#include "libs/base/status_macros.h"
#include "libs/rpc/authenticator.h"
#include "libs/rpc/calls.h"
#include "libs/rpc/errors.h"
#include "libs/rpc/metadata.h"
#include "libs/rpc/reasons.h"
#include "libs/rpc/validation.h"

namespace prihvat::rpc {
namespace {

using google::protobuf::Message;

constexpr char kImportPermission[] = "operations.import";

absl::Status CheckPermission(const Environment& environment, const Admission& admission,
                             const std::string& permission) {
  if (environment.access->Grants(admission.principal, permission, admission.day))
    return absl::OkStatus();
  return Reject(
      es::Rejected(kPermissionDenied)
          .Saying(fmt::format("no role of {} grants {}", admission.principal.name, permission))
          .With("permission", permission));
}

absl::Status CheckAccess(const Environment& environment, const Message& request,
                         const Admission& admission) {
  const ApiMethod& method = *admission.method;
  if (method.permission.empty())
    return Reject(es::Rejected(kMethodWithoutPermission)
                      .Saying(fmt::format("{} declares no permission", method.path))
                      .With("method", method.path));
  PRIHVAT_RETURN_IF_ERROR(CheckPermission(environment, admission, method.permission));
  for (const std::string& operation : OperationsNamed(request, admission.operation)) {
    if (!admission.principal.MayActIn(operation))
      return Reject(
          es::Rejected(kOperationNotGranted)
              .Saying(fmt::format("{} has no access to {}", admission.principal.name, operation))
              .With("operation", operation)
              .With("permission", method.permission));
  }
  if (!admission.import_id.empty())
    PRIHVAT_RETURN_IF_ERROR(CheckPermission(environment, admission, kImportPermission));
  return absl::OkStatus();
}

absl::Status Validate(const grpc::CallbackServerContext& context, const Message& request,
                      const CallsOptions& options, Admission& admission) {
  std::vector<es::FieldViolation> broken = CheckRequest(request);
  if (broken.empty() && admission.method->mutation && admission.operation.empty())
    broken.push_back({"parent", "the request names no operation"});
  if (!admission.import_id.empty() && !IsImportId(admission.import_id))
    broken.push_back({kImportKey, "must be 1 to 63 small letters, digits and '-'"});
  if (!broken.empty()) {
    es::Rejection rejection(es::kInvalidField);
    std::string message;
    for (const es::FieldViolation& field : broken) {
      if (!message.empty()) message += "; ";
      message += fmt::format("{}: {}", field.field, field.rule);
      // In place: Field moves nothing out.  NOLINTNEXTLINE(bugprone-use-after-move)
      static_cast<void>(std::move(rejection).Field(field.field, field.rule));
    }
    return Reject(std::move(rejection).Saying(message));
  }
  const std::string token = MetadataValue(context, kTokenKey);
  if (!token.empty()) {
    absl::StatusOr<common::v1::Token> decoded = DecodeToken(token);
    if (!decoded.ok())
      return Reject(
          es::Rejected(kInvalidToken).With("metadata", kTokenKey).With("bytes", token.size()));
    admission.token = *std::move(decoded);
  }
  PRIHVAT_ASSIGN_OR_RETURN(
      admission.page, ReadPageRequest(request, options.default_page_size, options.max_page_size));
  return absl::OkStatus();
}

}  // namespace

Admission Receive(const grpc::CallbackServerContext& context, const ApiMethod& method,
                  const Environment& environment, const CallsOptions& options) {
  Admission admission;
  admission.method = &method;
  admission.received = environment.clock->Now();
  admission.day = absl::ToCivilDay(admission.received, absl::UTCTimeZone());
  const absl::Time deadline = absl::FromChrono(context.deadline());
  // "None" is the far end of the clock's range.
  const bool set = deadline < admission.received + absl::Hours(24 * 365);
  admission.deadline = set ? deadline : admission.received + options.default_deadline;
  admission.trace = telemetry::TraceOfCall(MetadataValue(context, kTraceparentKey));
  return admission;
}

absl::Status Admit(const grpc::CallbackServerContext& context, const Message& request,
                   const Environment& environment, const CallsOptions& options,
                   Admission& admission) {
  if (admission.deadline <= admission.received)
    return Reject(es::Rejected(kDeadlinePassed)
                      .With("deadline", absl::FormatTime(admission.deadline, absl::UTCTimeZone())));
  PRIHVAT_ASSIGN_OR_RETURN(admission.principal, environment.authenticator->Authenticate(context));
  admission.operation = OperationOf(request);
  admission.forwarded = !MetadataValue(context, kForwardedKey).empty();
  if (admission.method->mutation) {
    admission.request_id = StringField(request, "request_id");
    admission.import_id = MetadataValue(context, kImportKey);
  }
  PRIHVAT_RETURN_IF_ERROR(CheckAccess(environment, request, admission));
  PRIHVAT_RETURN_IF_ERROR(Validate(context, request, options, admission));
  if (admission.method->mutation) admission.effective_at = EffectiveTimeOf(request);
  return absl::OkStatus();
}

}  // namespace prihvat::rpc
