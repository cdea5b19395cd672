#include "libs/documents/funding_words.h"

#include <algorithm>

#include "fmt/format.h"
#include "fmt/ranges.h"

namespace prihvat::documents {

EuFunding EuFundingOf(const std::vector<std::string>& donors) {
  const auto is_union = [](const std::string& donor) { return donor == kEuropeanUnion; };
  if (std::none_of(donors.begin(), donors.end(), is_union)) return EuFunding::kNone;
  return std::all_of(donors.begin(), donors.end(), is_union) ? EuFunding::kAll : EuFunding::kPart;
}

std::string FundingSourceText(std::string_view donor, std::string_view source) {
  return source.empty() ? std::string(donor) : fmt::format("{} ({})", source, donor);
}

std::string FundingShareText(std::string_view donor, std::string_view source,
                             std::string_view percent) {
  return fmt::format("{} {} %", FundingSourceText(donor, source), percent);
}

std::string FundingTexts(const std::vector<std::string>& texts) {
  return fmt::format("{}", fmt::join(texts, " · "));
}

}  // namespace prihvat::documents
