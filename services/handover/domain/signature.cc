// Two different people sign, each under a mandate that holds on the day (INV-15). The first
// signature draws the certificate up; from then on its content stands.
#include "prihvat/handover/v1/events.pb.h"
#include "prihvat/handover/v1/service.pb.h"
#include "services/handover/domain/cases.h"
#include "services/handover/domain/certificates.h"
#include "services/handover/domain/registration.h"
#include "services/handover/domain/signatures.h"
#include "services/handover/domain/values.h"

namespace prihvat::handover {
namespace {

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
  if (auto no = CheckNothingReturned(*of)) return *std::move(no);
  if (auto no = CheckParty(command.party())) return *std::move(no);
  const v1::Mandate* mandate = nullptr;
  const Subject subject{of->name(), of->giver_mandate(), of->recipient_mandate(), of->signatures()};
  if (auto no = CheckSignature(view, subject, command.party(), context, mandate)) {
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
  if (auto no =
          CheckSeen(event.certificate(), event.canonical_sha256(), command.canonical_sha256())) {
    return *std::move(no);
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
  // Nobody has signed it before it was drawn up; the signature of the same commit comes after this.
  SetState(of, of.state(), context);
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
