// Amounts as protos carry them, and as they are reckoned with.
#pragma once

#include <optional>
#include <string_view>

#include "google/type/money.pb.h"
#include "libs/base/decimal.h"
#include "libs/base/money.h"
#include "libs/es/decision.h"
#include "prihvat/common/v1/common.pb.h"

namespace prihvat::handover {

common::v1::Decimal ToProto(const base::Decimal& number);
google::type::Money ToProto(const base::Money& money);

// Of what this service stored, which was checked before. An unset number is 0.
base::Decimal FromProto(const common::v1::Decimal& number);
base::Money FromProto(const google::type::Money& money);

// Of a request: INVALID_FIELD unless it is a number. An unset one is 0.
std::optional<es::Rejection> ReadDecimal(std::string_view field, const common::v1::Decimal& number,
                                         base::Decimal& out);
// INVALID_FIELD unless it is an amount of a currency, not negative.
std::optional<es::Rejection> ReadMoney(std::string_view field, const google::type::Money& money,
                                       base::Money& out);

// a + b and a - b of numbers so small that they cannot leave their range: quantities of one lot.
base::Decimal Sum(const base::Decimal& a, const base::Decimal& b);
base::Decimal Difference(const base::Decimal& a, const base::Decimal& b);
base::Money Difference(const base::Money& a, const base::Money& b);
base::Money Sum(const base::Money& a, const base::Money& b);

}  // namespace prihvat::handover
