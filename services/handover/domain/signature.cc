// Two different people sign, each under a mandate that holds on the day (INV-15). The first
// signature draws the certificate up; from then on its content stands.
#include "prihvat/handover/v1/events.pb.h"
#include "prihvat/handover/v1/service.pb.h"
#include "services/handover/domain/amounts.h"
#include "services/handover/domain/cases.h"
#include "services/handover/domain/certificates.h"
#include "services/handover/domain/mandates.h"
#include "services/handover/domain/reasons.h"
#include "services/handover/domain/registration.h"

namespace prihvat::handover {
namespace {

std::string ToText(v1::HandoverParty party) {
  return party == v1::HANDOVER_PARTY_GIVER ? "giver" : "recipient";
}

// The mandate that is named for the party.
std::optional<es::Rejection> FindMandate(const es::View& view, const v1::HandoverCase& of,
                                         v1::HandoverParty party, const v1::Mandate*& mandate) {
  const std::string& name =
      party == v1::HANDOVER_PARTY_GIVER ? of.giver_mandate() : of.recipient_mandate();
  if (name.empty()) {
    return es::Rejected(kSignatoryNotNamed)
        .Saying(fmt::format("{}: who signs for the {} is not said", of.name(), ToText(party)))
        .With("handover_case", of.name())
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

std::optional<es::Rejection> CheckSignature(const es::View& view, const v1::HandoverCase& of,
                                            v1::HandoverParty party, const es::Context& context,
                                            const v1::Mandate*& mandate) {
  for (const v1::Signature& signature : of.signatures()) {
    if (signature.party() != party) continue;
    return es::Rejected(kAlreadySigned)
        .Saying(
            fmt::format("{} signed {} for the {}", signature.person(), of.name(), ToText(party)))
        .With("handover_case", of.name())
        .With("party", ToText(party));
  }
  const v1::Mandate* other = nullptr;
  const v1::HandoverParty other_party =
      party == v1::HANDOVER_PARTY_GIVER ? v1::HANDOVER_PARTY_RECIPIENT : v1::HANDOVER_PARTY_GIVER;
  if (auto no = FindMandate(view, of, party, mandate)) return no;
  if (auto no = FindMandate(view, of, other_party, other)) return no;
  if (auto no = CheckCaller(*mandate, context)) return no;
  if (mandate->person() == other->person()) {
    return es::Rejected(kSameSignatory)
        .Saying(fmt::format("{} is to sign for both sides", mandate->person()))
        .With("person", mandate->person());
  }
  return CheckHolds(*mandate, context.EffectiveDay());
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

es::Decision DecideSign(const es::View& view, const v1::SignHandoverCaseRequest& command,
                        es::Context& context) {
  const v1::HandoverCase* of = nullptr;
  if (auto no =
          CheckCaseMove(view, command.name(), command.etag(),
                        {v1::HANDOVER_CASE_STATE_COUNTED, v1::HANDOVER_CASE_STATE_PARTLY_ACCEPTED,
                         v1::HANDOVER_CASE_STATE_SIGNED_BY_ONE},
                        "be signed", context, of)) {
    return *std::move(no);
  }
  if (command.party() != v1::HANDOVER_PARTY_GIVER &&
      command.party() != v1::HANDOVER_PARTY_RECIPIENT) {
    return es::InvalidField("party", "must be given");
  }
  const v1::Mandate* mandate = nullptr;
  if (auto no = CheckSignature(view, *of, command.party(), context, mandate)) {
    return *std::move(no);
  }

  es::Decision decision = es::Decision::Accept();
  v1::HandoverSigned event;
  if (of->certificate().empty()) {
    v1::CertificateIssued issued;
    const std::string number = context.NextNumber(view, "DC").ToString();
    if (auto no = DrawUp(view, *of, number, context, issued)) return *std::move(no);
    event.set_certificate(issued.certificate().name());
    event.set_canonical_sha256(issued.certificate().canonical_sha256());
    decision.Add(std::move(issued));
  } else {
    const auto* certificate = view.Find<v1::Certificate>(of->certificate());
    event.set_certificate(certificate->name());
    event.set_canonical_sha256(certificate->canonical_sha256());
  }
  if (!command.canonical_sha256().empty() &&
      command.canonical_sha256() != event.canonical_sha256()) {
    return es::Rejected(kCertificateDiffers)
        .Saying(fmt::format("{} has the digest {}, and the signatory has seen {}",
                            event.certificate(), event.canonical_sha256(),
                            command.canonical_sha256()))
        .With("certificate", event.certificate())
        .With("canonical_sha256", event.canonical_sha256());
  }
  event.set_handover_case(command.name());
  *event.mutable_signature() = SignatureUnder(*mandate, command.party(), context);
  decision.Add(std::move(event));
  return std::move(decision).Naming(command.name());
}

// What the certificate leaves of an item: refused pieces are free again, missing ones stay lost.
void SettleAsset(es::Entities& entities, const std::string& name, const es::EventContext& context) {
  entities.Edit<v1::Asset>(name, [&](v1::Asset& asset) {
    if (asset.state() == v1::ASSET_STATE_REFUSED) asset.set_state(v1::ASSET_STATE_IN_CUSTODY);
    if (asset.state() != v1::ASSET_STATE_DELIVERED) asset.clear_handover_case();
    Stamp(asset, context);
  });
}

void SettleLot(es::Entities& entities, const v1::HandoverItem& item,
               const v1::CertifiedItem& certified, const es::EventContext& context) {
  entities.Edit<v1::AssetLot>(item.asset_lot(), [&](v1::AssetLot& lot) {
    *lot.mutable_reserved() =
        ToProto(Difference(FromProto(lot.reserved()), FromProto(item.quantity())));
    *lot.mutable_missing() = ToProto(Sum(FromProto(lot.missing()), FromProto(item.missing())));
    *lot.mutable_uncertified_quantity() =
        ToProto(Difference(FromProto(lot.uncertified_quantity()), FromProto(item.accepted())));
    *lot.mutable_uncertified_value() =
        ToProto(Difference(FromProto(lot.uncertified_value()), FromProto(certified.value())));
    Stamp(lot, context);
  });
}

void FoldCertificateIssued(es::Entities& entities, const v1::CertificateIssued& event,
                           const es::EventContext& context) {
  v1::Certificate certificate = event.certificate();
  Stamp(certificate, context);
  entities.Put(certificate.name(), certificate);
  v1::HandoverCase of = *entities.Find<v1::HandoverCase>(certificate.handover_case());
  for (int i = 0; i < of.items_size(); ++i) {
    v1::HandoverItem& item = *of.mutable_items(i);
    *item.mutable_value() = event.items(i).value();
    *item.mutable_value_eur() = event.items(i).value_eur();
    if (!item.asset().empty()) {
      SettleAsset(entities, item.asset(), context);
    } else {
      SettleLot(entities, item, event.items(i), context);
    }
  }
  of.set_certificate(certificate.name());
  entities.Put(of.name(), of);
}

void FoldSigned(es::Entities& entities, const v1::HandoverSigned& event,
                const es::EventContext& context) {
  entities.Edit<v1::HandoverCase>(event.handover_case(), [&](v1::HandoverCase& edited) {
    *edited.add_signatures() = event.signature();
    SetState(edited,
             edited.signatures_size() == 1 ? v1::HANDOVER_CASE_STATE_SIGNED_BY_ONE
                                           : v1::HANDOVER_CASE_STATE_SIGNED_BY_BOTH,
             context);
  });
  entities.Edit<v1::Certificate>(event.certificate(), [&](v1::Certificate& certificate) {
    *certificate.add_signatures() = event.signature();
    Stamp(certificate, context);
  });
}

}  // namespace

void RegisterSignatures(es::Decider& decider) {
  OnKnown<v1::SignHandoverCaseRequest, &DecideSign>(decider);
  decider.Fold<v1::CertificateIssued>(&FoldCertificateIssued);
  decider.Fold<v1::HandoverSigned>(&FoldSigned);
}

}  // namespace prihvat::handover
