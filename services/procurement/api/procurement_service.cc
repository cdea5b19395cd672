#include "services/procurement/api/procurement_service.h"

#include <algorithm>
#include <string>
#include <tuple>
#include <vector>

#include "libs/base/civil.h"
#include "libs/base/status_macros.h"
#include "libs/base/string_view.h"
#include "libs/base/text.h"
#include "libs/rpc/errors.h"
#include "libs/rpc/filters.h"
#include "libs/rpc/row_filter.h"
#include "services/procurement/api/paper_queries.h"
#include "services/procurement/api/published_queries.h"
#include "services/procurement/api/purchase_queries.h"
#include "services/procurement/domain/order.h"
#include "services/procurement/domain/policy.h"
#include "services/procurement/domain/suppliers.h"
#include "services/procurement/domain/values.h"
#include "services/procurement/views/budget_position.h"

namespace prihvat::procurement {

using rpc::Is;

namespace {

// Days of the calendar; what is none is compared by its numbers, and finds what it finds.
bool IsBefore(const google::type::Date& a, const google::type::Date& b) {
  return std::tuple(a.year(), a.month(), a.day()) < std::tuple(b.year(), b.month(), b.day());
}

// When it was posted, or counted where it is not, against the period that is asked for.
bool CameWithin(const v1::ListGoodsReceiptsRequest& wanted, const v1::GoodsReceipt& receipt) {
  if (!wanted.has_start_time() && !wanted.has_end_time()) return true;
  const absl::Time came =
      FromProto(receipt.has_receipt_time() ? receipt.receipt_time() : receipt.count_time());
  return (!wanted.has_start_time() || FromProto(wanted.start_time()) <= came) &&
         (!wanted.has_end_time() || came < FromProto(wanted.end_time()));
}

// The states that orders must be in to be listed, as an entry of `mentioned`.
std::string StatesOf(const v1::ListPurchaseOrdersRequest& request) {
  constexpr int kField = v1::PurchaseOrder::kStateFieldNumber;
  if (request.state() != v1::PURCHASE_ORDER_STATE_UNSPECIFIED)
    return rpc::FieldIs(kField, request.state());
  if (!request.only_open() && !request.only_unacknowledged()) return "";
  std::vector<int> states;
  const auto* all = v1::PurchaseOrderState_descriptor();
  for (int i = 0; i < all->value_count(); ++i) {
    const auto state = static_cast<v1::PurchaseOrderState>(all->value(i)->number());
    if (request.only_open() && !HoldsCommitment(state)) continue;
    if (state == v1::PURCHASE_ORDER_STATE_UNSPECIFIED || HasEnded(state)) continue;
    states.push_back(state);
  }
  return rpc::FieldIsOneOf(kField, states);
}

}  // namespace

ProcurementServiceImpl::Reactor* ProcurementServiceImpl::CreateOperation(
    Context* context, const v1::CreateOperationRequest* request, v1::Operation* response) {
  return calls_.Command(context, request, response);
}

ProcurementServiceImpl::Reactor* ProcurementServiceImpl::GetOperation(
    Context* context, const v1::GetOperationRequest* request, v1::Operation* response) {
  return calls_.Get(context, request, response);
}

ProcurementServiceImpl::Reactor* ProcurementServiceImpl::ListOperations(
    Context* context, const v1::ListOperationsRequest* request,
    v1::ListOperationsResponse* response) {
  return calls_.List<v1::Operation>(
      context, request, response, response->mutable_operations(), "operations",
      [words = request->display_name()](const v1::Operation& operation) {
        return words.empty() || base::MatchesName(words, operation.display_name());
      });
}

ProcurementServiceImpl::Reactor* ProcurementServiceImpl::CreateProject(
    Context* context, const v1::CreateProjectRequest* request, v1::Project* response) {
  return calls_.Command(context, request, response);
}

ProcurementServiceImpl::Reactor* ProcurementServiceImpl::GetProject(
    Context* context, const v1::GetProjectRequest* request, v1::Project* response) {
  return calls_.Get(context, request, response);
}

ProcurementServiceImpl::Reactor* ProcurementServiceImpl::ListProjects(
    Context* context, const v1::ListProjectsRequest* request, v1::ListProjectsResponse* response) {
  return calls_.List<v1::Project>(context, request, response, response->mutable_projects(),
                                  "projects",
                                  [donor = request->donor()](const v1::Project& project) {
                                    return Is(donor, project.donor());
                                  });
}

ProcurementServiceImpl::Reactor* ProcurementServiceImpl::CreateBudgetLine(
    Context* context, const v1::CreateBudgetLineRequest* request, v1::BudgetLine* response) {
  return calls_.Command(context, request, response);
}

ProcurementServiceImpl::Reactor* ProcurementServiceImpl::GetBudgetLine(
    Context* context, const v1::GetBudgetLineRequest* request, v1::BudgetLine* response) {
  return calls_.Get(context, request, response);
}

ProcurementServiceImpl::Reactor* ProcurementServiceImpl::ListBudgetLines(
    Context* context, const v1::ListBudgetLinesRequest* request,
    v1::ListBudgetLinesResponse* response) {
  return calls_.List<v1::BudgetLine>(context, request, response, response->mutable_budget_lines(),
                                     "budgetLines");
}

ProcurementServiceImpl::Reactor* ProcurementServiceImpl::GetBudgetPosition(
    Context* context, const v1::GetBudgetPositionRequest* request, v1::BudgetPosition* response) {
  return calls_.Read(context, request, response,
                     [request, response](const rpc::ReadContext& reads) -> absl::Status {
                       PRIHVAT_RETURN_IF_ERROR(reads.Find<v1::Project>(request->name()).status());
                       return FillBudgetPosition(reads.entities(), request->name(), *response);
                     });
}

ProcurementServiceImpl::Reactor* ProcurementServiceImpl::EnterFundingAgreement(
    Context* context, const v1::EnterFundingAgreementRequest* request,
    v1::FundingAgreement* response) {
  return calls_.Command(context, request, response);
}

ProcurementServiceImpl::Reactor* ProcurementServiceImpl::RecordFundingTranche(
    Context* context, const v1::RecordFundingTrancheRequest* request,
    v1::FundingAgreement* response) {
  return calls_.Command(context, request, response);
}

ProcurementServiceImpl::Reactor* ProcurementServiceImpl::CorrectFundingTranche(
    Context* context, const v1::CorrectFundingTrancheRequest* request,
    v1::FundingAgreement* response) {
  return calls_.Command(context, request, response);
}

ProcurementServiceImpl::Reactor* ProcurementServiceImpl::GetFundingAgreement(
    Context* context, const v1::GetFundingAgreementRequest* request,
    v1::FundingAgreement* response) {
  return calls_.Get(context, request, response);
}

ProcurementServiceImpl::Reactor* ProcurementServiceImpl::ListFundingAgreements(
    Context* context, const v1::ListFundingAgreementsRequest* request,
    v1::ListFundingAgreementsResponse* response) {
  return calls_.List<v1::FundingAgreement>(
      context, request, response, response->mutable_funding_agreements(), "fundingAgreements",
      [donor = request->donor()](const v1::FundingAgreement& agreement) {
        return Is(donor, agreement.donor());
      });
}

ProcurementServiceImpl::Reactor* ProcurementServiceImpl::CreateAgencyTransfer(
    Context* context, const v1::CreateAgencyTransferRequest* request,
    v1::AgencyTransfer* response) {
  return calls_.Command(context, request, response);
}

ProcurementServiceImpl::Reactor* ProcurementServiceImpl::ApproveAgencyTransfer(
    Context* context, const v1::ApproveAgencyTransferRequest* request,
    v1::AgencyTransfer* response) {
  return calls_.Command(context, request, response);
}

ProcurementServiceImpl::Reactor* ProcurementServiceImpl::PayAgencyTransfer(
    Context* context, const v1::PayAgencyTransferRequest* request, v1::AgencyTransfer* response) {
  return calls_.Command(context, request, response);
}

ProcurementServiceImpl::Reactor* ProcurementServiceImpl::RecordAgencyExpenditure(
    Context* context, const v1::RecordAgencyExpenditureRequest* request,
    v1::AgencyTransfer* response) {
  return calls_.Command(context, request, response);
}

ProcurementServiceImpl::Reactor* ProcurementServiceImpl::CorrectAgencyExpenditure(
    Context* context, const v1::CorrectAgencyExpenditureRequest* request,
    v1::AgencyTransfer* response) {
  return calls_.Command(context, request, response);
}

ProcurementServiceImpl::Reactor* ProcurementServiceImpl::CloseAgencyTransfer(
    Context* context, const v1::CloseAgencyTransferRequest* request, v1::AgencyTransfer* response) {
  return calls_.Command(context, request, response);
}

ProcurementServiceImpl::Reactor* ProcurementServiceImpl::CancelAgencyTransfer(
    Context* context, const v1::CancelAgencyTransferRequest* request,
    v1::AgencyTransfer* response) {
  return calls_.Command(context, request, response);
}

ProcurementServiceImpl::Reactor* ProcurementServiceImpl::GetAgencyTransfer(
    Context* context, const v1::GetAgencyTransferRequest* request, v1::AgencyTransfer* response) {
  return calls_.Get(context, request, response);
}

ProcurementServiceImpl::Reactor* ProcurementServiceImpl::ListAgencyTransfers(
    Context* context, const v1::ListAgencyTransfersRequest* request,
    v1::ListAgencyTransfersResponse* response) {
  return calls_.List<v1::AgencyTransfer>(
      context, request, response, response->mutable_agency_transfers(), "agencyTransfers",
      [wanted = *request](const v1::AgencyTransfer& transfer) {
        return (wanted.state() == v1::AGENCY_TRANSFER_STATE_UNSPECIFIED ||
                wanted.state() == transfer.state()) &&
               Is(wanted.agency(), transfer.agency()) && Is(wanted.project(), transfer.project()) &&
               Is(wanted.budget_line(), transfer.budget_line()) &&
               (!wanted.only_excess() || transfer.has_excess());
      },
      {request->agency(), request->project(), request->budget_line(),
       rpc::FieldIs(v1::AgencyTransfer::kStateFieldNumber, request->state())});
}

ProcurementServiceImpl::Reactor* ProcurementServiceImpl::RegisterSupplier(
    Context* context, const v1::RegisterSupplierRequest* request, v1::Supplier* response) {
  return calls_.Command(context, request, response);
}

ProcurementServiceImpl::Reactor* ProcurementServiceImpl::ScreenSupplier(
    Context* context, const v1::ScreenSupplierRequest* request, v1::Supplier* response) {
  return calls_.Command(context, request, response);
}

ProcurementServiceImpl::Reactor* ProcurementServiceImpl::BlockSupplier(
    Context* context, const v1::BlockSupplierRequest* request, v1::Supplier* response) {
  return calls_.Command(context, request, response);
}

ProcurementServiceImpl::Reactor* ProcurementServiceImpl::UnblockSupplier(
    Context* context, const v1::UnblockSupplierRequest* request, v1::Supplier* response) {
  return calls_.Command(context, request, response);
}

ProcurementServiceImpl::Reactor* ProcurementServiceImpl::NameOrganisation(
    Context* context, const v1::NameOrganisationRequest* request, v1::Organisation* response) {
  return calls_.Command(context, request, response);
}

ProcurementServiceImpl::Reactor* ProcurementServiceImpl::GetOrganisation(
    Context* context, const v1::GetOrganisationRequest* request, v1::Organisation* response) {
  return calls_.Get(context, request, response);
}

ProcurementServiceImpl::Reactor* ProcurementServiceImpl::ListOrganisations(
    Context* context, const v1::ListOrganisationsRequest* request,
    v1::ListOrganisationsResponse* response) {
  return calls_.List<v1::Organisation>(
      context, request, response, response->mutable_organisations(), "organisations",
      [words = request->display_name()](const v1::Organisation& organisation) {
        return words.empty() || base::MatchesName(words, organisation.display_name()) ||
               base::MatchesName(words, organisation.display_name_bs());
      });
}

ProcurementServiceImpl::Reactor* ProcurementServiceImpl::RecordVatExemption(
    Context* context, const v1::RecordVatExemptionRequest* request, v1::PurchaseOrder* response) {
  return calls_.Command(context, request, response);
}

ProcurementServiceImpl::Reactor* ProcurementServiceImpl::GetSupplier(
    Context* context, const v1::GetSupplierRequest* request, v1::Supplier* response) {
  return calls_.Get(context, request, response);
}

ProcurementServiceImpl::Reactor* ProcurementServiceImpl::ListSuppliers(
    Context* context, const v1::ListSuppliersRequest* request,
    v1::ListSuppliersResponse* response) {
  return calls_.List<v1::Supplier>(
      context, request, response, response->mutable_suppliers(), "suppliers",
      [wanted = *request](const v1::Supplier& supplier) {
        return (wanted.display_name().empty() ||
                base::MatchesName(wanted.display_name(), supplier.display_name())) &&
               SellsOf(supplier, wanted.category()) &&
               (!wanted.only_blocked() || IsBlocked(supplier)) &&
               Is(wanted.country_code(), supplier.country_code()) &&
               (wanted.screening_result() == v1::SCREENING_RESULT_UNSPECIFIED ||
                wanted.screening_result() == supplier.screening().result()) &&
               (!wanted.has_screened_before() || !supplier.has_screening() ||
                IsBefore(supplier.screening().screening_date(), wanted.screened_before()));
      });
}

ProcurementServiceImpl::Reactor* ProcurementServiceImpl::CreateRequisition(
    Context* context, const v1::CreateRequisitionRequest* request, v1::Requisition* response) {
  return calls_.Command(context, request, response);
}

ProcurementServiceImpl::Reactor* ProcurementServiceImpl::ReviseRequisition(
    Context* context, const v1::ReviseRequisitionRequest* request, v1::Requisition* response) {
  return calls_.Command(context, request, response);
}

ProcurementServiceImpl::Reactor* ProcurementServiceImpl::SubmitRequisition(
    Context* context, const v1::SubmitRequisitionRequest* request, v1::Requisition* response) {
  return calls_.Command(context, request, response);
}

ProcurementServiceImpl::Reactor* ProcurementServiceImpl::ApproveRequisition(
    Context* context, const v1::ApproveRequisitionRequest* request, v1::Requisition* response) {
  return calls_.Command(context, request, response);
}

ProcurementServiceImpl::Reactor* ProcurementServiceImpl::ReturnRequisition(
    Context* context, const v1::ReturnRequisitionRequest* request, v1::Requisition* response) {
  return calls_.Command(context, request, response);
}

ProcurementServiceImpl::Reactor* ProcurementServiceImpl::RejectRequisition(
    Context* context, const v1::RejectRequisitionRequest* request, v1::Requisition* response) {
  return calls_.Command(context, request, response);
}

ProcurementServiceImpl::Reactor* ProcurementServiceImpl::CancelRequisition(
    Context* context, const v1::CancelRequisitionRequest* request, v1::Requisition* response) {
  return calls_.Command(context, request, response);
}

ProcurementServiceImpl::Reactor* ProcurementServiceImpl::GetRequisition(
    Context* context, const v1::GetRequisitionRequest* request, v1::Requisition* response) {
  return calls_.Get(context, request, response);
}

ProcurementServiceImpl::Reactor* ProcurementServiceImpl::ListRequisitions(
    Context* context, const v1::ListRequisitionsRequest* request,
    v1::ListRequisitionsResponse* response) {
  return calls_.List<v1::Requisition>(
      context, request, response, response->mutable_requisitions(), "requisitions",
      [wanted = *request](const v1::Requisition& requisition) {
        return (wanted.state() == v1::REQUISITION_STATE_UNSPECIFIED ||
                wanted.state() == requisition.state()) &&
               Is(wanted.project(), requisition.project()) &&
               Is(wanted.budget_line(), requisition.budget_line());
      },
      {request->project(), request->budget_line(),
       rpc::FieldIs(v1::Requisition::kStateFieldNumber, request->state())});
}

ProcurementServiceImpl::Reactor* ProcurementServiceImpl::CreatePurchaseOrder(
    Context* context, const v1::CreatePurchaseOrderRequest* request, v1::PurchaseOrder* response) {
  return calls_.Command(context, request, response);
}

ProcurementServiceImpl::Reactor* ProcurementServiceImpl::ApprovePurchaseOrder(
    Context* context, const v1::ApprovePurchaseOrderRequest* request, v1::PurchaseOrder* response) {
  return calls_.Command(context, request, response);
}

ProcurementServiceImpl::Reactor* ProcurementServiceImpl::IssuePurchaseOrder(
    Context* context, const v1::IssuePurchaseOrderRequest* request, v1::PurchaseOrder* response) {
  return calls_.Command(context, request, response);
}

ProcurementServiceImpl::Reactor* ProcurementServiceImpl::AcknowledgePurchaseOrder(
    Context* context, const v1::AcknowledgePurchaseOrderRequest* request,
    v1::PurchaseOrder* response) {
  return calls_.Command(context, request, response);
}

ProcurementServiceImpl::Reactor* ProcurementServiceImpl::AmendPurchaseOrder(
    Context* context, const v1::AmendPurchaseOrderRequest* request, v1::PurchaseOrder* response) {
  return calls_.Command(context, request, response);
}

ProcurementServiceImpl::Reactor* ProcurementServiceImpl::ApprovePurchaseOrderAmendment(
    Context* context, const v1::ApprovePurchaseOrderAmendmentRequest* request,
    v1::PurchaseOrder* response) {
  return calls_.Command(context, request, response);
}

ProcurementServiceImpl::Reactor* ProcurementServiceImpl::DropPurchaseOrderAmendment(
    Context* context, const v1::DropPurchaseOrderAmendmentRequest* request,
    v1::PurchaseOrder* response) {
  return calls_.Command(context, request, response);
}

ProcurementServiceImpl::Reactor* ProcurementServiceImpl::WaiveTolerance(
    Context* context, const v1::WaiveToleranceRequest* request, v1::PurchaseOrder* response) {
  return calls_.Command(context, request, response);
}

ProcurementServiceImpl::Reactor* ProcurementServiceImpl::SuspendPurchaseOrder(
    Context* context, const v1::SuspendPurchaseOrderRequest* request, v1::PurchaseOrder* response) {
  return calls_.Command(context, request, response);
}

ProcurementServiceImpl::Reactor* ProcurementServiceImpl::ResumePurchaseOrder(
    Context* context, const v1::ResumePurchaseOrderRequest* request, v1::PurchaseOrder* response) {
  return calls_.Command(context, request, response);
}

ProcurementServiceImpl::Reactor* ProcurementServiceImpl::CancelPurchaseOrder(
    Context* context, const v1::CancelPurchaseOrderRequest* request, v1::PurchaseOrder* response) {
  return calls_.Command(context, request, response);
}

ProcurementServiceImpl::Reactor* ProcurementServiceImpl::ClosePurchaseOrder(
    Context* context, const v1::ClosePurchaseOrderRequest* request, v1::PurchaseOrder* response) {
  return calls_.Command(context, request, response);
}

ProcurementServiceImpl::Reactor* ProcurementServiceImpl::TerminatePurchaseOrder(
    Context* context, const v1::TerminatePurchaseOrderRequest* request,
    v1::PurchaseOrder* response) {
  return calls_.Command(context, request, response);
}

ProcurementServiceImpl::Reactor* ProcurementServiceImpl::GetPurchaseOrder(
    Context* context, const v1::GetPurchaseOrderRequest* request, v1::PurchaseOrder* response) {
  return calls_.Get(context, request, response);
}

ProcurementServiceImpl::Reactor* ProcurementServiceImpl::ListPurchaseOrders(
    Context* context, const v1::ListPurchaseOrdersRequest* request,
    v1::ListPurchaseOrdersResponse* response) {
  return calls_.List<v1::PurchaseOrder>(
      context, request, response, response->mutable_purchase_orders(), "purchaseOrders",
      [wanted = *request](const v1::PurchaseOrder& order) {
        return (wanted.state() == v1::PURCHASE_ORDER_STATE_UNSPECIFIED ||
                wanted.state() == order.state()) &&
               Is(wanted.project(), order.project()) &&
               Is(wanted.budget_line(), order.budget_line()) &&
               Is(wanted.supplier(), order.supplier()) &&
               (!wanted.only_open() || (HoldsCommitment(order.state()) && IsOutstanding(order))) &&
               Is(wanted.framework_agreement(), order.framework_agreement()) &&
               (!wanted.only_unacknowledged() ||
                (AwaitsAcknowledgement(order) && !HasEnded(order.state())));
      },
      {request->project(), request->budget_line(), request->supplier(),
       request->framework_agreement(), StatesOf(*request)});
}

ProcurementServiceImpl::Reactor* ProcurementServiceImpl::CountGoodsReceipt(
    Context* context, const v1::CountGoodsReceiptRequest* request, v1::GoodsReceipt* response) {
  return calls_.Command(context, request, response);
}

ProcurementServiceImpl::Reactor* ProcurementServiceImpl::InspectGoodsReceipt(
    Context* context, const v1::InspectGoodsReceiptRequest* request, v1::GoodsReceipt* response) {
  return calls_.Command(context, request, response);
}

ProcurementServiceImpl::Reactor* ProcurementServiceImpl::AbandonGoodsReceipt(
    Context* context, const v1::AbandonGoodsReceiptRequest* request, v1::GoodsReceipt* response) {
  return calls_.Command(context, request, response);
}

ProcurementServiceImpl::Reactor* ProcurementServiceImpl::PostGoodsReceipt(
    Context* context, const v1::PostGoodsReceiptRequest* request, v1::GoodsReceipt* response) {
  return calls_.Command(context, request, response);
}

ProcurementServiceImpl::Reactor* ProcurementServiceImpl::ReturnGoods(
    Context* context, const v1::ReturnGoodsRequest* request, v1::GoodsReceipt* response) {
  return calls_.Command(context, request, response);
}

ProcurementServiceImpl::Reactor* ProcurementServiceImpl::GetGoodsReceipt(
    Context* context, const v1::GetGoodsReceiptRequest* request, v1::GoodsReceipt* response) {
  return calls_.Get(context, request, response);
}

ProcurementServiceImpl::Reactor* ProcurementServiceImpl::ListGoodsReceipts(
    Context* context, const v1::ListGoodsReceiptsRequest* request,
    v1::ListGoodsReceiptsResponse* response) {
  return calls_.List<v1::GoodsReceipt>(
      context, request, response, response->mutable_goods_receipts(), "goodsReceipts",
      [wanted = *request](const v1::GoodsReceipt& receipt) {
        return Is(wanted.purchase_order(), receipt.purchase_order()) &&
               Is(wanted.supplier(), receipt.supplier()) &&
               (wanted.state() == v1::GOODS_RECEIPT_STATE_UNSPECIFIED ||
                wanted.state() == receipt.state()) &&
               Is(wanted.project(), receipt.project()) && CameWithin(wanted, receipt);
      },
      {request->purchase_order(), request->supplier(), request->project(),
       rpc::FieldIs(v1::GoodsReceipt::kStateFieldNumber, request->state())});
}

ProcurementServiceImpl::Reactor* ProcurementServiceImpl::ReverseGoodsReceipt(
    Context* context, const v1::ReverseGoodsReceiptRequest* request, v1::GoodsReceipt* response) {
  return calls_.Command(context, request, response);
}

ProcurementServiceImpl::Reactor* ProcurementServiceImpl::RecordExchangeRate(
    Context* context, const v1::RecordExchangeRateRequest* request, v1::ExchangeRate* response) {
  return calls_.Command(context, request, response);
}

ProcurementServiceImpl::Reactor* ProcurementServiceImpl::RegisterSupplierInvoice(
    Context* context, const v1::RegisterSupplierInvoiceRequest* request,
    v1::SupplierInvoice* response) {
  return calls_.Command(context, request, response);
}

ProcurementServiceImpl::Reactor* ProcurementServiceImpl::MatchSupplierInvoice(
    Context* context, const v1::MatchSupplierInvoiceRequest* request,
    v1::SupplierInvoice* response) {
  return calls_.Command(context, request, response);
}

ProcurementServiceImpl::Reactor* ProcurementServiceImpl::RejectSupplierInvoice(
    Context* context, const v1::RejectSupplierInvoiceRequest* request,
    v1::SupplierInvoice* response) {
  return calls_.Command(context, request, response);
}

ProcurementServiceImpl::Reactor* ProcurementServiceImpl::ApproveSupplierInvoice(
    Context* context, const v1::ApproveSupplierInvoiceRequest* request,
    v1::SupplierInvoice* response) {
  return calls_.Command(context, request, response);
}

ProcurementServiceImpl::Reactor* ProcurementServiceImpl::BlockSupplierInvoice(
    Context* context, const v1::BlockSupplierInvoiceRequest* request,
    v1::SupplierInvoice* response) {
  return calls_.Command(context, request, response);
}

ProcurementServiceImpl::Reactor* ProcurementServiceImpl::ReleaseRetention(
    Context* context, const v1::ReleaseRetentionRequest* request, v1::SupplierInvoice* response) {
  return calls_.Command(context, request, response);
}

ProcurementServiceImpl::Reactor* ProcurementServiceImpl::PaySupplierInvoice(
    Context* context, const v1::PaySupplierInvoiceRequest* request, v1::Payment* response) {
  return calls_.Command(context, request, response);
}

ProcurementServiceImpl::Reactor* ProcurementServiceImpl::RecordSupplierRefund(
    Context* context, const v1::RecordSupplierRefundRequest* request, v1::Payment* response) {
  return calls_.Command(context, request, response);
}

ProcurementServiceImpl::Reactor* ProcurementServiceImpl::RegisterCreditNote(
    Context* context, const v1::RegisterCreditNoteRequest* request, v1::CreditNote* response) {
  return calls_.Command(context, request, response);
}

ProcurementServiceImpl::Reactor* ProcurementServiceImpl::RequestAdvance(
    Context* context, const v1::RequestAdvanceRequest* request, v1::Advance* response) {
  return calls_.Command(context, request, response);
}

ProcurementServiceImpl::Reactor* ProcurementServiceImpl::ApproveAdvance(
    Context* context, const v1::ApproveAdvanceRequest* request, v1::Advance* response) {
  return calls_.Command(context, request, response);
}

ProcurementServiceImpl::Reactor* ProcurementServiceImpl::PayAdvance(
    Context* context, const v1::PayAdvanceRequest* request, v1::Payment* response) {
  return calls_.Command(context, request, response);
}

ProcurementServiceImpl::Reactor* ProcurementServiceImpl::ReversePayment(
    Context* context, const v1::ReversePaymentRequest* request, v1::Payment* response) {
  return calls_.Command(context, request, response);
}

ProcurementServiceImpl::Reactor* ProcurementServiceImpl::AdoptProcurementPolicy(
    Context* context, const v1::AdoptProcurementPolicyRequest* request,
    v1::ProcurementPolicy* response) {
  return calls_.Command(context, request, response);
}

ProcurementServiceImpl::Reactor* ProcurementServiceImpl::GetExchangeRate(
    Context* context, const v1::GetExchangeRateRequest* request, v1::ExchangeRate* response) {
  return calls_.Get(context, request, response);
}

ProcurementServiceImpl::Reactor* ProcurementServiceImpl::GetSupplierInvoice(
    Context* context, const v1::GetSupplierInvoiceRequest* request, v1::SupplierInvoice* response) {
  return calls_.Get(context, request, response);
}

ProcurementServiceImpl::Reactor* ProcurementServiceImpl::GetCreditNote(
    Context* context, const v1::GetCreditNoteRequest* request, v1::CreditNote* response) {
  return calls_.Get(context, request, response);
}

ProcurementServiceImpl::Reactor* ProcurementServiceImpl::GetAdvance(
    Context* context, const v1::GetAdvanceRequest* request, v1::Advance* response) {
  return calls_.Get(context, request, response);
}

ProcurementServiceImpl::Reactor* ProcurementServiceImpl::GetPayment(
    Context* context, const v1::GetPaymentRequest* request, v1::Payment* response) {
  return calls_.Get(context, request, response);
}

ProcurementServiceImpl::Reactor* ProcurementServiceImpl::GetProcurementPolicy(
    Context* context, const v1::GetProcurementPolicyRequest* request,
    v1::ProcurementPolicy* response) {
  return calls_.Get(context, request, response);
}

ProcurementServiceImpl::Reactor* ProcurementServiceImpl::ListExchangeRates(
    Context* context, const v1::ListExchangeRatesRequest* request,
    v1::ListExchangeRatesResponse* response) {
  return calls_.List<v1::ExchangeRate>(context, request, response,
                                       response->mutable_exchange_rates(), "exchangeRates");
}

ProcurementServiceImpl::Reactor* ProcurementServiceImpl::ListSupplierInvoices(
    Context* context, const v1::ListSupplierInvoicesRequest* request,
    v1::ListSupplierInvoicesResponse* response) {
  return calls_.List<v1::SupplierInvoice>(
      context, request, response, response->mutable_supplier_invoices(), "supplierInvoices",
      [wanted = *request](const v1::SupplierInvoice& item) {
        return (wanted.state() == v1::SUPPLIER_INVOICE_STATE_UNSPECIFIED ||
                wanted.state() == item.state()) &&
               Is(wanted.purchase_order(), item.purchase_order()) &&
               Is(wanted.supplier(), item.supplier()) &&
               Is(wanted.budget_line(), item.budget_line());
      },
      {request->purchase_order(), request->supplier(), request->budget_line(),
       rpc::FieldIs(v1::SupplierInvoice::kStateFieldNumber, request->state())});
}

ProcurementServiceImpl::Reactor* ProcurementServiceImpl::ListCreditNotes(
    Context* context, const v1::ListCreditNotesRequest* request,
    v1::ListCreditNotesResponse* response) {
  return calls_.List<v1::CreditNote>(
      context, request, response, response->mutable_credit_notes(), "creditNotes",
      [wanted = *request](const v1::CreditNote& item) {
        return Is(wanted.supplier_invoice(), item.supplier_invoice());
      },
      {request->supplier_invoice()});
}

ProcurementServiceImpl::Reactor* ProcurementServiceImpl::ListAdvances(
    Context* context, const v1::ListAdvancesRequest* request, v1::ListAdvancesResponse* response) {
  return calls_.List<v1::Advance>(context, request, response, response->mutable_advances(),
                                  "advances",
                                  [wanted = *request](const v1::Advance& item) {
                                    return Is(wanted.purchase_order(), item.purchase_order());
                                  },
                                  {request->purchase_order()});
}

ProcurementServiceImpl::Reactor* ProcurementServiceImpl::ListPayments(
    Context* context, const v1::ListPaymentsRequest* request, v1::ListPaymentsResponse* response) {
  return calls_.List<v1::Payment>(context, request, response, response->mutable_payments(),
                                  "payments",
                                  [wanted = *request](const v1::Payment& item) {
                                    return Is(wanted.purchase_order(), item.purchase_order()) &&
                                           Is(wanted.supplier_invoice(), item.supplier_invoice());
                                  },
                                  {request->purchase_order(), request->supplier_invoice()});
}

ProcurementServiceImpl::Reactor* ProcurementServiceImpl::ListProcurementPolicies(
    Context* context, const v1::ListProcurementPoliciesRequest* request,
    v1::ListProcurementPoliciesResponse* response) {
  return calls_.List<v1::ProcurementPolicy>(
      context, request, response, response->mutable_procurement_policies(), "procurementPolicies");
}

ProcurementServiceImpl::Reactor* ProcurementServiceImpl::GetProcurementPolicyInForce(
    Context* context, const v1::GetProcurementPolicyInForceRequest* request,
    v1::ProcurementPolicy* response) {
  return calls_.Read(
      context, request, response,
      [request, response](const rpc::ReadContext& reads) -> absl::Status {
        PRIHVAT_RETURN_IF_ERROR(reads.Find<v1::Operation>(request->parent()).status());
        absl::StatusOr<absl::CivilDay> day = base::LocalDay(reads.now(), reads.zone());
        if (request->has_date()) day = CheckedFromProto(request->date());
        if (!day.ok()) {
          return rpc::Reject(es::InvalidField("date", base::FromAbsl(day.status().message())));
        }
        *response = PolicyVersionOn(reads.entities(), request->parent(), *day);
        return absl::OkStatus();
      });
}

ProcurementServiceImpl::Reactor* ProcurementServiceImpl::CreateSourcingProcess(
    Context* context, const v1::CreateSourcingProcessRequest* request,
    v1::SourcingProcess* response) {
  return calls_.Command(context, request, response);
}

ProcurementServiceImpl::Reactor* ProcurementServiceImpl::InviteSuppliers(
    Context* context, const v1::InviteSuppliersRequest* request, v1::SourcingProcess* response) {
  return calls_.Command(context, request, response);
}

ProcurementServiceImpl::Reactor* ProcurementServiceImpl::PublishSourcingProcess(
    Context* context, const v1::PublishSourcingProcessRequest* request,
    v1::SourcingProcess* response) {
  return calls_.Command(context, request, response);
}

ProcurementServiceImpl::Reactor* ProcurementServiceImpl::ExtendBidDeadline(
    Context* context, const v1::ExtendBidDeadlineRequest* request, v1::SourcingProcess* response) {
  return calls_.Command(context, request, response);
}

ProcurementServiceImpl::Reactor* ProcurementServiceImpl::SubmitBid(
    Context* context, const v1::SubmitBidRequest* request, v1::Bid* response) {
  return calls_.Command(context, request, response);
}

ProcurementServiceImpl::Reactor* ProcurementServiceImpl::WithdrawBid(
    Context* context, const v1::WithdrawBidRequest* request, v1::Bid* response) {
  return calls_.Command(context, request, response);
}

ProcurementServiceImpl::Reactor* ProcurementServiceImpl::CloseBidding(
    Context* context, const v1::CloseBiddingRequest* request, v1::SourcingProcess* response) {
  return calls_.Command(context, request, response);
}

ProcurementServiceImpl::Reactor* ProcurementServiceImpl::OpenBids(
    Context* context, const v1::OpenBidsRequest* request, v1::SourcingProcess* response) {
  return calls_.Command(context, request, response);
}

ProcurementServiceImpl::Reactor* ProcurementServiceImpl::DeclareConflict(
    Context* context, const v1::DeclareConflictRequest* request, v1::SourcingProcess* response) {
  return calls_.Command(context, request, response);
}

ProcurementServiceImpl::Reactor* ProcurementServiceImpl::ScoreBid(
    Context* context, const v1::ScoreBidRequest* request, v1::Bid* response) {
  return calls_.Command(context, request, response);
}

ProcurementServiceImpl::Reactor* ProcurementServiceImpl::DisqualifyBid(
    Context* context, const v1::DisqualifyBidRequest* request, v1::Bid* response) {
  return calls_.Command(context, request, response);
}

ProcurementServiceImpl::Reactor* ProcurementServiceImpl::CompleteEvaluation(
    Context* context, const v1::CompleteEvaluationRequest* request, v1::SourcingProcess* response) {
  return calls_.Command(context, request, response);
}

ProcurementServiceImpl::Reactor* ProcurementServiceImpl::RecommendAward(
    Context* context, const v1::RecommendAwardRequest* request, v1::SourcingProcess* response) {
  return calls_.Command(context, request, response);
}

ProcurementServiceImpl::Reactor* ProcurementServiceImpl::SendBackRecommendation(
    Context* context, const v1::SendBackRecommendationRequest* request,
    v1::SourcingProcess* response) {
  return calls_.Command(context, request, response);
}

ProcurementServiceImpl::Reactor* ProcurementServiceImpl::ApproveAward(
    Context* context, const v1::ApproveAwardRequest* request, v1::SourcingProcess* response) {
  return calls_.Command(context, request, response);
}

ProcurementServiceImpl::Reactor* ProcurementServiceImpl::StartStandstill(
    Context* context, const v1::StartStandstillRequest* request, v1::SourcingProcess* response) {
  return calls_.Command(context, request, response);
}

ProcurementServiceImpl::Reactor* ProcurementServiceImpl::FileComplaint(
    Context* context, const v1::FileComplaintRequest* request, v1::SourcingProcess* response) {
  return calls_.Command(context, request, response);
}

ProcurementServiceImpl::Reactor* ProcurementServiceImpl::ResolveComplaint(
    Context* context, const v1::ResolveComplaintRequest* request, v1::SourcingProcess* response) {
  return calls_.Command(context, request, response);
}

ProcurementServiceImpl::Reactor* ProcurementServiceImpl::WaiveSourcing(
    Context* context, const v1::WaiveSourcingRequest* request, v1::SourcingProcess* response) {
  return calls_.Command(context, request, response);
}

ProcurementServiceImpl::Reactor* ProcurementServiceImpl::AwardSourcing(
    Context* context, const v1::AwardSourcingRequest* request, v1::SourcingProcess* response) {
  return calls_.Command(context, request, response);
}

ProcurementServiceImpl::Reactor* ProcurementServiceImpl::DeclareSourcingUnsuccessful(
    Context* context, const v1::DeclareSourcingUnsuccessfulRequest* request,
    v1::SourcingProcess* response) {
  return calls_.Command(context, request, response);
}

ProcurementServiceImpl::Reactor* ProcurementServiceImpl::CancelSourcingProcess(
    Context* context, const v1::CancelSourcingProcessRequest* request,
    v1::SourcingProcess* response) {
  return calls_.Command(context, request, response);
}

ProcurementServiceImpl::Reactor* ProcurementServiceImpl::GetSourcingProcess(
    Context* context, const v1::GetSourcingProcessRequest* request, v1::SourcingProcess* response) {
  return calls_.Get(context, request, response);
}

ProcurementServiceImpl::Reactor* ProcurementServiceImpl::GetBid(Context* context,
                                                                const v1::GetBidRequest* request,
                                                                v1::Bid* response) {
  return calls_.Get(context, request, response);
}

ProcurementServiceImpl::Reactor* ProcurementServiceImpl::ListSourcingProcesses(
    Context* context, const v1::ListSourcingProcessesRequest* request,
    v1::ListSourcingProcessesResponse* response) {
  return calls_.List<v1::SourcingProcess>(
      context, request, response, response->mutable_sourcing_processes(), "sourcingProcesses",
      [wanted = *request](const v1::SourcingProcess& item) {
        return (wanted.state() == v1::SOURCING_STATE_UNSPECIFIED ||
                wanted.state() == item.state()) &&
               Is(wanted.requisition(), item.requisition()) &&
               Is(wanted.framework_agreement(), item.framework_agreement());
      },
      {request->requisition(), request->framework_agreement(),
       rpc::FieldIs(v1::SourcingProcess::kStateFieldNumber, request->state())});
}

ProcurementServiceImpl::Reactor* ProcurementServiceImpl::ListBids(
    Context* context, const v1::ListBidsRequest* request, v1::ListBidsResponse* response) {
  return calls_.List<v1::Bid>(context, request, response, response->mutable_bids(), "bids");
}

ProcurementServiceImpl::Reactor* ProcurementServiceImpl::CreateFrameworkAgreement(
    Context* context, const v1::CreateFrameworkAgreementRequest* request,
    v1::FrameworkAgreement* response) {
  return calls_.Command(context, request, response);
}

ProcurementServiceImpl::Reactor* ProcurementServiceImpl::ApproveFrameworkAgreement(
    Context* context, const v1::ApproveFrameworkAgreementRequest* request,
    v1::FrameworkAgreement* response) {
  return calls_.Command(context, request, response);
}

ProcurementServiceImpl::Reactor* ProcurementServiceImpl::SuspendFrameworkAgreement(
    Context* context, const v1::SuspendFrameworkAgreementRequest* request,
    v1::FrameworkAgreement* response) {
  return calls_.Command(context, request, response);
}

ProcurementServiceImpl::Reactor* ProcurementServiceImpl::ResumeFrameworkAgreement(
    Context* context, const v1::ResumeFrameworkAgreementRequest* request,
    v1::FrameworkAgreement* response) {
  return calls_.Command(context, request, response);
}

ProcurementServiceImpl::Reactor* ProcurementServiceImpl::ExpireFrameworkAgreement(
    Context* context, const v1::ExpireFrameworkAgreementRequest* request,
    v1::FrameworkAgreement* response) {
  return calls_.Command(context, request, response);
}

ProcurementServiceImpl::Reactor* ProcurementServiceImpl::TerminateFrameworkAgreement(
    Context* context, const v1::TerminateFrameworkAgreementRequest* request,
    v1::FrameworkAgreement* response) {
  return calls_.Command(context, request, response);
}

ProcurementServiceImpl::Reactor* ProcurementServiceImpl::GetFrameworkAgreement(
    Context* context, const v1::GetFrameworkAgreementRequest* request,
    v1::FrameworkAgreement* response) {
  return calls_.Get(context, request, response);
}

ProcurementServiceImpl::Reactor* ProcurementServiceImpl::ListFrameworkAgreements(
    Context* context, const v1::ListFrameworkAgreementsRequest* request,
    v1::ListFrameworkAgreementsResponse* response) {
  return calls_.List<v1::FrameworkAgreement>(
      context, request, response, response->mutable_framework_agreements(), "frameworkAgreements",
      [wanted = *request](const v1::FrameworkAgreement& agreement) {
        return (wanted.state() == v1::FRAMEWORK_AGREEMENT_STATE_UNSPECIFIED ||
                wanted.state() == agreement.state()) &&
               Is(wanted.supplier(), agreement.supplier()) &&
               Is(wanted.sourcing_process(), agreement.sourcing_process()) &&
               (!wanted.has_date() || (!IsBefore(wanted.date(), agreement.start_date()) &&
                                       !IsBefore(agreement.end_date(), wanted.date())));
      },
      {request->supplier(), request->sourcing_process(),
       rpc::FieldIs(v1::FrameworkAgreement::kStateFieldNumber, request->state())});
}

ProcurementServiceImpl::Reactor* ProcurementServiceImpl::ListPriceRecords(
    Context* context, const v1::ListPriceRecordsRequest* request,
    v1::ListPriceRecordsResponse* response) {
  return calls_.Read(context, request, response, [=](const rpc::ReadContext& reads) {
    return AnswerPriceRecords(reads, *request, *response);
  });
}

ProcurementServiceImpl::Reactor* ProcurementServiceImpl::ListLeadTimes(
    Context* context, const v1::ListLeadTimesRequest* request,
    v1::ListLeadTimesResponse* response) {
  return calls_.Read(context, request, response, [=](const rpc::ReadContext& reads) {
    return AnswerLeadTimes(reads, *request, *response);
  });
}

ProcurementServiceImpl::Reactor* ProcurementServiceImpl::ListSupplierLeadTimes(
    Context* context, const v1::ListSupplierLeadTimesRequest* request,
    v1::ListSupplierLeadTimesResponse* response) {
  return calls_.Read(context, request, response, [=](const rpc::ReadContext& reads) {
    return AnswerSupplierLeadTimes(reads, *request, *response);
  });
}

ProcurementServiceImpl::Reactor* ProcurementServiceImpl::ListSupplierPerformances(
    Context* context, const v1::ListSupplierPerformancesRequest* request,
    v1::ListSupplierPerformancesResponse* response) {
  return calls_.Read(context, request, response, [=](const rpc::ReadContext& reads) {
    return AnswerSupplierPerformances(reads, *request, *response);
  });
}

ProcurementServiceImpl::Reactor* ProcurementServiceImpl::ListFunderShares(
    Context* context, const v1::ListFunderSharesRequest* request,
    v1::ListFunderSharesResponse* response) {
  return calls_.Read(context, request, response, [=](const rpc::ReadContext& reads) {
    return AnswerFunderShares(reads, *request, *response);
  });
}

ProcurementServiceImpl::Reactor* ProcurementServiceImpl::GetFundingSplit(
    Context* context, const v1::GetFundingSplitRequest* request, v1::FundingSplit* response) {
  return calls_.Read(context, request, response, [=](const rpc::ReadContext& reads) {
    return AnswerFundingSplit(reads, *request, *response);
  });
}

ProcurementServiceImpl::Reactor* ProcurementServiceImpl::ListWarrantyItems(
    Context* context, const v1::ListWarrantyItemsRequest* request,
    v1::ListWarrantyItemsResponse* response) {
  return calls_.Read(context, request, response, [=](const rpc::ReadContext& reads) {
    return AnswerWarrantyItems(reads, *request, *response);
  });
}

ProcurementServiceImpl::Reactor* ProcurementServiceImpl::RenderRequisition(
    Context* context, const v1::RenderRequisitionRequest* request, v1::PaperResponse* response) {
  return calls_.Read(context, request, response, [=](const rpc::ReadContext& reads) {
    return AnswerRequisition(reads, request->name(), *response);
  });
}

ProcurementServiceImpl::Reactor* ProcurementServiceImpl::RenderTenderPack(
    Context* context, const v1::RenderTenderPackRequest* request, v1::PaperResponse* response) {
  return calls_.Read(context, request, response, [=](const rpc::ReadContext& reads) {
    return AnswerTenderPack(reads, request->name(), *response);
  });
}

ProcurementServiceImpl::Reactor* ProcurementServiceImpl::RenderRejectionNote(
    Context* context, const v1::RenderRejectionNoteRequest* request, v1::PaperResponse* response) {
  return calls_.Read(context, request, response, [=](const rpc::ReadContext& reads) {
    return AnswerRejectionNote(reads, request->name(), *response);
  });
}

ProcurementServiceImpl::Reactor* ProcurementServiceImpl::RenderVatExemption(
    Context* context, const v1::RenderVatExemptionRequest* request, v1::PaperResponse* response) {
  return calls_.Read(context, request, response, [=](const rpc::ReadContext& reads) {
    return AnswerVatExemption(reads, request->name(), *response);
  });
}

ProcurementServiceImpl::Reactor* ProcurementServiceImpl::RenderPurchaseOrder(
    Context* context, const v1::RenderPurchaseOrderRequest* request, v1::PaperResponse* response) {
  return calls_.Read(context, request, response, [=](const rpc::ReadContext& reads) {
    return AnswerPurchaseOrder(reads, request->name(), *response);
  });
}

ProcurementServiceImpl::Reactor* ProcurementServiceImpl::RenderReceivingReport(
    Context* context, const v1::RenderReceivingReportRequest* request,
    v1::PaperResponse* response) {
  return calls_.Read(context, request, response, [=](const rpc::ReadContext& reads) {
    return AnswerReceivingReport(reads, request->name(), *response);
  });
}

ProcurementServiceImpl::Reactor* ProcurementServiceImpl::RenderBidAnalysis(
    Context* context, const v1::RenderBidAnalysisRequest* request, v1::PaperResponse* response) {
  return calls_.Read(context, request, response, [=](const rpc::ReadContext& reads) {
    return AnswerBidAnalysis(reads, request->name(), *response);
  });
}

ProcurementServiceImpl::Reactor* ProcurementServiceImpl::RenderAwardMemo(
    Context* context, const v1::RenderAwardMemoRequest* request, v1::PaperResponse* response) {
  return calls_.Read(context, request, response, [=](const rpc::ReadContext& reads) {
    return AnswerAwardMemo(reads, request->name(), *response);
  });
}

ProcurementServiceImpl::Reactor* ProcurementServiceImpl::EnterPublishedPackage(
    Context* context, const v1::EnterPublishedPackageRequest* request,
    v1::PublishedPackage* response) {
  return calls_.Command(context, request, response);
}

ProcurementServiceImpl::Reactor* ProcurementServiceImpl::ImportPublishedRelease(
    Context* context, const v1::ImportPublishedReleaseRequest* request,
    v1::PublishedRelease* response) {
  return calls_.Command(context, request, response);
}

ProcurementServiceImpl::Reactor* ProcurementServiceImpl::GetPublishedPackage(
    Context* context, const v1::GetPublishedPackageRequest* request,
    v1::PublishedPackage* response) {
  return calls_.Get(context, request, response);
}

ProcurementServiceImpl::Reactor* ProcurementServiceImpl::ListPublishedPackages(
    Context* context, const v1::ListPublishedPackagesRequest* request,
    v1::ListPublishedPackagesResponse* response) {
  return calls_.List<v1::PublishedPackage>(
      context, request, response, response->mutable_published_packages(), "publishedPackages",
      [publisher = request->publisher()](const v1::PublishedPackage& item) {
        return Is(publisher, item.publisher());
      });
}

ProcurementServiceImpl::Reactor* ProcurementServiceImpl::GetPublishedProcess(
    Context* context, const v1::GetPublishedProcessRequest* request,
    v1::PublishedProcess* response) {
  return calls_.Get(context, request, response);
}

ProcurementServiceImpl::Reactor* ProcurementServiceImpl::ListPublishedProcesses(
    Context* context, const v1::ListPublishedProcessesRequest* request,
    v1::ListPublishedProcessesResponse* response) {
  return calls_.List<v1::PublishedProcess>(
      context, request, response, response->mutable_published_processes(), "publishedProcesses",
      [wanted = *request](const v1::PublishedProcess& item) {
        return Is(wanted.ocid(), item.ocid()) && Is(wanted.publisher(), item.publisher()) &&
               Is(wanted.buyer(), item.buyer()) && Is(wanted.tender_status(), item.tender_status());
      });
}

ProcurementServiceImpl::Reactor* ProcurementServiceImpl::GetPublishedRelease(
    Context* context, const v1::GetPublishedReleaseRequest* request,
    v1::PublishedRelease* response) {
  return calls_.Read(context, request, response, [=](const rpc::ReadContext& reads) {
    return AnswerPublishedRelease(reads, request->name(), *response);
  });
}

ProcurementServiceImpl::Reactor* ProcurementServiceImpl::ListPublishedReleases(
    Context* context, const v1::ListPublishedReleasesRequest* request,
    v1::ListPublishedReleasesResponse* response) {
  return calls_.List<v1::PublishedRelease>(
      context, request, response, response->mutable_published_releases(), "publishedReleases",
      [tag = request->tag()](const v1::PublishedRelease& item) {
        return tag.empty() ||
               std::find(item.tags().begin(), item.tags().end(), tag) != item.tags().end();
      });
}

ProcurementServiceImpl::Reactor* ProcurementServiceImpl::RenderPublishedPackage(
    Context* context, const v1::RenderPublishedPackageRequest* request,
    v1::RenderPublishedPackageResponse* response) {
  return calls_.Read(context, request, response, [=, this](const rpc::ReadContext& reads) {
    return AnswerPublishedPackage(reads, *calls_.environment().access, *request, *response);
  });
}

}  // namespace prihvat::procurement
