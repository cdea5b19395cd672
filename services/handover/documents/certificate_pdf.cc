#include "services/handover/documents/certificate_pdf.h"

#include "libs/documents/donation_certificate.h"
#include "services/handover/domain/certificates.h"

namespace prihvat::handover {

std::string SignCertificate(const v1::Certificate& certificate, const event_log::SealSigner* signer,
                            absl::Time now) {
  if (signer == nullptr) return "";
  documents::CertificateStatement statement = {
      .name = certificate.name(),
      .digest_hex = certificate.canonical_sha256(),
      .signed_at = absl::FromUnixSeconds(absl::ToUnixSeconds(now)),
      .key_id = signer->key_id(),
      .signature = ""};
  statement.signature = signer->SignText(documents::StatementText(statement));
  return documents::SignedQrText(statement);
}

absl::StatusOr<std::string> RenderCertificatePdf(const v1::Certificate& certificate,
                                                 const std::string& signed_qr_text) {
  documents::DonationCertificate document = ToDocument(certificate);
  document.signed_qr_text = signed_qr_text;
  return documents::RenderDonationCertificate(document);
}

}  // namespace prihvat::handover
