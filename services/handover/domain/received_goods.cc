// What was accepted from a supplier becomes things to hand over: numbered goods one asset each,
// others one lot for each line of a receipt.
#include <algorithm>
#include <set>
#include <utility>
#include <vector>

#include "libs/base/string_view.h"
#include "libs/base/vin.h"
#include "prihvat/handover/v1/events.pb.h"
#include "services/handover/domain/holdings.h"
#include "services/handover/domain/names.h"
#include "services/handover/domain/reasons.h"
#include "services/handover/domain/registration.h"
#include "services/handover/domain/values.h"
#include "services/handover/domain/warranty.h"

namespace prihvat::handover {
namespace {

// All that one receipt makes is one commit of the log, which holds a mebibyte.
constexpr size_t kReceiptBytes = 900'000;
// What the log keeps beside the event itself: its type and its time.
constexpr size_t kBytesBesideEvent = 80;

using Numbers = std::set<std::string>;  // claim names taken within this command

// The number is free among live assets and within this command (INV-12).
std::optional<es::Rejection> CheckFree(const es::View& view, const std::string& claim_name,
                                       const es::Reason& reason, std::string_view number,
                                       Numbers& taken) {
  const auto* claim = view.Find<v1::SerialClaim>(claim_name);
  const bool twice = !taken.insert(claim_name).second;
  if (claim == nullptr && !twice) return std::nullopt;
  const std::string holder = claim == nullptr ? "another piece of the same line" : claim->asset();
  return es::Rejected(reason)
      .Saying(fmt::format("{} is the number of {}", number, holder))
      .With("number", number)
      .With("asset", holder);
}

std::optional<es::Rejection> CheckPiece(const es::View& view, const std::string& field,
                                        const v1::ReceivedSerial& piece, const es::Context& context,
                                        Numbers& taken) {
  if (piece.serial().empty() && piece.vin().empty()) {
    return es::InvalidField(field, "has neither a serial number nor a VIN");
  }
  if (auto no = CheckOptionalText(field + ".serial", piece.serial())) return no;
  if (!piece.serial().empty()) {
    const std::string claim =
        SerialClaimName(context.operation, piece.manufacturer(), piece.serial());
    if (auto no = CheckFree(view, claim, kSerialTaken, piece.serial(), taken)) return no;
  }
  if (piece.vin().empty()) return std::nullopt;
  const std::string vin = base::NormalizedVin(piece.vin());
  const base::VinCheck check = base::CheckVin(vin);
  if (check.Refused()) {  // INV-13
    return es::Rejected(kVinInvalid)
        .Saying(check.problem)
        .With("vin", vin)
        .Field(field + ".vin", check.problem);
  }
  return CheckFree(view, VinClaimName(context.operation, vin), kVinTaken, vin, taken);
}

// A line may take its share of the receipt's bytes; then all lines together fit, whatever the order
// in which they come.
std::optional<es::Rejection> CheckFits(const v1::RegisterReceivedGoodsRequest& command,
                                       const es::Decision& decision) {
  size_t bytes = 0;
  for (const es::NewEvent& event : decision.events()) {
    bytes += event.message->ByteSizeLong() + kBytesBesideEvent;
  }
  const size_t pieces = decision.events().size();
  const size_t all = std::max(pieces, static_cast<size_t>(std::max(command.receipt_pieces(), 1)));
  const size_t share = kReceiptBytes / all * pieces;
  if (bytes <= share) return std::nullopt;
  return es::Rejected(kReceiptTooLarge)
      .Saying(fmt::format("line {} of {} makes {} of {} pieces and takes {} bytes; its share of a "
                          "commit are {}",
                          command.provenance().line_number(), command.provenance().receipt(),
                          pieces, all, bytes, share))
      .With("receipt_pieces", all)
      .With("bytes", bytes)
      .With("limit", share);
}

v1::AssetRegistered AssetOf(const v1::RegisterReceivedGoodsRequest& command, int index,
                            const base::Money& value, const es::Context& context) {
  const v1::ReceivedSerial& piece = command.serials(index);
  const v1::Provenance& from = command.provenance();
  v1::AssetRegistered event;
  event.set_asset(AssetName(from.receipt(), from.line_number(), index + 1));
  *event.mutable_description() = command.description();
  event.set_serial(piece.serial());
  if (!piece.vin().empty()) {
    event.set_vin(base::NormalizedVin(piece.vin()));
    event.set_vin_warning(base::CheckVin(event.vin()).problem);
  }
  event.set_manufacturer(piece.manufacturer());
  event.set_model(piece.model());
  if (const auto end = WarrantyEndOf(command, context)) {
    *event.mutable_warranty_end_date() = ToProto(*end);
  }
  *event.mutable_value() = ToProto(value);
  *event.mutable_provenance() = from;
  event.set_title_holder(from.agency());
  event.set_custodian(from.agency());
  return event;
}

es::Decision DecideAssets(const es::View& view, const v1::RegisterReceivedGoodsRequest& command,
                          const base::Decimal& accepted, const base::Money& value,
                          es::Context& context) {
  const int pieces = command.serials_size();
  if (auto no = CheckPieceCount(accepted, pieces)) return *std::move(no);
  Numbers taken;
  for (int i = 0; i < pieces; ++i) {
    const std::string field = fmt::format("serials[{}]", i);
    if (auto no = CheckPiece(view, field, command.serials(i), context, taken)) {
      return *std::move(no);
    }
  }
  // The pieces' values sum to the line's.
  const auto values = base::Allocate(value, std::vector<int64_t>(static_cast<size_t>(pieces), 1));
  if (!values.ok()) return es::InvalidField("value", base::FromAbsl(values.status().message()));
  es::Decision decision = es::Decision::Accept();
  for (int i = 0; i < pieces; ++i) {
    decision.Add(AssetOf(command, i, (*values)[static_cast<size_t>(i)], context));
  }
  if (auto no = CheckFits(command, decision)) return *std::move(no);
  return decision;
}

v1::AssetLotRegistered LotOf(const v1::RegisterReceivedGoodsRequest& command,
                             const es::Context& context) {
  const v1::Provenance& from = command.provenance();
  v1::AssetLotRegistered event;
  event.set_asset_lot(LotName(from.receipt(), from.line_number()));
  *event.mutable_description() = command.description();
  event.set_unit(command.unit());
  if (const auto end = WarrantyEndOf(command, context)) {
    *event.mutable_warranty_end_date() = ToProto(*end);
  }
  *event.mutable_quantity() = command.accepted();
  *event.mutable_unit_price() = command.unit_price();
  *event.mutable_value() = command.value();
  *event.mutable_provenance() = from;
  event.set_title_holder(from.agency());
  event.set_custodian(from.agency());
  return event;
}

es::Decision DecideRegisterReceivedGoods(const es::View& view,
                                         const v1::RegisterReceivedGoodsRequest& command,
                                         es::Context& context) {
  const v1::Provenance& from = command.provenance();
  if (auto no = CheckReference("provenance.receipt", from.receipt(), "goodsReceipts/*", context)) {
    return *std::move(no);
  }
  if (auto no = CheckGlobalName("provenance.agency", from.agency(), "organisations/*")) {
    return *std::move(no);
  }
  base::Decimal accepted;
  if (auto no = ReadDecimal("accepted", command.accepted(), accepted)) return *std::move(no);
  if (accepted <= base::Decimal()) {
    return es::InvalidField("accepted",
                            fmt::format("is {}; it should be above 0", accepted.ToString()));
  }
  base::Money value;
  if (auto no = ReadMoney("value", command.value(), value)) return *std::move(no);
  base::Money unit_price;
  if (auto no = ReadMoney("unit_price", command.unit_price(), unit_price)) return *std::move(no);
  const std::string first = command.serialised() ? AssetName(from.receipt(), from.line_number(), 1)
                                                 : LotName(from.receipt(), from.line_number());
  if (view.Exists(first)) return es::AlreadyExists(first);
  if (command.serialised()) return DecideAssets(view, command, accepted, value, context);
  es::Decision decision = es::Accepted(LotOf(command, context));
  if (auto no = CheckFits(command, decision)) return *std::move(no);
  return decision;
}

void FoldAssetRegistered(es::Entities& entities, const v1::AssetRegistered& event,
                         const es::EventContext& context) {
  v1::Asset asset;
  asset.set_name(event.asset());
  *asset.mutable_description() = event.description();
  asset.set_serial(event.serial());
  asset.set_vin(event.vin());
  asset.set_vin_warning(event.vin_warning());
  asset.set_manufacturer(event.manufacturer());
  asset.set_model(event.model());
  *asset.mutable_value() = event.value();
  *asset.mutable_provenance() = event.provenance();
  if (event.has_warranty_end_date()) *asset.mutable_warranty_end_date() = event.warranty_end_date();
  asset.set_state(v1::ASSET_STATE_RECEIVED);
  SetTitleHolder(asset, event.title_holder(), context.effective_at, "");
  SetCustodian(asset, event.custodian(), context.effective_at, "");
  Stamp(asset, context);
  entities.Put(event.asset(), asset);

  v1::SerialClaim claim;
  claim.set_asset(event.asset());
  if (!event.serial().empty()) {
    claim.set_manufacturer(event.manufacturer());
    claim.set_serial(event.serial());
    entities.Put(SerialClaimName(context.operation, event.manufacturer(), event.serial()), claim);
  }
  if (!event.vin().empty()) {
    claim.clear_manufacturer();
    claim.set_serial(event.vin());
    entities.Put(VinClaimName(context.operation, event.vin()), claim);
  }
}

void FoldAssetLotRegistered(es::Entities& entities, const v1::AssetLotRegistered& event,
                            const es::EventContext& context) {
  v1::AssetLot lot;
  lot.set_name(event.asset_lot());
  *lot.mutable_description() = event.description();
  lot.set_unit(event.unit());
  *lot.mutable_quantity() = event.quantity();
  *lot.mutable_unit_price() = event.unit_price();
  *lot.mutable_value() = event.value();
  *lot.mutable_provenance() = event.provenance();
  if (event.has_warranty_end_date()) *lot.mutable_warranty_end_date() = event.warranty_end_date();
  MoveLot(lot, FromProto(event.quantity()), {"", ""}, {event.title_holder(), event.custodian()},
          context.effective_at, "");
  *lot.mutable_uncertified_quantity() = event.quantity();
  *lot.mutable_uncertified_value() = event.value();
  *lot.mutable_reserved() = *lot.mutable_missing() = *lot.mutable_returned() =
      ToProto(base::Decimal());
  Stamp(lot, context);
  entities.Put(event.asset_lot(), lot);
}

}  // namespace

void RegisterReceivedGoods(es::Decider& decider) {
  OnKnown<v1::RegisterReceivedGoodsRequest, &DecideRegisterReceivedGoods>(decider);
  decider.Fold<v1::AssetRegistered>(&FoldAssetRegistered);
  decider.Fold<v1::AssetLotRegistered>(&FoldAssetLotRegistered);
}

}  // namespace prihvat::handover
