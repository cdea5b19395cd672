#include "services/procurement/api/procurement_service.h"

#include <string>

#include "libs/base/status_macros.h"
#include "services/procurement/domain/order.h"
#include "services/procurement/views/budget_position.h"

namespace prihvat::procurement {
namespace {

// A typed filter: empty asks nothing.
bool Is(const std::string& wanted, const std::string& value) {
  return wanted.empty() || wanted == value;
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

ProcurementServiceImpl::Reactor* ProcurementServiceImpl::RegisterSupplier(
    Context* context, const v1::RegisterSupplierRequest* request, v1::Supplier* response) {
  return calls_.Command(context, request, response);
}

ProcurementServiceImpl::Reactor* ProcurementServiceImpl::GetSupplier(
    Context* context, const v1::GetSupplierRequest* request, v1::Supplier* response) {
  return calls_.Get(context, request, response);
}

ProcurementServiceImpl::Reactor* ProcurementServiceImpl::ListSuppliers(
    Context* context, const v1::ListSuppliersRequest* request,
    v1::ListSuppliersResponse* response) {
  return calls_.List<v1::Supplier>(context, request, response, response->mutable_suppliers(),
                                   "suppliers");
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
      });
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
               (!wanted.only_open() || (HoldsCommitment(order.state()) && IsOutstanding(order)));
      });
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
      [order = request->purchase_order()](const v1::GoodsReceipt& receipt) {
        return Is(order, receipt.purchase_order());
      });
}

}  // namespace prihvat::procurement
