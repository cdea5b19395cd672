// The API of the handover service: each method says which part of the call chain answers it.
#pragma once

#include "libs/rpc/calls.h"
#include "prihvat/handover/v1/service.grpc.pb.h"

namespace prihvat::handover {

// Thread-safe: holds no state of its own. `calls` outlives it, and the server that it is registered
// with.
class HandoverServiceImpl final : public v1::HandoverService::CallbackService {
 public:
  using Context = grpc::CallbackServerContext;
  using Reactor = grpc::ServerUnaryReactor;

  explicit HandoverServiceImpl(rpc::Calls& calls) : calls_(calls) {}

  Reactor* TakeAssetIntoCustody(Context* context, const v1::TakeAssetIntoCustodyRequest* request,
                                v1::Asset* response) override;
  Reactor* ReturnAssetToSupplier(Context* context, const v1::ReturnAssetToSupplierRequest* request,
                                 v1::Asset* response) override;
  Reactor* ReturnAssetLotToSupplier(Context* context,
                                    const v1::ReturnAssetLotToSupplierRequest* request,
                                    v1::AssetLot* response) override;
  Reactor* MoveAsset(Context* context, const v1::MoveAssetRequest* request,
                     v1::Asset* response) override;
  Reactor* PutAssetIntoUse(Context* context, const v1::PutAssetIntoUseRequest* request,
                           v1::Asset* response) override;
  Reactor* RecordAssetChange(Context* context, const v1::RecordAssetChangeRequest* request,
                             v1::Asset* response) override;
  Reactor* RecordLotFound(Context* context, const v1::RecordLotFoundRequest* request,
                          v1::AssetLot* response) override;
  Reactor* GrantMandate(Context* context, const v1::GrantMandateRequest* request,
                        v1::Mandate* response) override;
  Reactor* RevokeMandate(Context* context, const v1::RevokeMandateRequest* request,
                         v1::Mandate* response) override;
  Reactor* CreateHandoverCase(Context* context, const v1::CreateHandoverCaseRequest* request,
                              v1::HandoverCase* response) override;
  Reactor* NameSignatories(Context* context, const v1::NameSignatoriesRequest* request,
                           v1::HandoverCase* response) override;
  Reactor* AuthoriseHandoverCase(Context* context, const v1::AuthoriseHandoverCaseRequest* request,
                                 v1::HandoverCase* response) override;
  Reactor* ScheduleHandoverCase(Context* context, const v1::ScheduleHandoverCaseRequest* request,
                                v1::HandoverCase* response) override;
  Reactor* RecordDelivery(Context* context, const v1::RecordDeliveryRequest* request,
                          v1::HandoverCase* response) override;
  Reactor* RecordCount(Context* context, const v1::RecordCountRequest* request,
                       v1::HandoverCase* response) override;
  Reactor* DisputeCount(Context* context, const v1::DisputeCountRequest* request,
                        v1::HandoverCase* response) override;
  Reactor* ResolveDispute(Context* context, const v1::ResolveDisputeRequest* request,
                          v1::HandoverCase* response) override;
  Reactor* SignHandoverCase(Context* context, const v1::SignHandoverCaseRequest* request,
                            v1::HandoverCase* response) override;
  Reactor* MakeHandoverEffective(Context* context, const v1::MakeHandoverEffectiveRequest* request,
                                 v1::HandoverCase* response) override;
  Reactor* FileProof(Context* context, const v1::FileProofRequest* request,
                     v1::HandoverCase* response) override;
  Reactor* CloseHandoverCase(Context* context, const v1::CloseHandoverCaseRequest* request,
                             v1::HandoverCase* response) override;
  Reactor* VoidHandoverCase(Context* context, const v1::VoidHandoverCaseRequest* request,
                            v1::HandoverCase* response) override;
  Reactor* CorrectHandoverCase(Context* context, const v1::CorrectHandoverCaseRequest* request,
                               v1::Certificate* response) override;
  Reactor* SignCorrectiveCertificate(Context* context,
                                     const v1::SignCorrectiveCertificateRequest* request,
                                     v1::Certificate* response) override;
  Reactor* RegisterSigningKey(Context* context, const v1::RegisterSigningKeyRequest* request,
                              v1::Mandate* response) override;
  Reactor* RevokeSigningKey(Context* context, const v1::RevokeSigningKeyRequest* request,
                            v1::Mandate* response) override;
  Reactor* DrawUpCertificate(Context* context, const v1::DrawUpCertificateRequest* request,
                             v1::Certificate* response) override;
  Reactor* ExportCertificate(Context* context, const v1::ExportCertificateRequest* request,
                             v1::ExportCertificateResponse* response) override;
  Reactor* ReturnSignedCertificate(Context* context,
                                   const v1::ReturnSignedCertificateRequest* request,
                                   v1::Certificate* response) override;
  Reactor* DownloadSignature(Context* context, const v1::DownloadSignatureRequest* request,
                             v1::PaperResponse* response) override;
  Reactor* EstablishResponsibility(Context* context,
                                   const v1::EstablishResponsibilityRequest* request,
                                   v1::Responsibility* response) override;
  Reactor* CreateResponsibilityTransfer(Context* context,
                                        const v1::CreateResponsibilityTransferRequest* request,
                                        v1::ResponsibilityTransfer* response) override;
  Reactor* AssessReadiness(Context* context, const v1::AssessReadinessRequest* request,
                           v1::ResponsibilityTransfer* response) override;
  Reactor* AgreeResponsibilityTransfer(Context* context,
                                       const v1::AgreeResponsibilityTransferRequest* request,
                                       v1::ResponsibilityTransfer* response) override;
  Reactor* StartParallelRun(Context* context, const v1::StartParallelRunRequest* request,
                            v1::ResponsibilityTransfer* response) override;
  Reactor* MakeResponsibilityTransferEffective(
      Context* context, const v1::MakeResponsibilityTransferEffectiveRequest* request,
      v1::ResponsibilityTransfer* response) override;
  Reactor* ReviewResponsibilityTransfer(Context* context,
                                        const v1::ReviewResponsibilityTransferRequest* request,
                                        v1::ResponsibilityTransfer* response) override;
  Reactor* CloseResponsibilityTransfer(Context* context,
                                       const v1::CloseResponsibilityTransferRequest* request,
                                       v1::ResponsibilityTransfer* response) override;
  Reactor* SuspendResponsibilityTransfer(Context* context,
                                         const v1::SuspendResponsibilityTransferRequest* request,
                                         v1::ResponsibilityTransfer* response) override;
  Reactor* ResumeResponsibilityTransfer(Context* context,
                                        const v1::ResumeResponsibilityTransferRequest* request,
                                        v1::ResponsibilityTransfer* response) override;
  Reactor* CancelResponsibilityTransfer(Context* context,
                                        const v1::CancelResponsibilityTransferRequest* request,
                                        v1::ResponsibilityTransfer* response) override;
  Reactor* RevertResponsibilityTransfer(Context* context,
                                        const v1::RevertResponsibilityTransferRequest* request,
                                        v1::ResponsibilityTransfer* response) override;
  Reactor* GetAsset(Context* context, const v1::GetAssetRequest* request,
                    v1::Asset* response) override;
  Reactor* ListAssets(Context* context, const v1::ListAssetsRequest* request,
                      v1::ListAssetsResponse* response) override;
  Reactor* GetAssetLot(Context* context, const v1::GetAssetLotRequest* request,
                       v1::AssetLot* response) override;
  Reactor* ListAssetLots(Context* context, const v1::ListAssetLotsRequest* request,
                         v1::ListAssetLotsResponse* response) override;
  Reactor* GetMandate(Context* context, const v1::GetMandateRequest* request,
                      v1::Mandate* response) override;
  Reactor* ListMandates(Context* context, const v1::ListMandatesRequest* request,
                        v1::ListMandatesResponse* response) override;
  Reactor* GetHandoverCase(Context* context, const v1::GetHandoverCaseRequest* request,
                           v1::HandoverCase* response) override;
  Reactor* ListHandoverCases(Context* context, const v1::ListHandoverCasesRequest* request,
                             v1::ListHandoverCasesResponse* response) override;
  Reactor* GetCertificate(Context* context, const v1::GetCertificateRequest* request,
                          v1::Certificate* response) override;
  Reactor* ListCertificates(Context* context, const v1::ListCertificatesRequest* request,
                            v1::ListCertificatesResponse* response) override;
  Reactor* GetConflict(Context* context, const v1::GetConflictRequest* request,
                       v1::Conflict* response) override;
  Reactor* ListConflicts(Context* context, const v1::ListConflictsRequest* request,
                         v1::ListConflictsResponse* response) override;
  Reactor* ResolveConflict(Context* context, const v1::ResolveConflictRequest* request,
                           v1::Conflict* response) override;
  Reactor* GetResponsibilityTransfer(Context* context,
                                     const v1::GetResponsibilityTransferRequest* request,
                                     v1::ResponsibilityTransfer* response) override;
  Reactor* ListResponsibilityTransfers(Context* context,
                                       const v1::ListResponsibilityTransfersRequest* request,
                                       v1::ListResponsibilityTransfersResponse* response) override;
  Reactor* GetResponsibility(Context* context, const v1::GetResponsibilityRequest* request,
                             v1::Responsibility* response) override;
  Reactor* ListResponsibilities(Context* context, const v1::ListResponsibilitiesRequest* request,
                                v1::ListResponsibilitiesResponse* response) override;
  Reactor* RenderCertificate(Context* context, const v1::RenderCertificateRequest* request,
                             v1::RenderCertificateResponse* response) override;
  Reactor* RenderDeliveryNote(Context* context, const v1::RenderDeliveryNoteRequest* request,
                              v1::PaperResponse* response) override;
  Reactor* RenderDiscrepancyNote(Context* context, const v1::RenderDiscrepancyNoteRequest* request,
                                 v1::PaperResponse* response) override;
  Reactor* RenderResponsibilityProtocol(Context* context,
                                        const v1::RenderResponsibilityProtocolRequest* request,
                                        v1::PaperResponse* response) override;
  Reactor* ExportAssetRegister(Context* context, const v1::ExportAssetRegisterRequest* request,
                               v1::ExportAssetRegisterResponse* response) override;
  Reactor* RecordAssetCondition(Context* context, const v1::RecordAssetConditionRequest* request,
                                v1::Asset* response) override;
  Reactor* AttachAssetEvidence(Context* context, const v1::AttachAssetEvidenceRequest* request,
                               v1::Asset* response) override;
  Reactor* RecordReadinessItem(Context* context, const v1::RecordReadinessItemRequest* request,
                               v1::ResponsibilityTransfer* response) override;
  Reactor* AdoptHandoverPolicy(Context* context, const v1::AdoptHandoverPolicyRequest* request,
                               v1::HandoverPolicy* response) override;
  Reactor* AddCentreFunction(Context* context, const v1::AddCentreFunctionRequest* request,
                             v1::CentreFunction* response) override;
  Reactor* EndCentreFunction(Context* context, const v1::EndCentreFunctionRequest* request,
                             v1::CentreFunction* response) override;
  Reactor* PlanPostDonationCheck(Context* context, const v1::PlanPostDonationCheckRequest* request,
                                 v1::PostDonationCheck* response) override;
  Reactor* ReschedulePostDonationCheck(Context* context,
                                       const v1::ReschedulePostDonationCheckRequest* request,
                                       v1::PostDonationCheck* response) override;
  Reactor* CompletePostDonationCheck(Context* context,
                                     const v1::CompletePostDonationCheckRequest* request,
                                     v1::PostDonationCheck* response) override;
  Reactor* CancelPostDonationCheck(Context* context,
                                   const v1::CancelPostDonationCheckRequest* request,
                                   v1::PostDonationCheck* response) override;
  Reactor* RecordVisibilityCheck(Context* context, const v1::RecordVisibilityCheckRequest* request,
                                 v1::VisibilityCheck* response) override;
  Reactor* OpenWarrantyClaim(Context* context, const v1::OpenWarrantyClaimRequest* request,
                             v1::WarrantyClaim* response) override;
  Reactor* MoveWarrantyClaim(Context* context, const v1::MoveWarrantyClaimRequest* request,
                             v1::WarrantyClaim* response) override;
  Reactor* GetHandoverPolicy(Context* context, const v1::GetHandoverPolicyRequest* request,
                             v1::HandoverPolicy* response) override;
  Reactor* GetPostDonationCheck(Context* context, const v1::GetPostDonationCheckRequest* request,
                                v1::PostDonationCheck* response) override;
  Reactor* GetVisibilityCheck(Context* context, const v1::GetVisibilityCheckRequest* request,
                              v1::VisibilityCheck* response) override;
  Reactor* GetWarrantyClaim(Context* context, const v1::GetWarrantyClaimRequest* request,
                            v1::WarrantyClaim* response) override;
  Reactor* ListHandoverPolicies(Context* context, const v1::ListHandoverPoliciesRequest* request,
                                v1::ListHandoverPoliciesResponse* response) override;
  Reactor* ListPostDonationChecks(Context* context,
                                  const v1::ListPostDonationChecksRequest* request,
                                  v1::ListPostDonationChecksResponse* response) override;
  Reactor* ListVisibilityChecks(Context* context, const v1::ListVisibilityChecksRequest* request,
                                v1::ListVisibilityChecksResponse* response) override;
  Reactor* ListWarrantyClaims(Context* context, const v1::ListWarrantyClaimsRequest* request,
                              v1::ListWarrantyClaimsResponse* response) override;
  Reactor* RenderAssetTag(Context* context, const v1::RenderAssetTagRequest* request,
                          v1::PaperResponse* response) override;
  Reactor* GetHandoverPolicyInForce(Context* context,
                                    const v1::GetHandoverPolicyInForceRequest* request,
                                    v1::HandoverPolicy* response) override;
  Reactor* GetCentreFunction(Context* context, const v1::GetCentreFunctionRequest* request,
                             v1::CentreFunction* response) override;
  Reactor* ListCentreFunctions(Context* context, const v1::ListCentreFunctionsRequest* request,
                               v1::ListCentreFunctionsResponse* response) override;
  Reactor* GetResponsibleBody(Context* context, const v1::GetResponsibleBodyRequest* request,
                              v1::GetResponsibleBodyResponse* response) override;

 private:
  rpc::Calls& calls_;
};

}  // namespace prihvat::handover
