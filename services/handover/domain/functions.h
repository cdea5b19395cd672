// The functions of a centre for which a body answers: the reception service's kinds of service, in
// small letters, and the management of the centre as a whole.
#pragma once

#include <algorithm>
#include <array>
#include <string_view>

namespace prihvat::handover {

inline constexpr std::array<std::string_view, 14> kFunctions = {
    "camp_management", "security",     "food",      "water",          "sanitation",
    "clothing",        "psychosocial", "education", "health",         "shelter",
    "protection",      "legal",        "transport", "non_food_items",
};

inline bool IsFunction(std::string_view text) {
  return std::find(kFunctions.begin(), kFunctions.end(), text) != kFunctions.end();
}

}  // namespace prihvat::handover
