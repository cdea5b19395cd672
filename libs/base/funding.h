// Shares an amount out among those who pay for it. The only place that does: procurement, handover
// and reporting say the same of the same amount (docs/decisions/funders-pay-by-budget-line.md).
#pragma once

#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "libs/base/decimal.h"
#include "libs/base/money.h"

namespace prihvat::base {

// One part of `whole` for each source, in their order, by largest remainder, ties to the earlier
// source: together exactly `whole`, which may be negative. `percents` are above 0 and come to 100,
// as procurement sees to. INVALID_ARGUMENT for none, OUT_OF_RANGE for digits without end.
absl::StatusOr<std::vector<Money>> ShareOut(const Money& whole, absl::Span<const Decimal> percents);

// How far `part` is from that percentage of `whole`, rounded half-up by itself: the cents that were
// placed so that all parts add up.
absl::StatusOr<Money> RoundingDifference(const Money& part, const Money& whole,
                                         const Decimal& percent);

// Several amounts, each shared out by itself, as the lines of a document are: what falls on a
// source is the sum of its parts, so that sums are exact both ways (INV02). One thread.
class SharedSum {
 public:
  // All amounts are of `currency`; `percents` as above.
  SharedSum(Currency currency, std::vector<Decimal> percents)
      : percents_(std::move(percents)),
        total_(Money::Zero(currency)),
        parts_(percents_.size(), total_) {}

  absl::Status Add(const Money& amount);

  const Money& total() const { return total_; }
  const std::vector<Money>& parts() const { return parts_; }  // one for each source

 private:
  std::vector<Decimal> percents_;
  Money total_;
  std::vector<Money> parts_;
};

}  // namespace prihvat::base
