#include "services/handover/documents/certificate_pdf.h"

#include "libs/documents/donation_certificate.h"
#include "services/handover/domain/certificates.h"

namespace prihvat::handover {

absl::StatusOr<std::string> RenderCertificatePdf(const v1::Certificate& certificate) {
  return documents::RenderDonationCertificate(ToDocument(certificate));
}

}  // namespace prihvat::handover
