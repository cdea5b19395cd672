#pragma once

#include <string>
#include <utility>
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

// The rows of an item table, and for each the sums of the items that stand in it or before.
struct ItemRows {
  std::vector<TableRow> rows;
  std::vector<absl::int128> km, eur;

  void Add(TableRow row, absl::int128 km_value, absl::int128 eur_value) {
    rows.push_back(std::move(row));
    km.push_back((km.empty() ? 0 : km.back()) + km_value);
    eur.push_back((eur.empty() ? 0 : eur.back()) + eur_value);
  }
};

// How a certificate stands on its pages, in English and one other language, in which the program's
// own texts in it (its `.bs`) are too. Private to donation_certificate.cc, which has checked the
// certificate.
struct CertificateLayout {
  const DonationCertificate& certificate;
  const QrMatrix& qr;
  std::string digest_hex;
  Language language = Language::kBosnian;

  void Draw(PdfWriter& writer) const;

 private:
  // Both words, as one label.
  std::string Label(Word CertificateWords::*word) const;
  Bilingual Both(Word CertificateWords::*word) const;
  TableRow ItemHeader() const;
  std::vector<Paragraph> SignatureFoot(const CertificateSignature& signature) const;
  void AddSerials(ItemRows& out, const CertificateItem& item, PdfWriter& writer) const;
  void DrawHead(PdfWriter& writer) const;
  void DrawFacts(PdfWriter& writer) const;
  void DrawParties(PdfWriter& writer) const;
  void DrawItems(PdfWriter& writer) const;
  void DrawNotes(PdfWriter& writer) const;
  void DrawSignatures(PdfWriter& writer) const;
  void DrawVerification(PdfWriter& writer) const;
};

}  // namespace prihvat::documents
