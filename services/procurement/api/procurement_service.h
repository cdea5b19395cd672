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
  Reactor* RegisterSupplier(Context* context, const v1::RegisterSupplierRequest* request,
                            v1::Supplier* response) override;
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
  Reactor* PostGoodsReceipt(Context* context, const v1::PostGoodsReceiptRequest* request,
                            v1::GoodsReceipt* response) override;
  Reactor* ReturnGoods(Context* context, const v1::ReturnGoodsRequest* request,
                       v1::GoodsReceipt* response) override;
  Reactor* GetGoodsReceipt(Context* context, const v1::GetGoodsReceiptRequest* request,
                           v1::GoodsReceipt* response) override;
  Reactor* ListGoodsReceipts(Context* context, const v1::ListGoodsReceiptsRequest* request,
                             v1::ListGoodsReceiptsResponse* response) override;

 private:
  rpc::Calls& calls_;
};

}  // namespace prihvat::procurement
