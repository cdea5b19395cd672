#include "libs/documents/certificate_content.h"

#include <fmt/format.h>

#include <utility>

#include "absl/strings/str_split.h"
#include "libs/base/bytes.h"
#include "libs/base/digest.h"
#include "libs/base/string_view.h"
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

constexpr std::string_view kQrTitle = "prihvat:certificate:";
constexpr char kQrTime[] = "%E4Y%m%dT%H%M%SZ";
constexpr size_t kSignatureBytes = 64;

bool IsSmallHex(std::string_view text, size_t digits) {
  return text.size() == digits &&
         text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

}  // namespace

Bilingual DrawnUpText(Word CertificateWords::*text) {
  return {(WordsOf(Language::kEnglish).*text).str(), (WordsOf(Language::kBosnian).*text).str()};
}

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

std::string StatementText(const CertificateStatement& statement) {
  return fmt::format(
      "{}2:{}:{}:{}:{}", kQrTitle, statement.name, statement.digest_hex,
      base::FromAbsl(absl::FormatTime(kQrTime, statement.signed_at, absl::UTCTimeZone())),
      base::HexEncode(statement.key_id));
}

std::string SignedQrText(const CertificateStatement& statement) {
  return fmt::format("{}:{}", StatementText(statement), base::Base64UrlEncode(statement.signature));
}

absl::StatusOr<std::string> CertificateQrText(const DonationCertificate& certificate) {
  const absl::StatusOr<std::string> content = CanonicalContent(certificate);
  if (!content.ok()) return content.status();
  const std::string digest = base::Sha256Hex(*content);
  if (certificate.signed_qr_text.empty())
    return fmt::format("{}1:{}:{}", kQrTitle, certificate.name, digest);
  const auto statement = ParseCertificateQr(certificate.signed_qr_text);
  if (!statement.ok()) return statement.status();
  if (statement->signature.empty() || statement->name != certificate.name ||
      statement->digest_hex != digest) {
    return absl::FailedPreconditionError(
        fmt::format("certificate {} with the digest {}: what was signed is {}", certificate.name,
                    digest, certificate.signed_qr_text));
  }
  return certificate.signed_qr_text;
}

absl::StatusOr<CertificateStatement> ParseCertificateQr(std::string_view text) {
  const auto wrong = [](std::string_view why) {
    return absl::InvalidArgumentError(
        fmt::format("the code of a certificate reads {0}1:NAME:SHA256, or, signed, "
                    "{0}2:NAME:SHA256:TIME:KEY:SIGNATURE; {1}",
                    kQrTitle, why));
  };
  if (text.substr(0, kQrTitle.size()) != kQrTitle) return wrong("this does not begin so");
  const std::vector<std::string> parts =
      absl::StrSplit(base::ToAbsl(text.substr(kQrTitle.size())), ':');
  const bool is_signed = parts[0] == "2";
  if (!is_signed && parts[0] != "1") return wrong("this has another number");
  if (parts.size() != (is_signed ? 6 : 3)) return wrong("this has more or fewer parts");
  CertificateStatement statement;
  statement.name = parts[1];
  statement.digest_hex = parts[2];
  if (statement.name.empty()) return wrong("the name is empty");
  if (!IsSmallHex(parts[2], 64)) return wrong("the digest has not 64 small hexadecimal digits");
  if (!is_signed) return statement;
  std::string error;
  if (!absl::ParseTime(kQrTime, parts[3], &statement.signed_at, &error))
    return wrong("the time is not YYYYMMDDThhmmssZ");
  if (!IsSmallHex(parts[4], 16)) return wrong("the key has not 16 small hexadecimal digits");
  statement.key_id = base::HexDecode(parts[4]).value_or("");
  statement.signature = base::Base64UrlDecode(parts[5]).value_or("");
  if (statement.signature.size() != kSignatureBytes)
    return wrong("the signature is not 64 bytes in base64url");
  // One statement has one text: else what is checked would not be what is read.
  if (SignedQrText(statement) != text) return wrong("this is written otherwise");
  return statement;
}

}  // namespace prihvat::documents
