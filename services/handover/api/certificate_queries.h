// What is asked of a certificate: the paper, and the file to sign it away from here.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "libs/event_log/seal.h"
#include "libs/rpc/calls.h"
#include "prihvat/handover/v1/service.pb.h"

namespace prihvat::handover {

// The text of its QR code, signed now; "" without a signer.
std::string SignCertificate(const v1::Certificate& certificate, const event_log::SealSigner* signer,
                            absl::Time now);

// `signer`: the installation's, nullptr without one. CERTIFICATE_VOIDED for one that counts no
// more; INVALID_FIELD for a language that is none.
absl::Status AnswerCertificatePdf(const rpc::ReadContext& reads,
                                  const event_log::SealSigner* signer,
                                  const v1::RenderCertificateRequest& request,
                                  v1::RenderCertificateResponse& response);

// CERTIFICATE_VOIDED for one that counts no more.
absl::Status AnswerCertificateForSigning(const rpc::ReadContext& reads,
                                         const v1::ExportCertificateRequest& request,
                                         v1::ExportCertificateResponse& response);

// NOT_FOUND where nothing came back with that side's signature.
absl::Status AnswerSignature(const rpc::ReadContext& reads,
                             const v1::DownloadSignatureRequest& request,
                             v1::PaperResponse& response);

}  // namespace prihvat::handover
