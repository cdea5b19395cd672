// What went back to the supplier leaves the books wherever the agency had it: on hand, promised to
// a case, counted, certified, handed over. That it went back is a fact; where it contradicts what
// was told before, a conflict names both sides. The numbers of what is gone are free again.
#include <algorithm>
#include <map>
#include <vector>

#include "libs/base/string_view.h"
#include "libs/base/vin.h"
#include "prihvat/handover/v1/events.pb.h"
#include "prihvat/handover/v1/service.pb.h"
#include "services/handover/domain/cases.h"
#include "services/handover/domain/certificates.h"
#include "services/handover/domain/conflicts.h"
#include "services/handover/domain/holdings.h"
#include "services/handover/domain/names.h"
#include "services/handover/domain/reasons.h"
#include "services/handover/domain/registration.h"
#include "services/handover/domain/values.h"

namespace prihvat::handover {
namespace {

// The live asset of that line with the piece's number; nullptr for none.
const v1::Asset* FindClaimed(const es::View& view, const v1::RecordReturnedGoodsRequest& command,
                             const std::string& claim_name) {
  const auto* claim = view.Find<v1::SerialClaim>(claim_name);
  const auto* asset = claim == nullptr ? nullptr : view.Find<v1::Asset>(claim->asset());
  const bool of_line = asset != nullptr && asset->provenance().receipt() == command.receipt() &&
                       asset->provenance().line_number() == command.line_number();
  return of_line ? asset : nullptr;
}

// The asset of that line with the piece's numbers, live or not; nullptr for none.
const v1::Asset* FindPiece(const es::View& view, const v1::RecordReturnedGoodsRequest& command,
                           const v1::ReceivedSerial& piece) {
  const std::string_view operation = OperationOf(command.receipt());
  const std::string vin = base::NormalizedVin(piece.vin());
  const std::string claim_name =
      piece.serial().empty() ? VinClaimName(operation, vin)
                             : SerialClaimName(operation, piece.manufacturer(), piece.serial());
  if (const v1::Asset* asset = FindClaimed(view, command, claim_name)) return asset;
  // One that went back before holds no number any more.
  for (int number = 1;; ++number) {
    const auto* asset =
        view.Find<v1::Asset>(AssetName(command.receipt(), command.line_number(), number));
    if (asset == nullptr) return nullptr;
    if (asset->serial() == piece.serial() && asset->vin() == vin) return asset;
  }
}

bool TookEffect(const v1::HandoverCase& of) { return of.has_title_time(); }

// What the piece's return contradicts, if anything. `of` is the case that the asset names; nullptr
// for none.
std::optional<ConflictFound> FindConflict(const v1::Asset& asset, const v1::HandoverCase* of,
                                          const es::Context& context) {
  ConflictFound found{.item = asset.name(), .other = asset.name()};
  const std::string state = ShortName(v1::AssetState_Name(asset.state()), "ASSET_STATE_");
  const std::string when = Say(context.effective_at, context.zone);
  if (of != nullptr) {
    found.other = of->certificate().empty() ? of->name() : of->certificate();
    found.kind = TookEffect(*of)             ? v1::CONFLICT_KIND_RETURNED_AFTER_HANDOVER
                 : of->certificate().empty() ? v1::CONFLICT_KIND_RETURNED_WHILE_PROMISED
                                             : v1::CONFLICT_KIND_RETURNED_AFTER_CERTIFICATION;
    found.description = fmt::format(
        "{} went back to the supplier at {}, and was {} for {}, which is "
        "{}",
        asset.name(), when, state, of->name(), ToText(of->state()));
    return found;
  }
  const bool gone = asset.state() == v1::ASSET_STATE_LOST ||
                    asset.state() == v1::ASSET_STATE_STOLEN || !IsLive(asset.state());
  if (!gone) return std::nullopt;
  found.kind = v1::CONFLICT_KIND_RETURNED_THOUGH_GONE;
  found.description =
      fmt::format("{} went back to the supplier at {}, and was {}", asset.name(), when, state);
  return found;
}

es::Decision DecidePiecesReturned(const es::View& view,
                                  const v1::RecordReturnedGoodsRequest& command,
                                  const base::Decimal& returned, const es::Context& context) {
  if (auto no = CheckPieceCount(returned, command.serials_size())) return *std::move(no);
  es::Decision decision = es::Decision::Accept();
  for (const v1::ReceivedSerial& piece : command.serials()) {
    const v1::Asset* asset = FindPiece(view, command, piece);
    if (asset == nullptr) {
      return es::NotFound(
          fmt::format("asset with the serial \"{}\" and the VIN \"{}\" of line {} "
                      "of {}",
                      piece.serial(), piece.vin(), command.line_number(), command.receipt()));
    }
    if (asset->state() == v1::ASSET_STATE_RETURNED_TO_SUPPLIER) continue;  // told before
    const auto* of = view.Find<v1::HandoverCase>(asset->handover_case());
    v1::AssetReturnedToSupplier event;
    event.set_asset(asset->name());
    event.set_reason(command.reason());
    event.set_previous_state(asset->state());
    event.set_handover_case(asset->handover_case());
    decision.Add(std::move(event));
    if (const auto found = FindConflict(*asset, of, context)) {
      decision.Add(Detected(*found, context));
    }
  }
  return decision;
}

// Which item of the case the asset or lot is; -1 for none.
int IndexOf(const v1::HandoverCase& of, std::string_view name) {
  for (int i = 0; i < of.items_size(); ++i) {
    if (of.items(i).asset() == name || of.items(i).asset_lot() == name) return i;
  }
  return -1;
}

// Takes what is there, at most what is left to take; answers how much that was.
base::Decimal Take(base::Decimal& left, const base::Decimal& there) {
  const base::Decimal taken = std::clamp(there, base::Decimal(), left);
  left = Difference(left, taken);
  return taken;
}

// What of `left` the case had, if anything. What was refused or missing at its count is likelier to
// have gone back than what the recipient took.
absl::StatusOr<v1::ReturnedPart> PartOfCase(const v1::HandoverCase& of,
                                            const v1::HandoverItem& item, base::Decimal& left) {
  v1::ReturnedPart part;
  part.set_handover_case(of.name());
  base::Decimal accepted;
  base::Decimal refused;
  base::Decimal missing;
  base::Decimal quantity;
  if (!of.certificate().empty()) {
    const base::Decimal there = Difference(FromProto(item.accepted()), FromProto(item.returned()));
    quantity = accepted = Take(left, there);
    if (quantity.IsZero()) return part;
    base::Money value = FromProto(item.value());
    if (item.has_returned_value()) value = Difference(value, FromProto(item.returned_value()));
    const std::vector<base::Decimal> weights = {accepted, Difference(there, accepted)};
    const auto values = base::Allocate(value, weights);
    if (!values.ok()) return values.status();
    *part.mutable_certified_value() = ToProto(values->front());
  } else if (of.has_count_time()) {
    refused = Take(left, FromProto(item.refused()));
    missing = Take(left, FromProto(item.missing()));
    accepted = Take(left, FromProto(item.accepted()));
    quantity = Sum(Sum(refused, missing), accepted);
  } else {
    quantity = Take(left, FromProto(item.quantity()));
  }
  if (!quantity.IsZero()) *part.mutable_quantity() = ToProto(quantity);
  if (!accepted.IsZero()) *part.mutable_accepted() = ToProto(accepted);
  if (!refused.IsZero()) *part.mutable_refused() = ToProto(refused);
  if (!missing.IsZero()) *part.mutable_missing() = ToProto(missing);
  return part;
}

using Parts = google::protobuf::RepeatedPtrField<v1::ReturnedPart>;

// What of `left` the lot's cases had: those that `wanted` says, the latest first.
absl::Status TakeFromCases(const es::View& view, const v1::AssetLot& lot,
                           bool (*wanted)(const v1::HandoverCase&), base::Decimal& left,
                           Parts& parts) {
  for (auto name = lot.handover_cases().rbegin(); name != lot.handover_cases().rend(); ++name) {
    const auto* of = view.Find<v1::HandoverCase>(*name);
    const int item = of == nullptr ? -1 : IndexOf(*of, lot.name());
    if (item < 0 || !wanted(*of) || left.IsZero()) continue;
    auto part = PartOfCase(*of, of->items(item), left);
    if (!part.ok()) return part.status();
    if (part->has_quantity()) *parts.Add() = *std::move(part);
  }
  return absl::OkStatus();
}

// Where what went back had been: what is promised to nobody first, what was handed over last.
absl::Status TakeFromLot(const es::View& view, const v1::AssetLot& lot, base::Decimal& left,
                         Parts& parts) {
  const base::Decimal on_hand = Take(left, AvailableOf(lot));
  if (!on_hand.IsZero()) *parts.Add()->mutable_quantity() = ToProto(on_hand);
  absl::Status status = TakeFromCases(
      view, lot, [](const v1::HandoverCase& of) { return of.certificate().empty(); }, left, parts);
  if (!status.ok()) return status;
  const base::Decimal missing = Take(left, FromProto(lot.missing()));
  if (!missing.IsZero()) {
    v1::ReturnedPart& part = *parts.Add();
    *part.mutable_quantity() = *part.mutable_missing() = ToProto(missing);
  }
  status = TakeFromCases(
      view, lot,
      [](const v1::HandoverCase& of) { return !of.certificate().empty() && !TookEffect(of); }, left,
      parts);
  if (!status.ok()) return status;
  return TakeFromCases(view, lot, &TookEffect, left, parts);
}

// What the part's return contradicts, if anything. `all`: how much of the lot is gone with it.
std::optional<ConflictFound> FindConflict(const es::View& view, const v1::AssetLot& lot,
                                          const v1::ReturnedPart& part, const base::Decimal& all,
                                          const es::Context& context) {
  ConflictFound found{.item = lot.name(), .other = lot.name()};
  const std::string what =
      fmt::format("{} {} of {} went back to the supplier at {} ({} of it in all), and",
                  FromProto(part.quantity()).ToString(), lot.unit(), lot.name(),
                  Say(context.effective_at, context.zone), all.ToString());
  if (!part.handover_case().empty()) {
    const auto* of = view.Find<v1::HandoverCase>(part.handover_case());
    found.other = of->certificate().empty() ? of->name() : of->certificate();
    found.kind = TookEffect(*of)             ? v1::CONFLICT_KIND_RETURNED_AFTER_HANDOVER
                 : of->certificate().empty() ? v1::CONFLICT_KIND_RETURNED_WHILE_PROMISED
                                             : v1::CONFLICT_KIND_RETURNED_AFTER_CERTIFICATION;
    found.description =
        fmt::format("{} were listed in {}, which is {}", what, of->name(), ToText(of->state()));
    return found;
  }
  if (!part.has_missing()) return std::nullopt;
  found.kind = v1::CONFLICT_KIND_RETURNED_THOUGH_GONE;
  found.description = fmt::format("{} were missing", what);
  return found;
}

// What the parts that no certificate names had cost. Procurement reckons over all receipts of the
// order's line, so a minor unit may stand with the lot of another receipt. That things went back is
// a fact; their value is at most what is left here, and all of it where everything goes.
absl::StatusOr<base::Money> UncertifiedValue(const v1::AssetLot& lot, const Parts& parts,
                                             const base::Money& said) {
  base::Decimal uncertified;
  bool all_uncertified = true;
  for (const v1::ReturnedPart& part : parts) {
    if (part.has_certified_value()) {
      all_uncertified = false;
    } else {
      uncertified = Sum(uncertified, FromProto(part.quantity()));
    }
  }
  const base::Money left = FromProto(lot.uncertified_value());
  if (uncertified.IsZero()) return base::Money::Zero(left.currency());
  if (uncertified == FromProto(lot.uncertified_quantity())) return left;
  if (!all_uncertified) return PartOf(lot, uncertified);
  return said.minor() > left.minor() ? left : said;
}

es::Decision DecideRecordReturnedGoods(const es::View& view,
                                       const v1::RecordReturnedGoodsRequest& command,
                                       es::Context& context) {
  if (auto no = CheckReference("receipt", command.receipt(), "goodsReceipts/*", context)) {
    return *std::move(no);
  }
  base::Decimal returned;
  if (auto no = ReadDecimal("returned", command.returned(), returned)) return *std::move(no);
  if (returned <= base::Decimal()) return es::InvalidField("returned", "should be above 0");
  const auto* lot = view.Find<v1::AssetLot>(LotName(command.receipt(), command.line_number()));
  if (lot == nullptr) return DecidePiecesReturned(view, command, returned, context);

  base::Money value;
  if (auto no = ReadMoney("value", command.value(), value)) return *std::move(no);
  const base::Money worth = FromProto(lot->uncertified_value());
  if (value.currency() != worth.currency()) {
    return es::InvalidField("value", fmt::format("is {}; what is left of the lot is worth {}",
                                                 value.Format(), worth.Format()));
  }
  v1::AssetLotReturnedToSupplier event;
  event.set_asset_lot(lot->name());
  *event.mutable_quantity() = ToProto(returned);
  event.set_reason(command.reason());
  base::Decimal left = returned;
  if (const auto status = TakeFromLot(view, *lot, left, *event.mutable_parts()); !status.ok()) {
    return es::InvalidField("returned", base::FromAbsl(status.message()));
  }
  if (!left.IsZero()) {
    const base::Decimal there = Difference(returned, left);
    return es::Rejected(kLotExceeded)
        .Saying(fmt::format("{} {} of {} went back to the supplier, and {} are left of it",
                            returned.ToString(), lot->unit(), lot->name(), there.ToString()))
        .With("asset_lot", lot->name())
        .With("wanted", returned.ToString())
        .With("available", there.ToString());
  }
  const auto gone = UncertifiedValue(*lot, event.parts(), value);
  if (!gone.ok()) return es::InvalidField("returned", base::FromAbsl(gone.status().message()));
  *event.mutable_value() = ToProto(*gone);
  const base::Decimal all = Sum(FromProto(lot->returned()), returned);
  es::Decision decision = es::Accepted(event);
  for (const v1::ReturnedPart& part : event.parts()) {
    if (const auto found = FindConflict(view, *lot, part, all, context)) {
      decision.Add(Detected(*found, context));
    }
  }
  return decision;
}

// The agency sends back of what lies there, promised to nobody: a part that a case has is taken off
// that case first.
es::Decision DecideReturnLot(const es::View& view,
                             const v1::ReturnAssetLotToSupplierRequest& command,
                             es::Context& context) {
  const v1::AssetLot* lot = nullptr;
  if (auto no = Require(view, "name", command.name(), context, lot)) return *std::move(no);
  if (auto no = CheckEtag(command.name(), command.etag(), *lot)) return *std::move(no);
  base::Decimal quantity;
  if (auto no = ReadDecimal("quantity", command.quantity(), quantity)) return *std::move(no);
  if (quantity <= base::Decimal()) {
    return es::InvalidField("quantity",
                            fmt::format("is {}; it should be above 0", quantity.ToString()));
  }
  if (auto no = CheckText("reason", command.reason())) return *std::move(no);
  const absl::Time received = FromProto(lot->movements(0).move_time());
  if (auto no = CheckNotBefore(command.name(), received, context)) return *std::move(no);
  const base::Decimal available = AvailableOf(*lot);
  if (quantity > available) {
    return es::Rejected(kLotExceeded)
        .Saying(fmt::format("{} {} of {} would go back, and {} are promised to nobody",
                            quantity.ToString(), lot->unit(), lot->name(), available.ToString()))
        .With("asset_lot", lot->name())
        .With("wanted", quantity.ToString())
        .With("available", available.ToString());
  }
  const auto value = PartOf(*lot, quantity);
  if (!value.ok()) return es::InvalidField("quantity", base::FromAbsl(value.status().message()));
  v1::AssetLotReturnedToSupplier event;
  event.set_asset_lot(lot->name());
  *event.mutable_quantity() = ToProto(quantity);
  *event.mutable_value() = ToProto(*value);
  event.set_reason(command.reason());
  *event.add_parts()->mutable_quantity() = event.quantity();
  event.mutable_received_by()->set_receipt(lot->provenance().receipt());
  event.mutable_received_by()->set_line_number(lot->provenance().line_number());
  return es::Accepted(std::move(event)).Naming(lot->name());
}

void Subtract(common::v1::Decimal& from, const common::v1::Decimal& what) {
  from = ToProto(Difference(FromProto(from), FromProto(what)));
}

// The item of a case whose certificate is drawn up: it stays listed, and what went back is said.
void MarkReturned(v1::HandoverItem& item, const base::Decimal& quantity, const base::Money& value) {
  *item.mutable_returned() = ToProto(Sum(FromProto(item.returned()), quantity));
  *item.mutable_returned_value() =
      ToProto(item.has_returned_value() ? Sum(FromProto(item.returned_value()), value) : value);
}

void FoldAssetReturned(es::Entities& entities, const v1::AssetReturnedToSupplier& event,
                       const es::EventContext& context) {
  v1::Asset asset = *entities.Find<v1::Asset>(event.asset());
  const auto* found = entities.Find<v1::HandoverCase>(event.handover_case());
  const bool handed_over = found != nullptr && TookEffect(*found);
  asset.set_state(v1::ASSET_STATE_RETURNED_TO_SUPPLIER);
  asset.clear_previous_state();
  if (!handed_over) asset.clear_handover_case();
  Stamp(asset, context);
  entities.Put(event.asset(), asset);
  FreeNumbers(entities, asset);
  if (found == nullptr) return;
  entities.Edit<v1::HandoverCase>(event.handover_case(), [&](v1::HandoverCase& of) {
    const int index = IndexOf(of, event.asset());
    if (index < 0) return;
    v1::HandoverItem& item = *of.mutable_items(index);
    if (of.certificate().empty()) {
      of.mutable_items()->DeleteSubrange(index, 1);
    } else if (!FromProto(item.accepted()).IsZero()) {
      MarkReturned(item, base::Decimal::FromInt(1), FromProto(item.value()));
    }
    Stamp(of, context);
  });
}

// The part leaves its case.
void TakeFromCase(es::Entities& entities, const v1::ReturnedPart& part, std::string_view lot,
                  const es::EventContext& context) {
  entities.Edit<v1::HandoverCase>(part.handover_case(), [&](v1::HandoverCase& of) {
    const int index = IndexOf(of, lot);
    v1::HandoverItem& item = *of.mutable_items(index);
    if (part.has_certified_value()) {
      MarkReturned(item, FromProto(part.quantity()), FromProto(part.certified_value()));
    } else {
      Subtract(*item.mutable_quantity(), part.quantity());
      if (of.has_count_time()) {
        Subtract(*item.mutable_accepted(), part.accepted());
        Subtract(*item.mutable_refused(), part.refused());
        Subtract(*item.mutable_missing(), part.missing());
      }
      if (FromProto(item.quantity()).IsZero()) of.mutable_items()->DeleteSubrange(index, 1);
    }
    Stamp(of, context);
  });
}

// Who had the part: the recipient's are what a count accepted, and since the title passed in their
// own right.
LotHolder HolderOf(const v1::AssetLot& lot, const v1::HandoverCase* of) {
  const std::string_view agency = lot.provenance().agency();
  if (of == nullptr) return {agency, agency};
  if (TookEffect(*of)) return {of->recipient(), of->recipient()};
  return {agency, of->recipient()};
}

void FoldLotReturned(es::Entities& entities, const v1::AssetLotReturnedToSupplier& event,
                     const es::EventContext& context) {
  v1::AssetLot lot = *entities.Find<v1::AssetLot>(event.asset_lot());
  const std::string agency = lot.provenance().agency();
  for (const v1::ReturnedPart& part : event.parts()) {
    const base::Decimal quantity = FromProto(part.quantity());
    const base::Decimal accepted = FromProto(part.accepted());
    const auto* of = entities.Find<v1::HandoverCase>(part.handover_case());
    MoveLot(lot, accepted, HolderOf(lot, of), {"", ""}, context.effective_at, part.handover_case());
    MoveLot(lot, Difference(quantity, accepted), {agency, agency}, {"", ""}, context.effective_at,
            part.handover_case());
    if (!part.has_certified_value()) {
      Subtract(*lot.mutable_uncertified_quantity(), part.quantity());
      Subtract(of == nullptr ? *lot.mutable_missing() : *lot.mutable_reserved(),
               of == nullptr ? part.missing() : part.quantity());
    }
    if (of != nullptr) TakeFromCase(entities, part, lot.name(), context);
  }
  *lot.mutable_returned() = ToProto(Sum(FromProto(lot.returned()), FromProto(event.quantity())));
  *lot.mutable_uncertified_value() =
      ToProto(Difference(FromProto(lot.uncertified_value()), FromProto(event.value())));
  Stamp(lot, context);
  entities.Put(lot.name(), lot);
}

}  // namespace

std::optional<es::Rejection> CheckNothingReturned(const v1::HandoverCase& of) {
  for (const v1::HandoverItem& item : of.items()) {
    const base::Decimal returned = FromProto(item.returned());
    if (returned.IsZero()) continue;
    const std::string name = item.asset() + item.asset_lot();
    return es::Rejected(kItemReturned)
        .Saying(fmt::format("{} of {} stand on {}, and {} went back to the supplier",
                            FromProto(item.accepted()).ToString(), name, of.certificate(),
                            returned.ToString()))
        .With("handover_case", of.name())
        .With("item", name)
        .With("accepted", FromProto(item.accepted()).ToString())
        .With("returned", returned.ToString());
  }
  return std::nullopt;
}

std::optional<es::Rejection> CheckPieceCount(const base::Decimal& quantity, int pieces) {
  if (quantity == base::Decimal::FromInt(pieces)) return std::nullopt;
  return es::Rejected(kPiecesMismatch)
      .Saying(fmt::format("{} are on the line, and {} have numbers", quantity.ToString(), pieces))
      .With("quantity", quantity.ToString())
      .With("pieces", pieces);
}

void RegisterReturnedGoods(es::Decider& decider) {
  OnKnown<v1::RecordReturnedGoodsRequest, &DecideRecordReturnedGoods>(decider);
  OnKnown<v1::ReturnAssetLotToSupplierRequest, &DecideReturnLot>(decider);
  decider.Fold<v1::AssetReturnedToSupplier>(&FoldAssetReturned);
  decider.Fold<v1::AssetLotReturnedToSupplier>(&FoldLotReturned);
}

}  // namespace prihvat::handover
