// Rate, errors and latency of RPCs.
//
//   prihvat_rpc_requests_total{service,method,code}   finished calls
//   prihvat_rpc_duration_seconds{service,method}      from arrival to answer, a histogram
//   prihvat_rpc_in_flight{service}                    open calls
//
// Thread-safe. The registry outlives it; a Method lives as long as the RpcMetrics.
#pragma once

#include <array>
#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "prometheus/counter.h"
#include "prometheus/family.h"
#include "prometheus/gauge.h"
#include "prometheus/histogram.h"
#include "prometheus/registry.h"

namespace prihvat::telemetry {

class RpcMetrics {
 public:
  explicit RpcMetrics(prometheus::Registry& registry);

  class Method {
   public:
    void Started() { in_flight_->Increment(); }
    void Finished(absl::StatusCode code, absl::Duration took);

   private:
    friend class RpcMetrics;
    prometheus::Family<prometheus::Counter>* requests_ = nullptr;
    prometheus::Labels labels_;
    prometheus::Histogram* duration_ = nullptr;
    prometheus::Gauge* in_flight_ = nullptr;
    // By canonical code; made when first needed, so that only codes that occur are told.
    std::array<std::atomic<prometheus::Counter*>, 17> by_code_{};
  };

  // `service`: "prihvat.procurement.v1.ProcurementService"; `method`: "GetProject".
  Method* ForMethod(const std::string& service, const std::string& method);

 private:
  prometheus::Family<prometheus::Counter>& requests_;
  prometheus::Family<prometheus::Histogram>& duration_;
  prometheus::Family<prometheus::Gauge>& in_flight_;
  std::mutex mutex_;  // guards methods_
  std::vector<std::unique_ptr<Method>> methods_;
};

// "OK", "NOT_FOUND": the canonical names.
const char* CodeName(absl::StatusCode code);

}  // namespace prihvat::telemetry
