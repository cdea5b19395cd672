#include "libs/base/funding.h"

#include "libs/base/status_macros.h"

namespace prihvat::base {

absl::StatusOr<std::vector<Money>> ShareOut(const Money& whole,
                                            absl::Span<const Decimal> percents) {
  return Allocate(whole, percents);
}

absl::StatusOr<Money> RoundingDifference(const Money& part, const Money& whole,
                                         const Decimal& percent) {
  PRIHVAT_ASSIGN_OR_RETURN(const Decimal fraction, CheckedMul(percent, Decimal::Exactly<1, 2>()));
  PRIHVAT_ASSIGN_OR_RETURN(const Money alone, CheckedMul(whole, fraction));
  return CheckedSub(part, alone);
}

absl::Status SharedSum::Add(const Money& amount) {
  PRIHVAT_ASSIGN_OR_RETURN(const std::vector<Money> parts, ShareOut(amount, percents_));
  for (size_t i = 0; i < parts.size(); ++i) {
    PRIHVAT_ASSIGN_OR_RETURN(parts_[i], CheckedAdd(parts_[i], parts[i]));
  }
  PRIHVAT_ASSIGN_OR_RETURN(total_, CheckedAdd(total_, amount));
  return absl::OkStatus();
}

}  // namespace prihvat::base
