#include "services/handover/domain/funding.h"
#include "services/handover/domain/organisations.h"

#include <algorithm>

#include "fmt/format.h"
#include "libs/documents/funding_words.h"
#include "services/handover/domain/names.h"

namespace prihvat::handover {

std::vector<std::string> DonorsOf(const v1::Provenance& from) {
  if (from.funding().empty()) return {from.donor()};
  std::vector<std::string> donors;
  for (const v1::FundingShare& share : from.funding()) donors.push_back(share.donor());
  std::sort(donors.begin(), donors.end());
  donors.erase(std::unique(donors.begin(), donors.end()), donors.end());
  return donors;
}

bool HasDonor(const v1::Provenance& from, std::string_view donor) {
  if (from.funding().empty()) return from.donor() == donor;
  return std::any_of(from.funding().begin(), from.funding().end(),
                     [&](const v1::FundingShare& share) { return share.donor() == donor; });
}

void FundingText::Add(const v1::Provenance& from, const v1::ProjectFacts* project,
                      const es::View& view, std::string_view operation) {
  std::vector<Source> split;
  for (const v1::FundingShare& share : from.funding()) {
    split.push_back({documents::FundingSourceText(DonorName(view, operation, share.donor()),
                                                  share.funding_source()),
                     share.percent().value()});
  }
  named_ = named_ || !split.empty();
  if (split.empty()) {
    const bool cited = project != nullptr && !project->funding_source().empty();
    split.push_back(
        {cited ? project->funding_source() : DonorName(view, operation, from.donor()), "100"});
  }
  if (std::find(splits_.begin(), splits_.end(), split) == splits_.end()) splits_.push_back(split);
}

std::string FundingText::Text() const {
  if (!named_) return "";
  std::vector<std::string> parts;
  for (const std::vector<Source>& split : splits_) {
    for (const Source& source : split) {
      const std::string text =
          splits_.size() > 1 ? source.label : fmt::format("{} {} %", source.label, source.percent);
      if (std::find(parts.begin(), parts.end(), text) == parts.end()) parts.push_back(text);
    }
  }
  return documents::FundingTexts(parts);
}

}  // namespace prihvat::handover
