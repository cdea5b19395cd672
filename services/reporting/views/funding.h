// Who pays for what, in reports: the sources of a budget line, and a donor's part of an amount.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "libs/base/decimal.h"
#include "libs/base/money.h"
#include "prihvat/handover/v1/resources.pb.h"
#include "prihvat/procurement/v1/events.pb.h"

namespace prihvat::reporting {

struct FundingSource {
  std::string donor;
  std::string funding_source;  // the agreement or instrument; "" where it is not said
  base::Decimal percent;
};

// All that pay for one budget line, in its order: at least one, 100 % together.
class Funding {
 public:
  // `named` says whether the budget line names its sources; else its project's donor pays all.
  Funding() = default;
  Funding(std::vector<FundingSource> sources, bool named)
      : sources_(std::move(sources)), named_(named) {}

  const std::vector<FundingSource>& sources() const { return sources_; }
  bool named() const { return named_; }
  bool HasDonor(std::string_view donor) const;
  // The only donor; "" where there are several.
  std::string OnlyDonor() const;
  std::set<std::string> Donors() const;

  // One part for each source (base/funding.h).
  absl::StatusOr<std::vector<base::Money>> Parts(const base::Money& whole) const;
  // What of it that donor pays, by all its sources; all of it where `donor` is empty.
  absl::StatusOr<base::Money> PartOf(std::string_view donor, const base::Money& whole) const;

 private:
  std::vector<FundingSource> sources_;
  bool named_ = false;
};

// DATA_LOSS for percentages that are no numbers.
absl::StatusOr<Funding> FundingOf(const procurement::v1::BudgetLineCreated& line);
absl::StatusOr<Funding> FundingOf(const procurement::v1::PostedLine& line);
absl::StatusOr<Funding> FundingOf(const handover::v1::Provenance& from);

}  // namespace prihvat::reporting
