#include "libs/documents/paper_dates.h"

#include "fmt/format.h"

namespace prihvat::documents {

std::string EnglishDate(absl::CivilDay day) {
  static constexpr const char* kMonths[] = {"January",   "February", "March",    "April",
                                            "May",       "June",     "July",     "August",
                                            "September", "October",  "November", "December"};
  return fmt::format("{} {} {}", day.day(), kMonths[day.month() - 1], day.year());
}

std::string BosnianDate(absl::CivilDay day) {
  return fmt::format("{}. {}. {}.", day.day(), day.month(), day.year());
}

std::string BothDates(absl::CivilDay day) {
  return fmt::format("{}  ·  {}", EnglishDate(day), BosnianDate(day));
}

}  // namespace prihvat::documents
