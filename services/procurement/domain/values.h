// Between the messages' amounts and the exact types of libs/base.
#pragma once

#include <optional>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "google/type/date.pb.h"
#include "google/type/money.pb.h"
#include "libs/base/decimal.h"
#include "libs/base/money.h"
#include "prihvat/common/v1/common.pb.h"

namespace prihvat::procurement {

// What a client sent. INVALID_ARGUMENT or OUT_OF_RANGE, with a sentence for people. An unset
// decimal is zero.
absl::StatusOr<base::Money> ParseMoney(const google::type::Money& money);
absl::StatusOr<base::Decimal> ParseDecimal(const common::v1::Decimal& decimal);

// What was checked before it was stored; anything else is a broken invariant.
base::Money MoneyOf(const google::type::Money& stored);
base::Decimal DecimalOf(const common::v1::Decimal& stored);

google::type::Money ToProto(const base::Money& money);
google::type::Date ToProto(absl::CivilDay day);
common::v1::Decimal ToProto(const base::Decimal& decimal);

// The day, or nothing where it is no whole date of the calendar.
std::optional<absl::CivilDay> DayOf(const google::type::Date& date);

// The part of `whole` that `part` is of `of`, rounded half-up; `whole` where part is all of it.
// `part` and `of` are of one currency, 0 <= part <= of; zero of nothing.
base::Money ShareOf(const base::Money& whole, const base::Money& part, const base::Money& of);

// Of one currency and within range, which the caller knows; anything else is a broken invariant.
base::Money Sum(const base::Money& a, const base::Money& b);
base::Money Difference(const base::Money& a, const base::Money& b);
base::Decimal Sum(const base::Decimal& a, const base::Decimal& b);
base::Decimal Difference(const base::Decimal& a, const base::Decimal& b);

}  // namespace prihvat::procurement
