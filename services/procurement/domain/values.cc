#include "services/procurement/domain/values.h"

#include <utility>

#include "absl/numeric/int128.h"
#include "libs/base/check.h"
#include "libs/base/civil.h"

namespace prihvat::procurement {
namespace {

template <class T>
T Known(absl::StatusOr<T> value) {
  PRIHVAT_CHECK(value.ok(), value.status().ToString());
  return *std::move(value);
}

}  // namespace

absl::StatusOr<base::Money> ParseMoney(const google::type::Money& money) {
  return base::Money::FromUnitsNanos(money.currency_code(), money.units(), money.nanos());
}

absl::StatusOr<base::Decimal> ParseDecimal(const common::v1::Decimal& decimal) {
  if (decimal.value().empty()) return base::Decimal();
  return base::Decimal::Parse(decimal.value());
}

base::Money MoneyOf(const google::type::Money& stored) { return Known(ParseMoney(stored)); }
base::Decimal DecimalOf(const common::v1::Decimal& stored) { return Known(ParseDecimal(stored)); }

google::type::Money ToProto(const base::Money& money) {
  google::type::Money proto;
  proto.set_currency_code(std::string(money.currency().code()));
  proto.set_units(money.units());
  proto.set_nanos(money.nanos());
  return proto;
}

google::type::Date ToProto(absl::CivilDay day) {
  google::type::Date proto;
  proto.set_year(static_cast<int32_t>(day.year()));
  proto.set_month(day.month());
  proto.set_day(day.day());
  return proto;
}

std::optional<absl::CivilDay> DayOf(const google::type::Date& date) {
  const auto day = base::MakeDate(date.year(), date.month(), date.day());
  if (!day.ok()) return std::nullopt;
  return *day;
}

base::Money ShareOf(const base::Money& whole, const base::Money& part, const base::Money& of) {
  PRIHVAT_CHECK(part.currency() == of.currency(), "a share is of one currency");
  if (part == of) return whole;
  if (of.IsZero()) return base::Money::Zero(whole.currency());
  const absl::int128 doubled = absl::int128(whole.minor()) * part.minor() * 2 + of.minor();
  const auto minor = static_cast<int64_t>(doubled / (absl::int128(of.minor()) * 2));
  return Known(base::Money::FromMinor(minor, whole.currency()));
}

common::v1::Decimal ToProto(const base::Decimal& decimal) {
  common::v1::Decimal proto;
  proto.set_value(decimal.ToString());
  return proto;
}

base::Money Sum(const base::Money& a, const base::Money& b) { return Known(CheckedAdd(a, b)); }
base::Money Difference(const base::Money& a, const base::Money& b) {
  return Known(CheckedSub(a, b));
}
base::Decimal Sum(const base::Decimal& a, const base::Decimal& b) {
  return Known(CheckedAdd(a, b));
}
base::Decimal Difference(const base::Decimal& a, const base::Decimal& b) {
  return Known(CheckedSub(a, b));
}

}  // namespace prihvat::procurement
