#pragma once

#include <string>
#include <vector>

#include "absl/numeric/int128.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "libs/documents/donation_certificate.h"
#include "libs/documents/pdf.h"
#include "libs/documents/qr.h"

namespace prihvat::documents {

// Hundredths of a currency unit, read from a decimal of two places. 0 for an empty text;
// InvalidArgument otherwise.
absl::StatusOr<absl::int128> ParseCents(const std::string& decimal);

// "725,000.00"
std::string FormatCents(absl::int128 cents);

// How a certificate stands on its pages. Private to donation_certificate.cc, which has checked the
// certificate.
struct CertificateLayout {
  const DonationCertificate& certificate;
  const QrMatrix& qr;
  std::string digest_hex;

  void Draw(PdfWriter& writer) const;

 private:
  void DrawHead(PdfWriter& writer) const;
  void DrawFacts(PdfWriter& writer) const;
  void DrawParties(PdfWriter& writer) const;
  void DrawItems(PdfWriter& writer) const;
  void DrawNotes(PdfWriter& writer) const;
  void DrawSignatures(PdfWriter& writer) const;
  void DrawVerification(PdfWriter& writer) const;
};

}  // namespace prihvat::documents
