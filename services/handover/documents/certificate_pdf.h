// The donation certificate as people print and sign it.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/event_log/seal.h"
#include "prihvat/handover/v1/resources.pb.h"

namespace prihvat::handover {

// The text of its QR code, signed now; "" without a signer.
std::string SignCertificate(const v1::Certificate& certificate, const event_log::SealSigner* signer,
                            absl::Time now);

// A PDF in English and Bosnian, the same bytes for the same certificate and code: with empty lines
// for signatures that are still to come. FAILED_PRECONDITION where the content is not the one that
// the recorded digest was taken of, or fonts are missing.
absl::StatusOr<std::string> RenderCertificatePdf(const v1::Certificate& certificate,
                                                 const std::string& signed_qr_text = "");

}  // namespace prihvat::handover
