// Who pays for what a paper is about, as all papers say it. Pure; any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "libs/documents/certificate_content.h"

namespace prihvat::documents {

// The European Union as an organisation: the donor whose emblem and statement papers bear.
inline constexpr std::string_view kEuropeanUnion = "organisations/eu";

// The sponsor statement of a paper about what these organisations pay for, each by its resource
// name: none where the Union is not among them.
EuFunding EuFundingOf(const std::vector<std::string>& donors);

// "IPA II (European Union)"; the donor alone where no source is cited.
std::string FundingSourceText(std::string_view donor, std::string_view source);
// The same with how much it pays: "IPA II (European Union) 80 %".
std::string FundingShareText(std::string_view donor, std::string_view source,
                             std::string_view percent);

// Several of these on one line: "... · ...".
std::string FundingTexts(const std::vector<std::string>& texts);

}  // namespace prihvat::documents
