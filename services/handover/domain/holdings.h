// Who has the title of a thing, and who has it in keeping, at every instant (INV-14). An asset has
// periods, each ending where the next begins; a lot has holdings that sum to what there is of it,
// and the movements that led to them.
#pragma once

#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "libs/base/decimal.h"
#include "libs/es/entities.h"
#include "prihvat/handover/v1/resources.pb.h"

namespace prihvat::handover {

// The states in which an asset counts, so that its numbers are taken (INV-12).
bool IsLive(v1::AssetState state);

// Fold. The numbers of what is no longer live are free (INV-12), unless another asset has them by
// now.
void FreeNumbers(es::Entities& entities, const v1::Asset& asset);

// When the asset last changed hands; a move that changes hands again comes not before it.
absl::Time LastChangeOfHands(const v1::Asset& asset);

// The custodian before the case had it.
std::string CustodianBefore(const v1::Asset& asset, std::string_view handover_case);

// Folds. From `time` on the asset has another holder; the same holder again changes nothing.
void SetCustodian(v1::Asset& asset, std::string_view holder, absl::Time time,
                  std::string_view handover_case);
void SetTitleHolder(v1::Asset& asset, std::string_view holder, absl::Time time,
                    std::string_view handover_case);

// The holder at `time`; "" before the first.
std::string HolderAt(const google::protobuf::RepeatedPtrField<v1::HoldingPeriod>& periods,
                     absl::Time time);

// Who had how much of the lot at `time`, by title holder and custodian.
std::vector<v1::LotHolding> HoldingsAt(const v1::AssetLot& lot, absl::Time time);

// How much of the lot is in the agency's keeping and promised to nobody.
base::Decimal AvailableOf(const v1::AssetLot& lot);

struct LotHolder {
  std::string_view title_holder;
  std::string_view custodian;
};

// Fold. `quantity` of the lot goes from one holder, who has so much, to another; to nobody ("", "")
// what leaves the lot.
void MoveLot(v1::AssetLot& lot, const base::Decimal& quantity, LotHolder from, LotHolder to,
             absl::Time time, std::string_view handover_case);

}  // namespace prihvat::handover
