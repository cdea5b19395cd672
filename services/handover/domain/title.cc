// The title passes; proofs of transfer are filed; the case is closed. After that nothing is edited
// (INV-18): no move leads out of these states but forward.
#include <algorithm>

#include "fmt/format.h"
#include "prihvat/handover/v1/events.pb.h"
#include "prihvat/handover/v1/service.pb.h"
#include "services/handover/domain/cases.h"
#include "services/handover/domain/holdings.h"
#include "services/handover/domain/policy.h"
#include "services/handover/domain/reasons.h"
#include "services/handover/domain/registration.h"
#include "services/handover/domain/signatures.h"
#include "services/handover/domain/values.h"

namespace prihvat::handover {
namespace {

// Something that is handed over needs its proof of transfer filed.
bool NeedsProof(const v1::HandoverCase& of) {
  return std::any_of(of.items().begin(), of.items().end(), [](const v1::HandoverItem& item) {
    return item.needs_proof() && !FromProto(item.accepted()).IsZero();
  });
}

// Both mandates and keys still hold for the days of signing: one may have been revoked since, from
// an earlier day on. The signatures are of different people (INV-15).
std::optional<es::Rejection> CheckSignatures(const es::View& view, const v1::HandoverCase& of) {
  for (const v1::Signature& signature : of.signatures()) {
    if (auto no = CheckStillHolds(view, signature)) return no;
  }
  if (of.signatures(0).person() == of.signatures(1).person()) {
    return es::Rejected(kSameSignatory)
        .Saying(fmt::format("{} signed {} for both sides", of.signatures(0).person(), of.name()))
        .With("person", of.signatures(0).person());
  }
  return std::nullopt;
}

v1::HandedOverItem HandedOver(const es::View& view, const v1::HandoverCase& of,
                              const v1::HandoverItem& item, const base::Money& eur) {
  v1::HandedOverItem out;
  out.set_asset(item.asset());
  out.set_asset_lot(item.asset_lot());
  *out.mutable_quantity() = item.accepted();
  *out.mutable_value() = item.value();
  *out.mutable_value_eur() = ToProto(eur);
  out.set_centre(of.centre());
  out.set_needs_proof(item.needs_proof());
  if (!item.asset().empty()) {
    const auto* asset = view.Find<v1::Asset>(item.asset());
    out.set_unit("pcs");
    *out.mutable_description() = asset->description();
    out.set_serial(asset->serial());
    out.set_vin(asset->vin());
    *out.mutable_provenance() = asset->provenance();
  } else {
    const auto* lot = view.Find<v1::AssetLot>(item.asset_lot());
    out.set_unit(lot->unit());
    *out.mutable_description() = lot->description();
    *out.mutable_provenance() = lot->provenance();
  }
  return out;
}

es::Decision DecideMakeEffective(const es::View& view,
                                 const v1::MakeHandoverEffectiveRequest& command,
                                 es::Context& context) {
  const v1::HandoverCase* of = nullptr;
  if (auto no =
          CheckCaseMove(view, command.name(), command.etag(),
                        {v1::HANDOVER_CASE_STATE_SIGNED_BY_BOTH}, "take effect", context, of)) {
    return *std::move(no);
  }
  if (auto no = CheckSignatures(view, *of)) return *std::move(no);
  if (auto no = CheckNothingReturned(*of)) return *std::move(no);

  const auto* certificate = view.Find<v1::Certificate>(of->certificate());
  v1::HandoverBecameEffective event;
  event.set_handover_case(of->name());
  event.set_certificate(certificate->name());
  event.set_certificate_number(certificate->number());
  event.set_canonical_sha256(certificate->canonical_sha256());
  event.set_recipient(of->recipient());
  event.set_recipient_display_name(certificate->recipient().organisation_display_name());
  event.set_giver(of->giver());
  event.set_donor(of->donor());
  *event.mutable_donors() = certificate->donors();
  event.set_centre(of->centre());
  *event.mutable_handover_date() = certificate->handover_date();
  *event.mutable_title_time() = ToProto(context.effective_at);
  *event.mutable_total_km() = certificate->total_km();
  *event.mutable_total_eur() = certificate->total_eur();
  const int proof_days = PolicyOn(view, context).proof_days;
  if (proof_days > 0 && NeedsProof(*of)) {
    *event.mutable_proof_due_date() = ToProto(context.EffectiveDay() + proof_days);
  }
  for (const v1::HandoverItem& item : of->items()) {
    if (FromProto(item.accepted()).IsZero()) continue;
    *event.add_items() = HandedOver(view, *of, item, FromProto(item.value_eur()));
  }
  return es::Accepted(std::move(event)).Naming(command.name());
}

es::Decision DecideFileProof(const es::View& view, const v1::FileProofRequest& command,
                             es::Context& context) {
  const v1::HandoverCase* of = nullptr;
  if (auto no =
          CheckCaseMove(view, command.name(), command.etag(),
                        {v1::HANDOVER_CASE_STATE_EFFECTIVE, v1::HANDOVER_CASE_STATE_PROOF_FILED,
                         v1::HANDOVER_CASE_STATE_CORRECTED},
                        "have a proof filed", context, of)) {
    return *std::move(no);
  }
  if (auto no = CheckText("proof.reference", command.proof().reference())) return *std::move(no);
  const std::string& digest = command.proof().sha256();
  const bool well_formed =
      digest.empty() ||
      (digest.size() == 64 && digest.find_first_not_of("0123456789abcdef") == std::string::npos);
  if (!well_formed) {
    return es::InvalidField("proof.sha256", "should be 64 small hexadecimal digits, or empty");
  }
  v1::ProofAttached event;
  event.set_handover_case(command.name());
  event.mutable_proof()->set_reference(command.proof().reference());
  event.mutable_proof()->set_sha256(digest);
  *event.mutable_proof()->mutable_file_time() = ToProto(context.effective_at);
  return es::Accepted(std::move(event)).Naming(command.name());
}

es::Decision DecideClose(const es::View& view, const v1::CloseHandoverCaseRequest& command,
                         es::Context& context) {
  const v1::HandoverCase* of = nullptr;
  if (auto no =
          CheckCaseMove(view, command.name(), command.etag(),
                        {v1::HANDOVER_CASE_STATE_EFFECTIVE, v1::HANDOVER_CASE_STATE_PROOF_FILED},
                        "be closed", context, of)) {
    return *std::move(no);
  }
  if (LacksProof(*of)) {  // INV-17
    for (const v1::HandoverItem& item : of->items()) {
      if (!item.needs_proof() || FromProto(item.accepted()).IsZero()) continue;
      const std::string name = item.asset() + item.asset_lot();
      return es::Rejected(kProofMissing)
          .Saying(fmt::format("{} costs more than the threshold, and no proof of its transfer is "
                              "filed",
                              name))
          .With("item", name)
          .With("value", FromProto(item.value()).Format());
    }
  }
  v1::HandoverCaseClosed event;
  event.set_handover_case(command.name());
  return es::Accepted(std::move(event)).Naming(command.name());
}

void PassAsset(es::Entities& entities, const v1::HandoverBecameEffective& event,
               const std::string& name, const es::EventContext& context) {
  entities.Edit<v1::Asset>(name, [&](v1::Asset& asset) {
    SetTitleHolder(asset, event.recipient(), context.effective_at, event.handover_case());
    asset.set_recipient(event.recipient());
    asset.set_certificate(event.certificate());
    asset.set_state(v1::ASSET_STATE_TITLE_PASSED);
    if (!event.centre().empty()) {
      asset.set_state(v1::ASSET_STATE_IN_USE);  // TitlePassed -> InUse
      asset.set_centre(event.centre());
    }
    Stamp(asset, context);
  });
}

void PassLot(es::Entities& entities, const v1::HandoverBecameEffective& event,
             const v1::HandedOverItem& item, const es::EventContext& context) {
  entities.Edit<v1::AssetLot>(item.asset_lot(), [&](v1::AssetLot& lot) {
    MoveLot(lot, FromProto(item.quantity()), {lot.provenance().agency(), event.recipient()},
            {event.recipient(), event.recipient()}, context.effective_at, event.handover_case());
    Stamp(lot, context);
  });
}

void FoldBecameEffective(es::Entities& entities, const v1::HandoverBecameEffective& event,
                         const es::EventContext& context) {
  for (const v1::HandedOverItem& item : event.items()) {
    if (!item.asset().empty()) {
      PassAsset(entities, event, item.asset(), context);
    } else {
      PassLot(entities, event, item, context);
    }
  }
  entities.Edit<v1::HandoverCase>(event.handover_case(), [&](v1::HandoverCase& edited) {
    *edited.mutable_title_time() = event.title_time();
    if (event.has_proof_due_date()) *edited.mutable_proof_due_date() = event.proof_due_date();
    SetState(edited, v1::HANDOVER_CASE_STATE_EFFECTIVE, context);
  });
  entities.Edit<v1::Certificate>(event.certificate(), [&](v1::Certificate& certificate) {
    *certificate.mutable_title_time() = event.title_time();
    Stamp(certificate, context);
  });
}

void FoldProofAttached(es::Entities& entities, const v1::ProofAttached& event,
                       const es::EventContext& context) {
  entities.Edit<v1::HandoverCase>(event.handover_case(), [&](v1::HandoverCase& edited) {
    *edited.add_proofs() = event.proof();
    // A correction does not take the duty to file the proof away, nor is it undone by that.
    const bool corrected = edited.state() == v1::HANDOVER_CASE_STATE_CORRECTED;
    SetState(edited, corrected ? edited.state() : v1::HANDOVER_CASE_STATE_PROOF_FILED, context);
  });
}

void FoldClosed(es::Entities& entities, const v1::HandoverCaseClosed& event,
                const es::EventContext& context) {
  entities.Edit<v1::HandoverCase>(event.handover_case(), [&](v1::HandoverCase& edited) {
    SetState(edited, v1::HANDOVER_CASE_STATE_CLOSED, context);
  });
}

}  // namespace

bool LacksProof(const v1::HandoverCase& of) {
  return of.has_title_time() && of.proofs().empty() && NeedsProof(of);
}

bool IsProofDueBefore(const v1::HandoverCase& of, absl::CivilDay day) {
  return of.has_proof_due_date() && LacksProof(of) && FromProto(of.proof_due_date()) < day;
}

void RegisterTitles(es::Decider& decider) {
  OnKnown<v1::MakeHandoverEffectiveRequest, &DecideMakeEffective>(decider);
  OnKnown<v1::FileProofRequest, &DecideFileProof>(decider);
  OnKnown<v1::CloseHandoverCaseRequest, &DecideClose>(decider);
  decider.Fold<v1::HandoverBecameEffective>(&FoldBecameEffective);
  decider.Fold<v1::ProofAttached>(&FoldProofAttached);
  decider.Fold<v1::HandoverCaseClosed>(&FoldClosed);
}

}  // namespace prihvat::handover
