#include "services/handover/documents/certificate_pdf.h"

#include "libs/documents/donation_certificate.h"
#include "services/handover/domain/certificates.h"

namespace prihvat::handover {

absl::StatusOr<std::string> RenderCertificatePdf(const v1::Certificate& certificate,
                                                 const CertificatePaper& paper) {
  documents::DonationCertificate document = ToDocument(certificate);
  document.signed_qr_text = paper.signed_code;
  document.signatures[0].image = paper.giver_image;
  document.signatures[1].image = paper.recipient_image;
  return documents::RenderDonationCertificate(document, paper.language);
}

}  // namespace prihvat::handover
