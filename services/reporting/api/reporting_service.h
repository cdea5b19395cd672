// The gRPC face of the reporting service: checks the request, makes the report from one snapshot,
// says from which positions.
#pragma once

#include "libs/rpc/calls.h"
#include "prihvat/reporting/v1/service.grpc.pb.h"

namespace prihvat::reporting {

// Thread-safe. `calls`, of "prihvat.reporting.v1.ReportingService", outlives it.
class ReportingServiceImpl final : public v1::ReportingService::CallbackService {
 public:
  explicit ReportingServiceImpl(rpc::Calls& calls) : calls_(calls) {}

  grpc::ServerUnaryReactor* GetLineOfSight(grpc::CallbackServerContext* context,
                                           const v1::GetLineOfSightRequest* request,
                                           v1::LineOfSight* response) override;
  grpc::ServerUnaryReactor* ExportLineOfSight(grpc::CallbackServerContext* context,
                                              const v1::ExportLineOfSightRequest* request,
                                              v1::ExportLineOfSightResponse* response) override;
  grpc::ServerUnaryReactor* GetDonorSummary(grpc::CallbackServerContext* context,
                                            const v1::GetDonorSummaryRequest* request,
                                            v1::DonorSummary* response) override;
  grpc::ServerUnaryReactor* GetCentreSummary(grpc::CallbackServerContext* context,
                                             const v1::GetCentreSummaryRequest* request,
                                             v1::CentreSummary* response) override;
  grpc::ServerUnaryReactor* ExportOcds(grpc::CallbackServerContext* context,
                                       const v1::ExportOcdsRequest* request,
                                       v1::ExportOcdsResponse* response) override;

 private:
  rpc::Calls& calls_;
};

}  // namespace prihvat::reporting
