// The reads of the API that compute: each looks at one snapshot and fills its answer.
#pragma once

#include "absl/status/status.h"
#include "libs/rpc/calls.h"
#include "prihvat/handover/v1/service.pb.h"

namespace prihvat::handover {

// The time that a request names, and now where it names none; INVALID_FIELD after now.
absl::StatusOr<absl::Time> AsOf(const rpc::ReadContext& reads, bool given,
                                const google::protobuf::Timestamp& as_of);

absl::Status AnswerResponsibleBody(const rpc::ReadContext& reads,
                                   const v1::GetResponsibleBodyRequest& request,
                                   v1::GetResponsibleBodyResponse& response);

absl::Status AnswerPolicyInForce(const rpc::ReadContext& reads,
                                 const v1::GetHandoverPolicyInForceRequest& request,
                                 v1::HandoverPolicy& response);
absl::Status AnswerCentreFunction(const rpc::ReadContext& reads,
                                  const v1::GetCentreFunctionRequest& request,
                                  v1::CentreFunction& response);
absl::Status AnswerCentreFunctions(const rpc::ReadContext& reads,
                                   const v1::ListCentreFunctionsRequest& request,
                                   v1::ListCentreFunctionsResponse& response);

// What the typed filters of lists keep; an unset filter keeps all.
bool Keeps(const v1::ListAssetsRequest& request, const v1::Asset& asset);
bool Keeps(const v1::ListAssetLotsRequest& request, const v1::AssetLot& lot);
bool Keeps(const v1::ListMandatesRequest& request, const v1::Mandate& mandate);
bool Keeps(const v1::ListHandoverCasesRequest& request, const v1::HandoverCase& handover_case);
bool Keeps(const v1::ListCertificatesRequest& request, const v1::Certificate& certificate);
bool Keeps(const v1::ListPostDonationChecksRequest& request, const v1::PostDonationCheck& check);
bool Keeps(const v1::ListVisibilityChecksRequest& request, const v1::VisibilityCheck& check);
bool Keeps(const v1::ListWarrantyClaimsRequest& request, const v1::WarrantyClaim& claim);
bool Keeps(const v1::ListConflictsRequest& request, const v1::Conflict& conflict);
bool Keeps(const v1::ListResponsibilityTransfersRequest& request,
           const v1::ResponsibilityTransfer& transfer);

}  // namespace prihvat::handover
