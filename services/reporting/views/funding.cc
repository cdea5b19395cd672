#include "services/reporting/views/funding.h"

#include <algorithm>
#include <utility>

#include "libs/base/funding.h"
#include "libs/base/status_macros.h"
#include "services/reporting/views/values.h"

namespace prihvat::reporting {
namespace {

template <class Shares>
absl::StatusOr<Funding> Make(const std::string& donor, const Shares& shares) {
  if (shares.empty()) {
    return Funding({{donor, "", base::Decimal::FromInt(100)}}, /*named=*/false);
  }
  std::vector<FundingSource> sources;
  for (const auto& share : shares) {
    PRIHVAT_ASSIGN_OR_RETURN(const base::Decimal percent, CheckedFromProto(share.percent()));
    sources.push_back({share.donor(), share.funding_source(), percent});
  }
  return Funding(std::move(sources), /*named=*/true);
}

}  // namespace

bool Funding::HasDonor(std::string_view donor) const {
  return std::any_of(sources_.begin(), sources_.end(),
                     [&](const FundingSource& source) { return source.donor == donor; });
}

std::set<std::string> Funding::Donors() const {
  std::set<std::string> donors;
  for (const FundingSource& source : sources_) donors.insert(source.donor);
  return donors;
}

std::string Funding::OnlyDonor() const {
  const std::set<std::string> donors = Donors();
  return donors.size() == 1 ? *donors.begin() : "";
}

absl::StatusOr<std::vector<base::Money>> Funding::Parts(const base::Money& whole) const {
  std::vector<base::Decimal> percents;
  for (const FundingSource& source : sources_) percents.push_back(source.percent);
  return base::ShareOut(whole, percents);
}

absl::StatusOr<base::Money> Funding::PartOf(std::string_view donor,
                                            const base::Money& whole) const {
  if (donor.empty()) return whole;
  PRIHVAT_ASSIGN_OR_RETURN(const std::vector<base::Money> parts, Parts(whole));
  base::Money part = base::Money::Zero(whole.currency());
  for (size_t i = 0; i < parts.size(); ++i) {
    if (sources_[i].donor != donor) continue;
    PRIHVAT_ASSIGN_OR_RETURN(part, base::CheckedAdd(part, parts[i]));
  }
  return part;
}

absl::StatusOr<Funding> FundingOf(const procurement::v1::BudgetLineCreated& line) {
  return Make(line.donor(), line.funding_shares());
}
absl::StatusOr<Funding> FundingOf(const procurement::v1::PostedLine& line) {
  return Make(line.donor(), line.funding_shares());
}
absl::StatusOr<Funding> FundingOf(const handover::v1::Provenance& from) {
  return Make(from.donor(), from.funding());
}

}  // namespace prihvat::reporting
