#include "services/reporting/views/values.h"

#include "libs/base/status_macros.h"

namespace prihvat::reporting {

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
