#include "libs/es/values.h"

#include <string>

#include "libs/base/check.h"
#include "libs/base/civil.h"

namespace prihvat::es {

google::protobuf::Timestamp ToProto(absl::Time time) {
  const int64_t micros = absl::ToUnixMicros(time);
  int64_t seconds = micros / 1'000'000;
  int64_t rest = micros % 1'000'000;
  if (rest < 0) {
    --seconds;
    rest += 1'000'000;
  }
  google::protobuf::Timestamp out;
  out.set_seconds(seconds);
  out.set_nanos(static_cast<int32_t>(rest * 1000));
  return out;
}

google::type::Date ToProto(absl::CivilDay day) {
  google::type::Date out;
  out.set_year(static_cast<int32_t>(day.year()));
  out.set_month(day.month());
  out.set_day(day.day());
  return out;
}

google::type::Money ToProto(const base::Money& money) {
  google::type::Money out;
  out.set_currency_code(std::string(money.currency().code()));
  out.set_units(money.units());
  out.set_nanos(money.nanos());
  return out;
}

common::v1::Decimal ToProto(const base::Decimal& number) {
  common::v1::Decimal out;
  out.set_value(number.ToString());
  return out;
}

absl::Time FromProto(const google::protobuf::Timestamp& stored) {
  return absl::FromUnixSeconds(stored.seconds()) + absl::Nanoseconds(stored.nanos());
}

absl::CivilDay FromProto(const google::type::Date& stored) {
  return absl::CivilDay(stored.year(), stored.month(), stored.day());
}

base::Money FromProto(const google::type::Money& stored) {
  const auto money = CheckedFromProto(stored);
  PRIHVAT_CHECK(money.ok(), "a stored amount was checked before: " + stored.ShortDebugString());
  return *money;
}

base::Decimal FromProto(const common::v1::Decimal& stored) {
  const auto number = CheckedFromProto(stored);
  PRIHVAT_CHECK(number.ok(), "a stored number was checked before: " + stored.value());
  return *number;
}

absl::StatusOr<absl::CivilDay> CheckedFromProto(const google::type::Date& date) {
  return base::MakeDate(date.year(), date.month(), date.day());
}

absl::StatusOr<base::Money> CheckedFromProto(const google::type::Money& money) {
  return base::Money::FromUnitsNanos(money.currency_code(), money.units(), money.nanos());
}

absl::StatusOr<base::Decimal> CheckedFromProto(const common::v1::Decimal& number) {
  if (number.value().empty()) return base::Decimal();
  return base::Decimal::Parse(number.value());
}

}  // namespace prihvat::es
