// Rate, errors and latency of RPCs, under the names and labels that gRPC's middlewares for
// Prometheus have made common, so that dashboards made for those fit.
//
//   grpc_server_started_total{grpc_type,grpc_service,grpc_method}             calls that arrived
//   grpc_server_handled_total{grpc_type,grpc_service,grpc_method,grpc_code}   calls that ended
//   grpc_server_handling_seconds{grpc_type,grpc_service,grpc_method}   until the answer, histogram
//   prihvat_rpc_in_flight{grpc_service}                                       open calls
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
    void Started() {
      started_->Increment();
      in_flight_->Increment();
    }
    void Finished(absl::StatusCode code, absl::Duration took);

   private:
    friend class RpcMetrics;
    prometheus::Family<prometheus::Counter>* handled_ = nullptr;
    prometheus::Labels labels_;
    prometheus::Counter* started_ = nullptr;
    prometheus::Histogram* handling_ = nullptr;
    prometheus::Gauge* in_flight_ = nullptr;
    // By canonical code; made when first needed, so that only codes that occur are told.
    std::array<std::atomic<prometheus::Counter*>, 17> by_code_{};
  };

  // `service`: "prihvat.procurement.v1.ProcurementService"; `method`: "GetProject".
  // `streams`: whether the server answers with a stream.
  Method* ForMethod(const std::string& service, const std::string& method, bool streams);

 private:
  prometheus::Family<prometheus::Counter>& started_;
  prometheus::Family<prometheus::Counter>& handled_;
  prometheus::Family<prometheus::Histogram>& handling_;
  prometheus::Family<prometheus::Gauge>& in_flight_;
  std::mutex mutex_;  // guards methods_
  std::vector<std::unique_ptr<Method>> methods_;
};

// "OK", "NOT_FOUND": the canonical names, for logs.
const char* CodeName(absl::StatusCode code);
// "OK", "NotFound": as the label grpc_code has them.
const char* CodeLabel(absl::StatusCode code);

}  // namespace prihvat::telemetry
