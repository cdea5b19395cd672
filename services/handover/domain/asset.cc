// Moves of a single asset outside a handover case.
#include <algorithm>
#include <optional>
#include <vector>

#include "prihvat/handover/v1/events.pb.h"
#include "prihvat/handover/v1/service.pb.h"
#include "services/handover/domain/evidence.h"
#include "services/handover/domain/holdings.h"
#include "services/handover/domain/names.h"
#include "services/handover/domain/registration.h"
#include "services/handover/domain/values.h"

namespace prihvat::handover {
namespace {

// The moves that are open in a state, for people.
std::string_view OpenMoves(v1::AssetState state) {
  switch (state) {
    case v1::ASSET_STATE_RECEIVED:
      return "take into custody, return to supplier, move, hand over, damaged, destroyed";
    case v1::ASSET_STATE_IN_CUSTODY:
      return "put into use, move, hand over, sent to repair, damaged, lost, stolen, destroyed";
    case v1::ASSET_STATE_TITLE_PASSED:
      return "put into use, move, damaged, destroyed";
    case v1::ASSET_STATE_IN_USE:
      return "move, sent to repair, damaged, lost, stolen, disposed, destroyed";
    case v1::ASSET_STATE_UNDER_REPAIR:
      return "move, back from repair, damaged, destroyed";
    case v1::ASSET_STATE_IN_TRANSIT:
      return "take into custody, damaged, lost, stolen, destroyed";
    case v1::ASSET_STATE_LOST:
    case v1::ASSET_STATE_STOLEN:
      return "found, written off, destroyed";
    case v1::ASSET_STATE_RESERVED:
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
                                       const std::vector<v1::AssetState>& from,
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

// What procurement must know of a piece to find it, and to free its numbers.
void SayNumbers(const v1::Asset& asset, v1::FreedNumbers& numbers) {
  numbers.set_receipt(asset.provenance().receipt());
  numbers.set_line_number(asset.provenance().line_number());
  numbers.set_manufacturer(asset.manufacturer());
  numbers.set_serial(asset.serial());
  numbers.set_vin(asset.vin());
}

es::Decision DecideTakeIntoCustody(const es::View& view,
                                   const v1::TakeAssetIntoCustodyRequest& command,
                                   es::Context& context) {
  const v1::Asset* asset = nullptr;
  if (auto no = CheckMove(view, command.name(), command.etag(),
                          {v1::ASSET_STATE_RECEIVED, v1::ASSET_STATE_IN_TRANSIT},
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
  event.set_previous_state(asset->state());
  SayNumbers(*asset, *event.mutable_freed());
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

// A change, the states that it leads out of, and where to.
struct ChangeRule {
  v1::AssetChange change;
  std::string_view wish;
  std::vector<v1::AssetState> from;
  std::optional<v1::AssetState> to;  // none: the previous state, or the one that it is in
  bool comes_back = false;           // the state is remembered
  bool stays = false;                // in its state
};

const std::vector<ChangeRule>& ChangeRules() {
  static const auto& rules = *new std::vector<ChangeRule>{
      {v1::ASSET_CHANGE_SENT_TO_REPAIR,
       "be sent to repair",
       {v1::ASSET_STATE_IN_CUSTODY, v1::ASSET_STATE_IN_USE},
       v1::ASSET_STATE_UNDER_REPAIR,
       true},
      {v1::ASSET_CHANGE_BACK_FROM_REPAIR,
       "come back from repair",
       {v1::ASSET_STATE_UNDER_REPAIR},
       std::nullopt,
       false},
      {v1::ASSET_CHANGE_LOST,
       "be lost",
       {v1::ASSET_STATE_IN_CUSTODY, v1::ASSET_STATE_IN_TRANSIT, v1::ASSET_STATE_IN_USE},
       v1::ASSET_STATE_LOST,
       true},
      {v1::ASSET_CHANGE_STOLEN,
       "be stolen",
       {v1::ASSET_STATE_IN_CUSTODY, v1::ASSET_STATE_IN_TRANSIT, v1::ASSET_STATE_IN_USE},
       v1::ASSET_STATE_STOLEN,
       true},
      {v1::ASSET_CHANGE_FOUND,
       "be found",
       {v1::ASSET_STATE_LOST, v1::ASSET_STATE_STOLEN},
       std::nullopt,
       false},
      {v1::ASSET_CHANGE_WRITTEN_OFF,
       "be written off",
       {v1::ASSET_STATE_LOST, v1::ASSET_STATE_STOLEN},
       v1::ASSET_STATE_WRITTEN_OFF,
       false},
      {v1::ASSET_CHANGE_DISPOSED,
       "be disposed of",
       {v1::ASSET_STATE_IN_USE},
       v1::ASSET_STATE_DISPOSED,
       false},
      // Any that is there and in no open case: there it is refused at the count.
      {v1::ASSET_CHANGE_DAMAGED,
       "be damaged",
       {v1::ASSET_STATE_RECEIVED, v1::ASSET_STATE_IN_CUSTODY, v1::ASSET_STATE_IN_TRANSIT,
        v1::ASSET_STATE_TITLE_PASSED, v1::ASSET_STATE_IN_USE, v1::ASSET_STATE_UNDER_REPAIR},
       std::nullopt,
       false,
       true},
      // Any live one; what an open case holds is counted missing there first.
      {v1::ASSET_CHANGE_DESTROYED,
       "be destroyed",
       {v1::ASSET_STATE_RECEIVED, v1::ASSET_STATE_IN_CUSTODY, v1::ASSET_STATE_IN_TRANSIT,
        v1::ASSET_STATE_TITLE_PASSED, v1::ASSET_STATE_IN_USE, v1::ASSET_STATE_UNDER_REPAIR,
        v1::ASSET_STATE_LOST, v1::ASSET_STATE_STOLEN},
       v1::ASSET_STATE_DESTROYED,
       false},
  };
  return rules;
}

// It was missing at the count of a case that is still open: a dispute may yet find it there.
bool IsMissingInOpenCase(const v1::Asset& asset) {
  return asset.state() == v1::ASSET_STATE_LOST &&
         asset.previous_state() == v1::ASSET_STATE_IN_TRANSIT && !asset.handover_case().empty();
}

es::Decision DecideRecordChange(const es::View& view, const v1::RecordAssetChangeRequest& command,
                                es::Context& context) {
  const auto& rules = ChangeRules();
  const auto rule = std::find_if(rules.begin(), rules.end(), [&](const ChangeRule& candidate) {
    return candidate.change == command.change();
  });
  if (rule == rules.end()) return es::InvalidField("change", "must be given");
  const v1::Asset* asset = nullptr;
  if (auto no =
          CheckMove(view, command.name(), command.etag(), rule->from, rule->wish, context, asset)) {
    return *std::move(no);
  }
  if (IsMissingInOpenCase(*asset)) {
    return es::WrongState(command.name(), "LOST", rule->wish,
                          "those of its handover case, " + asset->handover_case());
  }
  if (auto no = CheckText("reason", command.reason())) return *std::move(no);
  if (command.has_evidence()) {
    if (auto no = CheckEvidence("evidence", command.evidence())) return *std::move(no);
  }
  if (auto no = CheckMayLeaveBooks(*asset, command)) return *std::move(no);
  v1::AssetChanged event;
  event.set_asset(command.name());
  event.set_change(command.change());
  event.set_state(rule->stays ? asset->state() : rule->to.value_or(asset->previous_state()));
  if (rule->comes_back) event.set_previous_state(asset->state());
  if (rule->stays) event.set_previous_state(asset->previous_state());
  if (command.has_evidence()) *event.mutable_evidence() = command.evidence();
  event.set_reason(command.reason());
  if (!IsLive(event.state())) SayNumbers(*asset, *event.mutable_freed());
  return es::Accepted(std::move(event)).Naming(command.name());
}

es::Decision DecideRecordLotFound(const es::View& view, const v1::RecordLotFoundRequest& command,
                                  es::Context& context) {
  const v1::AssetLot* lot = nullptr;
  if (auto no = Require(view, "name", command.name(), context, lot)) return *std::move(no);
  if (auto no = CheckEtag(command.name(), command.etag(), *lot)) return *std::move(no);
  base::Decimal quantity;
  if (auto no = ReadDecimal("quantity", command.quantity(), quantity)) return *std::move(no);
  const base::Decimal missing = FromProto(lot->missing());
  if (quantity <= base::Decimal() || quantity > missing) {
    return es::InvalidField(
        "quantity", fmt::format("is {}; {} are missing", quantity.ToString(), missing.ToString()));
  }
  v1::AssetLotFound event;
  event.set_asset_lot(command.name());
  *event.mutable_quantity() = ToProto(quantity);
  return es::Accepted(std::move(event)).Naming(command.name());
}

void FoldChanged(es::Entities& entities, const v1::AssetChanged& event,
                 const es::EventContext& context) {
  v1::Asset asset = *entities.Find<v1::Asset>(event.asset());
  asset.set_state(event.state());
  asset.set_previous_state(event.previous_state());
  NoteChange(asset, event.change(), event.has_evidence() ? &event.evidence() : nullptr, context);
  if (event.change() == v1::ASSET_CHANGE_DAMAGED) {
    NoteCondition(asset, v1::ASSET_CONDITION_DAMAGED, event.reason(), context);
  }
  Stamp(asset, context);
  entities.Put(event.asset(), asset);
  if (!IsLive(asset.state())) FreeNumbers(entities, asset);
}

void FoldLotFound(es::Entities& entities, const v1::AssetLotFound& event,
                  const es::EventContext& context) {
  entities.Edit<v1::AssetLot>(event.asset_lot(), [&](v1::AssetLot& lot) {
    *lot.mutable_missing() =
        ToProto(Difference(FromProto(lot.missing()), FromProto(event.quantity())));
    Stamp(lot, context);
  });
}

void FoldTakenIntoCustody(es::Entities& entities, const v1::AssetTakenIntoCustody& event,
                          const es::EventContext& context) {
  entities.Edit<v1::Asset>(event.asset(), [&](v1::Asset& asset) {
    asset.set_state(v1::ASSET_STATE_IN_CUSTODY);
    if (!event.location().empty()) asset.set_location(event.location());
    Stamp(asset, context);
  });
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
  OnKnown<v1::RecordAssetChangeRequest, &DecideRecordChange>(decider);
  OnKnown<v1::RecordLotFoundRequest, &DecideRecordLotFound>(decider);
  decider.Fold<v1::AssetChanged>(&FoldChanged);
  decider.Fold<v1::AssetLotFound>(&FoldLotFound);
  decider.Fold<v1::AssetTakenIntoCustody>(&FoldTakenIntoCustody);
  decider.Fold<v1::AssetMoved>(&FoldMoved);
  decider.Fold<v1::AssetPutIntoUse>(&FoldPutIntoUse);
}

}  // namespace prihvat::handover
