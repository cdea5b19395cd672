#include "libs/documents/donation_certificate.h"

#include <fmt/format.h>

#include <set>
#include <string_view>
#include <utility>

#include "absl/time/time.h"
#include "libs/base/digest.h"
#include "libs/documents/certificate_layout.h"
#include "libs/documents/pdf.h"
#include "libs/documents/qr.h"

namespace prihvat::documents {
namespace {

absl::Status Invalid(std::string message) {
  return absl::InvalidArgumentError("certificate: " + std::move(message));
}

absl::Status CheckFields(const DonationCertificate& certificate) {
  const std::pair<std::string_view, const std::string&> needed[] = {
      {"name", certificate.name},
      {"number", certificate.number},
      {"title", certificate.title.en},
      {"project", certificate.project.en},
      {"funding source", certificate.funding_source},
      {"donor", certificate.donor.organisation},
      {"recipient", certificate.recipient.organisation},
      {"place", certificate.place},
      {"total KM", certificate.total_km},
      {"total EUR", certificate.total_eur},
  };
  for (const auto& [what, text] : needed) {
    if (text.empty()) return Invalid(fmt::format("{} is empty", what));
  }
  if (certificate.items.empty()) return Invalid("there are no items");
  if (certificate.corrects_number.empty() != certificate.corrects_digest_sha256.empty()) {
    return Invalid("a correction names both the number and the digest of what it corrects");
  }
  return absl::OkStatus();
}

absl::Status CheckSums(const DonationCertificate& certificate) {
  absl::int128 km = 0, eur = 0;
  for (const CertificateItem& item : certificate.items) {
    const absl::StatusOr<absl::int128> item_km = ParseCents(item.value_km);
    if (!item_km.ok()) return item_km.status();
    const absl::StatusOr<absl::int128> item_eur = ParseCents(item.value_eur);
    if (!item_eur.ok()) return item_eur.status();
    km += *item_km;
    eur += *item_eur;
  }
  const absl::StatusOr<absl::int128> total_km = ParseCents(certificate.total_km);
  if (!total_km.ok()) return total_km.status();
  const absl::StatusOr<absl::int128> total_eur = ParseCents(certificate.total_eur);
  if (!total_eur.ok()) return total_eur.status();

  if (km != *total_km) {
    return Invalid(fmt::format("the items are {} KM in all, the total says {}", FormatCents(km),
                               FormatCents(*total_km)));
  }
  const absl::int128 difference = eur > *total_eur ? eur - *total_eur : *total_eur - eur;
  if (difference > static_cast<absl::int128>(certificate.items.size())) {
    return Invalid(fmt::format("the items are {} EUR in all, the total says {}: more than rounding",
                               FormatCents(eur), FormatCents(*total_eur)));
  }
  return absl::OkStatus();
}

absl::Status CheckSerials(const DonationCertificate& certificate) {
  std::set<std::string_view> seen;
  for (const CertificateItem& item : certificate.items) {
    for (const std::string& serial : item.serials) {
      if (serial.empty()) return Invalid(fmt::format("line {}: an empty serial", item.line));
      for (unsigned char c : serial) {
        if (c < 0x20 || c == 0x7F) {
          return Invalid(fmt::format("line {}: a control character in a serial", item.line));
        }
      }
      if (!seen.insert(serial).second) {
        return Invalid(fmt::format("line {}: serial {} is listed twice", item.line, serial));
      }
    }
  }
  return absl::OkStatus();
}

// The text in `language`, where it is the program's own; text that people wrote, or an earlier
// version of the program, stands as it does.
void Translate(Word CertificateWords::*word, Language language, Bilingual& text) {
  if (text.bs == (WordsOf(Language::kBosnian).*word).str()) {
    text.bs = (WordsOf(language).*word).str();
  }
}

DonationCertificate InLanguage(const DonationCertificate& certificate, Language language) {
  DonationCertificate shown = certificate;
  Translate(&CertificateWords::title, language, shown.title);
  Translate(&CertificateWords::declaration, language, shown.declaration);
  Translate(&CertificateWords::exchange_rate, language, shown.exchange_rate_note);
  for (CertificateSignature& signature : shown.signatures) {
    Translate(&CertificateWords::for_donor, language, signature.role);
    Translate(&CertificateWords::for_recipient, language, signature.role);
  }
  return shown;
}

}  // namespace

absl::StatusOr<std::string> RenderDonationCertificate(const DonationCertificate& certificate,
                                                      Language language) {
  if (language == Language::kEnglish) return Invalid("English stands on every one beside another");
  for (absl::Status (*check)(const DonationCertificate&) : {CheckFields, CheckSums, CheckSerials}) {
    if (absl::Status status = check(certificate); !status.ok()) return status;
  }
  const absl::StatusOr<std::string> content = CanonicalContent(certificate);
  if (!content.ok()) return content.status();
  const std::string digest = base::Sha256Hex(*content);
  if (!certificate.canonical_digest_hex.empty() && certificate.canonical_digest_hex != digest) {
    return absl::FailedPreconditionError(
        fmt::format("certificate {}: recorded with the digest {}, but this content has {}",
                    certificate.name, certificate.canonical_digest_hex, digest));
  }
  const absl::StatusOr<std::string> qr_text = CertificateQrText(certificate);
  if (!qr_text.ok()) return qr_text.status();
  const absl::StatusOr<QrMatrix> qr = EncodeQr(*qr_text, QrLevel::kMedium);
  if (!qr.ok()) return qr.status();

  const PdfOptions options = {
      .title = fmt::format("{} {}", certificate.title.en, certificate.number),
      .author = certificate.donor.organisation,
      .created = absl::FromCivil(certificate.issue_date, absl::UTCTimeZone()),
      .footer = fmt::format("{}  ·  SHA-256 {}", certificate.number, digest)};
  const DonationCertificate shown = InLanguage(certificate, language);
  const CertificateLayout layout = {shown, *qr, digest, language};
  return RenderPdf(options, [&](PdfWriter& writer) { layout.Draw(writer); });
}

}  // namespace prihvat::documents
