#include "services/handover/domain/amounts.h"

#include "libs/base/check.h"
#include "libs/base/string_view.h"

namespace prihvat::handover {
namespace {

es::Rejection Invalid(std::string_view field, const absl::Status& status) {
  return es::InvalidField(field, base::FromAbsl(status.message()));
}

}  // namespace

common::v1::Decimal ToProto(const base::Decimal& number) {
  common::v1::Decimal out;
  out.set_value(number.ToString());
  return out;
}

google::type::Money ToProto(const base::Money& money) {
  google::type::Money out;
  out.set_currency_code(std::string(money.currency().code()));
  out.set_units(money.units());
  out.set_nanos(money.nanos());
  return out;
}

base::Decimal FromProto(const common::v1::Decimal& number) {
  if (number.value().empty()) return {};
  const auto out = base::Decimal::Parse(number.value());
  PRIHVAT_CHECK(out.ok(), "a stored number was checked before: " + number.value());
  return *out;
}

base::Money FromProto(const google::type::Money& money) {
  const auto out = base::Money::FromUnitsNanos(money.currency_code(), money.units(), money.nanos());
  PRIHVAT_CHECK(out.ok(), "a stored amount was checked before: " + money.ShortDebugString());
  return *out;
}

std::optional<es::Rejection> ReadDecimal(std::string_view field, const common::v1::Decimal& number,
                                         base::Decimal& out) {
  if (number.value().empty()) {
    out = {};
    return std::nullopt;
  }
  const auto read = base::Decimal::Parse(number.value());
  if (!read.ok()) return Invalid(field, read.status());
  out = *read;
  return std::nullopt;
}

std::optional<es::Rejection> ReadMoney(std::string_view field, const google::type::Money& money,
                                       base::Money& out) {
  const auto read =
      base::Money::FromUnitsNanos(money.currency_code(), money.units(), money.nanos());
  if (!read.ok()) return Invalid(field, read.status());
  if (read->IsNegative()) {
    return es::InvalidField(field, fmt::format("is {}; it should not be negative", read->Format()));
  }
  out = *read;
  return std::nullopt;
}

base::Decimal Sum(const base::Decimal& a, const base::Decimal& b) {
  const auto out = base::CheckedAdd(a, b);
  PRIHVAT_CHECK(out.ok(), "parts of one lot have a sum");
  return *out;
}

base::Decimal Difference(const base::Decimal& a, const base::Decimal& b) {
  const auto out = base::CheckedSub(a, b);
  PRIHVAT_CHECK(out.ok(), "parts of one lot have a difference");
  return *out;
}

base::Money Sum(const base::Money& a, const base::Money& b) {
  const auto out = base::CheckedAdd(a, b);
  PRIHVAT_CHECK(out.ok(), "parts of one lot have a sum");
  return *out;
}

base::Money Difference(const base::Money& a, const base::Money& b) {
  const auto out = base::CheckedSub(a, b);
  PRIHVAT_CHECK(out.ok(), "parts of one lot have a difference");
  return *out;
}

}  // namespace prihvat::handover
