// Moves of a single asset outside a handover case.
#include <algorithm>
#include <initializer_list>

#include "prihvat/handover/v1/events.pb.h"
#include "prihvat/handover/v1/service.pb.h"
#include "services/handover/domain/holdings.h"
#include "services/handover/domain/names.h"
#include "services/handover/domain/registration.h"

namespace prihvat::handover {
namespace {

// The moves that are open in a state, for people.
std::string_view OpenMoves(v1::AssetState state) {
  switch (state) {
    case v1::ASSET_STATE_RECEIVED:
      return "take into custody, return to supplier, move, hand over";
    case v1::ASSET_STATE_IN_CUSTODY:
      return "put into use, move, hand over";
    case v1::ASSET_STATE_TITLE_PASSED:
      return "put into use, move";
    case v1::ASSET_STATE_IN_USE:
    case v1::ASSET_STATE_UNDER_REPAIR:
      return "move";
    case v1::ASSET_STATE_RESERVED:
    case v1::ASSET_STATE_IN_TRANSIT:
    case v1::ASSET_STATE_DELIVERED:
    case v1::ASSET_STATE_REFUSED:
      return "those of its handover case";
    default:
      return "none";
  }
}

// What every move begins with: the asset is there, unchanged, in one of the states, and the move
// comes not before it last changed hands.
std::optional<es::Rejection> CheckMove(const es::View& view, std::string_view name,
                                       std::string_view etag,
                                       std::initializer_list<v1::AssetState> from,
                                       std::string_view wish, const es::Context& context,
                                       const v1::Asset*& asset) {
  if (auto no = Require(view, "name", name, context, asset)) return no;
  if (auto no = CheckEtag(name, etag, *asset)) return no;
  if (std::find(from.begin(), from.end(), asset->state()) == from.end()) {
    return es::WrongState(name, ShortName(v1::AssetState_Name(asset->state()), "ASSET_STATE_"),
                          wish, OpenMoves(asset->state()));
  }
  return CheckNotBefore(name, LastChangeOfHands(*asset), context);
}

es::Decision DecideTakeIntoCustody(const es::View& view,
                                   const v1::TakeAssetIntoCustodyRequest& command,
                                   es::Context& context) {
  const v1::Asset* asset = nullptr;
  if (auto no = CheckMove(view, command.name(), command.etag(), {v1::ASSET_STATE_RECEIVED},
                          "be taken into custody", context, asset)) {
    return *std::move(no);
  }
  if (auto no = CheckOptionalText("location", command.location())) return *std::move(no);
  v1::AssetTakenIntoCustody event;
  event.set_asset(command.name());
  event.set_location(command.location());
  return es::Accepted(std::move(event)).Naming(command.name());
}

es::Decision DecideReturnToSupplier(const es::View& view,
                                    const v1::ReturnAssetToSupplierRequest& command,
                                    es::Context& context) {
  const v1::Asset* asset = nullptr;
  if (auto no = CheckMove(view, command.name(), command.etag(), {v1::ASSET_STATE_RECEIVED},
                          "go back to the supplier", context, asset)) {
    return *std::move(no);
  }
  if (auto no = CheckText("reason", command.reason())) return *std::move(no);
  v1::AssetReturnedToSupplier event;
  event.set_asset(command.name());
  event.set_reason(command.reason());
  return es::Accepted(std::move(event)).Naming(command.name());
}

es::Decision DecideMoveAsset(const es::View& view, const v1::MoveAssetRequest& command,
                             es::Context& context) {
  const v1::Asset* asset = nullptr;
  if (auto no = CheckMove(
          view, command.name(), command.etag(),
          {v1::ASSET_STATE_RECEIVED, v1::ASSET_STATE_IN_CUSTODY, v1::ASSET_STATE_TITLE_PASSED,
           v1::ASSET_STATE_IN_USE, v1::ASSET_STATE_UNDER_REPAIR},
          "be moved", context, asset)) {
    return *std::move(no);
  }
  if (!command.has_location() && !command.has_custodian()) {
    return es::InvalidField("location", "either it or custodian must be given");
  }
  v1::AssetMoved event;
  event.set_asset(command.name());
  if (command.has_location()) {
    if (auto no = CheckOptionalText("location", command.location())) return *std::move(no);
    event.set_location(command.location());
  }
  if (command.has_custodian()) {
    if (auto no = CheckGlobalName("custodian", command.custodian(), "organisations/*")) {
      return *std::move(no);
    }
    event.set_custodian(command.custodian());
    event.set_previous_custodian(asset->custodian());
  }
  return es::Accepted(std::move(event)).Naming(command.name());
}

es::Decision DecidePutIntoUse(const es::View& view, const v1::PutAssetIntoUseRequest& command,
                              es::Context& context) {
  const v1::Asset* asset = nullptr;
  if (auto no = CheckMove(view, command.name(), command.etag(),
                          {v1::ASSET_STATE_IN_CUSTODY, v1::ASSET_STATE_TITLE_PASSED},
                          "be put into use", context, asset)) {
    return *std::move(no);
  }
  if (!command.centre().empty()) {
    if (auto no = CheckReference("centre", command.centre(), "centres/*", context)) {
      return *std::move(no);
    }
  }
  v1::AssetPutIntoUse event;
  event.set_asset(command.name());
  event.set_centre(command.centre());
  return es::Accepted(std::move(event)).Naming(command.name());
}

void FoldTakenIntoCustody(es::Entities& entities, const v1::AssetTakenIntoCustody& event,
                          const es::EventContext& context) {
  entities.Edit<v1::Asset>(event.asset(), [&](v1::Asset& asset) {
    asset.set_state(v1::ASSET_STATE_IN_CUSTODY);
    if (!event.location().empty()) asset.set_location(event.location());
    Stamp(asset, context);
  });
}

void FoldReturnedToSupplier(es::Entities& entities, const v1::AssetReturnedToSupplier& event,
                            const es::EventContext& context) {
  const auto* found = entities.Find<v1::Asset>(event.asset());
  v1::Asset asset = *found;
  asset.set_state(v1::ASSET_STATE_RETURNED_TO_SUPPLIER);
  Stamp(asset, context);
  entities.Put(event.asset(), asset);
  if (!asset.serial().empty()) {
    entities.Delete(SerialClaimName(context.operation, asset.manufacturer(), asset.serial()));
  }
  if (!asset.vin().empty()) entities.Delete(VinClaimName(context.operation, asset.vin()));
}

void FoldMoved(es::Entities& entities, const v1::AssetMoved& event,
               const es::EventContext& context) {
  entities.Edit<v1::Asset>(event.asset(), [&](v1::Asset& asset) {
    if (event.has_location()) asset.set_location(event.location());
    if (event.has_custodian()) SetCustodian(asset, event.custodian(), context.effective_at, "");
    Stamp(asset, context);
  });
}

void FoldPutIntoUse(es::Entities& entities, const v1::AssetPutIntoUse& event,
                    const es::EventContext& context) {
  entities.Edit<v1::Asset>(event.asset(), [&](v1::Asset& asset) {
    asset.set_state(v1::ASSET_STATE_IN_USE);
    asset.set_centre(event.centre());
    Stamp(asset, context);
  });
}

}  // namespace

void RegisterAssets(es::Decider& decider) {
  OnKnown<v1::TakeAssetIntoCustodyRequest, &DecideTakeIntoCustody>(decider);
  OnKnown<v1::ReturnAssetToSupplierRequest, &DecideReturnToSupplier>(decider);
  OnKnown<v1::MoveAssetRequest, &DecideMoveAsset>(decider);
  OnKnown<v1::PutAssetIntoUseRequest, &DecidePutIntoUse>(decider);
  decider.Fold<v1::AssetTakenIntoCustody>(&FoldTakenIntoCustody);
  decider.Fold<v1::AssetReturnedToSupplier>(&FoldReturnedToSupplier);
  decider.Fold<v1::AssetMoved>(&FoldMoved);
  decider.Fold<v1::AssetPutIntoUse>(&FoldPutIntoUse);
}

}  // namespace prihvat::handover
