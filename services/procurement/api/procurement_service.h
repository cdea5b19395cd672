// The API of the procurement service: each method says which part of the call chain answers it.
#pragma once

#include "libs/rpc/calls.h"
#include "prihvat/procurement/v1/service.grpc.pb.h"

namespace prihvat::procurement {

// Thread-safe: holds no state of its own. `calls` outlives it, and the server that it is registered
// with.
class ProcurementServiceImpl final : public v1::ProcurementService::CallbackService {
 public:
  using Context = grpc::CallbackServerContext;
  using Reactor = grpc::ServerUnaryReactor;

  explicit ProcurementServiceImpl(rpc::Calls& calls) : calls_(calls) {}

  Reactor* CreateOperation(Context* context, const v1::CreateOperationRequest* request,
                           v1::Operation* response) override;
  Reactor* GetOperation(Context* context, const v1::GetOperationRequest* request,
                        v1::Operation* response) override;
  Reactor* ListOperations(Context* context, const v1::ListOperationsRequest* request,
                          v1::ListOperationsResponse* response) override;
  Reactor* CreateProject(Context* context, const v1::CreateProjectRequest* request,
                         v1::Project* response) override;
  Reactor* GetProject(Context* context, const v1::GetProjectRequest* request,
                      v1::Project* response) override;
  Reactor* ListProjects(Context* context, const v1::ListProjectsRequest* request,
                        v1::ListProjectsResponse* response) override;
  Reactor* CreateBudgetLine(Context* context, const v1::CreateBudgetLineRequest* request,
                            v1::BudgetLine* response) override;
  Reactor* GetBudgetLine(Context* context, const v1::GetBudgetLineRequest* request,
                         v1::BudgetLine* response) override;
  Reactor* ListBudgetLines(Context* context, const v1::ListBudgetLinesRequest* request,
                           v1::ListBudgetLinesResponse* response) override;
  Reactor* GetBudgetPosition(Context* context, const v1::GetBudgetPositionRequest* request,
                             v1::BudgetPosition* response) override;
  Reactor* EnterFundingAgreement(Context* context, const v1::EnterFundingAgreementRequest* request,
                                 v1::FundingAgreement* response) override;
  Reactor* RecordFundingTranche(Context* context, const v1::RecordFundingTrancheRequest* request,
                                v1::FundingAgreement* response) override;
  Reactor* CorrectFundingTranche(Context* context, const v1::CorrectFundingTrancheRequest* request,
                                 v1::FundingAgreement* response) override;
  Reactor* GetFundingAgreement(Context* context, const v1::GetFundingAgreementRequest* request,
                               v1::FundingAgreement* response) override;
  Reactor* ListFundingAgreements(Context* context, const v1::ListFundingAgreementsRequest* request,
                                 v1::ListFundingAgreementsResponse* response) override;
  Reactor* CreateAgencyTransfer(Context* context, const v1::CreateAgencyTransferRequest* request,
                                v1::AgencyTransfer* response) override;
  Reactor* ApproveAgencyTransfer(Context* context, const v1::ApproveAgencyTransferRequest* request,
                                 v1::AgencyTransfer* response) override;
  Reactor* PayAgencyTransfer(Context* context, const v1::PayAgencyTransferRequest* request,
                             v1::AgencyTransfer* response) override;
  Reactor* RecordAgencyExpenditure(Context* context,
                                   const v1::RecordAgencyExpenditureRequest* request,
                                   v1::AgencyTransfer* response) override;
  Reactor* CorrectAgencyExpenditure(Context* context,
                                    const v1::CorrectAgencyExpenditureRequest* request,
                                    v1::AgencyTransfer* response) override;
  Reactor* CloseAgencyTransfer(Context* context, const v1::CloseAgencyTransferRequest* request,
                               v1::AgencyTransfer* response) override;
  Reactor* CancelAgencyTransfer(Context* context, const v1::CancelAgencyTransferRequest* request,
                                v1::AgencyTransfer* response) override;
  Reactor* GetAgencyTransfer(Context* context, const v1::GetAgencyTransferRequest* request,
                             v1::AgencyTransfer* response) override;
  Reactor* ListAgencyTransfers(Context* context, const v1::ListAgencyTransfersRequest* request,
                               v1::ListAgencyTransfersResponse* response) override;
  Reactor* RegisterSupplier(Context* context, const v1::RegisterSupplierRequest* request,
                            v1::Supplier* response) override;
  Reactor* ScreenSupplier(Context* context, const v1::ScreenSupplierRequest* request,
                          v1::Supplier* response) override;
  Reactor* BlockSupplier(Context* context, const v1::BlockSupplierRequest* request,
                         v1::Supplier* response) override;
  Reactor* UnblockSupplier(Context* context, const v1::UnblockSupplierRequest* request,
                           v1::Supplier* response) override;
  Reactor* NameOrganisation(Context* context, const v1::NameOrganisationRequest* request,
                            v1::Organisation* response) override;
  Reactor* GetOrganisation(Context* context, const v1::GetOrganisationRequest* request,
                           v1::Organisation* response) override;
  Reactor* ListOrganisations(Context* context, const v1::ListOrganisationsRequest* request,
                             v1::ListOrganisationsResponse* response) override;
  Reactor* RecordVatExemption(Context* context, const v1::RecordVatExemptionRequest* request,
                              v1::PurchaseOrder* response) override;
  Reactor* GetSupplier(Context* context, const v1::GetSupplierRequest* request,
                       v1::Supplier* response) override;
  Reactor* ListSuppliers(Context* context, const v1::ListSuppliersRequest* request,
                         v1::ListSuppliersResponse* response) override;
  Reactor* CreateRequisition(Context* context, const v1::CreateRequisitionRequest* request,
                             v1::Requisition* response) override;
  Reactor* ReviseRequisition(Context* context, const v1::ReviseRequisitionRequest* request,
                             v1::Requisition* response) override;
  Reactor* SubmitRequisition(Context* context, const v1::SubmitRequisitionRequest* request,
                             v1::Requisition* response) override;
  Reactor* ApproveRequisition(Context* context, const v1::ApproveRequisitionRequest* request,
                              v1::Requisition* response) override;
  Reactor* ReturnRequisition(Context* context, const v1::ReturnRequisitionRequest* request,
                             v1::Requisition* response) override;
  Reactor* RejectRequisition(Context* context, const v1::RejectRequisitionRequest* request,
                             v1::Requisition* response) override;
  Reactor* CancelRequisition(Context* context, const v1::CancelRequisitionRequest* request,
                             v1::Requisition* response) override;
  Reactor* GetRequisition(Context* context, const v1::GetRequisitionRequest* request,
                          v1::Requisition* response) override;
  Reactor* ListRequisitions(Context* context, const v1::ListRequisitionsRequest* request,
                            v1::ListRequisitionsResponse* response) override;
  Reactor* CreatePurchaseOrder(Context* context, const v1::CreatePurchaseOrderRequest* request,
                               v1::PurchaseOrder* response) override;
  Reactor* ApprovePurchaseOrder(Context* context, const v1::ApprovePurchaseOrderRequest* request,
                                v1::PurchaseOrder* response) override;
  Reactor* IssuePurchaseOrder(Context* context, const v1::IssuePurchaseOrderRequest* request,
                              v1::PurchaseOrder* response) override;
  Reactor* AcknowledgePurchaseOrder(Context* context,
                                    const v1::AcknowledgePurchaseOrderRequest* request,
                                    v1::PurchaseOrder* response) override;
  Reactor* AmendPurchaseOrder(Context* context, const v1::AmendPurchaseOrderRequest* request,
                              v1::PurchaseOrder* response) override;
  Reactor* ApprovePurchaseOrderAmendment(Context* context,
                                         const v1::ApprovePurchaseOrderAmendmentRequest* request,
                                         v1::PurchaseOrder* response) override;
  Reactor* DropPurchaseOrderAmendment(Context* context,
                                      const v1::DropPurchaseOrderAmendmentRequest* request,
                                      v1::PurchaseOrder* response) override;
  Reactor* WaiveTolerance(Context* context, const v1::WaiveToleranceRequest* request,
                          v1::PurchaseOrder* response) override;
  Reactor* SuspendPurchaseOrder(Context* context, const v1::SuspendPurchaseOrderRequest* request,
                                v1::PurchaseOrder* response) override;
  Reactor* ResumePurchaseOrder(Context* context, const v1::ResumePurchaseOrderRequest* request,
                               v1::PurchaseOrder* response) override;
  Reactor* CancelPurchaseOrder(Context* context, const v1::CancelPurchaseOrderRequest* request,
                               v1::PurchaseOrder* response) override;
  Reactor* ClosePurchaseOrder(Context* context, const v1::ClosePurchaseOrderRequest* request,
                              v1::PurchaseOrder* response) override;
  Reactor* TerminatePurchaseOrder(Context* context,
                                  const v1::TerminatePurchaseOrderRequest* request,
                                  v1::PurchaseOrder* response) override;
  Reactor* GetPurchaseOrder(Context* context, const v1::GetPurchaseOrderRequest* request,
                            v1::PurchaseOrder* response) override;
  Reactor* ListPurchaseOrders(Context* context, const v1::ListPurchaseOrdersRequest* request,
                              v1::ListPurchaseOrdersResponse* response) override;
  Reactor* CountGoodsReceipt(Context* context, const v1::CountGoodsReceiptRequest* request,
                             v1::GoodsReceipt* response) override;
  Reactor* InspectGoodsReceipt(Context* context, const v1::InspectGoodsReceiptRequest* request,
                               v1::GoodsReceipt* response) override;
  Reactor* AbandonGoodsReceipt(Context* context, const v1::AbandonGoodsReceiptRequest* request,
                               v1::GoodsReceipt* response) override;
  Reactor* PostGoodsReceipt(Context* context, const v1::PostGoodsReceiptRequest* request,
                            v1::GoodsReceipt* response) override;
  Reactor* ReturnGoods(Context* context, const v1::ReturnGoodsRequest* request,
                       v1::GoodsReceipt* response) override;
  Reactor* GetGoodsReceipt(Context* context, const v1::GetGoodsReceiptRequest* request,
                           v1::GoodsReceipt* response) override;
  Reactor* ListGoodsReceipts(Context* context, const v1::ListGoodsReceiptsRequest* request,
                             v1::ListGoodsReceiptsResponse* response) override;

  Reactor* ReverseGoodsReceipt(Context* context, const v1::ReverseGoodsReceiptRequest* request,
                               v1::GoodsReceipt* response) override;
  Reactor* RecordExchangeRate(Context* context, const v1::RecordExchangeRateRequest* request,
                              v1::ExchangeRate* response) override;
  Reactor* RegisterSupplierInvoice(Context* context,
                                   const v1::RegisterSupplierInvoiceRequest* request,
                                   v1::SupplierInvoice* response) override;
  Reactor* MatchSupplierInvoice(Context* context, const v1::MatchSupplierInvoiceRequest* request,
                                v1::SupplierInvoice* response) override;
  Reactor* RejectSupplierInvoice(Context* context, const v1::RejectSupplierInvoiceRequest* request,
                                 v1::SupplierInvoice* response) override;
  Reactor* ApproveSupplierInvoice(Context* context,
                                  const v1::ApproveSupplierInvoiceRequest* request,
                                  v1::SupplierInvoice* response) override;
  Reactor* BlockSupplierInvoice(Context* context, const v1::BlockSupplierInvoiceRequest* request,
                                v1::SupplierInvoice* response) override;
  Reactor* ReleaseRetention(Context* context, const v1::ReleaseRetentionRequest* request,
                            v1::SupplierInvoice* response) override;
  Reactor* PaySupplierInvoice(Context* context, const v1::PaySupplierInvoiceRequest* request,
                              v1::Payment* response) override;
  Reactor* RecordSupplierRefund(Context* context, const v1::RecordSupplierRefundRequest* request,
                                v1::Payment* response) override;
  Reactor* RegisterCreditNote(Context* context, const v1::RegisterCreditNoteRequest* request,
                              v1::CreditNote* response) override;
  Reactor* RequestAdvance(Context* context, const v1::RequestAdvanceRequest* request,
                          v1::Advance* response) override;
  Reactor* ApproveAdvance(Context* context, const v1::ApproveAdvanceRequest* request,
                          v1::Advance* response) override;
  Reactor* PayAdvance(Context* context, const v1::PayAdvanceRequest* request,
                      v1::Payment* response) override;
  Reactor* ReversePayment(Context* context, const v1::ReversePaymentRequest* request,
                          v1::Payment* response) override;
  Reactor* AdoptProcurementPolicy(Context* context,
                                  const v1::AdoptProcurementPolicyRequest* request,
                                  v1::ProcurementPolicy* response) override;
  Reactor* GetExchangeRate(Context* context, const v1::GetExchangeRateRequest* request,
                           v1::ExchangeRate* response) override;
  Reactor* GetSupplierInvoice(Context* context, const v1::GetSupplierInvoiceRequest* request,
                              v1::SupplierInvoice* response) override;
  Reactor* GetCreditNote(Context* context, const v1::GetCreditNoteRequest* request,
                         v1::CreditNote* response) override;
  Reactor* GetAdvance(Context* context, const v1::GetAdvanceRequest* request,
                      v1::Advance* response) override;
  Reactor* GetPayment(Context* context, const v1::GetPaymentRequest* request,
                      v1::Payment* response) override;
  Reactor* GetProcurementPolicy(Context* context, const v1::GetProcurementPolicyRequest* request,
                                v1::ProcurementPolicy* response) override;
  Reactor* ListExchangeRates(Context* context, const v1::ListExchangeRatesRequest* request,
                             v1::ListExchangeRatesResponse* response) override;
  Reactor* ListSupplierInvoices(Context* context, const v1::ListSupplierInvoicesRequest* request,
                                v1::ListSupplierInvoicesResponse* response) override;
  Reactor* ListCreditNotes(Context* context, const v1::ListCreditNotesRequest* request,
                           v1::ListCreditNotesResponse* response) override;
  Reactor* ListAdvances(Context* context, const v1::ListAdvancesRequest* request,
                        v1::ListAdvancesResponse* response) override;
  Reactor* ListPayments(Context* context, const v1::ListPaymentsRequest* request,
                        v1::ListPaymentsResponse* response) override;
  Reactor* ListProcurementPolicies(Context* context,
                                   const v1::ListProcurementPoliciesRequest* request,
                                   v1::ListProcurementPoliciesResponse* response) override;
  Reactor* GetProcurementPolicyInForce(Context* context,
                                       const v1::GetProcurementPolicyInForceRequest* request,
                                       v1::ProcurementPolicy* response) override;
  Reactor* CreateSourcingProcess(Context* context, const v1::CreateSourcingProcessRequest* request,
                                 v1::SourcingProcess* response) override;
  Reactor* InviteSuppliers(Context* context, const v1::InviteSuppliersRequest* request,
                           v1::SourcingProcess* response) override;
  Reactor* PublishSourcingProcess(Context* context,
                                  const v1::PublishSourcingProcessRequest* request,
                                  v1::SourcingProcess* response) override;
  Reactor* ExtendBidDeadline(Context* context, const v1::ExtendBidDeadlineRequest* request,
                             v1::SourcingProcess* response) override;
  Reactor* SubmitBid(Context* context, const v1::SubmitBidRequest* request,
                     v1::Bid* response) override;
  Reactor* WithdrawBid(Context* context, const v1::WithdrawBidRequest* request,
                       v1::Bid* response) override;
  Reactor* CloseBidding(Context* context, const v1::CloseBiddingRequest* request,
                        v1::SourcingProcess* response) override;
  Reactor* OpenBids(Context* context, const v1::OpenBidsRequest* request,
                    v1::SourcingProcess* response) override;
  Reactor* DeclareConflict(Context* context, const v1::DeclareConflictRequest* request,
                           v1::SourcingProcess* response) override;
  Reactor* ScoreBid(Context* context, const v1::ScoreBidRequest* request,
                    v1::Bid* response) override;
  Reactor* DisqualifyBid(Context* context, const v1::DisqualifyBidRequest* request,
                         v1::Bid* response) override;
  Reactor* CompleteEvaluation(Context* context, const v1::CompleteEvaluationRequest* request,
                              v1::SourcingProcess* response) override;
  Reactor* RecommendAward(Context* context, const v1::RecommendAwardRequest* request,
                          v1::SourcingProcess* response) override;
  Reactor* SendBackRecommendation(Context* context,
                                  const v1::SendBackRecommendationRequest* request,
                                  v1::SourcingProcess* response) override;
  Reactor* ApproveAward(Context* context, const v1::ApproveAwardRequest* request,
                        v1::SourcingProcess* response) override;
  Reactor* StartStandstill(Context* context, const v1::StartStandstillRequest* request,
                           v1::SourcingProcess* response) override;
  Reactor* FileComplaint(Context* context, const v1::FileComplaintRequest* request,
                         v1::SourcingProcess* response) override;
  Reactor* ResolveComplaint(Context* context, const v1::ResolveComplaintRequest* request,
                            v1::SourcingProcess* response) override;
  Reactor* WaiveSourcing(Context* context, const v1::WaiveSourcingRequest* request,
                         v1::SourcingProcess* response) override;
  Reactor* AwardSourcing(Context* context, const v1::AwardSourcingRequest* request,
                         v1::SourcingProcess* response) override;
  Reactor* DeclareSourcingUnsuccessful(Context* context,
                                       const v1::DeclareSourcingUnsuccessfulRequest* request,
                                       v1::SourcingProcess* response) override;
  Reactor* CancelSourcingProcess(Context* context, const v1::CancelSourcingProcessRequest* request,
                                 v1::SourcingProcess* response) override;
  Reactor* GetSourcingProcess(Context* context, const v1::GetSourcingProcessRequest* request,
                              v1::SourcingProcess* response) override;
  Reactor* GetBid(Context* context, const v1::GetBidRequest* request, v1::Bid* response) override;
  Reactor* ListSourcingProcesses(Context* context, const v1::ListSourcingProcessesRequest* request,
                                 v1::ListSourcingProcessesResponse* response) override;
  Reactor* ListBids(Context* context, const v1::ListBidsRequest* request,
                    v1::ListBidsResponse* response) override;

  Reactor* CreateFrameworkAgreement(Context* context,
                                    const v1::CreateFrameworkAgreementRequest* request,
                                    v1::FrameworkAgreement* response) override;
  Reactor* ApproveFrameworkAgreement(Context* context,
                                     const v1::ApproveFrameworkAgreementRequest* request,
                                     v1::FrameworkAgreement* response) override;
  Reactor* SuspendFrameworkAgreement(Context* context,
                                     const v1::SuspendFrameworkAgreementRequest* request,
                                     v1::FrameworkAgreement* response) override;
  Reactor* ResumeFrameworkAgreement(Context* context,
                                    const v1::ResumeFrameworkAgreementRequest* request,
                                    v1::FrameworkAgreement* response) override;
  Reactor* ExpireFrameworkAgreement(Context* context,
                                    const v1::ExpireFrameworkAgreementRequest* request,
                                    v1::FrameworkAgreement* response) override;
  Reactor* TerminateFrameworkAgreement(Context* context,
                                       const v1::TerminateFrameworkAgreementRequest* request,
                                       v1::FrameworkAgreement* response) override;
  Reactor* GetFrameworkAgreement(Context* context, const v1::GetFrameworkAgreementRequest* request,
                                 v1::FrameworkAgreement* response) override;
  Reactor* ListFrameworkAgreements(Context* context,
                                   const v1::ListFrameworkAgreementsRequest* request,
                                   v1::ListFrameworkAgreementsResponse* response) override;

  Reactor* ListPriceRecords(Context* context, const v1::ListPriceRecordsRequest* request,
                            v1::ListPriceRecordsResponse* response) override;
  Reactor* ListLeadTimes(Context* context, const v1::ListLeadTimesRequest* request,
                         v1::ListLeadTimesResponse* response) override;
  Reactor* ListSupplierLeadTimes(Context* context, const v1::ListSupplierLeadTimesRequest* request,
                                 v1::ListSupplierLeadTimesResponse* response) override;
  Reactor* ListSupplierPerformances(Context* context,
                                    const v1::ListSupplierPerformancesRequest* request,
                                    v1::ListSupplierPerformancesResponse* response) override;
  Reactor* ListFunderShares(Context* context, const v1::ListFunderSharesRequest* request,
                            v1::ListFunderSharesResponse* response) override;
  Reactor* GetFundingSplit(Context* context, const v1::GetFundingSplitRequest* request,
                           v1::FundingSplit* response) override;
  Reactor* ListWarrantyItems(Context* context, const v1::ListWarrantyItemsRequest* request,
                             v1::ListWarrantyItemsResponse* response) override;
  Reactor* RenderRequisition(Context* context, const v1::RenderRequisitionRequest* request,
                             v1::PaperResponse* response) override;
  Reactor* RenderTenderPack(Context* context, const v1::RenderTenderPackRequest* request,
                            v1::PaperResponse* response) override;
  Reactor* RenderRejectionNote(Context* context, const v1::RenderRejectionNoteRequest* request,
                               v1::PaperResponse* response) override;
  Reactor* RenderVatExemption(Context* context, const v1::RenderVatExemptionRequest* request,
                              v1::PaperResponse* response) override;
  Reactor* RenderPurchaseOrder(Context* context, const v1::RenderPurchaseOrderRequest* request,
                               v1::PaperResponse* response) override;
  Reactor* RenderReceivingReport(Context* context, const v1::RenderReceivingReportRequest* request,
                                 v1::PaperResponse* response) override;
  Reactor* RenderBidAnalysis(Context* context, const v1::RenderBidAnalysisRequest* request,
                             v1::PaperResponse* response) override;
  Reactor* RenderAwardMemo(Context* context, const v1::RenderAwardMemoRequest* request,
                           v1::PaperResponse* response) override;

  Reactor* EnterPublishedPackage(Context* context, const v1::EnterPublishedPackageRequest* request,
                                 v1::PublishedPackage* response) override;
  Reactor* ImportPublishedRelease(Context* context,
                                  const v1::ImportPublishedReleaseRequest* request,
                                  v1::PublishedRelease* response) override;
  Reactor* GetPublishedPackage(Context* context, const v1::GetPublishedPackageRequest* request,
                               v1::PublishedPackage* response) override;
  Reactor* ListPublishedPackages(Context* context, const v1::ListPublishedPackagesRequest* request,
                                 v1::ListPublishedPackagesResponse* response) override;
  Reactor* GetPublishedProcess(Context* context, const v1::GetPublishedProcessRequest* request,
                               v1::PublishedProcess* response) override;
  Reactor* ListPublishedProcesses(Context* context,
                                  const v1::ListPublishedProcessesRequest* request,
                                  v1::ListPublishedProcessesResponse* response) override;
  Reactor* GetPublishedRelease(Context* context, const v1::GetPublishedReleaseRequest* request,
                               v1::PublishedRelease* response) override;
  Reactor* ListPublishedReleases(Context* context, const v1::ListPublishedReleasesRequest* request,
                                 v1::ListPublishedReleasesResponse* response) override;
  Reactor* RenderPublishedPackage(Context* context,
                                  const v1::RenderPublishedPackageRequest* request,
                                  v1::RenderPublishedPackageResponse* response) override;

 private:
  rpc::Calls& calls_;
};

}  // namespace prihvat::procurement
