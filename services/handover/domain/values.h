// Values as messages carry them, and as they are reckoned with.
#pragma once

#include <optional>
#include <string_view>

#include "libs/base/civil.h"
#include "libs/base/decimal.h"
#include "libs/base/money.h"
#include "libs/es/decision.h"
#include "libs/es/values.h"
#include "prihvat/handover/v1/resources.pb.h"

namespace prihvat::handover {

using base::Say;
using es::CheckedFromProto;
using es::FromProto;
using es::Stamp;
using es::ToProto;

// For folds: the same for an asset, which also keeps how it stands from the event's time on. A time
// before the last change counts from that on.
void Stamp(v1::Asset& asset, const es::EventContext& context);

// Of a request: INVALID_FIELD unless it is a number. An unset one is 0.
std::optional<es::Rejection> ReadDecimal(std::string_view field, const common::v1::Decimal& number,
                                         base::Decimal& out);
// INVALID_FIELD unless it is an amount of a currency, not negative.
std::optional<es::Rejection> ReadMoney(std::string_view field, const google::type::Money& money,
                                       base::Money& out);

}  // namespace prihvat::handover
