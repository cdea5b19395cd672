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
    : requests_(prometheus::BuildCounter()
                    .Name("prihvat_rpc_requests_total")
                    .Help("Finished calls by canonical code.")
                    .Register(registry)),
      duration_(prometheus::BuildHistogram()
                    .Name("prihvat_rpc_duration_seconds")
                    .Help("From a call's arrival to its answer.")
                    .Register(registry)),
      in_flight_(prometheus::BuildGauge()
                     .Name("prihvat_rpc_in_flight")
                     .Help("Open calls.")
                     .Register(registry)) {}

void RpcMetrics::Method::Finished(absl::StatusCode code, absl::Duration took) {
  in_flight_->Decrement();
  duration_->Observe(absl::ToDoubleSeconds(took));
  const auto index = static_cast<size_t>(code);
  auto& slot = by_code_[index < by_code_.size() ? index : 2];  // 2: UNKNOWN
  prometheus::Counter* counter = slot.load(std::memory_order_acquire);
  if (counter == nullptr) {
    prometheus::Labels labels = labels_;
    labels["code"] = CodeName(code);
    counter = &requests_->Add(labels);  // the same one for the same labels
    slot.store(counter, std::memory_order_release);
  }
  counter->Increment();
}

RpcMetrics::Method* RpcMetrics::ForMethod(const std::string& service, const std::string& method) {
  auto made = std::make_unique<Method>();
  made->requests_ = &requests_;
  made->labels_ = {{"service", service}, {"method", method}};
  made->duration_ = &duration_.Add(made->labels_, Buckets());
  made->in_flight_ = &in_flight_.Add({{"service", service}});
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

}  // namespace prihvat::telemetry
