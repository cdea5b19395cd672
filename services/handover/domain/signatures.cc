#include "services/handover/domain/signatures.h"

#include "prihvat/handover/v1/events.pb.h"
#include "services/handover/domain/mandates.h"
#include "services/handover/domain/reasons.h"
#include "services/handover/domain/registration.h"
#include "services/handover/domain/signing_keys.h"

namespace prihvat::handover {
namespace {

// The mandate that is named for the party.
std::optional<es::Rejection> FindMandate(const es::View& view, const Subject& of,
                                         v1::HandoverParty party, const v1::Mandate*& mandate) {
  const std::string& name =
      party == v1::HANDOVER_PARTY_GIVER ? of.giver_mandate : of.recipient_mandate;
  if (name.empty()) {
    return es::Rejected(kSignatoryNotNamed)
        .Saying(fmt::format("{}: who signs for the {} is not said", of.name, ToText(party)))
        .With("handover_case", of.name)
        .With("party", ToText(party));
  }
  mandate = view.Find<v1::Mandate>(name);
  PRIHVAT_CHECK(mandate != nullptr, "mandates are checked when they are named");
  return std::nullopt;
}

// Only the named person signs, whoever else may call (CASES A5); what stands on paper may be
// entered by others, through an approved import.
std::optional<es::Rejection> CheckCaller(const v1::Mandate& mandate, const es::Context& context) {
  if (context.principal == mandate.person() || !context.import_id.empty()) return std::nullopt;
  return es::Rejected(kNotTheSignatory)
      .Saying(fmt::format("{} is to sign for {}, not {}", mandate.person(), mandate.organisation(),
                          context.principal))
      .With("signatory", mandate.person())
      .With("caller", context.principal);
}

}  // namespace

std::string ToText(v1::HandoverParty party) {
  return party == v1::HANDOVER_PARTY_GIVER ? "giver" : "recipient";
}

std::string SignatureEvidenceName(std::string_view certificate, v1::HandoverParty party) {
  return fmt::format("{}/signatures/{}", certificate, ToText(party));
}

std::optional<es::Rejection> CheckParty(v1::HandoverParty party) {
  if (party == v1::HANDOVER_PARTY_GIVER || party == v1::HANDOVER_PARTY_RECIPIENT) {
    return std::nullopt;
  }
  return es::InvalidField("party", "must be given");
}

const v1::Signature* FindSignature(const Subject& of, v1::HandoverParty party) {
  for (const v1::Signature& signature : of.signatures) {
    if (signature.party() == party) return &signature;
  }
  return nullptr;
}

std::optional<es::Rejection> FindSignatory(const es::View& view, const Subject& of,
                                           v1::HandoverParty party, const v1::Mandate*& mandate) {
  const v1::Mandate* other = nullptr;
  const v1::HandoverParty other_party =
      party == v1::HANDOVER_PARTY_GIVER ? v1::HANDOVER_PARTY_RECIPIENT : v1::HANDOVER_PARTY_GIVER;
  if (auto no = FindMandate(view, of, party, mandate)) return no;
  if (auto no = FindMandate(view, of, other_party, other)) return no;
  if (mandate->person() == other->person()) {
    return es::Rejected(kSameSignatory)
        .Saying(fmt::format("{} is to sign for both sides", mandate->person()))
        .With("person", mandate->person());
  }
  return std::nullopt;
}

std::optional<es::Rejection> CheckSignature(const es::View& view, const Subject& of,
                                            v1::HandoverParty party, const es::Context& context,
                                            const v1::Mandate*& mandate) {
  if (const v1::Signature* signature = FindSignature(of, party)) {
    return es::Rejected(kAlreadySigned)
        .Saying(fmt::format("{} signed {} for the {}", signature->person(), of.name, ToText(party)))
        .With("handover_case", of.name)
        .With("party", ToText(party));
  }
  if (auto no = FindSignatory(view, of, party, mandate)) return no;
  if (auto no = CheckCaller(*mandate, context)) return no;
  return CheckHolds(*mandate, context.EffectiveDay());
}

std::optional<es::Rejection> CheckStillHolds(const es::View& view, const v1::Signature& signature) {
  const auto* mandate = view.Find<v1::Mandate>(signature.mandate());
  const absl::CivilDay day = FromProto(signature.sign_date());
  if (auto no = CheckHolds(*mandate, day)) return no;
  if (signature.signing_key().empty()) return std::nullopt;
  const v1::SigningKey* key = FindKey(*mandate, signature.signing_key());
  PRIHVAT_CHECK(key != nullptr, "a key stays with its mandate");
  return CheckKeyCounts(*mandate, *key, day);
}

es::Decision AcceptSignature(const es::View& view, const v1::Certificate& certificate,
                             const v1::Signature& signature) {
  if (certificate.corrects().empty()) {
    v1::HandoverSigned event;
    event.set_handover_case(certificate.handover_case());
    event.set_certificate(certificate.name());
    event.set_canonical_sha256(certificate.canonical_sha256());
    *event.mutable_signature() = signature;
    return es::Accepted(std::move(event));
  }
  v1::CorrectiveCertificateSigned event;
  event.set_certificate(certificate.name());
  event.set_handover_case(certificate.handover_case());
  event.set_canonical_sha256(certificate.canonical_sha256());
  *event.mutable_signature() = signature;
  es::Decision decision = es::Accepted(std::move(event));
  if (certificate.signatures().empty()) return decision;
  if (auto no = CheckStillHolds(view, certificate.signatures(0))) return *std::move(no);
  v1::CertificateReplaced replaced;
  replaced.set_handover_case(certificate.handover_case());
  replaced.set_corrected_certificate(certificate.corrects());
  replaced.set_certificate(certificate.name());
  replaced.set_certificate_number(certificate.number());
  replaced.set_canonical_sha256(certificate.canonical_sha256());
  decision.Add(std::move(replaced));
  return decision;
}

v1::Signature SignatureUnder(const v1::Mandate& mandate, v1::HandoverParty party,
                             const es::Context& context) {
  v1::Signature signature;
  signature.set_party(party);
  signature.set_mandate(mandate.name());
  signature.set_person(mandate.person());
  signature.set_person_display_name(mandate.person_display_name());
  *signature.mutable_title() = mandate.title();
  *signature.mutable_sign_date() = ToProto(context.EffectiveDay());
  *signature.mutable_sign_time() = ToProto(context.effective_at);
  signature.set_on_paper(context.principal != mandate.person());
  return signature;
}

std::optional<es::Rejection> CheckSeen(std::string_view certificate, std::string_view digest,
                                       std::string_view seen) {
  if (seen.empty() || seen == digest) return std::nullopt;
  return es::Rejected(kCertificateDiffers)
      .Saying(fmt::format("{} has the digest {}, and the signatory has seen {}", certificate,
                          digest, seen))
      .With("certificate", certificate)
      .With("canonical_sha256", digest);
}

std::optional<es::Rejection> CheckSignatory(const es::View& view, std::string_view field,
                                            const std::string& name, std::string_view organisation,
                                            const es::Context& context) {
  if (name.empty()) return std::nullopt;
  const v1::Mandate* mandate = nullptr;
  if (auto no = Require(view, field, name, context, mandate)) return no;
  if (mandate->organisation() == organisation) return std::nullopt;
  return es::Rejected(kMandateOfAnother)
      .Saying(fmt::format("{} is for {}, and the party is {}", name, mandate->organisation(),
                          organisation))
      .With("mandate", name)
      .With("organisation", mandate->organisation())
      .With("party", organisation);
}

}  // namespace prihvat::handover
