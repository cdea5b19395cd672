#include "services/handover/api/handover_service.h"

#include "libs/rpc/row_filter.h"
#include "services/handover/api/certificate_queries.h"
#include "services/handover/api/paper_queries.h"
#include "services/handover/api/queries.h"

namespace prihvat::handover {

using Reactor = HandoverServiceImpl::Reactor;

Reactor* HandoverServiceImpl::TakeAssetIntoCustody(Context* context,
                                                   const v1::TakeAssetIntoCustodyRequest* request,
                                                   v1::Asset* response) {
  return calls_.Command(context, request, response);
}

Reactor* HandoverServiceImpl::ReturnAssetToSupplier(Context* context,
                                                    const v1::ReturnAssetToSupplierRequest* request,
                                                    v1::Asset* response) {
  return calls_.Command(context, request, response);
}

Reactor* HandoverServiceImpl::ReturnAssetLotToSupplier(
    Context* context, const v1::ReturnAssetLotToSupplierRequest* request, v1::AssetLot* response) {
  return calls_.Command(context, request, response);
}

Reactor* HandoverServiceImpl::MoveAsset(Context* context, const v1::MoveAssetRequest* request,
                                        v1::Asset* response) {
  return calls_.Command(context, request, response);
}

Reactor* HandoverServiceImpl::PutAssetIntoUse(Context* context,
                                              const v1::PutAssetIntoUseRequest* request,
                                              v1::Asset* response) {
  return calls_.Command(context, request, response);
}

Reactor* HandoverServiceImpl::RecordAssetChange(Context* context,
                                                const v1::RecordAssetChangeRequest* request,
                                                v1::Asset* response) {
  return calls_.Command(context, request, response);
}

Reactor* HandoverServiceImpl::RecordLotFound(Context* context,
                                             const v1::RecordLotFoundRequest* request,
                                             v1::AssetLot* response) {
  return calls_.Command(context, request, response);
}

Reactor* HandoverServiceImpl::GrantMandate(Context* context, const v1::GrantMandateRequest* request,
                                           v1::Mandate* response) {
  return calls_.Command(context, request, response);
}

Reactor* HandoverServiceImpl::RevokeMandate(Context* context,
                                            const v1::RevokeMandateRequest* request,
                                            v1::Mandate* response) {
  return calls_.Command(context, request, response);
}

Reactor* HandoverServiceImpl::CreateHandoverCase(Context* context,
                                                 const v1::CreateHandoverCaseRequest* request,
                                                 v1::HandoverCase* response) {
  return calls_.Command(context, request, response);
}

Reactor* HandoverServiceImpl::NameSignatories(Context* context,
                                              const v1::NameSignatoriesRequest* request,
                                              v1::HandoverCase* response) {
  return calls_.Command(context, request, response);
}

Reactor* HandoverServiceImpl::AuthoriseHandoverCase(Context* context,
                                                    const v1::AuthoriseHandoverCaseRequest* request,
                                                    v1::HandoverCase* response) {
  return calls_.Command(context, request, response);
}

Reactor* HandoverServiceImpl::ScheduleHandoverCase(Context* context,
                                                   const v1::ScheduleHandoverCaseRequest* request,
                                                   v1::HandoverCase* response) {
  return calls_.Command(context, request, response);
}

Reactor* HandoverServiceImpl::RecordDelivery(Context* context,
                                             const v1::RecordDeliveryRequest* request,
                                             v1::HandoverCase* response) {
  return calls_.Command(context, request, response);
}

Reactor* HandoverServiceImpl::RecordCount(Context* context, const v1::RecordCountRequest* request,
                                          v1::HandoverCase* response) {
  return calls_.Command(context, request, response);
}

Reactor* HandoverServiceImpl::DisputeCount(Context* context, const v1::DisputeCountRequest* request,
                                           v1::HandoverCase* response) {
  return calls_.Command(context, request, response);
}

Reactor* HandoverServiceImpl::ResolveDispute(Context* context,
                                             const v1::ResolveDisputeRequest* request,
                                             v1::HandoverCase* response) {
  return calls_.Command(context, request, response);
}

Reactor* HandoverServiceImpl::SignHandoverCase(Context* context,
                                               const v1::SignHandoverCaseRequest* request,
                                               v1::HandoverCase* response) {
  return calls_.Command(context, request, response);
}

Reactor* HandoverServiceImpl::MakeHandoverEffective(Context* context,
                                                    const v1::MakeHandoverEffectiveRequest* request,
                                                    v1::HandoverCase* response) {
  return calls_.Command(context, request, response);
}

Reactor* HandoverServiceImpl::FileProof(Context* context, const v1::FileProofRequest* request,
                                        v1::HandoverCase* response) {
  return calls_.Command(context, request, response);
}

Reactor* HandoverServiceImpl::CloseHandoverCase(Context* context,
                                                const v1::CloseHandoverCaseRequest* request,
                                                v1::HandoverCase* response) {
  return calls_.Command(context, request, response);
}

Reactor* HandoverServiceImpl::VoidHandoverCase(Context* context,
                                               const v1::VoidHandoverCaseRequest* request,
                                               v1::HandoverCase* response) {
  return calls_.Command(context, request, response);
}

Reactor* HandoverServiceImpl::CorrectHandoverCase(Context* context,
                                                  const v1::CorrectHandoverCaseRequest* request,
                                                  v1::Certificate* response) {
  return calls_.Command(context, request, response);
}

Reactor* HandoverServiceImpl::SignCorrectiveCertificate(
    Context* context, const v1::SignCorrectiveCertificateRequest* request,
    v1::Certificate* response) {
  return calls_.Command(context, request, response);
}

Reactor* HandoverServiceImpl::RegisterSigningKey(Context* context,
                                                 const v1::RegisterSigningKeyRequest* request,
                                                 v1::Mandate* response) {
  return calls_.Command(context, request, response);
}

Reactor* HandoverServiceImpl::RevokeSigningKey(Context* context,
                                               const v1::RevokeSigningKeyRequest* request,
                                               v1::Mandate* response) {
  return calls_.Command(context, request, response);
}

Reactor* HandoverServiceImpl::DrawUpCertificate(Context* context,
                                                const v1::DrawUpCertificateRequest* request,
                                                v1::Certificate* response) {
  return calls_.Command(context, request, response);
}

Reactor* HandoverServiceImpl::ExportCertificate(Context* context,
                                                const v1::ExportCertificateRequest* request,
                                                v1::ExportCertificateResponse* response) {
  return calls_.Read(context, request, response, [=](const rpc::ReadContext& reads) {
    return AnswerCertificateForSigning(reads, *request, *response);
  });
}

Reactor* HandoverServiceImpl::ReturnSignedCertificate(
    Context* context, const v1::ReturnSignedCertificateRequest* request,
    v1::Certificate* response) {
  return calls_.Command(context, request, response);
}

Reactor* HandoverServiceImpl::DownloadSignature(Context* context,
                                                const v1::DownloadSignatureRequest* request,
                                                v1::PaperResponse* response) {
  return calls_.Read(context, request, response, [=](const rpc::ReadContext& reads) {
    return AnswerSignature(reads, *request, *response);
  });
}

Reactor* HandoverServiceImpl::EstablishResponsibility(
    Context* context, const v1::EstablishResponsibilityRequest* request,
    v1::Responsibility* response) {
  return calls_.Command(context, request, response);
}

Reactor* HandoverServiceImpl::CreateResponsibilityTransfer(
    Context* context, const v1::CreateResponsibilityTransferRequest* request,
    v1::ResponsibilityTransfer* response) {
  return calls_.Command(context, request, response);
}

Reactor* HandoverServiceImpl::AssessReadiness(Context* context,
                                              const v1::AssessReadinessRequest* request,
                                              v1::ResponsibilityTransfer* response) {
  return calls_.Command(context, request, response);
}

Reactor* HandoverServiceImpl::AgreeResponsibilityTransfer(
    Context* context, const v1::AgreeResponsibilityTransferRequest* request,
    v1::ResponsibilityTransfer* response) {
  return calls_.Command(context, request, response);
}

Reactor* HandoverServiceImpl::StartParallelRun(Context* context,
                                               const v1::StartParallelRunRequest* request,
                                               v1::ResponsibilityTransfer* response) {
  return calls_.Command(context, request, response);
}

Reactor* HandoverServiceImpl::MakeResponsibilityTransferEffective(
    Context* context, const v1::MakeResponsibilityTransferEffectiveRequest* request,
    v1::ResponsibilityTransfer* response) {
  return calls_.Command(context, request, response);
}

Reactor* HandoverServiceImpl::ReviewResponsibilityTransfer(
    Context* context, const v1::ReviewResponsibilityTransferRequest* request,
    v1::ResponsibilityTransfer* response) {
  return calls_.Command(context, request, response);
}

Reactor* HandoverServiceImpl::CloseResponsibilityTransfer(
    Context* context, const v1::CloseResponsibilityTransferRequest* request,
    v1::ResponsibilityTransfer* response) {
  return calls_.Command(context, request, response);
}

Reactor* HandoverServiceImpl::SuspendResponsibilityTransfer(
    Context* context, const v1::SuspendResponsibilityTransferRequest* request,
    v1::ResponsibilityTransfer* response) {
  return calls_.Command(context, request, response);
}

Reactor* HandoverServiceImpl::ResumeResponsibilityTransfer(
    Context* context, const v1::ResumeResponsibilityTransferRequest* request,
    v1::ResponsibilityTransfer* response) {
  return calls_.Command(context, request, response);
}

Reactor* HandoverServiceImpl::CancelResponsibilityTransfer(
    Context* context, const v1::CancelResponsibilityTransferRequest* request,
    v1::ResponsibilityTransfer* response) {
  return calls_.Command(context, request, response);
}

Reactor* HandoverServiceImpl::RevertResponsibilityTransfer(
    Context* context, const v1::RevertResponsibilityTransferRequest* request,
    v1::ResponsibilityTransfer* response) {
  return calls_.Command(context, request, response);
}

Reactor* HandoverServiceImpl::GetAsset(Context* context, const v1::GetAssetRequest* request,
                                       v1::Asset* response) {
  return calls_.Get(context, request, response);
}

Reactor* HandoverServiceImpl::ListAssets(Context* context, const v1::ListAssetsRequest* request,
                                         v1::ListAssetsResponse* response) {
  return calls_.List<v1::Asset>(
      context, request, response, response->mutable_assets(), "assets",
      [wanted = *request](const v1::Asset& entity) { return Keeps(wanted, entity); },
      {request->recipient(), request->handover_case(), request->centre(),
       rpc::FieldIs(v1::Asset::kStateFieldNumber, request->state())});
}

Reactor* HandoverServiceImpl::GetAssetLot(Context* context, const v1::GetAssetLotRequest* request,
                                          v1::AssetLot* response) {
  return calls_.Get(context, request, response);
}

Reactor* HandoverServiceImpl::ListAssetLots(Context* context,
                                            const v1::ListAssetLotsRequest* request,
                                            v1::ListAssetLotsResponse* response) {
  return calls_.List<v1::AssetLot>(
      context, request, response, response->mutable_asset_lots(), "assetLots",
      [wanted = *request](const v1::AssetLot& entity) { return Keeps(wanted, entity); });
}

Reactor* HandoverServiceImpl::GetMandate(Context* context, const v1::GetMandateRequest* request,
                                         v1::Mandate* response) {
  return calls_.Get(context, request, response);
}

Reactor* HandoverServiceImpl::ListMandates(Context* context, const v1::ListMandatesRequest* request,
                                           v1::ListMandatesResponse* response) {
  return calls_.List<v1::Mandate>(
      context, request, response, response->mutable_mandates(), "mandates",
      [wanted = *request](const v1::Mandate& entity) { return Keeps(wanted, entity); },
      {request->organisation()});
}

Reactor* HandoverServiceImpl::GetHandoverCase(Context* context,
                                              const v1::GetHandoverCaseRequest* request,
                                              v1::HandoverCase* response) {
  return calls_.Get(context, request, response);
}

Reactor* HandoverServiceImpl::ListHandoverCases(Context* context,
                                                const v1::ListHandoverCasesRequest* request,
                                                v1::ListHandoverCasesResponse* response) {
  return calls_.List<v1::HandoverCase>(
      context, request, response, response->mutable_handover_cases(), "handoverCases",
      [wanted = *request](const v1::HandoverCase& entity) { return Keeps(wanted, entity); },
      {request->recipient(), rpc::FieldIs(v1::HandoverCase::kStateFieldNumber, request->state())});
}

Reactor* HandoverServiceImpl::GetCertificate(Context* context,
                                             const v1::GetCertificateRequest* request,
                                             v1::Certificate* response) {
  return calls_.Get(context, request, response);
}

Reactor* HandoverServiceImpl::ListCertificates(Context* context,
                                               const v1::ListCertificatesRequest* request,
                                               v1::ListCertificatesResponse* response) {
  return calls_.List<v1::Certificate>(
      context, request, response, response->mutable_certificates(), "certificates",
      [wanted = *request](const v1::Certificate& entity) { return Keeps(wanted, entity); },
      {request->recipient()});
}

Reactor* HandoverServiceImpl::GetConflict(Context* context, const v1::GetConflictRequest* request,
                                          v1::Conflict* response) {
  return calls_.Get(context, request, response);
}

Reactor* HandoverServiceImpl::ListConflicts(Context* context,
                                            const v1::ListConflictsRequest* request,
                                            v1::ListConflictsResponse* response) {
  return calls_.List<v1::Conflict>(
      context, request, response, response->mutable_conflicts(), "conflicts",
      [wanted = *request](const v1::Conflict& entity) { return Keeps(wanted, entity); },
      {request->item(), rpc::FieldIs(v1::Conflict::kStateFieldNumber, request->state())});
}

Reactor* HandoverServiceImpl::ResolveConflict(Context* context,
                                              const v1::ResolveConflictRequest* request,
                                              v1::Conflict* response) {
  return calls_.Command(context, request, response);
}

Reactor* HandoverServiceImpl::GetResponsibilityTransfer(
    Context* context, const v1::GetResponsibilityTransferRequest* request,
    v1::ResponsibilityTransfer* response) {
  return calls_.Get(context, request, response);
}

Reactor* HandoverServiceImpl::ListResponsibilityTransfers(
    Context* context, const v1::ListResponsibilityTransfersRequest* request,
    v1::ListResponsibilityTransfersResponse* response) {
  return calls_.List<v1::ResponsibilityTransfer>(
      context, request, response, response->mutable_responsibility_transfers(),
      "responsibilityTransfers",
      [wanted = *request](const v1::ResponsibilityTransfer& entity) {
        return Keeps(wanted, entity);
      },
      {request->centre(), request->function(),
       rpc::FieldIs(v1::ResponsibilityTransfer::kStateFieldNumber, request->state())});
}

Reactor* HandoverServiceImpl::GetResponsibility(Context* context,
                                                const v1::GetResponsibilityRequest* request,
                                                v1::Responsibility* response) {
  return calls_.Get(context, request, response);
}

Reactor* HandoverServiceImpl::ListResponsibilities(Context* context,
                                                   const v1::ListResponsibilitiesRequest* request,
                                                   v1::ListResponsibilitiesResponse* response) {
  return calls_.List<v1::Responsibility>(context, request, response,
                                         response->mutable_responsibilities(), "responsibilities");
}

Reactor* HandoverServiceImpl::RenderCertificate(Context* context,
                                                const v1::RenderCertificateRequest* request,
                                                v1::RenderCertificateResponse* response) {
  return calls_.Read(context, request, response, [=, this](const rpc::ReadContext& reads) {
    return AnswerCertificatePdf(reads, calls_.environment().signer, *request, *response);
  });
}

Reactor* HandoverServiceImpl::RenderDeliveryNote(Context* context,
                                                 const v1::RenderDeliveryNoteRequest* request,
                                                 v1::PaperResponse* response) {
  return calls_.Read(context, request, response, [=](const rpc::ReadContext& reads) {
    return AnswerDeliveryNote(reads, request->name(), *response);
  });
}

Reactor* HandoverServiceImpl::RenderDiscrepancyNote(Context* context,
                                                    const v1::RenderDiscrepancyNoteRequest* request,
                                                    v1::PaperResponse* response) {
  return calls_.Read(context, request, response, [=](const rpc::ReadContext& reads) {
    return AnswerDiscrepancyNote(reads, request->name(), *response);
  });
}

Reactor* HandoverServiceImpl::RenderResponsibilityProtocol(
    Context* context, const v1::RenderResponsibilityProtocolRequest* request,
    v1::PaperResponse* response) {
  return calls_.Read(context, request, response, [=](const rpc::ReadContext& reads) {
    return AnswerResponsibilityProtocol(reads, request->name(), *response);
  });
}

Reactor* HandoverServiceImpl::ExportAssetRegister(Context* context,
                                                  const v1::ExportAssetRegisterRequest* request,
                                                  v1::ExportAssetRegisterResponse* response) {
  return calls_.Read(context, request, response, [=](const rpc::ReadContext& reads) {
    return AnswerAssetRegister(reads, *request, *response);
  });
}

Reactor* HandoverServiceImpl::RecordAssetCondition(Context* context,
                                                   const v1::RecordAssetConditionRequest* request,
                                                   v1::Asset* response) {
  return calls_.Command(context, request, response);
}

Reactor* HandoverServiceImpl::AttachAssetEvidence(Context* context,
                                                  const v1::AttachAssetEvidenceRequest* request,
                                                  v1::Asset* response) {
  return calls_.Command(context, request, response);
}

Reactor* HandoverServiceImpl::RecordReadinessItem(Context* context,
                                                  const v1::RecordReadinessItemRequest* request,
                                                  v1::ResponsibilityTransfer* response) {
  return calls_.Command(context, request, response);
}

Reactor* HandoverServiceImpl::AdoptHandoverPolicy(Context* context,
                                                  const v1::AdoptHandoverPolicyRequest* request,
                                                  v1::HandoverPolicy* response) {
  return calls_.Command(context, request, response);
}

Reactor* HandoverServiceImpl::AddCentreFunction(Context* context,
                                                const v1::AddCentreFunctionRequest* request,
                                                v1::CentreFunction* response) {
  return calls_.Command(context, request, response);
}

Reactor* HandoverServiceImpl::EndCentreFunction(Context* context,
                                                const v1::EndCentreFunctionRequest* request,
                                                v1::CentreFunction* response) {
  return calls_.Command(context, request, response);
}

Reactor* HandoverServiceImpl::PlanPostDonationCheck(Context* context,
                                                    const v1::PlanPostDonationCheckRequest* request,
                                                    v1::PostDonationCheck* response) {
  return calls_.Command(context, request, response);
}

Reactor* HandoverServiceImpl::ReschedulePostDonationCheck(
    Context* context, const v1::ReschedulePostDonationCheckRequest* request,
    v1::PostDonationCheck* response) {
  return calls_.Command(context, request, response);
}

Reactor* HandoverServiceImpl::CompletePostDonationCheck(
    Context* context, const v1::CompletePostDonationCheckRequest* request,
    v1::PostDonationCheck* response) {
  return calls_.Command(context, request, response);
}

Reactor* HandoverServiceImpl::CancelPostDonationCheck(
    Context* context, const v1::CancelPostDonationCheckRequest* request,
    v1::PostDonationCheck* response) {
  return calls_.Command(context, request, response);
}

Reactor* HandoverServiceImpl::RecordVisibilityCheck(Context* context,
                                                    const v1::RecordVisibilityCheckRequest* request,
                                                    v1::VisibilityCheck* response) {
  return calls_.Command(context, request, response);
}

Reactor* HandoverServiceImpl::OpenWarrantyClaim(Context* context,
                                                const v1::OpenWarrantyClaimRequest* request,
                                                v1::WarrantyClaim* response) {
  return calls_.Command(context, request, response);
}

Reactor* HandoverServiceImpl::MoveWarrantyClaim(Context* context,
                                                const v1::MoveWarrantyClaimRequest* request,
                                                v1::WarrantyClaim* response) {
  return calls_.Command(context, request, response);
}

Reactor* HandoverServiceImpl::GetHandoverPolicy(Context* context,
                                                const v1::GetHandoverPolicyRequest* request,
                                                v1::HandoverPolicy* response) {
  return calls_.Get(context, request, response);
}

Reactor* HandoverServiceImpl::GetPostDonationCheck(Context* context,
                                                   const v1::GetPostDonationCheckRequest* request,
                                                   v1::PostDonationCheck* response) {
  return calls_.Get(context, request, response);
}

Reactor* HandoverServiceImpl::GetVisibilityCheck(Context* context,
                                                 const v1::GetVisibilityCheckRequest* request,
                                                 v1::VisibilityCheck* response) {
  return calls_.Get(context, request, response);
}

Reactor* HandoverServiceImpl::GetWarrantyClaim(Context* context,
                                               const v1::GetWarrantyClaimRequest* request,
                                               v1::WarrantyClaim* response) {
  return calls_.Get(context, request, response);
}

Reactor* HandoverServiceImpl::ListHandoverPolicies(Context* context,
                                                   const v1::ListHandoverPoliciesRequest* request,
                                                   v1::ListHandoverPoliciesResponse* response) {
  return calls_.List<v1::HandoverPolicy>(context, request, response,
                                         response->mutable_handover_policies(), "handoverPolicies");
}

Reactor* HandoverServiceImpl::ListPostDonationChecks(
    Context* context, const v1::ListPostDonationChecksRequest* request,
    v1::ListPostDonationChecksResponse* response) {
  return calls_.List<v1::PostDonationCheck>(
      context, request, response, response->mutable_post_donation_checks(), "postDonationChecks",
      [wanted = *request](const v1::PostDonationCheck& entity) { return Keeps(wanted, entity); },
      {request->item(), request->assignee(),
       rpc::FieldIs(v1::PostDonationCheck::kStateFieldNumber, request->state())});
}

Reactor* HandoverServiceImpl::ListVisibilityChecks(Context* context,
                                                   const v1::ListVisibilityChecksRequest* request,
                                                   v1::ListVisibilityChecksResponse* response) {
  return calls_.List<v1::VisibilityCheck>(
      context, request, response, response->mutable_visibility_checks(), "visibilityChecks",
      [wanted = *request](const v1::VisibilityCheck& entity) { return Keeps(wanted, entity); },
      {request->item(), request->donor()});
}

Reactor* HandoverServiceImpl::ListWarrantyClaims(Context* context,
                                                 const v1::ListWarrantyClaimsRequest* request,
                                                 v1::ListWarrantyClaimsResponse* response) {
  return calls_.List<v1::WarrantyClaim>(
      context, request, response, response->mutable_warranty_claims(), "warrantyClaims",
      [wanted = *request](const v1::WarrantyClaim& entity) { return Keeps(wanted, entity); },
      {request->item(), request->supplier(),
       rpc::FieldIs(v1::WarrantyClaim::kStateFieldNumber, request->state())});
}

Reactor* HandoverServiceImpl::RenderAssetTag(Context* context,
                                             const v1::RenderAssetTagRequest* request,
                                             v1::PaperResponse* response) {
  return calls_.Read(context, request, response, [=](const rpc::ReadContext& reads) {
    return AnswerAssetTag(reads, request->name(), *response);
  });
}

Reactor* HandoverServiceImpl::GetHandoverPolicyInForce(
    Context* context, const v1::GetHandoverPolicyInForceRequest* request,
    v1::HandoverPolicy* response) {
  return calls_.Read(context, request, response, [=](const rpc::ReadContext& reads) {
    return AnswerPolicyInForce(reads, *request, *response);
  });
}

Reactor* HandoverServiceImpl::GetCentreFunction(Context* context,
                                                const v1::GetCentreFunctionRequest* request,
                                                v1::CentreFunction* response) {
  return calls_.Read(context, request, response, [=](const rpc::ReadContext& reads) {
    return AnswerCentreFunction(reads, *request, *response);
  });
}

Reactor* HandoverServiceImpl::ListCentreFunctions(Context* context,
                                                  const v1::ListCentreFunctionsRequest* request,
                                                  v1::ListCentreFunctionsResponse* response) {
  return calls_.Read(context, request, response, [=](const rpc::ReadContext& reads) {
    return AnswerCentreFunctions(reads, *request, *response);
  });
}

Reactor* HandoverServiceImpl::GetResponsibleBody(Context* context,
                                                 const v1::GetResponsibleBodyRequest* request,
                                                 v1::GetResponsibleBodyResponse* response) {
  return calls_.Read(context, request, response, [=](const rpc::ReadContext& reads) {
    return AnswerResponsibleBody(reads, *request, *response);
  });
}

}  // namespace prihvat::handover
