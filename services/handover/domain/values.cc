#include "services/handover/domain/values.h"

#include "libs/base/string_view.h"

namespace prihvat::handover {
namespace {

es::Rejection Invalid(std::string_view field, const absl::Status& status) {
  return es::InvalidField(field, base::FromAbsl(status.message()));
}

}  // namespace

std::optional<es::Rejection> ReadDecimal(std::string_view field, const common::v1::Decimal& number,
                                         base::Decimal& out) {
  const auto read = CheckedFromProto(number);
  if (!read.ok()) return Invalid(field, read.status());
  out = *read;
  return std::nullopt;
}

std::optional<es::Rejection> ReadMoney(std::string_view field, const google::type::Money& money,
                                       base::Money& out) {
  const auto read = CheckedFromProto(money);
  if (!read.ok()) return Invalid(field, read.status());
  if (read->IsNegative()) {
    return es::InvalidField(field, fmt::format("is {}; it should not be negative", read->Format()));
  }
  out = *read;
  return std::nullopt;
}

}  // namespace prihvat::handover
