// The donation certificate as people print and sign it.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "libs/documents/certificate_words.h"
#include "prihvat/handover/v1/resources.pb.h"

namespace prihvat::handover {

// What a paper has beside the certificate.
struct CertificatePaper {
  documents::Language language = documents::Language::kBosnian;  // beside English
  std::string signed_code;      // text of the QR code that somebody vouches for; may be empty
  std::string giver_image;      // of the signature, PNG or JPEG; may be empty
  std::string recipient_image;  // likewise
};

// A PDF in English and the paper's language, the same bytes for the same certificate and paper:
// with empty lines for signatures that are still to come. FAILED_PRECONDITION where the content is
// not the one that the recorded digest was taken of, or fonts are missing; INVALID_ARGUMENT for an
// image that is none.
absl::StatusOr<std::string> RenderCertificatePdf(const v1::Certificate& certificate,
                                                 const CertificatePaper& paper = {});

}  // namespace prihvat::handover
