#include "services/handover/domain/holdings.h"

#include <algorithm>
#include <map>
#include <utility>

#include "libs/base/check.h"
#include "prihvat/handover/v1/state.pb.h"
#include "services/handover/domain/names.h"
#include "services/handover/domain/values.h"

namespace prihvat::handover {
namespace {

using Periods = google::protobuf::RepeatedPtrField<v1::HoldingPeriod>;

void Pass(Periods& periods, std::string_view holder, absl::Time time,
          std::string_view handover_case) {
  if (!periods.empty()) {
    v1::HoldingPeriod& last = *periods.rbegin();
    if (last.holder() == holder) return;
    *last.mutable_end_time() = ToProto(time);
  }
  v1::HoldingPeriod& period = *periods.Add();
  period.set_holder(std::string(holder));
  *period.mutable_start_time() = ToProto(time);
  period.set_handover_case(std::string(handover_case));
}

// The index of the holder's part; -1 for none.
int FindHolding(const v1::AssetLot& lot, const LotHolder& holder) {
  for (int i = 0; i < lot.holdings_size(); ++i) {
    if (lot.holdings(i).title_holder() == holder.title_holder &&
        lot.holdings(i).custodian() == holder.custodian) {
      return i;
    }
  }
  return -1;
}

void TakeFrom(v1::AssetLot& lot, const LotHolder& holder, const base::Decimal& quantity) {
  const int source = FindHolding(lot, holder);
  PRIHVAT_CHECK(source >= 0, "who gives a part of a lot has it");
  const base::Decimal rest = Difference(FromProto(lot.holdings(source).quantity()), quantity);
  PRIHVAT_CHECK(!rest.IsNegative(), "nobody gives more of a lot than they have");
  if (rest.IsZero()) {
    lot.mutable_holdings()->DeleteSubrange(source, 1);
  } else {
    *lot.mutable_holdings(source)->mutable_quantity() = ToProto(rest);
  }
}

void GiveTo(v1::AssetLot& lot, const LotHolder& holder, const base::Decimal& quantity) {
  const int found = FindHolding(lot, holder);
  v1::LotHolding& target = found >= 0 ? *lot.mutable_holdings(found) : *lot.add_holdings();
  target.set_title_holder(std::string(holder.title_holder));
  target.set_custodian(std::string(holder.custodian));
  *target.mutable_quantity() = ToProto(Sum(FromProto(target.quantity()), quantity));
}

}  // namespace

bool IsLive(v1::AssetState state) {
  return state != v1::ASSET_STATE_DISPOSED && state != v1::ASSET_STATE_RETURNED_TO_SUPPLIER &&
         state != v1::ASSET_STATE_WRITTEN_OFF && state != v1::ASSET_STATE_DESTROYED;
}

void FreeNumbers(es::Entities& entities, const v1::Asset& asset) {
  const std::string_view operation = OperationOf(asset.name());
  const auto free = [&](const std::string& name) {
    const auto* claim = entities.Find<v1::SerialClaim>(name);
    if (claim != nullptr && claim->asset() == asset.name()) entities.Delete(name);
  };
  if (!asset.serial().empty()) {
    free(SerialClaimName(operation, asset.manufacturer(), asset.serial()));
  }
  if (!asset.vin().empty()) free(VinClaimName(operation, asset.vin()));
}

absl::Time LastChangeOfHands(const v1::Asset& asset) {
  return std::max(FromProto(asset.title_periods().rbegin()->start_time()),
                  FromProto(asset.custody_periods().rbegin()->start_time()));
}

std::string CustodianBefore(const v1::Asset& asset, std::string_view handover_case) {
  for (auto period = asset.custody_periods().rbegin(); period != asset.custody_periods().rend();
       ++period) {
    if (period->handover_case() != handover_case) return period->holder();
  }
  PRIHVAT_CHECK(false, "the first custodian comes with the receipt, not with a case");
}

void SetCustodian(v1::Asset& asset, std::string_view holder, absl::Time time,
                  std::string_view handover_case) {
  Pass(*asset.mutable_custody_periods(), holder, time, handover_case);
  asset.set_custodian(std::string(holder));
}

void SetTitleHolder(v1::Asset& asset, std::string_view holder, absl::Time time,
                    std::string_view handover_case) {
  Pass(*asset.mutable_title_periods(), holder, time, handover_case);
  asset.set_title_holder(std::string(holder));
}

std::string HolderAt(const Periods& periods, absl::Time time) {
  for (const v1::HoldingPeriod& period : periods) {
    const bool begun = FromProto(period.start_time()) <= time;
    const bool over = period.has_end_time() && FromProto(period.end_time()) <= time;
    if (begun && !over) return period.holder();
  }
  return "";
}

std::vector<v1::LotHolding> HoldingsAt(const v1::AssetLot& lot, absl::Time time) {
  std::map<std::pair<std::string, std::string>, base::Decimal> held;
  for (const v1::LotMovement& movement : lot.movements()) {
    if (FromProto(movement.move_time()) > time) continue;
    const base::Decimal quantity = FromProto(movement.quantity());
    const auto change = [&](const std::string& title_holder, const std::string& custodian,
                            const base::Decimal& by) {
      if (title_holder.empty()) return;  // the supplier's
      base::Decimal& part = held[{title_holder, custodian}];
      part = Sum(part, by);
    };
    change(movement.from_title_holder(), movement.from_custodian(), quantity.Negated());
    change(movement.to_title_holder(), movement.to_custodian(), quantity);
  }
  std::vector<v1::LotHolding> holdings;
  for (const auto& [holder, quantity] : held) {
    if (quantity <= base::Decimal()) continue;
    v1::LotHolding& holding = holdings.emplace_back();
    holding.set_title_holder(holder.first);
    holding.set_custodian(holder.second);
    *holding.mutable_quantity() = ToProto(quantity);
  }
  return holdings;
}

base::Decimal AvailableOf(const v1::AssetLot& lot) {
  return Difference(Difference(FromProto(lot.uncertified_quantity()), FromProto(lot.reserved())),
                    FromProto(lot.missing()));
}

void MoveLot(v1::AssetLot& lot, const base::Decimal& quantity, LotHolder from, LotHolder to,
             absl::Time time, std::string_view handover_case) {
  if (quantity.IsZero()) return;
  if (!from.title_holder.empty()) TakeFrom(lot, from, quantity);
  if (!to.title_holder.empty()) GiveTo(lot, to, quantity);
  v1::LotMovement& movement = *lot.add_movements();
  *movement.mutable_move_time() = ToProto(time);
  *movement.mutable_quantity() = ToProto(quantity);
  movement.set_from_title_holder(std::string(from.title_holder));
  movement.set_from_custodian(std::string(from.custodian));
  movement.set_to_title_holder(std::string(to.title_holder));
  movement.set_to_custodian(std::string(to.custodian));
  movement.set_handover_case(std::string(handover_case));
}

}  // namespace prihvat::handover
