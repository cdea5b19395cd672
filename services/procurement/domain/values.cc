#include "services/procurement/domain/values.h"

#include <utility>

#include "libs/base/check.h"

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
