#include "libs/telemetry/rpc_metrics.h"

namespace prihvat::telemetry {
namespace {

const prometheus::Histogram::BucketBoundaries& Buckets() {
  static const auto& buckets = *new prometheus::Histogram::BucketBoundaries{
      0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30};
  return buckets;
}

}  // namespace

RpcMetrics::RpcMetrics(prometheus::Registry& registry)
    : started_(prometheus::BuildCounter()
                   .Name("grpc_server_started_total")
                   .Help("Calls that arrived.")
                   .Register(registry)),
      handled_(prometheus::BuildCounter()
                   .Name("grpc_server_handled_total")
                   .Help("Calls that ended, by their code.")
                   .Register(registry)),
      handling_(prometheus::BuildHistogram()
                    .Name("grpc_server_handling_seconds")
                    .Help("From a call's arrival to its answer.")
                    .Register(registry)),
      in_flight_(prometheus::BuildGauge()
                     .Name("prihvat_rpc_in_flight")
                     .Help("Open calls.")
                     .Register(registry)) {}

void RpcMetrics::Method::Finished(absl::StatusCode code, absl::Duration took) {
  in_flight_->Decrement();
  handling_->Observe(absl::ToDoubleSeconds(took));
  const auto index = static_cast<size_t>(code);
  auto& slot = by_code_[index < by_code_.size() ? index : 2];  // 2: UNKNOWN
  prometheus::Counter* counter = slot.load(std::memory_order_acquire);
  if (counter == nullptr) {
    prometheus::Labels labels = labels_;
    labels["grpc_code"] = CodeLabel(code);
    counter = &handled_->Add(labels);  // the same one for the same labels
    slot.store(counter, std::memory_order_release);
  }
  counter->Increment();
}

RpcMetrics::Method* RpcMetrics::ForMethod(const std::string& service, const std::string& method,
                                          bool streams) {
  auto made = std::make_unique<Method>();
  made->handled_ = &handled_;
  made->labels_ = {{"grpc_type", streams ? "server_stream" : "unary"},
                   {"grpc_service", service},
                   {"grpc_method", method}};
  made->started_ = &started_.Add(made->labels_);
  made->handling_ = &handling_.Add(made->labels_, Buckets());
  made->in_flight_ = &in_flight_.Add({{"grpc_service", service}});
  std::lock_guard lock(mutex_);
  methods_.push_back(std::move(made));
  return methods_.back().get();
}

const char* CodeName(absl::StatusCode code) {
  static constexpr const char* kNames[] = {"OK",
                                           "CANCELLED",
                                           "UNKNOWN",
                                           "INVALID_ARGUMENT",
                                           "DEADLINE_EXCEEDED",
                                           "NOT_FOUND",
                                           "ALREADY_EXISTS",
                                           "PERMISSION_DENIED",
                                           "RESOURCE_EXHAUSTED",
                                           "FAILED_PRECONDITION",
                                           "ABORTED",
                                           "OUT_OF_RANGE",
                                           "UNIMPLEMENTED",
                                           "INTERNAL",
                                           "UNAVAILABLE",
                                           "DATA_LOSS",
                                           "UNAUTHENTICATED"};
  const auto index = static_cast<size_t>(code);
  return index < std::size(kNames) ? kNames[index] : "UNKNOWN";
}

const char* CodeLabel(absl::StatusCode code) {
  static constexpr const char* kLabels[] = {
      "OK",       "Canceled",       "Unknown",          "InvalidArgument",   "DeadlineExceeded",
      "NotFound", "AlreadyExists",  "PermissionDenied", "ResourceExhausted", "FailedPrecondition",
      "Aborted",  "OutOfRange",     "Unimplemented",    "Internal",          "Unavailable",
      "DataLoss", "Unauthenticated"};
  const auto index = static_cast<size_t>(code);
  return index < std::size(kLabels) ? kLabels[index] : "Unknown";
}

}  // namespace prihvat::telemetry
