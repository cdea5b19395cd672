// What procurement's papers are made of: the resource and what it names, from one snapshot.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "libs/rpc/calls.h"
#include "prihvat/procurement/v1/service.pb.h"

namespace prihvat::procurement {

// Each fills the response with the paper of the resource `name`: NOT_FOUND, or what documents/
// papers.h says.
absl::Status AnswerPurchaseOrder(const rpc::ReadContext& reads, const std::string& name,
                                 v1::PaperResponse& response);
absl::Status AnswerReceivingReport(const rpc::ReadContext& reads, const std::string& name,
                                   v1::PaperResponse& response);
absl::Status AnswerBidAnalysis(const rpc::ReadContext& reads, const std::string& name,
                               v1::PaperResponse& response);
absl::Status AnswerRequisition(const rpc::ReadContext& reads, const std::string& name,
                               v1::PaperResponse& response);
absl::Status AnswerTenderPack(const rpc::ReadContext& reads, const std::string& name,
                              v1::PaperResponse& response);
absl::Status AnswerRejectionNote(const rpc::ReadContext& reads, const std::string& name,
                                 v1::PaperResponse& response);
absl::Status AnswerVatExemption(const rpc::ReadContext& reads, const std::string& name,
                                v1::PaperResponse& response);
absl::Status AnswerAwardMemo(const rpc::ReadContext& reads, const std::string& name,
                             v1::PaperResponse& response);

}  // namespace prihvat::procurement
