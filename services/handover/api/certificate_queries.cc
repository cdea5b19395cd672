#include "services/handover/api/certificate_queries.h"

#include <optional>

#include "fmt/format.h"
#include "google/protobuf/util/json_util.h"
#include "libs/base/status_macros.h"
#include "libs/documents/certificate_content.h"
#include "libs/rpc/errors.h"
#include "services/handover/documents/certificate_pdf.h"
#include "services/handover/domain/certificates.h"
#include "services/handover/domain/reasons.h"
#include "services/handover/domain/signatures.h"

namespace prihvat::handover {
namespace {

using documents::Language;

// The language beside English; none for a number that names none.
std::optional<Language> LanguageOf(v1::CertificateLanguage language) {
  switch (language) {
    case v1::CERTIFICATE_LANGUAGE_UNSPECIFIED:
    case v1::CERTIFICATE_LANGUAGE_BOSNIAN:
      return Language::kBosnian;
    case v1::CERTIFICATE_LANGUAGE_CROATIAN:
      return Language::kCroatian;
    case v1::CERTIFICATE_LANGUAGE_SERBIAN_LATIN:
      return Language::kSerbianLatin;
    case v1::CERTIFICATE_LANGUAGE_SERBIAN_CYRILLIC:
      return Language::kSerbianCyrillic;
    default:
      return std::nullopt;
  }
}

absl::Status FindThatCounts(const rpc::ReadContext& reads, const std::string& name,
                            v1::Certificate& certificate) {
  PRIHVAT_RETURN_IF_ERROR(reads.FindInto(name, certificate));
  if (!certificate.voided()) return absl::OkStatus();
  return rpc::Reject(
      es::Rejected(kCertificateVoided)
          .Saying(fmt::format("{} counts no more, so it is not printed", certificate.name()))
          .With("certificate", certificate.name()));
}

// The image that was brought back with the signature of that side; "" where there is none.
std::string ImageOf(const rpc::ReadContext& reads, const v1::Certificate& certificate,
                    v1::HandoverParty party) {
  for (const v1::Signature& signature : certificate.signatures()) {
    if (signature.party() != party ||
        signature.evidence_kind() != v1::SIGNATURE_EVIDENCE_KIND_IMAGE) {
      continue;
    }
    const auto* evidence = reads.entities().Find<v1::SignatureEvidence>(
        SignatureEvidenceName(certificate.name(), party));
    if (evidence != nullptr) return evidence->content();
  }
  return "";
}

v1::PermittedSignatory SignatoryOf(const rpc::ReadContext& reads,
                                   const v1::Certificate& certificate, v1::HandoverParty party) {
  const v1::CertificateParty& side =
      party == v1::HANDOVER_PARTY_GIVER ? certificate.giver() : certificate.recipient();
  v1::PermittedSignatory out;
  out.set_party(party);
  out.set_organisation_display_name(side.organisation_display_name());
  out.set_person(side.person());
  out.set_person_display_name(side.person_display_name());
  out.set_title(side.title());
  out.set_mandate(side.mandate());
  for (const v1::Signature& signature : certificate.signatures()) {
    if (signature.party() == party) out.set_already_signed(true);
  }
  const auto* mandate = reads.entities().Find<v1::Mandate>(side.mandate());
  if (mandate == nullptr) return out;
  *out.mutable_valid_from() = mandate->valid_from();
  if (mandate->has_valid_until()) *out.mutable_valid_until() = mandate->valid_until();
  for (const v1::SigningKey& key : mandate->signing_keys()) {
    if (key.has_revoked_from()) continue;
    v1::PermittedKey& permitted = *out.add_signing_keys();
    permitted.set_id(key.id());
    permitted.set_sha256(key.sha256());
    permitted.set_signs_as(key.x509_certificate().empty() ? "Ed25519" : "CMS");
  }
  return out;
}

std::string_view ExtensionOf(std::string_view content_type) {
  if (content_type == "image/png") return "png";
  if (content_type == "image/jpeg") return "jpg";
  return content_type == "application/pkcs7-signature" ? "p7s" : "sig";
}

constexpr const char* kInstructions[] = {
    "Read canonicalContent. Its SHA-256 in UTF-8 is canonicalSha256: what you sign is this, and "
    "nothing else.",
    "By hand: sign the printed certificate, and bring back an image of the signature (PNG or "
    "JPEG, at most 131072 bytes and 2000 by 1000 pixels), with who signed, when and where.",
    "With a key that is listed as Ed25519: openssl pkeyutl -sign -rawin -inkey KEY.pem -in "
    "CONTENT -out SIGNATURE",
    "With a certificate that is listed as CMS: openssl cms -sign -binary -in CONTENT -signer "
    "CERTIFICATE.pem -inkey KEY.pem -outform DER -out SIGNATURE",
    "CONTENT is a file of canonicalContent to the byte: prihvatctl signing-content FILE -o "
    "CONTENT, or jq -j .canonicalContent FILE > CONTENT",
    "Bring it back: prihvatctl return-certificate FILE --party giver|recipient --date YYYY-MM-DD "
    "--place PLACE, and --image IMAGE or --signature SIGNATURE --key ID"};

}  // namespace

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

absl::Status AnswerCertificatePdf(const rpc::ReadContext& reads,
                                  const event_log::SealSigner* signer,
                                  const v1::RenderCertificateRequest& request,
                                  v1::RenderCertificateResponse& response) {
  const std::optional<Language> language = LanguageOf(request.language());
  if (!language.has_value()) {
    return rpc::Reject(es::InvalidField(
        "language", fmt::format("{} is none", static_cast<int>(request.language()))));
  }
  v1::Certificate certificate;
  PRIHVAT_RETURN_IF_ERROR(FindThatCounts(reads, request.name(), certificate));
  // A paper that is still to be signed is nothing that one vouches for.
  const bool both_signed = certificate.signatures_size() == 2;
  const CertificatePaper paper = {
      .language = *language,
      .signed_code = SignCertificate(certificate, both_signed ? signer : nullptr, reads.now()),
      .giver_image = ImageOf(reads, certificate, v1::HANDOVER_PARTY_GIVER),
      .recipient_image = ImageOf(reads, certificate, v1::HANDOVER_PARTY_RECIPIENT)};
  PRIHVAT_ASSIGN_OR_RETURN(*response.mutable_content(), RenderCertificatePdf(certificate, paper));
  PRIHVAT_ASSIGN_OR_RETURN(*response.mutable_canonical_content(),
                           documents::CanonicalContent(ToDocument(certificate)));
  response.set_signed_code(paper.signed_code);
  response.set_content_type("application/pdf");
  response.set_file_name(certificate.number() + ".pdf");
  response.set_canonical_sha256(certificate.canonical_sha256());
  return absl::OkStatus();
}

absl::Status AnswerCertificateForSigning(const rpc::ReadContext& reads,
                                         const v1::ExportCertificateRequest& request,
                                         v1::ExportCertificateResponse& response) {
  v1::Certificate certificate;
  PRIHVAT_RETURN_IF_ERROR(FindThatCounts(reads, request.name(), certificate));
  v1::CertificateForSigning file;
  file.set_format("prihvat-certificate-for-signing/1");
  file.set_name(certificate.name());
  file.set_number(certificate.number());
  file.set_canonical_sha256(certificate.canonical_sha256());
  PRIHVAT_ASSIGN_OR_RETURN(*file.mutable_canonical_content(),
                           documents::CanonicalContent(ToDocument(certificate)));
  for (const auto party : {v1::HANDOVER_PARTY_GIVER, v1::HANDOVER_PARTY_RECIPIENT}) {
    *file.add_signatories() = SignatoryOf(reads, certificate, party);
  }
  for (const char* instruction : kInstructions) file.add_instructions(instruction);
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = true;
  std::string json;
  if (!google::protobuf::util::MessageToJsonString(file, &json, options).ok()) {
    return absl::InternalError("the file cannot be written as JSON");
  }
  response.set_content(json);
  response.set_content_type("application/json");
  response.set_file_name(certificate.number() + "-for-signing.json");
  response.set_canonical_sha256(certificate.canonical_sha256());
  return absl::OkStatus();
}

absl::Status AnswerSignature(const rpc::ReadContext& reads,
                             const v1::DownloadSignatureRequest& request,
                             v1::PaperResponse& response) {
  if (auto no = CheckParty(request.party())) return rpc::Reject(*no);
  v1::Certificate certificate;
  PRIHVAT_RETURN_IF_ERROR(reads.FindInto(request.name(), certificate));
  v1::SignatureEvidence evidence;
  PRIHVAT_RETURN_IF_ERROR(
      reads.FindInto(SignatureEvidenceName(request.name(), request.party()), evidence));
  response.set_content(evidence.content());
  response.set_content_type(evidence.content_type());
  const std::string_view extension = ExtensionOf(evidence.content_type());
  response.set_file_name(
      fmt::format("{}-{}.{}", certificate.number(), ToText(request.party()), extension));
  return absl::OkStatus();
}

}  // namespace prihvat::handover
