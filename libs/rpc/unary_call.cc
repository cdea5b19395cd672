#include "libs/rpc/unary_call.h"

#include <utility>

#include "libs/rpc/errors.h"
#include "libs/rpc/metadata.h"
#include "libs/rpc/reasons.h"
#include "libs/rpc/refusals.h"
#include "libs/telemetry/log.h"

namespace prihvat::rpc {

std::shared_ptr<UnaryCall> UnaryCall::Open(grpc::CallbackServerContext* context,
                                           const google::protobuf::Message* request,
                                           google::protobuf::Message* response, Admission admission,
                                           base::Clock* clock, InFlight* in_flight, int64_t bytes) {
  std::shared_ptr<UnaryCall> call(
      new UnaryCall(context, request, response, std::move(admission), clock, in_flight, bytes));
  call->self_ = call;
  call->admission_.method->metrics->Started();
  return call;
}

UnaryCall::UnaryCall(grpc::CallbackServerContext* context, const google::protobuf::Message* request,
                     google::protobuf::Message* response, Admission admission, base::Clock* clock,
                     InFlight* in_flight, int64_t bytes)
    : context_(context),
      request_(request),
      response_(response),
      admission_(std::move(admission)),
      clock_(clock),
      in_flight_(in_flight),
      bytes_(bytes) {}

void UnaryCall::Finish(const absl::Status& status) {
  Note(status.code(), status.ok() ? "" : ReasonOf(status));
  if (!status.ok()) context_->AddTrailingMetadata(kTraceIdKey, admission_.trace.trace_id);
  ServerUnaryReactor::Finish(ToGrpc(status));
}

void UnaryCall::Finish(const grpc::Status& status) {
  Note(static_cast<absl::StatusCode>(status.error_code()), "");
  ServerUnaryReactor::Finish(status);
}

void UnaryCall::Note(absl::StatusCode code, const std::string& reason) const {
  const absl::Duration took = clock_->Now() - admission_.received;
  admission_.method->metrics->Finished(code, took);
  TellRefusal(admission_, code, reason);
  const bool faulty = code == absl::StatusCode::kInternal || code == absl::StatusCode::kUnknown ||
                      code == absl::StatusCode::kDataLoss;
  // Whoever began the trace has chosen which calls are worth a span.
  const telemetry::Level level = faulty                     ? telemetry::Level::kError
                                 : admission_.trace.sampled ? telemetry::Level::kInfo
                                                            : telemetry::Level::kDebug;
  if (!telemetry::LogEnabled(level)) return;  // or each call would gather fields for nothing
  telemetry::Log(level, "call",
                 {{"method", admission_.method->path},
                  {"code", telemetry::CodeName(code)},
                  {"reason", reason},
                  {"operation", admission_.operation},
                  {"seconds", absl::ToDoubleSeconds(took)},
                  {"span_id", admission_.trace.span_id},
                  {"parent_id", admission_.trace.parent_id}},
                 admission_.trace.trace_id);
}

void UnaryCall::WhenCancelled(std::function<void()> on_cancel) {
  {
    std::lock_guard lock(mutex_);
    if (!cancelled_) {
      on_cancel_ = std::move(on_cancel);
      return;
    }
  }
  on_cancel();
}

void UnaryCall::OnCancel() {
  std::function<void()> on_cancel;
  {
    std::lock_guard lock(mutex_);
    cancelled_ = true;
    on_cancel = std::exchange(on_cancel_, nullptr);
  }
  if (on_cancel) on_cancel();
  Fail(Reject(es::Rejected(kCancelled)));
}

void UnaryCall::OnDone() {
  {
    std::lock_guard lock(mutex_);
    cancelled_ = true;  // what comes now has nobody left
    on_cancel_ = nullptr;
  }
  in_flight_->calls.fetch_sub(1);
  in_flight_->request_bytes.fetch_sub(bytes_);
  std::shared_ptr<UnaryCall> last = std::move(self_);  // may destroy this at the end
}

}  // namespace prihvat::rpc
