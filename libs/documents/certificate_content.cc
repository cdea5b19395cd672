#include "libs/documents/certificate_content.h"

#include <fmt/format.h>

#include <utility>

#include "libs/base/digest.h"
#include "libs/documents/canonical.h"

namespace prihvat::documents {
namespace {

void AddBoth(CanonicalText& out, const std::string& key, const Bilingual& text) {
  out.Add(key + ".en", text.en);
  out.Add(key + ".bs", text.bs);
}

void AddParty(CanonicalText& out, const std::string& key, const CertificateParty& party) {
  out.Add(key + ".organisation", party.organisation);
  out.Add(key + ".signatory", party.signatory);
  out.Add(key + ".signatory_title", party.signatory_title);
}

void AddItem(CanonicalText& out, const std::string& key, const CertificateItem& item) {
  out.Add(key + ".line", std::to_string(item.line));
  AddBoth(out, key + ".description", item.description);
  out.Add(key + ".quantity", item.quantity);
  out.Add(key + ".unit", item.unit);
  out.Add(key + ".serial.count", std::to_string(item.serials.size()));
  for (size_t i = 0; i < item.serials.size(); ++i) {
    out.Add(fmt::format("{}.serial.{}", key, i + 1), item.serials[i]);
  }
  out.Add(key + ".value_km", item.value_km);
  out.Add(key + ".value_eur", item.value_eur);
}

}  // namespace

// The keys and their order are laid down in docs/certificate-canonical-form.md; they never change
// under the same format line, since certificates on paper carry the digest.
absl::StatusOr<std::string> CanonicalContent(const DonationCertificate& certificate) {
  CanonicalText out;
  out.Add("format", "prihvat-certificate/1");
  out.Add("name", certificate.name);
  out.Add("number", certificate.number);
  out.Add("issue_date", absl::FormatCivilTime(certificate.issue_date));
  out.Add("corrects.number", certificate.corrects_number);
  out.Add("corrects.sha256", certificate.corrects_digest_sha256);
  AddBoth(out, "title", certificate.title);
  AddBoth(out, "declaration", certificate.declaration);
  AddBoth(out, "project", certificate.project);
  out.Add("funding_source", certificate.funding_source);
  AddParty(out, "donor", certificate.donor);
  AddParty(out, "recipient", certificate.recipient);
  out.Add("place", certificate.place);
  out.Add("handover_date", absl::FormatCivilTime(certificate.handover_date));
  out.Add("item.count", std::to_string(certificate.items.size()));
  for (size_t i = 0; i < certificate.items.size(); ++i) {
    AddItem(out, fmt::format("item.{}", i + 1), certificate.items[i]);
  }
  out.Add("total_km", certificate.total_km);
  out.Add("total_eur", certificate.total_eur);
  AddBoth(out, "exchange_rate_note", certificate.exchange_rate_note);
  AddBoth(out, "conditions", certificate.conditions);
  return std::move(out).Finish();
}

absl::StatusOr<std::string> CertificateQrText(const DonationCertificate& certificate) {
  const absl::StatusOr<std::string> content = CanonicalContent(certificate);
  if (!content.ok()) return content.status();
  return fmt::format("prihvat:certificate:1:{}:{}", certificate.name, base::Sha256Hex(*content));
}

}  // namespace prihvat::documents
