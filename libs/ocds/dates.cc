#include "libs/ocds/dates.h"

#include <string>

namespace prihvat::ocds {

std::optional<absl::Time> ParseDate(std::string_view text) {
  // Abseil lets "infinite-future", a short year and space around it through as well.
  if (text.size() < 20 || text[4] != '-' || (text[10] != 'T' && text[10] != 't') ||
      text.back() == ' ') {
    return std::nullopt;
  }
  absl::Time time;
  if (!absl::ParseTime(absl::RFC3339_full, std::string(text), &time, nullptr)) return std::nullopt;
  return time;
}

}  // namespace prihvat::ocds
