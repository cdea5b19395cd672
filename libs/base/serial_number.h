// Makers' serial numbers, and when two of them are the same.
#pragma once

#include <string>
#include <string_view>

namespace prihvat::base {

// The same text for the same piece and only for it (INV12): the maker's name as people's names are
// found, whatever its script, accents and capitals (Škoda, SKODA), and the number without regard to
// case. All services that ask whether a piece is known ask by this.
std::string SerialKey(std::string_view manufacturer, std::string_view serial);

}  // namespace prihvat::base
