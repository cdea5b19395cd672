#include "services/reporting/views/values.h"

#include <optional>
#include <string>

#include "libs/base/civil.h"
#include "libs/base/status_macros.h"

namespace prihvat::reporting {

google::protobuf::Timestamp ToProto(absl::Time time) {
  google::protobuf::Timestamp result;
  const int64_t seconds = absl::ToUnixSeconds(time);
  result.set_seconds(seconds);
  result.set_nanos(
      static_cast<int32_t>(absl::ToInt64Nanoseconds(time - absl::FromUnixSeconds(seconds))));
  return result;
}

absl::Time FromProto(const google::protobuf::Timestamp& time) {
  return absl::FromUnixSeconds(time.seconds()) + absl::Nanoseconds(time.nanos());
}

google::type::Date ToProto(absl::CivilDay day) {
  google::type::Date date;
  date.set_year(static_cast<int32_t>(day.year()));
  date.set_month(day.month());
  date.set_day(day.day());
  return date;
}

absl::StatusOr<absl::CivilDay> FromProto(const google::type::Date& date) {
  return base::MakeDate(date.year(), date.month(), date.day());
}

google::type::Money ToProto(const base::Money& money) {
  google::type::Money result;
  result.set_currency_code(std::string(money.currency().code()));
  result.set_units(money.units());
  result.set_nanos(money.nanos());
  return result;
}

absl::StatusOr<base::Money> FromProto(const google::type::Money& money) {
  return base::Money::FromUnitsNanos(money.currency_code(), money.units(), money.nanos());
}

common::v1::Decimal ToProto(const base::Decimal& decimal) {
  common::v1::Decimal result;
  result.set_value(decimal.ToString());
  return result;
}

absl::StatusOr<base::Decimal> FromProto(const common::v1::Decimal& decimal) {
  if (decimal.value().empty()) return base::Decimal();
  return base::Decimal::Parse(decimal.value());
}

absl::StatusOr<std::optional<base::Money>> InEuro(const base::Money& money) {
  if (money.currency() == base::Currency::Eur()) return std::optional<base::Money>(money);
  if (money.currency() != base::Currency::Bam()) return std::optional<base::Money>();
  PRIHVAT_ASSIGN_OR_RETURN(const base::ExactRate peg,
                           base::ExactRate::Peg(money.currency(), base::Currency::Eur()));
  PRIHVAT_ASSIGN_OR_RETURN(const base::Money euro,
                           base::Convert(money, peg, base::Currency::Eur()));
  return std::optional<base::Money>(euro);
}

}  // namespace prihvat::reporting
