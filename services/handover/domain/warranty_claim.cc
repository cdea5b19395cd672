// Claims of the supplier: Opened -> Accepted -> Settled, and the ways out. Nothing is claimed after
// the last day of the warranty; it is the day on which the defect showed that counts.
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "fmt/format.h"
#include "libs/base/civil.h"
#include "libs/base/months.h"
#include "prihvat/handover/v1/service.pb.h"
#include "prihvat/handover/v1/warranty.pb.h"
#include "services/handover/domain/evidence.h"
#include "services/handover/domain/holdings.h"
#include "services/handover/domain/reasons.h"
#include "services/handover/domain/registration.h"
#include "services/handover/domain/values.h"
#include "services/handover/domain/warranty.h"

namespace prihvat::handover {

template <>
constexpr std::string_view PatternOf<v1::WarrantyClaim>() {
  return "warrantyClaims/*";
}

namespace {

constexpr int kMostMonths = 1'200;

using State = v1::WarrantyClaimState;

const std::vector<std::pair<State, State>>& Moves() {
  static const auto& moves = *new std::vector<std::pair<State, State>>{
      {v1::WARRANTY_CLAIM_STATE_OPENED, v1::WARRANTY_CLAIM_STATE_ACCEPTED},
      {v1::WARRANTY_CLAIM_STATE_OPENED, v1::WARRANTY_CLAIM_STATE_REJECTED},
      {v1::WARRANTY_CLAIM_STATE_OPENED, v1::WARRANTY_CLAIM_STATE_WITHDRAWN},
      {v1::WARRANTY_CLAIM_STATE_ACCEPTED, v1::WARRANTY_CLAIM_STATE_SETTLED},
      {v1::WARRANTY_CLAIM_STATE_ACCEPTED, v1::WARRANTY_CLAIM_STATE_WITHDRAWN},
      {v1::WARRANTY_CLAIM_STATE_REJECTED, v1::WARRANTY_CLAIM_STATE_OPENED},
  };
  return moves;
}

std::string ToText(State state) {
  return ShortName(v1::WarrantyClaimState_Name(state), "WARRANTY_CLAIM_STATE_");
}

std::string OpenMoves(State from) {
  std::string open;
  for (const auto& [before, after] : Moves()) {
    if (before == from) open += fmt::format("{}{}", open.empty() ? "" : ", ", ToText(after));
  }
  return open.empty() ? "none" : open;
}

// What a claim takes over of its item.
struct Claimed {
  const v1::Provenance* from = nullptr;
  std::optional<absl::CivilDay> warranty_end;
  base::Decimal quantity;
};

std::optional<es::Rejection> TakeAsset(const es::View& view, const v1::WarrantyClaim& wanted,
                                       const base::Decimal& quantity, const es::Context& context,
                                       Claimed& claimed) {
  const v1::Asset* asset = nullptr;
  if (auto no = Require(view, "warranty_claim.item", wanted.item(), context, asset)) return no;
  if (!IsLive(asset->state())) {
    return es::WrongState(asset->name(),
                          ShortName(v1::AssetState_Name(asset->state()), "ASSET_STATE_"),
                          "be claimed for", "none");
  }
  if (wanted.has_quantity() && quantity != base::Decimal::FromInt(1)) {
    return es::InvalidField("warranty_claim.quantity",
                            fmt::format("is {}; an asset is one", quantity.ToString()));
  }
  claimed.from = &asset->provenance();
  claimed.quantity = base::Decimal::FromInt(1);
  if (asset->has_warranty_end_date()) claimed.warranty_end = FromProto(asset->warranty_end_date());
  return std::nullopt;
}

std::optional<es::Rejection> TakeLot(const es::View& view, const v1::WarrantyClaim& wanted,
                                     const base::Decimal& quantity, const es::Context& context,
                                     Claimed& claimed) {
  const v1::AssetLot* lot = nullptr;
  if (auto no = Require(view, "warranty_claim.item", wanted.item(), context, lot)) return no;
  const base::Decimal kept = Difference(FromProto(lot->quantity()), FromProto(lot->returned()));
  if (quantity <= base::Decimal() || quantity > kept) {
    return es::InvalidField("warranty_claim.quantity",
                            fmt::format("is {}; should be above 0 and at most the {} {} that there "
                                        "are",
                                        quantity.ToString(), kept.ToString(), lot->unit()));
  }
  claimed.from = &lot->provenance();
  claimed.quantity = quantity;
  if (lot->has_warranty_end_date()) claimed.warranty_end = FromProto(lot->warranty_end_date());
  return std::nullopt;
}

std::optional<es::Rejection> CheckCovered(const v1::WarrantyClaim& wanted, const Claimed& claimed,
                                          absl::CivilDay defect) {
  if (claimed.warranty_end && defect <= *claimed.warranty_end) return std::nullopt;
  const std::string end =
      claimed.warranty_end ? base::FormatDate(*claimed.warranty_end) : std::string("never");
  return es::Rejected(kNotUnderWarranty)
      .Saying(claimed.warranty_end
                  ? fmt::format("the defect of {} showed on {}, after the warranty's last day, {}",
                                wanted.item(), base::FormatDate(defect), end)
                  : fmt::format("{} came without a warranty", wanted.item()))
      .With("item", wanted.item())
      .With("defect_date", base::FormatDate(defect))
      .With("warranty_end_date", end);
}

es::Decision DecideOpen(const es::View& view, const v1::OpenWarrantyClaimRequest& command,
                        es::Context& context) {
  if (command.parent() != context.operation) {
    return es::InvalidField("parent", fmt::format("should be {}", context.operation));
  }
  const v1::WarrantyClaim& wanted = command.warranty_claim();
  base::Decimal quantity;
  if (auto no = ReadDecimal("warranty_claim.quantity", wanted.quantity(), quantity)) {
    return *std::move(no);
  }
  const bool is_lot =
      !CheckReference("warranty_claim.item", wanted.item(), PatternOf<v1::AssetLot>(), context);
  Claimed claimed;
  auto* const take = is_lot ? &TakeLot : &TakeAsset;
  if (auto no = take(view, wanted, quantity, context, claimed)) return *std::move(no);
  if (auto no = CheckText("warranty_claim.defect", wanted.defect())) return *std::move(no);
  if (wanted.has_evidence()) {
    if (auto no = CheckEvidence("warranty_claim.evidence", wanted.evidence())) {
      return *std::move(no);
    }
  }
  const absl::CivilDay defect = context.EffectiveDay();
  if (auto no = CheckCovered(wanted, claimed, defect)) return *std::move(no);

  v1::WarrantyClaimOpened event;
  v1::WarrantyClaim& claim = *event.mutable_warranty_claim();
  claim.set_number(context.NextNumber(view, "WC").ToString());
  claim.set_name(fmt::format("{}/warrantyClaims/{}", context.operation, claim.number()));
  claim.set_item(wanted.item());
  *claim.mutable_quantity() = ToProto(claimed.quantity);
  claim.set_defect(wanted.defect());
  claim.set_supplier(claimed.from->supplier());
  *claim.mutable_warranty_end_date() = ToProto(*claimed.warranty_end);
  *claim.mutable_defect_date() = ToProto(defect);
  if (wanted.has_evidence()) *claim.mutable_evidence() = wanted.evidence();
  const std::string name = claim.name();
  return es::Accepted(std::move(event)).Naming(name);
}

es::Decision DecideMove(const es::View& view, const v1::MoveWarrantyClaimRequest& command,
                        es::Context& context) {
  const v1::WarrantyClaim* claim = nullptr;
  if (auto no = Require(view, "name", command.name(), context, claim)) return *std::move(no);
  if (auto no = CheckEtag(command.name(), command.etag(), *claim)) return *std::move(no);
  if (command.state() == v1::WARRANTY_CLAIM_STATE_UNSPECIFIED ||
      !v1::WarrantyClaimState_IsValid(command.state())) {
    return es::InvalidField("state", "must be given");
  }
  if (!v1::WarrantyResolution_IsValid(command.resolution())) {
    return es::InvalidField("resolution", "is none that there is");
  }
  const std::pair<State, State> wish = {claim->state(), command.state()};
  if (std::find(Moves().begin(), Moves().end(), wish) == Moves().end()) {
    return es::WrongState(command.name(), ToText(claim->state()),
                          "become " + ToText(command.state()), OpenMoves(claim->state()));
  }
  const bool settles = command.state() == v1::WARRANTY_CLAIM_STATE_SETTLED;
  if (settles != (command.resolution() != v1::WARRANTY_RESOLUTION_UNSPECIFIED)) {
    return es::InvalidField(
        "resolution", settles ? "must be given with SETTLED" : "should be given with SETTLED only");
  }
  if (auto no = CheckText("note", command.note())) return *std::move(no);
  if (auto no = CheckNotBefore(command.name(), FromProto(claim->state_time()), context)) {
    return *std::move(no);
  }
  v1::WarrantyClaimMoved event;
  event.set_warranty_claim(command.name());
  event.set_item(claim->item());
  event.set_previous_state(claim->state());
  event.set_state(command.state());
  event.set_resolution(command.resolution());
  event.set_note(command.note());
  return es::Accepted(std::move(event)).Naming(command.name());
}

void FoldOpened(es::Entities& entities, const v1::WarrantyClaimOpened& event,
                const es::EventContext& context) {
  v1::WarrantyClaim claim = event.warranty_claim();
  claim.set_state(v1::WARRANTY_CLAIM_STATE_OPENED);
  *claim.mutable_state_time() = ToProto(context.effective_at);
  Stamp(claim, context);
  entities.Put(claim.name(), claim);
}

void FoldMoved(es::Entities& entities, const v1::WarrantyClaimMoved& event,
               const es::EventContext& context) {
  entities.Edit<v1::WarrantyClaim>(event.warranty_claim(), [&](v1::WarrantyClaim& claim) {
    claim.set_state(event.state());
    claim.set_resolution(event.resolution());
    claim.set_state_note(event.note());
    *claim.mutable_state_time() = ToProto(context.effective_at);
    Stamp(claim, context);
  });
}

}  // namespace

std::optional<absl::CivilDay> WarrantyEndOf(const v1::RegisterReceivedGoodsRequest& command,
                                            const es::Context& context) {
  if (command.warranty_months() <= 0) return std::nullopt;
  return base::AddMonths(context.EffectiveDay(), std::min(command.warranty_months(), kMostMonths));
}

void RegisterWarrantyClaims(es::Decider& decider) {
  OnKnown<v1::OpenWarrantyClaimRequest, &DecideOpen>(decider);
  OnKnown<v1::MoveWarrantyClaimRequest, &DecideMove>(decider);
  decider.Fold<v1::WarrantyClaimOpened>(&FoldOpened);
  decider.Fold<v1::WarrantyClaimMoved>(&FoldMoved);
}

}  // namespace prihvat::handover
