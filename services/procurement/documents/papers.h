// Procurement's papers, as people print, sign and send them: in English and, as far as the content
// has it, Bosnian. The same content gives the same bytes. Pure; any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "prihvat/procurement/v1/frameworks.pb.h"
#include "prihvat/procurement/v1/organisations.pb.h"
#include "prihvat/procurement/v1/resources.pb.h"
#include "prihvat/procurement/v1/sourcing.pb.h"

namespace prihvat::procurement {

// What a paper says beside its own resource. A pointer is nullptr where there is none.
struct PaperContext {
  absl::TimeZone zone;  // the operation's: days on papers are its local days
  const v1::Project* project = nullptr;
  const v1::BudgetLine* budget_line = nullptr;
  const v1::Requisition* requisition = nullptr;
  const v1::PurchaseOrder* order = nullptr;
  const v1::FrameworkAgreement* agreement = nullptr;  // that the order or process calls off
  // By name: whoever the paper names and is known here; others stand by their resource name.
  std::vector<const v1::Supplier*> suppliers;
  // Likewise.
  std::vector<const v1::Organisation*> organisations;
  std::vector<const v1::Bid*> bids;  // of a sourcing process
};

// INVALID_ARGUMENT and FAILED_PRECONDITION as documents::RenderForm.
absl::StatusOr<std::string> RenderOrder(const v1::PurchaseOrder& order,
                                        const PaperContext& context);
// Of a receipt in any state: what came, and what became of it.
absl::StatusOr<std::string> RenderReceivingReport(const v1::GoodsReceipt& receipt,
                                                  const PaperContext& context);
// Of a requisition in any state: what is needed, and who approved it.
absl::StatusOr<std::string> RenderRequisition(const v1::Requisition& requisition,
                                              const PaperContext& context);
// What bidders are given, and a form for their offer: nothing of estimates, nor of who else is
// asked. FAILED_PRECONDITION for a process without competition.
absl::StatusOr<std::string> RenderTenderPack(const v1::SourcingProcess& process,
                                             const PaperContext& context);
// What of a delivery was rejected and why. FAILED_PRECONDITION where nothing was, or the receipt
// was abandoned or reversed.
absl::StatusOr<std::string> RenderRejectionNote(const v1::GoodsReceipt& receipt,
                                                const PaperContext& context);
// That an order be exempt from value added tax. FAILED_PRECONDITION for a draft and a cancelled
// one.
absl::StatusOr<std::string> RenderVatExemption(const v1::PurchaseOrder& order,
                                               const PaperContext& context);
// FAILED_PRECONDITION before the bids are opened: nothing of them is known.
absl::StatusOr<std::string> RenderBidAnalysis(const v1::SourcingProcess& process,
                                              const PaperContext& context);
// FAILED_PRECONDITION before something is recommended, or waived for.
absl::StatusOr<std::string> RenderAwardMemo(const v1::SourcingProcess& process,
                                            const PaperContext& context);

}  // namespace prihvat::procurement
