// Days as papers for people print them.
#pragma once

#include <string>

#include "absl/time/civil_time.h"

namespace prihvat::documents {

// "13 July 2023" and "13. 7. 2023.", which Croatian and Serbian write so too.
std::string EnglishDate(absl::CivilDay day);
std::string BosnianDate(absl::CivilDay day);
// The one and the other, with a dot between them.
std::string BothDates(absl::CivilDay day);

}  // namespace prihvat::documents
