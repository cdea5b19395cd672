// Signing away from here: a certificate is drawn up before anybody has signed, and what was signed
// is brought back, by the signatory or by somebody who answers for it, with what shows it: nobody
// brings back both sides alone by what cannot be checked. What is brought back first for a side
// counts; the same again changes nothing, another is refused. From then on all is as if the side
// had signed here: two people, each under a mandate that holds on the day of signing, which is not
// that of bringing it back (INV-15).
#include "fmt/format.h"
#include "google/protobuf/util/message_differencer.h"
#include "libs/base/civil.h"
#include "libs/base/digest.h"
#include "libs/base/string_view.h"
#include "libs/documents/detached_signature.h"
#include "libs/documents/signature_image.h"
#include "prihvat/handover/v1/events.pb.h"
#include "prihvat/handover/v1/service.pb.h"
#include "services/handover/domain/cases.h"
#include "services/handover/domain/certificates.h"
#include "services/handover/domain/mandates.h"
#include "services/handover/domain/reasons.h"
#include "services/handover/domain/registration.h"
#include "services/handover/domain/signatures.h"
#include "services/handover/domain/signing_keys.h"

namespace prihvat::handover {
namespace {

es::Decision DecideDrawUp(const es::View& view, const v1::DrawUpCertificateRequest& command,
                          es::Context& context) {
  const v1::HandoverCase* of = nullptr;
  if (auto no =
          CheckCaseMove(view, command.name(), command.etag(),
                        {v1::HANDOVER_CASE_STATE_COUNTED, v1::HANDOVER_CASE_STATE_PARTLY_ACCEPTED},
                        "have its certificate drawn up", context, of)) {
    return *std::move(no);
  }
  if (auto no = CheckNotDrawnUp(*of)) return *std::move(no);
  if (auto no = CheckNothingReturned(*of)) return *std::move(no);
  const Subject subject{of->name(), of->giver_mandate(), of->recipient_mandate(), of->signatures()};
  const v1::Mandate* mandate = nullptr;
  if (auto no = FindSignatory(view, subject, v1::HANDOVER_PARTY_GIVER, mandate)) {
    return *std::move(no);
  }
  v1::CertificateIssued issued;
  const std::string number = context.NextNumber(view, "DC").ToString();
  if (auto no = DrawUp(view, *of, number, context, issued)) return *std::move(no);
  const std::string name = issued.certificate().name();
  return es::Accepted(std::move(issued)).Naming(name);
}

// What was brought back, as it is to be kept; without looking at what it is.
v1::SignatureEvidence EvidenceOf(const v1::ReturnSignedCertificateRequest& command) {
  v1::SignatureEvidence evidence;
  evidence.set_name(SignatureEvidenceName(command.name(), command.party()));
  evidence.set_party(command.party());
  evidence.set_kind(command.image().empty() ? v1::SIGNATURE_EVIDENCE_KIND_ELECTRONIC
                                            : v1::SIGNATURE_EVIDENCE_KIND_IMAGE);
  evidence.set_content(command.image() + command.electronic_signature());
  evidence.set_sha256(base::Sha256Hex(evidence.content()));
  return evidence;
}

v1::Signature SignatureOf(const v1::ReturnSignedCertificateRequest& command,
                          const v1::Mandate& mandate, const v1::SignatureEvidence& evidence,
                          const es::Context& context) {
  v1::Signature signature = SignatureUnder(mandate, command.party(), context);
  *signature.mutable_sign_date() = command.sign_date();
  signature.clear_sign_time();  // nobody knows the hour
  signature.set_on_paper(true);
  signature.set_place(command.place());
  signature.set_evidence_kind(evidence.kind());
  signature.set_evidence_sha256(evidence.sha256());
  signature.set_signing_key(command.signing_key());
  signature.set_entered_by(context.principal);
  return signature;
}

// That side has signed. The same, whoever brings it: nothing happens. Another is refused.
es::Decision ComeAgain(const v1::Certificate& certificate, const v1::Signature& before,
                       v1::Signature now) {
  now.set_entered_by(before.entered_by());
  if (google::protobuf::util::MessageDifferencer::Equals(before, now)) {
    return es::Decision::Accept().Naming(certificate.name());
  }
  const std::string party = ToText(before.party());
  if (before.evidence_sha256().empty()) {
    return es::Rejected(kAlreadySigned)
        .Saying(fmt::format("{} signed {} for the {} on {}", before.person(), certificate.name(),
                            party, base::FormatDate(FromProto(before.sign_date()))))
        .With("certificate", certificate.name())
        .With("party", party);
  }
  return es::Rejected(kReturnDiffers)
      .Saying(fmt::format(
          "{} was brought back signed for the {} by {} in {} on {}, with the SHA-256 {}; this is "
          "by {} in {} on {}, with {}",
          certificate.name(), party, before.person(), before.place(),
          base::FormatDate(FromProto(before.sign_date())), before.evidence_sha256(), now.person(),
          now.place(), base::FormatDate(FromProto(now.sign_date())), now.evidence_sha256()))
      .With("certificate", certificate.name())
      .With("party", party)
      .With("sha256_before", before.evidence_sha256())
      .With("sha256", now.evidence_sha256());
}

std::optional<es::Rejection> CheckRequest(const v1::ReturnSignedCertificateRequest& command) {
  if (auto no = CheckParty(command.party())) return no;
  if (command.canonical_sha256().empty()) {
    return es::InvalidField("canonical_sha256", "must be given: the digest of what was signed");
  }
  if (auto no = CheckGlobalName("person", command.person(), "organisations/*/people/*")) return no;
  if (auto no = CheckDate("sign_date", command.sign_date())) return no;
  if (auto no = CheckText("place", command.place())) return no;
  if (command.image().empty() == command.electronic_signature().empty()) {
    return es::InvalidField("image", "either it or electronic_signature must be given");
  }
  if (command.electronic_signature().empty() != command.signing_key().empty()) {
    return es::InvalidField("signing_key", "is given with an electronic_signature, and only then");
  }
  return std::nullopt;
}

// A paper is signed after it was drawn up, and brought back after it was signed.
std::optional<es::Rejection> CheckSignDate(const v1::Certificate& certificate, absl::CivilDay day,
                                           const es::Context& context) {
  const absl::CivilDay first = FromProto(certificate.issue_date());
  const absl::CivilDay last = context.EffectiveDay();
  if (first <= day && day <= last) return std::nullopt;
  return es::InvalidField(
      "sign_date",
      fmt::format("is {}; the certificate was drawn up on {}, and was brought back on {}",
                  base::FormatDate(day), base::FormatDate(first), base::FormatDate(last)));
}

std::optional<es::Rejection> Invalid(const v1::Certificate& certificate, const v1::SigningKey& key,
                                     std::string_view why) {
  return es::Rejected(kSignatureInvalid)
      .Saying(fmt::format("electronic_signature, with the key {}: {}", key.id(), why))
      .With("certificate", certificate.name())
      .With("canonical_sha256", certificate.canonical_sha256())
      .With("signing_key", key.id());
}

std::optional<es::Rejection> CheckElectronic(const v1::Certificate& certificate,
                                             const v1::Mandate& mandate, absl::CivilDay day,
                                             const es::Context& context,
                                             v1::SignatureEvidence& evidence,
                                             std::string_view key_id) {
  const v1::SigningKey* key = FindKey(mandate, key_id);
  if (key == nullptr) {
    return es::InvalidField("signing_key", fmt::format("\"{}\" is none of the keys of {}: {}",
                                                       key_id, mandate.name(), KeyIds(mandate)));
  }
  if (auto no = CheckKeyCounts(mandate, *key, day)) return no;
  const auto content = documents::CanonicalContent(ToDocument(certificate));
  PRIHVAT_CHECK(content.ok(), "it was checked when the certificate was drawn up");
  if (!key->ed25519_public_key().empty()) {
    evidence.set_content_type("application/octet-stream");
    const absl::Status holds =
        documents::CheckEd25519(key->ed25519_public_key(), *content, evidence.content());
    if (!holds.ok()) return Invalid(certificate, *key, base::FromAbsl(holds.message()));
    return std::nullopt;
  }
  evidence.set_content_type("application/pkcs7-signature");
  const auto time = documents::CheckCms(key->x509_certificate(), *content, evidence.content());
  if (!time.ok()) return Invalid(certificate, *key, base::FromAbsl(time.status().message()));
  const absl::CivilDay stated = time->has_value() ? absl::ToCivilDay(**time, context.zone) : day;
  if (stated == day) return std::nullopt;
  return es::InvalidField(
      "sign_date", fmt::format("is {}; the electronic signature says {}", base::FormatDate(day),
                               base::FormatDate(stated)));
}

std::optional<es::Rejection> CheckImage(v1::SignatureEvidence& evidence) {
  const auto image = documents::CheckSignatureImage(evidence.content());
  if (!image.ok()) return es::InvalidField("image", base::FromAbsl(image.status().message()));
  evidence.set_content_type(image->type == documents::ImageType::kPng ? "image/png" : "image/jpeg");
  return std::nullopt;
}

// The certificate waits for that signature.
std::optional<es::Rejection> CheckOpen(const es::View& view, const v1::Certificate& certificate,
                                       const es::Context& context) {
  if (certificate.voided()) {
    return es::Rejected(kCertificateVoided)
        .Saying(fmt::format("{} counts no more", certificate.name()))
        .With("certificate", certificate.name());
  }
  const auto* of = view.Find<v1::HandoverCase>(certificate.handover_case());
  if (auto no = CheckNotBefore(of->name(), FromProto(of->state_time()), context)) return no;
  return certificate.corrects().empty() ? CheckNothingReturned(*of) : std::nullopt;
}

std::optional<es::Rejection> NeedsAnother(const v1::Certificate& certificate,
                                          const es::Context& context, std::string_view why) {
  return es::Rejected(kReturnNeedsAnother)
      .Saying(fmt::format("{} brings back {}, {}", context.principal, certificate.name(), why))
      .With("certificate", certificate.name())
      .With("caller", context.principal);
}

// It takes two people to have a certificate signed by both, as where both sign here (A5): an image
// is believed for who brings it, a key for who registered it. What an approved import tells is
// answered for by who approved it.
std::optional<es::Rejection> CheckBringer(const v1::Certificate& certificate,
                                          const v1::Mandate& mandate,
                                          const v1::ReturnSignedCertificateRequest& command,
                                          const es::Context& context) {
  if (!context.import_id.empty()) return std::nullopt;
  const std::string party = ToText(command.party());
  const bool for_giver = command.party() == v1::HANDOVER_PARTY_GIVER;
  const v1::CertificateParty& other = for_giver ? certificate.recipient() : certificate.giver();
  if (context.principal == other.person()) {
    return NeedsAnother(
        certificate, context,
        fmt::format("signed for the {} by {}, and is the signatory of the other side", party,
                    mandate.person()));
  }
  for (const v1::Signature& signature : certificate.signatures()) {
    const bool both_images =
        !command.image().empty() && signature.evidence_kind() == v1::SIGNATURE_EVIDENCE_KIND_IMAGE;
    if (!both_images || signature.entered_by() != context.principal) continue;
    return NeedsAnother(
        certificate, context,
        fmt::format("an image of the signature of {} for the {}, and brought back that of {} for "
                    "the {} too",
                    mandate.person(), party, signature.person(), ToText(signature.party())));
  }
  const v1::SigningKey* key = FindKey(mandate, command.signing_key());
  const bool of_others = key != nullptr && context.principal != mandate.person();
  if (!of_others || key->registered_by() != context.principal) return std::nullopt;
  return NeedsAnother(certificate, context,
                      fmt::format("signed for the {} by {} with the key {}, and registered it",
                                  party, mandate.person(), key->id()));
}

es::Decision DecideReturn(const es::View& view, const v1::ReturnSignedCertificateRequest& command,
                          es::Context& context) {
  const v1::Certificate* certificate = nullptr;
  if (auto no = Require(view, "name", command.name(), context, certificate)) return *std::move(no);
  if (auto no = CheckRequest(command)) return *std::move(no);
  if (auto no = CheckSeen(certificate->name(), certificate->canonical_sha256(),
                          command.canonical_sha256())) {
    return *std::move(no);
  }
  const Subject subject{certificate->name(), certificate->giver().mandate(),
                        certificate->recipient().mandate(), certificate->signatures()};
  const v1::Mandate* mandate = nullptr;
  if (auto no = FindSignatory(view, subject, command.party(), mandate)) return *std::move(no);
  v1::SignatureEvidenceFiled filed;
  v1::SignatureEvidence& evidence = *filed.mutable_evidence();
  evidence = EvidenceOf(command);
  v1::Signature signature = SignatureOf(command, *mandate, evidence, context);
  if (mandate->person() != command.person()) signature.set_person(command.person());
  if (const v1::Signature* before = FindSignature(subject, command.party())) {
    return ComeAgain(*certificate, *before, std::move(signature));
  }
  if (auto no = CheckOpen(view, *certificate, context)) return *std::move(no);
  if (mandate->person() != command.person()) {
    return es::Rejected(kNotTheSignatory)
        .Saying(fmt::format("{} is to sign for {}, and {} did", mandate->person(),
                            mandate->organisation(), command.person()))
        .With("signatory", mandate->person())
        .With("signed_by", command.person());
  }
  if (auto no = CheckBringer(*certificate, *mandate, command, context)) return *std::move(no);
  const absl::CivilDay day = FromProto(command.sign_date());
  if (auto no = CheckSignDate(*certificate, day, context)) return *std::move(no);
  if (auto no = CheckHolds(*mandate, day)) return *std::move(no);
  if (auto no = command.image().empty() ? CheckElectronic(*certificate, *mandate, day, context,
                                                          evidence, command.signing_key())
                                        : CheckImage(evidence)) {
    return *std::move(no);
  }
  filed.set_certificate(certificate->name());
  es::Decision decision = AcceptSignature(view, *certificate, signature);
  if (!decision.accepted()) return decision;
  decision.Add(std::move(filed));
  return std::move(decision).Naming(certificate->name());
}

void FoldFiled(es::Entities& entities, const v1::SignatureEvidenceFiled& event,
               const es::EventContext& context) {
  v1::SignatureEvidence evidence = event.evidence();
  Stamp(evidence, context);
  entities.Put(evidence.name(), evidence);
}

}  // namespace

void RegisterReturnedCertificates(es::Decider& decider) {
  OnKnown<v1::DrawUpCertificateRequest, &DecideDrawUp>(decider);
  OnKnown<v1::ReturnSignedCertificateRequest, &DecideReturn>(decider);
  decider.Fold<v1::SignatureEvidenceFiled>(&FoldFiled);
}

}  // namespace prihvat::handover
