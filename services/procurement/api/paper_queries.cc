#include "services/procurement/api/paper_queries.h"

#include <set>
#include <utility>

#include "libs/base/status_macros.h"
#include "services/procurement/documents/papers.h"
#include "services/procurement/domain/checks.h"
#include "services/procurement/domain/organisation_names.h"
#include "services/procurement/domain/values.h"

namespace prihvat::procurement {
namespace {

// A paper's file and the error that its making ends with.
absl::Status Fill(absl::StatusOr<std::string> pdf, const std::string& file_name,
                  v1::PaperResponse& response) {
  if (!pdf.ok()) return pdf.status();
  response.set_content(*std::move(pdf));
  response.set_content_type("application/pdf");
  response.set_file_name(file_name + ".pdf");
  return absl::OkStatus();
}

// Of the budget line's project.
const v1::Project* ProjectOfLine(const es::View& view, const std::string& budget_line) {
  return view.Find<v1::Project>(budget_line.substr(0, budget_line.find("/budgetLines/")));
}

void AddSupplier(const es::View& view, const std::string& name, PaperContext& context) {
  if (const auto* supplier = view.Find<v1::Supplier>(name)) context.suppliers.push_back(supplier);
}

void AddOrganisation(const es::View& view, const std::string& operation,
                     const std::string& organisation, PaperContext& context) {
  if (organisation.empty()) return;
  const auto* found = view.Find<v1::Organisation>(OrganisationName(operation, organisation));
  if (found != nullptr) context.organisations.push_back(found);
}

// Who pays, by name: of the context's project and budget line.
void AddDonors(const rpc::ReadContext& reads, PaperContext& context) {
  const es::View& view = reads.entities();
  if (context.project != nullptr)
    AddOrganisation(view, reads.operation(), context.project->donor(), context);
  if (context.budget_line == nullptr) return;
  for (const v1::FundingShare& share : context.budget_line->funding_shares())
    AddOrganisation(view, reads.operation(), share.donor(), context);
}

PaperContext ContextOf(const rpc::ReadContext& reads, const v1::PurchaseOrder& order) {
  PaperContext context;
  context.zone = reads.zone();
  context.project = reads.entities().Find<v1::Project>(order.project());
  context.budget_line = reads.entities().Find<v1::BudgetLine>(order.budget_line());
  context.order = &order;
  context.agreement = reads.entities().Find<v1::FrameworkAgreement>(order.framework_agreement());
  AddSupplier(reads.entities(), order.supplier(), context);
  AddDonors(reads, context);
  for (const v1::OrderLine& line : order.lines())
    AddOrganisation(reads.entities(), reads.operation(), line.recipient(), context);
  return context;
}

PaperContext ContextOf(const rpc::ReadContext& reads, const v1::SourcingProcess& process) {
  const es::View& view = reads.entities();
  PaperContext context;
  context.zone = reads.zone();
  context.project = ProjectOfLine(view, process.budget_line());
  context.budget_line = view.Find<v1::BudgetLine>(process.budget_line());
  context.agreement = view.Find<v1::FrameworkAgreement>(process.framework_agreement());
  AddDonors(reads, context);
  std::set<std::string> suppliers(process.invited_suppliers().begin(),
                                  process.invited_suppliers().end());
  for (const v1::LotAward& award : process.recommended()) suppliers.insert(award.supplier());
  for (const std::string& name : process.bids()) {
    const auto* bid = view.Find<v1::Bid>(name);
    if (bid == nullptr) continue;
    context.bids.push_back(bid);
    suppliers.insert(bid->supplier());
  }
  for (const std::string& name : suppliers) AddSupplier(view, name, context);
  return context;
}

}  // namespace

absl::Status AnswerPurchaseOrder(const rpc::ReadContext& reads, const std::string& name,
                                 v1::PaperResponse& response) {
  v1::PurchaseOrder order;
  PRIHVAT_RETURN_IF_ERROR(reads.FindInto(name, order));
  return Fill(RenderOrder(order, ContextOf(reads, order)), order.document_number(), response);
}

absl::Status AnswerReceivingReport(const rpc::ReadContext& reads, const std::string& name,
                                   v1::PaperResponse& response) {
  v1::GoodsReceipt receipt;
  PRIHVAT_RETURN_IF_ERROR(reads.FindInto(name, receipt));
  v1::PurchaseOrder order;
  PRIHVAT_RETURN_IF_ERROR(reads.FindInto(receipt.purchase_order(), order));
  return Fill(RenderReceivingReport(receipt, ContextOf(reads, order)), receipt.document_number(),
              response);
}

absl::Status AnswerRejectionNote(const rpc::ReadContext& reads, const std::string& name,
                                 v1::PaperResponse& response) {
  v1::GoodsReceipt receipt;
  PRIHVAT_RETURN_IF_ERROR(reads.FindInto(name, receipt));
  v1::PurchaseOrder order;
  PRIHVAT_RETURN_IF_ERROR(reads.FindInto(receipt.purchase_order(), order));
  return Fill(RenderRejectionNote(receipt, ContextOf(reads, order)),
              receipt.document_number() + "-rejection", response);
}

absl::Status AnswerVatExemption(const rpc::ReadContext& reads, const std::string& name,
                                v1::PaperResponse& response) {
  v1::PurchaseOrder order;
  PRIHVAT_RETURN_IF_ERROR(reads.FindInto(name, order));
  return Fill(RenderVatExemption(order, ContextOf(reads, order)),
              order.document_number() + "-vat-exemption", response);
}

absl::Status AnswerRequisition(const rpc::ReadContext& reads, const std::string& name,
                               v1::PaperResponse& response) {
  v1::Requisition requisition;
  PRIHVAT_RETURN_IF_ERROR(reads.FindInto(name, requisition));
  PaperContext context;
  context.zone = reads.zone();
  context.project = reads.entities().Find<v1::Project>(requisition.project());
  context.budget_line = reads.entities().Find<v1::BudgetLine>(requisition.budget_line());
  AddDonors(reads, context);
  return Fill(RenderRequisition(requisition, context), requisition.document_number(), response);
}

absl::Status AnswerTenderPack(const rpc::ReadContext& reads, const std::string& name,
                              v1::PaperResponse& response) {
  v1::SourcingProcess process;
  PRIHVAT_RETURN_IF_ERROR(reads.FindInto(name, process));
  PaperContext context = ContextOf(reads, process);
  context.requisition = reads.entities().Find<v1::Requisition>(process.requisition());
  return Fill(RenderTenderPack(process, context), process.document_number() + "-pack", response);
}

absl::Status AnswerBidAnalysis(const rpc::ReadContext& reads, const std::string& name,
                               v1::PaperResponse& response) {
  v1::SourcingProcess process;
  PRIHVAT_RETURN_IF_ERROR(reads.FindInto(name, process));
  return Fill(RenderBidAnalysis(process, ContextOf(reads, process)),
              process.document_number() + "-analysis", response);
}

absl::Status AnswerAwardMemo(const rpc::ReadContext& reads, const std::string& name,
                             v1::PaperResponse& response) {
  v1::SourcingProcess process;
  PRIHVAT_RETURN_IF_ERROR(reads.FindInto(name, process));
  return Fill(RenderAwardMemo(process, ContextOf(reads, process)),
              process.document_number() + "-award", response);
}

}  // namespace prihvat::procurement
