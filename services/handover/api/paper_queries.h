// The papers of the service that are made when asked for.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "libs/rpc/calls.h"
#include "prihvat/handover/v1/service.pb.h"

namespace prihvat::handover {

// By the name of a case or a transfer; FAILED_PRECONDITION as documents/papers.h says.
absl::Status AnswerDeliveryNote(const rpc::ReadContext& reads, const std::string& name,
                                v1::PaperResponse& response);
absl::Status AnswerDiscrepancyNote(const rpc::ReadContext& reads, const std::string& name,
                                   v1::PaperResponse& response);
absl::Status AnswerResponsibilityProtocol(const rpc::ReadContext& reads, const std::string& name,
                                          v1::PaperResponse& response);

// By the name of an asset.
absl::Status AnswerAssetTag(const rpc::ReadContext& reads, const std::string& name,
                            v1::PaperResponse& response);

// INVALID_FIELD for no format or a time after now; REGISTER_TOO_LARGE.
absl::Status AnswerAssetRegister(const rpc::ReadContext& reads,
                                 const v1::ExportAssetRegisterRequest& request,
                                 v1::ExportAssetRegisterResponse& response);

}  // namespace prihvat::handover
